"""The ring: sums that are right and the same everywhere, few bytes, and failures that speak."""

import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from helpers.cloud import ring


def addresses(n):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    found = [f"127.0.0.1:{one.getsockname()[1]}" for one in held]
    for one in held:
        one.close()
    return found


def together(n, work, timeout=5.0):
    """Run work(ring) for n workers at once; what each returned, or the exception it raised."""
    places, results = addresses(n), [None] * n

    def one(rank):
        try:
            with ring.connect(rank, places, timeout) as joined:
                results[rank] = work(joined)
        except (OSError, ValueError) as problem:
            results[rank] = problem

    threads = [threading.Thread(target=one, args=(rank,)) for rank in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def vectors(n, length, dtype=np.float32, seed=0):
    return list(np.random.default_rng(seed).normal(size=(n, length)).astype(dtype))


# --- the algorithm ---


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("length", [0, 1, 3, 28])
def test_every_worker_gets_the_same_sum_and_keeps_its_vector(n, length):
    given = vectors(n, length, np.float64)
    kept = [v.copy() for v in given]
    sums = ring.all_reduce(given)
    assert all(np.array_equal(s, sums[0]) for s in sums)
    np.testing.assert_allclose(sums[0], np.sum(given, axis=0), rtol=0, atol=1e-14)
    assert all(np.array_equal(a, b) for a, b in zip(given, kept, strict=True))


@pytest.mark.parametrize("n", [2, 4, 7])
def test_each_worker_sends_two_n_minus_one_nth_of_its_vector(n):
    wire = ring.Wire()
    ring.all_reduce(vectors(n, 28 * 4), wire)
    assert set(wire.bytes_sent.values()) == {2 * (n - 1) * 28 * 4 // n * 4}
    assert wire.messages == 2 * (n - 1) * n


def test_a_schedule_sends_every_chunk_to_the_right_neighbour_in_each_step():
    steps = ring.schedule(5)
    assert [phase for phase, _ in steps] == ["reduce-scatter"] * 4 + ["all-gather"] * 4
    for _, moves in steps:
        assert all(move.target == (move.source + 1) % 5 for move in moves)
        assert sorted(move.chunk for move in moves) == list(range(5))
    with pytest.raises(ValueError, match="at least one worker"):
        ring.schedule(0)


def test_vectors_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"same length and type; got \[\(\(3,\)"):
        ring.all_reduce([np.zeros(3), np.zeros(4)])


# --- sockets ---


@pytest.mark.parametrize(("n", "length", "dtype"), [
    (1, 3, np.float32), (2, 5, np.float64), (3, 1, np.float32), (3, 0, np.float32),
    (4, 10, np.float64), (2, 1_000_000, np.float32)])
def test_between_sockets_the_sums_are_those_of_the_algorithm_bit_for_bit(n, length, dtype):
    given = vectors(n, length, dtype)
    expected = ring.all_reduce(given)[0]

    def twice(joined):
        mine = given[joined.rank]
        return joined.all_reduce(mine), joined.all_reduce(mine), joined.bytes_sent

    results = together(n, twice)
    for first, second, _ in results:
        assert first.dtype == dtype
        assert np.array_equal(first, expected) and np.array_equal(second, expected)
    wire = ring.Wire()
    ring.all_reduce(given, wire)
    assert [sent for _, _, sent in results] == [2 * wire.bytes_sent.get(k, 0) for k in range(n)]


def test_other_lengths_or_types_are_told_apart_from_failures():
    found = together(2, lambda joined: joined.all_reduce(np.zeros(3 + joined.rank)))
    assert any("with 4 numbers of type <f8" in str(problem) for problem in found)
    assert all(isinstance(problem, (ValueError, ConnectionError)) for problem in found)


@pytest.mark.parametrize(("vector", "said"), [
    (np.zeros((2, 2)), r"shape \(2, 2\).*np.concatenate"), (np.zeros(3, int), "got int64"),
    ([1, 2], "got int64"), (np.zeros(3, np.float16), "got float16")])
def test_what_is_no_vector_is_refused(vector, said):
    with ring.connect(0, ["127.0.0.1:9"]) as alone, pytest.raises(ValueError, match=said):
        alone.all_reduce(vector)


def test_a_strided_vector_and_a_list_of_floats_can_be_summed():
    with ring.connect(0, [("127.0.0.1", 9)]) as alone:
        np.testing.assert_array_equal(alone.all_reduce(np.arange(6.0)[::2]), [0, 2, 4])
        np.testing.assert_array_equal(alone.all_reduce([0.5, 1.5]), [0.5, 1.5])
        assert repr(alone) == "Ring(rank 0 of 1, 0 bytes sent)"


@pytest.mark.parametrize(("rank", "places", "said"), [
    (2, ["127.0.0.1:1", "127.0.0.1:2"], "from 0 to 1"), (0, ["here"], "host:port"),
    (0, ["127.0.0.1:0"], "1 to 65535"), (0, [7], "host:port"), (0, [(1, 2)], "host:port")])
def test_ranks_and_addresses_that_cannot_be_are_refused(rank, places, said):
    with pytest.raises(ValueError, match=said):
        ring.connect(rank, places)


# --- what can go wrong between machines ---


def test_a_worker_that_leaves_is_missed_by_all_others():
    """Not only by its neighbours: each closes its connections, and so the news goes round."""
    started = time.monotonic()
    found = together(4, lambda joined: joined.all_reduce(np.zeros(9)) if joined.rank else None)
    assert found[0] is None
    for problem in found[1:]:
        assert isinstance(problem, ConnectionError) and "has ended or failed" in str(problem)
    assert time.monotonic() - started < 5      # told by the closed connection, not by the timeout


DIES = """
import os, sys
import numpy as np
from helpers.cloud import ring
joined = ring.connect(1, sys.argv[1:], 10)
joined.all_reduce(np.zeros(1000))
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_ends_the_sum_of_the_other_with_a_sentence():
    places = addresses(2)
    other = subprocess.Popen([sys.executable, "-c", DIES, *places])
    try:
        with ring.connect(0, places, 20) as joined:
            joined.all_reduce(np.zeros(1000))
            with pytest.raises(ConnectionError, match=r"Worker 1 \(127.0.0.1:\d+\) closed"):
                joined.all_reduce(np.zeros(5_000_000))
            with pytest.raises(ConnectionError, match="ring is closed"):
                joined.all_reduce(np.zeros(1000))
    finally:
        other.kill()
        assert other.wait(10) == -9


def test_a_worker_that_does_nothing_is_given_up_after_the_timeout():
    late = threading.Event()

    def work(joined):
        if joined.rank == 0:
            late.wait(20)
            return None
        joined.timeout = 0.3
        try:
            return joined.all_reduce(np.zeros(5))
        finally:
            late.set()

    found = together(2, work)
    assert "Worker 0" in str(found[1]) and "did nothing for 0.3 s" in str(found[1])


def test_workers_that_never_come_are_reported():
    places = addresses(2)
    with pytest.raises(ConnectionError, match="Worker 1 did not listen"):
        ring.connect(0, places, timeout=0.2)
    with socket.create_server(("127.0.0.1", int(places[1].split(":")[1]))), \
            pytest.raises(ConnectionError, match="Worker 1 did not connect in time"):
        ring.connect(0, places, timeout=0.2)
    with socket.create_server(("127.0.0.1", int(places[0].split(":")[1]))), \
            pytest.raises(ConnectionError, match="another process has this port"):
        ring.connect(0, places, timeout=0.2)


def test_strangers_at_the_door_are_turned_away():
    places = addresses(2)
    results = []
    first = threading.Thread(target=lambda: results.append(ring.connect(0, places, 10)))
    first.start()
    host, port = places[0].split(":")
    while True:
        try:
            stranger = socket.create_connection((host, int(port)))
            break
        except OSError:
            time.sleep(0.01)
    stranger.sendall(b"GET / HTTP/1.0\r\n\r\n" + bytes(64))
    with ring.connect(1, places, 10) as second:
        first.join(10)
        with results[0] as joined:
            assert (joined.rank, second.rank) == (0, 1)
    stranger.close()
