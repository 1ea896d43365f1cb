"""Whoever is killed, and whenever: the training goes on and ends with the same bits.

Fifty-two kills with SIGKILL: 38 of workers and the supervisor, 8 of them while a checkpoint is
being written, 8 of the process that started them all, as a notebook's kernel does, and 6 with
TensorFlow.
"""

import dataclasses
import random
import signal
import subprocess
import sys
import time

import psutil
import pytest

from helpers.cloud import checkpoints, children, drill, training
from helpers.cloud.store import open_store
from tests.cloud.waiting import alive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")

# Every step is saved, and large enough (160 kB) that writing it takes a good part of the time.
JOB = training.Job(steps=500, hidden=256, checkpoint_every=1, pause=0.006)
KERNEL = """
import sys
from helpers.cloud import training
job = training.Job(steps=300, hidden=256, checkpoint_every=1, pause=0.004)
training.two_workers(job, backend="numpy", folder=sys.argv[1])
"""


@pytest.fixture(scope="module")
def undisturbed():
    return training.two_workers(calm(JOB), backend="numpy")


def calm(job):
    """The job without what does not change its weights: no pauses, few checkpoints."""
    return dataclasses.replace(job, pause=0.0, checkpoint_every=job.steps)


def family():
    """Pids of all processes that come from this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


@pytest.fixture(autouse=True)
def nobody_is_left():
    before = family()
    yield
    deadline = time.monotonic() + 20
    while family() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not family() - before and not children.running()


def lives(logs):
    """How many of worker 0's lives ended between "saving" and "saved"."""
    lines = (logs / "worker-0.log").read_text("utf-8").splitlines()
    last = [before for before, line in zip(lines, lines[1:], strict=False) if "(pid" in line]
    return sum(line.startswith("saving") for line in last)


def test_thirty_random_kills(undisturbed):
    done = drill.run(JOB, kills=30, seed=1, wait=(0.0, 0.15),
                     victims=("worker 0", "worker 1", "supervisor"))
    assert len(done) == 30 and {victim for _, victim, *_ in done} == {
        "worker 0", "worker 1", "supervisor"}
    assert training.largest_difference(done.result, undisturbed) == 0
    assert done.result.identical and len(done.result.losses) == JOB.steps
    assert done.result.losses == undisturbed.losses
    steps = [step for *_, step in done]
    assert steps == sorted(steps) and len(set(steps)) >= 10         # it never starts from nothing


def test_eight_kills_while_a_checkpoint_is_being_written(undisturbed):
    done = drill.run(JOB, kills=8, seed=2, wait=(0.0, 0.1), victims=(drill.SAVING,))
    assert lives(done.result.logs) >= 4       # the others died just after the renaming
    assert training.largest_difference(done.result, undisturbed) == 0


def test_six_kills_with_tensorflow():
    job = training.Job(steps=200, checkpoint_every=2, pause=0.01)
    undisturbed = training.two_workers(calm(job))
    done = drill.run(job, kills=6, backend="tensorflow", seed=3, wait=(0.0, 0.4))
    assert {victim for _, victim, *_ in done} == set(drill.VICTIMS)
    steps = [step for *_, step in done]
    assert steps == sorted(steps) and len(set(steps)) >= 3, steps   # resumed, not begun anew
    assert training.largest_difference(done.result, undisturbed) == 0
    assert done.result.losses == undisturbed.losses and done.result.identical


def test_eight_kills_of_the_kernel(tmp_path):
    """Nobody is told; all its children end, and the next one goes on from the last checkpoint."""
    dice, store, steps = random.Random(4), open_store(tmp_path), []
    for _ in range(8):
        kernel = subprocess.Popen([sys.executable, "-c", KERNEL, str(tmp_path)])
        before = checkpoints.found(store)[:1]
        deadline = time.monotonic() + 60
        while checkpoints.found(store)[:1] == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.2))
        its = {p.pid for p in psutil.Process(kernel.pid).children(recursive=True)}
        assert len(its) >= 3                                  # a supervisor and two workers
        kernel.kill()
        assert kernel.wait() == -signal.SIGKILL
        deadline = time.monotonic() + 20
        while any(alive(pid) for pid in its) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not [pid for pid in its if alive(pid)]
        steps.append(max(step for _, step in checkpoints.found(store)))
    assert steps == sorted(steps) and steps[-1] < 300
    assert subprocess.run([sys.executable, "-c", KERNEL, str(tmp_path)]).returncode == 0
    job = training.Job(steps=300, hidden=256, checkpoint_every=1)
    undisturbed = training.two_workers(calm(job), backend="numpy")
    step, arrays, state = checkpoints.restore(store)
    assert step == 300 and state["losses"] == undisturbed.losses
    assert all((arrays[f"weight_{i}"] == w).all() for i, w in enumerate(undisturbed.weights))
