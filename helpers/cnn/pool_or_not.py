"""W3.4 Pool or not: the article's network with a stride, or nothing, in place of each pool.

All numbers come from `helpers.cnn.accounting`; nothing is built or trained.
"""

from __future__ import annotations

from helpers.cnn.accounting import spaced, trace
from helpers.cnn.cost_calculator import image_of, title_of
from helpers.cnn.filtering import LIGHT
from helpers.cnn.stacks import conv, dense, plain_layer, pool
from helpers.kit.widget import Widget, canvas, limited, words

SMALLEST, LARGEST = 10, 64  # the article's network takes no smaller image than 10
PLACES = ("pool", "stride", "none")
ENDS = ("flatten", "global")


class PoolOrNot(Widget):
    """The article's network beside a variant: sizes of maps, parameters, work and fields."""

    id = "W3.4"
    title = "Pool or not: what does pooling save?"
    task = (
        "Replace the first pool, then the second, by a stride or by nothing, and watch which part "
        "of which bar grows; then move the side of the image."
    )
    notice = (
        "No pool has a parameter, and no choice here changes those of the two convolutions: a "
        "kernel has as many weights on a large map as on a small one. Only the first Dense layer "
        "grows, because Flatten hands it more values. Work grows in the convolution after a pool "
        "that is gone. A stride makes maps small too, with less work than a pool, but a value "
        "then sees less of the image. With global pooling the side of the image no longer matters "
        "for the parameters."
    )
    labels = {
        "first": "after the first convolution",
        "second": "after the second convolution",
        "places": {"pool": "max pool 2×2", "stride": "stride 2, no pool", "none": "nothing"},
        "end": "before Dense",
        "ends": {"flatten": "Flatten", "global": "global max pool"},
        "side": "side of the image",
        "both": {"article": "The article's network", "stride": "Two strides", "none": "No pools"},
        "article": "the article's",
        "yours": "yours",
        "input": "image",
        "parameters": "parameters",
        "macs": "multiply–accumulates",
        "values": "values handed from layer to layer, kept for backward",
        "sees": "a value of the last map sees",
        "fields": "{yours} pixels, the article's {article}",
        "next": "→ Dense(64)",
        "times": "× {factor}",
    }
    initial = {"first": "pool", "second": "pool", "end": "flatten", "side": 28}
    source = "pool_or_not.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Count the article's network and the variant.

        Returns
        -------
        dict
            article, yours : dict(maps: (side, channels, title) from the image on, parts: title and
            parameters, macs, values of each layer, totals, words, box, field, flat: what Dense
            gets); image : uint8; state; summary.
        """
        setting = _setting(state)
        article = _account(variant(), setting["side"])
        yours = _account(variant(setting["first"], setting["second"], setting["end"]),
                         setting["side"])
        answer = {
            "article": article,
            "yours": yours,
            "factors": {key: words(yours["totals"][key] / article["totals"][key])
                        for key in article["totals"]},
            "image": image_of(setting["side"]),
            "light": LIGHT,
            "state": setting,
        }
        return {**answer, "summary": _summary(answer, setting)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the bars of both networks."""
        return _draw(cls, result)


def variant(first: str = "pool", second: str = "pool", end: str = "flatten") -> list:
    """Build the article's stack with another choice at each of its pools.

    Parameters
    ----------
    first, second : "pool", "stride" or "none"
        A 2×2 max pool after the convolution; stride 2 in it and no pool; neither.
    end : "flatten" or "global"
        What stands before the Dense layers.

    Returns
    -------
    list of dict
        Settings that `accounting.trace` reads.
    """
    stack = []
    for filters, choice in ((32, first), (64, second)):
        stack.append(conv(filters, stride=2 if choice == "stride" else 1))
        stack += [pool()] if choice == "pool" else []
    last = plain_layer("Flatten" if end == "flatten" else "GlobalMaxPooling2D")
    return [*stack, last, dense(64), dense(10)]


def _setting(state: dict) -> dict:
    """A state with every entry within its bounds."""
    setting = {key: state[key] if state[key] in PLACES else "pool" for key in ("first", "second")}
    end = state["end"] if state["end"] in ENDS else "flatten"
    return {**setting, "end": end, "side": limited(state["side"], SMALLEST, LARGEST, 28)}


def _account(stack: list, side: int) -> dict:
    """All numbers of one network."""
    rows = trace(stack, (side, side, 1))
    maps = [row for row in rows if len(row.shape) == 3]
    last = maps[-1]
    kept = [row for row in rows if row.kind != "Flatten"]  # it only arranges anew
    totals = {"parameters": rows.parameters, "macs": rows.macs,
              "values": sum(row.values for row in kept)}
    return {
        "maps": [{"side": side, "channels": 1, "title": ""}]
        + [{"side": row.shape[0], "channels": row.shape[2], "title": title_of(layer)}
           for row, layer in zip(rows, stack, strict=True) if row in maps],
        "parts": [{"title": title_of(layer), "parameters": row.parameters, "macs": row.macs,
                   "values": row.values if row in kept else 0, "kind": row.kind}
                  for row, layer in zip(rows, stack, strict=True)],
        "totals": totals,
        "words": {key: spaced(value) for key, value in totals.items()},
        "box": last.central_box((side, side)),
        "field": "×".join(map(str, last.field)),
        "flat": spaced(rows[-3].shape[0]),
    }


def _summary(a: dict, setting: dict) -> str:
    side = setting["side"]
    article, yours = a["article"], a["yours"]
    places = PoolOrNot.labels["places"]
    text = f"Image of {side}×{side}; after the convolutions {places[setting['first']]} and "
    text += f"{places[setting['second']]}, then {PoolOrNot.labels['ends'][setting['end']]}: "
    text += f"{yours['words']['parameters']} parameters"
    if setting["first"] == setting["second"] == "pool" and setting["end"] == "flatten":
        text += f", {yours['words']['macs']} multiply–accumulates: the article's network."
    else:
        text += f" (the article's {article['words']['parameters']}), {yours['words']['macs']} "
        text += f"multiply–accumulates ({article['words']['macs']})."
    convolutions = sum(part["parameters"] for part in yours["parts"] if part["kind"] == "Conv2D")
    head = next(part["parameters"] for part in yours["parts"] if part["kind"] == "Dense")
    text += f" The convolutions have {spaced(convolutions)} of the parameters; Dense(64) gets "
    return text + f"{yours['flat']} values and has {spaced(head)}."


def _draw(cls, result):
    figure = canvas(8.8, 2.9)
    axes = figure.subplots(1, 3)
    for ax, key, colour in zip(axes, ("parameters", "macs", "values"),
                               ("#00805a", "#0072b2", "#0072b2"), strict=True):
        for at, who in enumerate(("article", "yours")):
            start = 0
            for index, part in enumerate(result[who]["parts"]):
                ax.barh(1 - at, part[key], left=start, color=colour, ec="white",
                        alpha=0.35 + 0.65 * (index % 2), height=0.6)
                start += part[key]
            ax.text(0, 1.36 - at, f"{cls.labels[who]}: {result[who]['words'][key]}"
                    .replace("\u202f", " "), fontsize=9)
        ax.set(yticks=[], xticks=[], ylim=(-0.4, 1.8))
        ax.set_title(cls.labels[key].replace(", ", ",\n"), fontsize=10, loc="left")
        ax.spines[:].set_visible(False)
    return figure
