"""All-reduce in a ring: every worker ends with the sum of the vectors of all.

=========================  =====================================================================
schedule, all_reduce       the algorithm, on arrays in one process, over a wire that counts
connect, Ring              the same between processes, over sockets (`ring_joining`,
                           `ring_sockets`)
=========================  =====================================================================
"""

from typing import NamedTuple

import numpy as np

from helpers.cloud.ring_joining import connect
from helpers.cloud.ring_sockets import Ring

__all__ = ["Move", "Ring", "Wire", "all_reduce", "connect", "schedule"]


class Move(NamedTuple):
    """One chunk on its way: from worker `source` to its right neighbour `target`."""

    source: int
    target: int
    chunk: int


class Wire:
    """What carries chunks between workers, and counts.

    Attributes
    ----------
    bytes_sent : dict worker → bytes
    messages : int
    """

    def __init__(self):
        self.bytes_sent, self.messages = {}, 0

    def send(self, source, target, chunk):
        """Return what arrives at `target`: a copy of `chunk`, an array."""
        self.bytes_sent[source] = self.bytes_sent.get(source, 0) + chunk.nbytes
        self.messages += 1
        return chunk.copy()

    def __repr__(self):
        lines = [f"worker {k}: {sent:,} bytes sent" for k, sent in sorted(self.bytes_sent.items())]
        return "\n".join([*lines, f"{self.messages} messages"])


def schedule(n):
    """List who sends which chunk in each step of a ring of n workers.

    Parameters
    ----------
    n : int
        Number of workers, and of chunks.

    Returns
    -------
    steps : list of (phase, moves)
        2(n−1) steps; `phase` is "reduce-scatter" or "all-gather", `moves` a list of n `Move`, all
        at the same time. In step s of the first phase worker r sends chunk r − s, which its
        neighbour adds to its own; in step s of the second, chunk r + 1 − s, which its neighbour
        puts in the place of its own (all modulo n).

    Raises
    ------
    ValueError
        For n below 1.
    """
    if n < 1:
        raise ValueError(f"A ring needs at least one worker: expected n ≥ 1, got {n}.")
    return [(phase, [Move(r, (r + 1) % n, (r + first - step) % n) for r in range(n)])
            for phase, first in (("reduce-scatter", 0), ("all-gather", 1))
            for step in range(n - 1)]


def all_reduce(vectors, wire=None):
    """Give every worker the sum of all vectors: sᵣ = Σₖ vₖ for each worker r.

    Parameters
    ----------
    vectors : list of N arrays, shape (M,), float32 or float64
        One for each worker; they stay as they are.
    wire : Wire, optional
        Counts what is sent: each worker sends 2(N−1)/N · M numbers (if N divides M), however many
        workers there are.

    Returns
    -------
    sums : list of N arrays, shape (M,)
        Bit for bit the same.

    Raises
    ------
    ValueError
        When the vectors differ in shape or type.

    References
    ----------
    P. Patarasuk, X. Yuan: Bandwidth optimal all-reduce algorithms for clusters of workstations.
    Journal of Parallel and Distributed Computing 69, 2009.
    """
    vectors = [np.asarray(v) for v in vectors]
    if not vectors or len({(v.shape, v.dtype) for v in vectors}) > 1 or vectors[0].ndim != 1:
        raise ValueError("vectors: expected one array of shape (M,) for each worker, all of the "
                         f"same length and type; got {[(v.shape, str(v.dtype)) for v in vectors]}.")
    wire = Wire() if wire is None else wire
    n = len(vectors)
    chunks = [np.array_split(v.copy(), n) for v in vectors]     # chunks[r][k]: chunk k of worker r
    for phase, moves in schedule(n):
        for source, target, k in moves:
            arrived = wire.send(source, target, chunks[source][k])
            if phase == "reduce-scatter":
                chunks[target][k] += arrived
            else:
                chunks[target][k] = arrived
    return [np.concatenate(parts) for parts in chunks]
