"""Exercise 2.6: one dense layer backward.

Reference answer, probes, named mistakes and hints.
"""

import numpy as np

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise

X2_6 = exercise(
    "2.6",
    title="One layer backward",
    kind="fill-in",
    minutes=12,
    difficulty=3,
    importance=5,
    outputs=("dx", "dW", "db"),
    hints=(
        "Write the shapes first. Every gradient has the shape of the thing it belongs to: dx like "
        "x, dW like W, db like b. First bring dy back through f.",
        "Δ = dy ⊙ f′(z), shape (n, m). Then dx = Δ Wᵀ: (n, m)(m, d); dW = xᵀ Δ: (d, n)(n, m); "
        "db = the sum of Δ over its n rows, shape (m,).",
        SOLUTION,
    ),
)


@X2_6.reference
def dense_backward(dy, x, W, z, a, f_prime):
    """Layer z = x @ W + b, a = f(z); dy (n, m) is ∂L/∂a -> dx (n, d), dW (d, m), db (m,)."""
    delta = dy * f_prime(z)
    dx = delta @ W.T
    dW = x.T @ delta
    db = delta.sum(axis=0)
    return dx, dW, db


def tanh_prime(z):
    """Slope of tanh at z."""
    return 1 - np.tanh(z) ** 2


def relu_prime(z):
    """Slope of max(z, 0) at z: 1 or 0."""
    return np.where(z > 0, 1.0, 0.0)


@X2_6.probes
def _(rng):
    probes = []
    for n, d, m in ((2, 3, 4), (3, 3, 3), (5, 4, 2)):
        f, f_prime = (np.tanh, tanh_prime) if n != 5 else (lambda z: np.maximum(z, 0.0), relu_prime)
        x, W = rng.normal(size=(n, d)).round(1), rng.normal(size=(d, m)).round(1)
        z = x @ W + rng.normal(size=m).round(1)
        probes.append((rng.normal(size=(n, m)).round(1) + 0.05, x, W, z, f(z), f_prime))
    return probes


_KNOWN = {}


def _layer(name, why, delta=None, dx=None, dW=None, db=None):
    """Register a mistake of one layer's backward pass: the given part is wrong, the rest is right.

    delta(dy, z, a, f_prime) and dx/dW/db(delta, dy, x, W, a) replace the right formulas.
    """

    _KNOWN[name] = (why, delta, dx, dW, db)

    @X2_6.mistake(name, why=why)
    def wrong(dy, x, W, z, a, f_prime):
        d = delta(dy, z, a, f_prime) if delta else dy * f_prime(z)
        return (
            dx(d, dy, x, W, a) if dx else d @ W.T,
            dW(d, dy, x, W, a) if dW else x.T @ d,
            db(d, dy, x, W, a) if db else d.sum(axis=0),
        )


_layer("forgot f′", "z went through f, so the gradient must pass its slope: Δ = dy ⊙ f′(z). Only "
       "then Wᵀ and xᵀ.", delta=lambda dy, z, a, fp: dy)
_layer("f′(a) instead of f′(z)", "f_prime wants the place where f was evaluated: that was z, "
       "before the activation, not its result a.", delta=lambda dy, z, a, fp: dy * fp(a))
_layer("times f(z) instead of f′(z)", "Going back multiplies by the slope of f, not by its value "
                                      "a.",
       delta=lambda dy, z, a, fp: dy * a)
_layer("averaged again", "dy already carries the 1/n of the mean loss. Summing over the images is "
       "all that is left to do: do not divide Δ by n.",
       delta=lambda dy, z, a, fp: dy * fp(z) / len(dy))
_layer("sign flipped", "dy points uphill, and so must dx, dW and db. The minus sign comes in the "
       "update.", delta=lambda dy, z, a, fp: -dy * fp(z))
for _function, _slope in [("tanh", lambda z, a: 1 - a**2), ("a sigmoid", lambda z, a: a * (1 - a)),
                          ("ReLU", lambda z, a: (z > 0) * 1.0)]:
    _layer(f"the slope of {_function}, whatever f is", "The slope of the bend is handed in: write "
           "f_prime(z), and the same lines work with any f.",
           delta=lambda dy, z, a, fp, slope=_slope: dy * slope(z, a))
_layer("f_prime not called", "f_prime is a function: f_prime(z) is the slope.",
       delta=lambda dy, z, a, fp: dy * fp)
_layer("forgot f′ in dx", "dx takes the same way back as dW: through f first. Use Δ, not dy.",
       dx=lambda d, dy, x, W, a: dy @ W.T)
_layer("forgot f′ in dW", "dW takes the same way back as dx: through f first. Use Δ, not dy.",
       dW=lambda d, dy, x, W, a: x.T @ dy)
_layer("forgot f′ in db", "The bias sits inside f too: sum Δ, not dy.",
       db=lambda d, dy, x, W, a: dy.sum(axis=0))

_layer("W instead of Wᵀ", "Δ (n, m) times W (d, m) does not fit unless d = m, and then it is "
       "wrong. Going back swaps inputs and outputs: Δ Wᵀ.", dx=lambda d, dy, x, W, a: d @ W)
_layer("transposed dx", "dx must have the shape of x, (n, d). W Δᵀ is (d, n): take Δ Wᵀ.",
       dx=lambda d, dy, x, W, a: W @ d.T)
_layer("transposed dW", "Δᵀ x has shape (m, d), the transpose of W. dW must have W's shape (d, m): "
       "xᵀ Δ.", dW=lambda d, dy, x, W, a: d.T @ x)
_layer("x Δ without transposing", "dW[a, b] sums over the images: x[i, a]·Δ[i, b]. The batch axis "
       "must meet the batch axis: xᵀ Δ.", dW=lambda d, dy, x, W, a: x @ d)
_layer("Δ xᵀ instead of xᵀ Δ", "Δ xᵀ pairs neurons with inputs. dW sums over the images: (d, "
       "n)(n, m), that is xᵀ Δ.", dW=lambda d, dy, x, W, a: d @ x.T)
_layer("dW from the outputs a", "A weight multiplies the layer's input x, so x stands in its "
       "gradient, not the layer's output a.", dW=lambda d, dy, x, W, a: a.T @ d)
_layer("dW averaged again", "dy already carries the 1/n of the mean loss. The batch is summed "
       "here: xᵀ Δ and nothing else.", dW=lambda d, dy, x, W, a: x.T @ d / len(x))
_layer("db not summed", "One bias serves all n images, so its gradient is the sum over them: "
       "Δ.sum(axis=0), shape (m,).", db=lambda d, dy, x, W, a: d)
_layer("db averaged again", "dy already carries the 1/n of the mean loss. Sum over the images; a "
       "mean would divide twice.", db=lambda d, dy, x, W, a: d.mean(axis=0))
_layer("db summed over the wrong axis", "axis=1 adds up the neurons of one image. A bias belongs "
       "to one neuron and all images: axis=0.", db=lambda d, dy, x, W, a: d.sum(axis=1))
_layer("db summed to one number", "Every neuron has its own bias: sum over the images only, "
                                  "axis=0.",
       db=lambda d, dy, x, W, a: d.sum())
_layer("db with a row too many", "db must have the shape of b, (m,), not (1, m): leave keepdims "
                                 "away.",
       db=lambda d, dy, x, W, a: d.sum(axis=0, keepdims=True))
_layer("returns the update, not the gradient", "A gradient points uphill. The minus sign and the "
       "step size are the optimiser's business.",
       dW=lambda d, dy, x, W, a: -x.T @ d, db=lambda d, dy, x, W, a: -d.sum(axis=0))
_layer("returns the new weights, not the gradient", "W − dW is a step of gradient descent. "
       "Backprop only computes dW; the optimiser decides what to do with it.",
       dW=lambda d, dy, x, W, a: W - x.T @ d)


# A wrong Δ and a wrong product meet in one output: together they are a mistake of their own.
for _first in ("forgot f′", "f′(a) instead of f′(z)"):
    for _second in ("W instead of Wᵀ", "transposed dW", "db not summed", "db averaged again",
                    "db summed over the wrong axis", "db with a row too many"):
        _layer(f"{_first}, and {_second}", f"{_KNOWN[_first][0]} Then: {_KNOWN[_second][0]}",
               _KNOWN[_first][1], *_KNOWN[_second][2:])


@X2_6.mistake("matrix product with f′", why="f acts on each entry alone, so its slope multiplies "
              "entry by entry: dy * f′(z), not dy @ f′(z).")
def _(dy, x, W, z, a, f_prime):
    delta = dy @ f_prime(z)
    return delta @ W.T, x.T @ delta, delta.sum(axis=0)


@X2_6.mistake("dx and dW in the wrong order", why="The three are right, but the order is dx, dW, "
                                                  "db.")
def _(dy, x, W, z, a, f_prime):
    dx, dW, db = dense_backward(dy, x, W, z, a, f_prime)
    return dW, dx, db


@X2_6.mistake("results in the wrong order", why="The three are right, but the order is dx, dW, db.")
def _(dy, x, W, z, a, f_prime):
    dx, dW, db = dense_backward(dy, x, W, z, a, f_prime)
    return dW, db, dx
