"""Preempted machines: how often to save, what saving and losing cost, and a simulation of it.

All times in one function are in the same unit, whichever it is: all in seconds, or all in minutes.

=========  ======================================================================================
C          what writing one checkpoint takes
μ          mean time between two preemptions, which come without memory (exponentially)
τ          work between two checkpoints
R          restart: from the preemption until a new machine has loaded the checkpoint
=========  ======================================================================================
"""

from typing import NamedTuple

import numpy as np

__all__ = ["Runs", "best", "daly", "expected_time", "overhead", "simulate", "young"]


def young(C, mu):
    """The interval that loses least, to first order: τ* = √(2Cμ).

    Parameters
    ----------
    C, mu : float, > 0
        Cost of a checkpoint, mean time between preemptions; in the same unit.

    Returns
    -------
    float or array
        Work between two checkpoints, in that unit. Good for C much shorter than μ.

    Notes
    -----
    Saving costs C/τ of the time, a preemption loses half an interval, τ/2, once in μ. The sum
    C/τ + τ/(2μ) has derivative −C/τ² + 1/(2μ) = 0. Source: Young (1974).
    """
    C, mu = _positive("young", C=C, mu=mu)
    return np.sqrt(2 * C * mu)[()]


def daly(C, mu):
    """Young's interval with two more terms of the series, for checkpoints that take long.

    τ* = √(2Cμ)·(1 + √(C/(2μ))/3 + C/(18μ)) − C for C < 2μ, else μ. Source: Daly (2006).

    Parameters and result are those of `young`.
    """
    C, mu = _positive("daly", C=C, mu=mu)
    share = C / (2 * mu)
    series = np.sqrt(2 * C * mu) * (1 + np.sqrt(share) / 3 + share / 9) - C
    return np.where(2 * mu > C, series, mu)[()]


def best(C, mu):
    """The interval at which `expected_time` is least, exactly: the τ with 1 − τ/μ = e^(−(τ+C)/μ).

    Parameters and result are those of `young`. Restarts do not move it.
    """
    from scipy.special import lambertw

    C, mu = _positive("best", C=C, mu=mu)
    return (mu * (1 + lambertw(-np.exp(-C / mu - 1)).real))[()]


def overhead(tau, C, mu, restart=0.0):
    """Time lost for each unit of work, to first order: C/τ + (τ/2 + R)/μ.

    Parameters
    ----------
    tau, C, mu : float or array, > 0
        Work between checkpoints, cost of a checkpoint, mean time between preemptions.
    restart : float, ≥ 0

    Returns
    -------
    float or array
        0.09 means 9 % on top of the work. At τ* = √(2Cμ), without restarts, it is √(2C/μ).
    """
    tau, C, mu = _positive("overhead", tau=tau, C=C, mu=mu)
    return (C / tau + (tau / 2 + _restart("overhead", restart)) / mu)[()]


def expected_time(work, C, mu, tau, restart=0.0):
    """Expected time until `work` is done and saved, to all orders.

    Each interval needs s = τ + C without a preemption. Until that has happened once, the time
    expected is (μ + R)·(e^(s/μ) − 1); the last interval may be shorter.

    Parameters
    ----------
    work, C, mu, tau : float, > 0
    restart : float, ≥ 0
        No preemption falls into it: what one does not have yet nobody can take away.

    Returns
    -------
    float
        In the unit of the arguments; inf where it is beyond all numbers. After Daly (2006), whose
        machines are taken away during a restart as well: he has μ·e^(R/μ) where μ + R stands here.
    """
    work, C, mu, tau = _positive("expected_time", work=work, C=C, mu=mu, tau=tau)
    restart = _restart("expected_time", restart)
    whole = np.floor(work / tau)
    rest = work - whole * tau
    with np.errstate(over="ignore"):
        each, last = np.expm1((tau + C) / mu), np.expm1((rest + C) / mu)
        last = np.where(rest > 1e-9 * work, last, 0.0)     # a rest of rounding is no interval
        return ((mu + restart) * (whole * np.where(whole > 0, each, 0.0) + last))[()]


class Runs(NamedTuple):
    """What came of simulated trainings; every array has shape (runs,), times in one unit.

    Attributes
    ----------
    time : float
        From the start until the work is done and saved.
    lost : float
        Of it, work (and half-written checkpoints) that had to be done again.
    saving, restarting : float
        Of it, writing checkpoints that held; waiting for new machines.
    preemptions : int
    work : float
        What each run had to do.
    """

    time: np.ndarray
    lost: np.ndarray
    saving: np.ndarray
    restarting: np.ndarray
    preemptions: np.ndarray
    work: float

    @property
    def overhead(self):
        """Mean time lost for each unit of work."""
        return float(self.time.mean() / self.work - 1)

    @property
    def error(self):
        """Standard error of `overhead`."""
        return float(self.time.std(ddof=1) / np.sqrt(len(self.time)) / self.work)

    def __str__(self):
        def row(name, values):
            parts = np.percentile(values, [5, 50, 95])
            return f"{name:<12}{np.mean(values):>10.4g}" + "".join(f"{p:>10.4g}" for p in parts)

        rows = [row(name, getattr(self, name))
                for name in ("time", "lost", "saving", "restarting", "preemptions")]
        head = f"{len(self.time)} runs".ljust(12) + "".join(
            f"{name:>10}" for name in ("mean", "5 %", "median", "95 %"))
        return "\n".join([head, *rows, f"overhead {self.overhead:.2%} ± {self.error:.2%} "
                                       f"of {self.work:g} of work"])


def simulate(work, C, mu, tau, restart=0.0, runs=10_000, seed=0):
    """Train many times on machines that are taken away at random moments.

    A machine lives for an exponential time. Each of its intervals that ends before it does is
    saved; the rest of its life is lost. The next one begins after `restart` where that left off.

    Parameters
    ----------
    work, C, mu, tau : float, > 0
        Work of one training, cost of a checkpoint, mean time between preemptions, work between
        checkpoints; `tau` of `work` or more saves once, at the end.
    restart : float, ≥ 0
    runs : int, ≥ 2
    seed : int

    Returns
    -------
    Runs

    Raises
    ------
    ValueError
        For arguments out of these bounds, or if a run would need more than a million machines.
    """
    for value in _positive("simulate", work=work, C=C, mu=mu, tau=tau):
        if value.ndim:
            raise ValueError(f"simulate: expected numbers; got an array of shape {value.shape}. "
                             "Call it once for each.")
    restart = float(_restart("simulate", restart))
    if runs != int(runs) or runs < 2:
        raise ValueError(f"simulate: runs should be 2 or more; got {runs!r}")
    tau = min(tau, work)
    if np.expm1(min((tau + C) / mu, 500.0)) * work / tau > 1e6:
        raise ValueError(f"simulate: intervals of {tau + C:g} need so many machines that live "
                         f"{mu:g} on average that a run would not come to an end; choose a "
                         "shorter tau.")
    rng = np.random.default_rng(seed)
    left, time = np.full(int(runs), float(work)), np.zeros(int(runs))
    lost, saving, taken = np.zeros_like(time), np.zeros_like(time), np.zeros(len(time), int)
    while (busy := np.flatnonzero(left > 0)).size:
        life = rng.exponential(mu, busy.size)
        need = np.ceil(left[busy] / tau * (1 - 1e-12))              # checkpoints still to write
        finish = left[busy] + need * C
        done = life >= finish
        saved = np.where(done, need, np.minimum(np.floor(life / (tau + C)), need - 1))
        time[busy] += np.where(done, finish, life + restart)
        saving[busy] += saved * C
        lost[busy] += np.where(done, 0.0, life - saved * (tau + C))
        taken[busy] += ~done
        left[busy] = np.where(done, 0.0, left[busy] - saved * tau)
    return Runs(time, lost, saving, taken * restart, taken, float(work))


def _positive(name, **values):
    """The values as float arrays; a sentence if one is not a number above 0."""
    for key, value in values.items():
        try:
            values[key] = np.asarray(value, float)
        except (TypeError, ValueError):
            values[key] = np.array(np.nan)
        if not (np.isfinite(values[key]) & (values[key] > 0)).all():
            raise ValueError(f"{name}: {key} should be a number above 0, in the same unit of time "
                             f"as the others; got {value!r}")
    return tuple(values.values())


def _restart(name, restart):
    restart = np.asarray(restart, float)
    if not (np.isfinite(restart) & (restart >= 0)).all():
        raise ValueError(f"{name}: restart should be 0 or more, in the same unit of time as the "
                         f"others; got {restart}")
    return restart
