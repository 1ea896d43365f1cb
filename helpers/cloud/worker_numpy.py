"""One worker in NumPy: chapter 2's gradients, and the ring of `helpers.cloud.ring` between them."""

import time

import numpy as np

from helpers.cloud import checkpoints, ring, task
from helpers.cloud.memory import FIRST, began, keep, recall


def train(job, store, rank, addresses, say=print, timeout=20.0):
    """Train this worker's part of a job, from the last checkpoint to the end.

    Parameters
    ----------
    job : helpers.cloud.task.Job
    store : helpers.cloud.store.Store
    rank : int
        Which worker this is; 0, the *chief*, writes the checkpoints.
    addresses : list of str
        "host:port" of all workers.
    say : callable
        Gets lines for the log.
    timeout : float
        Seconds to wait for the others.

    Returns
    -------
    weights : list of array
    losses : list of float
        Of all steps, also of those before the resume.
    seconds : list of float
        Of each step that this process took.

    Notes
    -----
    Each worker sums nₖ/n · gₖ over the ring, so the result is the gradient of the whole batch
    (D5.2), and all take the same step. The loss travels along as the last entry of the vector.
    """
    x, y = task.read_data(store)
    model = task.network(job)
    weights, optimizer = list(model.params.values()), model.optimizer
    optimizer.bind(weights)
    start, losses = recall(checkpoints.restore(store), weights, [s["m"] for s in optimizer.slots])
    say(began(rank, len(addresses), start))
    seconds = []
    with ring.connect(rank, addresses, timeout=timeout) as circle:
        for step in range(start, job.steps):
            before = time.perf_counter()
            rows = task.batch_at(job.seed, step, len(x), job.batch_size)
            mine = task.shard_of(rows, rank, len(addresses))
            total = circle.all_reduce(_message(model, x[mine], y[mine], len(mine) / len(rows)))
            optimizer.apply(_like(total[:-1], weights), weights)
            losses.append(float(total[-1]))
            seconds.append(time.perf_counter() - before)
            if step == start:
                say(FIRST)
            time.sleep(job.pause)
            if rank == 0:
                keep(job, store, step + 1, weights, [s["m"] for s in optimizer.slots], losses, say)
    return weights, losses, seconds


def _message(model, x, y, share):
    """The shard's part of the gradient and of the loss, as one vector: float32 (P + 1,)."""
    if not len(x):
        size = sum(w.size for w in model.params.values())
        return np.zeros(size + 1, np.float32)
    loss, grads = model.gradients(x, y)
    parts = [g.ravel() for g in grads.values()] + [[loss]]
    return np.concatenate(parts).astype(np.float32) * np.float32(share)


def _like(vector, arrays):
    """Cut a long vector into pieces of the shapes of `arrays`."""
    ends = np.cumsum([a.size for a in arrays])
    return [piece.reshape(a.shape) for piece, a in
            zip(np.split(vector, ends[:-1]), arrays, strict=True)]
