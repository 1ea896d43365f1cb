"""Wrong ways to use the labels y in exercises 2.4 and 2.5, by name."""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from helpers.backprop.exercises_loss import X2_4, X2_5

_LOG0 = X2_4.mistake_named("log 0").why

for _name, _why, _reduce in [
    ("mean over all classes instead of the right one", "Only the probability of the right class "
     "counts: pick it with probs[np.arange(n), y] before the logarithm.", np.mean),
    ("sum over all classes instead of the right one", "Only the probability of the right class "
     "counts: pick it with probs[np.arange(n), y] before the logarithm.",
     lambda terms: terms.sum() / len(terms)),
]:
    for _floor, _more in ((1e-12, ""), (0.0, ", and log 0")):
        @X2_4.mistake(_name + _more, why=_why + (f" Then: {_LOG0}" if _more else ""))
        def _(probs, y, floor=_floor, reduce=_reduce):
            with np.errstate(all="ignore"):
                return -reduce(np.log(np.maximum(probs, floor)))

for _reduce in (np.mean, np.sum, lambda terms: terms.sum() / len(terms)):
    for _floor in (1e-12, 0.0):
        @X2_4.mistake("labels are not one-hot", why="y holds class numbers (n,), not rows of 0 and "
                      "1: y * log(probs) weighs with the number of the class. Pick the entries: "
                      "probs[np.arange(n), y].")
        def _(probs, y, reduce=_reduce, floor=_floor):
            return -reduce(y * np.log(np.maximum(probs, floor)))

        @X2_4.mistake("picks rows instead of entries", why="probs[y] takes the rows with the "
                      "numbers y, whole. Each row is an image: take one entry of each, "
                      "probs[np.arange(n), y].")
        def _(probs, y, reduce=_reduce, floor=_floor):
            with np.errstate(all="ignore"):
                return -reduce(np.log(np.maximum(probs[y], floor)))

for _divide in (True, False):
    @X2_5.mistake("labels are not one-hot", why="y holds class numbers, shape (n,): it fits "
                  "against (n, C) only by chance. Make it one-hot, or subtract 1 at each row's "
                  "class: p[np.arange(n), y] -= 1.")
    def _(logits, y, divide=_divide):
        return (softmax(logits) - y) / (len(y) if divide else 1)
