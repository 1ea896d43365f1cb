"""How pytest treats notebooks: strict in solutions/, unsolved in chapters/, edited left out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.commands import build
from helpers.commands.environment import ROOT

EXERCISE = '''\
from helpers.kit import check
from helpers.kit.exercise import exercise

X = exercise("9.10", title="Double", outputs=("y",))
X.reference(lambda x: 2 * x)
X.probes(lambda rng: [(1.0,), (3.0,)])

def double(x):'''


@pytest.fixture
def course(tiny, rewrite):
    """A course of one tiny chapter with a check, built, and a function that runs pytest in it."""
    rewrite("def double(x):", EXERCISE)
    rewrite("print(double(21))", 'double = check("9.10", double)\nprint(double(21))')
    build.build(tiny)
    root = tiny.parent.parent
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(Path(ROOT, name), root / name)

    def run(folder):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("PYTEST", "COURSE"))}
        return subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA",
                               "-p", "no:xdist", folder], cwd=root, env=environment, text=True,
                              capture_output=True).stdout
    return root, run


def change(path, old, new):
    """Change a built notebook and sign it again, as if it had been built so."""
    from helpers.commands import staleness

    notebook = nbformat.read(path, as_version=4)
    assert any(old in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    notebook.metadata["course"]["content_hash"] = staleness.content_hash(notebook)
    nbformat.write(notebook, path)


def test_untouched_chapter_passes_with_every_check_not_attempted(course):
    _, run = course
    printed = run("chapters")
    assert "PASSED chapters/09_tiny.ipynb::every check: not attempted" in printed
    assert "failed" not in printed


def test_chapter_that_holds_an_answer_fails(course):
    root, run = course
    change(root / "chapters" / "09_tiny.ipynb", "return ...", "return 2 * x")
    printed = run("chapters")
    assert "FAILED chapters/09_tiny.ipynb::every check: not attempted" in printed
    assert "1 failed" in printed


def test_solution_passes_and_a_wrong_one_fails(course):
    root, run = course
    printed = run("solutions")
    assert "failed" not in printed and "passed" in printed
    change(root / "solutions" / "09_tiny.ipynb", "return 2 * x", "return 3 * x")
    printed = run("solutions")
    assert "failed" in printed and "CheckFailed" in printed


def test_output_that_differs_from_the_stored_one_fails(course):
    root, run = course
    path = root / "solutions" / "09_tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for output in notebook.cells[-1].outputs:
        if output.get("name") == "stdout":
            output.text = output.text.replace("42", "43")
    nbformat.write(notebook, path)
    assert "failed" in run("solutions")


def test_edited_chapter_is_left_out(course):
    root, run = course
    path = root / "chapters" / "09_tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = "raise ValueError('my own experiment')"
    nbformat.write(notebook, path)
    assert "no tests ran" in run("chapters")
