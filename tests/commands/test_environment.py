"""The way from whichever Python was called to the course's own, and what may be amiss on it."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.commands import environment, start
from helpers.commands import venv as venv_module
from helpers.commands.environment import ROOT, Trouble

SPEAK_ON_OLD_PYTHONS = ("helpers/__init__.py", "helpers/__main__.py",
                        "helpers/commands/__init__.py", "helpers/commands/environment.py",
                        "helpers/commands/venv.py", "helpers/commands/start.py")


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """A place for `.venv` where nothing is yet; returns its path."""
    path = tmp_path / ".venv"
    monkeypatch.setattr(venv_module, "VENV", str(path))
    monkeypatch.setattr(venv_module, "MADE_BY_US", str(path / "made-by-course"))
    monkeypatch.setattr(venv_module, "READY", str(path / "course-ready"))
    return path


def fill(venv, version, python="real", ours=False, ready=False):
    """Make a folder that looks like an environment."""
    executable = Path(venv_module.venv_python())
    executable.parent.mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n", encoding="utf-8")
    if python == "real":
        executable.symlink_to(sys.executable)
    elif python == "vanished":
        executable.symlink_to("/nowhere/python3")
    if ours:
        (venv / "made-by-course").write_text("", encoding="utf-8")
    if ready:
        (venv / "course-ready").write_text("x", encoding="utf-8")


# --- too old, too new -----------------------------------------------------------------------------

@pytest.mark.parametrize("name", SPEAK_ON_OLD_PYTHONS)
def test_first_files_parse_on_python_3_6(name):
    ast.parse(Path(ROOT, name).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("minor", [6, 7, 8, 9, 14])
def test_unsupported_python_gets_a_sentence(minor, tmp_path):
    python = real_python(minor)
    if python is None:
        pytest.skip(f"no Python 3.{minor} on this machine")
    copy_course(tmp_path)
    done = subprocess.run([python, "-m", "helpers", "lab"], cwd=tmp_path, text=True,
                          capture_output=True)
    assert done.returncode == 1
    assert f"This is Python 3.{minor}" in done.stderr and "-m helpers lab" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()


def real_python(minor):
    """A Python of that version that runs, or None. pyenv's shims stand in PATH but may not run."""
    candidates = [shutil.which(f"python3.{minor}")]
    candidates += map(str, Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"))
    return next((path for path in candidates
                 if path and environment.ask_version(path) == (3, minor)), None)


def copy_course(folder):
    """The commands, with nothing to install: enough to go through the first start offline."""
    shutil.copytree(Path(ROOT, "helpers", "commands"), folder / "helpers" / "commands",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(Path(ROOT, "helpers", name), folder / "helpers" / name)
    (folder / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text("", encoding="utf-8")


def test_message_names_a_python_that_fits(monkeypatch):
    monkeypatch.setattr(environment, "other_python", lambda: "/opt/some where/python3.12")
    said = environment.unsupported_message(["lab", "--port", "9"])
    assert "'/opt/some where/python3.12' -m helpers lab --port 9" in said


def test_message_without_any_other_python_says_what_to_install(monkeypatch):
    monkeypatch.setattr(environment, "other_python", lambda: None)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    assert "Install Python 3.12" in environment.unsupported_message(["lab"])
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/bin/uv")
    assert "uv run" in environment.unsupported_message(["lab"])


def test_a_python_that_does_not_run_is_not_offered(tmp_path, monkeypatch):
    broken = tmp_path / "python3.12"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    assert environment.ask_version(str(broken)) == (0, 0)
    monkeypatch.setattr(environment.shutil, "which", lambda name: str(broken))
    monkeypatch.setattr(environment.os.path, "isdir", lambda path: False)
    monkeypatch.setattr(environment.os.path, "exists", lambda path: path == str(broken))
    assert environment.other_python() is None


# --- the state of .venv ---------------------------------------------------------------------------

def test_no_environment_yet(venv):
    assert venv_module.healthy_venv() is False


@pytest.mark.parametrize("python, ours", [("vanished", True), ("none", True)])
def test_our_own_that_is_broken_or_half_made_is_made_again(venv, python, ours):
    fill(venv, "3.11.7", python, ours)
    assert venv_module.healthy_venv() is False


def test_our_own_whose_making_was_stopped_is_made_again(venv):
    version = "{}.{}.0".format(*sys.version_info[:2])
    fill(venv, version)
    (venv / "made-by-course").write_text(venv_module.NOTE, encoding="utf-8")
    assert venv_module.healthy_venv() is False
    (venv / "made-by-course").write_text(venv_module.NOTE + venv_module.WHOLE, encoding="utf-8")
    assert venv_module.healthy_venv() is True


def test_our_own_with_another_python_behind_it_is_made_again(venv):
    fill(venv, "3.10.0" if sys.version_info[:2] != (3, 10) else "3.11.0", ours=True, ready=True)
    assert venv_module.healthy_venv() is False


def test_a_link_that_leads_nowhere_is_left_alone(venv):
    venv.symlink_to(venv.with_name("gone"))
    with pytest.raises(Trouble, match="is a link") as caught:
        venv_module.healthy_venv()
    assert f"rm {venv}" in str(caught.value) and venv.is_symlink()


def test_an_unsupported_python_in_the_environment_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(start, "inside_venv", lambda: True)
    monkeypatch.setattr(start, "supported", lambda version: False)
    monkeypatch.setattr(start, "healthy_venv", lambda: False)
    monkeypatch.setattr(start.importlib, "import_module", lambda name: pytest.fail(name))
    assert start.main(["lab"]) == 1
    assert "-m helpers lab" in capsys.readouterr().err


def test_too_little_space_is_said_before_the_environment_is_made(venv, monkeypatch):
    class Usage:
        free = 6e6

    monkeypatch.setattr(venv_module.shutil, "disk_usage", lambda path: Usage)
    with pytest.raises(Trouble, match="Too little disk space"):
        venv_module.make_venv(["lab"])
    assert not venv.exists()


def test_empty_folder_is_made(venv):
    venv.mkdir()
    assert venv_module.healthy_venv() is False


def test_somebody_elses_working_environment_is_used(venv):
    fill(venv, "{}.{}.0".format(*sys.version_info[:2]))
    assert venv_module.healthy_venv() is True


@pytest.mark.parametrize("version, python, says", [
    ("3.14.0", "none", "made by Python 3.14"),
    ("3.9.18", "vanished", "made by Python 3.9"),
    ("3.12.1", "vanished", "Python 3.12 that is no longer there"),
    ("?", "none", "not an environment"),
])
def test_somebody_elses_broken_environment_is_left_alone(venv, version, python, says):
    fill(venv, version, python)
    with pytest.raises(Trouble, match=says) as caught:
        venv_module.healthy_venv()
    assert str(venv) in str(caught.value)
    assert venv.exists()


def test_folder_that_cannot_be_written_is_a_sentence(venv, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", path)
    monkeypatch.setattr(venv_module.os, "mkdir", refuse)
    with pytest.raises(Trouble, match="cannot write in its own folder"):
        venv_module.make_venv(["lab"])


def test_python_without_venv_module_is_a_sentence(venv, monkeypatch):
    monkeypatch.setattr(venv_module, "has", lambda *packages: "ensurepip" not in packages)
    with pytest.raises(Trouble, match="apt install python3-venv"):
        venv_module.make_venv(["lab"])


def test_settings_of_tools_do_not_change_the_stamp(tmp_path, monkeypatch):
    copy_course(tmp_path)
    monkeypatch.setattr(venv_module, "ROOT", str(tmp_path))
    stamps = []
    for text in ("[project]\na = 1\n[tool.x]\ny = 1\n", "[project]\na = 1\n[tool.x]\ny = 2\n",
                 "[project]\na = 2\n[tool.x]\ny = 1\n"):
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        stamps.append(venv_module.stamp())
    assert stamps[0] == stamps[1] != stamps[2]


def test_stamp_changes_with_requirements_and_with_the_place(tmp_path, monkeypatch):
    copy_course(tmp_path)
    monkeypatch.setattr(venv_module, "ROOT", str(tmp_path))
    first = venv_module.stamp()
    assert venv_module.stamp() == first
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    second = venv_module.stamp()
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    shutil.copytree(tmp_path, moved)
    monkeypatch.setattr(venv_module, "ROOT", str(moved))
    assert len({first, second, venv_module.stamp()}) == 3


def test_the_cluster_is_asked_for_by_an_environment_variable(tmp_path, monkeypatch):
    copy_course(tmp_path)
    monkeypatch.setattr(venv_module, "ROOT", str(tmp_path))
    monkeypatch.delenv("COURSE_EXTRAS", raising=False)
    assert venv_module.lists() == ["requirements.txt"]
    plain = venv_module.stamp()
    monkeypatch.setenv("COURSE_EXTRAS", "cluster")
    (tmp_path / "requirements-cluster.txt").write_text("ray\n", encoding="utf-8")
    with_ray = venv_module.stamp()
    (tmp_path / "requirements-cluster.txt").write_text("jax\n", encoding="utf-8")
    assert len({plain, with_ray, venv_module.stamp()}) == 3
    monkeypatch.setenv("COURSE_EXTRAS", "clutser")
    with pytest.raises(Trouble, match="COURSE_EXTRAS is 'clutser'. Expected nothing, or cluster"):
        venv_module.lists()


# --- the commands themselves ----------------------------------------------------------------------

def test_no_command_prints_them_all(capsys):
    assert start.main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in start.COMMANDS)


def test_unknown_command_is_a_sentence(capsys):
    assert start.main(["labb"]) == 2
    assert "no command 'labb'" in capsys.readouterr().err


@pytest.mark.parametrize("raised, status, says", [
    (Trouble("Do this."), 1, "Do this."),
    (KeyboardInterrupt(), 130, "Stopped."),
])
def test_trouble_and_ctrl_c_end_in_a_sentence(monkeypatch, capsys, raised, status, says):
    def fail(name, rest):
        raise raised
    monkeypatch.setattr(start, "enter", fail)
    assert start.main(["lab"]) == status
    assert says in capsys.readouterr().err


def clean_environment():
    """As on a machine without uv and without this course on the path."""
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    clean["PATH"] = os.pathsep.join(entry for entry in clean["PATH"].split(os.pathsep)
                                    if not Path(entry, "uv").exists())
    return clean


def call(folder, *arguments):
    """Call `python -m helpers lab` in a copy of the course."""
    return subprocess.run([sys.executable, "-m", "helpers", "lab", *arguments], cwd=folder,
                          env=clean_environment(), text=True, capture_output=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that only one process gets")
@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_a_first_start_that_is_stopped_at_once_is_repaired_by_the_next(tmp_path, seconds):
    copy_course(tmp_path)
    process = subprocess.Popen([sys.executable, "-m", "helpers", "lab"], cwd=tmp_path,
                               env=clean_environment(), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(timeout=60)
    again = call(tmp_path)
    assert "There is no chapter" in again.stderr and "Traceback" not in again.stderr, again
    assert (tmp_path / ".venv" / "course-ready").exists()


def test_first_start_second_start_and_repair(tmp_path):
    """The whole way, in a copy with nothing to install and no chapter to open."""
    copy_course(tmp_path)
    first = call(tmp_path)
    assert "100%" in first.stdout and "There is no chapter" in first.stderr, first
    ready = tmp_path / ".venv" / "course-ready"
    stamp = ready.read_text(encoding="utf-8")

    second = call(tmp_path)
    assert "Installing" not in second.stdout and "There is no chapter" in second.stderr

    ready.unlink()                      # as after an interruption while packages were installed
    third = call(tmp_path)
    assert "Installing" in third.stdout and ready.read_text(encoding="utf-8") == stamp

    shutil.rmtree(tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin"))
    ready.unlink()                      # as after an interruption while .venv was being made
    fourth = call(tmp_path)
    assert "Making" in fourth.stdout and ready.read_text(encoding="utf-8") == stamp
    assert "Traceback" not in first.stderr + second.stderr + third.stderr + fourth.stderr
