"""W2.1 Circuit: one neuron and its loss as a graph whose numbers can be edited.

    ŷ = tanh(w1·x1 + w2·x2 + b),   e = ŷ − t,   L = e·e

The square is drawn as a product of e with itself: there the graph forks, and the gradients of
the two wires add. Every wire carries its forward value, its backward value and, as a witness,
a centred finite difference measured by nudging that wire alone.
"""

from __future__ import annotations

import math

from helpers.kit.widget import Widget, canvas, limited, words

LEAVES = ("x1", "w1", "x2", "w2", "b", "t")
PARAMETERS = ("w1", "w2", "b")
# name -> (operation, inputs), in an order in which every input comes first
NODES = {
    "p1": ("×", ("x1", "w1")),
    "p2": ("×", ("x2", "w2")),
    "s": ("+", ("p1", "p2")),
    "z": ("+", ("s", "b")),
    "y": ("tanh", ("z",)),
    "e": ("−", ("y", "t")),
    "L": ("×", ("e", "e")),
}
# operation -> (value of the inputs, local derivative with respect to each input)
OPERATIONS = {
    "×": (lambda a, b: a * b, lambda a, b: (b, a)),
    "+": (lambda a, b: a + b, lambda a, b: (1.0, 1.0)),
    "−": (lambda a, b: a - b, lambda a, b: (1.0, -1.0)),
    "tanh": (math.tanh, lambda a: (1.0 - math.tanh(a) ** 2,)),
}
WIRES = [(name, slot) for name, (_, inputs) in NODES.items() for slot in range(len(inputs))]
SHOWN_LOSSES = 60


class Circuit(Widget):
    """Expression graph with editable leaves; forward, backward and update are three buttons."""

    id = "W2.1"
    title = "Circuit: forward, backward, update"
    task = (
        "Change any number, then press Forward, Backward and Update one at a time: "
        "which of the three changes a weight?"
    )
    notice = (
        "However often you run forward, no weight moves: forward only measures. Backward only "
        "measures too: it finds how the loss would change. Update alone learns. Where e forks, "
        "the gradients of both wires add up; and on every wire the backward number equals the "
        "one found by nudging."
    )
    labels = {
        "forward": "1 Forward",
        "backward": "2 Backward",
        "update": "3 Update",
        "ten": "Ten steps",
        "freeze": "Freeze: forward only",
        "rate": "step size α",
        "reset": "Start again",
        "loss": "loss L",
        "history": "loss after each pass",
        "hint_leaf": "editable value",
        "key_forward": "forward value",
        "key_backward": "backward: ∂L/∂wire",
        "key_nudge": "finite difference",
        "key_param": "parameter",
        "since": {"update": "before the update", "edit": "before your change"},
        "count": "forward {forward} · backward {backward} · updates {update}",
        "fork": "fork: {a} + {b} = {sum}",
        "names": {"x1": "x₁", "x2": "x₂", "w1": "w₁", "w2": "w₂", "b": "b", "t": "t"},
    }
    initial = {
        **{"x1": 1.5, "w1": 0.6, "x2": -1.0, "w2": 0.8, "b": 0.2, "t": 1.0},
        "rate": 0.1,
        "action": "forward",  # what the last button asked for
        "freeze": False,
        "backward": False,  # whether the gradients on show belong to these numbers
        "kept": [],  # the gradients of the last Backward, one per wire, to compare with
        "since": "update",  # what made them old: "update" or "edit"
        "counts": {"forward": 0, "backward": 0, "update": 0},
        "losses": [],
    }
    source = "circuit.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Carry out the state's action and describe the graph that results.

        Returns
        -------
        dict
            values, grads : name -> number; grads are complete sums over forks;
            wires : list of dict(node, slot, source, value, grad, nudge);
            state : the state after the action (weights, counts, losses, last gradients);
            changed : the largest change of a weight; summary : the result in words.
        """
        leaves = {k: limited(state[k], -10.0, 10.0, Circuit.initial[k]) for k in LEAVES}
        rate = limited(state["rate"], 0.0, 2.0, 0.1)
        before = dict(leaves)
        counts = dict(state["counts"])
        losses = [x for x in state["losses"] if x is not None]
        fresh, kept = bool(state["backward"]), list(state["kept"])
        action = state["action"]
        since = "edit" if action == "edit" and fresh else state["since"]
        frozen = bool(state["freeze"])
        for step in _steps(action, frozen, fresh):
            if step == "forward":
                losses.append(forward(leaves)["L"])
            elif step == "update":
                gradients = backward(forward(leaves))[0]
                for name in PARAMETERS:
                    leaves[name] = limited(leaves[name] - rate * gradients[name], -10.0, 10.0, 0.0)
                since = "update"
            else:
                partial = backward(forward(leaves))[1]
                kept = [partial[wire] for wire in WIRES]
            # Forward alone changes no number: the gradients still belong to them.
            fresh = step == "backward" or (step == action == "forward" and fresh)
            counts[step] += 1
        losses = losses[-SHOWN_LOSSES:] or [forward(leaves)["L"]]
        values = forward(leaves)
        grads, partial = backward(values)
        wires = [
            {
                "node": node,
                "slot": slot,
                "source": NODES[node][1][slot],
                "value": values[NODES[node][1][slot]],
                "grad": partial[node, slot],
                "nudge": nudge(leaves, node, slot),
            }
            for node, slot in WIRES
        ]
        changed = max(abs(leaves[k] - before[k]) for k in PARAMETERS)
        after = {**leaves, "rate": rate, "counts": counts, "losses": losses, "action": "shown"}
        return {
            "values": values,
            "grads": grads,
            "wires": wires,
            "changed": changed,
            "state": {**after, "backward": fresh, "kept": kept, "since": since},
            "summary": _summary(action, values["L"], changed, grads, frozen),
        }

    @classmethod
    def picture(cls, result: dict):
        """Draw the graph with its forward values and gradients."""
        return _draw(cls, result)


def _steps(action: str, frozen: bool, fresh: bool) -> list[str]:
    """List the passes that a button stands for; an update needs gradients of these numbers."""
    if action == "ten":
        return ["forward"] * 10 if frozen else ["forward", "backward", "update"] * 10
    if action in ("forward", "edit"):
        return ["forward"]
    allowed = {"backward": not frozen, "update": not frozen and fresh}
    return [action] if allowed.get(action) else []


def forward(leaves: dict, nudged=None, by: float = 0.0) -> dict:
    """Evaluate the graph; the wire ``nudged`` = (node, slot) alone carries ``by`` more."""
    values = dict(leaves)
    for name, (operation, inputs) in NODES.items():
        arguments = [values[i] for i in inputs]
        if nudged and nudged[0] == name:
            arguments[nudged[1]] += by
        values[name] = OPERATIONS[operation][0](*arguments)
    return values


def backward(values: dict) -> tuple[dict, dict]:
    """Send ∂L/∂L = 1 back through the graph.

    Returns
    -------
    grads : dict
        name -> ∂L/∂name, the sum over all wires that leave it.
    partial : dict
        (node, slot) -> what this one wire carries back.
    """
    grads = dict.fromkeys(values, 0.0)
    grads["L"] = 1.0
    partial = {}
    for name, (operation, inputs) in reversed(NODES.items()):
        local = OPERATIONS[operation][1](*(values[i] for i in inputs))
        for slot, source in enumerate(inputs):
            partial[name, slot] = grads[name] * local[slot]
            grads[source] += partial[name, slot]  # += : a fork adds
    return grads, partial


def nudge(leaves: dict, node: str, slot: int, h: float = 1e-6) -> float:
    """Measure ∂L/∂wire by a centred finite difference on that wire alone."""
    up = forward(leaves, (node, slot), h)["L"]
    down = forward(leaves, (node, slot), -h)["L"]
    return (up - down) / (2 * h)


def _summary(action, loss, changed, grads, frozen) -> str:
    """Say what the last action has done, and what it has not."""
    slopes = f"w₁ {words(grads['w1'])}, w₂ {words(grads['w2'])}, b {words(grads['b'])}"
    after = {
        "forward": "Forward computed values; every weight is as it was.",
        "edit": "You changed a number and forward ran again. Press Backward for the gradients.",
        "backward": f"Backward computed gradients ({slopes}); every weight is as it was.",
        "update": f"Update moved the weights, by {words(changed)} at most.",
        "ten": f"Ten rounds of forward, backward, update moved the weights by {words(changed)}.",
    }
    if frozen:
        after["ten"] = "Ten forward passes: the loss is the same and no weight has moved."
    return f"Loss {words(loss)}. {after.get(action, 'Nothing has run.')}"


# Where the nodes stand, in the units of the view's picture; circuit.js holds the same table.
PLACES = {
    **{"x1": (70, 46), "w1": (70, 124), "x2": (70, 202), "w2": (70, 280), "b": (326, 322)},
    **{"t": (592, 322), "p1": (226, 85), "p2": (226, 241), "s": (330, 163), "z": (438, 163)},
    **{"y": (550, 163), "e": (662, 163), "L": (784, 163)},
}


def _draw(cls, result):
    figure = canvas(8.8, 3.9)
    ax = figure.add_subplot()
    ax.set(xlim=(0, 880), ylim=(370, 0))
    ax.axis("off")
    for wire in result["wires"]:
        (x0, y0), (x1, y1) = PLACES[wire["source"]], PLACES[wire["node"]]
        bend = {0: -26, 1: 26}[wire["slot"]] if wire["node"] == "L" else 0
        ax.plot([x0, (x0 + x1) / 2, x1], [y0, (y0 + y1) / 2 + bend, y1], color="#bbbbbb", zorder=1)
        at = (0.44 * x0 + 0.56 * x1, 0.44 * y0 + 0.56 * y1 + bend)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        style = {"ha": "center", "bbox": box, "fontsize": 8, "zorder": 2}
        value, grad = words(wire["value"]), words(wire["grad"])
        ax.text(at[0], at[1] - 2, f"{value} →", color="#0072b2", va="bottom", **style)
        ax.text(at[0], at[1] + 3, f"← {grad}", color="#c95500", va="top", **style)
    for name, (x, y) in PLACES.items():
        text = NODES[name][0] if name in NODES else f"{cls.labels['names'][name]} = "
        text += "" if name in NODES else words(result["values"][name])
        edge = "#00805a" if name in PARAMETERS else "#0072b2" if name in LEAVES else "#555555"
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": edge}
        ax.text(x, y, text, ha="center", va="center", bbox=box, zorder=3, fontsize=10)
    ax.text(824, 163, f"L =\n{words(result['values']['L'])}", va="center", fontsize=10)
    return figure
