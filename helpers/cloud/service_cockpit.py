"""W5.5 Queue and cost cockpit: how fast a service answers, and what a million requests cost.

All numbers come from `helpers.cloud.capacity.simulate`: ten seconds of a service, with a rush from
the fifth second on.
"""

from __future__ import annotations

import numpy as np

from helpers.cloud import batching, capacity, costs
from helpers.cloud import prices as tables
from helpers.cloud.latencies import percentiles
from helpers.kit.widget import Widget, canvas, limited

SECONDS = 10.0
BINS = 20                       # of half a second each
GRIDS = {"30": 30, "400": 400, "900": 900}      # g CO₂ a kWh
RUSHES = {"1": 1.0, "1.5": 1.5, "2": 2.0}
HIGHEST = 1200                  # requests/s, so that an answer takes less than a tenth of a second
LIMITS = {"replicas": (1, 12, 2), "batch": (1, 128, 16)}


class ServiceCockpit(Widget):
    """Load, replicas and batches on one side; latencies, money and carbon on the other.

    Parameters
    ----------
    **changes
        Entries of ``initial``; `fixed` and `each` are seconds of a call, as `batching.fit` finds
        them for a server of your own.
    """

    id = "W5.5"
    title = "Queue and cost cockpit"
    task = (
        "Find the fewest replicas that keep p99 below the deadline of 50 ms in this rush at 700 "
        "requests a second; then let replicas boot at once, and see how much money that saves."
    )
    notice = (
        "Up to a certain load the replicas hardly matter; then p99 climbs within a few steps of "
        "the slider, long before the mean does. Batches are what lets a replica answer more, and "
        "a very large limit makes the first of a batch wait for the last. Waiting for company "
        "only adds to the latency as long as a replica is free. In a rush what counts is how many "
        "replicas are there before it: those that boot come too late for the requests that pile "
        "up, and are paid all the same. Idle replicas are what a million requests cost most."
    )
    labels = {
        "rate": "requests a second",
        "replicas": "replicas",
        "batch": "batch, at most",
        "wait": "wait for company",
        "boot": "a replica boots in",
        "rush": "rush at 5 s",
        "rushes": {"1": "none", "1.5": "1.5 times as many", "2": "twice as many"},
        "grid": "electricity",
        "grids": {"30": "water, wind: 30 g/kWh", "400": "mixed: 400 g/kWh",
                  "900": "coal: 900 g/kWh"},
        "latency": "latency, half a second at a time",
        "time": "s",
        "deadline": "deadline 50 ms",
        "begins": "rush",
        "there": "replicas there",
        "booting": "booting",
        "p50": "p50",
        "p99": "p99",
        "busy": "busy",
        "room": "room for {rate} a second",
        "money": "a million requests",
        "carbon": "their CO₂",
        "kept": "✓ below 50 ms",
        "missed": "✗ above 50 ms",
        "overload": "✗ overloaded",
    }
    initial = {"rate": 400, "replicas": 2, "batch": 16, "wait": 0, "boot": 3, "rush": "2",
               "grid": "400", "fixed": batching.FIXED, "each": batching.EACH}
    source = "service_cockpit.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Simulate the service.

        Returns
        -------
        dict
            edges : (21,) ends of the bins in s; p50_over_time, p99_over_time : (20,) in ms, by the
            moment of arrival; ready : from when on each replica was there, in s; replicas : that
            were there from the start; p50, p99, mean : ms; busy, offered : shares; money, grams :
            of a million requests; kept, overload : bool; deadline : ms; words; state; summary.
        """
        now = _setting(state)
        table = tables.load()._replace(grams_per_kwh=float(GRIDS[now["grid"]]))
        found = capacity.simulate(
            now["rate"], now["replicas"], now["batch"], now["wait"] / 1e3, now["boot"],
            RUSHES[now["rush"]], SECONDS, now["fixed"], now["each"], prices=table)
        middle, high = _over_time(found)
        load = found.offered * RUSHES[now["rush"]] if now["boot"] else found.offered
        answer = {
            "edges": np.linspace(0, SECONDS, BINS + 1), "p50_over_time": middle,
            "p99_over_time": high, "ready": found.ready, "replicas": now["replicas"],
            "p50": 1e3 * found.p50, "p99": 1e3 * found.p99, "mean": 1e3 * found.mean,
            "busy": found.utilisation, "offered": found.offered,
            "money": found.money, "grams": found.grams,
            "kept": found.p99 <= capacity.DEADLINE, "overload": load >= 1,
            "deadline": 1e3 * capacity.DEADLINE, "state": now,
            "words": {"p50": _time(found.p50), "p99": _time(found.p99),
                      "busy": f"{100 * found.utilisation:.0f} %",
                      "room": f"{now['rate'] / found.offered:.0f}",
                      "money": f"{costs.short(found.money)} {found.currency}",
                      "carbon": f"{costs.short(found.grams)} g"},
        }
        for key, word in answer["words"].items():
            answer["words"][key] = word.replace(" ", "\u00a0")      # no line ends before a unit
        return {**answer, "summary": _summary(answer)}

    @classmethod
    def picture(cls, result: dict):
        """Draw latencies over time, and the five numbers."""
        return _draw(cls, result)


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    return {
        "rate": limited(state["rate"], 1, HIGHEST, 400),
        **{key: limited(state[key], *bounds) for key, bounds in LIMITS.items()},
        "wait": limited(state["wait"], 0, 200, 0), "boot": limited(state["boot"], 0, 5, 3),
        "rush": str(state["rush"]) if str(state["rush"]) in RUSHES else "1",
        "grid": str(state["grid"]) if str(state["grid"]) in GRIDS else "400",
        "fixed": limited(state["fixed"], 0, 1, batching.FIXED),
        "each": limited(state["each"], 1e-5, 1, batching.EACH),
    }


def _over_time(found):
    """Median and p99 in ms of the requests that arrived in each half second; nan where none did."""
    at = np.minimum((found.arrivals / SECONDS * BINS).astype(int), BINS - 1)
    cuts = np.searchsorted(at, np.arange(1, BINS))
    pairs = [percentiles(part, (50, 99)) for part in np.split(found.latencies, cuts)]
    return (1e3 * np.array(pairs)).T


def _time(seconds):
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1e3 * seconds:.0f} ms"


def _summary(a: dict) -> str:
    now, words = a["state"], a["words"]
    more = len(a["ready"]) - a["replicas"]
    text = f"{now['rate']} request{'s' * (now['rate'] > 1)} a second on {a['replicas']} replica"
    text += f"{'s' * (a['replicas'] > 1)}, "
    text += f"batches of up to {now['batch']}" if now["batch"] > 1 else "no batches"
    if more:
        text += f"; {ServiceCockpit.labels['rushes'][now['rush']]} from 5 s on, and {more} more "
        text += f"replica{'s' * (more > 1)} after {now['boot']} s"
    text += f": p50 {words['p50']}, p99 {words['p99']}, "
    text += "in time. " if a["kept"] else "too late. "
    if a["offered"] >= 1:
        text += "More comes in than full batches let out, so the queue grows. "
    elif a["overload"]:
        text += "Until the new replicas are there, more comes in than goes out. "
    return text + (f"Busy {words['busy']}. A million requests: {words['money']}, "
                   f"{words['carbon']} CO₂.")


def _draw(cls, a):
    figure = canvas(8.8, 3.2)
    left, right = figure.subplots(1, 2, width_ratios=[2.2, 1])
    middles = (np.asarray(a["edges"])[1:] + np.asarray(a["edges"])[:-1]) / 2
    for key, colour, line in (("p99", "#c04f00", "--"), ("p50", "#0072b2", "-")):
        left.plot(middles, np.array(a[f"{key}_over_time"], float), line, color=colour,
                  label=cls.labels[key])
    left.axhline(a["deadline"], color="#767676", lw=1, ls=":")
    left.text(0.1, a["deadline"] * 1.08, cls.labels["deadline"], fontsize=9, color="#5f5f5f")
    if len(a["ready"]) > a["replicas"]:
        left.axvspan(SECONDS / 2, SECONDS, color="#f0f0f0", zorder=0)
    left.set(yscale="log", ylim=(3, 2e4), xlim=(0, SECONDS), xlabel=cls.labels["time"],
             title=f"{cls.labels['latency']}, ms")
    left.legend(frameon=False, fontsize=9, loc="upper right")
    right.axis("off")
    for row, key in enumerate(("p50", "p99", "busy", "money", "carbon")):
        right.text(0, 0.9 - 0.2 * row, cls.labels[key], fontsize=9, color="#5f5f5f")
        right.text(0, 0.9 - 0.2 * row - 0.08, a["words"][key], fontsize=12, weight="bold")
    verdict = "kept" if a["kept"] else "missed"
    right.text(0.5, 0.62, cls.labels[verdict], fontsize=9,
               color="#00805a" if a["kept"] else "#a2377c")
    return figure
