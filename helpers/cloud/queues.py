"""How long a request waits: Little's law, the queues M/M/1 and M/D/1, and any queue, simulated.

The name of a queue says how requests arrive, how long one is served, and by how many servers. M is
random without memory (exponential gaps, a Poisson stream), D is always the same, G is anything.

    rate     λ, requests that come in a second
    service  s, seconds that one of them takes; a server manages μ = 1/s a second
    ρ = λ·s  utilisation, the share of the time that the server is busy
"""

import heapq
from typing import NamedTuple

import numpy as np

from helpers.cloud.latencies import percentiles


class Queue(NamedTuple):
    """What a formula says of a queue in which all has settled.

    Attributes
    ----------
    utilisation : float
        ρ.
    waiting, response : float
        Mean seconds until service begins, and until it is done.
    number : float
        Mean number of requests that are there.
    """

    utilisation: float
    waiting: float
    response: float
    number: float


def little(rate, seconds):
    """Mean number of requests that are there: L = λ·W, whatever the queue (Little's law).

    Parameters
    ----------
    rate : float
        λ in requests/s, of what comes in (and goes out again).
    seconds : float
        W, how long each stays, on average.
    """
    return rate * seconds


def mg1(rate, service, variation):
    """One server, requests at random moments, service times of any kind (Pollaczek–Khinchine).

        waiting = ρ/(1−ρ) · (1 + c²)/2 · s,   response W = waiting + s

    Parameters
    ----------
    rate : float
        λ in requests/s.
    service : float
        s, mean service time in s.
    variation : float
        c, standard deviation of the service time divided by its mean.

    Returns
    -------
    Queue

    Raises
    ------
    ValueError
        If ρ = λ·s is 1 or more: then more comes in than goes out, and nothing settles.
    """
    busy = utilisation(rate, service)
    waiting = busy / (1 - busy) * (1 + variation ** 2) / 2 * service
    return Queue(busy, waiting, waiting + service, little(rate, waiting + service))


def mm1(rate, service):
    """One server, random arrivals, random service times: W = s/(1−ρ) = 1/(μ−λ); see `mg1`."""
    return mg1(rate, service, variation=1)


def md1(rate, service):
    """One server, random arrivals, all served in the same time; see `mg1`."""
    return mg1(rate, service, variation=0)


def mm1_percentile(rate, service, percent):
    """Seconds after which so many percent are done in M/M/1: W·ln(100/(100 − p)).

    The response time is exponential with mean W: p99 = ln(100)·W = 4.6·W, p50 = 0.69·W.
    """
    percent = np.asarray(percent, float)
    if not ((percent > 0) & (percent < 100)).all():
        raise ValueError(f"percent should be between 0 and 100; got {percent.tolist()}.")
    return mm1(rate, service).response * np.log(100 / (100 - percent))


def utilisation(rate, service, servers=1):
    """ρ = λ·s/servers; a ValueError if that is 1 or more."""
    if not (rate > 0 and service > 0):
        raise ValueError("expected a rate and a service time above 0; got "
                         f"{rate!r} requests/s and {service!r} s.")
    busy = rate * service / servers
    if busy >= 1:
        raise ValueError(f"{rate:g} requests/s of {service:g} s each would keep {servers} server"
                         f"{'s' * (servers > 1)} busy {busy:.0%} of the time: more comes in than "
                         "goes out, so the queue grows without end. Take a lower rate, a shorter "
                         "service time, or more servers.")
    return busy


class Simulation(NamedTuple):
    """Requests of a simulated queue, in the order of their arrival; all in s.

    Attributes
    ----------
    arrivals, starts, ends : (n,) float
    servers : int
    """

    arrivals: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    servers: int = 1

    @property
    def responses(self):
        """Seconds from arrival to end, of each request."""
        return self.ends - self.arrivals

    @property
    def utilisation(self):
        """Share of the time that a server was busy."""
        return float((self.ends - self.starts).sum() / self.ends.max() / self.servers)

    @property
    def number(self):
        """Mean number of requests that were there: the time they stayed, laid over the clock."""
        return float(self.responses.sum() / self.ends.max())

    def percentile(self, percent):
        """Seconds that so many percent of the requests did not exceed."""
        return float(percentiles(self.responses, percent)[0])


def simulate(rate, service, kind="exponential", servers=1, n=200_000, seed=0):
    """Let n requests queue up: first come, first served, by the first server that is free.

    Parameters
    ----------
    rate : float
        λ in requests/s; they arrive at random moments.
    service : float
        Mean service time in s.
    kind : "exponential" or "constant"
        How service times are spread.
    servers, n, seed : int

    Returns
    -------
    Simulation
    """
    utilisation(rate, service, servers)
    if kind not in ("exponential", "constant"):
        raise ValueError(f'kind: expected "exponential" or "constant"; got {kind!r}.')
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / rate, n))
    lengths = rng.exponential(service, n) if kind == "exponential" else np.full(n, float(service))
    ends = one_by_one(arrivals, lengths) if servers == 1 else _by_many(arrivals, lengths, servers)
    return Simulation(arrivals, ends - lengths, ends, servers)


def one_by_one(arrivals, lengths):
    """When each request is done, if one server serves them in turn.

        endₖ = max(arrivalₖ, endₖ₋₁) + lengthₖ

    Written out, endₖ is the largest of arrivalⱼ + lengthⱼ + … + lengthₖ over all j ≤ k, so a
    running maximum does it, without a loop.
    """
    done = np.cumsum(lengths)
    return done + np.maximum.accumulate(arrivals - done + lengths)


def _by_many(arrivals, lengths, servers):
    free, ends = [0.0] * servers, np.empty(len(arrivals))
    for k, (arrival, length) in enumerate(zip(arrivals.tolist(), lengths.tolist(), strict=True)):
        ends[k] = max(arrival, free[0]) + length
        heapq.heapreplace(free, ends[k])
    return ends


def table(service=0.010, rates=(50, 70, 80, 90, 95), n=1_000_000, seed=0):
    """Lay formulas and a simulation side by side, as text.

    Parameters
    ----------
    service : float
        Seconds.
    rates : sequence of float
        Requests/s, each below 1/service.
    n, seed : int
        Of the simulation.
    """
    same = f"always {1e3 * service:g} ms, M/D/1"
    lines = [f"one server, {1e3 * service:g} ms a request; all times in ms",
             f"{'':>15}{'random service, M/M/1':^39}{same:^20}",
             f"{'rate':>8}{'busy':>7}{'mean':>10}{'simulated':>11}{'p99':>7}{'simulated':>11}"
             f"{'mean':>9}{'simulated':>11}"]
    for rate in rates:
        random, constant = (simulate(rate, service, kind, n=n, seed=seed)
                        for kind in ("exponential", "constant"))
        found = [mm1(rate, service).response, random.responses.mean(),
                 mm1_percentile(rate, service, 99), random.percentile(99),
                 md1(rate, service).response, constant.responses.mean()]
        cells = zip(found, (10, 11, 7, 11, 9, 11), strict=True)
        lines.append(f"{rate:>6g}/s{rate * service:>7.0%}"
                     + "".join(f"{1e3 * t:>{wide}.1f}" for t, wide in cells))
    return "\n".join(lines)
