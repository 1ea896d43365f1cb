"""Exercise 2.8: check a gradient by nudging every parameter.

What a check reports for a right gradient is rounding noise, which no two correct programs share.
The harness therefore compares the order of magnitude of the answer, and looks whether the
parameters came back.
"""

import copy

import numpy as np

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise
from helpers.kit.values import kind_of

X2_8 = exercise(
    "2.8",
    title="Trust no gradient you have not checked",
    kind="fill-in",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("error", "parameters restored"),
    hints=(
        "Nudge one single entry up and down and look at the loss both times. Then put the entry "
        "back before you touch the next one.",
        "numeric = (L(w + h) − L(w − h)) / 2h with h = 1e-6, one entry at a time: "
        "`for i in np.ndindex(w.shape)`. Error = |numeric − given| / (|numeric| + |given|), with "
        "at least 1e-12 below the line. Return the largest over all entries of all parameters.",
        SOLUTION,
    ),
)


@X2_8.reference
def gradcheck(loss, params, grads):
    """Largest |numeric - given| / (|numeric| + |given|) over every entry of every parameter."""
    h, worst = 1e-6, 0.0
    for name, w in params.items():
        for i in np.ndindex(w.shape):
            old = w[i]
            w[i] = old + h
            up = loss(params)
            w[i] = old - h
            down = loss(params)
            w[i] = old
            numeric, given = (up - down) / (2 * h), grads[name][i]
            size = max(abs(numeric) + abs(given), 1e-12)
            worst = max(worst, abs(numeric - given) / size)
    return worst


# --- losses with known gradients ------------------------------------------------------------------

def linear_loss(slopes):
    """L = Σ slopes·params: every difference quotient is exact but for rounding."""

    def loss(params):
        return float(sum(np.sum(slopes[k] * params[k]) for k in slopes))

    return loss, lambda params: {k: slopes[k].copy() for k in slopes}


def quadratic_loss(curvatures, scale=1.0):
    """L = scale·Σ ½·curvature·p²: centred differences are exact, forward ones are not."""

    def loss(params):
        return float(scale * sum(np.sum(curvatures[k] * params[k] ** 2) / 2 for k in curvatures))

    return loss, lambda params: {k: scale * curvatures[k] * params[k] for k in curvatures}


def network_loss(x, target):
    """L = mean square of tanh(x W1 + b1) W2 + b2 − target: all derivatives differ from zero."""

    def forward(params):
        h = np.tanh(x @ params["W1"] + params["b1"])
        return h, h @ params["W2"] + params["b2"] - target

    def loss(params):
        return float(np.mean(forward(params)[1] ** 2))

    def gradient(params):
        h, error = forward(params)
        dout = 2 * error / error.size
        dz = dout @ params["W2"].T * (1 - h**2)
        return {"W1": x.T @ dz, "b1": dz.sum(axis=0), "W2": h.T @ dout, "b2": dout.sum(axis=0)}

    return loss, gradient


def _away_from_zero(rng, shape):
    """Numbers of either sign with size 0.5 to 1.5: no gradient drowns in rounding."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)


def _wrong_at(grads, name, index, factor):
    """Return a copy of the gradients with one entry multiplied by `factor`."""
    grads = {k: g.copy() for k, g in grads.items()}
    grads[name][index] *= factor
    return grads


@X2_8.probes
def _(rng):
    full = {"W": _away_from_zero(rng, (2, 3)), "b": _away_from_zero(rng, 3)}
    # Close to its minimum a parabola bends much and slopes little, so that a one-sided difference
    # shows even with h = 1e-7.
    small = {k: p / 100 for k, p in full.items()}
    net = {"W1": _away_from_zero(rng, (2, 4)) / 2, "b1": _away_from_zero(rng, 4) / 2,
           "W2": _away_from_zero(rng, (4, 3)), "b2": _away_from_zero(rng, 3)}
    curvature = {k: rng.uniform(1.0, 2.0, size=p.shape) for k, p in small.items()}
    linear, linear_grad = linear_loss({k: _away_from_zero(rng, p.shape) for k, p in small.items()})
    square, square_grad = quadratic_loss(curvature)
    tiny, tiny_grad = quadratic_loss(curvature, 1e-4)
    large, large_grad = quadratic_loss(curvature, 1e4)
    x = rng.normal(size=(6, 2))
    deep, deep_grad = network_loss(x, 3.0 + rng.normal(size=(6, 3)))
    flat, flat_grad = quadratic_loss({**curvature, "b": np.array([0.0, 1.0, 1.5])})
    right = deep_grad(net)
    ghost = flat_grad(small)
    ghost["b"] = ghost["b"] + np.array([0.3, 0.0, 0.0])   # the loss does not depend on b[0]
    # One entry in each parameter: nudging whole arrays is right there, and only there.
    single = {"W": _away_from_zero(rng, (1, 1)), "b": _away_from_zero(rng, 1)}
    alone, alone_grad = quadratic_loss({k: np.full(p.shape, 1.5) for k, p in single.items()})
    return [
        (linear, full, linear_grad(full)),
        (alone, single, alone_grad(single)),
        (square, small, square_grad(small)),
        (square, small, _wrong_at(square_grad(small), "W", (0, 0), 1.05)),
        (square, small, _wrong_at(square_grad(small), "W", (1, 1), 1.05)),
        (square, small, _wrong_at(square_grad(small), "W", (1, 1), 0.95)),
        (square, small, _wrong_at(square_grad(small), "b", (2,), 1.05)),
        (square, small, _wrong_at(square_grad(small), "b", (0,), -1.0)),
        (square, small, {k: 1.05 * g for k, g in square_grad(small).items()}),
        (tiny, small, {k: 1.05 * g for k, g in tiny_grad(small).items()}),
        (large, full, large_grad(full)),
        (flat, small, flat_grad(small)),
        (flat, small, ghost),
        (deep, net, right),
        (deep, net, _wrong_at(right, "W2", (3, 1), 0.95)),
        (deep, net, _wrong_at(right, "b1", (1,), 1.05)),
    ]


TINY_NUDGE = 2e-10   # up to here rounding, 1e-16/h, spoils the seventh digit of a slope of 1


def order_of_magnitude(error):
    """"1e-7 or less" for rounding, else "about …" with a power of ten: 0.8 to 8 counts as 1."""
    if not np.isfinite(error):
        return str(float(error))
    if error <= 1e-7:
        return "1e-7 or less"
    return f"about {10.0 ** min(np.floor(np.log10(1.25 * error)), 1.0):g}"


@X2_8.harness
def _(fn, loss, params, grads):
    worked_on, precisions, nudges = copy.deepcopy(params), set(), []

    def watched(params, before=params):
        if not isinstance(params, dict):
            raise ValueError("loss(params) wants the whole dictionary, with the nudged array in it")
        precisions.update(np.asarray(w).dtype.itemsize for w in params.values())
        nudges.extend(np.max(np.abs(params[k] - before[k])) for k in before if k in params)
        return loss(params)

    watched.__qualname__ = "loss"   # what Python calls it where a student forgets an argument
    result = fn(watched, worked_on, copy.deepcopy(grads))
    if result is None or result is ...:
        return result   # the generic sentences say what is missing
    if np.shape(result) != () or not np.issubdtype(np.asarray(result).dtype, np.floating):
        what = "a bool" if isinstance(result, (bool, np.bool_)) else kind_of(result)
        raise ValueError(f"Return one number, the largest error; {what} came.")
    # Nudging by += h and -= h leaves a last digit behind; that is no fault.
    restored = all(np.allclose(worked_on[k], params[k], rtol=0, atol=1e-9) for k in params)
    # In float32 the answer is noise, another one for every way to write the same thing.
    single = min(precisions, default=8) < 8
    nudge = max(nudges, default=1.0)   # without a call there is nothing to say about h
    if single:
        error = "float32 noise"
    elif nudge < TINY_NUDGE:   # again noise; and without any nudge every slope comes out as 0
        error = "rounding noise of a tiny h" if nudge > 0 else "no nudge reaches the loss"
    else:
        error = order_of_magnitude(float(result))
    return error, "yes" if restored else "no"
