"""What holds for every test: progress goes to a temporary folder, solutions are judged strictly."""

import os
import tempfile
from pathlib import Path

import pytest

from helpers.commands import spreading

ROOT = Path(__file__).parent
NOTEBOOK_FOLDERS = (ROOT / "chapters", ROOT / "solutions")


def pytest_configure(config):
    """Set the environment for this process, its workers and every kernel that they start."""
    # `import tensorflow` takes five times as long where Python may not keep what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    os.environ.setdefault("NB_PROFILE", "quick")
    os.environ.pop("COURSE_EXTRAS", None)   # it has been followed; tests install into toy courses
    if not hasattr(config, "workerinput"):   # not in a worker: they inherit what is set here
        config.course_progress = tempfile.TemporaryDirectory(prefix="course-progress-",
                                                             ignore_cleanup_errors=True)
        os.environ["COURSE_TEST_PROGRESS"] = config.course_progress.name
    os.environ["COURSE_PROGRESS"] = os.environ["COURSE_TEST_PROGRESS"]
    if config.getoption("numprocesses", None):
        # Each process has a core. With more threads, cores wait for each other in every product:
        # beside another process, a product takes ten times as long.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Chapter 3's networks are trained once in this run, by whoever needs one first.
    os.environ["COURSE_TRAINED"] = str(Path(os.environ["COURSE_TEST_PROGRESS"], "trained"))


def pytest_unconfigure(config):
    """Throw away the progress that the tests made."""
    folder = getattr(config, "course_progress", None)
    if folder is not None:
        folder.cleanup()


def pytest_terminal_summary(terminalreporter):
    """After the dots, what tests have measured and said with record_property("measured", …)."""
    reports = [report for outcome in ("passed", "failed")
               for report in terminalreporter.stats.get(outcome, []) if report.when == "call"]
    said = [text for report in reports for name, text in report.user_properties
            if name == "measured"]
    if said:
        terminalreporter.section("measured")
        terminalreporter.write_line("\n".join(sorted(said)))


def pytest_ignore_collect(collection_path, config):
    """Leave out notebooks that somebody has worked in: tests/notebooks says so, with the reason."""
    if is_notebook(collection_path):
        from helpers.commands.staleness import was_edited

        return True if was_edited(collection_path) else None
    return None


def pytest_collection_modifyitems(config, items):
    """After the last cell of each chapter, ask what its checks have said; long files first."""
    last = {item.path: position for position, item in enumerate(items)
            if is_notebook(item.path) and item.path.parent.name == "chapters"}
    for position in sorted(last.values(), reverse=True):
        after = Unsolved.from_parent(items[position].parent, name="every check: not attempted")
        items.insert(position + 1, after)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: spreading.rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """How `-n` with `--dist loadfile` hands out the tests."""
    return spreading.scheduler(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """In notebooks of solutions/, any verdict but "right" is an error.

    nbval starts a notebook's kernel in the setup of its first cell, after this, and the kernel
    inherits the environment.
    """
    progress = os.environ["COURSE_TEST_PROGRESS"]
    os.environ.pop("COURSE_STRICT", None)
    if is_notebook(item.path):
        progress = progress_of(item.path)
        if item.path.parent.name == "solutions":
            os.environ["COURSE_STRICT"] = "1"
    os.environ["COURSE_PROGRESS"] = progress
    # A backup of an interrupted training, a student's or another notebook's, is not to be resumed.
    os.environ["COURSE_CHECKPOINTS"] = str(Path(progress, "checkpoints"))


def is_notebook(path):
    """Whether a file is a built notebook of the course, not one that a test has made."""
    return path.suffix == ".ipynb" and path.parent in NOTEBOOK_FOLDERS


def progress_of(path):
    """The folder in which the kernel of a notebook keeps progress."""
    folder = Path(os.environ["COURSE_TEST_PROGRESS"], f"{path.parent.name}-{path.stem}")
    return str(folder)


class Unsolved(pytest.Item):
    """A chapter that nobody has touched: every check ran, and found nothing attempted."""

    def runtest(self):
        """Compare the progress that the chapter's kernel has kept with the checks in its cells."""
        from helpers.kit.progress import Store
        from helpers.kit.verdict import NOT_ATTEMPTED

        events = Store(progress_of(self.path)).events()
        if not events:
            pytest.skip("the cells with checks were not run")
        states = {event.exercise: event.state for event in events if event.kind == "check"}
        attempted = {name: state for name, state in states.items() if state != NOT_ATTEMPTED}
        assert states and not attempted, attempted

    def reportinfo(self):
        """What pytest shows: the notebook, and the name of this item."""
        return self.path, 0, self.name
