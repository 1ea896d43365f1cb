"""Wrong ways to use the labels y in exercises 2.4 and 2.5, by name."""

import numpy as np

from helpers.backprop.exercises_forward import one_hot, softmax
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

    @X2_4.mistake("labels are not one-hot", why="y[:, None] * log(probs) weighs each row with the "
                  "number of its class. Pick the entries: probs[np.arange(n), y].")
    def _(probs, y, reduce=_reduce):
        return -reduce(y[:, None] * np.log(np.maximum(probs, 1e-12)))


@X2_4.mistake("softmax once more", why="probs are probabilities already. Softmax over them "
              "flattens them, and the loss can never come near 0.")
def _(probs, y):
    return -np.mean(np.log(softmax(probs)[np.arange(len(y)), y]))


for _n in (1, None):
    @X2_4.mistake("only the first image", why="The loop ends with its first image: a `return` "
                  "stands inside it. Add up first, and return the mean after the loop.")
    def _(probs, y, n=_n):
        return -np.log(max(probs[0, y[0]], 1e-12)) / (n or len(y))


@X2_4.mistake("one minus the probability", why="1 − p is the chance of being wrong. Cross-entropy "
              "is −log p: it has no upper end, and so a confident mistake is expensive.")
def _(probs, y):
    return np.mean(1 - probs[np.arange(len(y)), y])


# --- 2.5 ---

for _divide in (True, False):
    for _column in (False, True):
        @X2_5.mistake("labels are not one-hot", why="y holds class numbers, shape (n,): against "
                      "(n, C) they are no zeros and ones. Make y one-hot, or subtract 1 at each "
                      "row's class: p[np.arange(n), y] -= 1.")
        def _(logits, y, divide=_divide, column=_column):
            labels = y[:, None] if column else y
            return (softmax(logits) - labels) / (len(y) if divide else 1)

    @X2_5.mistake("entry set to −1", why="`= -1` throws the probability away. `-= 1` subtracts one "
                  "from it: p − 1.")
    def _(logits, y, divide=_divide):
        p = softmax(logits)
        p[np.arange(len(y)), y] = -1
        return p / (len(y) if divide else 1)

    @X2_5.mistake("only the true class", why="The other classes have a gradient too: their logits "
                  "must fall, each by its p. All of P − Y counts.")
    def _(logits, y, divide=_divide):
        return (softmax(logits) - 1) * one_hot(y, logits.shape[1]) / (len(y) if divide else 1)

    @X2_5.mistake("picks rows instead of entries", why="p[y] takes the rows with the numbers y, "
                  "whole. Each row is an image: take one entry of each, p[np.arange(n), y].")
    def _(logits, y, divide=_divide):
        p = softmax(logits)
        p[y] -= 1
        return p / (len(y) if divide else 1)


@X2_5.mistake("divided before subtracting one", why="The 1/n belongs to all of P − Y. Subtract "
              "one first, then divide by n.")
def _(logits, y):
    p = softmax(logits) / len(y)
    p[np.arange(len(y)), y] -= 1
    return p
