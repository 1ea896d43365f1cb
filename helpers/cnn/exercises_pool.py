"""Exercise 3.5: max-pooling forward and backward.

Reference answer, probes and hints; what people write instead stands in mistakes_pool.
"""

import numpy as np

from helpers.cnn.exercises_xcorr import SOLUTION
from helpers.kit.exercise import exercise

X3_5 = exercise(
    "3.5",
    title="Max-pooling forward and backward",
    kind="fill-in",
    minutes=12,
    difficulty=3,
    importance=4,
    outputs=("y", "dx"),
    hints=(
        "Nudge an entry of a window that is not its maximum: does the maximum change? So which "
        "entry of x gets the gradient of the window?",
        "Window (i, j) is x[n, i·stride : i·stride + size, j·stride : j·stride + size, c]; there "
        "are (H − size)//stride + 1 of them down and (W − size)//stride + 1 across. "
        "divmod(window.argmax(), size) is the row and column of the first maximum inside it; "
        "add dy[n, i, j, c] to dx at that place. Windows may overlap: `+=`.",
        SOLUTION,
    ),
)


@X3_5.reference
def max_pool(x, dy, size, stride):
    """Maps x (N, H, W, C), dy = ∂L/∂y -> y (N, H′, W′, C) and dx = ∂L/∂x, shaped like x."""
    rows, columns = (x.shape[1] - size) // stride + 1, (x.shape[2] - size) // stride + 1
    y, dx = np.zeros((len(x), rows, columns, x.shape[3])), np.zeros(x.shape)
    for n, i, j, c in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = x[n, top:top + size, left:left + size, c]
        row, column = divmod(window.argmax(), size)   # of the first maximum, row by row
        y[n, i, j, c] = window[row, column]
        dx[n, top + row, left + column, c] += dy[n, i, j, c]
    return y, dx


@X3_5.probes
def _(rng):
    def whole(*shape, low=0, high=3):
        return rng.integers(low, high, shape).astype(float)

    cases = [
        (1.0 * rng.permutation(20).reshape(1, 4, 5, 1), 2, 2),   # small enough to be read
        (np.array([[2.0, 1, 2], [0, 2, 1]])[None, ..., None], 2, 1),   # so is this one, with ties
        (rng.normal(size=(2, 4, 5, 3)).round(2), 2, 2),       # a column is left over
        (rng.normal(size=(2, 5, 7, 3)).round(2), 3, 2),       # windows overlap
        (whole(2, 4, 6, 2), 2, 1),                            # overlap, with many ties
        (-rng.uniform(1, 9, (2, 5, 8, 3)).round(2), 2, 3),    # gaps between windows; all negative
        (rng.normal(size=(3, 3, 3, 3)).round(2), 2, 1),
        (np.maximum(whole(2, 4, 4, 3, low=-4, high=2), 0), 2, 2),   # as after a ReLU: many zeros
        (whole(2, 6, 8, 2, high=5), 3, 3),
    ]
    probes = []
    for x, size, stride in cases:
        rows, columns = ((n - size) // stride + 1 for n in x.shape[1:3])
        dy = rng.normal(size=(len(x), rows, columns, x.shape[3])).round(1) + 0.05
        probes.append((x, dy, size, stride))
    return probes


@X3_5.caveat("maps of whole numbers make np.zeros_like(x) an array of whole numbers too, and it "
             "cuts off the fractions of dy. np.zeros(x.shape) takes fractions.")
def _():
    return np.arange(16).reshape(1, 4, 4, 1), np.full((1, 2, 2, 1), 0.5), 2, 2
