"""Further inputs for the exercises of chapter 02: any shape, any size; see tests/exercises."""

import numpy as np

from helpers.backprop.exercises_backward import relu_prime, tanh_prime
from helpers.backprop.exercises_forward import relu, softmax
from helpers.backprop.exercises_gradcheck import linear_loss, network_loss, quadratic_loss


def shape(rng, n=3):
    return [int(k) for k in rng.integers(1, 7, n)]


def size(rng):
    return 10.0 ** rng.uniform(-2, 2)


def layer(rng):
    n, d, m = shape(rng)
    return n, d, m, rng.normal(size=(n, d)) * size(rng), rng.normal(size=(d, m)) * size(rng)


def for_dense_forward(rng):
    *_, m, x, W = layer(rng)
    return x, W, rng.normal(size=m) * size(rng), [np.tanh, relu, np.sin][rng.integers(3)]


def for_softmax(rng):
    n, classes = shape(rng, 2)
    return (rng.normal(size=(n, classes)) * size(rng) + rng.choice([0.0, 1e3, -1e3]),)


def for_cross_entropy(rng):
    n, classes = shape(rng, 2)
    probs = softmax(rng.normal(size=(n, classes)) * size(rng))
    probs[probs < rng.choice([0.0, 1e-3])] = 0.0
    return probs, rng.integers(0, classes, n)


def for_gradient(rng):
    n, classes = shape(rng, 2)
    return rng.normal(size=(n, classes)) * size(rng), rng.integers(0, classes, n)


def for_dense_backward(rng):
    n, d, m, x, W = layer(rng)
    z = x @ W + rng.normal(size=m)
    f, slope = [(np.tanh, tanh_prime), (relu, relu_prime)][rng.integers(2)]
    return rng.normal(size=(n, m)) * size(rng), x, W, z, f(z), slope


def for_train(rng):
    n, d, units, classes = rng.integers([6, 1, 2, 2], [15, 6, 7, 5])
    y = rng.permutation(np.append(np.arange(n - 1) % classes, 0))
    return rng.normal(size=(n, d)) * rng.uniform(0.5, 2.0), y, (int(d), int(units), int(classes))


def for_gradcheck(rng):
    def away_from_zero(*dims):   # a slope of almost 0 would be compared with rounding noise
        return rng.choice([-1.0, 1.0], dims) * rng.uniform(0.5, 1.5, dims)

    params = {"W": away_from_zero(*shape(rng, 2)), "b": away_from_zero(*shape(rng, 1))}
    scale = size(rng)
    factors = {k: scale * rng.uniform(0.5, 2.0, p.shape) for k, p in params.items()}
    kind = rng.integers(3)
    if kind == 2:
        params = {"W1": away_from_zero(2, 3) / 2, "b1": away_from_zero(3) / 2,
                  "W2": away_from_zero(3, 1), "b2": away_from_zero(1)}
        loss, gradient = network_loss(rng.normal(size=(4, 2)), 5 + rng.normal(size=(4, 1)))
    else:
        loss, gradient = [linear_loss, quadratic_loss][kind](factors)
    grads = gradient(params)
    name = list(grads)[rng.integers(len(grads))]
    grads[name].flat[rng.integers(grads[name].size)] *= rng.choice([1.0, 1.05, 0.95, -1.0, 3.0])
    return loss, params, grads


def for_value(rng):
    """A random graph: three leaves, then operations on any two earlier nodes."""
    operations = [("+*"[rng.integers(2)], *rng.integers(0, 3 + i, 2)) for i in range(8)]
    return rng.normal(size=3) * 2, operations


def run_graph(cls, leaves, operations):
    """Value and gradients of a random graph, from two roots one after the other."""
    nodes = [cls(float(leaf)) for leaf in leaves]
    for sign, i, j in operations:
        nodes.append(nodes[i] + nodes[j] if sign == "+" else nodes[i] * nodes[j])
    found = []
    for root in (nodes[-2], nodes[-1], nodes[-1]):
        root.backward()
        found.append([root.data] + [node.grad for node in nodes[:3]])
    return np.array(found, dtype=float)


def for_adam(rng):
    dims = shape(rng, 2)
    g, m = (rng.normal(size=dims) * size(rng) for _ in range(2))
    v = rng.uniform(size=dims) * size(rng)
    return rng.normal(size=dims), g, m, v, int(rng.integers(1, 2000)), size(rng), \
        rng.uniform(0.1, 0.95), rng.uniform(0.5, 0.999), 10.0 ** rng.uniform(-9, 0)


FURTHER = {
    "2.2": for_dense_forward, "2.3": for_softmax, "2.4": for_cross_entropy, "2.5": for_gradient,
    "2.6": for_dense_backward, "2.7": for_train, "2.8": for_gradcheck, "2.10": for_value,
    "2.11": for_adam,
}
