"""Experiments of chapter 2 on real digits: each function trains, measures and returns numbers.

Every accuracy is one of a few seeds and of 360 test images, and comes with its uncertainty.
Experiments about steps and gradients are in `experiments_steps`; all can be had from here.
"""

import time
from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.backprop.experiments_steps import (
    compare_optimizers,
    gradient_noise,
    largest_curvature,
    nudge_errors,
    step_size_cliff,
)
from helpers.kit import data

__all__ = ["accuracy_se", "compare_depths", "compare_regularisers", "compare_softmax_mlp",
           "gradient_noise", "largest_curvature", "learning_curve", "compare_optimizers",
           "nudge_errors", "price_of_a_gradient", "step_size_cliff", "train"]


class LearningCurve(NamedTuple):
    """`accuracies` (sizes, seeds); `n`, `mean` and `se` (sizes,), ready for plot_learning_curve.

    `own` (sizes,) is the mean accuracy on the images that the networks learned from.
    """

    n: np.ndarray
    mean: np.ndarray
    se: np.ndarray
    accuracies: np.ndarray
    own: np.ndarray

    def __repr__(self):
        return "\n".join(f"{n:>5} images  {mean:.3f} ± {se:.3f}"
                         for n, mean, se in zip(self.n, self.mean, self.se, strict=True))


class Comparison(NamedTuple):
    """Test accuracies of several ways, and how each differs from the first.

    Attributes
    ----------
    accuracies : dict name → (seeds,) float
    difference : dict name → (mean, standard error)
        Accuracy minus that of the first way. Both learned from and were asked about the same
        images, so the error is that of a paired difference: its spread from image to image and
        its spread from seed to seed, added as squares (a little too careful).
    """

    accuracies: dict
    difference: dict

    def __repr__(self):
        lines = []
        for name, values in self.accuracies.items():
            line = f"{name:<16} {values.mean():.3f}  ({values.min():.3f} to {values.max():.3f})"
            if name in self.difference:
                mean, se = self.difference[name]
                verdict = "more than" if abs(mean) > 2 * se else "within"
                line += f"   {mean:+.3f} ± {se:.3f}: {verdict} two standard errors"
            lines.append(line)
        return "\n".join(lines)


def accuracy_se(p, n):
    """Standard error of a share p (any shape) of n independent images: sqrt(p(1−p)/n)."""
    p = np.asarray(p, float)
    return np.sqrt(p * (1 - p) / n)


def train(x, y, hidden=(64,), seed=0, steps=900, learning_rate=None, batch_size=32, l2=0.0,
          dropout=0.0, initializer="glorot_uniform", **fit):
    """Train a network d-hidden-10 with Adam.

    Parameters
    ----------
    x : (n, d) float32
    y : (n,) int
    hidden : tuple of int
        Units of the hidden layers; () is softmax regression.
    steps : int
        Updates, about: rounded to whole epochs. So a small training set gets as much work as a
        large one.
    learning_rate : float, optional
        Of Adam. If not given, 0.01, and 0.03 without hidden layers: of 0.001, 0.003, 0.01, 0.03
        and 0.1 these were right most often on a fifth of the training images.
    l2, dropout : float
        Weight decay; share of hidden units switched off.
    fit : more arguments for `Sequential.fit`

    Returns
    -------
    nn.Sequential
    """
    rate = learning_rate or (0.01 if hidden else 0.03)
    decay = nn.L2(l2) if l2 else None
    layers = []
    for units in hidden:
        layers.append(nn.Dense(units, activation="relu", kernel_initializer=initializer,
                               kernel_regularizer=decay))
        if dropout:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Dense(10, kernel_initializer=initializer, kernel_regularizer=decay))
    model = nn.Sequential(layers, seed=seed)
    model.compile(optimizer=nn.Adam(rate))
    epochs = max(1, round(steps / -(-len(x) // batch_size)))
    model.fit(x, y, batch_size=batch_size, epochs=epochs, seed=seed, verbose=0, **fit)
    return model


def price_of_a_gradient(model, x, y, repeats=50):
    """How many forward passes a forward and a backward pass together take, in time.

    Parameters
    ----------
    model : nn.Sequential, built
        Left as it is.
    x, y : arrays
        One batch.
    repeats : int
        The two are timed in turns; the medians count.

    Returns
    -------
    float
    """
    model = model.astype(model.dtype)
    model.compile()
    labels = model.loss.check(y, model.forward(x))
    times = np.empty((repeats, 2))
    for row in times:
        began = time.perf_counter()
        outputs = model.forward(x)
        half = time.perf_counter()
        model.backward(model.loss.gradient(outputs, labels))
        row[:] = half - began, time.perf_counter() - began
    forward, both = np.median(times, axis=0)
    return float(both / forward)


def _some(n, seed):
    """The digits, with only n of the training images, drawn at random."""
    split = data.load("digits").flat()
    if not 1 <= n <= len(split.x_train):
        raise ValueError(f"There are {len(split.x_train)} training digits; {n} were asked for.")
    rows = np.random.default_rng([seed, n]).permutation(len(split.x_train))[:n]
    return split._replace(x_train=split.x_train[rows], y_train=split.y_train[rows])


def _right(model, split):
    """Which test images the model gets right: (360,) float, 0 or 1."""
    return (model.predict(split.x_test).argmax(axis=1) == split.y_test).astype(float)


def learning_curve(sizes=(50, 100, 200, 400, 800, 1437), seeds=5, hidden=(64,)):
    """Accuracy on unseen digits, for more and more training images.

    Parameters
    ----------
    sizes : sequence of int, at most 1437
    seeds : int
        Each seed draws other training images, other first weights and another order.
    hidden : tuple of int

    Returns
    -------
    LearningCurve
        `se` is the standard error of the mean over the seeds. The 360 test images are the same in
        all of them; their own uncertainty, `accuracy_se(mean, 360)`, comes on top and moves all
        points together.
    """
    _at_least_two(seeds)
    accuracies, own = np.empty((2, len(sizes), seeds))
    for row, n in enumerate(sizes):
        for seed in range(seeds):
            split = _some(n, seed)
            model = train(split.x_train, split.y_train, hidden, seed=seed)
            accuracies[row, seed] = _right(model, split).mean()
            own[row, seed] = model.evaluate(split.x_train, split.y_train)[1]
    se = accuracies.std(axis=1, ddof=1) / np.sqrt(seeds)
    mean = accuracies.mean(axis=1)
    return LearningCurve(np.array(sizes), mean, se, accuracies, own.mean(axis=1))


def _at_least_two(seeds):
    if seeds < 2:
        raise ValueError(f"One run says nothing about luck: seeds should be 2 or more; got {seeds}")


def _compare(ways, seeds, n):
    """Train each way (name → function of split and seed) on the same images; compare paired."""
    _at_least_two(seeds)
    splits = [_some(n, seed) for seed in range(seeds)]
    right = {name: np.array([_right(way(split, seed), split) for seed, split in enumerate(splits)])
             for name, way in ways.items()}
    first, *others = right
    difference = {}
    for name in others:
        gain = right[name] - right[first]                       # (seeds, images): −1, 0 or 1
        of_images = gain.mean(axis=0).std(ddof=1) / np.sqrt(gain.shape[1])
        of_seeds = gain.mean(axis=1).std(ddof=1) / np.sqrt(seeds)
        difference[name] = gain.mean(), np.hypot(of_images, of_seeds)
    return Comparison({name: all_.mean(axis=1) for name, all_ in right.items()}, difference)


def compare_softmax_mlp(seeds=3, n=1437):
    """Softmax regression (650 parameters) against the network 64-64-10 (4,810).

    Returns
    -------
    Comparison
    """
    return _compare({
        "softmax 64-10": lambda split, seed: train(split.x_train, split.y_train, (), seed),
        "MLP 64-64-10": lambda split, seed: train(split.x_train, split.y_train, (64,), seed),
    }, seeds, n)


def compare_regularisers(n=100, seeds=5):
    """Early stopping, weight decay and dropout against none of them, with few labels.

    All four get the same n images. Early stopping keeps a fifth of them to watch, and so learns
    from fewer: that is its price.

    Returns
    -------
    Comparison
    """
    def early(split, seed):
        cut = len(split.x_train) // 5
        stop = nn.EarlyStopping(patience=30, restore_best_weights=True)
        return train(split.x_train[cut:], split.y_train[cut:], seed=seed, callbacks=[stop],
                     validation_data=(split.x_train[:cut], split.y_train[:cut]))

    def with_(**settings):
        return lambda split, seed: train(split.x_train, split.y_train, seed=seed, **settings)

    return _compare({"none": with_(), "early stopping": early, "weight decay": with_(l2=3e-3),
                     "dropout": with_(dropout=0.5)}, seeds, n)


def compare_depths(depths=(1, 5, 20), seeds=2, steps=450):
    """Deep networks 64-[64]·L-10 that start from weights of different size.

    Parameters
    ----------
    depths : sequence of int
        Hidden layers L.
    steps : int
        Updates of Adam with its usual rate 0.001; 450 are ten epochs.

    Returns
    -------
    dict name → (depths, seeds) float
        Share of *training* digits right: whether the network learns at all. A run whose loss
        becomes infinite counts as 0.1, as guessing does.
    """
    schemes = {"too small, 0.01": _normal(0.01), "Glorot": "glorot_uniform", "He": "he_normal",
               "too large, 1": _normal(1.0)}
    split = data.load("digits").flat()
    results = {name: np.empty((len(depths), seeds)) for name in schemes}
    for name, initializer in schemes.items():
        for row, depth in enumerate(depths):
            for seed in range(seeds):
                try:
                    model = train(split.x_train, split.y_train, (64,) * depth, seed, steps,
                                  learning_rate=1e-3, initializer=initializer)
                    results[name][row, seed] = model.evaluate(split.x_train, split.y_train)[1]
                except FloatingPointError:
                    results[name][row, seed] = 0.1
    return results


def _normal(std):
    """An initializer: normal numbers of this standard deviation, whatever the shape."""
    return lambda shape, rng: rng.normal(0, std, shape)
