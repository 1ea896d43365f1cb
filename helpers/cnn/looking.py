"""What the widgets that look into a network share: which network, and its layers as pictures."""

from __future__ import annotations

import weakref
from itertools import count
from pathlib import Path

import numpy as np

from helpers import nn
from helpers.cnn import networks
from helpers.kit.widget import HERE, Widget

SIDE, CLASSES = 28, 10
DEFAULT, TRAINED_ON = "global-pool CNN", "roaming"
MOST = 64  # maps or numbers of one layer that are drawn; of more, the first
NAMES = {"global-pool CNN": "global-pool CNN", "article's CNN": "article's CNN", "MLP": "MLP",
         "softmax": "softmax regression"}
TRAININGS = {"roaming": "digits that roam", "centred": "digits that stand still"}
KINDS = {"Conv2D": "convolution", "MaxPooling2D": "max pooling", "Dense": "dense layer",
         "AveragePooling2D": "average pooling", "GlobalMaxPooling2D": "global max",
         "GlobalAveragePooling2D": "global mean"}
_PASSED_OVER = {"Flatten", "Dropout"}  # they show nothing that the layer before does not show
_own = weakref.WeakValueDictionary()  # networks of students, as long as their widget lives
_numbers = count(1)


class NetworkWidget(Widget):
    """Base of the widgets that look into a network.

    Parameters
    ----------
    network : nn.Sequential or str, optional
        A network of the student's own, for images of 28×28 and ten classes. The widget looks at a
        copy, so neither changes the other. Or the name of one of the chapter's.
    **changes
        Entries of ``initial``.

    Raises
    ------
    ValueError
        If `network` is none that the widget can look into.
    """

    shared = ("maps.js",)  # JavaScript that comes between the kit's and the widget's own

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "source" in cls.__dict__:
            here = Path(__file__).parent
            files = (HERE / "widget.js", *(here / name for name in (*cls.shared, cls.source)))
            cls._esm = "\n".join(file.read_text(encoding="utf-8") for file in files)
            cls._css += (here / "maps.css").read_text(encoding="utf-8")

    def __init__(self, network=None, **changes):
        if isinstance(network, str):
            changes = {"network": self._named(network), **changes}
        elif network is not None:
            self._network = copied(network)
            name = f"own {next(_numbers)}"
            _own[name] = self._network
            known = {name: self.labels["own"], **self.labels["networks"]}
            self.labels = {**self.labels, "networks": known}
            changes = {"network": name, **changes}
        super().__init__(**changes)

    def _named(self, name):
        names = self.labels["networks"]
        if name not in names:
            raise ValueError(f"{type(self).__name__} knows the networks {', '.join(names)}; got "
                             f"{name!r}. A network of your own may come as it is.")
        return name


def copied(network):
    """Return a copy of a student's network, or say why a widget cannot look into it."""
    if not isinstance(network, nn.Sequential):
        raise ValueError(
            f"network should be an nn.Sequential; a {type(network).__name__} came. A Keras model's "
            "weights can be copied into one of the same layers: see parity.copy_from_keras."
        )
    if not network.built:
        raise ValueError("The network has no weights yet: train it, or call "
                         f"network.build(({SIDE}, {SIDE}, 1)) first.")
    if int(np.prod(network.input_shape)) != SIDE * SIDE:
        raise ValueError(f"The widget hands over images of {SIDE}×{SIDE}; this network was built "
                         f"for inputs of shape {network.input_shape}.")
    twin = network.astype("float32")
    shape = twin.forward(reshaped(twin, np.zeros((SIDE, SIDE), np.float32))).shape
    if shape != (1, CLASSES):
        raise ValueError(f"The widget expects a score for each of the digits 0 … 9, shape (N, "
                         f"{CLASSES}); this network gives {('N', *shape[1:])}.")
    return twin


def network_of(name, train):
    """Return the network that a state speaks of; see `known_name`."""
    return _own[name] if name in _own else networks.trained(name, train)


def digit(kind: str, number: int):
    """Return a test digit that no network has learned from: image (28, 28) and its label.

    Parameters
    ----------
    kind : "roaming" or "centred"
    number : int
        Beyond the last one it starts anew.
    """
    split = networks.digits(kind)
    at = number % len(split.x_test)
    return split.x_test[at, :, :, 0], int(split.y_test[at])


def known_name(name, train) -> tuple[str, str]:
    """Correct what came from a browser: (name of a network, name of its training)."""
    name = name if isinstance(name, str) and (name in NAMES or name in _own) else DEFAULT
    return name, train if isinstance(train, str) and train in TRAININGS else TRAINED_ON


def said(name, train) -> str:
    """Name a network in a sentence."""
    if name not in NAMES:
        return "Your own network"
    text = f"{NAMES[name]}, trained on {TRAININGS[train]}"
    return text[0].upper() + text[1:]


def reshaped(network, images):
    """Images (28, 28) or (n, 28, 28) as a batch of the shape that a network expects."""
    return np.asarray(images, network.dtype).reshape(-1, *network.input_shape)


def probabilities(network, images):
    """P(class | image) for images (n, 28, 28): array (n, 10)."""
    with np.errstate(all="ignore"):
        return nn.softmax(network.predict(reshaped(network, images)))


def journey(network, image):
    """What every layer makes of one image, ready to be drawn, and the probabilities at its end.

    Parameters
    ----------
    network : nn.Sequential
    image : array (28, 28)

    Returns
    -------
    stages : list of dict
        title and size in words; values: uint8 (maps, rows, columns), or (numbers, 1, 1);
        signed; largest: the largest absolute value, which is drawn at full strength.
    probabilities : array (10,)
    """
    with np.errstate(all="ignore"):
        outputs = network.activations(reshaped(network, image))
        *inner, (last, _) = titles(network).items()
        chances = nn.softmax(outputs[last])[0]
    return [stage(outputs[name][0], title) for name, title in inner], chances


def titles(network) -> dict:
    """Name the layers for people: {"conv2d_1": "convolution 1", …, "dense_2": "scores"}.

    Those that show nothing of their own, such as Flatten, are left out.
    """
    named, seen = {}, {}
    for layer in network.layers:
        kind = type(layer).__name__
        seen[kind] = seen.get(kind, 0) + 1
        words = KINDS.get(kind, kind)
        if kind not in _PASSED_OVER:
            named[layer.name] = words if words.startswith("global") else f"{words} {seen[kind]}"
    return {**named, network.layers[-1].name: "scores"}


def stage(values, title: str) -> dict:
    """One layer's output for one image, ready to be drawn."""
    has_maps = values.ndim == 3
    maps = np.moveaxis(values, -1, 0) if has_maps else values.reshape(-1, 1, 1)
    shape = f"{maps.shape[1]}×{maps.shape[2]}"
    size = f"{len(maps)} maps, {shape}" if has_maps else f"{len(maps)} numbers"
    shades, signed, largest = shaded(maps[: MOST if has_maps else 4 * MOST])
    return {"title": title, "size": size, "values": shades, "signed": signed, "largest": largest}


def shaded(values):
    """Turn numbers into uint8: (array, whether any is negative, largest absolute number).

    Without negative numbers 0 is nothing and 255 the largest; with some, 128 is nothing.
    """
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(np.abs(values).max(initial=0.0))
    signed = bool((values < 0).any())
    part = values / max(largest, 1e-12)
    shades = 128 + 127 * part if signed else 255 * part
    return np.round(shades).astype(np.uint8), signed, largest
