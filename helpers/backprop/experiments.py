"""Experiments of chapter 2 on real digits: each function trains, measures and returns numbers.

Every accuracy is one of a few seeds and of 360 test images, and comes with its uncertainty.
Experiments about steps and gradients are in `experiments_steps`, comparisons of ways to train in
`experiments_compared`; all can be had from here.
"""

import time
from typing import NamedTuple

import numpy as np

from helpers.backprop.experiments_compared import (
    _right,
    _some,
    compare_on_all_digits,
    compare_regularisers,
    compare_softmax_mlp,
    compare_stopping,
    train,
)
from helpers.backprop.experiments_steps import (
    compare_optimizers,
    gradient_noise,
    largest_curvature,
    nudge_errors,
    step_size_cliff,
)
from helpers.kit import data
from helpers.kit.comparison import Comparison, accuracy_se, at_least_two

__all__ = ["Comparison", "accuracy_se", "compare_depths", "compare_on_all_digits",
           "compare_optimizers", "compare_regularisers", "compare_softmax_mlp", "compare_stopping",
           "gradient_noise", "largest_curvature", "learning_curve", "nudge_errors",
           "price_of_a_gradient", "step_size_cliff", "train"]


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
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    model = model.astype(model.dtype)
    model.compile()
    labels = model.loss.check(y, model.forward(x))
    times = np.empty((repeats, 2))
    with threadpool_limits(1):      # two threads would wait for whatever else the machine does
        for row in times:
            began = time.perf_counter()
            outputs = model.forward(x)
            half = time.perf_counter()
            model.backward(model.loss.gradient(outputs, labels))
            row[:] = half - began, time.perf_counter() - began
    forward, both = np.median(times, axis=0)
    return float(both / forward)


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
    at_least_two(seeds)
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
