"""What people write instead of the convolutional layer of exercise 3.4, by name."""

from itertools import combinations

import numpy as np

from helpers.cnn.exercises_conv import X3_4
from helpers.cnn.mistakes_conv_products import (
    IGNORED,
    OVERWRITES,
    PRODUCTS,
    last_weight,
    right_products,
)

# --- a layer of which one thing or two are changed ------------------------------------------------


def right_pads(n, k, stride):
    """TensorFlow's "same": what the last of ⌈n/stride⌉ windows lacks, the odd one after."""
    lacks = max((n - 1) // stride * stride + k - n, 0)
    return lacks // 2, lacks - lacks // 2


def layer(kernel=None, pads=right_pads, products=right_products, bias=np.add, mode="constant",
          same=lambda padding: padding == "same"):
    """A convolutional layer with a part replaced.

    kernel(W) -> W; pads(n, k, stride) -> (before, after); products(x, W, stride) -> y without bias;
    bias(y, b) -> y; mode of np.pad; same(padding) -> whether to pad.
    """

    def wrong(x, W, b, stride, padding):
        W = kernel(W) if kernel else W
        if same(padding):
            around = [pads(n, k, stride) for n, k in zip(x.shape[1:3], W.shape[:2], strict=True)]
            x = np.pad(x, [(0, 0), *around, (0, 0)], mode=mode)
        return bias(products(x, W, stride), b)

    return wrong


def _both_sides(pad):
    return lambda n, k, stride: (pad(n, k, stride),) * 2


def _stride_one(n, k, stride):
    return right_pads(n, k, 1)


def _lack(n, k, stride):
    return sum(right_pads(n, k, stride))


# --- kernel ---------------------------------------------------------------------------------------

_FLIPPED = ("flipped kernel", "That is the convolution of the textbooks. The layer does not turn "
            "the kernel: W[i, j] meets the pixel i rows down and j columns to the right.")
_CHANNELS = ("input channels and filters swapped", "W has shape (kh, kw, C, F): pixels (…, C) "
             "times W[i, j] (C, F). Transposed it fits only if C = F, and then it is wrong.")
KERNELS = [
    (*_FLIPPED, lambda W: W[::-1, ::-1]),
    ("transposed kernel", "W's first axis runs down the window, its second to the right.",
     lambda W: W.transpose(1, 0, 2, 3)),
    ("kernel flipped top to bottom", "The kernel is laid on the window as it is.",
     lambda W: W[::-1]),
    ("kernel flipped left to right", "The kernel is laid on the window as it is.",
     lambda W: W[:, ::-1]),
    (*_CHANNELS, lambda W: W.swapaxes(2, 3)),
]

# --- padding --------------------------------------------------------------------------------------

_PYTORCH = ("pads the same on both sides (PyTorch)", "TensorFlow's “same” pads only what the last "
            "window lacks, and an odd row or column comes after. With stride 2 and 6 rows, a 3×3 "
            "kernel gets no zeros above and one row below.")
PADS = [
    (*_PYTORCH, _both_sides(lambda n, k, stride: (k - 1) // 2)),
    (*_PYTORCH, _both_sides(lambda n, k, stride: (_lack(n, k, stride) + 1) // 2)),
    (*_PYTORCH, _both_sides(lambda n, k, stride: _lack(n, k, stride) // 2)),
    ("pads k//2 on both sides, also for even k", "A kernel of 2 rows lacks one row of zeros, not "
     "two: k − 1 in all for stride 1, half of them rounded down before and the rest after.",
     _both_sides(lambda n, k, stride: k // 2)),
    ("the odd row of zeros comes first", "TensorFlow puts the smaller half before and the rest "
     "after: (lack // 2, lack − lack // 2).", lambda n, k, stride: right_pads(n, k, stride)[::-1]),
    ("padding as for stride 1", "How much is lacking depends on the stride: with stride 2 and 6 "
     "rows the last window starts in row 4, and a 3×3 kernel lacks one row, not two.",
     _stride_one),
    ("padding as for stride 1", "How much is lacking depends on the stride: with stride 2 and 6 "
     "rows the last window starts in row 4, and a 3×3 kernel lacks one row, not two.",
     lambda n, k, stride: right_pads(n, k, 1)[::-1]),
    ("all zeros before the image", "Half of what is lacking comes before, the rest after.",
     lambda n, k, stride: (_lack(n, k, stride), 0)),
    ("all zeros after the image", "Half of what is lacking comes before, the rest after.",
     lambda n, k, stride: (0, _lack(n, k, stride))),
    ("same size whatever the stride", "“same” means ⌈H/stride⌉ rows, so H rows only for stride 1.",
     lambda n, k, stride: (((n - 1) * stride + k - n) // 2, -(-((n - 1) * stride + k - n) // 2))),
    ("full instead of same", "k − 1 zeros on each side make the result larger than the image.",
     _both_sides(lambda n, k, stride: k - 1)),
    ("negative padding", "Where the stride is larger than the kernel nothing is lacking, and the "
     "formula gives less than 0. Take max(…, 0).",
     lambda n, k, stride: (((n - 1) // stride * stride + k - n) // 2,
                           -(-((n - 1) // stride * stride + k - n) // 2))),
]

# --- bias -----------------------------------------------------------------------------------------

BIASES = [
    ("missing bias", "Each filter adds its bias b[f] to every entry of its map.", lambda y, b: y),
    ("bias per position", "b has one entry per filter, the last axis of y: y + b. b[:, None] gives "
     "one entry per column instead.", lambda y, b: y + b[:, None]),
    ("bias per position", "b has one entry per filter, the last axis of y: y + b. "
     "b[:, None, None] gives one entry per row instead.", lambda y, b: y + b[:, None, None]),
    ("bias per image", "b has one entry per filter, the last axis of y: y + b.",
     lambda y, b: y + b[:, None, None, None]),
    ("bias subtracted", "The convention is products plus bias.", lambda y, b: y - b),
    ("one bias for all filters", "b has one entry for each filter: y + b adds b[f] to map f.",
     lambda y, b: y + b[0]),
    ("one bias for all filters", "b has one entry for each filter: y + b adds b[f] to map f.",
     lambda y, b: y + b.sum()),
    ("bias multiplied", "The bias is added, not multiplied.", lambda y, b: y * b),
    ("ReLU applied", "The layer here hands on y = products + bias, without an activation.",
     lambda y, b: np.maximum(y + b, 0)),
    ("only the first image", "x holds N images, and so must y: (N, H′, W′, F).",
     lambda y, b: (y + b)[0]),
    ("only the first filter", "Every filter makes a map of its own: F of them, (N, H′, W′, F).",
     lambda y, b: (y + b)[..., 0]),
    ("maps added up", "Every filter makes a map of its own: F of them, (N, H′, W′, F).",
     lambda y, b: (y + b).sum(axis=-1)),
    ("transposed result", "The rows of y are the rows of the images: (N, H′, W′, F).",
     lambda y, b: (y + b).transpose(0, 2, 1, 3)),
    ("channels first", "In this course the channels come last: (N, H′, W′, F).",
     lambda y, b: (y + b).transpose(0, 3, 1, 2)),
]

for _what, _list in (("kernel", KERNELS), ("pads", PADS), ("bias", BIASES), ("products", PRODUCTS)):
    for _name, _why, _change in _list:
        X3_4.mistake(_name, why=_why)(layer(**{_what: _change}))

X3_4.mistake(*IGNORED)(layer(pads=_stride_one, products=lambda x, W, s: right_products(x, W, 1)))
X3_4.mistake("padding ignored", why="With padding=\"same\" zeros come around x first, so that "
             "there are ⌈H/stride⌉ rows.")(layer(same=lambda padding: False))
X3_4.mistake("pads in any case", why="Only padding=\"same\" puts zeros around x; \"valid\" leaves "
             "it alone.")(layer(same=lambda padding: True))
X3_4.mistake("pads with the edge instead of zeros", why="“same” surrounds the images with zeros.")(
    layer(mode="edge"))
X3_4.mistake(*OVERWRITES)(layer(products=last_weight, bias=lambda y, b: y))


@X3_4.mistake("bias added once for each weight", why="Add b once, before or behind the loop over "
              "the kernel, not in it.")
def _(x, W, b, stride, padding):
    return layer()(x, W, W.shape[0] * W.shape[1] * b, stride, padding)


@X3_4.mistake("bias added once for each weight", why="Add b once, before or behind the loop over "
              "the kernel, not in it.")
def _(x, W, b, stride, padding):
    return layer()(x, W, W[..., 0].size * b, stride, padding)


@X3_4.mistake("bias added once for each input channel", why="The channels' products are added "
              "up to one sum, and b comes to it once: add it behind the loop over the channels.")
def _(x, W, b, stride, padding):
    return layer()(x, W, W.shape[2] * b, stride, padding)


# "same" with H // stride rows, which is one too few unless the stride divides H.
_FLOOR = ("floor instead of ceil for “same”", "“same” makes ⌈H/stride⌉ rows: 5 rows with stride 2 "
          "give 3, and H // stride only 2. Rounded up that is (H + stride − 1) // stride.")


def _lack_of_floor(n, k, stride):
    lacks = max((n // stride - 1) * stride + k - n, 0)
    return lacks // 2, lacks - lacks // 2


def _cut(pads):
    """The first H // stride rows and W // stride columns, if padded."""

    def wrong(x, W, b, stride, padding):
        y = layer(pads=pads)(x, W, b, stride, padding)
        rows, columns = (n // stride for n in x.shape[1:3])
        return y[:, :rows, :columns] if padding == "same" else y

    return wrong


X3_4.mistake(*_FLOOR)(layer(pads=_lack_of_floor))
X3_4.mistake(*_FLOOR)(_cut(_lack_of_floor))
X3_4.mistake(*_FLOOR)(_cut(right_pads))


@X3_4.mistake("pads the result instead of the images", why="Zeros around x let the kernel see the "
              "border's pixels. Zeros around y only make it larger.")
def _(x, W, b, stride, padding):
    y = layer(same=lambda padding: False)(x, W, b, stride, padding)
    missing = [-(-n // stride) - m for n, m in zip(x.shape[1:3], y.shape[1:3], strict=True)]
    around = [(m // 2, m - m // 2) for m in missing]
    return np.pad(y, [(0, 0), *around, (0, 0)]) if padding == "same" else y


@X3_4.mistake("pads images and channels too", why="np.pad takes a pair for every axis: "
              "[(0, 0), (above, below), (left, right), (0, 0)].")
def _(x, W, b, stride, padding):
    return layer(same=lambda _: False)(np.pad(x, (W.shape[0] - 1) // 2) if padding == "same" else x,
                                       W, b, stride, padding)


# --- two at once ----------------------------------------------------------------------------------

_FREQUENT = [
    ("kernel", KERNELS, ("flipped kernel",)),
    ("pads", PADS, ("pads the same on both sides (PyTorch)", "padding as for stride 1",
                    "pads k//2 on both sides, also for even k",
                    "the odd row of zeros comes first")),
    ("bias", BIASES, ("missing bias",)),
    ("products", PRODUCTS, ("stride applied to the kernel (dilation)", "mean instead of sum")),
]
_PAIRED = [(part, *next(entry for entry in table if entry[0] == name))
           for part, table, names in _FREQUENT for name in names]
for (_a, _first, _why, _one), (_b, _second, _then, _two) in combinations(_PAIRED, 2):
    if _a != _b:
        X3_4.mistake(f"{_first}, and {_second}", why=f"{_why} Then: {_then}")(
            layer(**{_a: _one, _b: _two}))
