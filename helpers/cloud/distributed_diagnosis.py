"""What is the matter with a program that several workers run? Six questions, each with a trace.

Two people who repair exercise 5.7 draw other weights and other orders, so their results cannot be
compared number by number. Instead `diagnose` looks at what each worker asked for: on which weights
and rows, in which order, and how far the weights moved after it. No answer depends on the others.
"""

from itertools import combinations

import numpy as np

from helpers.cloud.simulated import Deadlock, together

YES = "yes"
BATCH, STEPS = 4, 2     # of one worker


def diagnose(train, n, lr, seed):
    """Ask a program that n workers run six questions.

    Parameters
    ----------
    train : callable
        ``train(me, x, y, lr, steps, batch) -> w``.
    n : int
        Workers, 2 or more.
    lr : float
        The learning rate that is right for one worker.
    seed : int
        For rows that are like noise, so that each can be recognised.

    Returns
    -------
    tuple of str, or None or `...` if `train` returned that
        "yes" or what is the matter: do all start alike; have all the same order; has each its own
        part; is the step scaled; does everyone come to the barrier; and is the rest in order?

    Raises
    ------
    ValueError
        If the program returns no weights, deadlocks elsewhere, or asks for no gradient.
    """
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n * BATCH * STEPS, 6)), rng.integers(0, 10, n * BATCH * STEPS)
    try:
        workers, results = together(
            lambda me: train(me, x.copy(), y.copy(), lr, STEPS, BATCH), n, lenient=True)
    except Deadlock as problem:
        raise ValueError(f"{problem} Every worker must call all_reduce equally often, with "
                         "arrays of one shape.") from None
    for nothing in (None, ...):
        if any(result is nothing for result in results):
            return nothing
    steps = [[entry[1:] for entry in worker.log if entry[0] == "gradient"] for worker in workers]
    _check(results, steps, (x.shape[1], 10))
    rows = [[_numbers(x, step[1]) for step in own] for own in steps]
    seen = [np.concatenate(own) for own in rows]
    orders = [_order(worker, len(x)) for worker in workers]
    apart = _disjoint(seen)
    return (
        YES if all(np.array_equal(own[0][0], steps[0][0][0]) for own in steps) else "no",
        YES if apart or _same_order(orders, seen) else "no",
        YES if apart else _own_part(seen, orders),
        _scaled(steps, lr, n),
        _barrier(workers),
        _rest(workers, results, steps, rows, y, apart),
    )


def _check(results, steps, shape):
    for w in results:
        found = np.asarray(w)
        if found.dtype.kind != "f" or found.shape != shape:
            raise ValueError(f"Each worker returns its weights w, floats of shape {shape}; "
                             f"{type(w).__name__} of shape {found.shape} came.")
    if any(len(own) < 2 for own in steps):
        raise ValueError(f"Each worker takes {STEPS} steps here and asks for a gradient in each: "
                         "me.gradient(w, x[rows], y[rows]).")


def _numbers(x, rows):
    """For each of these rows, its number in x; −1 for one that is not there."""
    known = {row.tobytes(): number for number, row in enumerate(x)}
    return np.array([known.get(row.tobytes(), -1) for row in rows], int)


def _order(worker, n):
    """The last order of all rows that a worker was given, or None."""
    given = [entry[1] for entry in worker.log if entry[0] == "shuffle" and len(entry[1]) == n]
    return given[-1] if given else None


def _disjoint(seen):
    return all(not set(a) & set(b) for a, b in combinations(seen, 2))


def _same_order(orders, seen):
    if any(order is None for order in orders):      # shuffled in a way of their own
        return all(set(rows) == set(seen[0]) for rows in seen)
    return all(np.array_equal(order, orders[0]) for order in orders)


def _own_part(seen, orders):
    """Say whether each worker has its own part *of its own order*, whatever that order is."""
    if all(order is not None for order in orders):
        places = [{int(np.flatnonzero(order == row)[0]) for row in rows if row >= 0}
                  for rows, order in zip(seen, orders, strict=True)]
    elif all(set(rows) == set(seen[0]) for rows in seen):
        return "no"
    else:
        return YES      # they overlap because their orders differ
    if all(place == places[0] for place in places):
        return "no"
    return YES if _disjoint(places) else "no: they overlap"


def _scaled(steps, lr, n):
    """How far the weights moved, in lr times the mean gradient of all workers: n is right."""
    mean = sum(own[0][3] for own in steps) / n
    moved = [float(-np.sum((own[1][0] - own[0][0]) * mean) / np.sum(mean * mean) / lr)
             for own in steps]
    left = max(np.abs(own[1][0] - own[0][0] + m * lr * mean).max()
               for own, m in zip(steps, moved, strict=True))
    if left > 1e-9 * np.abs(mean).max():
        return YES      # not along the mean gradient: that is for the last question
    if np.allclose(moved, n):
        return YES
    return "no" if np.allclose(moved, 1) else "no: another factor"


def _barrier(workers):
    counts = [sum(entry[0] == "barrier" for entry in worker.log) for worker in workers]
    if len(set(counts)) == 1:
        return YES
    return "no" if counts[0] > 0 and not any(counts[1:]) else "no: not all come equally often"


def _rest(workers, results, steps, rows, y, apart):
    """Say whether nothing else has been broken: exchange, rows, labels, checkpoint, barrier."""
    if any(entry[0] == "all_reduce" for worker in workers for entry in worker.log) is False \
            or not _along_the_mean(steps):
        return "no: the steps do not follow the mean gradient of all workers"
    for own_steps, own_rows in zip(steps, rows, strict=True):
        if len(own_rows) != STEPS or any(len(batch) != BATCH for batch in own_rows):
            return "no: other steps or batches"
        for (_, _, labels, _), batch in zip(own_steps, own_rows, strict=True):
            if (batch < 0).any() or not np.array_equal(labels, y[batch]):
                return "no: rows carry other labels"
    if apart and len(set(np.concatenate([np.concatenate(own) for own in rows]))) < len(y):
        return "no: rows are left out"
    saved = [[entry[1] for entry in worker.log if entry[0] == "save"] for worker in workers]
    if not any(saved):
        return "no: nothing is saved"
    if any(saved[1:]):
        return "no: not only the chief saves"
    if not np.array_equal(saved[0][-1], results[0]):
        return "no: other weights are saved than returned"
    last = [[entry[0] for entry in worker.log if entry[0] in ("save", "barrier")][-1:]
            for worker in workers]
    if last[0] != ["barrier"]:
        gone = not any(entry[0] == "barrier" for worker in workers for entry in worker.log)
        return "no: the barrier is gone" if gone else "no: the barrier comes before the save"
    return YES


def _along_the_mean(steps):
    """Whether all workers made their first step along the mean of their gradients."""
    mean = sum(own[0][3] for own in steps) / len(steps)
    for own in steps:
        step = own[1][0] - own[0][0]
        share = np.sum(step * mean) / np.sum(mean * mean)
        if np.abs(step - share * mean).max() > 1e-9 * np.abs(mean).max() or share == 0:
            return False
    return True
