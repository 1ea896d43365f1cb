"""Wrong answers to 2.7 and 2.8, as students write them; see wrong_answers.py."""

import inspect

import numpy as np

import helpers.backprop.exercises_training as training
from tests.backprop.wrong_answers import WRONG_ANSWERS

# --- 2.7 ---


def train_with(*changes):
    """The right training loop, with texts in it replaced."""
    code = inspect.getsource(training.train).split("\n", 1)[1]
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    space = dict(vars(training))
    exec(code, space)
    return space["train"]


ASCENT = ("-= lr", "+= lr")
NO_SLOPE = (" * h * (1 - h)", "")
WRONG_ANSWERS += [
    ("2.7", ["forgot h (1 − h)"], train_with(NO_SLOPE)),
    ("2.7", ["forgot h (1 − h)", "ascent (+=)"], train_with(NO_SLOPE, ASCENT)),
    ("2.7", ["not a step along the gradient"], train_with((" * h * (1 - h)", " * (1 - h**2)"))),
    ("2.7", ["bias gradients averaged"],
     train_with(("dlogits.sum(axis=0)", "dlogits.mean(axis=0)"),
                ("dz.sum(axis=0)", "dz.mean(axis=0)"))),
    ("2.7", ["not a step along the gradient"],
     train_with(("        order = rng", "        W1 = rng.normal(0, 1, (d, units))\n"
                 "        order = rng"))),
    ("2.7", ["loss summed, not averaged"], train_with(("total / len(x)", "total"))),
]


# --- 2.8 ---


def check_with(slope, error, restore=True):
    """A gradient check that nudges by += and -=."""

    def check(loss, params, grads):
        worst = 0
        for k in params:
            for i in np.ndindex(params[k].shape):
                old = params[k][i]
                numeric = slope(loss, params, params[k], i)
                if restore:
                    params[k][i] = old
                worst = max(worst, error(numeric, grads[k][i]))
        return worst

    return check


def two_sided(h):
    def slope(loss, params, w, i):
        w[i] += h
        up = loss(params)
        w[i] -= 2 * h
        return (up - loss(params)) / (2 * h)

    return slope


def halved_and_multiplied(loss, params, w, i, h=1e-5):
    w[i] += h
    up = loss(params)
    w[i] -= 2 * h
    return (up - loss(params)) / 2 * h


def only_back_again(loss, params, w, i, h=1e-6):
    w[i] += h
    up = loss(params)
    w[i] -= h
    return (up - loss(params)) / (2 * h)


def divided_by_h_alone(loss, params, w, i, h=1e-5):
    w[i] += h
    up = loss(params)
    w[i] -= 2 * h
    return (up - loss(params)) / h


def on_a_copy(loss, params, w, i, h=1e-6):
    w = w.copy()
    w[i] += h
    return (loss(params) - loss(params)) / (2 * h)


def one_sided(loss, params, w, i):
    start = loss(params)
    w[i] += 1e-6
    return (loss(params) - start) / 1e-6


def by_sum(a, b):
    return abs(a - b) / (abs(a) + abs(b) + 1e-12)


def by_larger(a, b):
    return abs(a - b) / max(abs(a), abs(b), 1e-12)


def difference(a, b):
    return abs(a - b)


def in_single_precision(loss, params, grads):
    params = {k: p.astype("float32") for k, p in params.items()}
    return check_with(two_sided(1e-6), by_sum)(loss, params, grads)


WRONG_ANSWERS += [
    ("2.8", ["h too small, such as 1e-12"], check_with(two_sided(1e-12), by_sum)),
    *(("2.8", ["h too small, such as 1e-12"], check_with(two_sided(h), error))
      for h in (1e-13, 1e-14, 1e-15) for error in (by_sum, by_larger)),
    ("2.8", ["divides by 2, then multiplies by h"], check_with(halved_and_multiplied, by_sum)),
    ("2.8", ["divides by 2, then multiplies by h"], check_with(halved_and_multiplied, by_larger)),
    ("2.8", ["off by a factor of two"], check_with(only_back_again, by_sum)),
    ("2.8", ["off by a factor of two"], check_with(divided_by_h_alone, by_larger)),
    ("2.8", ["the loss never sees a nudge"], check_with(on_a_copy, by_sum)),
    ("2.8", ["float32"], in_single_precision),
    ("2.8", ["forward difference"], check_with(one_sided, by_sum)),
    ("2.8", ["forward difference"], check_with(one_sided, by_larger)),
    ("2.8", ["absolute error"], check_with(two_sided(1e-6), difference)),
    ("2.8", ["forward difference, and absolute error"], check_with(one_sided, difference)),
    ("2.8", ["parameter not restored"], check_with(two_sided(1e-6), by_sum, restore=False)),
]
