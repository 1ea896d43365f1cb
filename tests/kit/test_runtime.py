"""The runtime: quiet, and honest about the machine."""

import os
import random
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from helpers.kit import machine, runtime

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
