"""The training that chapter 5 distributes, kills and resumes: chapter 2's network on the digits.

All that the workers of a job must agree on is in `Job`. It travels as JSON in the job's store,
beside the data, so that a worker needs nothing but the store's address.
"""

import dataclasses
import io
import json
import math

import numpy as np

JOB, DATA = "job.json", "data.npz"   # names in the store


@dataclasses.dataclass(frozen=True)
class Job:
    """What is trained, and how.

    Attributes
    ----------
    steps : int
        How many steps in all.
    batch_size : int
        Examples in a step, of all workers together: the *global* batch.
    hidden : int
        Units of the hidden layer; the network is 64-hidden-10.
    lr, momentum : float
        Of SGD with momentum.
    seed : int
        Of the first weights and of the order of the examples.
    workers : int
    checkpoint_every : int
        Steps between two checkpoints.
    pause : float
        Seconds that each step is made longer, standing for a larger network (an *emulation*).
    """

    steps: int = 60
    batch_size: int = 64
    hidden: int = 32
    lr: float = 0.1
    momentum: float = 0.9
    seed: int = 0
    workers: int = 2
    checkpoint_every: int = 5
    pause: float = 0.0

    def __post_init__(self):
        least = {"steps": 1, "batch_size": 1, "hidden": 1, "workers": 1, "checkpoint_every": 1}
        for name, value in least.items():
            if not getattr(self, name) >= value:
                raise ValueError(f"Job: {name} should be {value} or more; got "
                                 f"{getattr(self, name)!r}.")
        if not self.lr > 0 or not 0 <= self.momentum < 1 or not self.pause >= 0:
            raise ValueError("Job: expected lr > 0, momentum from 0 to below 1 and pause of 0 or "
                             f"more; got {self.lr!r}, {self.momentum!r} and {self.pause!r}.")
        if self.batch_size < self.workers:
            raise ValueError(f"Job: a batch of {self.batch_size} leaves some of {self.workers} "
                             "workers without an example; take a larger batch or fewer workers.")


def batch_at(seed, step, n, batch_size):
    """The examples of one step, as a pure function of the seed and the step.

    Nothing has to be remembered from one step to the next, so that a training which resumes at
    step t sees the examples that it would have seen.

    Parameters
    ----------
    seed, step, n, batch_size : int
        n is the number of examples there are.

    Returns
    -------
    rows : int array (batch_size,), shorter at the end of an epoch
    """
    per_epoch = math.ceil(n / batch_size)
    epoch, position = divmod(step, per_epoch)
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return order[position * batch_size:(position + 1) * batch_size]


def shard_of(rows, rank, workers):
    """The part of a batch that one worker computes: row rank, rank + N, rank + 2N …"""
    return rows[rank::workers]


def network(job):
    """Chapter 2's network with the job's first weights: an nn.Sequential, built and compiled."""
    from helpers import nn

    model = nn.Sequential([nn.Dense(job.hidden, activation="relu"), nn.Dense(10)], seed=job.seed)
    model.build((64,))
    model.compile(optimizer=nn.SGD(job.lr, momentum=job.momentum))
    return model


# --- in the store ------------------------------------------------------------------------------

def publish(job, store, digits=None):
    """Put the job and its data into the store, unless they are there already.

    Parameters
    ----------
    digits : (x, y), optional
        x float32 (n, 64), y (n,); the course's digits by default.

    Raises
    ------
    ValueError
        If another job is there: its checkpoints would not fit.
    """
    there = store.list()
    if JOB in there and (found := read_job(store)) != job:
        raise ValueError(f"{store} holds another job: {found}. Wanted was {job}. Choose another "
                         "folder; nothing was changed.")
    if JOB not in there:        # first: where nothing can be written, it fails at once
        store.put(JOB, json.dumps(dataclasses.asdict(job)).encode())
    if DATA not in there:
        x, y = course_digits() if digits is None else digits
        file = io.BytesIO()
        np.savez(file, x=x, y=y)
        store.put(DATA, file.getvalue())


def read_job(store):
    """The job in a store."""
    return Job(**json.loads(store.get(JOB)))


def read_data(store):
    """x float32 (n, 64) and y int64 (n,) from a store."""
    with np.load(io.BytesIO(store.get(DATA)), allow_pickle=False) as file:
        return file["x"], file["y"]


def course_digits():
    """The training part of the course's digits, x from 0 to 1."""
    from helpers.kit import data

    digits = data.load("digits")
    x = np.asarray(digits.x_train, np.float32).reshape(len(digits.x_train), -1)
    return x, np.asarray(digits.y_train, np.int64)
