"""Progress survives two kernels, damage, read-only folders and newer versions."""

import importlib
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from helpers.kit.board import Board, board_of, progress
from helpers.kit.checking import check, hint
from helpers.kit.progress import SCHEMA, Event, Store, folder, record, store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def said():
    return []


@pytest.fixture
def kept(tmp_path, said):
    return Store(tmp_path / "here", said.append)


def test_what_was_added_is_there_in_another_process_of_the_course(kept, said):
    kept.add("9.1", "check", "wrong", ["a", "b"])
    kept.add("9.1", "check", "right")
    again = Store(kept.path.parent, said.append)
    assert [e.state for e in again.events()] == ["wrong", "right"]
    assert again.events()[0].mistakes == ("a", "b") and said == []


def test_standings(kept):
    for state, names in [("not attempted", ()), ("wrong", ("b", "a")), ("wrong", ("a",)),
                         ("right", ()), ("wrong", ("c",))]:  # fmt: skip
        kept.add("9.1", "check", state, names)
    kept.add("9.2", "check", "not attempted")
    kept.add("9.2", "hint", guess="1")
    kept.add("9.3", "quiz", "wrong", ("x",))
    found = kept.standings()
    assert (found["9.1"].state, found["9.1"].attempts) == ("right", 4)
    assert found["9.1"].mistakes == ["b", "a", "c"] and found["9.1"].first_solved
    assert (found["9.2"].state, found["9.2"].attempts) == ("not attempted", 0)
    assert found["9.3"].state == "wrong" and found["9.3"].first_solved is None


def test_the_last_prediction_counts(kept):
    assert kept.prediction("9.3") is None
    kept.add("9.3", "predict", guess="12")
    kept.add("9.3", "reveal", "wrong")
    kept.add("9.4", "predict", guess="7")
    kept.add("9.3", "predict", guess="4*3")
    assert kept.prediction("9.3") == "4*3"


WRITER = """
import sys
from helpers.kit.progress import Store
kept = Store(sys.argv[1], lambda sentence: sys.exit(sentence))
for i in range(int(sys.argv[3])):
    kept.add("9." + sys.argv[2], "check", "wrong", [f"mistake {i}"])
"""


def test_two_kernels_at_once_lose_nothing(tmp_path, said):
    count = 200
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name, str(count)], cwd=ROOT)
        for name in ("1", "2")
    ]
    assert [w.wait(120) for w in writers] == [0, 0]
    found = Store(tmp_path, said.append).standings()
    expected = {f"mistake {i}" for i in range(count)}
    for id in ("9.1", "9.2"):
        assert found[id].attempts == count and set(found[id].mistakes) == expected
    assert said == []


def test_an_event_is_whole_or_not_there(tmp_path, said):
    """A kernel killed in the middle of its writing leaves a file that the next one reads."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), "1", "100000"], cwd=ROOT
    )
    kept = Store(tmp_path, said.append)
    while len(kept.events()) < 20:
        assert writer.poll() is None
    writer.kill()
    writer.wait(10)
    again = Store(tmp_path, said.append)
    names = [e.mistakes[0] for e in again.events()]
    assert names == [f"mistake {i}" for i in range(len(names))] and said == []


# --- damage ---------------------------------------------------------------------------------------


def zero_pages(path):
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)


def garbage_pages(path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def without_table(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE event")
        db.commit()


def version_lost(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 0")


DAMAGES = {
    "cut in half": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2 + 100]),
    "cut in the first page": lambda p: p.write_bytes(p.read_bytes()[:700]),
    "another file": lambda p: p.write_text("my notes, not a database\n" * 300),
    "all zero": lambda p: p.write_bytes(bytes(p.stat().st_size)),
    "zero pages": zero_pages,
    "garbage pages": garbage_pages,
    "without its table": without_table,
    "version lost": version_lost,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_set_aside_and_never_deleted(kept, said, damage):
    for i in range(200):
        kept.add("9.1", "check", "wrong", [f"mistake number {i}"])
    assert kept.path.stat().st_size > 3 * 4096
    damage(kept.path)
    damaged = kept.path.read_bytes()

    fresh = Store(kept.path.parent, said.append)
    fresh.add("9.2", "check", "right")
    fresh.add("9.2", "check", "right")
    aside = list(kept.path.parent.glob("progress.damaged-*.sqlite"))
    assert len(aside) == 1 and aside[0].read_bytes() == damaged
    assert len(said) == 1 and aside[0].name in said[0] and "damaged" in said[0]
    assert [e.exercise for e in Store(kept.path.parent, said.append).events()] == ["9.2", "9.2"]


def test_damage_while_the_notebook_runs(kept, said):
    for i in range(200):
        kept.add("9.1", "check", "wrong", [f"mistake number {i}"])
    garbage_pages(kept.path)
    kept.add("9.2", "check", "right")
    kept.add("9.2", "check", "right")
    kept.events()
    assert list(kept.path.parent.glob("progress.damaged-*.sqlite")) and len(said) == 1
    assert kept.events()[-1].exercise == "9.2"


def test_two_kernels_that_find_the_damage_keep_both_files(kept, said):
    kept.add("9.1", "check", "right")
    kept.path.write_bytes(b"garbage" * 1000)
    seen = kept._identity()
    other = Store(kept.path.parent, said.append)
    other.add("9.2", "check", "right")  # sets it aside and begins a new one
    assert kept._set_aside(seen)  # the slower kernel must not set the new one aside
    assert [e.exercise for e in kept.events()] == ["9.2"]
    assert len(list(kept.path.parent.glob("progress.damaged-*"))) == 1


def test_a_file_of_a_newer_version_is_left_alone(kept, said):
    kept.add("9.1", "check", "right")
    with closing(sqlite3.connect(kept.path)) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = kept.path.read_bytes()
    newer = Store(kept.path.parent, said.append)
    newer.add("9.2", "predict", guess="5")
    assert newer.prediction("9.2") == "5"  # remembered in this session
    assert kept.path.read_bytes() == before
    assert len(said) == 1 and "newer version" in said[0]


# --- a disk that cannot be written ----------------------------------------------------------------


def in_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "progress"


def on_a_folder(tmp_path):
    (tmp_path / "p" / "progress.sqlite").mkdir(parents=True)
    return tmp_path / "p"


@pytest.mark.parametrize("place", [in_a_file, on_a_folder])
def test_where_nothing_can_be_written_the_notebook_goes_on(tmp_path, said, place):
    kept = Store(place(tmp_path), said.append)
    for _ in range(3):
        kept.add("9.1", "check", "right")
    kept.add("9.3", "predict", guess="12")
    assert kept.standings()["9.1"].attempts == 3 and kept.prediction("9.3") == "12"
    assert len(said) == 1 and "cannot be kept" in said[0] and "works all the same" in said[0]


def test_a_read_only_file_is_still_read(kept, said, monkeypatch):
    kept.add("9.1", "check", "right")
    module = importlib.import_module("helpers.kit.progress")
    real = sqlite3.connect

    def read_only(path, **options):  # root may write whatever the file's mode says
        return real(f"file:{path}?mode=ro", uri=True, **options)

    monkeypatch.setattr(module.sqlite3, "connect", read_only)
    kept = Store(kept.path.parent, said.append)
    kept.add("9.2", "check", "wrong")
    assert {e.exercise for e in kept.events()} == {"9.1", "9.2"}
    assert len(said) == 1 and "cannot be kept" in said[0]


def test_what_could_not_be_written_is_written_as_soon_as_it_can(kept, said, monkeypatch):
    monkeypatch.setattr(importlib.import_module("helpers.kit.progress"), "BUSY_SECONDS", 0.05)
    kept.add("9.1", "check", "wrong", ["a"])
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        kept.add("9.1", "check", "right")
        assert len(kept.memory) == 1 and "cannot be kept" in said[0]
        other.execute("ROLLBACK")
    kept.add("9.2", "check", "wrong", ["b"])
    assert kept.memory == []
    assert [(e.exercise, e.state) for e in Store(kept.path.parent).events()] == [
        ("9.1", "wrong"), ("9.1", "right"), ("9.2", "wrong")]


def test_a_full_disk(kept, said, monkeypatch):
    kept.add("9.1", "check", "right")
    module = importlib.import_module("helpers.kit.progress")
    real = sqlite3.connect

    def full(path, **options):
        db = real(path, **options)
        db.execute(f"PRAGMA max_page_count = {os.path.getsize(path) // 4096}")
        return db

    monkeypatch.setattr(module.sqlite3, "connect", full)
    for i in range(30):
        kept.add("9.2", "check", "wrong", ["x" * 500 + str(i)])
    assert kept.standings()["9.2"].attempts == 30
    assert kept.standings()["9.1"].state == "right"
    assert len(said) == 1 and "full" in said[0]
    assert not list(kept.path.parent.glob("progress.damaged-*"))


def test_events_that_are_odd_do_no_harm(kept):
    kept.add("9.1", "check", "right")
    with closing(sqlite3.connect(kept.path)) as db:
        db.execute("UPDATE event SET mistakes = 'not json'")
        db.commit()
    assert kept.standings()["9.1"].mistakes == []


# --- the board ------------------------------------------------------------------------------------


def test_checks_and_hints_are_recorded(linear, which):
    check("9.1", lambda x, W, b: x @ W)
    check("9.1", linear.reference_fn)
    check("9.1", lambda x, W, b: x @ W + b)
    hint("9.1", 2)
    kinds = [(e.kind, e.state, e.mistakes) for e in store().events()]
    assert kinds == [
        ("check", "wrong", ("missing bias",)),
        ("check", "not attempted", ()),
        ("check", "right", ()),
        ("hint", "", ()),
    ]


def test_nothing_is_recorded_while_a_solution_is_built(linear, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STRICT", "1")
    check("9.1", lambda x, W, b: x @ W + b)
    record("9.1", "check", "right")
    progress()
    assert not folder().exists() and str(folder()) not in capsys.readouterr().out


def test_the_board_shows_all_exercises_and_the_file(linear, size, which, capsys):
    record("9.1", "check", "wrong", ["missing bias"])
    record("9.1", "check", "right")
    record("9.a", "quiz", "wrong", ["one"])
    record("8.7", "check", "right")  # of a chapter that is not loaded
    progress()
    text = capsys.readouterr().out
    assert "2 of 4 solved" in text
    assert "✓ 9.1" in text and "2 attempts" in text and "✗ 9.a" in text and "○ 9.3" in text
    sections = re.findall(r"Chapter 9, (\w+) \((\d) of (\d)\)", text)
    assert sections == [("exercises", "1", "1"), ("predictions", "0", "1"), ("questions", "0", "1")]
    assert "Chapter 8" in text and str(store().path) in text
    page = board_of(store())._repr_mimebundle_()["text/html"]
    assert "<table" in page and "<caption" in page and "scope=" in page and "✓" in page
    assert "&lt;even&gt;" in page and "<even>" not in page


def test_ids_are_in_the_order_of_the_chapter():
    from helpers.kit.exercise import number

    for id in ("9.10", "9.9", "9.b", "10.1", "9.1", "9.a"):
        number(id, title=id, answer=1)
    ids = [row[1] for row in board_of(store()).rows]
    assert ids == ["9.1", "9.9", "9.10", "9.a", "9.b", "10.1"]
    assert isinstance(board_of(store()), Board)


def test_the_folder_comes_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "mine"))
    assert folder() == tmp_path / "mine"
    monkeypatch.delenv("COURSE_PROGRESS")
    assert folder() == ROOT / "progress"
    assert Event("t", "9.1", "check").mistakes == ()
