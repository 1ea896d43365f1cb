"""Large batches: what the rules say of the learning rate, and what becomes of the training."""

import numpy as np
import pytest

from helpers.cloud import large_batches
from helpers.cloud.large_batches import rate_at


def test_the_rate_of_each_rule():
    assert rate_at(0, 1024, "fixed", 10) == 0.1
    assert rate_at(0, 1024, "linear", 10) == pytest.approx(3.2)
    climb = [rate_at(step, 256, "linear+warm-up", 4) for step in range(6)]
    assert climb == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
    assert rate_at(0, 256, "linear+warm-up", 0) == pytest.approx(0.8)
    with pytest.raises(ValueError, match="'fixed', 'linear'.*got 'cosine'"):
        rate_at(0, 32, "cosine", 1)


@pytest.fixture(scope="module")
def found():
    return large_batches.compare(seeds=2)


def test_eight_times_the_batch_needs_eight_times_the_rate(found):
    """Means of two runs, 360 digits: a standard error is 0.01 to 0.02."""
    right = {name: runs.mean() for name, runs in found.accuracies.items()}
    assert right["32"] > 0.94
    assert right["256 fixed"] < right["32"] - 0.02
    assert abs(right["256 linear"] - right["32"]) < 0.025
    assert right["1024 fixed"] < right["256 fixed"] - 0.04      # fewer steps, none of them longer


def test_the_linear_rule_breaks_and_a_warm_up_helps_only_for_a_while(found):
    right = {name: runs.mean() for name, runs in found.accuracies.items()}
    assert right["512 linear+warm-up"] > right["512 linear"] + 0.03
    assert right["1024 linear"] < 0.3 and right["1024 linear+warm-up"] < 0.3
    assert found.n == 360 and "1024 linear+warm-up" in repr(found)


def test_a_training_is_repeatable_and_one_run_is_no_comparison():
    a, b = (large_batches.train(512, "linear", epochs=2, seed=3) for _ in range(2))
    assert all(np.array_equal(p, q) for p, q in zip(a.params.values(), b.params.values(),
                                                    strict=True))
    with pytest.raises(ValueError, match="says nothing about luck"):
        large_batches.compare(seeds=1)
