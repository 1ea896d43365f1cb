"""Experiments about place: moved digits, what a unit sees, and what follows a shift."""

import copy
from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.cnn.geometry import cells, image_for
from helpers.kit import data
from helpers.kit.comparison import Comparison, at_least_two, got_right, paired

_SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))


def shifted(x, dy, dx):
    """Images moved by whole pixels; what leaves the frame is lost, what comes in is 0.

    Parameters
    ----------
    x : (…, H, W, C) array
    dy, dx : int
        Down and to the right are positive.

    Returns
    -------
    array of the same shape and dtype
    """
    height, width = x.shape[-3:-1]
    moved = np.zeros_like(x)
    if abs(dy) < height and abs(dx) < width:
        to = (..., slice(max(dy, 0), height + min(dy, 0)), slice(max(dx, 0), width + min(dx, 0)),
              slice(None))
        from_ = (..., slice(max(-dy, 0), height - max(dy, 0)),
                 slice(max(-dx, 0), width - max(dx, 0)), slice(None))
        moved[to] = x[from_]
    return moved


# --- Digits that stand still, and are then moved ----------------------------------------------


class ShiftedDigits(NamedTuple):
    """Result of `shifted_digits`.

    Attributes
    ----------
    still : Comparison
        On the test digits as they are; differences are those to the MLP.
    moved : dict name → (seeds,) float
        Share right of the same digits, moved by one pixel; mean over the four directions.
    """

    still: Comparison
    moved: dict

    def __repr__(self):
        lines = [f"as they are, {self.still.n} test digits:", repr(self.still), "",
                 "moved by one pixel, mean of four directions:"]
        for name, values in self.moved.items():
            lines.append(f"{name:<19} {values.mean():.3f}  "
                         f"({values.min():.3f} to {values.max():.3f})")
        return "\n".join(lines)


def shifted_digits(seeds=3):
    """The 8×8 digits, which all stand in the middle: who needs that, and who uses neighbourhood?

    MLP 64-64-10 (4,810 parameters), softmax regression (650) and a CNN (6,090) learn from the
    digits as they are. They are tested on the digits as they are, and on digits moved by one
    pixel. Another CNN learns from digits whose 64 pixels were all rearranged in one way, and is
    tested on digits rearranged in the same way: neighbours mean nothing there.

    Parameters
    ----------
    seeds : int
        For initial weights, the order of the batches, and the rearrangement.

    Returns
    -------
    ShiftedDigits
    """
    at_least_two(seeds)
    split = data.load("digits")
    x_train, x_test = split.x_train[..., None], split.x_test[..., None]
    answers = {name: [] for name in (*_SMALL, "CNN, rearranged")}
    moved = {name: [] for name in _SMALL}
    for seed in range(seeds):
        for name in _SMALL:
            model = _learn(name, x_train, split.y_train, seed)
            answers[name].append(got_right(model, x_test, split.y_test))
            moved[name].append(np.mean([got_right(model, shifted(x_test, dy, dx), split.y_test)
                                        for dy, dx in _SIDES]))
        order = np.random.default_rng([seed, 64]).permutation(64)
        mixed = [x.reshape(-1, 64)[:, order].reshape(x.shape) for x in (x_train, x_test)]
        model = _learn("CNN", mixed[0], split.y_train, seed)
        answers["CNN, rearranged"].append(got_right(model, mixed[1], split.y_test))
    still = paired({name: np.array(rows) for name, rows in answers.items()})
    return ShiftedDigits(still._replace(n=len(x_test)),
                         {name: np.array(shares) for name, shares in moved.items()})


def small_cnn(seed=0):
    """The CNN for 8×8 digits, unbuilt: 6,090 parameters, "same" padding so that it fits."""
    return nn.Sequential([nn.Conv2D(16, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
                          nn.Conv2D(32, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
                          nn.Flatten(), nn.Dense(10)], seed=seed)


_SMALL = {
    "MLP": lambda seed: nn.Sequential([nn.Flatten(), nn.Dense(64, activation="relu"),
                                       nn.Dense(10)], seed=seed),
    "softmax": lambda seed: nn.Sequential([nn.Flatten(), nn.Dense(10)], seed=seed),
    "CNN": small_cnn,
}
_RATES = {"MLP": 0.01, "softmax": 0.03, "CNN": 0.003}
_EPOCHS = 20


def _learn(name, x, y, seed):
    model = _SMALL[name](seed)
    model.compile(optimizer=nn.Adam(_RATES[name]))
    model.fit(x, y, epochs=_EPOCHS, seed=seed, verbose=0)
    return model


# --- What a unit sees -------------------------------------------------------------------------


def gradient_support(network, layer_name, size=None, draws=8, seed=0):
    """Which input pixels can change the units in the middle of a layer's maps, by their gradients.

    The layers are copied, and get random weights and a random image, several times. A pixel
    counts if its gradient was other than 0 in any of them: a ReLU that is off, or a pooling
    window whose largest value is elsewhere, hides it only now and then.

    Parameters
    ----------
    network : nn.Sequential
        Left as it is.
    layer_name : str
        Such as "conv2d_2".
    size : int or (int, int), optional
        Height and width of the image, if other than those that the network was built for.
    draws : int
        Copies. The units of all channels at the middle place are asked together, so that a few
        are enough.
    seed : int

    Returns
    -------
    (H, W) bool
        Of a layer without maps, such as Dense, all units are asked.
    """
    names = [layer.name for layer in network.layers]
    if layer_name not in names:
        raise ValueError(f"layer_name is one of {', '.join(names)}; got {layer_name!r}")
    kept = [copy.deepcopy(layer) for layer in network.layers[:names.index(layer_name) + 1]]
    channels = network.input_shape[-1] if network.built else 1
    if size is None:
        if not network.built:
            raise ValueError("size should say how large the image is: the network is not built")
        size = network.input_shape[:2]
    sides = (size, size) if np.isscalar(size) else tuple(size)
    support = np.zeros(sides, bool)
    rng = np.random.default_rng(seed)
    for _ in range(draws):
        support |= _one_draw(kept, (*sides, channels), rng)
    return support


def _one_draw(layers, shape, rng):
    """Where the gradient is not 0, for one draw of weights and image: (H, W) bool."""
    out = rng.normal(size=(1, *shape))
    for layer in layers:
        layer.build(out.shape[1:], rng, np.float64)
        layer.params = {key: rng.normal(size=w.shape) for key, w in layer.params.items()}
        out = layer.forward(out)
    dout = np.zeros_like(out)
    middle = (0, out.shape[1] // 2, out.shape[2] // 2) if out.ndim == 4 else 0
    dout[middle] = rng.normal(size=out[middle].shape)   # not all 1: sums could cancel
    for layer in reversed(layers):
        dout = layer.backward(dout)
    return (dout[0] != 0).any(axis=-1)


# --- What follows a shift ---------------------------------------------------------------------


class Equivariance(NamedTuple):
    """Result of `equivariance`.

    Attributes
    ----------
    shifts : (k, 2) int
        (dy, dx) in pixels.
    gaps : dict layer name → (k,) float
        ‖f(Tx) − T f(x)‖ / ‖f(x)‖. 0: the maps move along with the image and do not change else.
        For layers without maps, T f(x) is f(x) itself: 0 means that the layer does not notice.
        nan where the image moved so far that no two cells can be compared.
    probabilities : (k, classes) float
        What the network says of each moved image.
    """

    shifts: np.ndarray
    gaps: dict
    probabilities: np.ndarray

    def __repr__(self):
        heads = "".join(f"{f'({dy}, {dx})':>10}" for dy, dx in self.shifts)
        return "\n".join([f"{'shift (down, right)':<24}{heads}"] + [
            f"{name:<24}" + "".join(f"{gap:>10.3f}" for gap in gaps)
            for name, gaps in self.gaps.items()])


def equivariance(network, image, shifts):
    """How far each layer is from following when the image moves.

    Parameters
    ----------
    network : nn.Sequential, built for images
    image : (H, W) or (H, W, 1) array
        With room around what is drawn: what leaves the frame is lost.
    shifts : sequence of int, or of (dy, dx)
        In pixels; a single number moves to the right.

    Returns
    -------
    Equivariance

    Notes
    -----
    A shift of d pixels is one of d / jump cells in maps whose cells lie `jump` pixels apart. Where
    that is no whole number, the whole number next to it, below or above, that fits better is
    taken: the maps cannot move by half a cell, which is the point. Only cells that are on both
    maps, and see no padding, are compared. The norm of f(x) is that of all its cells.
    """
    image = image_for(network, image)
    shifts = np.array([(0, d) if np.ndim(d) == 0 else tuple(d) for d in shifts], int)
    moved = [shifted(image, dy, dx) for dy, dx in shifts]
    places = cells(network)
    gaps = {}
    outputs = network.activations(np.stack([image, *moved]))    # one call: nothing is overwritten
    for name, out in outputs.items():
        whole = np.linalg.norm(out[0]) or 1.0
        distances = [_distance(out[0], after, shift, places.get(name), image.shape)
                     for after, shift in zip(out[1:], shifts, strict=True)]
        gaps[name] = np.array(distances) / whole
    return Equivariance(shifts, gaps, nn.softmax(out[1:].astype(float)))


def _distance(before, after, shift, places, shape):
    """‖after − T before‖ for one layer and one shift."""
    if places is None:
        return np.linalg.norm(after - before)
    choices = []
    for side in (0, 1):
        cells_moved = shift[side] / places.jump[side]
        choices.append({int(np.floor(cells_moved)), int(np.ceil(cells_moved))})
    found = min(_overlap(before, after, (down, across), places, shape)
                for down in choices[0] for across in choices[1])
    return found if np.isfinite(found) else np.nan


def _overlap(before, after, steps, places, shape):
    """Distance of two maps, the first moved by `steps` cells, where both are known, or infinity."""
    new, old = [], []
    for side, step in enumerate(steps):
        low, high = places.inside(side, shape[side])
        first, last = max(low, low + step), min(high, high + step)
        if first >= last:
            return np.inf
        new.append(slice(first, last))
        old.append(slice(first - step, last - step))
    return np.linalg.norm(after[tuple(new)] - before[tuple(old)])
