"""Which Python a command runs in, what it finds there, and what becomes of its exit status."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from helpers.commands import start
from helpers.commands.environment import ROOT


class Stopped(Exception):
    """Stands for what does not come back: this process has become another one."""


class Calls(list):
    """The commands that ran, as (name, arguments); each returned `status`."""

    status = None


@pytest.fixture
def run_here(monkeypatch):
    """Have every command do nothing but return a status; lists what was called."""
    called = Calls()

    def command(module):
        def main(arguments):
            called.append((module.rsplit(".", 1)[1], arguments))
            return called.status
        return SimpleNamespace(main=main)

    monkeypatch.setattr(start.importlib, "import_module", command)
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")   # so that it is put back after the test
    return called


@pytest.fixture
def handed_over(monkeypatch, tmp_path):
    """A Python that is not the course's own, while `.venv` is in order; lists what is started."""
    started = []

    def become(path, command, environment):
        started.append((command, environment, os.getcwd()))
        raise Stopped

    def call(command, env):
        become(command[0], command, env)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(start.os, "execve", become)
    monkeypatch.setattr(start.subprocess, "call", call)   # Windows
    monkeypatch.setattr(start, "inside_venv", lambda: False)
    monkeypatch.setattr(start, "in_some_venv", lambda: False)
    monkeypatch.setattr(start, "healthy_venv", lambda: True)
    return started


# --- into the course's own Python -----------------------------------------------------------------


def test_the_same_command_starts_again_in_the_courses_own_python(handed_over):
    with pytest.raises(Stopped):
        start.main(["lab", "--port", "9000", "a b"])
    (command, environment, folder), = handed_over
    assert command == [start.venv_python(), "-m", "helpers", "lab", "--port", "9000", "a b"]
    # The course lies there, wherever it was called from; and `python` means the same in a terminal.
    assert folder == os.path.realpath(ROOT) and environment["VIRTUAL_ENV"] == start.VENV
    assert environment["PATH"].split(os.pathsep)[0] == os.path.dirname(start.venv_python())
    assert environment["PATH"].endswith(os.environ["PATH"])


@pytest.mark.parametrize("name", ["PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE"])
def test_settings_of_the_other_python_are_left_behind(handed_over, monkeypatch, name):
    """With PYTHONHOME, for instance, the Python in .venv would not find its own library."""
    monkeypatch.setenv(name, "/usr")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org")
    with pytest.raises(Stopped):
        start.main(["lab"])
    environment = handed_over[0][1]
    assert name not in environment and environment["HTTPS_PROXY"] == "http://proxy.example.org"


def test_the_environment_is_made_first_if_it_is_not_in_order(handed_over, monkeypatch):
    made = []
    monkeypatch.setattr(start, "healthy_venv", lambda: False)
    monkeypatch.setattr(start, "make_venv", made.append)
    with pytest.raises(Stopped):
        start.main(["lab", "--no-browser"])
    assert made == [["lab", "--no-browser"]] and len(handed_over) == 1


@pytest.mark.parametrize("name, activated, complete, runs_here", [
    ("build", True, True, True), ("build", True, False, False), ("build", False, True, False),
    ("lab", True, True, False), ("test", True, True, False),
])
def test_another_environment_serves_where_it_is_activated_and_has_all(
        handed_over, run_here, monkeypatch, name, activated, complete, runs_here):
    monkeypatch.setattr(start, "in_some_venv", lambda: activated)
    monkeypatch.setattr(start, "has", lambda *packages: complete)
    if runs_here:
        assert start.main([name, "02"]) == 0 and run_here == [(name, ["02"])]
    else:
        with pytest.raises(Stopped):
            start.main([name, "02"])
        assert run_here == []


def test_with_here_nothing_is_made_or_installed(handed_over, run_here, monkeypatch):
    for name in ("healthy_venv", "make_venv", "stamp", "hand_over"):
        monkeypatch.setattr(start, name, lambda *_, name=name: pytest.fail(name))
    assert start.main(["lab", "--here", "--no-browser"]) == 0
    assert run_here == [("lab", ["--no-browser"])]


# --- the command itself ---------------------------------------------------------------------------


@pytest.mark.parametrize("status, expected", [(None, 0), (0, 0), (1, 1), (5, 5)])
def test_the_status_of_a_command_is_handed_on(run_here, status, expected):
    run_here.status = status
    assert start.main(["test", "--here"]) == expected


def test_a_command_may_keep_bytecode_and_finds_the_courses_kernel(run_here, monkeypatch):
    """Importing TensorFlow takes five times as long without; a user's own kernel may lack it."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    start.main(["lab", "--here"])
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ and sys.dont_write_bytecode is False
    assert os.environ["JUPYTER_PREFER_ENV_PATH"] == "1"


@pytest.mark.skipif(os.name == "nt", reason="Windows reports a closed pipe in another way")
def test_a_reader_who_has_had_enough_is_no_trouble():
    """As in `python3 -m helpers catalogue | head -1`."""
    code = ("import sys\nfrom helpers.commands import start\n"
            "def endless(name, rest):\n    while True:\n        print('a line', flush=True)\n"
            "start.enter = endless\nsys.exit(start.main(['catalogue']))")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == "a line\n"
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (0, "")
