"""Exercise 5.7: a program that several workers run together, with any of five faults in it.

What the faults are called, programs that have some of them, and what each of them leaves to be
seen. How a student's program is examined is in `distributed_diagnosis`.
"""

import contextlib
import io
from typing import NamedTuple

import numpy as np

from helpers.cloud.simulated import Deadlock, together
from helpers.kit import data

# What the faults are called in feedback, and why they are faults; in the order of the code.
FAULTS = {
    "start": ("different first weights on each worker",
              "Every worker adds the same steps to its own beginning, so their weights never "
              "meet. Draw the first weights from a seed that all have in common."),
    "order": ("shuffle without a common seed",
              "Each worker has another order, so their parts overlap: some rows are seen "
              "twice in an epoch, others never. All need the same order: the same seed."),
    "shard": ("the same shard on all workers",
              "order[:k] is the same part for everyone, so the workers compute the same gradient, "
              "and most rows are never seen. Each takes its own part: order[me.rank::me.n]."),
    "rate": ("learning rate not scaled",
             "A step now averages over the batches of all workers, and an epoch has fewer of "
             "them. By the linear scaling rule, which §7 derives, the step is made longer: "
             "me.n * lr."),
    "barrier": ("barrier for the chief only",
                "A barrier opens when all workers have come. The chief waits for ever, as the "
                "others never call it. It belongs outside of the `if`."),
}
NAMES = tuple(FAULTS)


def faulty_train(me, x, y, lr, steps, batch):
    """The program as handed out, with all five faults: the very lines that stand in the chapter."""
    w = 0.1 * np.random.default_rng(me.rank).normal(size=(x.shape[1], 10))
    order = me.shuffle(len(x))
    mine = order[:len(x) // me.n]
    for step in range(steps):
        rows = mine[step * batch:(step + 1) * batch]
        g = me.all_reduce(me.gradient(w, x[rows], y[rows])) / me.n
        w = w - lr * g
    if me.rank == 0:
        me.save(w)
        me.barrier()
    return w


def make_train(faults, changes=()):
    """Build the program with the given faults (names from NAMES) left in it.

    `changes` are other things that people do to it; `exercises_distributed` says what they are
    called.
    """

    def train(me, x, y, lr, steps, batch):
        first = np.random.default_rng(me.rank if "start" in faults else 7)
        w = 0.1 * first.normal(size=(x.shape[1], 10))
        order = me.shuffle(len(x), seed=None if "order" in faults else 7)
        mine = _part(me, order, faults, changes)
        for step in range(steps):
            rows = mine[step * batch:(step + 1) * batch]
            labels = y[np.roll(rows, 1)] if "wrong pairs" in changes else y[rows]
            g = me.gradient(w, x[rows], labels)
            if "no exchange" not in changes:
                g = me.all_reduce(g) / (1 if "sum" in changes else me.n)
            w = w - (lr if "rate" in faults else me.n * lr) * g
        _end(me, w, faults, changes)
        return w

    return train


def _part(me, order, faults, changes):
    size = len(order) // me.n
    if "shard" in faults:
        return order[:size]
    if "overlap" in changes:
        return order[me.rank * (size - 1):][:size]
    return order[me.rank::me.n]


def _end(me, w, faults, changes):
    if "early barrier" in changes:
        me.barrier()
    if (me.rank == 0 or "all save" in changes) and "nobody saves" not in changes:
        me.save(w)
    last = {"early barrier", "no barrier"} & set(changes)
    if not last and (me.rank == 0 or "barrier" not in faults):
        me.barrier()


# --- what the faults leave to be seen -----------------------------------------------------------


class Trial(NamedTuple):
    """What came of a program: `says` in one sentence, and numbers (None after an error).

    `apart` is the largest difference between the weights of two workers, `seen` the share of
    training rows that any worker has seen, `right` the share of 360 test digits that the chief's
    weights read.
    """

    says: str
    apart: float | None = None
    seen: float | None = None
    right: float | None = None

    def __repr__(self):
        return self.says


def try_out(train, workers=4, batch=8, lr=0.1, lenient=False):
    """Let four workers train on the digits for one epoch, and say what one sees.

    Parameters
    ----------
    train : callable
        ``train(me, x, y, lr, steps, batch) -> w``, run by every worker; see `simulated.Worker`.
    workers, batch : int
        `batch` is that of one worker.
    lr : float
        Right for one worker with this batch.
    lenient : bool
        Nobody waits at a barrier: shows what a deadlock hides.

    Returns
    -------
    Trial
    """
    digits = data.load("digits")
    x, y = digits.x_train.reshape(len(digits.x_train), -1).astype(float), digits.y_train
    steps = len(x) // workers // batch
    try:
        with contextlib.redirect_stdout(io.StringIO()):     # each worker runs many times
            done, results = together(lambda me: train(me, x.copy(), y.copy(), lr, steps, batch),
                                     workers, lenient)
        w = np.array(results, float)
        test = digits.x_test.reshape(len(digits.x_test), -1)
        right = float(((test @ w[0]).argmax(axis=1) == digits.y_test).mean())
    except Deadlock as problem:
        return Trial(str(problem))
    except Exception as error:      # a student's program may stop with anything; say with what
        return Trial(f"{type(error).__name__}: {error}")
    rows = {row.tobytes() for worker in done for what in worker.log if what[0] == "gradient"
            for row in what[2]}
    seen = len(rows) / len({row.tobytes() for row in x})
    apart = float((w.max(axis=0) - w.min(axis=0)).max())
    return Trial(f"weights of two workers differ by up to {apart:.2g}; {seen:.0%} of the rows were "
                 f"seen; {right:.3f} of 360 test digits right", apart, seen, right)


def symptoms():
    """Each fault alone in an otherwise right program, tried out.

    Returns
    -------
    Symptoms
        A mapping from the name of the fault, or "none of them", to its `Trial`.
    """
    programs = {"none of them": (), **{FAULTS[fault][0]: (fault,) for fault in NAMES}}
    return Symptoms({name: try_out(make_train(faults)) for name, faults in programs.items()})


class Symptoms(dict):
    """Result of `symptoms`; its repr is a table."""

    def __repr__(self):
        rows = [f"{'fault':<42}{'weights apart':>14}{'rows seen':>11}{'digits right':>14}"]
        for name, trial in self.items():
            if trial.right is None:
                # in two lines: Presentation Mode would break one of them in the middle of a word
                rows += [name, f"    {trial.says}"]
                continue
            rows.append(f"{name:<42}{trial.apart:>14.2g}{trial.seen:>11.0%}{trial.right:>14.3f}")
        return "\n".join(rows)
