"""W5.2 Ring stepper: an all-reduce of real gradients, one step at a time, with a link to break.

Who sends what comes from `helpers.cloud.ring.schedule`, the bytes are those of the article's CNN.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from helpers.cloud.links import ARTICLE
from helpers.cloud.ring import schedule
from helpers.kit.values import and_list
from helpers.kit.widget import Widget, canvas, limited

MOST = 6        # workers
ROWS = 32       # images on each worker


class RingStepper(Widget):
    """Workers as a ring, and a table of their chunks: who holds the sum of what."""

    id = "W5.2"
    title = "Ring stepper: an all-reduce, step by step"
    task = (
        "Step forward until every worker holds every sum; then start again, break a link on the "
        "way (click it, or choose it in the list), and see who waits for whom."
    )
    notice = (
        "In the first phase each chunk collects one worker's part in every step, and after N − 1 "
        "steps each worker holds one finished chunk. The second phase only carries finished chunks "
        "round. Each worker sends 2(N − 1) chunks of M/N: more workers, smaller chunks, and never "
        "as much as 2M in all. But there are 2(N − 1) steps one after the other, each with its "
        "latency. And one broken link stops everyone, one after the other: that is why workers "
        "need a time limit, and a checkpoint."
    )
    labels = {
        "workers": "workers N",
        "step": "step",
        "broken": "broken link",
        "none": "none",
        "back": "Back",
        "forward": "Forward",
        "start": "From the start",
        "worker": "worker {rank}",
        "chunk": "chunk {chunk}",
        "waits": "waits",
        "all": "all ✓",
        "link": "link from worker {source} to worker {target}; press to break or mend it",
        "table": "the gradient on each worker, and whose parts are in it",
        "sent": "each worker has sent {sent} bytes",
        "sent_stuck": "workers have sent up to {sent} bytes",
        "twice": "2M",
        "phases": {"start": "before the first step", "reduce-scatter": "reduce-scatter: add",
                   "all-gather": "all-gather: replace"},
    }
    initial = {"workers": 4, "step": 0, "broken": -1, "since": 0}
    source = "ring_stepper.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Play the all-reduce up to a step.

        Returns
        -------
        dict
            n, step, steps : int; phase : str; moves : of this step, dict(source, target, chunk,
            ok); workers : dict(rank, done: steps it has finished, waits); cells : for each worker
            and chunk dict(values, who: whose parts are in it, finished, sent, arrived); bytes :
            dict(sent, twice, words) for a gradient of the article's CNN; scale: largest
            value; state; summary.
        """
        setting = _setting(state)
        answer = play(setting["workers"], setting["step"], setting["broken"], setting["since"])
        answer["state"] = setting
        return {**answer, "summary": _summary(answer, setting)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the table of chunks and the bytes."""
        return _draw(cls, result)


def play(n, upto, broken=-1, since=0):
    """Play an all-reduce of n workers; see `RingStepper.compute` for what comes back.

    Parameters
    ----------
    n : int
        Workers.
    upto : int
        Steps to play, 0 … 2(n−1).
    broken : int
        The link from this worker to its right neighbour carries nothing from step `since` on; −1
        for none.
    """
    parts = gradients(n)
    values = [[part.copy() for part in np.array_split(vector, n)] for vector in parts]
    who = [[[rank] for _ in range(n)] for rank in range(n)]
    done, sent, last = [0] * n, [0] * n, []
    for at, (phase, moves) in enumerate(schedule(n)[:upto]):
        ready = [count == at for count in done]     # who has come as far as this step
        last = [{**move._asdict(), "ok": ready[move.source]
                 and not (move.source == broken and at >= since)} for move in moves]
        for move in last:
            source, target, k = move["source"], move["target"], move["chunk"]
            sent[source] += ready[source] and not (source == broken and at >= since)
            if not (move["ok"] and ready[target]):
                continue
            done[target] += 1
            if phase == "reduce-scatter":
                values[target][k] = values[target][k] + values[source][k]
                who[target][k] = sorted({*who[target][k], *who[source][k]})
            else:
                values[target][k], who[target][k] = values[source][k].copy(), [*who[source][k]]
    moved = {(m["source"], m["chunk"]) for m in last if m["ok"]}
    arrived = {(m["target"], m["chunk"]) for m in last if m["ok"] and done[m["target"]] == upto}
    chunk = ARTICLE / n
    return {
        "n": n, "step": upto, "steps": 2 * (n - 1),
        "phase": schedule(n)[upto - 1][0] if upto else "start",
        "moves": last,
        "workers": [{"rank": r, "done": done[r], "waits": done[r] < upto} for r in range(n)],
        "cells": [[{"values": values[r][k], "who": who[r][k], "finished": len(who[r][k]) == n,
                    "sent": (r, k) in moved, "arrived": (r, k) in arrived} for k in range(n)]
                  for r in range(n)],
        "scale": float(np.abs(sum(np.abs(part) for part in parts)).max()),
        "bytes": {"sent": max(sent) * chunk, "twice": 2 * ARTICLE,
                  "words": {"sent": f"{max(sent) * chunk:,.0f}"}},
    }


@lru_cache(maxsize=1)
def _all_gradients():
    """Gradients of the ten biases of the last layer, each worker's on digits of its own."""
    from helpers import nn
    from helpers.kit import data

    digits = data.load("digits")
    network = nn.Sequential([nn.Dense(32, activation="relu"), nn.Dense(10)], seed=0)
    network.compile("sgd")
    shards = [slice(ROWS * rank, ROWS * (rank + 1)) for rank in range(MOST)]
    found = [network.gradients(digits.x_train[rows].reshape(ROWS, -1), digits.y_train[rows])[1]
             for rows in shards]
    return np.array([list(grads.values())[-1] for grads in found], float)


def gradients(n):
    """Return the gradients of n workers: (n, 10), of the ten biases of an untrained network."""
    return _all_gradients()[:n]


def _setting(state):
    """A state with every entry within its bounds."""
    n = limited(state["workers"], 2, MOST, 4)
    step = limited(state["step"], 0, 2 * (n - 1), 0)
    broken = limited(state["broken"], -1, n - 1, -1)
    return {"workers": n, "step": step, "broken": broken,
            "since": limited(state["since"], 0, 2 * (n - 1), 0)}


def _summary(a, setting):
    n, step = a["n"], a["step"]
    text = f"{n} workers, step {step} of {a['steps']}"
    text += f" ({a['phase']}). " if step else ". "
    waiting = [worker["rank"] for worker in a["workers"] if worker["waits"]]
    finished = [sum(cell["finished"] for cell in row) for row in a["cells"]]
    if setting["broken"] >= 0:
        text += f"The link {setting['broken']} → {(setting['broken'] + 1) % n} is broken. "
    if waiting:
        names = and_list(map(str, waiting))
        text += f"Worker {names} waits. " if len(waiting) == 1 else f"Workers {names} wait. "
        if len(waiting) == n:
            text += "Nobody can go on. "
    if min(finished) == n:
        text += "Every worker holds the sum of all gradients. "
    elif max(finished) == 0:
        text += "No chunk is finished yet. "
    else:
        low, high = min(finished), max(finished)
        many = str(low) if low == high else f"{low} to {high}"
        text += f"Each worker holds {many} of {n} finished chunks. "
    return text + f"Sent by each worker: {'up to ' if waiting else ''}" \
        f"{a['bytes']['words']['sent']} bytes."


def _draw(cls, result):
    n = result["n"]
    figure = canvas(8.8, 0.9 + 0.42 * n)
    ax = figure.subplots()
    ax.axis("off")
    for r, row in enumerate(result["cells"]):
        ax.text(-0.1, r + 0.5, cls.labels["worker"].format(rank=r), ha="right", va="center",
                fontsize=9)
        for k, cell in enumerate(row):
            from matplotlib.patches import Rectangle

            part = len(cell["who"]) / n
            ax.add_patch(Rectangle((k + 0.03, r + 0.06), 0.94, 0.88, fc="#C04F00",
                                   alpha=0.05 + 0.3 * part, ec="none"))
            ax.add_patch(Rectangle((k + 0.03, r + 0.06), 0.94, 0.88, fill=False,
                                   ec="#0072B2" if cell["arrived"] else "#B8B8B8",
                                   lw=2 if cell["arrived"] else 1))
            whole = cell["finished"]
            ax.text(k + 0.5, r + 0.5, "all" if whole else "+".join(map(str, cell["who"])),
                    ha="center", va="center", fontsize=9, weight="bold" if whole else "normal")
    for k in range(n):
        ax.text(k + 0.5, -0.12, cls.labels["chunk"].format(chunk=k), ha="center", va="bottom",
                fontsize=9)
    words = cls.labels["sent"].format(**result["bytes"]["words"])
    ax.text(0, n + 0.15, words, va="top", fontsize=9)
    ax.set(xlim=(-0.9, n + 0.1), ylim=(n + 0.6, -0.5))
    return figure
