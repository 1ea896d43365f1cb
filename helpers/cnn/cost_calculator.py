"""W3.2 Shape and cost calculator: a stack of layers to edit, and what each costs and sees.

All numbers come from `helpers.cnn.accounting`; nothing is built or trained.
"""

from __future__ import annotations

from functools import lru_cache

from helpers.cnn.accounting import IllegalStack, smallest_side, spaced, trace
from helpers.cnn.filtering import LIGHT, shrunk
from helpers.cnn.layer_settings import described
from helpers.cnn.stacks import PRESETS, conv, dense
from helpers.kit.widget import Widget, canvas, limited

MOST_LAYERS = 14
SMALLEST, LARGEST = 4, 256  # sides of the image
KINDS = ("Conv2D", "MaxPooling2D", "AveragePooling2D", "Subsampling", "GlobalMaxPooling2D",
         "GlobalAveragePooling2D", "Flatten", "Dense")
FINEST = 96  # the picture needs no more pixels to be recognised


class CostCalculator(Widget):
    """A stack as blocks and as a table, with the receptive field on an image.

    Parameters
    ----------
    layers : sequence, optional
        A network of one's own, of `helpers.nn` or Keras, or its layers; see `accounting.trace`.
    **changes
        Entries of ``initial``; with ``preset`` alone its image size comes too.
    """

    id = "W3.2"
    title = "Shape and cost calculator"
    task = (
        "Choose a layer (click, or arrow keys) and change it; then find the smallest image that "
        "the article's network can take, and the layer that holds most of AlexNet's parameters."
    )
    notice = (
        "Parameters and work sit in different places: convolutions do most of the "
        "multiplications, because their few weights are used at every pixel; in the article's "
        "network and in AlexNet the first Dense layer after Flatten holds most of the parameters, "
        "because it has a weight for every value and unit. Each window adds (k − 1) times the "
        "strides before it, multiplied, to the receptive field: a stride early in the stack makes "
        "all later layers see more."
    )
    labels = {
        "presets": {
            **{"article": "the article's CNN", "global": "global-pool CNN", "mlp": "MLP"},
            **{"lenet5": "LeNet-5 (1998)", "alexnet": "AlexNet (2012)"},
        },
        "side": "side of the image",
        "channels": "channels",
        "channel_names": {"1": "1, grey", "3": "3, colours"},
        "kind": "chosen layer",
        "kinds": {**{kind: kind for kind in KINDS}, "Subsampling": "Subsampling (LeNet)"},
        "filters": "filters",
        "units": "units",
        "kernel": "window",
        "stride": "stride",
        "padding": "padding",
        "paddings": {"valid": "valid", "same": "same"},
        "add": "Add below",
        "remove": "Remove",
        "earlier": "Move up",
        "later": "Move down",
        "layer": "layer",
        "output": "output",
        "parameters": "parameters",
        "macs": "multiply–accumulates",
        "input": "image",
        "sees": "{who} sees {field} pixels",
        "whole": "in all",
        "list": "layers; arrow keys choose one",
    }
    initial = {"preset": "article", "side": 28, "channels": "1", "chosen": 2,
               "stack": PRESETS["article"][0]()}
    source = "cost_calculator.js"

    def __init__(self, preset="article", layers=None, **changes):
        if preset not in PRESETS:
            raise ValueError(f"There is no stack called {preset!r}; there are "
                             f"{', '.join(PRESETS)}. Your own goes into layers=.")
        make, side, channels = PRESETS[preset]
        start = {"preset": preset, "stack": make(), "side": side, "channels": str(channels)}
        if layers is not None:
            start["stack"] = own_stack(layers)
        super().__init__(**{**start, **changes})

    @staticmethod
    def compute(state: dict) -> dict:
        """Follow one image through the stack.

        Returns
        -------
        dict
            rows : one dict(title, shape, output, parameters, macs, …) for each layer that can be;
            titles : of all layers; illegal : None or dict(at, reason, smallest); parameters,
            macs : totals; image : uint8; boxes : the receptive fields of the middle value of every
            layer up to the chosen one, (top, left, high, wide); state; summary.
        """
        setting = _setting(state)
        stack, chosen = setting["stack"], setting["chosen"]
        input_shape = (setting["side"], setting["side"], int(setting["channels"]))
        illegal = None
        try:
            rows = trace(stack, input_shape)
        except IllegalStack as problem:
            rows = problem.rows
            illegal = {"at": problem.at, "reason": str(problem).partition(": ")[2],
                       "smallest": smallest_side(stack, input_shape[2])}
        answer = {
            "input": input_shape,
            "rows": [_line(row) for row in rows],
            "titles": [title_of(layer) for layer in stack],
            "illegal": illegal,
            "parameters": rows.parameters,
            "macs": rows.macs,
            "words": {"parameters": spaced(rows.parameters), "macs": spaced(rows.macs)},
            "image": image_of(setting["side"]),
            "boxes": _boxes(rows)[: chosen + 1],
            "light": LIGHT,
            "fresh": {"image": conv(32, 3, 1, "same"), "row": dense(64)},
            "presets": {name: {"preset": name, "stack": make(), "side": side,
                               "channels": str(channels), "chosen": 0}
                        for name, (make, side, channels) in PRESETS.items()},
            "most_layers": MOST_LAYERS,
            "state": {**setting, **stack[chosen], "preset": _preset(setting)},
        }
        return {**answer, "summary": _summary(answer, setting)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the table and the receptive field."""
        return _draw(cls, result)


def own_stack(layers) -> list:
    """A network's layers as the settings that this widget edits.

    Raises
    ------
    ValueError
        If a layer is not one that can be counted, a window is not square, or there are too many.
    """
    stack = []
    for layer in getattr(layers, "layers", layers):
        if type(layer).__name__ == "InputLayer":
            continue
        one = described(layer)
        if one.kind not in KINDS:
            continue  # activations and dropout change neither shape nor cost
        if len(set(one.kernel)) > 1 or len(set(one.strides)) > 1:
            raise ValueError("This calculator draws square windows only; count others with "
                             "accounting.trace.")
        stack.append({"kind": one.kind, "filters": one.filters, "kernel": one.kernel[0],
                      "stride": one.strides[0], "padding": one.padding,
                      **({"groups": one.groups} if one.groups > 1 else {})})
    if not 1 <= len(stack) <= MOST_LAYERS:
        raise ValueError(f"The calculator takes 1 to {MOST_LAYERS} layers; these are "
                         f"{len(stack)}. Count longer stacks with accounting.trace.")
    return stack


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    given = state["stack"] if isinstance(state["stack"], (list, tuple)) else []
    stack = [_layer(layer) for layer in given if isinstance(layer, dict)][:MOST_LAYERS]
    stack = stack or PRESETS["article"][0]()
    return {
        "stack": stack,
        "side": limited(state["side"], SMALLEST, LARGEST, 28),
        "channels": "3" if str(state["channels"]) == "3" else "1",
        "chosen": min(limited(state["chosen"], 0, MOST_LAYERS - 1, 0), len(stack) - 1),
    }


def _layer(layer: dict) -> dict:
    """One layer's settings within their bounds."""
    more = {key: limited(layer[key], 1, 10**6, 1) for key in ("groups", "pairs") if key in layer}
    return {
        "kind": layer.get("kind") if layer.get("kind") in KINDS else "Conv2D",
        "filters": limited(layer.get("filters"), 1, 4096, 32),
        "kernel": limited(layer.get("kernel"), 1, 11, 3),
        "stride": limited(layer.get("stride"), 1, 4, 1),
        "padding": "same" if layer.get("padding") == "same" else "valid",
        **more,
    }


def _preset(setting: dict) -> str:
    """Name of the preset that this is, "" for none."""
    for name, (make, side, channels) in PRESETS.items():
        same = (setting["side"], setting["channels"]) == (side, str(channels))
        if same and [described(x) for x in setting["stack"]] == [
            described(_layer(x)) for x in make()
        ]:
            return name
    return ""


def title_of(layer: dict) -> str:
    """A layer as one would write it: Conv2D(64, 3×3, same)."""
    kind, k, s = layer["kind"], layer["kernel"], layer["stride"]
    if kind == "Dense":
        return f"Dense({layer['filters']})"
    if kind not in ("Conv2D", "MaxPooling2D", "AveragePooling2D", "Subsampling"):
        return kind
    parts = [f"{k}×{k}"] if kind != "Conv2D" else [str(layer["filters"]), f"{k}×{k}"]
    parts += [f"stride {s}"] if s != (1 if kind == "Conv2D" else k) else []
    parts += ["same"] if layer["padding"] == "same" else []
    parts += [f"{layer['groups']} groups"] if layer.get("groups", 1) > 1 else []
    parts += [f"{layer['pairs']} pairs"] if "pairs" in layer else []
    return f"{kind}({', '.join(parts)})"


def _line(row) -> dict:
    by = "×".join(map(str, row.shape))
    return {"shape": row.shape, "output": by, "parameters": row.parameters, "macs": row.macs,
            "words": {"parameters": spaced(row.parameters), "macs": spaced(row.macs)},
            "field": "×".join(map(str, row.field))}


def _boxes(rows) -> list:
    """What the value in the middle of each layer's map sees: (top, left, high, wide)."""
    boxes, grid = [], (1, 1)
    for row in rows:
        grid = row.shape[:2] if len(row.shape) == 3 else grid  # Flatten keeps the places
        boxes.append(row.central_box(rows.input_shape[:2], grid))
    return boxes


@lru_cache(maxsize=8)
def image_of(side: int):
    """A square out of the photograph of a temple, as coarse as an image of this side."""
    from helpers.kit import data

    side = min(side, FINEST)
    return shrunk(data.photo("china")[:427, 30:457], side, side, least=1)


def _summary(a: dict, setting: dict) -> str:
    by = "×".join(map(str, a["input"]))
    if a["illegal"]:
        at, smallest = a["illegal"]["at"], a["illegal"]["smallest"]
        text = f"An image of {by} does not get through. Layer {at + 1}, {a['titles'][at]}: "
        text += a["illegal"]["reason"]
        if smallest is None:
            return f"{text} No image gets through this stack."
        return f"{text} The smallest image that gets through has {smallest}×{smallest} pixels."
    text = f"Image of {by}: {spaced(a['parameters'])} parameters, {spaced(a['macs'])} "
    text += "multiply–accumulates for one image. "
    row, at = a["rows"][setting["chosen"]], setting["chosen"]
    text += f"Layer {at + 1}, {a['titles'][at]}: {row['output']} values, "
    text += f"{row['words']['parameters']} parameters, {row['words']['macs']} "
    return f"{text}multiply–accumulates; one value sees {row['field']} pixels."


def _draw(cls, result):
    figure = canvas(8.8, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=[2.2, 1])
    left.axis("off")
    names = [cls.labels[key] for key in ("layer", "output", "parameters", "macs")]
    lines = [[title, row["output"], row["words"]["parameters"], row["words"]["macs"]]
             for title, row in zip(result["titles"], result["rows"], strict=False)]
    lines += [[cls.labels["whole"], "", result["words"]["parameters"], result["words"]["macs"]]]
    for at, line in enumerate([names, *lines]):
        for x, word, side in zip((0, 0.47, 0.7, 1.0), line, ("left", "right", "right", "right"),
                                 strict=True):
            left.text(x, 1 - at / (len(lines) + 1), word.replace("\u202f", " "), ha=side, va="top",
                      fontsize=9, weight="bold" if at in (0, len(lines)) else "normal")
    side = result["input"][0]
    right.imshow(result["image"], cmap="Blues_r", extent=(0, side, side, 0))
    for top, tall_left, high, wide in result["boxes"]:
        from matplotlib.patches import Rectangle

        right.add_patch(Rectangle((tall_left, top), wide, high, fill=False, ec="#00805a", lw=1.6))
    right.set(xlim=(0, side), ylim=(side, 0), xticks=[], yticks=[],
              title=cls.labels["input"] + " " + "×".join(map(str, result["input"])))
    return figure
