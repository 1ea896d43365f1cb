"""W3.5 Inside: kernels, maps and explanations of a trained network, and whether to believe them.

Weights can be shuffled from the scores downwards, layer by layer: the sanity check of Adebayo,
Gilmer, Muelly, Goodfellow, Hardt & Kim (2018). An explanation that stays as it was has not
explained what the network learned.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from helpers import nn
from helpers.cnn import explanations, looking
from helpers.kit.widget import canvas, limited

PATCH, STEP = 5, 3  # of the square that covers the digit: its side, and pixels between two places
KERNELS = 64  # kernels of one map that are drawn; of more, the first
METHODS = ("occlusion", "saliency", "Grad-CAM")
SLOW = "occlusion"  # a hundred passes through the network, where the others take one or two
KNOWN: set = set()  # of what the slow one is known: network, training, digit, layers shuffled


class Inside(looking.NetworkWidget):
    """A layer's kernels and maps, and three explanations, before and after shuffling weights."""

    id = "W3.5"
    title = "Inside: what a network looks at, and a test of the explanation"
    task = (
        "Go through the layers and their maps; then shuffle the weights from the scores down, "
        "layer by layer, and watch which of the three explanations changes."
    )
    notice = (
        "A map of the first layer answers where the image looks like its kernel; deeper kernels "
        "combine maps and cannot be read off so easily. When learned weights are shuffled, the "
        "network reads nothing any more, so an honest explanation has to change completely: its "
        "agreement with the trained network's map should fall to about 0 (below 0 is no better). "
        "Whatever agreement is left does not come from learning. Compare it with the agreement "
        "with the plain image: an explanation may look convincing only because it traces the ink."
    )
    labels = {
        "network": "network",
        "networks": {name: words for name, words in looking.NAMES.items() if name != "softmax"},
        "own": "your own network",
        "train": "trained on",
        "trainings": looking.TRAININGS,
        "digit": "test digit",
        "layer": "layer",
        "map": "map",
        "shuffle": "shuffled",
        "intact": "nothing",
        "deeper": "down to {layer}",
        "image": "test digit {number}: a {label}",
        "reads": "the network reads {k}, {share}",
        "methods": {
            "occlusion": [
                "occlusion",
                "how far P({label}) falls, 5×5 covered",
                "pink: covering raises P({label})",
            ],
            "saliency": ["saliency", "|∂ score of {label} / ∂ pixel|"],
            "Grad-CAM": ["Grad-CAM", "last maps, weighted by their slopes"],
        },
        "agrees": "agreement with the trained map",
        "ink": "agreement with the image",
        "nothing": "no maps in this network",
        "maps": "{layer}: {size}",
        "chosen": "map {k}",
        "kernels": ["its kernels: one for each map", "of the layer before"],
        "kernel": "its kernel",
        "pooled": ["no weights: it takes from", "one map of the layer before"],
        "key": "green +   pink −",
        "waiting": "This network is being trained first; that takes some seconds …",
    }
    initial = {
        "network": "article's CNN",
        "train": "roaming",
        "digit": 36,
        "layer": 0,
        "map": 6,
        "shuffle": 0,
        "patient": True,  # False: answer at once, and leave out occlusion where it is not known yet
    }
    source = "inside.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Look into the network, shuffled as far as was asked for.

        Returns
        -------
        dict
            image : uint8 (28, 28); label, guess, share; heats : list of dict(name, values uint8
            (28, 28), signed, agrees, ink; values is None where the method cannot be applied, or
            not known yet while nobody is patient: pending says which);
            stage : the chosen layer's maps, see `looking.stage`, or None; kernels : uint8
            (maps below, kh, kw) of the chosen map, or None; layers, shuffles : words for the two
            sliders; state; summary.
        """
        name, train = looking.known_name(state["network"], state["train"])
        name = "article's CNN" if name == "softmax" else name
        number = limited(state["digit"], 0, 359, 36)
        trained = looking.network_of(name, train)
        cascade = [la.name for la in trained.layers if la.params][::-1]
        depth = limited(state["shuffle"], 0, len(cascade), 0)
        network = shuffled(name, train, depth)
        image, label = looking.digit(train, number)
        chances = looking.probabilities(network, image[None])[0]
        stages = stages_of(network, image)
        layer = limited(state["layer"], 0, max(len(stages) - 1, 0), 0)
        answer = {
            "image": np.round(255 * image).astype(np.uint8),
            "label": label,
            "guess": int(np.nan_to_num(chances, nan=-1).argmax()),
            "heats": [heat(method, name, train, number, depth, bool(state["patient"]))
                      for method in METHODS],
            "layers": [stage["title"] for stage in stages] or [""],
            "shuffles": shuffle_words(trained, cascade),
        }
        answer["pending"] = any(found["pending"] for found in answer["heats"])
        answer["share"] = float(chances[answer["guess"]])
        chosen = limited(state["map"], 0, stages[layer]["count"] - 1 if stages else 0, 0)
        answer["stage"] = stages[layer]["maps"] if stages else None
        kernels = kernels_of(network, stages[layer]["name"], chosen) if stages else (None, 0.0)
        answer["kernels"], answer["largest"] = kernels
        known = {"network": name, "train": train, "digit": number, "layer": layer}
        answer["state"] = {**known, "map": chosen, "shuffle": depth}
        return {**answer, "summary": _summary(answer, looking.said(name, train))}

    @classmethod
    def picture(cls, result: dict):
        """Draw the digit, three explanations, and maps of the chosen layer."""
        return _draw(cls, result)


@lru_cache(maxsize=32)
def shuffled(name: str, train: str, depth: int):
    """The network whose `depth` uppermost layers with weights have had them shuffled."""
    network = looking.network_of(name, train)
    cascade = [la.name for la in network.layers if la.params][::-1]
    return explanations.randomised(network, 0, cascade[depth - 1]) if depth else network


def shuffle_words(network, cascade) -> list:
    """Say how far the shuffling goes: from "nothing" to "down to convolution 1"."""
    titles = looking.titles(network)
    words = [titles.get(name, name) for name in cascade]
    deeper = (Inside.labels["deeper"].replace("{layer}", word) for word in words[1:])
    return [Inside.labels["intact"], *words[:1], *deeper]


def stages_of(network, image) -> list:
    """Layers that have maps: dict(name, title, count, maps); none after the maps are given up."""
    outputs = network.activations(looking.reshaped(network, image))
    stages = []
    for name, title in looking.titles(network).items():
        if outputs[name].ndim == 4:
            maps = looking.stage(outputs[name][0], title)
            stages.append({"name": name, "title": title, "maps": maps,
                           "count": len(maps["values"])})
    return stages


def kernels_of(network, layer: str, chosen: int):
    """The chosen map's kernels as uint8 (maps below, kh, kw), 128 is 0; and the largest weight.

    (None, 0) for layers without kernels.
    """
    (found,) = (la for la in network.layers if la.name == layer)
    if not isinstance(found, nn.Conv2D):
        return None, 0.0
    weights = np.moveaxis(found.params["W"][:, :, :KERNELS, chosen], -1, 0)
    largest = float(np.abs(weights).max())
    return np.round(128 + 127 * weights / max(largest, 1e-12)).astype(np.uint8), largest


@lru_cache(maxsize=256)
def explained(method: str, name: str, train: str, number: int, depth: int):
    """A map (28, 28) that explains why the network sees the right digit, or None."""
    network = shuffled(name, train, depth)
    image, label = looking.digit(train, number)
    image = image.reshape(network.input_shape)
    has_maps = any(isinstance(la, nn.Conv2D) for la in network.layers)
    if method == "Grad-CAM":
        return explanations.grad_cam_map(network, image, label) if has_maps else None
    if method == "occlusion":
        return explanations.occlusion_map(network, image, label, PATCH, STEP)
    return explanations.saliency_map(network, image, label)


def heat(method: str, name: str, train: str, number: int, depth: int, patient=True) -> dict:
    """An explanation ready to be drawn, and what it agrees with; the slow one if one is patient."""
    key = name, train, number, depth
    pending = method == SLOW and not patient and key not in KNOWN
    values = None if pending else explained(method, name, train, number, depth)
    if values is None:
        return {"name": method, "values": None, "signed": False, "agrees": None, "ink": None,
                "pending": pending}
    if method == SLOW:
        KNOWN.add(key)
    shades, signed, largest = looking.shaded(values)
    before = explained(method, name, train, number, 0)
    image, _ = looking.digit(train, number)
    return {"name": method, "values": shades, "signed": signed, "largest": largest,
            "pending": False,
            "agrees": explanations.agreement(values, before),
            "ink": explanations.agreement(values, image)}


def _summary(a: dict, who: str) -> str:
    depth = a["state"]["shuffle"]
    state = f"weights shuffled, {a['shuffles'][depth]}" if depth else "as it was trained"
    text = f"{who}, {state}: it reads {a['guess']} with {100 * a['share']:.0f} % where a "
    text += f"{a['label']} is shown. "
    if depth:
        known = [h for h in a["heats"] if h["values"] is not None]
        text += "Agreement with the trained network's maps: "
        text += ", ".join(f"{h['name']} {_signed(h['agrees'])}" for h in known) + "."
    elif a["stage"]:
        text += f"Shown: {a['stage']['title']}, map {a['state']['map'] + 1}."
    return text


def _signed(number: float) -> str:
    if number is None or not np.isfinite(number):
        return "none, for it is the same everywhere"
    return f"{number:+.2f}".replace("-", "−")


def _draw(cls, result):
    from matplotlib.colors import LinearSegmentedColormap

    figure = canvas(8.8, 3.6)
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.3, 1])
    first, *axes = upper.subplots(1, 4)
    first.imshow(result["image"], cmap="Greys", vmin=-20, vmax=255)
    words = cls.labels["image"].format(number=result["state"]["digit"], label=result["label"])
    first.set(title=words, xticks=[], yticks=[])
    for ax, heat_ in zip(axes, result["heats"], strict=True):
        ax.set(title=cls.labels["methods"][heat_["name"]][0], xticks=[], yticks=[])
        if heat_["values"] is None:
            continue
        # as in the browser: blue from forward passes, orange from gradients, pink the other way
        if heat_["signed"]:
            colours = LinearSegmentedColormap.from_list("falls", ["#a2377c", "white", "#0072b2"])
        else:
            colours = "Blues" if heat_["name"] == "occlusion" else "Oranges"
        ax.imshow(heat_["values"], cmap=colours, vmin=0, vmax=255)
    if result["stage"]:
        row = lower.subplots(2, 8)
        for ax, picture in zip(row.ravel(), result["stage"]["values"], strict=False):
            ax.imshow(picture, cmap="Blues", vmin=-20, vmax=255)
        for ax in row.ravel():
            ax.set(xticks=[], yticks=[])
        lower.suptitle(f"{result['stage']['title']}, {result['stage']['size']}: the first 16")
    return figure
