"""What holds for all of helpers: quick to import, no TensorFlow with it, no finding of ruff."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.commands.environment import ROOT

HEAVY = ("tensorflow", "keras", "jax", "torch")


def modules():
    """Every module of helpers, by its dotted name."""
    files = sorted(Path(ROOT, "helpers").rglob("*.py"))
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def test_importing_helpers_imports_no_deep_learning_library():
    """In a fresh interpreter, all modules one after another."""
    code = ("import importlib, json, sys\nfound = {}\n"
            f"for name in {modules()!r}:\n"
            "    importlib.import_module(name)\n"
            f"    for heavy in {HEAVY!r}:\n"
            "        if heavy in sys.modules:\n            found.setdefault(heavy, name)\n"
            "print(json.dumps(found))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {}


def test_import_changes_no_settings_and_prints_nothing():
    code = ("import matplotlib, numpy, os, warnings\n"
            "def state():\n"
            "    return (dict(matplotlib.rcParams), numpy.get_printoptions(), numpy.geterr(),\n"
            "            dict(os.environ), list(warnings.filters))\n"
            "before = state()\n"
            f"import importlib\nfor name in {modules()!r}:\n    importlib.import_module(name)\n"
            "after = state()\n"
            "assert [a == b for a, b in zip(before[:4], after[:4])] == [True] * 4\n")
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, text=True,
                          capture_output=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_ruff_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT,
                          text=True, capture_output=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("line", ["import tensorflow", "from keras import layers"])
def test_ruff_would_find_a_module_level_import_of_tensorflow(line, tmp_path):
    file = tmp_path / "room.py"
    file.write_text(f'"""A room."""\n\n{line}\n\nprint({line.split()[-1]})\n', encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "--config",
                           str(Path(ROOT, "pyproject.toml")), str(file)], text=True,
                          capture_output=True)
    assert "TID253" in done.stdout


def test_no_module_is_called_utils():
    assert not [name for name in modules() if name.rsplit(".", 1)[-1] in ("utils", "util")]
