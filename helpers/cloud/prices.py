"""What machines cost: a small table that lies beside this file, dated, and made to be edited.

The course asks no server for prices. Copy `prices.json`, write your own numbers into it, and name
your copy in the environment variable COURSE_PRICES, or hand its path to `load`.
"""

import json
import os
import textwrap
from pathlib import Path
from typing import NamedTuple

OWN = Path(__file__).with_name("prices.json")
VARIABLE = "COURSE_PRICES"


class Machine(NamedTuple):
    """A kind of machine that can be rented.

    Attributes
    ----------
    what : str
    hour, spot : float
        Price of an hour, on demand and as a spot machine, in the table's currency.
    watts : float
        Drawn under load, an estimate.
    source, look_up : str
        Where the numbers come from, and where today's stand.
    """

    what: str
    hour: float
    spot: float
    watts: float
    source: str
    look_up: str


class Prices(NamedTuple):
    """A table of prices; `repr` shows it.

    Attributes
    ----------
    label, as_of, currency, note : str
    machines : dict name → Machine
    gigabyte_month, gigabyte_out : float
        To store a gigabyte for a month, and to send one out of the cloud.
    pue : float
        Power usage effectiveness: energy of the whole data centre / energy of its machines.
    grams_per_kwh : float
        CO₂ of the grid.
    path : pathlib.Path
    """

    label: str
    as_of: str
    currency: str
    note: str
    machines: dict
    gigabyte_month: float
    gigabyte_out: float
    pue: float
    grams_per_kwh: float
    path: Path

    def machine(self, name):
        """The Machine of that name; a ValueError says which there are."""
        if name not in self.machines:
            raise ValueError(f"There is no machine {name!r} in {self.path.name}; there are "
                             f"{', '.join(map(repr, self.machines))}.")
        return self.machines[name]

    def __repr__(self):
        wide = max(len(machine.what) for machine in self.machines.values()) + 2
        lines = [f"Prices of {self.as_of}, {self.label}: {self.path}",
                 f"{'':<9}{'':<{wide}}{'an hour':>9}{'spot':>8}{'draws':>9}"]
        for name, m in self.machines.items():
            lines.append(f"{name:<9}{m.what:<{wide}}{m.hour:>7.2f} {self.currency}"
                         f"{m.spot:>6.2f} {self.currency}{m.watts:>7g} W")
        lines += [f"a gigabyte: stored for a month {self.gigabyte_month:g} {self.currency}, sent "
                  f"out {self.gigabyte_out:g} {self.currency}; PUE {self.pue:g}, "
                  f"{self.grams_per_kwh:g} g CO₂ a kWh", *textwrap.wrap(self.note, 88)]
        return "\n".join(lines)


def load(path=None):
    """Read a table of prices.

    Parameters
    ----------
    path : path-like, optional
        A JSON file like `prices.json`. By default the one that COURSE_PRICES names, if it names
        one, else the course's own.

    Returns
    -------
    Prices

    Raises
    ------
    ValueError
        If the file cannot be read or an entry is missing or no price; says which.
    """
    path = Path(path or os.environ.get(VARIABLE) or OWN)
    try:
        entries = json.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise ValueError(f"{path} cannot be read ({problem.strerror}). Copy {OWN} and edit it; "
                         f"{VARIABLE} names your copy.") from None
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON: {problem}. Compare it with {OWN}.") from None
    read = _Reader(path, entries)
    machines = read("machines", kind=dict)
    if not machines:
        raise ValueError(f"{path}: expected at least one entry under machines; got none.")
    return Prices(
        *(read(name, kind=str) for name in ("label", "as_of", "currency", "note")),
        {name: Machine(read("machines", name, "what", kind=str),
                       *(read("machines", name, key) for key in ("hour", "spot", "watts")),
                       *(read("machines", name, key, kind=str) for key in ("source", "look_up")))
         for name in machines},
        read("storage", "gigabyte_month"), read("traffic", "gigabyte_out"),
        read("energy", "pue", least=1), read("energy", "grams_per_kwh"), path)


def table(path=None):
    """The prices as a table; see `load`. Nothing of it is fetched from anywhere."""
    return load(path)


class _Reader:
    """Takes entries out of nested dicts, and says which one is missing or of the wrong kind."""

    def __init__(self, path, entries):
        self.path, self.entries = path, entries

    def __call__(self, *keys, kind=float, least=0):
        value = self.entries
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        good = (is_number and least <= value < float("inf")) if kind is float \
            else isinstance(value, kind)
        if not good:
            expected = {float: f"a number, {least} or more", str: "a text",
                        dict: "an object with an entry for each machine"}[kind]
            raise ValueError(f"{self.path}: expected {expected} under {' → '.join(keys)}; got "
                             f"{value!r}. Compare it with {OWN}.")
        return float(value) if kind is float else value
