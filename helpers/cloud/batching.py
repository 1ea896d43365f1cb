"""Answering requests together: a batch of B takes a + b·B seconds, not B·(a + b).

    fixed  a, seconds that a call takes, however much is in it
    each   b, seconds more for each request in it

Large batches let more through; but the first request of a batch waits for the last. And below some
size the server does not keep up at all. In between lies the best.
"""

import heapq
from bisect import bisect_right

import numpy as np

from helpers.cloud.links import fit as fit_line

FIXED, EACH = 0.008, 0.001      # s; of the same order as our server on a small machine
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


def throughput(batch, fixed=FIXED, each=EACH):
    """Requests/s that one server manages with full batches: B/(a + b·B), never above 1/b."""
    batch = np.asarray(batch, float)
    return batch / (fixed + each * batch)


def smallest_batch(rate, fixed=FIXED, each=EACH):
    """Return the smallest batch with which one server keeps up.

        λ·(a + b·B)/B < 1   ⇔   B > λ·a/(1 − λ·b)

    Raises
    ------
    ValueError
        If no batch is large enough: λ·b ≥ 1.
    """
    if rate * each >= 1:
        raise ValueError(f"{rate:g} requests/s of {each:g} s each are more than one server can "
                         f"answer with any batch; it stays below {1 / each:g}. Take more servers.")
    return int(np.floor(rate * fixed / (1 - rate * each))) + 1


def latency(batch, rate, fixed=FIXED, each=EACH):
    """Mean latency, in s, if a server waits until B requests are there and answers them together.

        W(B) ≈ (B−1)/(2λ)  +  ρ/(2B(1−ρ)) · s  +  s,     s = a + b·B,  ρ = λ·s/B
               until it is full  until the server is free  service

    The first and the last are exact. In the middle, batches come with gaps of B exponential ones
    each (their variance is 1/B of the squared mean), and service is always as long: of Kingman's
    (c² of gaps + c² of service)/2 · ρ/(1−ρ) · s half of 1/B is left.

    Returns
    -------
    float64, shape of batch; inf where the server does not keep up
    """
    batch = np.asarray(batch, float)
    service = fixed + each * batch
    busy = rate * service / batch
    with np.errstate(divide="ignore", invalid="ignore"):
        waiting = np.where(busy < 1, busy / (2 * batch * (1 - busy)) * service, np.inf)
    return (batch - 1) / (2 * rate) + waiting + service


def best_batch(rate, fixed=FIXED, each=EACH, most=4096):
    """Return the batch with the smallest mean latency of all up to `most`."""
    smallest = smallest_batch(rate, fixed, each)
    sizes = np.arange(smallest, max(most, smallest) + 1)
    return int(sizes[np.argmin(latency(sizes, rate, fixed, each))])


def fit(batches, seconds):
    """Fit a and b to measured times of calls with so many requests in them.

    Parameters
    ----------
    batches : (k,) int
        Two different ones at least.
    seconds : (k,) float
        Of one call.

    Returns
    -------
    fixed, each : float, in s
    """
    if len(set(batches)) < 2 or min(seconds) <= 0:
        raise ValueError("fit: expected times above 0 s of at least two sizes of batches; got "
                         f"{list(batches)} and {list(seconds)}.")
    fixed, slope = fit_line(batches, seconds)
    return fixed, 1 / slope


def serve(arrivals, ready, batch, wait, fixed=FIXED, each=EACH):
    """When each request is answered, by replicas that share one queue and answer in batches.

    A replica that is free takes what is there as soon as `batch` requests are, or when the first of
    them has waited `wait` seconds.

    Parameters
    ----------
    arrivals : (n,) float
        In s, ascending.
    ready : sequence of float
        From when on there is each of the replicas, in s.
    batch : int
    wait : float
        In s; inf to wait for full batches always.

    Returns
    -------
    starts, ends : (n,) float, in s
    calls : (k, 2) float
        Start and end of each batch.
    """
    times, free = np.asarray(arrivals, float).tolist(), sorted(map(float, ready))
    starts, ends, sizes, n, first = [], [], [], len(times), 0
    while first < n:
        full = times[min(first + batch, n) - 1]
        start = max(free[0], min(full, times[first] + wait))
        size = bisect_right(times, start, first, min(first + batch, n)) - first
        end = start + fixed + each * size
        starts.append(start)
        ends.append(end)
        sizes.append(size)
        heapq.heapreplace(free, end)
        first += size
    return np.repeat(starts, sizes), np.repeat(ends, sizes), np.column_stack([starts, ends])


def table(rate=400, sizes=SIZES, fixed=FIXED, each=EACH, n=100_000, seed=0):
    """Lay throughput and latency of batches side by side, as text.

    Parameters
    ----------
    rate : float
        Requests/s that come in.
    sizes : sequence of int
    fixed, each : float
        In s.
    n, seed : int
        Of the simulations: of a server that waits until each batch is full, as in `latency`, and of
        one that takes what is there as soon as it is free, up to a batch.
    """
    arrivals = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, n))
    lines = [f"a call takes {1e3 * fixed:g} ms + {1e3 * each:g} ms a request; "
             f"{rate:g} requests come in every second",
             f"{'':>25}{'— mean latency: waits until full —':^36}  takes what",
             f"{'batch':>6}{'at most':>12}{'busy':>7}{'formula':>17}{'simulated':>14}"
             f"{'is there':>17}"]
    for size in sizes:
        busy = rate / throughput(size, fixed, each)
        row = f"{size:>6}{throughput(size, fixed, each):>10.0f}/s{busy:>7.0%}"
        if busy < 1:
            full, free = (serve(arrivals, [0], size, wait, fixed, each)[1] for wait in (np.inf, 0))
            row += (f"{1e3 * latency(size, rate, fixed, each):>14.1f} ms"
                    f"{1e3 * (full - arrivals).mean():>11.1f} ms"
                    f"{1e3 * (free - arrivals).mean():>14.1f} ms")
        lines.append(row if busy < 1 else f"{row}   does not keep up")
    best = best_batch(rate, fixed, each)
    lines.append(f"best for one that waits: batches of {best}, "
                 f"{1e3 * latency(best, rate, fixed, each):.1f} ms on average")
    return "\n".join(lines)
