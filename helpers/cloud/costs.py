"""What a training and a million predictions cost: money, energy, carbon.

All of it is multiplication; what is easily forgotten is that a machine costs by the hour, used or
not. Its watts count in full as well: an idle machine draws less than a busy one, but how much less
the table does not say.
"""

from typing import NamedTuple

from helpers.cloud import prices as tables
from helpers.cloud.spot import gang_hours


class Cost(NamedTuple):
    """What something costs.

    Attributes
    ----------
    money : float
        In the table's currency.
    kwh : float
        Electricity of the whole data centre.
    grams : float
        Of CO₂.
    """

    money: float
    kwh: float
    grams: float
    currency: str = "$"

    def __repr__(self):
        return f"{short(self.money)} {self.currency}, {short(self.kwh)} kWh, " \
               f"{short(self.grams)} g CO₂"


def per_million(hour, per_second, utilisation=1.0, machines=1):
    """Price of a million requests.

        hour · machines / (3600 · per_second · utilisation) · 10⁶

    Parameters
    ----------
    hour : float
        Price of one machine for an hour.
    per_second : float
        Requests that all machines together manage in a second.
    utilisation : float
        Share of that which really comes in, 0 < utilisation ≤ 1.
    machines : int

    Returns
    -------
    float, in the currency of `hour`

    Raises
    ------
    ValueError
        If nothing comes in, or more than the machines manage.
    """
    if not (hour >= 0 and per_second > 0 and machines >= 1 and 0 < utilisation <= 1):
        raise ValueError("per_million: expected a price of 0 or more, requests/s above 0, a "
                         "utilisation above 0 and at most 1, and at least one machine; got "
                         f"{hour!r}, {per_second!r}, {utilisation!r} and {machines!r}.")
    return hour * machines / (3600 * per_second * utilisation) * 1e6


def energy(watts, hours, pue):
    """Electricity in kWh: watts · hours · PUE / 1000 (PUE counts cooling and the like as well)."""
    if not (watts >= 0 and hours >= 0 and pue >= 1):
        raise ValueError("energy: expected watts and hours of 0 or more and a PUE of 1 or more; "
                         f"got {watts!r} W, {hours!r} h and {pue!r}.")
    return watts * hours * pue / 1000


def carbon(kwh, grams_per_kwh):
    """Grams of CO₂: kWh · grams a kWh, which depend on the grid, and on the hour."""
    if not (kwh >= 0 and grams_per_kwh >= 0):
        raise ValueError(f"carbon: expected numbers of 0 or more; got {kwh!r} kWh and "
                         f"{grams_per_kwh!r} g.")
    return kwh * grams_per_kwh


def run(hours, machine="small", count=1, spot=False, prices=None, grams_per_kwh=None):
    """What it costs to keep machines for some hours.

    Parameters
    ----------
    hours : float
        Of each machine. With spot machines, work done twice included: see `spot`.
    machine : str
        A name in the table of prices.
    count : int
    spot : bool
        At the spot price.
    prices : prices.Prices, optional
        `prices.load()` if not given.
    grams_per_kwh : float, optional
        Of another grid than the table's.

    Returns
    -------
    Cost
    """
    table = prices or tables.load()
    row = table.machine(machine)
    if not (hours >= 0 and count >= 1):
        raise ValueError(f"run: expected hours of 0 or more and at least one machine; got "
                         f"{hours!r} and {count!r}.")
    kwh = energy(row.watts * count, hours, table.pue)
    grams = carbon(kwh, table.grams_per_kwh if grams_per_kwh is None else grams_per_kwh)
    return Cost((row.spot if spot else row.hour) * hours * count, kwh, grams, table.currency)


def predictions(per_second, machine="small", spot=False, demand=(1.0, 0.5, 0.1, 0.01), prices=None):
    """Lay out what a million predictions cost if the machine is not always busy, as text.

    Parameters
    ----------
    per_second : float
        Requests/s that the machine manages, as measured.
    machine : str
    spot : bool
    demand : sequence of float
        Shares of it that come in.
    prices : prices.Prices, optional
    """
    table = prices or tables.load()
    lines = [f"a million predictions on one machine \"{machine}\"{' (spot)' * spot}, which manages "
             f"{per_second:g} a second",
             f"{'come in':>12}{'busy':>8}{'money':>12}{'energy':>14}{'carbon':>14}"]
    for share in demand:
        million = run(1e6 / (3600 * per_second * share), machine, spot=spot, prices=table)
        lines.append(f"{per_second * share:>10.3g}/s{share:>8.0%}"
                     f"{short(million.money):>10} {million.currency}{short(million.kwh):>10} kWh"
                     f"{short(million.grams):>8} g CO₂")
    return "\n".join(lines)


def runs(*jobs, prices=None):
    """Lay out what trainings cost, as text: undisturbed on demand, and on spot with preemptions.

    Parameters
    ----------
    *jobs : (name, hours, machine, count)
    prices : prices.Prices, optional
    """
    table = prices or tables.load()
    wide = max((len(name) for name, *_ in jobs), default=0) + 2
    lines = [f"{'':<{wide}}{'machines':<14}{'hours':>9}{'on demand':>12}{'energy':>13}"
             f"{'carbon':>16}{'spot hours':>12}{'spot':>11}"]
    for name, hours, machine, count in jobs:
        longer = gang_hours(hours, count)
        full = run(hours, machine, count, prices=table)
        cheap = run(longer, machine, count, spot=True, prices=table)
        lines.append(f"{name:<{wide}}{f'{count} × {machine}':<14}{short(hours):>9}"
                     f"{short(full.money):>10} {full.currency}{short(full.kwh):>9} kWh"
                     f"{short(full.grams):>10} g CO₂{short(longer):>12}"
                     f"{short(cheap.money):>9} {cheap.currency}")
    return "\n".join(lines)


def short(number):
    """Three digits that count, without powers of ten where a person would write none."""
    if number == 0 or 1e-4 <= abs(number) < 1e9:
        text = f"{number:,.0f}" if abs(number) >= 100 else f"{number:#.3g}".rstrip(".")
        return text.replace(",", " ") if number else "0"
    return f"{number:.1e}"
