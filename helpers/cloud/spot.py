"""What a training costs on machines that may be taken away, beside machines that stay.

Spot machines (also: preemptible machines) are the provider's spare ones. They cost a part of the
ordinary, on-demand price, and the provider takes them back when it needs them for somebody who pays
that. Here preemptions are *emulated*: they come at exponential times. Prices are yours to give.
"""

from typing import NamedTuple

import numpy as np

from helpers.cloud.preemption import expected_time, simulate, young

__all__ = ["Offer", "Offers", "break_even", "compare", "expected_cost", "gang_hours"]

RUNS = 2000              # simulated trainings behind the 95 % column
MOST_MACHINES = 1000     # expected in one training; beyond, nothing is simulated


def expected_cost(work, price, C, mu, tau, restart=0.0):
    """Expected cost of a training on spot machines, work that is done again included.

    E[cost] = price · E[time]: machines are paid while they work, save, lose and start.

    Parameters
    ----------
    work, C, mu, tau, restart : float
        As in `preemption.expected_time`, all in one unit.
    price : float, ≥ 0
        For that unit of time.

    Returns
    -------
    float
        inf where the training does not come to an end.
    """
    if not np.isfinite(price) or price < 0:
        raise ValueError(f"expected_cost: price should be 0 or more; got {price!r}")
    return price * expected_time(work, C, mu, tau, restart)


def break_even(work, C, mu, tau, restart=0.0):
    """The price ratio spot / on-demand below which spot costs less: work / E[time].

    On-demand machines are taken to need no checkpoints and to be there at once.
    """
    return work / expected_time(work, C, mu, tau, restart)


def gang_hours(hours, count=1, mean_hours=4.0, checkpoint_seconds=60.0, restart_seconds=180.0):
    """Expected hours of a training on machines that must all live, saved as often as is best.

    One of N machines is taken away N times as often as a single one: μ = mean_hours / N. What can
    be done before a first checkpoint would be due, √(2Cμ), is not saved.

    Parameters
    ----------
    hours : float
        What the training takes undisturbed.
    count : int
    mean_hours : float
        Mean time between preemptions of one machine.
    checkpoint_seconds, restart_seconds : float

    Returns
    -------
    float
        See `preemption.expected_time`.
    """
    C, restart, mu = checkpoint_seconds / 3600, restart_seconds / 3600, mean_hours / count
    tau = young(C, mu)
    if hours <= tau:
        return float((mu + restart) * np.expm1(hours / mu))
    return float(expected_time(hours, C, mu, tau, restart))


class Offer(NamedTuple):
    """One way to rent: expected hours and cost, and hours that 95 % of runs stay within."""

    name: str
    hours: float
    hours_95: float
    cost: float


class Offers(NamedTuple):
    """Ways to rent machines for one training, on demand first; prints as a table.

    Attributes
    ----------
    offers : tuple of Offer
    costs : dict name → (runs,) float
        Of the simulated trainings; empty where there are too many machines to simulate.
    ratio : float
        Below this ratio of the prices spot pays, with checkpoints.
    """

    offers: tuple
    costs: dict
    ratio: float

    def __repr__(self):
        lines = [f"{'':<32}{'hours':>9}{'95 % within':>13}{'cost':>10}"]
        first = self.offers[0].cost
        for one in self.offers:
            share = f"{100 * one.cost / first:.0f} %" if one.cost < 1000 * first else ""
            lines.append(f"{one.name:<32}{_number(one.hours):>9}{_number(one.hours_95):>13}"
                         f"{_number(one.cost):>10}{share:>9}".rstrip())
        lines.append(f"With checkpoints spot pays below {100 * self.ratio:.0f} % of the on-demand "
                     "price.")
        return "\n".join(lines)


def _number(value):
    if np.isnan(value):
        return "–"
    return f"{value:.2f}" if value < 1000 else "> 1e9" if value > 1e9 else f"{value:.0f}"


def compare(work_hours=24.0, on_demand=2.0, spot=0.7, mean_hours=4.0, checkpoint_seconds=60.0,
            restart_seconds=180.0, every_minutes=None, seed=0):
    """Rent on demand, or spot without and with checkpoints: expected hours and cost.

    Parameters
    ----------
    work_hours : float
        What the training takes on a machine that stays.
    on_demand, spot : float
        Prices for an hour. The defaults are made up.
    mean_hours : float
        Mean time between preemptions.
    checkpoint_seconds, restart_seconds : float
    every_minutes : float, optional
        Work between checkpoints; Young's interval if not given.
    seed : int

    Returns
    -------
    Offers
    """
    C, restart = checkpoint_seconds / 3600, restart_seconds / 3600
    tau = young(C, mean_hours) if every_minutes is None else every_minutes / 60
    offers, costs = [Offer("on demand", work_hours, work_hours, work_hours * on_demand)], {}
    for name, interval in (("spot, saved at the end only", work_hours),
                           (f"spot, saved every {60 * tau:.3g} min", min(tau, work_hours))):
        hours = float(expected_time(work_hours, C, mean_hours, interval, restart))
        late = np.nan
        if hours < MOST_MACHINES * mean_hours:
            runs = simulate(work_hours, C, mean_hours, interval, restart, RUNS, seed)
            late, costs[name] = float(np.percentile(runs.time, 95)), spot * runs.time
        offers.append(Offer(name, hours, late,
                            float(expected_cost(work_hours, spot, C, mean_hours, interval,
                                                restart))))
    return Offers(tuple(offers), costs,
                  float(break_even(work_hours, C, mean_hours, min(tau, work_hours), restart)))
