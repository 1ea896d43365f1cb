"""W2.5 Signal depth: how large activations and gradients are after many layers.

Layer: z = h W with W entries drawn from N(0, σ²), h = f(z). With fan-in n the next variance of z
is n·σ²·E[f(z)²], so a factor only slightly off 1 per layer becomes enormous over fifty layers.
Sources of the presets: Glorot & Bengio (2010), AISTATS, σ² = 2/(n_in + n_out); He et al. (2015),
ICCV, σ² = 2/n_in.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from helpers.kit.widget import Widget, canvas, limited, words

WIDTH = 64  # units in every layer
BATCH = 64
DEEPEST = 50
BINS = 31


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))  # never overflows


# activation -> (f(z), f'(z) from z and h = f(z))
ACTIVATIONS = {
    "linear": (lambda z: z, lambda z, h: np.ones_like(z)),
    "tanh": (np.tanh, lambda z, h: 1 - h**2),
    "relu": (lambda z: np.maximum(z, 0), lambda z, h: (z > 0).astype(float)),
    "sigmoid": (_sigmoid, lambda z, h: h * (1 - h)),
}


class SignalDepth(Widget):
    """Standard deviation of activations and gradients, layer by layer."""

    id = "W2.5"
    title = "Signal depth: does anything arrive?"
    task = (
        "Choose an activation and a depth, then move σ until both lines stay level; compare "
        "your σ with Glorot's and He's."
    )
    notice = (
        "With ReLU both lines are nearly straight on the logarithmic scale: every layer "
        "multiplies by the same factor, and fifty factors of 0.8 leave one part in 70 000. ReLU "
        "needs He's larger σ because it sets half the numbers to zero. tanh presses large numbers "
        "down and leaves small ones alone, so its lines bend before they run straight. The "
        "sigmoid's slope is never above 1/4: at Glorot's σ every layer divides the gradient by "
        "about four."
    )
    labels = {
        "depth": "layers",
        "activation": "activation",
        "sigma": "σ of the weights",
        "activations": {"linear": "linear", "tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid"},
        "presets": {
            **{"glorot": "Glorot σ = 0.125", "he": "He σ = 0.177"},
            **{"tiny": "σ = 0.01", "one": "σ = 1"},
        },
        "forward": "activations, input → output",
        "backward": "gradients, output → input",
        "layer": "layer",
        "scale": "standard deviation (log scale)",
        "last": "activations of the last layer",
    }
    initial = {"depth": 20, "activation": "relu", "sigma": 0.08, "seed": 0}
    source = "signal_depth.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Send one batch through and one gradient back.

        Returns
        -------
        dict
            forward : std of the activations after layers 0 (the input) … depth;
            backward : std of ∂L/∂h at layers 0 … depth (1 at the last);
            histogram : counts, shares of the last layer's activations; edges; presets;
            factor_forward, factor_backward : mean factor per layer; summary.
        """
        depth = limited(state["depth"], 2, DEEPEST, 30)
        sigma = limited(state["sigma"], 1e-3, 2.0, 0.1)
        seed = limited(state["seed"], 0, 9999, 0)
        name = state["activation"] if state["activation"] in ACTIVATIONS else "tanh"
        forward, backward, last = signal(depth, name, sigma, seed)
        span = max(float(np.abs(last).max()), 1e-300)
        shares, edges = np.histogram(last / span, bins=BINS, range=(-1, 1))
        answer = {
            "depth": depth,
            "activation": name,
            "sigma": sigma,
            "forward": forward,
            "backward": backward,
            "histogram": shares / last.size,
            "edges": edges * span,
            "factor_forward": _factor(forward),
            "factor_backward": _factor(backward[::-1]),
            "presets": presets(),
        }
        return {**answer, "summary": _summary(answer)}

    @classmethod
    def picture(cls, result: dict):
        """Draw both lines and the histogram."""
        return _draw(cls, result)


def presets() -> dict:
    """σ of the named initialisations at this width."""
    return {
        "glorot": math.sqrt(2 / (WIDTH + WIDTH)),
        "he": math.sqrt(2 / WIDTH),
        "tiny": 0.01,
        "one": 1.0,
    }


@lru_cache(maxsize=4)
def _draws(seed: int):
    """Standard normal draws: the input, all layers' weights and the gradient at the output."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(BATCH, WIDTH))
    return x, rng.normal(size=(DEEPEST, WIDTH, WIDTH)), rng.normal(size=(BATCH, WIDTH))


def signal(depth: int, activation: str, sigma: float, seed: int = 0):
    """Measure the spread of activations and gradients in a deep plain network.

    Returns
    -------
    forward, backward : ndarray (depth + 1,) float64
        Standard deviation of h and of ∂L/∂h, entry 0 at the input.
    last : ndarray (BATCH, WIDTH)
        Activations of the last layer.
    """
    x, _, gradient = _draws(seed)
    activations, steps = upwards(x, depth, activation, sigma, seed)
    gradients = downwards(gradient, steps, sigma, seed)
    spread = [np.array([array.std() for array in arrays]) for arrays in (activations, gradients)]
    return *spread, activations[-1]


def upwards(x, depth: int, activation: str, sigma: float, seed: int = 0):
    """Return the activations of layers 0 … depth, and f'(z) of layers 1 … depth."""
    f, slope = ACTIVATIONS[activation]
    weights = _draws(seed)[1]
    activations, steps = [x], []
    for layer in range(depth):
        z = sigma * (activations[-1] @ weights[layer])
        activations.append(f(z))
        steps.append(slope(z, activations[-1]))
    return activations, steps


def downwards(gradient, steps, sigma: float, seed: int = 0):
    """Return ∂L/∂h of layers 0 … depth, from the gradient at the last."""
    weights = _draws(seed)[1]
    gradients = [gradient]
    for layer in reversed(range(len(steps))):
        gradients.append(sigma * ((gradients[-1] * steps[layer]) @ weights[layer].T))
    return gradients[::-1]


def _factor(stds) -> float | None:
    """Mean factor per layer, after the first layer; None where nothing is left."""
    first, last = stds[1], stds[-1]
    if len(stds) < 3 or first <= 0 or last <= 0:
        return None
    return float((last / first) ** (1 / (len(stds) - 2)))


def _summary(a: dict) -> str:
    depth, last, arrived = a["depth"], a["forward"][-1], a["backward"][0]
    text = f"{depth} layers, {a['activation']}, σ = {words(a['sigma'])}. "
    text += f"Activations arrive with std {words(last)}, {_size(last, a['forward'][0])}; "
    text += f"gradients arrive at the input with std {words(arrived)}, "
    return text + f"{_size(arrived, a['backward'][-1])}."


def _size(value: float, start: float) -> str:
    if value < 1e-3 * start:
        return "vanished"
    if value > 1e3 * start:
        return "exploded"
    return "of usable size"


def _draw(cls, result):
    figure = canvas(8.8, 3.4)
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    layers = np.arange(result["depth"] + 1)
    left.semilogy(layers, result["forward"], "o-", ms=3, color="#0072b2", label="activations →")
    left.semilogy(layers, result["backward"], "s--", ms=3, color="#c95500", label="← gradients")
    left.set(xlabel=cls.labels["layer"], ylabel="standard deviation")
    left.xaxis.get_major_locator().set_params(integer=True)
    left.axhline(1, color="#999999", lw=0.8)
    left.legend()
    edges = result["edges"]
    right.bar(edges[:-1], result["histogram"], np.diff(edges), align="edge", color="#0072b2")
    right.set(title=cls.labels["last"])
    return figure
