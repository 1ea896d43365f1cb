"""A training that was interrupted goes on, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.kit import checkpoint

ROOT = Path(__file__).resolve().parents[2]

TRAIN = """
import sys, time
import numpy as np
from helpers.kit import runtime
keras = runtime.keras()

def train(name, stop=False, units=8):
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(96, 5)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(units, "relu"),
                              keras.layers.Dropout(0.3), keras.layers.Dense(2)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    epochs = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            epochs.append(epoch)

        def on_train_batch_end(self, batch, logs=None):
            if stop and epochs[-1] == 3 and batch == 2:
                print("in the middle of epoch 3", flush=True)
                time.sleep(600)

    model.fit(x, y, batch_size=16, epochs=6, verbose=0,
              callbacks=[*runtime.resumable(name), Watch()])
    return model.get_weights(), epochs
"""


@pytest.fixture(scope="module")
def train():
    space = {}
    exec(TRAIN, space)
    return space["train"]


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def interrupted(name, folder):
    """Train in a child process and kill it in the middle of its fourth epoch."""
    child = subprocess.Popen([sys.executable, "-c", TRAIN + f"train({name!r}, stop=True)"],
                             cwd=ROOT, stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "COURSE_CHECKPOINTS": str(folder)})
    try:
        assert child.stdout.readline().startswith("in the middle")
    finally:
        child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        child.wait(30)
        child.stdout.close()


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder that a killed training left behind."""
    folder = tmp_path_factory.mktemp("killed")
    interrupted("run", folder)
    return folder / "run"


@pytest.fixture
def left(killed, checkpoints):
    """A copy of it, to resume from."""
    import shutil
    return Path(shutil.copytree(killed, checkpoints / "run"))


@pytest.fixture(scope="module")
def whole(train, tmp_path_factory):
    """Weights of a run that nobody interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_CHECKPOINTS", str(tmp_path_factory.mktemp("whole")))
        weights, epochs = train("run")
    assert epochs == [0, 1, 2, 3, 4, 5]
    return weights


def test_killed_training_goes_on_and_ends_with_the_same_bits(left, train, whole, capsys):
    weights, epochs = train("run")
    assert epochs == [3, 4, 5]
    assert same(weights, whole)         # shuffling, dropout and Adam's moments included
    assert "'run' was interrupted: going on after epoch 3." in capsys.readouterr().out
    assert not left.exists()            # done: the next run starts from the beginning


def test_a_save_that_was_cut_short_falls_back_to_the_whole_one_before(left, train, whole):
    """Half of the new weights, no new record: the power went in the middle."""
    good = (left / "epoch-3.weights.h5").read_bytes()
    (left / "epoch-4.weights.h5").write_bytes(good[: len(good) // 2])
    (left / "whole.json.new").write_text('{"epoch": 4')
    weights, epochs = train("run")
    assert epochs == [3, 4, 5]
    assert same(weights, whole)


def damage_weights(left):
    (left / "epoch-3.weights.h5").write_bytes(b"not HDF5")


def lose_weights(left):
    (left / "epoch-3.weights.h5").unlink()


def damage_memories(left):
    (left / "epoch-3.best.npz").write_bytes(b"not NPZ")


def cut_record(left):
    (left / "whole.json").write_text('{"epoch": ')


def other_record(left):
    """What this course wrote before it kept what callbacks remember."""
    (left / "whole.json").write_text('{"epoch": 3, "sha256": "0123"}')


@pytest.mark.parametrize("damage", [damage_weights, lose_weights, damage_memories, cut_record,
                                    other_record])
def test_a_damaged_backup_is_set_aside_and_training_starts_again(
        left, train, whole, checkpoints, capsys, damage):
    damage(left)
    weights, epochs = train("run")
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, whole)
    assert (checkpoints / "run.damaged-1" / "whole.json").exists()
    assert "is damaged. It was set aside as run.damaged-1" in capsys.readouterr().out


def test_one_epoch_is_kept_at_a_time(killed):
    assert sorted(path.name for path in killed.iterdir()) == [
        "epoch-3.best.npz", "epoch-3.weights.h5", "whole.json"]


def test_what_a_training_left_before_its_first_whole_epoch_is_forgotten(train, whole, checkpoints):
    (checkpoints / "run").mkdir()
    (checkpoints / "run" / "epoch-1.weights.h5").write_bytes(b"half")
    weights, epochs = train("run")
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, whole)


def test_a_backup_of_another_model_is_set_aside(left, train, checkpoints, capsys):
    weights, epochs = train("run", units=9)
    fresh, _ = train("fresh", units=9)
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, fresh)
    assert (checkpoints / "run.damaged-1").is_dir()
    assert "does not fit this model" in capsys.readouterr().out


@pytest.mark.parametrize("fails", ["save_weights", "record", "HDF5"])
def test_a_backup_that_cannot_be_written_does_not_end_the_training(
        train, whole, checkpoints, capsys, monkeypatch, fails):
    import keras

    def full(*args, **kwargs):
        kind = RuntimeError if fails == "HDF5" else OSError
        raise kind(28, "No space left on device")

    if fails == "record":
        monkeypatch.setattr(checkpoint, "_write_record", full)
    else:
        monkeypatch.setattr(keras.Model, "save_weights", full)
    weights, epochs = train("run")
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, whole)
    text = capsys.readouterr().out
    assert text.count("cannot be written") == 1 and "No space left" in text


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a b", ".", "..", ".hidden", None, 3])
def test_names_that_could_leave_the_folder_are_refused(name):
    with pytest.raises(ValueError, match="letters, digits"):
        checkpoint.folder(name)


def test_backups_lie_in_the_course_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CHECKPOINTS", raising=False)
    assert checkpoint.folder("a.b-c_1") == ROOT / "checkpoints" / "a.b-c_1"
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    assert checkpoint.folder("x") == tmp_path / "x"
