"""A chapter alone in an empty folder fetches the course; beside the course it does nothing."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.commands import setup_cell
from helpers.commands.environment import ROOT

WHERE = "\nimport helpers.commands; print('helpers from', helpers.commands.__file__)"


@pytest.fixture
def run_alone(tmp_path):
    """Run the set-up cell in a folder, in a Python that does not know this course.

    The repository's address leads to a local repository with the package in it, by git's own means;
    pip is told that nothing may be fetched.
    """
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    origin = tmp_path / "origin"
    shutil.copytree(Path(ROOT, "helpers"), origin / "helpers",
                    ignore=shutil.ignore_patterns("__pycache__"))
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "course"]):
        subprocess.run(["git", *command], cwd=origin, check=True)
    config = tmp_path / "gitconfig"

    def run(folder, reachable=True):
        target = origin.as_uri() if reachable else (tmp_path / "nothing").as_uri()
        config.write_text(f'[url "{target}"]\n  insteadOf = {setup_cell.repository()}\n',
                          encoding="utf-8")
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        environment |= {"GIT_CONFIG_GLOBAL": str(config), "PIP_NO_INDEX": "1"}
        # -S hides site-packages, and with them this course where it is installed as editable.
        code = setup_cell.setup_text() + WHERE
        return subprocess.run([sys.executable, "-S", "-c", code], cwd=folder, env=environment,
                              text=True, capture_output=True)
    return run


def test_fetches_the_course_once(run_alone, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    first = run_alone(folder)
    assert f"helpers from {folder / 'course'}" in first.stdout, first.stderr
    again = run_alone(folder, reachable=False)
    assert f"helpers from {folder / 'course'}" in again.stdout, again.stderr


def test_interrupted_fetch_is_repaired(run_alone, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    assert run_alone(folder, reachable=False).returncode != 0
    (folder / "tmpabcdef").mkdir()   # what a killed `git clone` leaves behind
    (folder / "tmpabcdef" / "half").write_text("", encoding="utf-8")
    assert f"helpers from {folder / 'course'}" in run_alone(folder).stdout


def test_a_fetch_that_fails_ends_in_a_sentence_and_leaves_nothing_behind(run_alone, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    for prepare in (lambda: None, lambda: (folder / "course" / "mine").mkdir(parents=True)):
        prepare()
        done = run_alone(folder, reachable=(folder / "course").exists())
        assert done.returncode != 0 and "Traceback" not in done.stderr
        assert "The course could not be fetched from" in done.stderr and "a network" in done.stderr
        assert [path.name for path in folder.iterdir()] in ([], ["course"])
    assert (folder / "course" / "mine").is_dir()   # the student's own folder is as it was


def test_a_students_own_helpers_py_is_not_taken_for_the_course(run_alone, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "helpers.py").write_text("mine = True\n", encoding="utf-8")
    done = run_alone(folder)
    assert f"helpers from {folder / 'course'}" in done.stdout, done.stderr


def test_two_notebooks_that_fetch_at_once_both_get_the_course(run_alone, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: run_alone(folder), range(3)))
    assert all(f"helpers from {folder / 'course'}" in done.stdout for done in runs), runs
    assert [path.name for path in folder.iterdir()] == ["course"]


def test_does_nothing_inside_the_course(run_alone, tmp_path):
    inside = tmp_path / "origin" / "chapters"
    inside.mkdir()
    done = run_alone(inside, reachable=False)
    assert f"helpers from {tmp_path / 'origin'}" in done.stdout, done.stderr
    assert list(inside.iterdir()) == []


def test_does_nothing_where_the_course_is_installed(tmp_path):
    """With the packages visible: wherever the notebook lies, the editable install is found."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    environment = dict(os.environ, PYTHONPATH=ROOT)
    done = subprocess.run([sys.executable, "-c", setup_cell.setup_text() + WHERE], cwd=folder,
                          env=environment, text=True, capture_output=True)
    assert f"helpers from {ROOT}" in done.stdout, done.stderr
    assert list(folder.iterdir()) == []


def test_address_stands_in_one_place():
    """Nothing but pyproject.toml may carry the address; built notebooks get it from there."""
    address = setup_cell.repository()
    written = [path.relative_to(ROOT).as_posix()
               for folder in ("helpers", "tests", "solutions")
               for path in Path(ROOT, folder).rglob("*")
               if path.suffix in {".py", ".md", ".js"}
               and address in path.read_text(encoding="utf-8")]
    assert written == []
