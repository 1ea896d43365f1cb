"""How many machines does a service need? A day of it in twenty seconds, simulated.

Replicas share one queue and answer in batches. Half-way through, a rush begins; more replicas are
ordered at once, and come when they have booted. Until then those that are there have to do.
"""

from typing import NamedTuple

import numpy as np

from helpers.cloud import batching, costs
from helpers.cloud import prices as tables
from helpers.cloud.latencies import percentiles

DEADLINE = 0.050     # s: what 99 of 100 requests shall not exceed, the service level objective


class Outcome(NamedTuple):
    """What a service did.

    Attributes
    ----------
    arrivals, ends : (n,) float
        In s.
    ready : (k,) float
        From when on each replica was there, in s.
    offered : float
        What comes in before the rush, as a share of what the first replicas manage with full
        batches: 1 or more can never go well.
    utilisation : float
        Share of the replicas' time, once they had booted, in which they computed.
    money, grams : float
        Of a million requests; machines are paid from when they were ordered.
    currency : str
    """

    arrivals: np.ndarray
    ends: np.ndarray
    ready: tuple
    offered: float
    utilisation: float
    money: float
    grams: float
    currency: str

    @property
    def latencies(self):
        """Seconds from arrival to answer, of each request."""
        return self.ends - self.arrivals

    @property
    def mean(self):
        """Mean latency in s."""
        return float(self.latencies.mean())

    def percentile(self, percent):
        """Seconds that so many percent of the requests did not exceed."""
        return float(percentiles(self.latencies, percent)[0])

    p50 = property(lambda self: self.percentile(50), doc="Median latency in s.")
    p99 = property(lambda self: self.percentile(99), doc="What 99 of 100 do not exceed, in s.")

    def __repr__(self):
        return (f"{len(self.ready)} replicas in the end, busy {self.utilisation:.0%}; "
                f"p50 {1e3 * self.p50:.1f} ms, mean {1e3 * self.mean:.1f} ms, "
                f"p99 {1e3 * self.p99:.1f} ms\na million requests: {self.money:.3f} "
                f"{self.currency}, {self.grams:.0f} g CO₂")


def simulate(rate, replicas=1, batch=8, wait=0.0, boot=0.0, rush=1.0, seconds=20.0,
             fixed=batching.FIXED, each=batching.EACH, machine="small", prices=None, seed=0):
    """Simulate a service for some seconds.

    Parameters
    ----------
    rate : float
        λ, requests/s that come in, at random moments.
    replicas : int
        That are there from the start.
    batch : int
        Most requests in one call.
    wait : float
        Longest time that a request waits for others while a replica is free, in s.
    boot : float
        Until a replica that is ordered answers its first request, in s.
    rush : float
        From seconds/2 on, rush · rate requests/s come in, and replicas are ordered in proportion.
    seconds : float
        How long requests come in.
    fixed, each : float
        A call with B requests takes fixed + each·B seconds.
    machine : str
        What each replica runs on, a name in the table of prices.
    prices : prices.Prices, optional
    seed : int

    Returns
    -------
    Outcome

    Raises
    ------
    ValueError
        If there is nothing to simulate, such as no replica or a rate of 0.
    """
    if not (rate > 0 and replicas >= 1 and batch >= 1 and wait >= 0 and boot >= 0 and rush >= 1
            and seconds > 0) or replicas != int(replicas) or batch != int(batch):
        raise ValueError("simulate: expected a rate above 0, whole numbers of replicas and batch "
                         "of 1 or more, wait and boot of 0 s or more, and a rush of 1 or more; got "
                         f"rate {rate!r}, replicas {replicas!r}, batch {batch!r}, wait {wait!r}, "
                         f"boot {boot!r}, rush {rush!r}.")
    half = seconds / 2
    arrivals = _arrivals(rate, rush, half, seconds, seed)
    more = int(np.ceil(replicas * (rush - 1) - 1e-9))
    ready = (0.0,) * int(replicas) + (half + boot,) * more
    _, ends, calls = batching.serve(arrivals, ready, int(batch), wait, fixed, each)

    there = sum(max(seconds - moment, 0) for moment in ready)       # machine-seconds
    busy = np.clip(np.minimum(calls[:, 1], seconds) - calls[:, 0], 0, None).sum()
    paid = replicas * seconds + more * half                         # booting is paid as well
    answered = max(int((ends <= seconds).sum()), 1)
    hours = paid / 3600 * 1e6 / answered
    million = costs.run(hours, machine, prices=prices or tables.load())
    return Outcome(arrivals, ends, ready, rate / replicas / batching.throughput(batch, fixed, each),
                   float(busy / there), million.money, million.grams, million.currency)


def _arrivals(rate, rush, half, seconds, seed):
    """Moments of a Poisson stream; the same dice for all rates, so that curves are smooth."""
    expected = rate * half * (1 + rush)
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(1.0, int(expected + 6 * np.sqrt(expected) + 10))
    moments = np.cumsum(gaps)               # at a rate of 1 a second; now the clock runs faster
    before = rate * half
    moments = np.where(moments < before, moments / rate,
                       half + (moments - before) / (rate * rush))
    return moments[moments < seconds] if (moments < seconds).any() else moments[:1]


def table(rate, replicas=(1, 2, 3, 4), batch=8, wait=0.0, **more):
    """Lay several numbers of replicas side by side, as text; arguments as in `simulate`.

    "load" is what comes in as a share of what full batches manage; "busy" is higher, because a
    free replica does not wait for a batch to fill.
    """
    lines = [f"{rate:g} requests/s, batches of up to {batch}, wait {1e3 * wait:g} ms",
             f"{'replicas':>8}{'load':>7}{'busy':>7}{'p50':>11}{'mean':>11}{'p99':>11}"
             f"{'a million':>13}{'CO₂':>9}"]
    for count in replicas:
        found = simulate(rate, count, batch, wait, **more)
        times = "".join(f"{1e3 * t:>8.1f} ms" for t in (found.p50, found.mean, found.p99))
        lines.append(f"{count:>8}{found.offered:>7.0%}{found.utilisation:>7.0%}{times}"
                     f"{found.money:>11.3f} {found.currency}{found.grams:>7.0f} g"
                     + ("   does not keep up" if found.offered >= 1 else ""))
    return "\n".join(lines)
