"""The drill: kill a training at random moments, with SIGKILL, and see where it goes on.

SIGKILL cannot be caught: the process gets no chance to save anything. That is what a power cut
does, or a provider that takes its machine back.
"""

import dataclasses
import json
import random
import tempfile
import time

from helpers.cloud import checkpoints, training
from helpers.cloud.memory import FIRST
from helpers.cloud.store import open_store
from helpers.cloud.supervisor import GANG

SAVING = "worker 0, saving"
VICTIMS = {"worker 0": 0, "worker 1": 1, SAVING: 0, "supervisor": None}   # rank of the worker


class Drill(list):
    """What happened: a list of (seconds, victim, pid, step saved last), and the `result`."""

    result = None

    def __repr__(self):
        lines = [f"{'after':>8}  {'killed':<18}{'pid':>8}   last step saved"]
        for seconds, victim, pid, step in self:
            lines.append(f"{seconds:>6.1f} s  {victim:<18}{pid:>8}   {step}")
        return "\n".join([*lines, repr(self.result)])


def run(job, kills=3, backend="numpy", seed=0, folder=None, wait=(0.1, 1.0),
        victims=tuple(VICTIMS)):
    """Train, and kill as often as asked.

    Parameters
    ----------
    job : training.Job
        These digits are learned in no time, and a killer would find nobody; so a job without a
        `pause` gets one. The weights do not depend on it.
    kills : int
    backend : "numpy" or "tensorflow"
    seed : int
        Of the moments and the victims.
    folder : path-like, optional
        The store; a new one by default.
    wait : (float, float)
        Seconds from the first step of a gang to the kill, uniformly in between.
    victims : sequence of str
        Out of `VICTIMS`: the workers, worker 0 while it saves, the supervisor. Nobody is killed a
        second time before all others were killed once.

    Returns
    -------
    Drill

    Raises
    ------
    ValueError
        If the job has too few steps for so many kills.
    RuntimeError
        If the training did not get through, or ended before all kills were done.
    """
    job = _slow_enough(job, kills, wait[1])
    dice = random.Random(seed)
    store = open_store(folder or tempfile.mkdtemp(prefix="course-drill-"))
    began, drill, pids = time.perf_counter(), Drill(), []
    supervisor = training.start(job, store, backend)
    logs = supervisor.log.parent
    try:
        for victim in _deal(dice, victims, kills):
            pids = _gang_at_work(supervisor, logs, pids)
            time.sleep(dice.uniform(*wait))
            if victim == SAVING:
                _wait_for_saving(supervisor, logs)
            pid = pids[VICTIMS[victim]] if VICTIMS[victim] is not None else supervisor.pid
            if not _kill(pid, supervisor):
                raise RuntimeError(f"The training ended before kill {len(drill) + 1}: give it more "
                                   "steps, or a longer pause.")
            saved = [step for _, step in checkpoints.found(store)]
            drill.append((time.perf_counter() - began, victim, pid, max(saved, default=0)))
            if victim == "supervisor":
                supervisor.wait(30)
                supervisor = training.start(job, store, backend, logs=logs)
        if supervisor.wait(300) != 0:
            raise RuntimeError(f"The training did not get through:\n{supervisor.tail(8)}")
    finally:
        supervisor.stop()
    seconds = time.perf_counter() - began
    drill.result = training.collect(job, store, backend, logs, seconds)
    return drill


def _slow_enough(job, kills, longest):
    """The job, with a pause in which all kills find a training at work, even the slowest ones.

    A life before a kill takes up to `longest` seconds, and the steps to the next checkpoint if it
    waits for one.
    """
    if job.pause:
        return job
    steps = job.steps - kills * job.checkpoint_every
    if steps <= 0:
        raise ValueError(f"drill: {kills} kills with a checkpoint every {job.checkpoint_every} "
                         f"steps need more than {kills * job.checkpoint_every} steps; the job has "
                         f"{job.steps}. Give it more steps, or save more often.")
    return dataclasses.replace(job, pause=1.2 * kills * longest / steps)


def _deal(dice, victims, kills):
    """Victims in a random order, and then again in another one, until there are enough."""
    dealt = []
    while len(dealt) < kills:
        dealt += dice.sample(victims, len(victims))
    return dealt[:kills]


def _gang_at_work(supervisor, logs, before):
    """Wait until another gang than the one before has done its first step; its pids."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and supervisor.running:
        pids = _pids(logs)
        if pids and pids != before and all(
                FIRST in _log(logs, rank).partition(f"(pid {pid})")[2]
                for rank, pid in enumerate(pids)):
            return pids
        time.sleep(0.01)
    raise RuntimeError(f"No gang was at work in time:\n{supervisor.tail(8)}")


def _wait_for_saving(supervisor, logs):
    """Wait until worker 0 says that it begins to write a checkpoint."""
    path = logs / "worker-0.log"
    length, deadline = path.stat().st_size, time.monotonic() + 60
    while supervisor.running and time.monotonic() < deadline:
        with open(path, "rb") as file:
            file.seek(length)
            if b"saving" in file.read():
                return
        time.sleep(0.0005)


def _pids(logs):
    try:
        return json.loads((logs / GANG).read_text("utf-8"))["pids"]
    except (OSError, ValueError):      # not there yet, or being written
        return []


def _log(logs, rank):
    path = logs / f"worker-{rank}.log"
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _kill(pid, supervisor):
    """SIGKILL to the supervisor or to one of its children; False if that has ended already."""
    import psutil

    try:
        process = psutil.Process(pid)
        if supervisor.pid not in (pid, process.ppid()) or process.status() == "zombie":
            return False               # the number belongs to somebody else by now
        process.kill()
        return True
    except psutil.NoSuchProcess:
        return False
