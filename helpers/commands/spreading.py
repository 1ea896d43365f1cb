"""How the tests are spread over processes: what takes long first, so that no process ends alone.

pytest-xdist hands out one file after another, by itself the files with most tests first. Here few
tests take most of the time. A notebook stays in one process, which has its kernel; each test in
JupyterLab starts everything anew, and can go anywhere.
"""

from fnmatch import fnmatch

# From long to short. A browser waits much and computes little, notebooks do the opposite: side by
# side they share two cores well. The solution of chapter 3 trains networks that the others use.
LONG = [
    "solutions/03_*",
    "*test_widgets_in_lab.py::test_every_widget*",
    "solutions/*",
    "tests/cloud/test_kills.py*",
    "*test_widgets_in_lab.py::test_chapter*",
    "chapters/*",
    "*_in_lab.py::*",
    "tests/cloud/test_ray_lab.py*",
    "tests/*/test_resuming*",
    "tests/*/test_experiments*",
    "tests/*/test_environment.py*",
    "tests/*/test_pytest_settings.py*",
    "tests/*/test_mutants.py*",
    "tests/widgets/*",
]


def rank(nodeid):
    """Where a test stands in the queue, from 0."""
    return next((at for at, long in enumerate(LONG) if fnmatch(nodeid, long)), len(LONG))


def group(nodeid):
    """What stays together in one process: a file, but tests in JupyterLab one by one."""
    file = nodeid.partition("::")[0]
    return nodeid if file.endswith("_in_lab.py") else file


def scheduler(config, log):
    """What xdist asks for each test; keeps the order in which they were collected."""
    from xdist.scheduler import LoadFileScheduling

    class Spread(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    config.option.loadscopereorder = False
    return Spread(config, log)
