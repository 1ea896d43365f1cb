"""Keras's own backup of a training, put to the test of §8: is a resumed one equal to the last bit?

`keras.callbacks.BackupAndRestore` keeps the weights, the optimizer's memory and the number of the
epoch. Of what a checkpoint needs it leaves out the place within the epoch, and where the random
generator of Dropout stood.
"""

import contextlib
import tempfile
from typing import NamedTuple

import numpy as np

from helpers.kit import runtime
from helpers.kit.seeding import seed_keras

EPOCHS, BATCHES, ROWS = 3, 10, 64
LAST = 16       # batches until it is interrupted: in the middle of the second epoch


class Resumed(NamedTuple):
    """One way to save: when, the share of Dropout, largest difference to the undisturbed weights,
    and how many batches were trained on twice though they were saved.
    """

    saved: str
    dropout: float
    difference: float
    twice: int


class Results(list):
    """Several `Resumed`; the repr is a table."""

    def __repr__(self):
        lines = [f"{'saved':<18}{'Dropout':>9}{'largest difference':>21}{'trained on twice':>20}"]
        for one in self:
            what = "none" if one.difference == 0 else f"{one.difference:.1e}"
            lines.append(f"{one.saved:<18}{one.dropout:>9.0%}{what:>21}{one.twice:>12} batches")
        return "\n".join(lines)


def compare(x, y, seed=0):
    """Interrupt and resume three trainings by Keras, and compare with undisturbed ones.

    Parameters
    ----------
    x : (n, …) float
        At least 640 rows; that many are used.
    y : (n,) int
        Classes 0 to 9.
    seed : int

    Returns
    -------
    Results
    """
    if len(x) < BATCHES * ROWS:
        raise ValueError(f"compare: expected {BATCHES * ROWS} rows or more; got {len(x)}.")
    x = np.float32(x[:BATCHES * ROWS]).reshape(BATCHES * ROWS, -1)
    y = np.asarray(y[:BATCHES * ROWS])
    return Results(_resumed(x, y, seed, every, dropout)
                   for every, dropout in (("epoch", 0.0), (5, 0.0), ("epoch", 0.5)))


def _resumed(x, y, seed, every, dropout):
    keras = runtime.keras()

    class Interrupted(Exception):
        """Stands for the end of the machine."""

    class Watch(keras.callbacks.Callback):
        """Counts batches, and interrupts after `last`."""

        def __init__(self, last=None):
            super().__init__()
            self.last, self.count = last, 0

        def on_train_batch_end(self, batch, logs=None):
            self.count += 1
            if self.count == self.last:
                raise Interrupted

    def fit(*callbacks):
        seed_keras(seed)            # as a new process would begin
        model = keras.Sequential([
            keras.Input((x.shape[1],)), keras.layers.Dense(32, activation="relu"),
            keras.layers.Dropout(dropout), keras.layers.Dense(10, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        with contextlib.suppress(Interrupted):
            model.fit(x, y, batch_size=ROWS, epochs=EPOCHS, shuffle=False, verbose=0,
                      callbacks=list(callbacks))
        return model.get_weights()

    undisturbed = fit()
    with tempfile.TemporaryDirectory() as folder:
        def backup():
            return keras.callbacks.BackupAndRestore(folder, save_freq=every)
        fit(backup(), Watch(LAST))
        after = Watch()
        weights = fit(backup(), after)
    each = BATCHES if every == "epoch" else every
    twice = after.count - (EPOCHS * BATCHES - LAST // each * each)
    difference = max(float(np.abs(a - b).max()) for a, b in zip(undisturbed, weights, strict=True))
    when = "after each epoch" if every == "epoch" else f"every {every} batches"
    return Resumed(when, dropout, difference, twice)
