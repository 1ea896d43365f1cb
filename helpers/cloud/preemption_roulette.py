"""W5.4 Preemption roulette: how often to save on machines that may be taken away.

Expected times come from `preemption.expected_time`, the trainings shown from `lives`.
"""

from __future__ import annotations

import numpy as np

from helpers.cloud.lives import lives
from helpers.cloud.preemption import expected_time, simulate, young
from helpers.kit.widget import Widget, canvas, limited

WORK = 24.0                 # hours
SHOWN = 9                   # trainings, drawn machine by machine
RUNS = 400                  # simulated for the spread of the cost
ENDLESS = 4                 # times the work: what takes longer is not simulated
ENDS = (30, 36, 48, 72)     # hours, of the axis of the trainings
TOPS = (0.5, 1, 2, 5, 10, 50)   # of the axis of the overhead
INTERVALS = np.geomspace(0.5, 60 * WORK, 71)    # minutes, of the curve
SECONDS, HOURS, MINUTES = (1, 1800), (0.25, 48), (0.25, 60 * WORK)
MOST_SEED = 10_000
GAP = "\u00a0"              # no line ends before a unit


class PreemptionRoulette(Widget):
    """Checkpoints, preemptions and prices on one side; trainings and their cost on the other."""

    id = "W5.4"
    title = "Preemption roulette: how often should one save?"
    task = (
        "Look for the interval that costs least, then let Young's formula find it; then let a "
        "checkpoint take four times as long, and at last save at the end only."
    )
    notice = (
        "Short intervals lose time in writing, long ones in work that is done again, and between "
        "them the curve is flat: twice or half the best interval costs little more. The best one "
        "is √(2Cμ), so checkpoints that take four times as long call for an interval twice as "
        "long. The curve is a mean; single trainings are lucky or not, more so the rarer they "
        "save. Without checkpoints a training of 24 hours waits for a machine that lives so long, "
        "and the cheap price is paid again and again."
    )
    labels = {
        "saving": "saving, C",
        "life": "machines live, μ",
        "interval": "interval, τ",
        "ratio": "price of spot",
        "restart": "restart, R",
        "young": "Young's interval",
        "end": "Save at the end only",
        "spin": "Other luck",
        "at_end": "24 h",
        "overhead": "time lost, % of the work, on average",
        "axis": "interval: work between checkpoints",
        "all": "all",
        "writing": "writing",
        "rest": "done again, and waiting",
        "best": "Young",
        "trainings": "nine trainings of 24 hours",
        "kept": "kept",
        "lost": "lost",
        "waiting": "waiting",
        "hours": "h",
        "cost": "cost, expected",
        "on_demand": "on demand",
        "spot": "spot",
        "most": "90 of 100 trainings",
    }
    initial = {"saving": 60, "life": 4.0, "interval": 90.0, "ratio": 35, "restart": 3, "seed": 0}
    source = "preemption_roulette.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Expect, and try out.

        Returns
        -------
        dict
            minutes, total, writing : (71,) interval, and time lost for each unit of work, all of
            it and by writing; top : end of that axis; overhead, written : the same at the chosen
            interval; young, young_overhead; hours : expected; cost : of on demand; spread : the
            middle 90 % of simulated costs, or None; trainings : list of dict(machines : list of
            [start, kept, saves, lost, restart] in hours, end, done, taken); until : end of their
            axis; work; state; summary.
        """
        now = _setting(state)
        C, mu, restart = now["saving"] / 3600, now["life"], now["restart"] / 60
        tau, ratio = now["interval"] / 60, now["ratio"] / 100
        best = float(np.clip(young(C, mu), MINUTES[0] / 60, WORK))
        hours = float(expected_time(WORK, C, mu, tau, restart))
        # as if the work were endless: an interval that fits once and a half makes no step
        total = (mu + restart) * np.expm1((INTERVALS / 60 + C) / mu) / (INTERVALS / 60) - 1
        until, spread = ENDS[-1], None
        if hours < ENDLESS * WORK:
            times = simulate(WORK, C, mu, tau, restart, RUNS, now["seed"]).time
            until = next((end for end in ENDS if end >= np.percentile(times, 99)), ENDS[-1])
            spread = list(ratio * np.percentile(times, [5, 95]) / WORK)
        answer = {
            "minutes": INTERVALS, "total": total, "writing": 60 * C / INTERVALS,
            "top": next((top for top in TOPS if top > 1.8 * total.min()), TOPS[-1]),
            "overhead": hours / WORK - 1, "written": C * np.ceil(WORK / tau) / WORK,
            "young": 60 * best,
            "young_overhead": float(expected_time(WORK, C, mu, best, restart)) / WORK - 1,
            "hours": hours, "cost": ratio * hours / WORK, "spread": spread,
            "trainings": [_training(C, mu, tau, restart, [now["seed"], number], until)
                          for number in range(SHOWN)],
            "until": until, "work": WORK, "state": now,
        }
        return {**answer, "summary": _summary(answer)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the curve, and the trainings machine by machine."""
        return _draw(cls, result)


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    return {
        "saving": limited(state["saving"], *SECONDS, 60),
        "life": limited(state["life"], *HOURS, 4.0),
        "interval": limited(state["interval"], *MINUTES, 90.0),
        "ratio": limited(state["ratio"], 5, 100, 35),
        "restart": limited(state["restart"], 0, 30, 3),
        "seed": limited(state["seed"], 0, MOST_SEED, 0),
    }


def _training(C, mu, tau, restart, seed, until) -> dict:
    """One training, as far as the axis goes."""
    machines = lives(WORK, C, mu, tau, restart, seed, until)
    last = machines[-1]
    done = last.lost == 0
    end = last.start + last.kept
    return {"machines": [list(machine) for machine in machines], "end": end,
            "done": done and end <= until, "taken": len(machines) - 1}


def words(minutes: float) -> str:
    """An interval as one says it: 40 s, 21.9 min, 4 h."""
    if minutes < 1:
        return f"{60 * minutes:.0f}{GAP}s"
    return f"{minutes:.3g}{GAP}min" if minutes < 120 else f"{minutes / 60:.3g}{GAP}h"


def _summary(a: dict) -> str:
    now = a["state"]
    often = f"saved every {words(now['interval'])}"
    if now["interval"] >= 60 * WORK:
        often = "saved at the end only"
    text = f"{WORK:.0f} hours of work, {often}: "
    if a["hours"] >= 1000 * WORK:
        return (f"{text}no end in sight. Young's interval is {words(a['young'])}, and costs "
                f"{_percent(a['young_overhead'])} of the work.")
    text += f"{_hours(a['hours'])} expected, {_percent(a['overhead'])} on top of the work, "
    text += f"{_percent(a['written'])} of it for writing. Young's interval, {words(a['young'])}, "
    text += f"costs {_percent(a['young_overhead'])}. At {now['ratio']} % of the price that is "
    text += f"{_percent(a['cost'])} of the on-demand cost"
    if a["spread"]:
        low, high = a["spread"]
        text += f"; 90 of 100 trainings pay {100 * low:.0f} to {_percent(high)}"
    return text + "."


def _hours(hours: float) -> str:
    return f"{hours:.1f}{GAP}h" if hours < 100 else f"{hours:.0f}{GAP}h"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}{GAP}%" if share < 0.2 else f"{100 * share:.0f}{GAP}%"


def _draw(cls, result):
    figure = canvas(8.8, 3.5)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.3])
    minutes, total = np.asarray(result["minutes"]), np.asarray(result["total"])
    written = np.asarray(result["writing"])
    left.plot(minutes, 100 * total, color="#0072b2", lw=2, label=cls.labels["all"])
    left.plot(minutes, 100 * written, color="#00805a", ls=":", label=cls.labels["writing"])
    left.plot(minutes, 100 * (total - written), color="#c04f00", ls="--", label=cls.labels["rest"])
    left.plot(result["state"]["interval"], 100 * result["overhead"], "o", color="#0072b2", ms=8)
    left.axvline(result["young"], color="#767676", lw=1)
    left.set(xscale="log", ylim=(0, 100 * result["top"]), xticks=[1, 10, 60, 360],
             xticklabels=["1 min", "10 min", "1 h", "6 h"], xlabel=cls.labels["axis"],
             title=cls.labels["overhead"])
    left.minorticks_off()
    # below the axis, where it covers no curve
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, fontsize=8, frameon=False,
                columnspacing=1.0, handlelength=1.6)
    for row, training in enumerate(result["trainings"]):
        for start, kept, _, lost, restart in training["machines"]:
            right.broken_barh([(start, kept)], (row, 0.7), color="#0072b2")
            right.broken_barh([(start + kept, lost)], (row, 0.7), color="#c04f00")
            right.broken_barh([(start + kept + lost, restart)], (row, 0.7), color="#b8b8b8")
    right.axvline(result["work"], color="#222222", lw=1)
    right.set(xlim=(0, result["until"]), ylim=(len(result["trainings"]), -0.3), yticks=[],
              xlabel=cls.labels["hours"], title=cls.labels["trainings"])
    return figure
