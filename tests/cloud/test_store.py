"""A store writes each object completely or not at all, and says in a sentence what went wrong."""

import errno
import os
import subprocess
import sys
import time

import pytest

from helpers.cloud import store as module
from helpers.cloud.store import TEMPORARY, StoreError, open_store


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    return open_store(tmp_path / "bucket" if request.param == "folder"
                      else f"memory://bucket-{os.getpid()}-{time.monotonic_ns()}/prefix")


def test_what_is_put_can_be_got_listed_and_deleted(store):
    assert store.list() == []
    store.put("b.bin", b"two")
    store.put("a/c.bin", bytearray(b"three"))
    assert store.list() == ["a/c.bin", "b.bin"]
    assert store.list("a") == ["a/c.bin"]
    assert (store.get("b.bin"), store.get("a/c.bin")) == (b"two", b"three")
    store.delete("b.bin")
    store.delete("b.bin")
    assert store.list() == ["a/c.bin"]


def test_another_content_has_another_mark(store):
    store.put("a", b"1")
    first = store.etag("a")
    assert first == store.etag("a")
    store.put("a", b"2")
    assert store.etag("a") != first


def test_an_address_opens_the_same_store_again(store):
    store.put("a", b"1")
    assert open_store(store.address).get("a") == b"1"


def test_what_is_not_there_is_said_to_be_missing(store):
    with pytest.raises(StoreError, match="none.bin could not be read: it is not there"):
        store.get("none.bin")


@pytest.mark.parametrize("name", ["", "/a", "../a", "a//b", "a/../b", "a b", "~", ".hidden", "a/"])
def test_names_that_lead_elsewhere_are_refused(store, name):
    with pytest.raises(ValueError, match="A name in a store"):
        store.put(name, b"")


def test_unknown_kinds_of_address_are_refused():
    with pytest.raises(StoreError, match="nowhere://x cannot be opened.*s3://bucket/prefix"):
        open_store("nowhere://x")


def test_folder_with_a_space_and_accents(tmp_path):
    store = open_store(tmp_path / "a folder ü")
    store.put("x/y", b"1")
    assert open_store(store.address).list() == ["x/y"]


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "the disk is full.*free some space"),
    (errno.EROFS, "it is not allowed there.*that you may write to"),
    (errno.EACCES, "it is not allowed there.*that you may write to"),
])
@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
def test_a_failed_put_is_a_sentence_and_leaves_what_was_there(tmp_path, monkeypatch, number, words,
                                                              where):
    store = open_store(tmp_path)
    store.put("a", b"old")

    def fail(*_):
        raise OSError(number, os.strerror(number))
    if where == "write":
        monkeypatch.setattr("builtins.open", fail)
    else:
        monkeypatch.setattr(module.os, where, fail)
    with pytest.raises(StoreError, match=f"could not be written: {words}"):
        store.put("a", b"new")
    monkeypatch.undo()
    assert store.get("a") == b"old" and os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="limits of a process")
def test_a_disk_that_is_really_full(tmp_path):
    """The system itself refuses the bytes: a file may not grow beyond 1000 of them."""
    import resource  # not on Windows

    store = open_store(tmp_path)
    store.put("a", b"old")
    code = ("import signal\nfrom helpers.cloud.store import open_store\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"open_store({str(tmp_path)!r}).put('a', bytes(5000))")
    done = subprocess.run(      # -B: or Python would leave truncated bytecode behind
        [sys.executable, "-B", "-c", code], text=True, capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert "the disk is full" in done.stderr.splitlines()[-1]
    assert store.get("a") == b"old" and store.list() == ["a"]


def test_what_a_killed_writer_left_is_not_seen_and_goes_away_later(tmp_path):
    store = open_store(tmp_path)
    old, fresh = (tmp_path / f"a{TEMPORARY}{which}" for which in ("old", "fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.list() == []
    store.put("b", b"1")
    assert not old.exists()
    assert fresh.exists()          # somebody may be writing it at this moment
