"""What people write instead of the convolutional layer of exercise 3.4, by name."""

from itertools import combinations

import numpy as np

from helpers.cnn.exercises_conv import X3_4

# --- a layer of which one thing or two are changed ------------------------------------------------


def right_pads(n, k, stride):
    """TensorFlow's "same": what the last of ⌈n/stride⌉ windows lacks, the odd one after."""
    lacks = max((n - 1) // stride * stride + k - n, 0)
    return lacks // 2, lacks - lacks // 2


def right_products(x, W, stride):
    """Valid convolution without bias: images (N, H, W, C), kernels (kh, kw, C, F)."""
    rows, columns = (x.shape[1] - W.shape[0]) // stride + 1, (x.shape[2] - W.shape[1]) // stride + 1
    return _sum_over_kernel(x, W, stride, rows, columns)


def _sum_over_kernel(x, W, stride, rows, columns, spread=1):
    """Kernel entries lie `spread` pixels apart, windows `stride` (a number, or one per axis)."""
    down, across = stride if isinstance(stride, tuple) else (stride, stride)
    y = np.zeros((len(x), rows, columns, W.shape[3]))
    for i, j in np.ndindex(*W.shape[:2]):
        a, b = i * spread, j * spread
        y += x[:, a:a + down * rows:down, b:b + across * columns:across] @ W[i, j]
    return y


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

# --- products -------------------------------------------------------------------------------------


def _sizes(x, W, stride, size):
    return size(x.shape[1], W.shape[0], stride), size(x.shape[2], W.shape[1], stride)


def _dilated(size):
    def products(x, W, stride):
        return _sum_over_kernel(x, W, 1, *_sizes(x, W, stride, size), spread=stride)

    return products


def _sized(size, step=lambda stride: stride):
    def products(x, W, stride):
        return _sum_over_kernel(x, W, step(stride), *_sizes(x, W, stride, size))

    return products


def _right_size(n, k, stride):
    return (n - k) // stride + 1


def _ceil_size(n, k, stride):
    return -(-(n - k) // stride) + 1


def _more_zeros(x, W, stride):
    rows, columns = _sizes(x, W, stride, _ceil_size)
    need = (rows - 1) * stride + W.shape[0], (columns - 1) * stride + W.shape[1]
    more = [(0, max(n - m, 0)) for n, m in zip(need, x.shape[1:3], strict=True)]
    return right_products(np.pad(x, [(0, 0), *more, (0, 0)]), W, stride)


def _last_weight(x, W, stride):
    """Only W[-1, -1] is left, over the windows that the whole kernel has."""
    only = np.zeros_like(W)
    only[-1, -1] = W[-1, -1]
    return right_products(x, only, stride)


def _per_channel(x, W, stride):
    maps = [right_products(x[..., c:c + 1], W[:, :, c:c + 1], stride) for c in range(x.shape[3])]
    return np.stack(maps, axis=3)


def _assigned_per_channel(x, W, stride):
    y = np.zeros_like(right_products(x, W, stride))
    y[:] = _per_channel(x, W, stride)
    return y


def _over_the_border(size):
    """Windows taken one by one; those that overhang have another shape than W."""

    def products(x, W, stride):
        rows, columns = _sizes(x, W, stride, size)
        y = np.zeros((len(x), rows, columns, W.shape[3]))
        for i, j in np.ndindex(rows, columns):
            window = x[:, i * stride:i * stride + W.shape[0], j * stride:j * stride + W.shape[1]]
            y[:, i, j] = np.tensordot(window, W, 3)
        return y

    return products


_DILATION = ("stride applied to the kernel (dilation)", "The stride moves the window: it starts at "
             "row i·stride. Inside the window the kernel's weights lie on neighbouring pixels.")
_NOT_SUMMED = ("channels not summed", "A filter adds up its products over all C channels too: one "
               "map for each filter, whatever C is.")
_IGNORED = ("stride ignored", "The window moves by `stride` pixels: window i starts in row "
            "i·stride, and there are (H − kh)//stride + 1 of them.")
_CEIL = ("ceil instead of floor", "A window that does not fit whole is left out: "
         "(H − kh)//stride + 1, rounded down.")
_OVERWRITES = ("overwrites instead of adding up", "Each of the kh·kw products must be added to "
               "what is there: `+=`. With `=` only the kernel's last weight is left.")
PRODUCTS = [
    (*_DILATION, _dilated(lambda n, k, stride: n - (k - 1) * stride)),
    (*_DILATION, _dilated(_right_size)),
    (*_IGNORED, lambda x, W, stride: right_products(x, W, 1)),
    ("stride along the rows only", "The window moves by `stride` in both directions.",
     lambda x, W, stride: _sum_over_kernel(
         x, W, (stride, 1), _right_size(x.shape[1], W.shape[0], stride),
         x.shape[2] - W.shape[1] + 1)),
    ("windows one pixel apart, whatever the stride", "There are as many windows as there should "
     "be, but window i must start in row i·stride, not in row i.",
     _sized(_right_size, step=lambda stride: 1)),
    ("size without the stride", "y has (H − kh)//stride + 1 rows: the number of windows, each "
     "`stride` rows further down.", _sized(lambda n, k, stride: n - k + 1)),
    ("size without the stride", "y has (H − kh)//stride + 1 rows: the number of windows, each "
     "`stride` rows further down.", _over_the_border(lambda n, k, stride: n - k + 1)),
    ("forgot the + 1 in the size", "(H − kh)//stride steps lie between the first window and the "
     "last: that is one window more.", _sized(lambda n, k, stride: (n - k) // stride)),
    (*_CEIL, _sized(_ceil_size)),
    (*_CEIL, _over_the_border(_ceil_size)),
    (*_CEIL, _more_zeros),
    (*_NOT_SUMMED, _per_channel),
    (*_NOT_SUMMED, _assigned_per_channel),
    ("averaged over the channels", "Add the channels' products up, without dividing by C.",
     lambda x, W, stride: right_products(x, W, stride) / x.shape[3]),
    ("only the first channel", "A kernel has one slice for each of the C channels: multiply them "
     "all and add up.", lambda x, W, stride: right_products(x[..., :1], W[:, :, :1], stride)),
    ("mean instead of sum", "Add the products up and divide by nothing.",
     lambda x, W, stride: right_products(x, W, stride) / (W.shape[0] * W.shape[1])),
    ("mean instead of sum", "Add the products up and divide by nothing.",
     lambda x, W, stride: right_products(x, W, stride) / W[..., 0].size),
    ("one kernel for all channels", "W[i, j] has a row for each channel. Adding the channels up "
     "first gives all of them the same weight.", lambda x, W, stride: right_products(
         np.repeat(x.sum(axis=3, keepdims=True), x.shape[3], axis=3), W, stride)),
    (*_OVERWRITES, _last_weight),
]

for _what, _list in (("kernel", KERNELS), ("pads", PADS), ("bias", BIASES), ("products", PRODUCTS)):
    for _name, _why, _change in _list:
        X3_4.mistake(_name, why=_why)(layer(**{_what: _change}))

X3_4.mistake(*_IGNORED)(layer(pads=_stride_one, products=lambda x, W, s: right_products(x, W, 1)))
X3_4.mistake("padding ignored", why="With padding=\"same\" zeros come around x first, so that "
             "there are ⌈H/stride⌉ rows.")(layer(same=lambda padding: False))
X3_4.mistake("pads in any case", why="Only padding=\"same\" puts zeros around x; \"valid\" leaves "
             "it alone.")(layer(same=lambda padding: True))
X3_4.mistake("pads with the edge instead of zeros", why="“same” surrounds the images with zeros.")(
    layer(mode="edge"))
X3_4.mistake(*_OVERWRITES)(layer(products=_last_weight, bias=lambda y, b: y))


@X3_4.mistake("bias added once for each weight", why="Add b once, before or behind the loop over "
              "the kernel, not in it.")
def _(x, W, b, stride, padding):
    return layer()(x, W, W.shape[0] * W.shape[1] * b, stride, padding)


@X3_4.mistake("bias added once for each weight", why="Add b once, before or behind the loop over "
              "the kernel, not in it.")
def _(x, W, b, stride, padding):
    return layer()(x, W, W[..., 0].size * b, stride, padding)


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

_PAIRED = [("kernel", *KERNELS[0]), ("pads", *PADS[0]), ("pads", *PADS[3]), ("pads", *PADS[4]),
           ("pads", *PADS[5]), ("bias", *BIASES[0]),
           ("products", *PRODUCTS[0]), ("products", *PRODUCTS[15])]
for (_a, _first, _why, _one), (_b, _second, _then, _two) in combinations(_PAIRED, 2):
    if _a != _b:
        X3_4.mistake(f"{_first}, and {_second}", why=f"{_why} Then: {_then}")(
            layer(**{_a: _one, _b: _two}))
