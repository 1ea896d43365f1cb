"""Exercise 3.4: a convolutional layer forward, with channels, stride and padding.

Reference answer, probes and hints; what people write instead stands in mistakes_conv.
"""

import numpy as np

from helpers.cnn.exercises_xcorr import SOLUTION
from helpers.kit.exercise import exercise

X3_4 = exercise(
    "3.4",
    title="A convolutional layer forward",
    kind="fill-in",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("y",),
    hints=(
        "First valid and stride 1: 3.3 with one more sum, over the channels. Then the stride: "
        "window i starts at row i·stride. Last the padding: pad x, and go on as before.",
        "The last of ⌈H/stride⌉ windows starts in row (H − 1)//stride·stride and needs kh rows: "
        "(H − 1)//stride·stride + kh − H rows are missing (if that is positive). Half of them, "
        "rounded down, come before, the rest after. H′ = (H padded − kh)//stride + 1. For each "
        "weight position (i, j): y += x[:, i::stride, j::stride, :] (cut to H′, W′) @ W[i, j], "
        "(N, H′, W′, C)(C, F).",
        SOLUTION,
    ),
)


@X3_4.reference
def conv2d(x, W, b, stride, padding):
    """Images x (N, H, W, C), kernels W (kh, kw, C, F), bias b (F,) -> maps (N, H′, W′, F)."""
    kh, kw = W.shape[:2]
    if padding == "same":   # the last window starts at (n − 1) // stride · stride; what it lacks:
        lacks = [max((n - 1) // stride * stride + k - n, 0) for n, k in
                 ((x.shape[1], kh), (x.shape[2], kw))]
        x = np.pad(x, [(0, 0), *((n // 2, n - n // 2) for n in lacks), (0, 0)])
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), rows, columns, len(b))) + b
    for i, j in np.ndindex(kh, kw):   # weight (i, j) of every window at once
        pixels = x[:, i:i + stride * rows:stride, j:j + stride * columns:stride]
        y += pixels @ W[i, j]
    return y


@X3_4.probes
def _(rng):
    cases = [
        ((1, 3, 4, 1), (2, 2), 1, 1, "valid"),   # small enough to be read, one for each rule
        ((1, 3, 4, 1), (2, 2), 1, 1, "same"),
        ((1, 4, 4, 1), (3, 3), 1, 2, "same"),
        ((2, 5, 6, 3), (3, 2), 4, 1, "valid"),   # all sizes different
        ((3, 5, 5, 3), (3, 3), 3, 1, "valid"),   # all equal, the result (3, 3, 3, 3) as well
        ((2, 4, 5, 3), (3, 3), 4, 1, "same"),
        ((2, 5, 4, 3), (2, 4), 2, 1, "same"),    # even kernels: one row or column more at the end
        ((2, 7, 6, 2), (3, 2), 3, 2, "valid"),   # columns fit 3 times; a row is left over
        ((2, 6, 5, 3), (3, 3), 2, 2, "same"),    # rows lack 1, columns 2
        ((2, 8, 7, 2), (2, 3), 3, 3, "valid"),
        ((2, 9, 7, 3), (2, 2), 2, 3, "same"),    # rows lack −1, that is nothing, columns 1
        ((2, 7, 6, 3), (4, 5), 2, 2, "same"),    # both lack 3
        ((2, 4, 3, 3), (1, 1), 2, 2, "same"),
        ((3, 3, 3, 3), (3, 3), 3, 1, "same"),
    ]
    return [(rng.normal(size=images).round(1),
             rng.normal(size=(*kernel, images[3], filters)).round(1) + 0.05,
             rng.normal(size=filters).round(1) + 0.05, stride, padding)
            for images, kernel, filters, stride, padding in cases]


@X3_4.caveat("images of whole numbers, such as pixels from 0 to 255, make np.zeros_like(x) an "
             "array of whole numbers too, and it cuts off the fractions of every sum. np.zeros "
             "takes fractions.")
def _():
    return (np.arange(24).reshape(1, 4, 6, 1), np.full((2, 2, 1, 1), 0.3), np.array([0.5]), 1,
            "valid")
