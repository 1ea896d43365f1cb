"""What people write instead of the softmax of exercise 2.3, by name."""

import numpy as np

from helpers.backprop.exercises_forward import X2_3, softmax


def _softmax(shift, total):
    """Build a softmax: `shift` and `total` take 'row', 'column', 'all' or (shift only) None."""
    axis = {"row": 1, "column": 0, "all": None}

    def wrong(z):
        with np.errstate(all="ignore"):
            e = np.exp(z - z.max(axis=axis[shift], keepdims=True)) if shift else np.exp(z)
            return e / e.sum(axis=axis[total], keepdims=True)

    return wrong


_WRONG_AXIS = ("softmax over wrong axis", "axis=0 makes each class sum to one over the batch; each "
               "row (one image) must sum to one: axis=1.")
_WHOLE_BATCH = ("sum over whole batch", "Without an axis all n·C entries share one sum. Each row "
                "needs its own: axis=1, keepdims=True.")
for _shift, _total, (_name, _why) in [
    ("column", "column", _WRONG_AXIS),
    ("row", "column", _WRONG_AXIS),
    ("all", "all", _WHOLE_BATCH),
    ("row", "all", _WHOLE_BATCH),
]:
    X2_3.mistake(_name, why=_why)(_softmax(_shift, _total))

_OVERFLOW = ("np.exp(1000) is infinite and inf/inf is not a number (and for -1000 it is 0/0). "
             "Subtract the maximum of the row first: it cancels in the fraction.")
X2_3.mistake("overflow", why=_OVERFLOW)(_softmax(None, "row"))
X2_3.mistake("softmax over wrong axis, and overflow", why=f"{_WRONG_AXIS[1]} Then: {_OVERFLOW}")(
    _softmax(None, "column"))
X2_3.mistake("sum over whole batch, and overflow", why=f"{_WHOLE_BATCH[1]} Then: {_OVERFLOW}")(
    _softmax(None, "all"))
X2_3.mistake("maximum of the columns", why="What is subtracted must be the same number for the "
             "whole row, or it does not cancel. max(axis=0) takes one number per class.")(
    _softmax("column", "row"))


@X2_3.mistake("softmax twice", why="Applying softmax to probabilities flattens them: all lie "
              "between 0 and 1, so no class can win by much. Once is enough.")
def _(z):
    return softmax(softmax(z))


@X2_3.mistake("not normalised", why="exp(z) is positive, but the row does not sum to one yet. "
              "Divide by the sum of the row.")
def _(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


@X2_3.mistake("not normalised, and overflow", why="exp(z) is positive, but the row does not sum to "
              "one yet: divide by the sum of the row. And np.exp(1000) is infinite.")
def _(z):
    with np.errstate(all="ignore"):
        return np.exp(z)


@X2_3.mistake("forgot exp", why="z can be negative, so z / sum(z) is no probability. exp makes "
              "every entry positive first.")
def _(z):
    with np.errstate(all="ignore"):
        return z / z.sum(axis=1, keepdims=True)


@X2_3.mistake("forgot keepdims", why="Without keepdims=True the sum has shape (n,), and NumPy "
              "lays it along the columns. For a square z that raises no error and is wrong.")
def _(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@X2_3.mistake("forgot keepdims", why="Without keepdims=True the maximum has shape (n,), and NumPy "
              "lays it along the columns. For a square z that raises no error and is wrong.")
def _(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


@X2_3.mistake("forgot keepdims", why="Without keepdims=True the sum has shape (n,), and NumPy lays "
              "it along the columns. For a square z that raises no error and is wrong.")
def _(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1)


@X2_3.mistake("forgot keepdims, and overflow", why="Without keepdims=True the sum has shape (n,), "
              "and NumPy lays it along the columns. And np.exp(1000) is infinite: subtract the "
              "maximum.")
def _(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum(axis=1)


@X2_3.mistake("subtracts the minimum", why="Then the largest exponent stays large. Subtract the "
              "maximum: every exponent is at most 0 and exp at most 1.")
def _(z):
    with np.errstate(all="ignore"):
        e = np.exp(z - z.min(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)


for _axis in (1, None):
    @X2_3.mistake("subtracts the mean", why="The largest logit can lie far above the mean, and "
                  "then its exponential is infinite: try [[1000, −1000]]. Subtract the maximum.")
    def _(z, axis=_axis):
        with np.errstate(all="ignore"):
            e = np.exp(z - z.mean(axis=axis, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)


@X2_3.mistake("divides by the maximum", why="z / max changes the differences between the logits, "
              "and with them the probabilities. Subtracting the maximum keeps them.")
def _(z):
    e = np.exp(z / z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@X2_3.mistake("log-softmax", why="This is the logarithm of the probabilities. Useful later, but "
              "here the rows must sum to one.")
def _(z):
    s = z - z.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


@X2_3.mistake("sigmoid instead of softmax", why="The sigmoid looks at each logit alone, so the row "
              "need not sum to one. Softmax lets the classes compete.")
def _(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


@X2_3.mistake("maximum subtracted above the line only", why="It cancels only if it is subtracted "
              "in both: e = np.exp(z - m), and then e / e.sum(axis=1, keepdims=True).")
def _(z):
    with np.errstate(all="ignore"):
        top = np.exp(z - z.max(axis=1, keepdims=True))
        return top / np.exp(z).sum(axis=1, keepdims=True)
