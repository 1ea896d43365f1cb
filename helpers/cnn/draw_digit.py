"""W3.6 Draw a digit: a network reads what is drawn, while it is drawn, and shows every layer.

The browser sends the way of the pen; Python lays it on the canvas of 28×28 pixels as ink, sends it
through the network and answers with what every layer has made of it.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np

from helpers.cnn import looking, sheet
from helpers.kit.widget import canvas, limited

MOST_POINTS = 4000  # of a drawing; whoever draws more has lost the beginning
SURE, PERHAPS = 0.8, 0.5  # probabilities from which the network speaks so
# The example that invites to draw: a 3, as a person would draw it.
INVITATION = (
    (8.1, 8.2), (9.4, 6.6), (11.5, 5.6), (14.0, 5.4), (16.6, 6.1), (18.1, 7.9), (18.0, 10.0),
    (16.4, 11.8), (14.2, 12.8), (12.3, 13.2), (14.7, 13.4), (17.4, 14.4), (19.1, 16.3),
    (19.3, 18.7), (17.9, 20.9), (15.4, 22.2), (12.5, 22.4), (9.8, 21.6), (8.0, 20.1),
)  # fmt: skip


class DrawDigit(looking.NetworkWidget):
    """A pad to draw on, the network's answer, and the maps of all its layers."""

    id = "W3.6"
    title = "Draw a digit: the network looks while you draw"
    task = (
        "Draw a digit on the pad with mouse or finger and watch the layers while you draw; then "
        "draw it small or far from the middle, a 7 with and without a bar, or something that is "
        "no digit."
    )
    notice = (
        "The first layers still show your drawing: each map answers to strokes of one direction "
        "or to one side of them. Deeper maps are small and coarse, and no longer look like "
        "anything you drew; the strongest blue is the largest number of each layer. A 7 "
        "without a bar is often read as a 3. The ten bars "
        "always add up to 100 %: a scribble, a house and even an empty sheet get a digit, "
        "sometimes with great confidence. Untick “prepared”, and size "
        "and place begin to matter: the networks learned from digits of one size, and those "
        "trained on digits that stand still know one place only."
    )
    labels = {
        "network": "network",
        "networks": looking.NAMES,
        "own": "your own network",
        "train": "trained on",
        "trainings": looking.TRAININGS,
        "pen": "pen, pixels",
        "fit": "prepared as the training digits were",
        "clear": "Clear",
        "undo": "Undo",
        "next": "A real test digit",
        "file": "Your own picture …",
        "pad": "your drawing",
        "frame": "your drawing; dashed: as large as the training digits",
        "here": "draw here",
        "hint": "Pad of 28×28 pixels. Draw with mouse or finger; or move the pen with the arrow "
        "keys, put it down or lift it with the space bar, take a stroke back with Backspace.",
        "bars": "probability of each digit",
        "reads": ["what it reads", "28×28 pixels"],
        "waiting": "This network is being trained first; that takes some seconds …",
        "map": "map {k} of {n}",
    }
    initial = {
        "strokes": [[list(point) for point in INVITATION]],
        "invited": True,  # the drawing is only an example, and goes when one begins to draw
        "example": -1,  # number of a test digit; −1: none
        "photo": "",  # the student's own picture: 56×56 bytes of ink, base64
        "file": "",  # that picture as it was chosen, base64; only for one message
        "network": looking.DEFAULT,
        "train": looking.TRAINED_ON,
        "pen": 2.5,
        "fit": True,
    }
    source = "draw_digit.js"
    shared = ("maps.js", "journey.js")

    @staticmethod
    def compute(state: dict) -> dict:
        """Send the drawing through the network.

        Returns
        -------
        dict
            field : uint8 (28, 28), what the network reads; ground : uint8 (m, m), the ink below
            the strokes, or None; layers : see `looking.journey`; probabilities : 10 floats;
            shares : the same as words; guess : the most probable digit; says, sure, truth :
            words around it; empty : whether there is no ink; problem : what is wrong with a
            picture, or ""; state; summary.
        """
        name, train = looking.known_name(state["network"], state["train"])
        pen = limited(state["pen"], 1.0, 5.0, 2.5)
        example = limited(state["example"], -1, 10**6, -1)
        photo, problem = photo_of(state)
        ground, label = photo, None
        if ground is None and example >= 0:
            ground, label = looking.digit("roaming", example)
        strokes = _newest(sheet.strokes_of(state["strokes"]))
        field = sheet.field(strokes, ground, pen, bool(state["fit"]))
        network = looking.network_of(name, train)
        layers, chances = looking.journey(network, field)
        empty = not field.any()
        answer = {
            "field": _shades(field),
            "ground": None if ground is None else _shades(ground),
            "layers": layers,
            "probabilities": chances,
            "shares": [_percent(chance) for chance in chances],
            "guess": int(np.argmax(np.nan_to_num(chances, nan=-1.0))),
            "truth": "" if label is None else f"it is a {label}",
            "empty": empty,
            "problem": problem,
        }
        answer |= _spoken(chances, answer["guess"], empty)
        changed = {"network": name, "train": train, "pen": pen, "example": example, "file": ""}
        answer["state"] = {**changed, "photo": "" if photo is None else _packed(photo)}
        return {**answer, "summary": _summary(answer, looking.said(name, train), label)}

    @classmethod
    def picture(cls, result: dict):
        """Draw what the network reads, the maps of the first layers and the ten bars."""
        return _draw(cls, result)


def photo_of(state: dict):
    """The student's own picture as ink (56, 56), or None; and what is wrong with it, or ""."""
    if state["file"]:
        return _decoded(state["file"])
    if not state["photo"]:
        return None, ""
    side = sheet.PICTURE
    try:
        shades = np.frombuffer(base64.b64decode(state["photo"]), np.uint8).reshape(side, side)
    except (TypeError, ValueError):  # not what Python once sent
        return None, ""
    return shades.astype(np.float32) / 255, ""


def _decoded(file):
    from helpers.kit import data

    if file == "too large":
        return None, "That picture is larger than 7 MB. Make it smaller, or take another one."
    try:
        grey = data.read_image(base64.b64decode(file), grey=True)
    except (ValueError, TypeError, binascii.Error) as problem:
        return None, str(problem)
    ink = sheet.ink_of(grey)
    if not ink.any():
        return None, "Nothing is drawn in that picture: all of it has the same brightness."
    return ink, ""


def _newest(strokes):
    """Drop the oldest strokes of a drawing that has grown beyond all measure."""
    points = 0
    for at in range(len(strokes) - 1, -1, -1):
        points += len(strokes[at])
        if points > MOST_POINTS:
            kept = strokes[at][: max(MOST_POINTS - points + len(strokes[at]), 1)]
            return [kept, *strokes[at + 1 :]]
    return strokes


def _shades(ink):
    return np.round(255 * ink).astype(np.uint8)


def _packed(photo) -> str:
    return base64.b64encode(_shades(photo).tobytes()).decode("ascii")


def _percent(chance: float) -> str:
    """Write a probability so that almost sure looks different from sure.

    A softmax gives no class exactly 0 or 1; a float that is one was rounded.
    """
    if not np.isfinite(chance):
        return "–"
    if chance < 0.0005:
        return "< 0.1 %"
    if chance >= 0.9995:
        return "> 99.9 %"
    whole = 0.0995 <= chance < 0.995
    return f"{100 * chance:.0f} %" if whole else f"{100 * chance:.1f} %"


def _spoken(chances, guess: int, empty: bool) -> dict:
    """Words above and below the large digit."""
    chance = float(chances[guess])
    share = _percent(chance)
    if empty:
        return {"says": "Nothing there. I say", "sure": f"{share} sure, all the same"}
    if chance >= SURE:
        return {"says": "I see a", "sure": f"{share} sure"}
    if chance >= PERHAPS:
        return {"says": "Perhaps a", "sure": f"{share} sure"}
    return {"says": "I cannot tell. A", "sure": f"only {share} sure"}


def _summary(a: dict, who: str, label) -> str:
    if a["problem"]:
        return a["problem"]
    guess, second = np.argsort(-np.nan_to_num(a["probabilities"], nan=-1.0), kind="stable")[:2]
    first = f"{guess} with {a['shares'][guess]}"
    if a["empty"]:
        return f"The pad is empty. {who}: {first}. None of the ten answers means “nothing”."
    text = f"{who}: {first}, then {second} with {a['shares'][second]}."
    if label is not None:
        verdict = "right" if guess == label else "wrong"
        text += f" A test digit, real and never trained on: a {label}, so the answer is {verdict}."
    return text


def _draw(cls, result):
    figure = canvas(8.8, 3.2)
    left, middle, right = figure.subfigures(1, 3, width_ratios=[1, 1.5, 1.3])
    ax = left.subplots()
    ax.imshow(result["field"], cmap="Blues", vmin=-20, vmax=255)
    ax.set(xticks=[], yticks=[], title=cls.labels["reads"][0])
    maps = [stage for stage in result["layers"] if stage["values"].shape[1] > 1][:1]
    for stage in maps:
        for ax, picture in zip(middle.subplots(4, 4).ravel(), stage["values"], strict=False):
            ax.imshow(picture, cmap="Blues", vmin=-20, vmax=255)
            ax.set(xticks=[], yticks=[])
        middle.suptitle(f"{stage['title']}: {min(len(stage['values']), 16)} of its maps")
    ax = right.subplots()
    colours = ["#a0a0a0"] * 10
    colours[result["guess"]] = "#222222"
    ax.barh(range(10), np.nan_to_num(result["probabilities"]), color=colours)
    ax.set(yticks=range(10), xlim=(0, 1), title=cls.labels["bars"])
    ax.invert_yaxis()
    return figure
