"""The newest whole checkpoint is found, whatever has happened to the others."""

import warnings

import numpy as np
import pytest

from helpers.cloud import checkpoints
from helpers.cloud import store as module
from helpers.cloud.store import StoreError, open_store


def arrays(step):
    rng = np.random.default_rng(step)
    return {"w": rng.normal(size=(2, 3)).astype(np.float32), "m": rng.normal(size=3)}


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path)
    for step in (5, 10):
        checkpoints.save(made, step, arrays(step), {"losses": [1.0, step]})
    return made


def same(found, step):
    return (found is not None and found[0] == step and found[2] == {"losses": [1.0, step]}
            and all(np.array_equal(found[1][k], v) and found[1][k].dtype == v.dtype
                    for k, v in arrays(step).items()))


def test_nothing_is_none(tmp_path):
    assert checkpoints.restore(open_store(tmp_path)) is None


def test_the_newest_comes_back_bit_by_bit(store):
    assert same(checkpoints.restore(store), 10)


def test_two_are_kept(store):
    checkpoints.save(store, 15, arrays(15), {})
    assert [step for _, step in checkpoints.found(store)] == [15, 10]


def test_truncated_at_any_byte_the_one_before_is_taken(store, monkeypatch):
    name = checkpoints.found(store)[0][0]
    whole = store.get(name)
    monkeypatch.setattr(module.os, "fsync", lambda _: None)   # 800 files need not reach the disk
    for length in range(len(whole)):
        store.put(name, whole[:length])
        with pytest.warns(UserWarning, match="cannot be used"):
            assert same(checkpoints.restore(store), 5), length
    assert store.get(f"damaged/{name}") == whole[:-1]        # set aside, not thrown away


def test_any_flipped_bit_is_seen(store):
    name = checkpoints.found(store)[0][0]
    whole = store.get(name)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        with pytest.raises(checkpoints.Damaged):
            checkpoints.unpack(bytes(changed))


def test_bytes_behind_the_end_are_seen(store):
    whole = store.get(checkpoints.found(store)[0][0])
    with pytest.raises(checkpoints.Damaged):
        checkpoints.unpack(whole + b"x")


def test_a_whole_one_is_not_given_up_for_a_damaged_one(store):
    """After the newest was found damaged, the next save keeps the one that was resumed from."""
    name = checkpoints.found(store)[0][0]
    store.put(name, b"broken")
    with pytest.warns(UserWarning):
        checkpoints.restore(store)
    checkpoints.save(store, 10, arrays(10), {})
    assert [step for _, step in checkpoints.found(store)] == [10, 5]


def test_nothing_is_deleted_when_the_new_one_cannot_be_written(store, monkeypatch):
    def full(*_):
        raise StoreError("the disk is full")
    monkeypatch.setattr(store, "put", full)
    with pytest.raises(StoreError):
        checkpoints.save(store, 15, arrays(15), {})
    assert [step for _, step in checkpoints.found(store)] == [10, 5]


def test_a_damaged_one_on_a_disk_that_cannot_be_written_is_skipped_too(store, monkeypatch):
    store.put(checkpoints.found(store)[0][0], b"broken")

    def refuse(*_):
        raise StoreError("read-only")
    monkeypatch.setattr(store, "put", refuse)
    with pytest.warns(UserWarning, match="its beginning is missing"):
        assert same(checkpoints.restore(store), 5)


def test_a_pickle_is_never_opened(store):
    import io
    import zlib

    file = io.BytesIO()
    np.savez(file, about=np.array([{"step": 1}], dtype=object))
    body = file.getvalue()
    data = b"course-checkpoint-1 %d %d\n" % (len(body), zlib.crc32(body)) + body
    with pytest.raises(checkpoints.Damaged, match="not a checkpoint"):
        checkpoints.unpack(data)


def test_other_files_in_the_folder_do_not_matter(store):
    store.put("step-notes.txt", b"mine")
    store.put("step-000000099.ckpt.txt", b"mine")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(checkpoints.restore(store), 10)
