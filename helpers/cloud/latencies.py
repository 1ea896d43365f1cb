"""What users wait for: percentiles, what many calls make of them, and what a generator leaves out.

A mean hides the ones that wait longest, and those are the ones that leave. So latencies are given
as percentiles: p99 is what 99 of 100 requests do not exceed.
"""

import numpy as np

POINTS = (50, 95, 99)


def percentiles(seconds, points=POINTS):
    """Return the latencies that so many in 100 requests do not exceed.

    The nearest rank: of n sorted values the ⌈p/100 · n⌉-th, so always one that was measured.

    Parameters
    ----------
    seconds : (n,) float
    points : sequence of float
        In percent, above 0 and up to 100.

    Returns
    -------
    (len(points),) float64, in s; nan if there are no values

    Raises
    ------
    ValueError
        If a point is no percentage, or a latency is negative.
    """
    values = np.sort(np.asarray(seconds, float).ravel())
    points = np.atleast_1d(np.asarray(points, float))
    if not ((points > 0) & (points <= 100)).all():
        raise ValueError("percentiles: points should be above 0 and at most 100 percent; got "
                         f"{points.tolist()}.")
    if len(values) == 0:
        return np.full(len(points), np.nan)
    if not values[0] >= 0:
        raise ValueError(f"percentiles: no latency can be below 0 s; got {values[0]:g} s.")
    ranks = np.ceil(points / 100 * len(values) - 1e-9).astype(int)
    return values[ranks - 1]


def slow_share(calls, share=0.01):
    """Share of pages that wait for at least one slow call: 1 − (1 − share)ⁿ.

    A page that asks n servers at the same time is as slow as the slowest of them.

    Parameters
    ----------
    calls : int or array of int
        n.
    share : float
        Of the calls of each server that are slow: 0.01 beyond p99.

    References
    ----------
    J. Dean, L. A. Barroso, Communications of the ACM 56(2), 2013.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"slow_share: expected a share from 0 to 1; got {share!r}.")
    return 1 - (1 - share) ** np.asarray(calls, float)


def filled_in(seconds, interval):
    """Add the requests that a waiting user did not send.

    A user who wants an answer every `interval` seconds and waits for one of them as long as t, has
    left out requests that would have waited t − interval, t − 2·interval … They are added.

    Parameters
    ----------
    seconds : (n,) float
        Latencies as a closed loop has noted them.
    interval : float
        Seconds from one request of a user to the next, when all goes well.

    Returns
    -------
    (m,) float64, m ≥ n
    """
    if not interval > 0:
        raise ValueError(f"filled_in: expected an interval above 0 s; got {interval!r}.")
    values = np.asarray(seconds, float)
    missed = [np.arange(t - interval, 0, -interval) for t in values[values > interval]]
    return np.concatenate([values, *missed])
