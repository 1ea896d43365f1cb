"""W3.3 Equivariance meter: a digit is dragged over the image; which layers follow, who still reads?

A layer follows if moving its input moves its output: f(T x) = T f(x). The meter is
‖f(T x) − T f(x)‖ / ‖f(x)‖, measured by `experiments.equivariance`; see there. Convolution follows
exactly, away from the border. A pooling layer of stride 2 follows where the shift is a whole number
of its steps. A dense layer knows no places: for it T does
nothing, and the meter says how much it notices.
"""

from __future__ import annotations

import numpy as np

from helpers.cnn import looking
from helpers.cnn.experiments import equivariance
from helpers.kit.digits import MARGIN
from helpers.kit.widget import canvas, limited

COMPARED = ("MLP", "article's CNN", "global-pool CNN")
SHIFTS = [(dy, dx) for dy in range(-MARGIN, MARGIN + 1) for dx in range(-MARGIN, MARGIN + 1)]
PLACES = 2 * MARGIN + 1  # per side
# (network, training, digit) -> what `at_all_places` found: 169 images take some 30 ms a network
KNOWN, MOST_KNOWN = {}, 200


class EquivarianceMeter(looking.NetworkWidget):
    """A digit to drag, three networks that read it, and how well each of their layers follows."""

    id = "W3.3"
    title = "Equivariance meter: who follows a digit that moves?"
    task = (
        "Drag the digit, or move it with the arrow keys, and look which networks still read it; "
        "then compare a shift by 2, by 3 and by 4 pixels, layer by layer."
    )
    notice = (
        "The first convolution follows exactly: its meter stands at 0 wherever you go. A pool "
        "of stride 2 follows an even shift, and after two of them only multiples of 4 pixels are "
        "followed exactly; in between the maps change. So a convolutional network is equivariant "
        "only up to its strides, and it is not invariant: the article's CNN flattens its last "
        "maps, the dense layer has one weight for each place, and a place that it never saw is "
        "foreign to it. Global pooling forgets the place and reads the digit at far more places; "
        "not at all, for within a step of 4 pixels its maps still change: look for stripes. Choose "
        "“digits that roam”, and see what training can do where the architecture does not."
    )
    labels = {
        "dx": "to the right, pixels",
        "dy": "down, pixels",
        "digit": "test digit",
        "train": "trained on",
        "trainings": dict(reversed(looking.TRAININGS.items())),
        "networks": looking.NAMES,
        "own": "your own network",
        "home": "Middle",
        "shift": "{k} to the right",
        "pad": "drag the digit",
        "hint": "Image of 28×28 pixels. Drag the digit with mouse or finger, or move it with the "
        "arrow keys; Home brings it back to the middle.",
        "reads": "reads {k}, {share}",
        "map": "P({label}) for each place of the digit",
        "places": "right at {k} of {n} places",
        "gap": "how far each layer is from following (0: exactly)",
        "waiting": "These networks are being trained first; that takes some seconds …",
    }
    initial = {
        "dx": 3,
        "dy": 0,
        "digit": 38,
        "train": "centred",
        "network": "",
        "patient": True,  # False: answer at once, and leave out maps that are not known yet
    }
    source = "equivariance_meter.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Move the digit and ask all networks.

        Returns
        -------
        dict
            digit : uint8 (16, 16); label; networks : list of dict(name, guess, share, right,
            map : 13×13 floats, P(label) with the digit at each place; good : at how many of them
            it is read (both None if they are not known yet and nobody is patient); layers : list
            of [name, gap]); pending : whether a map is missing; state; summary.
        """
        dx, dy = (limited(state[key], -MARGIN, MARGIN, 0) for key in ("dx", "dy"))
        number = limited(state["digit"], 0, 359, 38)
        own, train = looking.known_name(state["network"], state["train"])
        image, label = looking.digit("centred", number)
        names = COMPARED if own in looking.NAMES else (*COMPARED, own)
        patient = bool(state["patient"])
        answer = {
            "digit": np.round(255 * image[MARGIN:-MARGIN, MARGIN:-MARGIN]).astype(np.uint8),
            "label": label,
            "networks": [measured(name, train, number, dy, dx, patient) for name in names],
            "state": {"dx": dx, "dy": dy, "digit": number, "train": train},
        }
        answer["pending"] = any(network["map"] is None for network in answer["networks"])
        return {**answer, "summary": _summary(answer, dx, dy)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the probability at each place, and the meters, of all networks."""
        return _draw(cls, result)


def measured(name: str, train: str, number: int, dy: int, dx: int, patient=True) -> dict:
    """What one network says of the moved digit, and how well its layers follow."""
    network = looking.network_of(name, train)
    image, label = looking.digit("centred", number)
    seen = equivariance(network, image, [(dy, dx)])
    chances = seen.probabilities[0]
    key = (name, train, number)
    if patient and key not in KNOWN:
        KNOWN[key] = at_all_places(*key)
        if len(KNOWN) > MOST_KNOWN:
            del KNOWN[next(iter(KNOWN))]  # the oldest
    everywhere, good = KNOWN.get(key, (None, None))
    guess = int(chances.argmax())
    return {
        "name": looking.NAMES.get(name, "your own network"),
        "guess": guess,
        "share": float(chances[guess]),
        "right": guess == label,
        "map": everywhere,
        "good": good,
        "layers": [[title, float(seen.gaps[layer][0])]
                   for layer, title in looking.titles(network).items()],
    }


def at_all_places(name: str, train: str, number: int):
    """P(label) with the digit at each of the 13×13 places, and at how many of them it is read."""
    image, label = looking.digit("centred", number)
    pages = np.stack([np.roll(image, shift, axis=(0, 1)) for shift in SHIFTS])  # only paper wraps
    chances = looking.probabilities(looking.network_of(name, train), pages)
    good = int((chances.argmax(axis=1) == label).sum())
    return chances[:, label].reshape(PLACES, PLACES), good


def _summary(a: dict, dx: int, dy: int) -> str:
    across = f"{abs(dx)} {'right' if dx > 0 else 'left'}"
    down = f"{abs(dy)} {'down' if dy > 0 else 'up'}"
    moves = [words for words, size in ((across, dx), (down, dy)) if size]
    text = f"A {a['label']}, moved by {' and '.join(moves)}. " if moves else f"A {a['label']}, "
    text += "" if moves else "in the middle. "
    parts = []
    for network in a["networks"]:
        verdict = "right" if network["right"] else "wrong"
        known = network["good"] is not None
        places = f"; right at {network['good']} of {len(SHIFTS)} places" if known else ""
        parts.append(f"{network['name']}: {network['guess']} with {network['share']:.0%} "
                     f"({verdict}{places})")
    return text + "; ".join(parts).replace("%", " %") + "."


def _draw(cls, result):
    figure = canvas(8.8, 3.6)
    shown = result["networks"]
    axes = np.atleast_2d(figure.subplots(2, len(shown), height_ratios=[1.3, 1]))
    place = result["state"]
    for ax, network in zip(axes[0], shown, strict=True):
        box = (-MARGIN - 0.5, MARGIN + 0.5, MARGIN + 0.5, -MARGIN - 0.5)
        ax.imshow(network["map"], cmap="Blues", vmin=-0.1, vmax=1, extent=box)
        ax.plot(place["dx"], place["dy"], "s", mfc="none", mec="#222222", ms=8, mew=1.5)
        words = cls.labels["places"].format(k=network["good"], n=len(SHIFTS))
        ax.set(title=network["name"], xlabel=words, xticks=[-6, 0, 6], yticks=[-6, 0, 6])
    for ax, network in zip(axes[1], shown, strict=True):
        titles, gaps = zip(*network["layers"], strict=True)
        ax.barh(range(len(gaps)), np.nan_to_num(gaps), color="#0072b2")
        ax.set(yticks=range(len(gaps)), yticklabels=titles, xlim=(0, 1.6))
        ax.invert_yaxis()
    axes[1][0].set_xlabel("‖f(Tx) − T f(x)‖ / ‖f(x)‖")
    return figure
