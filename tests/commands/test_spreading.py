"""Long files go first, and only what must share a process shares one."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

from helpers.commands import spreading
from helpers.commands.environment import ROOT


@pytest.mark.parametrize("pattern", spreading.LONG)
def test_each_pattern_still_means_a_file_of_the_course(pattern):
    files = [path.relative_to(ROOT).as_posix()
             for folder in ("solutions", "chapters", "tests")
             for path in Path(ROOT, folder).rglob("*.*")]
    wanted = pattern.partition("::")[0]
    assert any(fnmatch(file, wanted) for file in files)


def test_long_ones_stand_first_and_others_keep_their_order():
    tests = ["tests/nn/test_fit.py::a", "tests/nn/test_pooling.py::b",
             "chapters/03_cnn.ipynb::Cell 1", "solutions/03_cnn.ipynb::Cell 1",
             "solutions/03_cnn.ipynb::Cell 2"]
    assert sorted(tests, key=spreading.rank) == [*tests[3:], tests[2], *tests[:2]]


def test_a_notebook_stays_together_and_each_test_in_jupyterlab_may_go_anywhere():
    assert spreading.group("chapters/03_cnn.ipynb::Cell 7") == "chapters/03_cnn.ipynb"
    assert spreading.group("tests/nn/test_fit.py::a[1::2]") == "tests/nn/test_fit.py"
    lab = "tests/browser/test_widgets_in_lab.py::test_x[02]"
    assert spreading.group(lab) == lab
