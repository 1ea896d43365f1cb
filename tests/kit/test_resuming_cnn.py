"""The article's network, early stopping, SIGKILL at random moments: the same bits at the end.

A real child process trains. Its parent kills it at a moment of its own choosing, at once, wherever
it is. What is left is resumed, and compared with a training that nobody interrupted.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
EPOCHS = 9

TRAIN = """
from helpers.kit import data, runtime
keras = runtime.keras()
split = data.roaming().with_channel()
x, y = split.x_train[:192], split.y_train[:192]
x_val, y_val = split.x_test[:96], split.y_test[:96]

def train(name, way, tell=False):
    layers = keras.layers
    plan = runtime.plan(len(x))
    runtime.seed_everything(0)
    with plan.scope():
        model = keras.Sequential([
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(),
            layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dropout(0.2),
            layers.Dense(10, dtype="float32")])
    model.compile(optimizer=keras.optimizers.Adam(3e-3 * plan.learning_rate_factor),
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"], **plan.compile)
    # Nothing is better than the first epoch by 10: the best weights lie before every kill, and the
    # patience of 6 ends after all of them. The rate falls after every second epoch.
    stop = keras.callbacks.EarlyStopping("val_loss", patience=6, min_delta=10,
                                         restore_best_weights=True)
    slow = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.7, patience=2, min_delta=10)

    class Tell(keras.callbacks.Callback):
        seen = []

        def on_epoch_begin(self, epoch, logs=None):
            self.seen.append(epoch)

        def on_train_batch_end(self, batch, logs=None):
            if tell:
                print(self.seen[-1], batch, flush=True)

    tell_all = Tell()
    tell_all.seen = []
    fed = {"x": plan.batches(x, y, seed=5)} if way == "batches" else {"x": x, "y": y}
    history = model.fit(**fed, epochs=EPOCHS, verbose=0, validation_data=(x_val, y_val),
                        callbacks=[*runtime.resumable(name), stop, slow, tell_all])
    return model.get_weights(), tell_all.seen, history.history, history.epoch, stop
"""


@pytest.fixture(scope="module")
def train():
    space = {"EPOCHS": EPOCHS}
    exec(TRAIN, space)
    return space["train"]


def killed(name, way, folder, epoch, batch):
    """Train in a child process; kill it as soon as it has told this batch of this epoch."""
    code = f"EPOCHS = {EPOCHS}\n{TRAIN}\ntrain({name!r}, {way!r}, tell=True)"
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE,
                             text=True, env={**os.environ, "COURSE_CHECKPOINTS": str(folder)})
    try:
        for line in child.stdout:
            if line.split() == [str(epoch), str(batch)]:
                break
        else:
            pytest.fail(f"it ended before epoch {epoch}, batch {batch}")
    finally:
        child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        child.wait(30)
        child.stdout.close()


@pytest.mark.parametrize("way, moments", [("batches", 2), ("arrays", 1)])
def test_killed_in_the_middle_it_ends_with_the_same_bits(way, moments, train, checkpoints, capsys):
    # Other moments in each run; the message of a failure names them.
    rng = np.random.default_rng()
    epochs = np.sort(rng.choice(np.arange(1, 6), moments, replace=False))
    at = [(int(epoch), int(rng.integers(0, 5))) for epoch in epochs]     # of 6 batches: never after
    whole, seen, curves, numbers, stop = train("whole", way)
    assert seen == [0, 1, 2, 3, 4, 5, 6]            # patience: 6 epochs after the first
    for epoch, batch in at:
        killed("run", way, checkpoints, epoch, batch)
    capsys.readouterr()
    weights, resumed, same_curves, same_numbers, same_stop = train("run", way)

    assert f"going on after epoch {at[-1][0]}." in capsys.readouterr().out, at
    assert resumed == list(range(at[-1][0], 7)), at
    for one, other in zip(weights, whole, strict=True):
        assert np.array_equal(one, other), at
    # The curve is whole, and its numbers are the same bits too.
    assert same_numbers == numbers and same_curves == curves, at
    assert (same_stop.best_epoch, same_stop.best, same_stop.stopped_epoch) == (0, stop.best, 6), at
    assert not any((checkpoints / name).exists() for name in ("whole", "run"))
