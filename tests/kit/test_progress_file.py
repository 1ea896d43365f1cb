"""The file of one's progress: two kernels that begin it at once, and damage that nobody sees."""

import importlib
import os
import sqlite3
from contextlib import closing

import pytest

from helpers.kit.progress import Event, Store, folder


@pytest.fixture
def said():
    return []


@pytest.fixture
def kept(tmp_path, said):
    return Store(tmp_path / "here", said.append)


def events_in(folder):
    return [event.exercise for event in Store(folder).events()]


# --- two kernels and a new file -------------------------------------------------------------------


@pytest.fixture
def before_each(monkeypatch):
    """Have a function called with each statement, just before the store sends it to SQLite."""
    module = importlib.import_module("helpers.kit.progress")   # the name in kit is the function
    real = sqlite3.connect

    def watch(function):
        class Watched(sqlite3.Connection):
            def execute(self, statement, *values):
                function(statement)
                return super().execute(statement, *values)

        monkeypatch.setattr(module.sqlite3, "connect",
                            lambda path, **options: real(path, factory=Watched, **options))

    return watch


def test_a_kernel_that_begins_the_file_a_moment_later_finds_it_begun(kept, said, before_each):
    """Both have seen a file without a table; only one of them may make it."""
    other, waiting = Store(kept.path.parent, said.append), ["the other kernel"]
    kept.path.parent.mkdir()
    kept.path.touch()   # SQLite does the same as soon as it opens a file

    def other_is_faster(statement):
        if statement.startswith("BEGIN") and waiting:
            waiting.clear()
            other.add("9.2", "check", "right")

    before_each(other_is_faster)
    kept.add("9.1", "check", "right")
    assert waiting == [] and said == []
    assert events_in(kept.path.parent) == ["9.2", "9.1"]
    assert list(kept.path.parent.iterdir()) == [kept.path]   # none was taken for damaged


def test_nobody_else_writes_while_a_kernel_makes_the_table(kept, said, before_each):
    """Between the look whether there is a table and the making of it nobody can come."""
    refused, real = [], sqlite3.connect

    def try_to_write(statement):
        if statement.startswith("CREATE TABLE"):
            with closing(real(kept.path, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    refused.append(str(error))

    before_each(try_to_write)
    kept.add("9.1", "check", "right")
    assert refused == ["database is locked"] and said == []
    assert events_in(kept.path.parent) == ["9.1"]


# --- damage ---------------------------------------------------------------------------------------


def filled(kept):
    """Write 200 events, several pages of them, in one go; returns the bytes of the file."""
    kept.memory += [Event("then", "9.1", "check", "wrong", (f"mistake number {i}",))
                    for i in range(199)]  # fmt: skip
    kept.add("9.1", "check", "wrong", ["the last mistake"])
    return kept.path.read_bytes()


def test_damage_that_sqlite_reads_without_a_word_is_noticed(kept, said):
    """A page that the disk has written to the wrong place: some events twice, others not at all."""
    content = bytearray(filled(kept))
    size = int.from_bytes(content[16:18], "big")   # of a page, as the header says
    content[3 * size : 4 * size] = content[2 * size : 3 * size]
    kept.path.write_bytes(content)
    with closing(sqlite3.connect(kept.path)) as db:
        rows = db.execute("SELECT number FROM event ORDER BY number").fetchall()
    assert len(set(rows)) < 200 and len(set(rows)) < len(rows)

    fresh = Store(kept.path.parent, said.append)
    fresh.add("9.2", "check", "right")
    aside, = kept.path.parent.glob("progress.damaged-*.sqlite")
    assert aside.read_bytes() == content and len(said) == 1 and aside.name in said[0]
    assert events_in(kept.path.parent) == ["9.2"]


@pytest.mark.skipif(os.name == "nt", reason="Windows renames no file that is open")
def test_the_journal_of_a_damaged_file_is_set_aside_with_it(kept, said):
    """SQLite's journal holds pages as they were: whoever wants to repair the file needs it."""
    filled(kept)
    journal = kept.path.with_name("progress.sqlite-journal")
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM event")      # another kernel, in the middle of its work
        before = journal.read_bytes()
        with kept.path.open("r+b") as file:
            file.write(b"something else")
        fresh = Store(kept.path.parent, said.append)
        fresh.add("9.2", "check", "right")
        aside, = kept.path.parent.glob("progress.damaged-*.sqlite")
        assert before and aside.with_name(f"{aside.name}-journal").read_bytes() == before
        assert not journal.exists()
    assert events_in(kept.path.parent) == ["9.2"]


# --- where it lies --------------------------------------------------------------------------------


def test_a_tilde_in_the_folders_name_is_the_home_directory(monkeypatch, tmp_path):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("COURSE_PROGRESS", "~/mine")
    assert folder() == tmp_path / "mine"


def test_where_the_course_is_installed_as_a_package_progress_lies_beside_the_notebook(
        monkeypatch, tmp_path):
    """In site-packages nobody would look for it, and the next update would take it away."""
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("helpers.kit.progress")
    course = tmp_path / "lib"
    monkeypatch.setattr(module, "__file__", str(course / "helpers" / "kit" / "progress.py"))
    assert folder() == tmp_path / "progress"
    course.mkdir()
    (course / "pyproject.toml").write_text("")   # no package, but the whole course
    assert folder() == course / "progress"
