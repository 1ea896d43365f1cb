"""Exercise 5.5: an all-reduce in a ring, with bytes counted.

Reference answer, probes, hints and named mistakes.
"""

import numpy as np

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

X5_5 = exercise(
    "5.5",
    title="All-reduce in a ring",
    kind="fill-in",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("result", "each sends to one neighbour only", "no worker sends too much"),
    hints=(
        "Take three workers and three chunks on paper. In each step every worker passes one chunk "
        "to the right. Which one, so that after two steps each chunk has been added up once, on "
        "one worker?",
        "First phase, step s: worker r sends chunk (r − s) mod N and its neighbour adds it. "
        "Then worker r holds the finished chunk (r + 1) mod N. Second phase, step s: it sends "
        "chunk (r + 1 − s) mod N and its neighbour replaces its own. N − 1 steps each, then "
        "divide by N.",
        SOLUTION,
    ),
)


@X5_5.reference
def ring_allreduce(vectors, send):
    """Mean of N vectors (M,), for each of the N workers; send(source, target, chunk) -> chunk."""
    n = len(vectors)
    chunks = [np.array_split(v.copy(), n) for v in vectors]      # chunks[r][k]: chunk k of worker r
    for step in range(n - 1):                                    # reduce-scatter: add
        for r in range(n):
            k = (r - step) % n
            chunks[(r + 1) % n][k] += send(r, (r + 1) % n, chunks[r][k])
    for step in range(n - 1):                                    # all-gather: replace
        for r in range(n):
            k = (r + 1 - step) % n
            chunks[(r + 1) % n][k] = send(r, (r + 1) % n, chunks[r][k])
    return [np.concatenate(parts) / n for parts in chunks]


@X5_5.probes
def _(rng):
    # Two workers, three, lengths that N does not divide, fewer numbers than workers, one worker.
    return [(list(rng.normal(size=(n, length)).round(2)),)
            for n, length in ((2, 4), (3, 6), (4, 8), (3, 7), (5, 13), (4, 3), (1, 3))]


@X5_5.harness
def _(fn, vectors):
    ledger = []

    def send(source, target, chunk):
        """Carry a chunk from one worker to another: a copy arrives."""
        chunk = np.array(chunk)
        ledger.append((int(source), int(target), chunk.size))
        return chunk

    result = fn(vectors, send)
    if result is None or result is ...:
        return result
    n, length = len(vectors), len(vectors[0])
    return result, _neighbours(ledger, n), _amount(ledger, n, length)


def _neighbours(ledger, n):
    if any(all(target == (source + side) % n for source, target, _ in ledger) for side in (1, -1)):
        return "yes"     # round to the right, or to the left
    return "no: all goes through worker 0" if all(0 in move[:2] for move in ledger) else "no"


def _amount(ledger, n, length):
    """Judge what the busiest worker has sent against the ring's 2(N−1) chunks of M/N numbers."""
    sent = [sum(size for source, _, size in ledger if source == r) for r in range(n)]
    if n > 1 and not ledger:
        return "no: nothing was sent at all"
    if max(sent) > 2 * (n - 1) * -(-length // n):
        return "no: too much"
    return "yes" if sum(sent) >= 2 * (n - 1) * length else "no: too little to be enough"


def _ring(first=0, second=1, steps=(-1, -1), combine=("add", "replace"), divide=None, turn=-1,
          whole=False):
    """A ring with something changed: where the phases begin, how long they are, what they do."""

    def wrong(vectors, send):
        n = len(vectors)
        chunks = [np.array_split(v.copy(), n) for v in vectors]
        for begin, more, how in zip((first, second), steps, combine, strict=True):
            for step in range(n + more if more is not None else 0):
                for r in range(n):
                    k = (r + begin + turn * step) % n
                    arrived = send(r, (r + 1) % n, chunks[r][k])
                    mine = chunks[(r + 1) % n]
                    mine[k] = mine[k] + arrived if how == "add" else arrived
                    if how == "halve":
                        mine[k] = (chunks[(r + 1) % n][k] + arrived) / 2
        return [np.concatenate(parts) / (n if divide is None else divide(n)) for parts in chunks]

    return wrong


_OFF = ("off-by-one chunk index", "After the first phase worker r holds the finished chunk r + 1, "
        "if it sent chunk r − s in step s. Both phases must agree on who has which: then it sends "
        "chunk r + 1 − s. Check it with three workers on paper.")
_ONE = ("N − 1 steps only", "After N − 1 steps each worker holds one finished chunk and rests of "
        "the others. N − 1 further steps must carry the finished chunks round.")
_LOST = ("overwrites in the gather phase", "Each chunk ends as the part of a single worker. After "
         "the first phase worker r holds the finished chunk r + 1. Sending r − s in the second, as "
         "in the first, overwrites finished sums with unfinished ones. (`=` in the place of `+=` "
         "in the first phase does the same.)")
_EARLY = ("first phase missing or one step too short", "The chunks that go round in the second "
          "phase are not finished. A chunk must visit N − 1 other workers to be added up: "
          "range(n − 1) steps.")
_TOO_LONG = ("one step too many", "In N − 1 steps a chunk has visited all workers. One more brings "
             "it back to where it started, where its part is counted twice.")
_ADDS = ("adds in the second phase too", "In the second phase the chunk that arrives is finished: "
         "it takes the place of the worker's own, which is already part of it.")
_DIVISION = ("forgets the division", "The ring adds up. For the mean, divide by N once at the end.")

for (_name, _why), _fn in [
    (_OFF, _ring(first=1)), (_OFF, _ring(first=-1)), (_OFF, _ring(second=2)),
    (_LOST, _ring(second=0)), (_LOST, _ring(combine=("replace", "replace"))),
    (_ONE, _ring(steps=(-1, None))),
    (_EARLY, _ring(steps=(None, -1))), (_EARLY, _ring(steps=(-2, -1))),
    (_TOO_LONG, _ring(steps=(0, -1))), (_TOO_LONG, _ring(steps=(0, 0))),
    (("second phase one step too long", "The result is right, but after N − 1 steps all workers "
      "have all finished chunks. One more sends each of them to a worker that has it already."),
     _ring(steps=(-1, 0))),
    (("second phase one step too short", "A finished chunk has N − 1 other workers to visit: "
      "range(n − 1), not range(n − 2)."), _ring(steps=(-1, -2))),
    (_ADDS, _ring(combine=("add", "add"))),
    (("chunk number runs the wrong way", "A chunk that worker r sent in step s is what r + 1 must "
      "send in step s + 1. So its number stays: k = (r − s) mod N, not r + s."), _ring(turn=1)),
    (_DIVISION, _ring(divide=lambda n: 1)),
    (("divides twice", "The sum of N vectors is divided by N once."),
     _ring(divide=lambda n: n * n)),
    (("divides by N − 1", "There are N vectors in the sum, one's own among them: divide by N."),
     _ring(divide=lambda n: max(n - 1, 1))),
    (("a mean of two in every step", "(a + b)/2, then (that + c)/2, gives c half of all weight. "
      "Add up first and divide by N once at the end."),
     _ring(combine=("halve", "replace"), divide=lambda n: 1)),
    (("off-by-one chunk index, and forgets the division", f"{_OFF[1]} Then: {_DIVISION[1]}"),
     _ring(first=1, divide=lambda n: 1)),
    (("N − 1 steps only, and forgets the division", f"{_ONE[1]} Then: {_DIVISION[1]}"),
     _ring(steps=(-1, None), divide=lambda n: 1)),
    (("adds in the second phase too, and forgets the division", f"{_ADDS[1]} Then: {_DIVISION[1]}"),
     _ring(combine=("add", "add"), divide=lambda n: 1)),
]:
    X5_5.mistake(_name, why=_why)(_fn)


def _whole(divide=True):
    def wrong(vectors, send):
        n = len(vectors)
        sums, passing = [v.copy() for v in vectors], list(vectors)
        for _ in range(n - 1):
            passing = [send((r - 1) % n, r, passing[r - 1]) for r in range(n)]
            sums = [a + b for a, b in zip(sums, passing, strict=True)]
        return [s / n if divide else s for s in sums]

    return wrong


def _star(divide=True):
    def wrong(vectors, send):
        n = len(vectors)
        total = vectors[0].copy()
        for r in range(1, n):
            total = total + send(r, 0, vectors[r])
        total = total / n if divide else total
        return [total, *(send(0, r, total) for r in range(1, n))]

    return wrong


def _chain(vectors, send):
    n = len(vectors)
    total = vectors[0]
    for r in range(1, n):
        total = send(r - 1, r, total) + vectors[r]
    means = [total / n] * n
    for r in range(n - 1):
        means[r] = send((r - 1) % n, r, means[(r - 1) % n])
    return means


X5_5.mistake("the whole vector goes round", why="The result is right, but one whole vector goes "
             "from worker to worker, twice, and while one of them sends all others wait. Cut the "
             "vectors into N chunks, so that every worker sends one in every step.")(_chain)


@X5_5.mistake("the same chunk in every step", why="A worker that sends chunk r again and again "
              "adds the same numbers to its neighbour's several times. What must be sent in the "
              "next step is the chunk that has just come in: (r − s) mod N.")
def _(vectors, send):
    n = len(vectors)
    chunks = [np.array_split(v.copy(), n) for v in vectors]
    for phase in (0, 1):
        for _ in range(n - 1):
            sent = [send(r, (r + 1) % n, chunks[r][(r + phase) % n]) for r in range(n)]
            for r in range(n):
                k, mine = (r + phase) % n, chunks[(r + 1) % n]
                mine[k] = sent[r] if phase else mine[k] + sent[r]
    return [np.concatenate(parts) / n for parts in chunks]


_WHOLE = ("sends the whole vector", "The result is right, but each worker has sent N − 1 whole "
          "vectors, N/2 times as much as a ring needs. Cut the vectors into N chunks and pass on "
          "one chunk in each step.")
_STAR = ("a star: worker 0 carries everything", "The result is right, but all vectors go through "
         "worker 0, which sends N − 1 of them. In a ring each sends to one neighbour only, "
         "2(N − 1) chunks.")
X5_5.mistake(*_WHOLE)(_whole())
X5_5.mistake(*_STAR)(_star())
X5_5.mistake(f"{_WHOLE[0]}, and {_DIVISION[0]}", why=f"{_WHOLE[1]} {_DIVISION[1]}")(_whole(False))
X5_5.mistake(f"{_STAR[0]}, and {_DIVISION[0]}", why=f"{_STAR[1]} {_DIVISION[1]}")(_star(False))


@X5_5.mistake("everyone sends to everyone", why="The result is right, but each worker has sent its "
              "whole vector N − 1 times. In a ring it sends 2(N − 1) chunks of M/N numbers.")
def _(vectors, send):
    n = len(vectors)
    return [sum(vectors[r] if r == k else send(r, k, vectors[r]) for r in range(n)) / n
            for k in range(n)]


@X5_5.mistake("nothing is sent", why="The mean was computed as if all vectors lay on one machine. "
              "Worker r knows vectors[r] only; all else must come through send().")
def _(vectors, send):
    return [np.mean(vectors, axis=0) for _ in vectors]
