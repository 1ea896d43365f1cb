"""Trainings as a notebook starts them: in this process, with two workers, and with kills.

    job = training.Job(steps=60)
    alone = training.one_process(job)
    pair = training.two_workers(job)
    training.largest_difference(alone, pair)
"""

import json
import tempfile
import textwrap
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.cloud import checkpoints, children, loopback, task
from helpers.cloud.store import open_store
from helpers.cloud.task import Job

__all__ = ["Job", "Result", "collect", "compare_speed", "drill", "largest_difference",
           "one_process", "start", "two_workers"]


class Result(NamedTuple):
    """What a training has left.

    Attributes
    ----------
    who : str
        What trained.
    weights : list of array
    losses : list of float
        One for each step.
    step_seconds : float
        Median time of a step, start-up and first steps left out.
    seconds : float
        From start to end, start-up included.
    restarts : int
    identical : bool
        Whether all workers ended with the same bits.
    logs : pathlib.Path or None
    beware : bool
        Whether the workers could be reached from the network while they ran.
    """

    who: str
    weights: list
    losses: list
    step_seconds: float
    seconds: float
    restarts: int = 0
    identical: bool = True
    logs: Path | None = None
    beware: bool = False

    def log(self, rank=0, lines=30):
        """The end of a worker's log, as text."""
        return children.tail(self.logs / f"worker-{rank}.log", lines)

    def __repr__(self):
        steps = len(self.losses)
        return (f"{self.who}: {steps} steps, loss {self.losses[0]:.3f} → {self.losses[-1]:.3f}; "
                f"{1e3 * self.step_seconds:.2f} ms a step, {self.seconds:.1f} s with start-up"
                + (f"; started again {self.restarts} times" if self.restarts else "")
                + (f"\n{textwrap.fill(loopback.BEWARE, 96)}" if self.beware else ""))


def one_process(job):
    """Train in this process, with the layers and the optimiser of chapter 2, on whole batches.

    Returns
    -------
    Result
    """
    x, y = task.course_digits()
    model, losses, seconds = task.network(job), [], []
    began = time.perf_counter()
    for step in range(job.steps):
        before = time.perf_counter()
        rows = task.batch_at(job.seed, step, len(x), job.batch_size)
        losses.append(model.train_on_batch(x[rows], y[rows]))
        seconds.append(time.perf_counter() - before)
    return Result("one process, NumPy", model.get_weights(), losses, _typical(seconds),
                  time.perf_counter() - began)


def two_workers(job, backend="tensorflow", folder=None, restarts=20, seconds=300):
    """Train with `job.workers` processes on this machine, looked after by a supervisor.

    Parameters
    ----------
    job : Job
    backend : "tensorflow" or "numpy"
    folder : path-like or str, optional
        The store. One in which a training was interrupted is gone on with; by default a new one.
    restarts : int
        How often the gang, and its supervisor, may be started again.
    seconds : float
        Time limit of the whole.

    Returns
    -------
    Result

    Raises
    ------
    RuntimeError
        If the training did not get through; with the end of the supervisor's log.
    TimeoutError
        If it takes longer than `seconds`; what is saved stays saved.

    Notes
    -----
    NumPy's workers can be reached from this machine only. TensorFlow's cannot be told so; on Linux
    they get a network of their own (`loopback`); where that cannot be, the result says so.
    """
    began = time.perf_counter()
    store = open_store(folder or tempfile.mkdtemp(prefix="course-run-"))
    supervisor, again = start(job, store, backend, restarts, seconds), 0
    try:
        while (status := supervisor.wait(_left(began, seconds))) != 0:
            if status > 0 or again >= restarts:      # it gave up; a signal is another matter
                raise RuntimeError(f"The training did not get through:\n{supervisor.tail(8)}")
            again += 1
            supervisor = start(job, store, backend, restarts, _left(began, seconds),
                               supervisor.log.parent)
    finally:
        supervisor.stop()
    return collect(job, store, backend, supervisor.log.parent, time.perf_counter() - began)


def start(job, store, backend="tensorflow", restarts=20, seconds=300, logs=None):
    """Start a supervisor for a job in a store, and do not wait for it; returns the Child."""
    if backend not in ("tensorflow", "numpy"):
        raise ValueError(f'backend: expected "tensorflow" or "numpy"; got {backend!r}.')
    if store.address.startswith("memory:"):
        raise ValueError(f"{store.address} is in this process's memory, where no worker can see "
                         "it. Expected a folder or a bucket, such as s3://bucket/prefix.")
    task.publish(job, store)
    logs = logs or Path(tempfile.mkdtemp(prefix="course-logs-"))
    return children.start(
        "helpers.cloud.supervisor", "--folder", store.address, "--workers", job.workers,
        "--backend", backend, "--restarts", restarts, "--seconds", seconds, "--logs", logs,
        name="supervisor", folder=logs, seconds=seconds)


def drill(job, kills=3, backend="numpy", seed=0, folder=None):
    """Train, and kill workers and supervisor at random moments; see `helpers.cloud.drill.run`.

    Returns
    -------
    helpers.cloud.drill.Drill
        Shown as a table; its `result` is the Result, for `largest_difference`.
    """
    from helpers.cloud import drill as drills

    return drills.run(job, kills, backend, seed, folder)


def collect(job, store, backend, logs, seconds):
    """The Result of a training that has ended, from what it left in its store and logs."""
    _, arrays, state = checkpoints.restore(store)
    notes = [json.loads(store.get(f"worker-{rank}.json")) for rank in range(job.workers)]
    weights = [arrays[f"weight_{i}"] for i in range(len(arrays) // 2)]
    name = {"tensorflow": "TensorFlow", "numpy": "NumPy"}[backend]
    said = children.tail(logs / "supervisor.log", 10_000)
    return Result(f"{job.workers} worker{'s' * (job.workers > 1)}, {name}", weights,
                  state["losses"], _typical(notes[0]["seconds"]), seconds,
                  said.count(": pids [") - 1, len({note["sha256"] for note in notes}) == 1, logs,
                  loopback.BEWARE in said)


def largest_difference(a, b):
    """Largest absolute difference between the weights of two results; 0 if all bits are equal."""
    return max(float(np.abs(v - w).max()) for v, w in zip(a.weights, b.weights, strict=True))


def compare_speed(*results):
    """A table of what a step took, as multiples of the first.

    Parameters
    ----------
    *results : Result
    """
    first = results[0].step_seconds
    lines = [f"{'':<26}{'a step':>10}{'':>4}{'with start-up':>16}"]
    for result in results:
        lines.append(f"{result.who:<26}{1e3 * result.step_seconds:>7.2f} ms"
                     f"{result.step_seconds / first:>7.1f} ×{result.seconds:>9.1f} s")
    return "\n".join(lines)


def _left(began, seconds):
    return max(0.1, seconds - (time.perf_counter() - began))


def _typical(seconds):
    """Median, without the first steps, in which libraries prepare themselves."""
    return float(np.median(seconds[min(5, len(seconds) - 1):])) if seconds else float("nan")
