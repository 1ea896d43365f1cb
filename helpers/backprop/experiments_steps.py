"""Experiments about one step: how a slope is found, how far to go, how noisy it is, which rule."""

from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.kit import data


def nudge_errors(f, derivative, at, h=None):
    """Error of slopes found by nudging, in 64 and 32 bits, one way and both ways.

    Parameters
    ----------
    f, derivative : callable
        Take and return NumPy scalars or arrays, such as np.tanh, and keep their precision.
    at : float
        Where the slope is wanted.
    h : (n,) float64, optional
        Nudges; 10⁻¹⁴ … 10⁻¹ if not given.

    Returns
    -------
    h : (n,) float64
    errors : dict name → (n,) float64
        |estimate − true slope|
    """
    h = np.logspace(-14, -1, 27) if h is None else np.asarray(h, float)
    truth = float(derivative(np.float64(at)))
    errors = {}
    for bits, kind in (("64 bit", np.float64), ("32 bit", np.float32)):
        w, step = kind(at), h.astype(kind)
        forward = (f(w + step) - f(w)) / step
        both = (f(w + step) - f(w - step)) / (kind(2) * step)
        errors[f"forward, {bits}"] = np.abs(forward.astype(float) - truth)
        errors[f"both ways, {bits}"] = np.abs(both.astype(float) - truth)
    return h, errors


# --- The cliff on a real loss -----------------------------------------------------------------


def _softmax_gradient(w, x, y, decay):
    """Loss and gradient of softmax regression with decay; w (d·10,), x (n, d), y (n,) float64."""
    W = w.reshape(x.shape[1], -1)
    logits = x @ W
    loss = nn.functional.softmax_cross_entropy(logits, y) + 0.5 * decay * w @ w
    slope = x.T @ nn.functional.softmax_cross_entropy_backward(logits, y)
    return loss, slope.ravel() + decay * w


def largest_curvature(gradient, w, steps=100, h=1e-5, seed=0):
    """Largest eigenvalue of the Hessian, from gradients alone.

    Parameters
    ----------
    gradient : callable
        (d,) float64 → (d,) float64
    w : (d,) float64
        Where.
    steps : int
        Power iterations, two gradients each.
    h : float
        Nudge of the finite difference.

    Returns
    -------
    float

    Notes
    -----
    H v ≈ (g(w + h v) − g(w − h v)) / 2h. Repeating v ← Hv / |Hv| turns v towards the direction of
    largest |curvature|; of a convex loss that is the steepest one.
    """
    v = np.random.default_rng(seed).normal(size=w.shape)
    v /= np.linalg.norm(v)
    curvature = 0.0
    for _ in range(steps):
        Hv = (gradient(w + h * v) - gradient(w - h * v)) / (2 * h)
        curvature = float(v @ Hv)
        v = Hv / np.linalg.norm(Hv)
    return curvature


class Cliff(NamedTuple):
    """Result of `step_size_cliff`.

    Attributes
    ----------
    rates : (k,) float
        Learning rates tried.
    gap : (k,) float
        How far the loss is above its minimum after the last step.
    curvature : float
        λmax, the largest eigenvalue of the Hessian at the minimum.
    theory : float
        2/λmax, where the cliff should be.
    measured : float
        Middle between the last rate that reached the minimum and the first that did not.
    """

    rates: np.ndarray
    gap: np.ndarray
    curvature: float
    theory: float
    measured: float

    def __repr__(self):
        step = np.diff(self.rates).max() / 2
        return (f"largest curvature {self.curvature:.3f}: the cliff should be at "
                f"{self.theory:.2f}, and is at {self.measured:.2f} ± {step:.2f}")


def step_size_cliff(ratios=None, steps=300, decay=1e-2, n=400, reached=1e-4):
    """Where gradient descent falls off, on a real loss: softmax regression on digits.

    From zero weights, full-batch steps of many sizes. The theory of bowls says: they arrive if
    and only if α < 2/λmax. The loss is no bowl, but near its minimum it looks like one.

    Parameters
    ----------
    ratios : (k,) float, optional
        Learning rates as multiples of 2/λmax, ascending. 0.51, 0.53 … 1.49 if not given.
    steps : int
    decay : float
        Weight decay ½·decay·|w|², so that there is one minimum.
    n : int
        Training images used.
    reached : float
        A smaller gap counts as arrived. The loss at the start is ln 10 = 2.3.

    Returns
    -------
    Cliff
    """
    ratios = np.arange(0.51, 1.5, 0.02) if ratios is None else np.asarray(ratios, float)
    split = data.load("digits").flat()
    x, y = split.x_train[:n].astype(float), split.y_train[:n]
    lowest, bottom = _minimum(x, y, decay)
    curvature = largest_curvature(lambda w: _softmax_gradient(w, x, y, decay)[1], bottom)
    rates = ratios * 2 / curvature
    gap = np.empty(len(rates))
    for i, rate in enumerate(rates):
        w = np.zeros(bottom.shape)
        for _ in range(steps):
            w = w - rate * _softmax_gradient(w, x, y, decay)[1]
        gap[i] = _softmax_gradient(w, x, y, decay)[0] - lowest
    arrived = np.flatnonzero(gap < reached)
    edge = arrived[-1] if len(arrived) else -1
    measured = rates[edge:edge + 2].mean() if 0 <= edge < len(rates) - 1 else np.nan
    return Cliff(rates, gap, curvature, 2 / curvature, float(measured))


def _minimum(x, y, decay):
    """Lowest loss and where it is. L-BFGS chooses its own steps, so none of ours is involved."""
    from scipy.optimize import minimize

    start = np.zeros(x.shape[1] * 10)
    found = minimize(_softmax_gradient, start, args=(x, y, decay), jac=True, method="L-BFGS-B",
                     options={"maxiter": 5000, "gtol": 1e-10, "ftol": 1e-16})
    return found.fun, found.x


# --- Noise ------------------------------------------------------------------------------------


def gradient_noise(batch_sizes=(1, 2, 4, 8, 16, 32, 64, 128, 256), draws=200, seed=0):
    """Variance of the mini-batch gradient of an untrained 64-64-10 network, by batch size.

    Parameters
    ----------
    batch_sizes : sequence of int, at most 1437
    draws : int
        Batches of each size.
    seed : int

    Returns
    -------
    batch_sizes : (k,) int
    variances : dict name → (k,) float
        Squared distance from the full gradient, mean over the draws, divided by the number of
        parameters. "with replacement": an image may come twice into a batch; the theory says
        σ²/B. "without replacement", as in an epoch: σ²/B · (N−B)/(N−1).
    """
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    split = data.load("digits").flat()
    x, y = split.x_train.astype(float), split.y_train
    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=seed,
                          dtype="float64")
    model.build(x.shape[1])
    model.compile()
    rng = np.random.default_rng(seed)

    def gradient(rows):
        grads = model.gradients(x[rows], y[rows])[1]
        return np.concatenate([g.ravel() for g in grads.values()])

    def variance(size, again):
        return np.mean([np.mean((gradient(rng.choice(len(x), size, replace=again)) - full) ** 2)
                        for _ in range(draws)])

    with threadpool_limits(1):      # such small products lose time by being shared among cores
        full = gradient(np.arange(len(x)))
        variances = {name: np.array([variance(size, again) for size in batch_sizes])
                     for name, again in (("with replacement", True),
                                         ("without replacement", False))}
    return np.array(batch_sizes), variances


# --- Which rule -------------------------------------------------------------------------------

_RULES = {
    "SGD": lambda rate: nn.SGD(rate),
    "momentum 0.9": lambda rate: nn.SGD(rate, momentum=0.9),
    "Adam": lambda rate: nn.Adam(rate),
}
_DEFAULTS = {"SGD": 0.01, "momentum 0.9": 0.01, "Adam": 0.001}      # Keras's
_GRIDS = {"SGD": (0.1, 0.3, 1.0, 3.0), "momentum 0.9": (0.01, 0.03, 0.1, 0.3),
          "Adam": (0.001, 0.003, 0.01, 0.03)}


class Race(NamedTuple):
    """Result of `compare_optimizers`.

    Attributes
    ----------
    rates : dict name → float
        The learning rate that each rule ran with.
    loss : dict name → (seeds, epochs) float
        Training loss.
    accuracies : dict name → (seeds,) float
        On the 360 test images, after the last epoch.
    """

    rates: dict
    loss: dict
    accuracies: dict

    def __repr__(self):
        lines = []
        for name, rate in self.rates.items():
            loss, right = self.loss[name][:, -1].mean(), self.accuracies[name]
            lines.append(f"{name:<13} rate {rate:<6g} training loss {loss:.4f}   right "
                         f"{right.mean():.3f}  ({right.min():.3f} to {right.max():.3f})")
        return "\n".join(lines)


def compare_optimizers(seeds=3, epochs=20, tuned=True):
    """SGD, momentum and Adam on the network 64-64-10: same first weights, same batches.

    Parameters
    ----------
    seeds : int
    epochs : int
    tuned : bool
        With True, each rule first gets the best of four learning rates, chosen by the loss on a
        fifth of the *training* images (with seed 0). With False, all have Keras's default, which
        is what most races of this kind compare.

    Returns
    -------
    Race
    """
    split = data.load("digits").flat()
    rates = {name: _best_rate(name, split, epochs) for name in _RULES} if tuned else _DEFAULTS
    loss, accuracies = {}, {}
    for name, rate in rates.items():
        runs = [_run(name, rate, split.x_train, split.y_train, epochs, seed)
                for seed in range(seeds)]
        loss[name] = np.array([history["loss"] for _, history in runs])
        accuracies[name] = np.array([model.evaluate(split.x_test, split.y_test)[1]
                                     for model, _ in runs])
    return Race(dict(rates), loss, accuracies)


def _run(name, rate, x, y, epochs, seed, **fit):
    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=seed)
    model.compile(optimizer=_RULES[name](rate))
    history = model.fit(x, y, epochs=epochs, seed=seed, verbose=0, **fit)
    return model, history.history


def _best_rate(name, split, epochs):
    """The rate with the lowest loss on a fifth of the training images, kept from learning."""
    cut = len(split.x_train) // 5
    held_out = split.x_train[:cut], split.y_train[:cut]

    def final_loss(rate):
        try:
            _, history = _run(name, rate, split.x_train[cut:], split.y_train[cut:], epochs, 0,
                              validation_data=held_out)
        except FloatingPointError:      # it diverged
            return np.inf
        return history["val_loss"][-1]

    return min(_GRIDS[name], key=final_loss)
