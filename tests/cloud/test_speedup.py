"""Amdahl, Gustafson, Karp and Flatt; a crew of processes, and what becomes of it."""

import contextlib
import os
import socket

import numpy as np
import pytest

from helpers.cloud import children, crew, crew_member, speedup
from helpers.cloud.crew import Crew
from helpers.cloud.speedup import Timing, Timings, amdahl, fit_serial, gustafson, karp_flatt

# --- the laws ---


def test_the_numbers_of_the_exercises():
    assert amdahl(0.95, 8) == pytest.approx(5.926, abs=5e-4)
    assert amdahl(0.95, np.inf) == pytest.approx(20)
    assert gustafson(0.95, 8) == pytest.approx(7.65)


def test_what_must_hold_at_the_ends():
    n = np.array([1, 2, 64])
    np.testing.assert_allclose(amdahl(1, n), n)
    np.testing.assert_allclose(amdahl(0, n), 1)
    np.testing.assert_allclose(gustafson(1, n), n)
    assert amdahl(0.7, 1) == gustafson(0.7, 1) == 1


@pytest.mark.parametrize("n", [2, 5, 40])
@pytest.mark.parametrize("p", [0.3, 0.95, 1.0])
def test_both_laws_are_one_seen_from_two_sides(p, n):
    """The share p of n workers' time is the share p·n/(1 − p + p·n) of one worker's."""
    grown = p * n / (1 - p + p * n)
    assert amdahl(grown, n) == pytest.approx(gustafson(p, n))
    assert karp_flatt(amdahl(p, n), n) == pytest.approx(1 - p, abs=1e-12)


def test_a_fit_finds_the_share_it_was_made_with():
    n = np.array([1, 2, 3, 8])
    assert fit_serial(n, 0.02 / amdahl(0.9, n)) == pytest.approx(0.1)
    assert fit_serial([1, 2], [1.0, 0.4]) == 0      # faster than twice: no negative share
    assert fit_serial([2, 1], [3.0, 1.0]) == 1


@pytest.mark.parametrize(("call", "said"), [
    (lambda: amdahl(1.2, 2), "from 0 to 1"), (lambda: amdahl(95, 8), "from 0 to 1"),
    (lambda: gustafson(0.5, 0), "1 worker or more"), (lambda: karp_flatt(1, 1), "more than one"),
    (lambda: karp_flatt(0, 2), "above 0"), (lambda: fit_serial([2, 3], [1, 1]), "of 1 worker"),
    (lambda: fit_serial([1], [1]), "at least one other"),
    (lambda: speedup.measure([2, 3]), "with 1 among"), (lambda: speedup.measure([]), "with 1"),
    (lambda: speedup.measure(steps=1), "3 steps")])
def test_what_makes_no_sense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


# --- measured ---

ROWS = [Timing(1, 34.6e-3, 32e-3, 36e-3, 31.8e-3, 1.9e-3),
        Timing(2, 19.5e-3, 18e-3, 20e-3, 16.6e-3, 1.5e-3),
        Timing(3, 24.2e-3, 22e-3, 25e-3, 18.7e-3, 1.9e-3)]


def test_the_table_takes_a_step_apart():
    found = Timings(ROWS, 2)
    assert found.speedups == pytest.approx([1, 34.6 / 19.5, 34.6 / 24.2])
    assert found.serial == pytest.approx(karp_flatt(34.6 / 19.5, 2))    # 3 workers do not count
    assert ROWS[1].rest == pytest.approx(1.4e-3)
    lines = repr(found).splitlines()
    assert "1.77" in lines[2] and lines[3].startswith("    3*") and "take turns" in lines[4]
    assert "at most 7.9 times" in lines[5]


def test_cores_that_others_use_are_noticed():
    slow = ROWS[1]._replace(computing=30e-3, seconds=33e-3)
    assert Timings([ROWS[0], slow], 2).disturbed and not Timings(ROWS, 2).disturbed
    assert "Run it again" in repr(Timings([ROWS[0], slow], 2))
    assert Timings(ROWS[:1], 1).serial is None and "Amdahl" not in repr(Timings(ROWS[:1], 1))


def test_a_few_steps_with_real_processes(monkeypatch):
    monkeypatch.setattr(speedup, "BATCH", 600)
    found = speedup.measure([1, 2], steps=3)
    assert found.workers == [1, 2] and all(row.seconds > row.computing > 0 for row in found)
    assert not [child for child in children.running() if child.name.startswith("member")]


def test_shards_give_the_gradient_of_the_whole_batch():
    """In float64 the order of the sums changes only the last digits."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(5, 4)), rng.normal(size=(4, 3))]
    memory = {"x": rng.normal(size=(700, 5)), "y": rng.integers(0, 3, 700)}

    def of(*rows):
        return crew_member.gradient(memory, weights, rows, "gradient")[1]

    whole, parts = of(0, 700), [of(0, 301), of(301, 700)]
    for k in range(2):
        np.testing.assert_allclose(parts[0][k] + parts[1][k], whole[k], rtol=0, atol=1e-11)
    step = 1e-6                                     # and it is a gradient
    def loss():
        scores = np.maximum(memory["x"] @ weights[0], 0) @ weights[1]
        top = scores.max(axis=1)
        logs = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top
        return np.sum(logs - scores[np.arange(700), memory["y"]])
    before = loss()
    weights[0][2, 1] += step
    assert (loss() - before) / step == pytest.approx(whole[0][2, 1], rel=1e-4)


# --- the crew ---


def test_a_crew_answers_and_is_gone_afterwards():
    with Crew(2) as two:
        pids = [member.pid for member in two.members]
        answers = two.ask([{"do": "burn", "turns": 3}] * 2)
        assert all(words["seconds"] > 0 for words, _ in answers)
        assert len(two.ask([{"do": "burn", "turns": 1}])) == 1
        with pytest.raises(ConnectionError, match="KeyError: 'sing'"):
            two.ask([{"do": "sing"}] * 2)
        two.members[1].kill()
        with pytest.raises(ConnectionError, match="did not answer"):
            two.ask([{"do": "burn", "turns": 1}] * 2)
    assert all(not member.running for member in two.members)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            raise AssertionError(f"{pid} still runs")


@pytest.mark.parametrize("size", [0, 65, 1.5, None])
def test_a_crew_of_nobody_or_a_crowd_is_refused(size):
    with pytest.raises(ValueError, match="1 to 64 processes"):
        Crew(size)


def test_members_that_never_come_are_reported_and_ended(monkeypatch):
    started = []

    def elsewhere(module, *arguments, **more):
        started.append(children_start("helpers.cloud.absent", *arguments, **more))
        return started[-1]

    children_start = children.start
    monkeypatch.setattr(children, "start", elsewhere)
    with pytest.raises(ConnectionError, match=r"0 of 1 processes came.*(\n.*)*helpers.cloud.abs"):
        Crew(1)
    assert not started[0].running


def test_strangers_are_turned_away(monkeypatch):
    children_start, strangers = children.start, []

    def after_a_stranger(module, port, **more):
        strangers.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        crew.send(strangers[-1], {"token": "let me in"})
        return children_start(module, port, **more)

    monkeypatch.setattr(children, "start", after_a_stranger)
    with Crew(1) as one:
        assert len(one.connections) == 1
        assert one.ask([{"do": "burn", "turns": 1}])
        assert strangers[0].recv(1) == b""      # closed without a word
        strangers[0].close()


def test_arrays_travel_as_they_are_and_junk_is_refused():
    here, there = socket.socketpair()
    with here, there:
        arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((0, 4)),
                  np.arange(3)[::-1]]
        crew.send(here, {"do": "hold"}, *arrays)
        words, came = crew.receive(there)
        assert words == {"do": "hold"}
        for a, b in zip(arrays, came, strict=True):
            assert a.dtype == b.dtype and np.array_equal(a, b)
        crew.send(here, {}, np.zeros(2, complex))
        with pytest.raises(ValueError, match="got complex128"):
            crew.receive(there)
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with pytest.raises(ValueError, match="head has"):
            crew.receive(there)
        here.close()
        there.recv(100)
        with pytest.raises(ConnectionError, match="closed the connection"):
            crew.receive(there)
