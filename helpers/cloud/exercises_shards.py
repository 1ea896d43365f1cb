"""Exercise 5.4: the gradient of a batch that lies on several workers.

Reference answer, probes, hints and named mistakes.
"""

from functools import reduce

import numpy as np

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

X5_4 = exercise(
    "5.4",
    title="One gradient from several workers",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=5,
    outputs=("gradient", "each worker computes on its own shard"),
    hints=(
        "Write the mean loss over all n rows as a sum over the shards. With which factor does the "
        "mean loss of one shard stand in it?",
        "gradient(w, x, y) is the gradient of the mean over len(x) rows, so len(x) times it is "
        "the sum over them. Add these sums up and divide once, by the rows of all shards.",
        SOLUTION,
    ),
)


@X5_4.reference
def data_parallel_grad(gradient, w, shards):
    """Gradient of the mean loss over all rows of all shards, of the shape of w.

    gradient(w, x, y) is what one worker computes: the gradient of its mean loss.
    shards is a list of (x, y), one for each worker.
    """
    n = sum(len(x) for x, y in shards)
    return sum(len(x) / n * gradient(w, x, y) for x, y in shards)


@X5_4.probes
def _(rng):
    # Equal shards first, where the weights do not matter; then the 5 + 3 of the chapter, a single
    # worker, and sizes that are all different, with several outputs.
    cases = [((2, 2), (3,)), ((5, 3), (4,)), ((4,), (2,)), ((1, 6, 2), (3, 2)),
             ((2, 3, 4, 7), (2, 3))]
    return [(rng.normal(size=shape),
             [(rng.normal(size=(size, shape[0])), rng.normal(size=(size, *shape[1:])))
              for size in sizes]) for sizes, shape in cases]


@X5_4.harness
def _(fn, w, shards):
    rows_seen = []

    def gradient(w, x, y):
        """Of half the mean square of x @ w − y."""
        rows_seen.append(len(x))
        return x.T @ (x @ w - y) / len(x)

    result = fn(gradient, w, shards)
    if result is None or result is ...:
        return result
    return result, _who_computed(rows_seen, [len(x) for x, _ in shards])


def _who_computed(rows_seen, sizes):
    """Say whether the gradient was asked for on each shard, and on nothing larger."""
    if not rows_seen:
        return "no: gradient() was never called"
    if max(rows_seen) > max(sizes):
        return "no: all rows were brought to one worker"
    return "yes"


def _means(gradient, w, shards):
    return [gradient(w, x, y) for x, y in shards]


def _sizes(shards):
    return [len(x) for x, _ in shards]


def _weighted(gradient, w, shards):
    return [len(x) * gradient(w, x, y) for x, y in shards]


_LOCAL = ("divided by the local batch", "Each shard's mean times its rows is a sum over rows; all "
          "of them together must be divided by the rows of all shards, the global batch.")
_WEIGHTS = ("averages the weights, not the gradients", "What travels here is the gradient; the "
            "step is taken after it, alike on every worker. Averaging weights after a step is the "
            "same for plain descent only: with momentum or Adam each worker's memory would drift.")

for _name, _why, _fn in [
    ("unweighted mean for unequal shards", "With shards of 5 and 3 rows, a row of the small one "
     "would count 5/3 times as much as one of the large. Weight each shard by its rows.",
     lambda g, w, s: sum(_means(g, w, s)) / len(s)),
    ("sum, not mean (learning rate × N)", "The sum of N mean gradients is about N times the "
     "gradient of the mean, as if the learning rate were N times as large. Weight each by its "
     "share of the rows; the shares add up to 1.",
     lambda g, w, s: sum(_means(g, w, s))),
    (*_LOCAL, lambda g, w, s: sum(_weighted(g, w, s)) / len(s[-1][0])),
    (*_LOCAL, lambda g, w, s: sum(_weighted(g, w, s)) / len(s[0][0])),
    (*_LOCAL, lambda g, w, s: sum(_weighted(g, w, s)) / np.mean(_sizes(s))),
    (*_WEIGHTS, lambda g, w, s: sum(w - m for m in _means(g, w, s)) / len(s)),
    (*_WEIGHTS, lambda g, w, s: w - sum(_weighted(g, w, s)) / sum(_sizes(s))),
    (*_WEIGHTS, lambda g, w, s: sum(w - 0.1 * m for m in _means(g, w, s)) / len(s)),
    (*_WEIGHTS, lambda g, w, s: w - 0.1 * sum(_weighted(g, w, s)) / sum(_sizes(s))),
    ("divided by nothing", "That is the gradient of the summed loss: it grows with the batch. "
     "Divide by the rows of all shards.", lambda g, w, s: sum(_weighted(g, w, s))),
    ("divided by the number of workers", "The rows of all shards together are n, and the sum over "
     "rows must be divided by n, not by the number of workers.",
     lambda g, w, s: sum(_weighted(g, w, s)) / len(s)),
    ("weighted, and divided by N as well", "The shares nₖ/n already add up to 1. Dividing by the "
     "number of workers once more makes the gradient N times too small.",
     lambda g, w, s: sum(_weighted(g, w, s)) / sum(_sizes(s)) / len(s)),
    ("unweighted mean, divided by the rows too", "gradient() has divided by the rows of its shard "
     "already.", lambda g, w, s: sum(_means(g, w, s)) / sum(_sizes(s))),
    ("each mean divided by its rows once more", "gradient() has divided by the rows of its shard "
     "already. To undo that, multiply by len(x).",
     lambda g, w, s: sum(m / n for m, n in zip(_means(g, w, s), _sizes(s), strict=True)) / len(s)),
    ("only the first worker's gradient", "All shards have a say, each with the share of its rows.",
     lambda g, w, s: _means(g, w, s)[0]),
    ("only the last worker's gradient", "In a loop `total = …` keeps what came last. Add up with "
     "`total += …`.", lambda g, w, s: _means(g, w, s)[-1]),
    ("weights the wrong way round", "A shard with more rows must count more: len(x) / n, not its "
     "inverse.", lambda g, w, s: sum(m / n for m, n in zip(_means(g, w, s), _sizes(s), strict=True))
     / sum(1 / n for n in _sizes(s))),
    ("weights the wrong way round", "A shard with more rows must count more: nₖ/n, not the share "
     "of the others, (n − nₖ)/n.", lambda g, w, s: sum(
         (sum(_sizes(s)) - n) / sum(_sizes(s)) * m
         for m, n in zip(_means(g, w, s), _sizes(s), strict=True)) if len(s) > 1
     else _means(g, w, s)[0]),
    ("a mean of two in every step", "(a + b)/2, then (that + c)/2, gives c half of all weight. "
     "Add up first, each gradient times its rows, and divide once at the end.",
     lambda g, w, s: reduce(lambda a, b: (a + b) / 2, _means(g, w, s))),
    ("sign flipped", "Return the gradient itself; descent subtracts it later.",
     lambda g, w, s: -sum(_weighted(g, w, s)) / sum(_sizes(s))),
]:
    X5_4.mistake(_name, why=_why)(_fn)


@X5_4.mistake("all rows brought to one worker", why="The number is right, but one worker has done "
              "all the work, and all data had to travel. Call gradient() once for each shard and "
              "put the results together.")
def _(gradient, w, shards):
    return gradient(w, np.concatenate([x for x, _ in shards]),
                    np.concatenate([y for _, y in shards]))
