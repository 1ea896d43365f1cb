"""Exercise 5.7: a program for several workers, with five faults.

Reference answer, probes, named mistakes and hints. The programs with faults are in `distributed`,
how a student's program is examined is in `distributed_diagnosis`.
"""

from itertools import combinations

import numpy as np

from helpers.cloud.distributed import FAULTS, NAMES, faulty_train, make_train
from helpers.cloud.distributed_diagnosis import diagnose
from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

X5_7 = exercise(
    "5.7",
    title="Find five bugs in a program for several workers",
    kind="find the bug",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("all start alike", "all have the same order", "each has its own part",
             "the step is scaled", "all come to the barrier", "everything else as it was"),
    hints=(
        "Read every line twice: once as worker 0 and once as worker 1. What must be the same on "
        "both, and what must differ? Which lines does worker 1 never reach?",
        "The same on all: first weights, order of the rows, number of barriers. Different: the "
        "part of the order. And one step now stands for the batches of all workers.",
        SOLUTION,
    ),
)


@X5_7.reference
def train(me, x, y, lr, steps, batch):
    """What each worker runs: me.rank of me.n. lr is right for one worker's batch."""
    w = 0.1 * np.random.default_rng(0).normal(size=(x.shape[1], 10))
    order = me.shuffle(len(x), seed=0)
    mine = order[me.rank::me.n]
    for step in range(steps):
        rows = mine[step * batch:(step + 1) * batch]
        g = me.all_reduce(me.gradient(w, x[rows], y[rows])) / me.n
        w = w - me.n * lr * g
    if me.rank == 0:
        me.save(w)
    me.barrier()
    return w


X5_7.untouched(faulty_train)


@X5_7.probes
def _(rng):
    return [(3, 0.1, int(rng.integers(1000))), (2, 0.05, int(rng.integers(1000)))]


@X5_7.harness
def _(fn, n, lr, seed):
    return diagnose(fn, n, lr, seed)


for _count in range(1, len(NAMES)):
    for _names in combinations(NAMES, _count):
        X5_7.mistake(" + ".join(FAULTS[k][0] for k in _names),
                     why=" ".join(FAULTS[k][1] for k in _names))(make_train(_names))

for _change, _name, _why in [
    ("overlap", "parts that overlap",
     "Some rows are in the parts of two workers and count twice, others in none. "
     "order[me.rank::me.n] deals them out like cards."),
    ("no exchange", "gradients are not exchanged",
     "Each worker goes its own way, and there are as many networks as workers. All step along "
     "the mean of all gradients: me.all_reduce(…) / me.n."),
    ("sum", "scaled by another factor",
     "all_reduce gives the sum. Either divide it by me.n and multiply lr by me.n, or do neither. "
     "Without the division, and with me.n * lr, the step is me.n times too long; lr / me.n makes "
     "it shorter where it should be longer."),
    ("no barrier", "the barrier is gone",
     "Without it nothing deadlocks, but the others may go on and read a checkpoint that is not "
     "written yet. Keep the barrier, for all, after the save."),
    ("early barrier", "the barrier comes before the save",
     "It then holds nobody back from a checkpoint that is not written yet. Save first, then wait."),
    ("all save", "everyone saves",
     "All workers write the same file at the same time. One of them, the chief, is enough."),
    ("nobody saves", "nothing is saved any more", "The chief still writes the checkpoint."),
    ("wrong pairs", "labels in another order than the rows",
     "Rows carry other rows' labels. Use the same row numbers for x and y."),
]:
    X5_7.mistake(_name, why=_why)(make_train((), (_change,)))


@X5_7.mistake("the batch is divided among the workers", why="batch is what each worker takes in a "
              "step, and lr was right for one such batch: with me.n workers a step stands for "
              "me.n * batch rows. Take `batch` rows on each.")
def _(me, x, y, lr, steps, batch):
    return train(me, x, y, lr, steps, max(batch // me.n, 1))
