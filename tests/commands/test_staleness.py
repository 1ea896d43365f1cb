"""Which files of `helpers` a notebook's outputs depend on."""

import pytest

from helpers.commands import staleness


@pytest.fixture
def course(tmp_path):
    """A small package `helpers` with every kind of dependency."""
    files = {
        "helpers/__init__.py": "",
        "helpers/a/__init__.py": "import importlib\ndef __getattr__(name):\n"
                                 "    return importlib.import_module('helpers.a.lazy')\n",
        "helpers/a/lazy.py": "",
        "helpers/a/first.py": "from helpers.b import inner\n",
        "helpers/a/unused.py": "",
        "helpers/b/__init__.py": "",
        "helpers/b/inner.py": "from . import sibling\nfrom .view import View\n",
        "helpers/b/sibling.py": "def f():\n    import helpers.c\n",
        "helpers/b/view.py": "class View:\n    _esm = 'view.js'\n",
        "helpers/b/view.js": "export default {}",
        "helpers/b/other.js": "",
        "helpers/c.py": "import numpy\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_everything_reached_and_nothing_else(course):
    used = staleness.used_helpers(["%matplotlib inline\nfrom helpers.a import first"], course)
    assert set(used) == {
        "helpers/__init__.py", "helpers/a/__init__.py", "helpers/a/lazy.py", "helpers/a/first.py",
        "helpers/b/__init__.py", "helpers/b/inner.py", "helpers/b/sibling.py", "helpers/b/view.py",
        "helpers/b/view.js", "helpers/c.py"}


def test_change_of_javascript_changes_its_hash_and_only_that(course):
    cells = ["import helpers.b.view"]
    before = staleness.used_helpers(cells, course)
    (course / "helpers/b/view.js").write_text("export default {render: 1}", encoding="utf-8")
    after = staleness.used_helpers(cells, course)
    assert staleness.compare_helpers(before, after) == ("stale", "changed since: helpers/b/view.js")


def test_line_ends_do_not_matter(tmp_path):
    unix, windows = tmp_path / "unix", tmp_path / "windows"
    unix.write_bytes(b"a\nb\n")
    windows.write_bytes(b"a\r\nb\r\n")
    assert staleness.file_hash(unix) == staleness.file_hash(windows)
