"""What holds for every test: progress goes to a temporary folder, solutions are judged strictly."""

import os
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
NOTEBOOK_FOLDERS = (ROOT / "chapters", ROOT / "solutions")


def pytest_configure(config):
    """Set the environment for this process, its workers and every kernel that they start."""
    # `import tensorflow` takes five times as long where Python may not keep what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    os.environ.setdefault("NB_PROFILE", "quick")
    if not hasattr(config, "workerinput"):   # not in a worker: they inherit what is set here
        config.course_progress = tempfile.TemporaryDirectory(prefix="course-progress-",
                                                             ignore_cleanup_errors=True)
        os.environ["COURSE_PROGRESS"] = config.course_progress.name


def pytest_unconfigure(config):
    """Throw away the progress that the tests made."""
    folder = getattr(config, "course_progress", None)
    if folder is not None:
        folder.cleanup()


def pytest_ignore_collect(collection_path, config):
    """Leave out notebooks that somebody has worked in: tests/notebooks says so, with the reason."""
    if collection_path.suffix == ".ipynb" and collection_path.parent in NOTEBOOK_FOLDERS:
        from helpers.commands.staleness import was_edited

        return True if was_edited(collection_path) else None
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """In notebooks of solutions/, any verdict but "right" is an error.

    nbval starts a notebook's kernel in the setup of its first cell, after this, and the kernel
    inherits the environment.
    """
    if item.path.suffix == ".ipynb" and item.path.parent == ROOT / "solutions":
        os.environ["COURSE_STRICT"] = "1"
    else:
        os.environ.pop("COURSE_STRICT", None)
