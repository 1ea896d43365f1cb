"""How fast is the library's convolution? A training step of the article's CNN, five ways, in turns.

* plain: `helpers.nn.convolution` as the text derives it, one product for each kernel position.
* textbook: im2col and col2im with index arrays, channels first, in float64, as courses teach them.
* ours: what `fit` runs.
* products: only the matrix products of such a step, on numbers that mean nothing. Whoever reduces
  convolution to matrix products cannot be faster than this.
* Keras: its default `fit`.
"""

import statistics
import time
from dataclasses import dataclass, field

import numpy as np

from helpers import nn
from helpers.cnn import networks
from helpers.cnn.speed_textbook import TextbookCNN
from helpers.nn.training import Training

NAMES = ("plain", "textbook", "ours", "products", "Keras")
IMAGES = 1408


@dataclass
class Speed:
    """What a step takes.

    Attributes
    ----------
    batch_size : int
    milliseconds : dict of str to float
        Median of a step, for each of `NAMES` that was measured.
    quartiles : dict of str to (float, float)
        Between these two, half of all measured steps lie; milliseconds.
    """

    batch_size: int
    milliseconds: dict = field(default_factory=dict)
    quartiles: dict = field(default_factory=dict)

    @property
    def ratios(self):
        """Ours over each of the others: below 1 where ours is faster; dict of str to float."""
        ours = self.milliseconds["ours"]
        return {name: ours / ms for name, ms in self.milliseconds.items() if name != "ours"}

    def numbers(self):
        """Return all of it as JSON can hold it: "ours_ms", "keras_ms", "ours_over_keras", …"""
        result = {f"{name.lower()}_ms": ms for name, ms in self.milliseconds.items()}
        result.update({f"ours_over_{name.lower()}": r for name, r in self.ratios.items()})
        return result

    def __repr__(self):
        lines = [
            f"One training step of the article's CNN, {self.batch_size} images of 28 × 28 pixels",
            f"{'':<10}{'ms per step':>12}{'half of them':>18}{'ours / this':>13}",
        ]
        for name, ms in self.milliseconds.items():
            low, high = self.quartiles[name]
            ratio = "" if name == "ours" else f"{self.ratios[name]:.2f}"
            lines.append(f"{name:<10}{ms:>12.1f}{f'{low:.1f} … {high:.1f}':>18}{ratio:>13}")
        if self.ratios.get("products", np.inf) < 1:    # ours contains them
            lines.append("Products alone cannot take longer than ours: this machine is busy.")
        return "\n".join(lines)


def measure(batch_size=32, repeats=7, keras=True, names=NAMES):
    """Time one training step of the article's CNN in several ways, which take turns.

    Parameters
    ----------
    batch_size : int
    repeats : int
        Number of rounds. In each, every way trains for `IMAGES` images, about an epoch of the
        roaming digits, but the two slow ones for one step. (Shorter calls of `fit` would measure
        what Keras does before its first step: with 8 steps a call it seems to be twice as slow.)
    keras : bool
        Whether Keras is measured too; TensorFlow is imported then.
    names : tuple of str
        Which of `NAMES`; "ours" is always measured.

    Returns
    -------
    Speed
        Medians. Whatever else the machine does falls on all of them alike, so that the ratios mean
        more than the milliseconds do.
    """
    rng = np.random.default_rng(0)
    x = rng.random((batch_size * max(IMAGES // batch_size, 1), 28, 28, 1), np.float32)
    y = rng.integers(0, 10, len(x))
    makers = {
        "plain": _plain,
        "textbook": _textbook,
        "ours": _ours,
        "products": _products,
        "Keras": _keras,
    }
    wanted = [n for n in NAMES if n in (*names, "ours") and (keras or n != "Keras")]
    tasks = {name: makers[name](x, y, batch_size) for name in wanted}
    for run, _ in tasks.values():
        run()    # warm: memory is there, Keras has compiled
    times = {name: [] for name in tasks}
    for _ in range(repeats):
        for name, (run, steps) in tasks.items():
            began = time.perf_counter()
            run()
            times[name].append(1e3 * (time.perf_counter() - began) / steps)
    return Speed(
        batch_size,
        {name: statistics.median(values) for name, values in times.items()},
        {name: tuple(np.quantile(values, (0.25, 0.75))) for name, values in times.items()},
    )


def _network():
    network = networks.article_cnn()
    network.compile(nn.Adam(1e-3))
    return network


# Each of these returns (a function that trains, number of steps it takes).


def _ours(x, y, batch_size):
    network = _network()
    return lambda: network.fit(x, y, batch_size=batch_size, verbose=0), len(x) // batch_size


def _plain(x, y, batch_size):
    network = _network()
    for layer in network.layers:
        if isinstance(layer, nn.Conv2D):
            layer.__class__ = PlainConv2D
    training = Training(network, x, y, batch_size, None, True, (), 0)
    network.optimizer.bind(list(network.params.values()))
    return lambda: training.step(x[:batch_size], y[:batch_size], 0), 1


class PlainConv2D(nn.Conv2D):
    """`nn.Conv2D` with the functions of `helpers.nn.convolution`."""

    def forward(self, x, training=False):
        self.x = x
        z = nn.conv2d(x, self.params["W"], self.params["b"], self.strides, self.padding)
        return self.activation.forward(z, training)

    def backward(self, dout):
        dz = self.activation.backward(dout)
        W = self.params["W"]
        dx, dW, db = nn.conv2d_backward(dz, self.x, W, self.strides, self.padding)
        self.grads = {"W": dW, "b": db}
        return dx

    fill_grads = backward


def _textbook(x, y, batch_size):
    network = TextbookCNN(_network().get_weights())
    return lambda: network.train_on_batch(x[:batch_size], y[:batch_size]), 1


def _products(x, y, batch_size):
    """The products of forward, dW and dx; the first layer's dx is not needed."""
    rng = np.random.default_rng(0)

    def matrix(*shape):
        return rng.random(shape, np.float32)

    n = batch_size
    sizes = [(n * 26 * 26, 9, 32), (n * 11 * 11, 288, 64), (n, 1600, 64), (n, 64, 10)]
    layers = [(matrix(a, b), matrix(b, c), matrix(a, c)) for a, b, c in sizes]
    steps = len(x) // batch_size

    def run():
        for _ in range(steps):
            for place, (rows, W, dz) in enumerate(layers):
                rows @ W
                rows.T @ dz
                if place > 0:
                    dz @ W.T

    return run, steps


def _keras(x, y, batch_size):
    from helpers.kit import parity, runtime

    runtime.keras()
    model = parity.copy_to_keras(_network())
    return lambda: model.fit(x, y, batch_size=batch_size, verbose=0), len(x) // batch_size
