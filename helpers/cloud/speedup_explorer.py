"""W5.1 Speed-up explorer: how many times as fast n workers are, by the two laws and as measured.

The model behind the curve: with s the serial share and c what each further worker costs in
messages, both in parts of the time of one worker,

    T(n) / T(1) = s + (1 − s)/n + c·(n − 1).
"""

from __future__ import annotations

import numpy as np

from helpers.cloud.speedup import amdahl, gustafson
from helpers.kit.widget import Widget, canvas, limited, words

MOST = 512              # workers
AXES = (8, 64, 512)     # how far the horizontal axis reaches
EXAMPLE = ((1, 1.0), (2, 1.77), (3, 1.43), (4, 1.42))
"""Measured by `speedup.measure` on a virtual machine with two cores."""


class SpeedupExplorer(Widget):
    """Amdahl's and Gustafson's laws, a cost of messages, and measured points.

    Parameters
    ----------
    measured : speedup.Timings or sequence of (workers, speed-up), optional
        Shown as points; without it those of an example.
    **changes
        Entries of ``initial``.
    """

    id = "W5.1"
    title = "Speed-up explorer"
    task = (
        "Set the serial share to 5 % and raise the number of workers from 8 to 512; then let each "
        "further worker cost a little in messages, and find the number of workers that is fastest."
    )
    notice = (
        "A serial share of 5 % caps Amdahl's curve at 20, however many workers there are, and most "
        "of their time is then spent waiting. As soon as messages cost anything, there is a best "
        "number of workers, and beyond it each one makes the work slower. Gustafson's line does "
        "not contradict this: it is about work that grows with the workers. Points beyond the "
        "number of cores fall below every curve, because workers that share a core take turns."
    )
    labels = {
        "share": "serial share",
        "messages": "messages, each",
        "workers": "workers",
        "most": "axis up to",
        "gustafson": "Gustafson",
        "points": "measured",
        "speedup": "speed-up",
        "ideal": "ideal",
        "amdahl": "Amdahl",
        "with_messages": "with messages",
        "measured": "measured",
        "limit": "limit {limit}",
        "best": "best: {n}",
        "time": "time for the same work",
        "one": "1 worker",
        "many": "{n} workers",
        "parts": {"serial": "serial", "parallel": "shared", "messages": "messages"},
        "faster": "times as fast",
        "efficiency": "efficiency",
        "curve": "number of workers; arrow keys change it",
    }
    initial = {"share": 0.05, "messages": 0.0, "workers": 8, "most": "64", "gustafson": False,
               "points": True, "measured": [list(point) for point in EXAMPLE]}
    source = "speedup_explorer.js"

    def __init__(self, measured=None, **changes):
        if measured is not None:
            changes["measured"] = _pairs(measured)
        super().__init__(**changes)

    @staticmethod
    def compute(state: dict) -> dict:
        """Compute the curves and the chosen point.

        Returns
        -------
        dict
            n, ideal, amdahl, with_messages, gustafson : lists of float, the curves; measured :
            pairs inside the axis; limit : of Amdahl's curve, or None; best : the fastest number of
            workers up to 512; parts : of the time of the chosen number of workers, T(1) = 1;
            speedup, efficiency, top : float; words; state; summary.
        """
        now = _setting(state)
        s, c, chosen, most = now["share"], now["messages"], now["workers"], int(now["most"])
        n = np.unique(np.concatenate([np.linspace(1, most, 120), [chosen]]))
        whole = np.arange(1, MOST + 1)
        best = int(whole[np.argmin(1 / amdahl(1 - s, whole) + c * (whole - 1))])
        parts = {"serial": s, "parallel": (1 - s) / chosen, "messages": c * (chosen - 1)}
        speedup = 1 / sum(parts.values())
        curves = {"ideal": n, "amdahl": amdahl(1 - s, n),
                  "with_messages": 1 / (1 / amdahl(1 - s, n) + c * (n - 1)),
                  "gustafson": gustafson(1 - s, n)}
        measured = [point for point in now["measured"] if point[0] <= most]
        seen = [curves["amdahl"].max(), speedup, 2.0]
        seen += [g for _, g in measured] if now["points"] else []
        seen += [gustafson(1 - s, most)] if now["gustafson"] else []
        limit = 1 / s if s > 0 else None
        answer = {"n": n, **curves, "measured": measured, "limit": limit, "best": best,
                  "parts": parts, "speedup": speedup, "efficiency": speedup / chosen,
                  "top": 1.12 * max(seen), "axes": AXES,
                  "words": {"speedup": words(speedup), "limit": words(limit) if limit else "",
                            "efficiency": f"{100 * speedup / chosen:.0f} %"},
                  "state": now}
        return {**answer, "summary": _summary(answer)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the curves and the two times."""
        return _draw(cls, result)


def _pairs(measured) -> list:
    """Measured speed-ups as the state carries them: a list of [workers, speed-up].

    Raises
    ------
    ValueError
        If they are none.
    """
    try:
        pairs = zip(measured.workers, measured.speedups, strict=True) \
            if hasattr(measured, "speedups") else measured
        found = [[int(n), float(gain)] for n, gain in pairs]
    except (TypeError, ValueError):
        found = []
    if not found or any(n < 1 or not gain > 0 for n, gain in found):
        raise ValueError("measured should be what speedup.measure() returned, or pairs of a number "
                         f"of workers and a speed-up above 0; got {measured!r}.")
    return found


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    most = str(limited(state["most"], AXES[0], AXES[-1], 64))
    most = most if int(most) in AXES else "64"
    try:
        measured = _pairs(state["measured"])
    except ValueError:
        measured = []
    return {"share": limited(state["share"], 0, 1, 0.05),
            "messages": limited(state["messages"], 0, 0.2, 0.0),
            "workers": limited(state["workers"], 1, int(most), 8), "most": most,
            "gustafson": bool(state["gustafson"]), "points": bool(state["points"]),
            "measured": measured}


def _summary(a: dict) -> str:
    now = a["state"]
    n = now["workers"]
    text = f"{n} {'worker is' if n == 1 else 'workers are'} {a['words']['speedup']} times as fast "
    text += f"as one, with a serial share of {100 * now['share']:.3g} %; "
    text += f"{a['words']['efficiency']} of their time is used. "
    if a["limit"]:
        text += f"No number of workers gets beyond {a['words']['limit']}. "
    if now["messages"]:
        text += f"With messages {a['best']} workers are fastest. "
    if now["gustafson"]:
        text += (f"If the work grows with them, they do {words(gustafson(1 - now['share'], n))} "
                 "times as much in the same time.")
    return text.strip()


def _draw(cls, a):
    figure = canvas(8.8, 3.3)
    left, right = figure.subplots(1, 2, width_ratios=[2.4, 1])
    lines = [("ideal", "#767676", ":"), ("amdahl", "#0072b2", "-")]
    lines += [("gustafson", "#00805a", "-.")] if a["state"]["gustafson"] else []
    lines += [("with_messages", "#c04f00", "--")] if a["state"]["messages"] else []
    for key, colour, line in lines:
        left.plot(a["n"], a[key], line, color=colour, label=cls.labels[key])
    if a["state"]["points"] and a["measured"]:
        left.plot(*zip(*a["measured"], strict=True), "o", color="#a2377c", ms=5,
                  label=cls.labels["measured"])
    left.plot(a["state"]["workers"], a["speedup"], "D", color="#222222", ms=7)
    left.set(xlabel=cls.labels["workers"], ylabel=cls.labels["speedup"], ylim=(0, a["top"]))
    left.legend(frameon=False, fontsize=8)
    for row, parts in ((1, {"serial": a["state"]["share"],
                            "parallel": 1 - a["state"]["share"]}), (0, a["parts"])):
        at = 0.0
        for part, colour in (("serial", "#c04f00"), ("parallel", "#0072b2"),
                             ("messages", "#a2377c")):
            wide = parts.get(part, 0)
            right.barh(row, wide, left=at, color=colour, alpha=0.75, height=0.5,
                       label=cls.labels["parts"][part] if row else None)
            at += wide
    many = cls.labels["many"].replace("{n}", str(a["state"]["workers"]))
    right.set(yticks=[1, 0], yticklabels=[cls.labels["one"], many], title=cls.labels["time"])
    right.legend(frameon=False, fontsize=8, loc="lower right")
    return figure
