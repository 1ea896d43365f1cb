"""Exercises 2.2 and 2.3: the forward pass of one layer, and softmax.

Reference answers, probes, named mistakes and hints. The reference of a fill-in exercise is the same
text as the solution in the notebook; everything else here is what people really write instead.
"""

import numpy as np

from helpers.kit.exercise import exercise

SOLUTION = "The whole answer, with comments: [the solution](../solutions/02_backprop.ipynb)."


def one_hot(y, classes):
    """Integer labels (n,) -> rows of zeros with a one at the label, float64 (n, classes)."""
    return np.eye(classes)[y]


# --- 2.2 ---------------------------------------------------------------------------------------

X2_2 = exercise(
    "2.2",
    title="One layer forward",
    kind="fill-in",
    minutes=5,
    difficulty=1,
    importance=5,
    outputs=("activations",),
    hints=(
        "Which shape must the result have? Write the shapes (n, d), (d, m), (m,) on paper and see "
        "which product fits.",
        "z = x @ W + b with x (n, d), W (d, m) and b (m,), which NumPy adds to every row; "
        "then the activation, f(z), shape (n, m).",
        SOLUTION,
    ),
)


@X2_2.reference
def dense_forward(x, W, b, f):
    """One layer. x (n, d), W (d, m), b (m,), f element-wise -> activations (n, m)."""
    return f(x @ W + b)


def relu(z):
    """max(z, 0), element by element."""
    return np.maximum(z, 0.0)


@X2_2.probes
def _(rng):
    # (n, d, m): all different, then one square case, where a transposed W raises no error.
    cases = [(2, 3, 4, np.tanh), (3, 3, 3, np.tanh), (5, 2, 4, np.tanh), (4, 6, 3, relu)]
    return [
        (rng.normal(size=(n, d)).round(1), rng.normal(size=(d, m)).round(1),
         rng.normal(size=m).round(1) + 0.05, f)
        for n, d, m, f in cases
    ]


@X2_2.mistake("transposed W", why="W already has shape (d, m), inputs by outputs: x @ W fits as it "
              "stands. With a square W the transposed one raises no error and is still wrong.")
def _(x, W, b, f):
    return f(x @ W.T + b)


@X2_2.mistake("bias along rows", why="b has one entry per neuron, that is per column of x @ W. "
              "b[:, None] gives one entry per image instead.")
def _(x, W, b, f):
    return f(x @ W + b[:, None])


@X2_2.mistake("bias after the activation", why="The bias shifts the input of f, it decides where f "
              "bends: f(x @ W + b), not f(x @ W) + b.")
def _(x, W, b, f):
    return f(x @ W) + b


@X2_2.mistake("missing bias", why="Without b every neuron's bend or boundary must pass through the "
              "origin.")
def _(x, W, b, f):
    return f(x @ W)


@X2_2.mistake("missing activation", why="x @ W + b is the pre-activation z. The layer hands on "
              "f(z); without f, stacked layers collapse into one.")
def _(x, W, b, f):
    return x @ W + b


@X2_2.mistake("activation on the input", why="f belongs after the sum: f(x @ W + b). Here the "
              "input was bent and the sum was not.")
def _(x, W, b, f):
    return f(x) @ W + b


@X2_2.mistake("factors in the wrong order", why="Rows of x are images, so x stands on the left: "
              "(n, d) @ (d, m). W @ x belongs to the convention where an image is a column.")
def _(x, W, b, f):
    return f(W @ x + b)


@X2_2.mistake("result transposed", why="This is the column convention: neurons in rows, images in "
              "columns. Here every row is one image, shape (n, m).")
def _(x, W, b, f):
    return f(W.T @ x.T + b[:, None])


@X2_2.mistake("element-wise product", why="x * W multiplies entry by entry and adds nothing up. A "
              "neuron sums over its inputs: that is the matrix product @.")
def _(x, W, b, f):
    return f(x * W + b)


@X2_2.mistake("bias multiplied", why="The bias is added, not multiplied: it shifts the sum. "
              "f(x @ W + b).")
def _(x, W, b, f):
    return f(x @ W * b)


@X2_2.mistake("uses tanh, whatever f is handed in", why="The activation is the argument f: write "
              "f(…), and the same layer works with ReLU too.")
def _(x, W, b, f):
    return np.tanh(x @ W + b)


@X2_2.mistake("uses ReLU, whatever f is handed in", why="The activation is the argument f: write "
              "f(…), and the same layer works with tanh too.")
def _(x, W, b, f):
    return relu(x @ W + b)


@X2_2.mistake("bias added to W", why="x @ (W + b) multiplies the bias by the input. Multiply "
              "first, then add: x @ W + b.")
def _(x, W, b, f):
    return f(x @ (W + b))


@X2_2.mistake("bias subtracted", why="The convention is z = x @ W + b. (With -b the network could "
              "learn the same, but it would not be this layer.)")
def _(x, W, b, f):
    return f(x @ W - b)


# --- 2.3 ---------------------------------------------------------------------------------------

X2_3 = exercise(
    "2.3",
    title="Softmax that survives large numbers",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=5,
    outputs=("probabilities",),
    hints=(
        "Each row belongs to one image. Which sum must be one: along the row or down the column? "
        "And what is np.exp(1000)?",
        "p_ij = exp(z_ij − m_i) / Σ_k exp(z_ik − m_i) with m_i = max_k z_ik. With "
        "axis=1, keepdims=True the maximum and the sum have shape (n, 1) and fit against (n, C). "
        "Subtracting m_i changes nothing: it cancels. (One maximum for the whole batch is accepted "
        "too, but it fails where rows lie far apart: [[1000, 1001], [0, 1]] gives 0/0.)",
        SOLUTION,
    ),
)


@X2_3.reference
def softmax(z):
    """Logits z (n, C) -> probabilities (n, C); every row sums to one, also for z = 1000."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@X2_3.probes
def _(rng):
    small = [rng.normal(size=shape, scale=1.5).round(1) for shape in ((2, 3), (3, 3), (5, 4))]
    huge = np.where(rng.random((4, 3)) < 0.5, 0.5, 0.0) + rng.normal(size=(4, 3)).round(1) + 1e3
    # Rows far apart, but not so far that the maximum of the whole batch would not do: that is a
    # correct answer as long as exp(row maximum − batch maximum) does not vanish.
    wide = np.array([[-400.0, 0.0, 400.0, 1.0], [3.0, 1.0, 2.0, 0.5]]) + rng.normal(size=(2, 4))
    square = 1e3 + rng.normal(size=(3, 3)).round(1)
    # Far from the mean of its row, but with all row maxima close together: the mean will not do.
    apart = np.array([[1000.0, -1000.0, 0.0], [999.0, 1000.5, -998.0]])
    return [(z,) for z in (*small, huge, huge - 2e3, wide, square, apart)]


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
