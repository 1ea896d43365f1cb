"""Shards: the weighted mean of their gradients is the gradient of the whole batch."""

import numpy as np
import pytest

from helpers import nn
from helpers.cloud import shards


@pytest.fixture
def network():
    model = nn.Sequential([nn.Dense(5, activation="tanh"), nn.Dense(3)], seed=0, dtype="float64")
    model.compile("sgd")
    model.build(4)
    return model


def batch(rows, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 4)), rng.integers(0, 3, rows)


@pytest.mark.parametrize("sizes", [(4, 4), (5, 3), (1, 7), (8,), (2, 2, 2, 2), (1, 2, 5)])
def test_the_weighted_mean_is_the_whole_and_the_plain_mean_for_equal_shards_only(network, sizes):
    found = shards.compare(network, *batch(8), sizes)
    assert found.off("weighted") < 1e-13       # float64, a few additions in another order
    assert (found.off("unweighted") < 1e-13) == (len(set(sizes)) == 1)
    assert " + ".join(map(str, sizes)) in repr(found)


def test_shards_are_consecutive_rows_and_nothing_is_copied():
    x, y = batch(8)
    cut = shards.split(x, y, [5, 3])
    assert [len(a) for a, _ in cut] == [5, 3]
    assert np.array_equal(np.concatenate([b for _, b in cut]), y)
    assert all(np.shares_memory(a, x) for a, _ in cut)


@pytest.mark.parametrize("sizes", [[5, 4], [8, 0], [], [9, -1]])
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match="add up to the rows; got 8 rows"):
        shards.split(*batch(8), sizes)


def test_sizes_as_equal_as_can_be():
    assert shards.sizes_for(10, 4) == [2, 3, 2, 3] and sum(shards.sizes_for(1437, 7)) == 1437
    for rows, workers in ((3, 4), (5, 0)):
        with pytest.raises(ValueError, match="Take fewer workers"):
            shards.sizes_for(rows, workers)
