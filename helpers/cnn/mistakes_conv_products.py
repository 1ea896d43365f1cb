"""The sums of products in which people go wrong with exercise 3.4; used by mistakes_conv.

Each function takes padded images x (N, H, W, C), kernels W (kh, kw, C, F) and a stride, and returns
maps without bias; `PRODUCTS` lists them with the names and reasons of the mistakes.
"""

import numpy as np


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


def last_weight(x, W, stride):
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


def _without_an_axis_for_the_filters(total):
    """window (kh, kw, C) times W (kh, kw, C, F): the axes meet from the right, C on F."""

    def products(x, W, stride):
        y = np.zeros_like(right_products(x, W, stride))
        for n, i, j in np.ndindex(y.shape[:3]):
            window = x[n, i * stride:i * stride + W.shape[0], j * stride:j * stride + W.shape[1]]
            y[n, i, j] = np.sum(window * W, axis=None if total else (0, 1, 2))
        return y

    return products


_DILATION = ("stride applied to the kernel (dilation)", "The stride moves the window: it starts at "
             "row i·stride. Inside the window the kernel's weights lie on neighbouring pixels.")
_NOT_SUMMED = ("channels not summed", "A filter adds up its products over all C channels too: one "
               "map for each filter, whatever C is.")
IGNORED = ("stride ignored", "The window moves by `stride` pixels: window i starts in row "
            "i·stride, and there are (H − kh)//stride + 1 of them.")
_CEIL = ("ceil instead of floor", "A window that does not fit whole is left out: "
         "(H − kh)//stride + 1, rounded down.")
_AXIS = ("window times W without an axis for the filters", "NumPy lines axes up from the right, so "
         "the window's channels meet the filters. window[..., None] * W pairs them rightly; so "
         "does W[..., f] for each f.")
OVERWRITES = ("overwrites instead of adding up", "Each of the kh·kw products must be added to "
               "what is there: `+=`. With `=` only the kernel's last weight is left.")
PRODUCTS = [
    (*_DILATION, _dilated(lambda n, k, stride: n - (k - 1) * stride)),
    (*_DILATION, _dilated(_right_size)),
    (*IGNORED, lambda x, W, stride: right_products(x, W, 1)),
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
    (*_AXIS, _without_an_axis_for_the_filters(total=False)),
    (*_AXIS, _without_an_axis_for_the_filters(total=True)),
    (*OVERWRITES, last_weight),
]
