"""W5.3 Roofline: a machine's roof, the layers below it, and what a larger batch does to each.

Counts come from `helpers.cloud.operations`. Measured times are those handed in, or an example.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers.cloud.operations import OPERATIONS
from helpers.cloud.roofline import Roof
from helpers.kit.widget import Widget, canvas, limited, words

NAMES = tuple(OPERATIONS)
BATCHES = tuple(2**k for k in range(11))    # 1 … 1024
LOW, HIGH = 0.02, 1000.0                    # FLOP/byte that the axis shows
PARTS = ("incoming", "weights", "outgoing")


class RooflineExplorer(Widget):
    """The roof, and a dot for each operation at the chosen batch.

    Parameters
    ----------
    roof : roofline.Roof, optional
        Measured; without it the roof of an example.
    operations : operations.Operations, optional
        Measured times; without them those of the example, if the roof is the example's too.
    **changes
        Entries of ``initial``.
    """

    id = "W5.3"
    title = "Roofline"
    task = (
        "Choose the dense layer and raise the batch from 1 to 1024; then do the same with the ReLU "
        "and the first convolution, and find out which of them a faster processor would help."
    )
    notice = (
        "Each weight of the dense layer is fetched once and serves the whole batch, so the dot "
        "climbs along the slope and over the ridge. A ReLU does one FLOP for eight bytes whatever "
        "the batch; it stays on the slope, and a faster processor changes nothing for it. In a "
        "convolution the weights are few and the maps that go out are many: its dot hardly moves. "
        "Filled dots are measured. Small batches lie far below the roof, because the call itself "
        "takes some microseconds."
    )
    labels = {
        "operations": "operation",
        "batch": "batch",
        "processor": "processor, times as fast",
        "memory": "memory, times as fast",
        "intensity": "intensity in FLOP/byte",
        "speed": "GFLOP/s",
        "ridge": "ridge {ridge}",
        "measured": "measured, batch {batch}",
        "moved": "bytes to move, {total}",
        "parts": {"incoming": "in", "weights": "weights", "outgoing": "out"},
        "least": "shortest time",
        "compute": "computing",
        "fetch": "moving",
        "bounds": {"memory": "waits for memory", "compute": "waits for the processor"},
    }
    initial = {"operation": "dense 1600→64", "batch": 1, "processor": 1, "memory": 1,
               "roof": None, "measured": None}
    source = "roofline_explorer.js"

    def __init__(self, roof=None, operations=None, **changes):
        if roof is not None:
            if not isinstance(roof, Roof):
                raise ValueError("roof should be what roofline.measure() returned; got "
                                 f"{type(roof).__name__}.")
            changes["roof"] = [roof.flops, roof.bandwidth]
            changes["measured"] = []
        if operations is not None:
            changes["measured"] = [[row.name, row.batch, row.seconds] for row in operations]
        if changes.get("operation", NAMES[0]) not in NAMES:
            raise ValueError(f"operation is one of {', '.join(NAMES)}; got "
                             f"{changes['operation']!r}.")
        super().__init__(**changes)

    @staticmethod
    def compute(state: dict) -> dict:
        """Place the operations under the roof.

        Returns
        -------
        dict
            roof : flops, bandwidth, ridge; dots : for each operation its name, intensity and
            FLOP/s at best at this batch; trail : those of the chosen one at all batches; measured :
            its (batch, intensity, FLOP/s); bytes : of what comes, of weights, of what goes;
            compute, fetch : seconds; bound; low, high, floor, ceiling : of the axes; state;
            summary; words.
        """
        now = _setting(state)
        flops, bandwidth = now["roof"] or _example()["roof"]
        measured = now["measured"] if now["measured"] is not None else _example()["measured"]
        before = Roof(flops, bandwidth)
        roof = Roof(flops * now["processor"], bandwidth * now["memory"])
        work = OPERATIONS[now["operation"]](now["batch"])
        compute, fetch = work.flops / roof.flops, work.nbytes / roof.bandwidth
        trail = [OPERATIONS[now["operation"]](batch).intensity for batch in BATCHES]
        timed = [(n, OPERATIONS[name](n)) + (t,) for name, n, t in measured
                 if name == now["operation"]]
        answer = {
            "roof": {"flops": roof.flops, "bandwidth": roof.bandwidth, "ridge": roof.ridge},
            "was": {"flops": before.flops, "bandwidth": before.bandwidth},
            "dots": [_dot(roof, name, now["batch"]) for name in NAMES],
            "trail": [[i, float(roof.attainable(i))] for i in trail],
            "measured": [[n, w.intensity, w.flops / t] for n, w, t in timed],
            "bytes": {part: getattr(work, part) for part in PARTS},
            "compute": compute, "fetch": fetch, "bound": roof.bound(work.intensity),
            "low": LOW, "high": HIGH, "batches": BATCHES,
            "floor": min(before.flops / 3000, LOW * 2 * before.bandwidth),
            "ceiling": 2 * max(roof.flops, before.flops),
            "words": {"ridge": words(roof.ridge), "total": _bytes(work.nbytes),
                      "compute": _seconds(compute), "fetch": _seconds(fetch),
                      **{part: _bytes(getattr(work, part)) for part in PARTS}},
            "state": now,
        }
        return {**answer, "summary": _summary(answer, work, roof)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the roof and the dots."""
        return _draw(cls, result)


@lru_cache(maxsize=1)
def _example() -> dict:
    """What `roof_example.json` has: a roof (FLOP/s, byte/s) and measured (name, batch, seconds)."""
    text = Path(__file__).with_name("roof_example.json").read_text("utf-8")
    found = json.loads(text)
    return {"roof": (found["flops"], found["bandwidth"]), "measured": found["measured"]}


def _dot(roof, name, batch):
    intensity = OPERATIONS[name](batch).intensity
    return {"name": name, "intensity": intensity, "speed": float(roof.attainable(intensity)),
            "bound": roof.bound(intensity)}


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    name = state["operation"] if state["operation"] in NAMES else NAMES[0]
    roof, measured = state["roof"], state["measured"]
    try:
        roof = [float(value) for value in roof][:2]
        roof = roof if len(roof) == 2 and all(1e3 < value < 1e21 for value in roof) else None
    except (TypeError, ValueError):
        roof = None
    try:
        measured = [[str(n), int(b), float(t)] for n, b, t in measured if n in NAMES and b >= 1
                    and t > 0]
    except (TypeError, ValueError):
        measured = None
    return {"operation": name, "batch": limited(state["batch"], 1, BATCHES[-1], 1),
            "processor": limited(state["processor"], 1, 64, 1),
            "memory": limited(state["memory"], 1, 64, 1), "roof": roof, "measured": measured}


def _bytes(count) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} B"


def _seconds(seconds) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def _summary(a: dict, work, roof) -> str:
    now = a["state"]
    images = "1 image" if now["batch"] == 1 else f"{now['batch']} images"
    text = f"{now['operation']}, {images}: {words(work.intensity)} FLOP/byte, "
    text += "left of" if a["bound"] == "memory" else "right of"
    text += f" the ridge at {a['words']['ridge']}. It waits for "
    text += "memory" if a["bound"] == "memory" else "the processor"
    text += f" and takes at least {_seconds(max(a['compute'], a['fetch']))}, "
    text += f"{words(float(roof.attainable(work.intensity)) / 1e9)} GFLOP/s."
    took = [n for n, *_ in a["measured"] if n == now["batch"]]
    if took and now["processor"] == now["memory"] == 1:
        speed = next(s for n, _, s in a["measured"] if n == now["batch"])
        text += f" Measured: {_seconds(work.flops / speed)}, {words(speed / 1e9)} GFLOP/s."
    return text


def _draw(cls, a):
    figure = canvas(8.8, 3.4)
    ax = figure.subplots()
    x = np.geomspace(a["low"], a["high"], 200)
    ax.plot(x, np.minimum(a["roof"]["flops"], x * a["roof"]["bandwidth"]) / 1e9, color="#222222")
    ax.axvline(a["roof"]["ridge"], color="#767676", ls="--", lw=1)
    for dot in a["dots"]:
        chosen = dot["name"] == a["state"]["operation"]
        ax.plot(dot["intensity"], dot["speed"] / 1e9, "D" if chosen else "o",
                color="#00805a" if chosen else "#767676", ms=8 if chosen else 5, zorder=3)
    if a["measured"]:
        _, across, speeds = zip(*a["measured"], strict=True)
        ax.plot(across, np.array(speeds) / 1e9, "o", color="#0072b2", ms=5,
                label=f"{a['state']['operation']}, measured")
        ax.legend(frameon=False, fontsize=9, loc="lower right")
    ax.set(xscale="log", yscale="log", xlabel=cls.labels["intensity"], ylabel=cls.labels["speed"],
           xlim=(a["low"], a["high"]), ylim=(a["floor"] / 1e9, a["ceiling"] / 1e9))
    return figure
