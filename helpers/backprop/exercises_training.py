"""Exercise 2.7: a training loop with five faults.

Reference answer, probes, named mistakes and hints. How the faults are found is in `diagnosis`.
"""

from itertools import combinations

import numpy as np

from helpers.backprop.bughunt import (
    FAULTS,
    NAMES,
    averaged_bias_gradients,
    faulty_train,
    flat_gradients,
    make_train,
    other_gradients,
)
from helpers.backprop.diagnosis import diagnose
from helpers.backprop.exercises_forward import SOLUTION, softmax
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad
from helpers.kit.exercise import exercise

X2_7 = exercise(
    "2.7",
    title="Find five bugs in a training loop",
    kind="find the bug",
    minutes=20,
    difficulty=4,
    importance=5,
    outputs=("hidden units start different", "stable step size", "images keep their labels",
             "steps go downhill", "hidden gradient belongs to the same weights",
             "one step per batch, mean loss per epoch"),
    hints=(
        "Read the loop line by line and ask of each: what should it do, and which numbers does it "
        "use? Two faults stand before the loop over epochs, one in its first line, two where the "
        "weights change.",
        "What must hold: W1 and W2 random (zeros keep the hidden units alike); an lr that is not "
        "too large (try about 1); one permutation for x and y; dz (n, units) from the W2 of the "
        "forward pass; and W ← W − lr·dW for all four.",
        SOLUTION,
    ),
)

@X2_7.reference
def train(x, y, sizes, epochs, batch_size, rng):
    """Two layers, sigmoid and softmax; mini-batches -> [W1, b1, W2, b2], loss per epoch."""
    d, units, classes = sizes
    W1, b1 = rng.normal(0, 1, (d, units)), np.zeros(units)
    W2, b2 = rng.normal(0, 0.5, (units, classes)), np.zeros(classes)
    lr, losses = 1.0, []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        x, y, total = x[order], y[order], 0.0
        for start in range(0, len(x), batch_size):
            xb, yb = x[start:start + batch_size], y[start:start + batch_size]
            h = 1 / (1 + np.exp(-(xb @ W1 + b1)))
            logits = h @ W2 + b2
            total += cross_entropy(softmax(logits), yb) * len(yb)
            dlogits = softmax_cross_entropy_grad(logits, yb)
            dz = dlogits @ W2.T * h * (1 - h)
            W2 -= lr * h.T @ dlogits
            b2 -= lr * dlogits.sum(axis=0)
            W1 -= lr * xb.T @ dz
            b1 -= lr * dz.sum(axis=0)
        losses.append(total / len(x))
    return [W1, b1, W2, b2], losses


X2_7.untouched(faulty_train)


@X2_7.probes
def _(rng):
    # n, d, units, classes all different; the second case with d = units. Every class occurs, but
    # not equally often: with balanced classes a network of zeros would stand still, however x and y
    # are shuffled.
    return [
        (rng.normal(size=(n, d)), np.arange(n) % classes, (d, units, classes))
        for n, d, units, classes in ((7, 2, 5, 3), (8, 4, 4, 3))
    ]


@X2_7.harness
def _(fn, x, y, sizes):
    return diagnose(fn, x, y, sizes)


def _left(names):
    """What is still wrong: names and reasons of several faults in one line each."""
    name = " + ".join(FAULTS[k][0] for k in names)
    return name, " ".join(FAULTS[k][1] for k in names)


for _count in range(1, len(NAMES)):
    for _names in combinations(NAMES, _count):
        _name, _why = _left(_names)
        X2_7.mistake(_name, why=_why)(make_train(_names))


@X2_7.mistake("starting weights far too large", why="Random is right, but with numbers this size "
              "the units are saturated from the start, and their slopes are almost 0. Try a "
              "spread of about 1.")
def _(x, y, sizes, epochs, batch_size, rng):
    return make_train((), start=1000.0)(x, y, sizes, epochs, batch_size, rng)


for _name, _why, _gradients in [
    ("forgot h (1 − h)", "The sigmoid's own slope is missing: dz = dlogits @ W2.T * h * (1 - h).",
     flat_gradients),
    ("bias gradients averaged", "dlogits already holds the 1/n of the mean loss: the gradient of a "
     "bias is the sum over the images, .sum(axis=0).", averaged_bias_gradients),
    ("not a step along the gradient", "One step with all images should move W1, b1, W2 and b2 "
     "along the gradient of the loss, and it does not. Is dz still dlogits @ W2.T * h * (1 - h)? "
     "Are all four gradients of the same batch? Are the weights drawn only once, before the loop?",
     other_gradients),
]:
    X2_7.mistake(_name, why=_why)(make_train((), gradients=_gradients))


X2_7.mistake("step size too small", why="With such a small lr the loss has hardly moved after 40 "
             "epochs. Stable is not enough: try about 1.")(make_train((), lr=1e-4))


@X2_7.mistake("random numbers not from rng", why="np.random.… draws other numbers at every call. "
              "Draw from the generator that was handed in, and anyone can repeat your run.")
def _(x, y, sizes, epochs, batch_size, rng):
    return make_train(())(x, y, sizes, epochs, batch_size, np.random.default_rng())


@X2_7.mistake("loss summed, not averaged", why="Divide the total by the number of images, so that "
              "the loss does not depend on how many there are.")
def _(x, y, sizes, epochs, batch_size, rng):
    params, losses = make_train(())(x, y, sizes, epochs, batch_size, rng)
    return params, [loss * len(x) for loss in losses]
