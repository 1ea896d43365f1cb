"""Wrong answers as students write them, with the names the check should find.

The bank's own mistakes are written in its own way. These are written without looking at it: other
functions, another order, two mistakes at once. `WRONG_ANSWERS` lists (exercise, names, answer).
"""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from tests.exercises.registers import wrong_answers

WRONG_ANSWERS = []
named = wrong_answers(WRONG_ANSWERS)


def hot(y, like):
    return np.eye(like.shape[1])[y]


# --- one-liners: (exercise, names, answer) ---

AND_OVERFLOW, AND_LOG_0 = ", and overflow", ", and log 0"
WRONG_ANSWERS += [
    ("2.2", ["bias along rows"], lambda x, W, b, f: f(np.dot(x, W) + b.reshape(-1, 1))),
    ("2.2", ["activation on the input"], lambda x, W, b, f: np.dot(f(x), W) + b),
    ("2.2", ["factors in the wrong order"], lambda x, W, b, f: f(np.matmul(W, x) + b)),
    ("2.2", ["uses tanh, whatever f is handed in"], lambda x, W, b, f: np.tanh(np.dot(x, W) + b)),
    ("2.2", ["uses ReLU, whatever f is handed in"], lambda x, W, b, f: (x @ W + b).clip(0)),
    ("2.2", ["bias multiplied"], lambda x, W, b, f: f(np.dot(x, W) * b)),
    ("2.3", ["subtracts the mean"],
     lambda z: np.exp(z - z.mean(1)[:, None]) / np.exp(z - z.mean(1)[:, None]).sum(1)[:, None]),
    ("2.3", ["subtracts the mean"],
     lambda z: np.exp(z - z.mean()) / np.exp(z - z.mean()).sum(1, keepdims=True)),
    ("2.3", ["overflow"], lambda z: np.exp(z) / np.exp(z).sum(1).reshape(-1, 1)),
    ("2.3", ["softmax over wrong axis" + AND_OVERFLOW], lambda z: np.exp(z) / sum(np.exp(z))),
    ("2.3", ["sum over whole batch" + AND_OVERFLOW], lambda z: np.exp(z) / np.sum(np.exp(z))),
    ("2.3", ["sum over whole batch"], lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()),
    ("2.3", ["forgot keepdims"], lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(1)),
    ("2.3", ["forgot keepdims" + AND_OVERFLOW], lambda z: np.exp(z) / np.exp(z).sum(1)),
    ("2.3", ["maximum of the columns"],
     lambda z: np.exp(z - z.max(0)) / np.exp(z - z.max(0)).sum(1)[:, None]),
    ("2.3", ["maximum subtracted above the line only"],
     lambda z: np.exp(z - z.max(1, keepdims=True)) / np.exp(z).sum(1)[:, None]),
    ("2.4", ["log 0"], lambda p, y: -np.mean(np.log(p[range(len(y)), y]))),
    ("2.4", ["log 0"], lambda p, y: -np.sum(hot(y, p) * np.log(p)) / len(p)),
    ("2.4", ["sum instead of mean" + AND_LOG_0], lambda p, y: -np.log(p[range(len(y)), y]).sum()),
    ("2.4", ["mean over n·C"], lambda p, y: -np.mean(hot(y, p) * np.log(p + 1e-12))),
    ("2.4", ["mean over n·C" + AND_LOG_0], lambda p, y: -np.mean(hot(y, p) * np.log(p))),
    ("2.4", ["log2"], lambda p, y: np.mean(np.log2(1 / np.clip(p[range(len(y)), y], 1e-12, 1)))),
    ("2.4", ["another floor than 1e-12"],
     lambda p, y: -np.mean(np.log(np.clip(p[range(len(y)), y], 1e-7, 1 - 1e-7)))),
    ("2.4", ["mean over all classes instead of the right one" + AND_LOG_0],
     lambda p, y: -np.log(p).mean()),
    ("2.4", ["mean over all classes instead of the right one"],
     lambda p, y: -np.log(np.clip(p, 1e-12, 1)).mean()),
    ("2.4", ["sum over all classes instead of the right one" + AND_LOG_0],
     lambda p, y: -np.log(p).sum(axis=1).mean()),
    ("2.4", ["picks rows instead of entries"], lambda p, y: -np.mean(np.log(p[y]))),
    ("2.4", ["picks rows instead of entries"],
     lambda p, y: -np.mean(np.log(np.maximum(p[y], 1e-12)))),
    ("2.4", ["labels are not one-hot"], lambda p, y: -np.sum(y * np.log(p)) / len(y)),
    ("2.4", ["labels are not one-hot"], lambda p, y: -np.mean(y * np.log(p))),
    ("2.4", ["labels are not one-hot"],
     lambda p, y: -np.mean(np.sum(y * np.log(p + 1e-12), axis=1))),
    ("2.4", ["labels are not one-hot"], lambda p, y: -np.mean(y[:, None] * np.log(p + 1e-12))),
    ("2.4", ["softmax once more"], lambda p, y: -np.log(softmax(p)[range(len(y)), y]).mean()),
    ("2.4", ["one minus the probability"], lambda p, y: 1 - np.mean(p[range(len(y)), y])),
    ("2.5", ["labels are not one-hot"], lambda z, y: (softmax(z) - y[:, None]) / len(y)),
    ("2.5", ["only the true class"],
     lambda z, y: -hot(y, z) * (1 - np.sum(softmax(z) * hot(y, z), 1, keepdims=True)) / len(y)),
    ("2.5", ["labels are not one-hot"], lambda z, y: softmax(z) - y),
    ("2.5", ["labels are not one-hot"], lambda z, y: (softmax(z) - y) / len(z)),
    ("2.5", ["forgot to divide by batch size"], lambda z, y: softmax(z) - hot(y, z)),
    ("2.5", ["sign flipped (Y − P)"], lambda z, y: (hot(y, z) - softmax(z)) / len(z)),
    ("2.5", ["divided by n·C"], lambda z, y: (softmax(z) - hot(y, z)) / z.size),
]


@named("2.4", "binary cross-entropy over all classes")
def every_class_on_its_own(p, y):
    p, target = np.clip(p, 1e-12, 1 - 1e-12), hot(y, p)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@named("2.5", "subtracts one in every row")
def columns_instead_of_entries(z, y):
    p = softmax(z)
    p[:, y] -= 1
    return p / len(y)


@named("2.4", "only the first image")
def returns_inside_the_loop(p, y):
    for i in range(len(y)):
        return -np.log(max(p[i, y[i]], 1e-12))


@named("2.5", "entry set to −1")
def assigns_instead_of_subtracting(z, y):
    p = softmax(z)
    for i in range(len(y)):
        p[i, y[i]] = -1
    return p / len(y)


@named("2.5", "divided before subtracting one")
def divides_too_early(z, y):
    p = softmax(z) / len(z)
    p[range(len(z)), y] -= 1
    return p


@named("2.5", "picks rows instead of entries")
def whole_rows(z, y):
    p = softmax(z)
    p[y] = p[y] - 1
    return p / len(y)


# --- 2.6 ---


@named("2.6", "averaged again")
def the_mean_once_more(dy, x, W, z, a, f_prime):
    d = dy * f_prime(z) / x.shape[0]
    return d.dot(W.T), x.T.dot(d), d.sum(0)


@named("2.6", "sign flipped")
def downhill_already(dy, x, W, z, a, f_prime):
    d = -f_prime(z) * dy
    return d.dot(W.T), x.T.dot(d), d.sum(0)


@named("2.6", "the slope of tanh, whatever f is")
def tanh_by_heart(dy, x, W, z, a, f_prime):
    d = dy * (1 - np.tanh(z) ** 2 if (a < 0).any() else 1 - a * a)
    return d.dot(W.T), x.T.dot(d), d.sum(0)


@named("2.6", "f_prime not called")
def a_function_times_an_array(dy, x, W, z, a, f_prime):
    delta = dy * f_prime
    return delta @ W.T, x.T @ delta, delta.sum(axis=0)


@named("2.6", "f′(a) instead of f′(z), and db averaged again")
def slope_at_the_output(dy, x, W, z, a, f_prime):
    d = dy * f_prime(a)
    return d @ W.T, x.T @ d, np.mean(d, 0)


@named("2.6", "transposed dW", "db summed over the wrong axis")
def two_axes_mixed_up(dy, x, W, z, a, f_prime):
    d = np.multiply(dy, f_prime(z))
    return np.dot(d, W.T), np.dot(d.T, x), np.sum(d, axis=1)


@named("2.6", "W instead of Wᵀ", "transposed dW", "db averaged again")
def three_at_once(dy, x, W, z, a, f_prime):
    d = dy * f_prime(z)
    return d @ W, d.T @ x, d.mean(0)


@named("2.6", "forgot f′ in dx")
def slope_only_for_the_parameters(dy, x, W, z, a, f_prime):
    d = dy * f_prime(z)
    return dy @ W.T, x.T @ d, d.sum(0)
