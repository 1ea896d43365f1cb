"""What a worker puts into a checkpoint, and takes from it: weights, momentum, losses, the step.

Both kinds of worker, NumPy's and TensorFlow's, use the same names, so that one can go on where the
other was stopped. There is no random generator among it: the order of the examples is a function
of the seed and the step, see `task.batch_at`.
"""

import os

import numpy as np

from helpers.cloud import checkpoints

FIRST = "the first step is done"
"""What a worker says then: before it, libraries start and, in TensorFlow, a graph is built."""


def keep(job, store, step, weights, momenta, losses, say=print):
    """Write a checkpoint if it is time for one: every few steps, and at the end."""
    if step % job.checkpoint_every and step != job.steps:
        return
    arrays = {f"weight_{i}": np.asarray(w) for i, w in enumerate(weights)}
    arrays |= {f"momentum_{i}": np.asarray(m) for i, m in enumerate(momenta)}
    say(f"saving step {step}")
    checkpoints.save(store, step, arrays, {"losses": losses})
    say(f"saved step {step}")


def recall(checkpoint, weights, momenta):
    """Put a checkpoint's arrays into those of a network and an optimiser.

    Parameters
    ----------
    checkpoint : as `checkpoints.restore` returns it
    weights, momenta : list of array
        Changed in place.

    Returns
    -------
    step : int
        0 without a checkpoint.
    losses : list of float
    """
    if checkpoint is None:
        return 0, []
    step, arrays, state = checkpoint
    for name, own in (("weight", weights), ("momentum", momenta)):
        for i, array in enumerate(own):
            array[...] = arrays[f"{name}_{i}"]
    return step, list(state["losses"])


def began(rank, workers, step):
    """The line with which a worker begins: who it is, and from where it goes on."""
    how = "resumes" if step else "starts"
    return f"worker {rank} of {workers} (pid {os.getpid()}) {how} at step {step}"
