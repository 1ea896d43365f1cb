"""Exercise 2.8: check a gradient by nudging every parameter.

What a check reports for a right gradient is rounding noise, which no two correct programs share.
The harness therefore compares the order of magnitude of the answer, and looks whether the
parameters came back.
"""

import copy

import numpy as np

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise

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
    return [
        (linear, full, linear_grad(full)),
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


def order_of_magnitude(error):
    """"1e-7 or less" for rounding, else "about …" with a power of ten: 0.8 to 8 counts as 1."""
    if not np.isfinite(error):
        return str(float(error))
    if error <= 1e-7:
        return "1e-7 or less"
    return f"about {10.0 ** min(np.floor(np.log10(1.25 * error)), 1.0):g}"


@X2_8.harness
def _(fn, loss, params, grads):
    worked_on = copy.deepcopy(params)
    result = fn(loss, worked_on, copy.deepcopy(grads))
    if result is None or result is ...:
        return result   # the generic sentences say what is missing
    if np.shape(result) != () or not np.issubdtype(np.asarray(result).dtype, np.floating):
        raise ValueError(f"not one number, the largest error, but {result!r:.40}")
    # Nudging by += h and -= h leaves a last digit behind; that is no fault.
    restored = all(np.allclose(worked_on[k], params[k], rtol=0, atol=1e-9) for k in params)
    return order_of_magnitude(float(result)), "yes" if restored else "no"


# --- mistakes -------------------------------------------------------------------------------------


def _check(difference=None, error=None, collect=max, entries=None, restore=True, names=None):
    """Build a gradient check with one thing replaced.

    difference(loss_at, old) -> numeric slope, where loss_at(value) is the loss with the entry at
    that value; error(numeric, given) -> error of one entry; collect(errors) -> answer;
    entries(w) -> indices to look at; names(params) -> parameters to look at.
    """

    def centred(loss_at, old):
        return (loss_at(old + 1e-6) - loss_at(old - 1e-6)) / 2e-6

    def relative(numeric, given):
        return abs(numeric - given) / max(abs(numeric) + abs(given), 1e-12)

    def wrong(loss, params, grads):
        errors = [0.0]
        for name in names(params) if names else params:
            w = params[name]
            for i in entries(w) if entries else np.ndindex(w.shape):
                old = w[i]

                def loss_at(value, w=w, i=i):
                    w[i] = value
                    return loss(params)

                numeric = (difference or centred)(loss_at, old)
                if restore:
                    w[i] = old
                with np.errstate(all="ignore"):
                    errors.append((error or relative)(numeric, grads[name][i]))
        return collect(errors)

    return wrong


def _centred(h, over=2.0, cast=float):
    return lambda at, old: (cast(at(old + h)) - cast(at(old - h))) / cast(over * h)


def _forward(h, sign=1.0):
    return lambda at, old: (at(old + sign * h) - at(old)) / (sign * h)


def _single_step(loss, params, grads):
    """Centred differences with everything, parameters included, in float32."""
    params = {k: p.astype(np.float32) for k, p in params.items()}
    return _check(_centred(1e-6, cast=np.float32))(lambda p: np.float32(loss(p)), params, grads)


_FORWARD = ("forward difference", "(L(w + h) − L(w)) / h is off by about h. The centred "
            "difference, (L(w + h) − L(w − h)) / 2h, is off by about h², a million times less.")
_TINY = ("h too small, such as 1e-12", "Near h = 1e-12 both losses agree in almost all digits, "
         "and what is left is rounding, divided by h. About 1e-6 is best in float64.")
_LARGE = ("h too large", "The centred difference is off by about h². With float64 h can be 1e-6.")
_ABSOLUTE = ("absolute error", "An error of 1e-6 is nothing for a gradient of 1000 and everything "
             "for one of 1e-6. Divide by the size |numeric| + |given|.")
_SINGLE = ("float32", "float32 keeps 7 digits, and the nudge of 1e-6 changes only the last ones. "
           "Gradient checks need float64.")
_NOT_BACK = ("parameter not restored", "The entry keeps its nudge, so all later slopes are taken "
             "somewhere else, and the network has changed. Put the old value back.")

for (_name, _why), _fn in [
    (_FORWARD, _check(_forward(1e-6))),
    (_FORWARD, _check(_forward(1e-5))),
    (_FORWARD, _check(_forward(1e-7))),
    ((f"{_FORWARD[0]}, and {_ABSOLUTE[0]}", f"{_FORWARD[1]} Then: {_ABSOLUTE[1]}"),
     _check(_forward(1e-6), error=lambda a, b: abs(a - b))),
    (_TINY, _check(_centred(1e-12))),
    (_TINY, _check(_centred(1e-10))),
    (_TINY, _check(_centred(1e-14))),
    (_LARGE, _check(_centred(1e-2))),
    (_LARGE, _check(_centred(1e-3))),
    (_ABSOLUTE, _check(error=lambda a, b: abs(a - b))),
    (("absolute error for small gradients", "max(1, …) below the line turns the check off for "
      "gradients much smaller than 1. Put the floor at 1e-12."),
     _check(error=lambda a, b: abs(a - b) / max(1.0, abs(a) + abs(b)))),
    (_SINGLE, _single_step),
    (_SINGLE, _check(_centred(1e-6, cast=np.float32))),
    (_NOT_BACK, _check(restore=False)),
    (("forgot the 2 in 2h", "From w − h to w + h is a way of 2h: divide by 2h."),
     _check(_centred(1e-6, over=1.0))),
    (("never looks at b", "Biases have gradients too, and db is where mistakes like to sit. Loop "
      "over all of params."), _check(names=lambda p: [k for k in p if k.startswith("W")])),
    (("looks at the first parameter only", "Loop over all of params, not just one of them."),
     _check(names=lambda p: list(p)[:1])),
    (("looks at one entry of each parameter", "A wrong gradient may be right in its first entry. "
      "np.ndindex(w.shape) runs over all of them."), _check(entries=lambda w: [(0,) * w.ndim])),
    (("average instead of the worst", "One wrong entry among many right ones disappears in an "
      "average. Return the largest error."), _check(collect=lambda e: float(np.mean(e[1:])))),
    (("sum instead of the worst", "The sum grows with the number of parameters. Return the largest "
      "error."), _check(collect=lambda e: float(np.sum(e)))),
    (("last instead of the worst", "Only the last entry's error survives. Keep the largest: "
      "worst = max(worst, error)."), _check(collect=lambda e: e[-1])),
    (("smallest instead of the worst", "The smallest error is nearly always tiny. Keep the "
                                       "largest."),
     _check(collect=lambda e: min(e[1:]))),
    (("forgot the absolute value", "A gradient that is too large gives a negative difference, and "
      "max passes over it. Take abs first."),
     _check(error=lambda a, b: (a - b) / max(abs(a) + abs(b), 1e-12))),
    (("forgot the absolute values below the line", "numeric + given can be zero or negative when "
      "the signs differ. Use |numeric| + |given|."),
     _check(error=lambda a, b: abs(a - b) / max(a + b, 1e-12))),
    (("0/0 where the gradient is zero", "Where both gradients are 0 the error is 0/0. Put at least "
      "1e-12 below the line."),
     _check(error=lambda a, b: np.float64(abs(a - b)) / (abs(a) + abs(b)),
            collect=lambda e: float(np.max(e)))),
]:
    X2_8.mistake(_name, why=_why)(_fn)


@X2_8.mistake("one ratio for all entries", why="‖numeric − given‖ / (‖numeric‖ + ‖given‖) lets "
              "many right entries hide a wrong one. Compare entry by entry and return the largest.")
def _(loss, params, grads):
    numeric = {k: np.zeros_like(w) for k, w in params.items()}
    for name, w in params.items():
        for i in np.ndindex(w.shape):
            old = w[i]
            w[i] = old + 1e-6
            up = loss(params)
            w[i] = old - 1e-6
            numeric[name][i] = (up - loss(params)) / 2e-6
            w[i] = old
    a = np.concatenate([numeric[k].ravel() for k in params])
    b = np.concatenate([grads[k].ravel() for k in params])
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@X2_8.mistake("all entries nudged at once", why="Moving the whole array gives the sum of its "
              "slopes. Nudge one entry at a time, with all others where they were.")
def _(loss, params, grads):
    worst = 0.0
    for name, w in params.items():
        up = loss({**params, name: w + 1e-6})
        down = loss({**params, name: w - 1e-6})
        error = np.abs((up - down) / 2e-6 - grads[name])
        worst = max(worst, float(np.max(error / (abs((up - down) / 2e-6) + np.abs(grads[name])))))
    return worst
