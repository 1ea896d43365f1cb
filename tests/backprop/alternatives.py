"""Other right answers to the exercises of chapter 02: each must be accepted as it stands.

They are what people write who think differently from the reference: loops, einsum, another formula
for the same thing, another but equally good choice where the task leaves one.
"""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from tests.exercises.registers import right_answers

ALTERNATIVES = {}
accepted = right_answers(ALTERNATIVES)


# --- 2.2 ---


@accepted("2.2")
def with_einsum(x, W, b, f):
    return f(np.einsum("nd,dm->nm", x, W) + b)


@accepted("2.2")
def one_image_and_neuron_at_a_time(x, W, b, f):
    z = np.zeros((len(x), len(b)))
    for i in range(len(x)):
        for j in range(len(b)):
            z[i, j] = b[j]
            for k in range(x.shape[1]):
                z[i, j] += x[i, k] * W[k, j]
    return f(z)


@accepted("2.2")
def columns_then_back(x, W, b, f):
    return f(W.T @ x.T + b[:, None]).T


@accepted("2.2")
def bias_as_a_weight(x, W, b, f):
    return f(np.c_[x, np.ones(len(x))] @ np.vstack([W, b]))


# --- 2.3 ---


@accepted("2.3")
def maximum_of_the_batch(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=1, keepdims=True)


@accepted("2.3")
def row_by_row(z):
    out = np.empty(z.shape)
    for i, row in enumerate(z):
        e = np.exp(row - max(row))
        out[i] = e / sum(e)
    return out


@accepted("2.3")
def through_the_logarithm(z):
    s = z - z.max(-1)[:, None]
    return np.exp(s - np.log(np.exp(s).sum(-1))[:, None])


@accepted("2.3")
def one_over_a_sum_of_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


# --- 2.4 ---


@accepted("2.4")
def with_one_hot(probs, y):
    return -(np.eye(probs.shape[1])[y] * np.log(np.clip(probs, 1e-12, 1))).sum(axis=1).mean()


@accepted("2.4")
def with_a_loop(probs, y):
    total = 0.0
    for p, label in zip(probs, y, strict=True):
        total -= np.log(max(p[label], 1e-12))
    return float(total / len(y))


@accepted("2.4")
def with_einsum_and_take(probs, y):
    p = np.take_along_axis(probs, y[:, None], axis=1)[:, 0]
    return -np.einsum("i->", np.log(np.where(p < 1e-12, 1e-12, p))) / p.size


@accepted("2.4")
def floor_added(probs, y):
    return np.mean(-np.log(probs[range(len(y)), y] + 1e-12))


# --- 2.5 ---


@accepted("2.5")
def p_minus_y(logits, y):
    return (softmax(logits) - np.eye(logits.shape[1])[y]) / logits.shape[0]


@accepted("2.5")
def through_the_jacobian(logits, y):
    p = softmax(logits)
    out = np.zeros_like(p)
    for i, label in enumerate(y):
        jacobian = np.diag(p[i]) - np.outer(p[i], p[i])
        out[i] = jacobian[label] * (-1 / p[i, label]) / len(y)
    return out


@accepted("2.5")
def entry_by_entry(logits, y):
    p = softmax(logits)
    n, classes = p.shape
    return np.array([[(p[i, k] - (y[i] == k)) / n for k in range(classes)] for i in range(n)])


# --- 2.6 ---


@accepted("2.6")
def all_einsum(dy, x, W, z, a, f_prime):
    delta = np.einsum("nm,nm->nm", dy, f_prime(z))
    return (
        np.einsum("nm,dm->nd", delta, W),
        np.einsum("nd,nm->dm", x, delta),
        np.einsum("nm->m", delta),
    )


@accepted("2.6")
def image_by_image(dy, x, W, z, a, f_prime):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[1])
    slope = f_prime(z)
    for i in range(len(x)):
        delta = dy[i] * slope[i]
        dx[i] = W @ delta
        dW += np.outer(x[i], delta)
        db += delta
    return dx, dW, db


@accepted("2.6")
def transposed_twice_as_a_list(dy, x, W, z, a, f_prime):
    delta = f_prime(z) * dy
    return [(W @ delta.T).T, (delta.T @ x).T, np.ones(len(x)) @ delta]


# --- 2.11 ---


@accepted("2.11")
def as_keras_writes_it(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    m = m + (g - m) * (1 - beta_1)
    v = v + (np.square(g) - v) * (1 - beta_2)
    return w - m * alpha / (np.sqrt(v) + eps), m, v


@accepted("2.11")
def entry_by_entry_adam(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    w, m, v = w.copy(), m.copy(), v.copy()
    for i in np.ndindex(w.shape):
        m[i] = beta_1 * m[i] + (1 - beta_1) * g[i]
        v[i] = beta_2 * v[i] + (1 - beta_2) * g[i] * g[i]
        w[i] -= lr * (m[i] / (1 - beta_1**t)) / ((v[i] / (1 - beta_2**t)) ** 0.5 + eps)
    return w, m, v
