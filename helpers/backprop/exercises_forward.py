"""Exercises 2.2 and 2.3: the forward pass of one layer, and softmax.

Reference answers, probes, hints, and the named mistakes of 2.2 (those of 2.3 are in
mistakes_softmax). The reference of a fill-in exercise is the same
text as the solution in the notebook; everything else here is what people really write instead.
"""

import numpy as np

from helpers.kit.exercise import exercise

SOLUTION = "The whole answer stands in [the solution](../solutions/02_backprop.ipynb)."


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
        "Subtracting m_i changes nothing: it cancels.",
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


@X2_3.caveat("one maximum for the whole batch fails where rows lie far apart: in [[1000, 1001], "
             "[0, 1]] the second row comes out as 0/0. Take the maximum of each row.")
def _():
    return (np.array([[1000.0, 1001.0], [0.0, 1.0]]),)
