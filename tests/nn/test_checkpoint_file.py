"""A checkpoint's file: whoever looks, and whenever, finds the old one or the new one, whole."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers.nn import checkpoint

ROOT = Path(__file__).parents[2]


def write(path, epochs):
    """A checkpoint that is larger than any buffer; every number in it is `epochs`."""
    checkpoint.save(path, {"epochs": epochs}, {"weights/a": np.full(50_000, float(epochs))})


def epochs_in(path):
    """What `write` was given, if the file is whole; else `load` returns None or the check fails."""
    state, arrays = checkpoint.load(path)
    np.testing.assert_array_equal(arrays["weights/a"], np.full(50_000, float(state["epochs"])))
    return state["epochs"]


def test_a_new_checkpoint_leaves_the_bytes_of_the_old_one_alone(tmp_path):
    """It gets the name of the old file; who has the old file open reads it to its end."""
    path, second_name = tmp_path / "training.npz", tmp_path / "same file.npz"
    write(path, 1)
    os.link(path, second_name)
    write(path, 2)
    assert (epochs_in(second_name), epochs_in(path)) == (1, 2)


def break_off(step, error, monkeypatch):
    """Make `save` fail with `error` at one of its steps."""

    def fail(*args, **kwargs):
        raise error

    def fail_half_way(file, **arrays):
        file.write(b"PK half a file")
        raise error

    if step == "the arrays":
        monkeypatch.setattr(np, "savez", fail_half_way)
    else:
        monkeypatch.setattr(os, step, fail)


STEPS = ["the arrays", "fsync", "replace"]


@pytest.mark.parametrize("step", STEPS)
def test_a_save_that_fails_is_a_warning_and_the_old_checkpoint_stays(step, tmp_path, monkeypatch):
    path = tmp_path / "training.npz"
    write(path, 1)
    break_off(step, OSError(28, "No space left on device"), monkeypatch)
    with pytest.warns(UserWarning, match="could not be written.*No space left"):
        write(path, 2)
    monkeypatch.undo()
    assert epochs_in(path) == 1 and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", STEPS)
def test_a_save_that_is_interrupted_leaves_the_old_checkpoint(step, tmp_path, monkeypatch):
    path = tmp_path / "training.npz"
    write(path, 1)
    break_off(step, KeyboardInterrupt(), monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        write(path, 2)
    monkeypatch.undo()
    assert epochs_in(path) == 1 and list(tmp_path.iterdir()) == [path]


def test_a_state_that_cannot_be_written_leaves_the_old_checkpoint(tmp_path):
    path = tmp_path / "training.npz"
    write(path, 1)
    with pytest.raises((AttributeError, TypeError)):
        checkpoint.save(path, {"epochs": object()}, {})
    assert epochs_in(path) == 1 and list(tmp_path.iterdir()) == [path]


KILLED_AT = {
    "the arrays": "np.savez = lambda file, **_: (file.write(b'PK half'), file.flush(), die())",
    "replace": "os.replace = os.rename = die",
}


@pytest.mark.parametrize("step", KILLED_AT)
def test_a_save_that_is_killed_leaves_the_old_checkpoint_and_the_next_one_succeeds(step, tmp_path):
    """In a process of its own, which ends without a word, as at a power cut: nothing is tidied."""
    path = tmp_path / "training.npz"
    write(path, 1)
    program = (
        "import os, sys\nimport numpy as np\nfrom helpers.nn import checkpoint\n"
        f"def die(*args):\n    os._exit(9)\n{KILLED_AT[step]}\n"
        "checkpoint.save(sys.argv[1], {'epochs': 2}, {'weights/a': np.full(50_000, 2.0)})"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT)
    assert epochs_in(path) == 1
    assert done.returncode == 9, "it must have died, or the line above shows nothing"
    write(path, 3)  # what the dead process left lying about is not in the way
    assert epochs_in(path) == 3


def test_the_whole_file_is_on_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    """A power cut after the renaming must not find a name without a file behind it."""
    path, steps = tmp_path / "training.npz", []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(file):
        steps.append(("on disk", os.fstat(file).st_size))
        fsync(file)

    def noted_replace(source, target):
        steps.append(("named", Path(source).stat().st_size))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write(path, 1)
    size = path.stat().st_size
    assert steps == [("on disk", size), ("named", size)]
