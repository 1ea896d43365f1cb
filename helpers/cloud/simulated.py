"""Workers that train together, one after the other in a single thread: for programs with faults.

A program gets a `Worker`, which has what a cluster's library offers: who am I, sum this over all,
wait for all. Real workers run at the same time and wait for each other. Here each runs until it
has to wait; when all have come, each starts again from the beginning and is given the sums that are
known by now. So nothing can hang: where all wait and none can go on, that is seen at once.
"""

import contextlib
import itertools

import numpy as np

from helpers.kit.values import and_list
from helpers.nn import functional

PLACES = {"all_reduce": "in all_reduce", "barrier": "at the barrier"}


class Deadlock(RuntimeError):
    """All workers wait, or have ended, and none can go on; the message says who waits where."""


class Waits(BaseException):
    """Ends a run where a worker has to wait; no `except Exception` catches it."""


class Worker:
    """What one worker knows and can do.

    Attributes
    ----------
    rank, n : int
        Its number, 0 … n−1, and how many there are. Worker 0 is the chief.
    log : list
        What it has done: ("all_reduce",), ("barrier",), ("save", w), ("shuffle", order) and
        ("gradient", w, x, y, g).
    """

    def __init__(self, rank, n, lenient=False):
        self.rank, self.n, self.log = rank, n, []
        self._lenient = lenient
        self._known, self._at = [], 0       # what it was given so far, and how far this run is
        self.waits = None                   # ("all_reduce", array) or ("barrier", None)
        self.result, self.ended = None, False

    def __repr__(self):
        return f"worker {self.rank} of {self.n}"

    def all_reduce(self, array):
        """Return the sum of the arrays of all workers; everyone must call it."""
        self.log.append(("all_reduce",))
        return self._meet("all_reduce", np.array(array, float)).copy()

    def barrier(self):
        """Wait until all workers have come here; everyone must call it."""
        self.log.append(("barrier",))
        if not self._lenient:
            self._meet("barrier", None)

    def shuffle(self, rows, seed=None):
        """Return the numbers 0 … rows−1 in a random order; without a seed each call has its own."""
        order = np.random.default_rng(seed).permutation(rows)
        self.log.append(("shuffle", order.copy()))
        return order

    def gradient(self, w, x, y):
        """Return the gradient of the mean cross-entropy of softmax(x @ w) against labels y."""
        gradient = x.T @ functional.softmax_cross_entropy_backward(x @ w, y)
        self.log.append(("gradient", np.array(w), np.array(x), np.array(y), gradient.copy()))
        return gradient

    def save(self, w):
        """Write a checkpoint; here it is only noted."""
        self.log.append(("save", np.array(w)))

    def _meet(self, place, value):
        if self._at == len(self._known):
            self.waits = place, value
            raise Waits
        self._at += 1
        return self._known[self._at - 1]

    def run(self, program, luck):
        """Run the program until it ends or has to wait."""
        self.log, self._at, self.waits = [], 0, None
        with contextlib.suppress(Waits), _same_luck([luck, self.rank]):
            self.result = program(self)
            self.ended = True

    def give(self, value):
        """Hand over what this worker waits for."""
        self._known.append(value)


def together(program, n, lenient=False):
    """Run ``program(worker)`` for n workers.

    Parameters
    ----------
    program : callable
        It is run several times for each worker; only what it asks of the worker is kept.
    n : int
    lenient : bool
        Nobody waits at a barrier, so that what comes after it can be seen too.

    Returns
    -------
    workers : list of Worker
        With what they have logged.
    results : list
        What each program returned.

    Raises
    ------
    Deadlock
        When none can go on.
    Exception
        What a program raised.
    """
    workers = [Worker(rank, n, lenient) for rank in range(n)]
    luck = np.random.SeedSequence().entropy
    while not all(worker.ended for worker in workers):
        for worker in workers:
            if not worker.ended:
                worker.run(program, luck)
        waiting = [worker for worker in workers if not worker.ended]
        if not waiting:
            break
        values = [worker.waits[1] for worker in waiting]
        alike = {(worker.waits[0], np.shape(worker.waits[1])) for worker in waiting}
        if len(waiting) < n or len(alike) > 1:
            raise Deadlock(_who(workers))
        for worker in workers:
            worker.give(None if values[0] is None else sum(values))
    return workers, [worker.result for worker in workers]


@contextlib.contextmanager
def _same_luck(luck):
    """Give each run of a worker the same random numbers, also where it asks for no seed."""
    real, before, asked = np.random.default_rng, np.random.get_state(), itertools.count()

    def default_rng(seed=None):
        return real([*luck, next(asked)] if seed is None else seed)

    np.random.default_rng = default_rng
    np.random.seed((luck[0] + luck[1]) % 2 ** 32)
    try:
        yield
    finally:
        np.random.default_rng = real
        np.random.set_state(before)


def _who(workers):
    said = []
    for place, words in PLACES.items():
        ranks = [w.rank for w in workers if not w.ended and w.waits[0] == place]
        said += [_said(ranks, "waits", "wait", words)] if ranks else []
    ended = [worker.rank for worker in workers if worker.ended]
    said += [_said(ended, "has", "have", "ended")] if ended else []
    said += ["their arrays differ in shape"] if len(said) == 1 else []
    return f"Deadlock: {and_list(said)}."


def _said(ranks, one, many, where):
    """"worker 0 waits at the barrier", "workers 1 and 2 have ended"."""
    if len(ranks) == 1:
        return f"worker {ranks[0]} {one} {where}"
    return f"workers {and_list(map(str, ranks))} {many} {where}"
