"""A training that Keras's own backup resumes, beside an undisturbed one."""

import numpy as np
import pytest

from helpers.cloud import keras_backup

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(640, 5)), RNG.integers(0, 10, 640)


def test_what_the_backup_keeps_and_what_it_does_not():
    whole, middle, dropout = keras_backup.compare(X, Y)
    assert (whole.difference, whole.twice) == (0, 0)
    # The steps of Adam are about 1e-3 long; four of them too many, or other ones, show.
    assert middle.difference > 1e-4 and middle.twice == 5
    assert dropout.difference > 1e-4 and dropout.twice == 0
    said = repr(keras_backup.Results([whole, middle, dropout])).splitlines()
    assert len({len(line) for line in said}) == 1 and "none" in said[1]


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="640 rows or more; got 3"):
        keras_backup.compare(X[:3], Y[:3])
