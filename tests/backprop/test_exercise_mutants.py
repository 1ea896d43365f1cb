"""Do the checks of chapter 02 notice small random changes to a right answer?

Each reference is changed in every small way that `tests/mutation.py` knows. A changed copy must be
rejected, or it must be shown to compute the same: on 200 further inputs of other shapes and sizes
than the check's own. What is neither is a hole in the probes.
"""

import warnings
from functools import lru_cache

import numpy as np
import pytest

import helpers.backprop.exercises  # noqa: F401  (declares the exercises)
from helpers.backprop.exercises_backward import relu_prime, tanh_prime
from helpers.backprop.exercises_forward import relu, softmax
from helpers.backprop.exercises_gradcheck import linear_loss, network_loss, quadratic_loss
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.outcome import attempt, same, tolerance_for
from helpers.kit.verdict import RIGHT
from tests.mutation import mutants

FUNCTIONS = ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.10", "2.11"]
FURTHER_INPUTS = 200


# --- further inputs: any shape, any size ---


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


# --- counting ---


@lru_cache
def further_outcomes(id):
    """200 further inputs, and what the reference makes of them."""
    rng = np.random.default_rng(20_26)
    inputs = [FURTHER[id](rng) for _ in range(FURTHER_INPUTS)]
    return inputs, [run_once(id, find(id).reference_fn, args) for args in inputs]


def run_once(id, answer, args):
    exercise = find(id)
    call = run_graph if id == "2.10" else lambda fn, *rest: exercise.call(fn, rest)
    n_outputs = 1 if id == "2.10" else len(exercise.outputs)
    return attempt(lambda *rest: call(answer, *rest), args, n_outputs)


def equivalent(id, answer):
    """Whether `answer` agrees with the reference on all further inputs."""
    inputs, expected = further_outcomes(id)
    return all(
        same(run_once(id, answer, args), right, tolerance_for(args))
        for args, right in zip(inputs, expected, strict=True)
    )


@lru_cache
def hunt(id):
    """(rejected, equivalent, descriptions of those that got through) of all mutants."""
    exercise = find(id)
    rejected, same_thing, through = 0, 0, []
    for description, answer in mutants(exercise.reference_fn):
        if judge(exercise, answer).state != RIGHT:
            rejected += 1
        elif equivalent(id, answer):
            same_thing += 1
        else:
            through.append(description)
    return rejected, same_thing, through


def rate(rejected, through):
    return rejected / (rejected + len(through))


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Mutants may run for ever or divide by zero: cut the one short, keep the other quiet."""
    for id in FUNCTIONS:
        monkeypatch.setattr(find(id), "time_limit", 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("id", FUNCTIONS)
def test_mutants_of_the_reference_are_rejected(id, record_property):
    rejected, same_thing, through = hunt(id)
    record_property("measured", f"mutants of {id:<4}: {rejected:3d} rejected, "
                                f"{len(through)} accepted, {same_thing} equivalent; "
                                f"kill rate {rate(rejected, through):.1%}")
    assert rejected >= 10
    assert rate(rejected, through) >= 0.95, through


def test_kill_rate_of_all_exercises_together(record_property):
    totals = [hunt(id) for id in FUNCTIONS]
    rejected = sum(t[0] for t in totals)
    through = [d for t in totals for d in t[2]]
    record_property("measured", f"mutants of all : {rejected} of {rejected + len(through)} that "
                                f"are not equivalent rejected; kill rate "
                                f"{rate(rejected, through):.1%}")
    assert rate(rejected, through) >= 0.95, through
    # Where nearly everything counts as equivalent, the inputs would prove nothing.
    assert sum(t[1] for t in totals) < 0.15 * rejected
