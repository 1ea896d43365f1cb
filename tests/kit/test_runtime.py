"""The runtime: quiet, honest about the machine, and able to go on after a power cut."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from helpers.kit import checkpoint, machine, runtime

ROOT = Path(__file__).resolve().parents[2]


def python(code, close_stderr=False, **environment):
    """Run code in a fresh interpreter at the root of the course."""
    command = [sys.executable, "-c", code]
    if close_stderr:
        command = ["/bin/sh", "-c", 'exec "$0" "$@" 2>&-', *command]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=240,
                          env={**os.environ, **environment})


# --- Profile, seeds, description --------------------------------------------------------------


def test_profile_comes_from_the_argument_then_the_environment_then_is_quick(monkeypatch):
    monkeypatch.delenv("NB_PROFILE", raising=False)
    assert runtime.profile() == "quick"
    monkeypatch.setenv("NB_PROFILE", "FULL")
    assert runtime.profile() == "full"
    assert runtime.profile("fast") == "quick"


def test_an_unknown_profile_says_where_it_came_from(monkeypatch):
    with pytest.raises(ValueError, match="runtime.profile should be 'quick' or 'full'; got 'slow'"):
        runtime.profile("slow")
    monkeypatch.setenv("NB_PROFILE", "slow")
    with pytest.raises(ValueError, match="NB_PROFILE should be"):
        runtime.profile()


def test_seeding_repeats_pythons_and_numpys_numbers():
    def draw():
        rng = runtime.seed_everything(7)
        return random.random(), np.random.rand(), rng.random()
    assert draw() == draw()


def test_seeding_repeats_keras_numbers():
    keras = runtime.keras()

    def draw():
        runtime.seed_everything(7)
        return [float(keras.random.uniform(())) for _ in range(2)]
    first, second = draw(), draw()
    assert first == second and first[0] != first[1]


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "1", None])
def test_a_seed_that_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match="whole number from 0"):
        runtime.seed_everything(seed)


def test_describe_is_a_table_with_text_and_html_twins(monkeypatch):
    monkeypatch.setattr(machine, "online", lambda: False)
    table = runtime.describe()
    rows = dict(table)
    assert rows["numpy"] == np.__version__ and rows["Python"].startswith("3.")
    assert rows["network"].startswith("offline") and "cores" in rows["processor"]
    for what, value in table:
        assert what in repr(table) and value in repr(table)
    assert table._repr_html_().count("<tr>") == len(table)


def test_online_gives_up_on_a_network_that_never_answers(monkeypatch):
    """A name that is looked up for ever must not hold the first cell up."""
    free = threading.Event()

    def hang(*args, **kwargs):
        free.wait(60)
        raise OSError
    monkeypatch.setattr(socket, "create_connection", hang)
    assert runtime.online(seconds=0.05) is False
    free.set()


def test_online_sees_a_server_that_answers():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert runtime.online("127.0.0.1", server.getsockname()[1]) is True


def test_nothing_large_is_imported_before_it_is_needed():
    code = ("import sys; from helpers.kit import runtime; runtime.describe(); "
            "runtime.seed_everything(0); print([m for m in ('tensorflow', 'keras', 'jax', 'torch',"
            " 'matplotlib', 'sklearn') if m in sys.modules])")
    assert python(code).stdout.strip() == "[]"


def test_the_backend_of_keras_own_settings_is_known_without_loading_keras(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}', encoding="utf-8")
    code = "from helpers.kit import runtime; print(runtime._backend())"
    for variable, expected in (("", "jax"), ("torch", "torch")):
        done = python(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND=variable)
        assert done.stdout.strip() == expected, done.stderr


def test_an_unknown_backend_is_refused(monkeypatch):
    monkeypatch.setattr(runtime, "_backend", lambda: "theano")
    with pytest.raises(ValueError, match="tensorflow, jax, torch; got 'theano'"):
        runtime.device()


# --- Quiet start ------------------------------------------------------------------------------


def test_tensorflow_starts_quietly_is_seeded_and_names_the_device():
    done = python("from helpers.kit import runtime\n"
                  "rng = runtime.seed_everything(3)\n"
                  "import numpy as np; before = np.random.get_state()[1].copy()\n"
                  "tf = runtime.tensorflow()\n"
                  "assert (np.random.get_state()[1] == before).all()\n"
                  "one = tf.random.normal([3]).numpy().tolist()\n"
                  "runtime.seed_everything(3)\n"
                  "assert one == tf.random.normal([3]).numpy().tolist()\n"
                  "assert runtime.tensorflow() is tf and runtime.keras().backend.backend()\n"
                  "print(runtime.device())\n"
                  "import os; os.write(2, b'heard again')")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "heard again"
    assert "(tensorflow)" in done.stdout


def test_tensorflow_starts_where_standard_error_is_closed():
    done = python("from helpers.kit import runtime; print(runtime.tensorflow().__name__)",
                  close_stderr=True)
    assert done.returncode == 0
    assert done.stdout.strip() == "tensorflow"


def test_a_real_import_error_is_kept_with_what_was_said_before_it(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os; os.write(2, b'note from C++\\n'); raise ImportError('no AVX here')")
    done = python("from helpers.kit import runtime; runtime.tensorflow()",
                  PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert done.returncode == 1
    assert "note from C++" in done.stderr and "ImportError: no AVX here" in done.stderr


# --- Resuming ---------------------------------------------------------------------------------

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


@pytest.fixture
def checkpoints(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    return tmp_path


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
    """New weights, no new record: the power went between the two."""
    record = json.loads((left / "whole.json").read_text())
    good = (left / "latest.weights.h5").read_bytes()
    (left / "latest.weights.h5.bkp").write_bytes(good)
    (left / "latest.weights.h5").write_bytes(good[: len(good) // 2])
    (left / "training_metadata.json").write_text("")
    weights, epochs = train("run")
    assert record["epoch"] == 3 and epochs == [3, 4, 5]
    assert same(weights, whole)


@pytest.mark.parametrize("damage", ["weights", "record"])
def test_a_damaged_backup_is_set_aside_and_training_starts_again(
        left, train, whole, checkpoints, capsys, damage):
    if damage == "weights":
        for file in left.glob("latest.weights.h5*"):
            file.write_bytes(b"not HDF5")
    else:
        (left / "whole.json").write_text('{"epoch": ')
    weights, epochs = train("run")
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, whole)
    assert (checkpoints / "run.damaged-1" / "latest.weights.h5").exists()
    assert "is damaged. It was set aside as run.damaged-1" in capsys.readouterr().out


def test_a_backup_of_another_model_is_set_aside(left, train, checkpoints, capsys):
    weights, epochs = train("run", units=9)
    fresh, _ = train("fresh", units=9)
    assert epochs == [0, 1, 2, 3, 4, 5] and same(weights, fresh)
    assert (checkpoints / "run.damaged-1").is_dir()
    assert "does not fit this model" in capsys.readouterr().out


@pytest.mark.parametrize("fails", ["on_epoch_end", "record"])
def test_a_backup_that_cannot_be_written_does_not_end_the_training(
        train, whole, checkpoints, capsys, monkeypatch, fails):
    import keras

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    if fails == "record":
        monkeypatch.setattr(checkpoint, "_write_record", full)
    else:
        monkeypatch.setattr(keras.callbacks.BackupAndRestore, "on_epoch_end", full)
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
