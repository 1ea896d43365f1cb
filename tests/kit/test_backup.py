"""The callbacks that make a training resume, one call at a time."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.kit import checkpoint


@pytest.fixture
def callbacks(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    return checkpoint.resumable("run", seed=7)


def test_a_backup_that_cannot_be_deleted_does_not_spoil_a_finished_training(callbacks, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "in use by another program")

    callbacks[0].path.mkdir()
    callbacks[0].set_model(SimpleNamespace(_initial_epoch=3))
    monkeypatch.setattr(checkpoint.shutil, "rmtree", refuse)
    callbacks[0].on_train_end()
    assert callbacks[0].path.exists()
    assert callbacks[0].model._initial_epoch is None    # the next fit of this model starts afresh


def test_each_epoch_has_random_numbers_of_its_own_and_always_the_same(callbacks):
    """With those of the epoch before, every epoch would see its batches in the same order."""
    import keras

    dropout = keras.layers.Dropout(0.5)    # draws from a generator of its own
    reseed = callbacks[1]
    reseed.set_model(SimpleNamespace(variables=dropout.variables))

    def drawn(epoch):
        reseed.on_epoch_begin(epoch)
        of_keras = [keras.random.uniform((), seed=s) for s in (None, dropout.seed_generator)]
        return random.random(), float(np.random.random()), *map(float, of_keras)

    first, second = drawn(0), drawn(1)
    assert all(one != other for one, other in zip(first, second, strict=True))
    assert drawn(1) == second and drawn(0) == first
