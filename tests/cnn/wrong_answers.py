"""Wrong answers as students write them, with the names the check should find.

The bank's own mistakes are written in its own way. These are written without looking at it: other
functions, other loops, two mistakes at once. `WRONG_ANSWERS` lists (exercise, names, answer).
"""

import numpy as np
from scipy.signal import convolve2d, correlate2d

from tests.exercises.registers import wrong_answers

WRONG_ANSWERS = []
named = wrong_answers(WRONG_ANSWERS)


def heat_of(maps, alpha):
    return np.maximum((maps * alpha).sum(axis=-1), 0)


WRONG_ANSWERS += [
    ("3.3", ["flipped kernel"], lambda x, k: convolve2d(x, k, mode="valid")),
    ("3.3", ["same instead of valid"], lambda x, k: correlate2d(x, k, mode="same")),
    ("3.3", ["full instead of valid"], lambda x, k: correlate2d(x, k)),
    ("3.3", ["flipped kernel, and full instead of valid"], lambda x, k: convolve2d(x, k)),
    ("3.3", ["flipped kernel, and same instead of valid"],
     lambda x, k: convolve2d(x, k, mode="same")),
    ("3.7", ["ignores the strides"],
     lambda layers: list(1 + np.cumsum([k - 1 for k, _ in layers]))),
    ("3.7", ["starts at 0 instead of 1"], lambda layers: [
        sum((k - 1) * int(np.prod([s for _, s in layers[:i]])) for i, (k, _) in
            enumerate(layers[:depth + 1])) for depth in range(len(layers))]),
    ("3.11", ["averages over channels instead of space"],
     lambda maps, d, label: heat_of(maps, d[label].mean(-1)[:, :, None])),
    ("3.11", ["no ReLU"],
     lambda maps, d, label: np.tensordot(maps, d[label].mean((0, 1)), axes=1)),
    ("3.11", ["averages over channels instead of space, and no ReLU"],
     lambda maps, d, label: np.sum(maps * np.mean(d[label], axis=2, keepdims=True), axis=2)),
    ("3.11", ["ReLU on the weights instead of on the sum"],
     lambda maps, d, label: maps @ np.maximum(d[label].mean(axis=(0, 1)), 0)),
    ("3.11", ["gradient times activation, place by place"],
     lambda maps, d, label: heat_of(maps, d[label])),
    ("3.11", ["always class 0"],
     lambda maps, d, label: heat_of(maps, d[0].mean(axis=0).mean(axis=0))),
    ("3.11", ["saliency instead of Grad-CAM"], lambda maps, d, label: abs(d[label]).max(-1)),
    ("3.11", ["scaled to 0 … 1"],
     lambda maps, d, label: heat_of(maps, d[label].mean(axis=(0, 1)))
     / (heat_of(maps, d[label].mean(axis=(0, 1))).max() + 1e-12)),
    ("3.11", ["averaged over the channels at the end"],
     lambda maps, d, label: np.maximum((maps * d[label].mean(axis=(0, 1))).mean(-1), 0)),
]


# --- 3.3 ---


@named("3.3", "last row and column never computed")
def stops_too_early(x, k):
    H, W = x.shape[0] - k.shape[0], x.shape[1] - k.shape[1]
    y = np.zeros((H + 1, W + 1))
    for i in range(H):
        for j in range(W):
            y[i, j] = (x[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
    return y


@named("3.3", "windows run over the border")
def as_large_as_the_image(x, k):
    y = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            y[i, j] = (x[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
    return y


@named("3.3", "as large as the image, the rest zeros")
def zeros_like_the_image(x, k):
    y = np.zeros_like(x)
    for i in range(x.shape[0] - k.shape[0] + 1):
        for j in range(x.shape[1] - k.shape[1] + 1):
            y[i, j] = (x[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
    return y


@named("3.3", "as large as the image, the rest zeros")
def around_the_middle_of_the_window(x, k):
    y, a, b = np.zeros_like(x), k.shape[0] // 2, k.shape[1] // 2
    for i in range(x.shape[0] - k.shape[0] + 1):
        for j in range(x.shape[1] - k.shape[1] + 1):
            y[i + a, j + b] = np.sum(k * x[i:i + k.shape[0], j:j + k.shape[1]])
    return y


@named("3.3", "flipped kernel, and as large as the image, the rest zeros")
def textbook_with_a_black_border(x, k):
    y, inner = np.zeros(x.shape), convolve2d(x, k, mode="valid")
    y[:inner.shape[0], :inner.shape[1]] = inner
    return y


@named("3.3", "matrix product instead of element-wise")
def dot_of_window_and_kernel(x, k):
    y = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = np.dot(x[i:i + k.shape[0], j:j + k.shape[1]], k).sum()
    return y


@named("3.3", "overwrites instead of adding up")
def without_plus(x, k):
    y = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for a in range(k.shape[0]):
                for b in range(k.shape[1]):
                    y[i, j] = x[i + a, j + b] * k[a, b]
    return y


@named("3.3", "flipped kernel")
def the_formula_of_the_textbook(x, k):
    kh, kw = k.shape
    y = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = sum(x[i + kh - 1 - a, j + kw - 1 - b] * k[a, b]
                          for a in range(kh) for b in range(kw))
    return y


@named("3.3", "returns inside the loop")
def indented_too_far(x, k):
    y = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
        return y


# --- 3.4 ---


def windows(x, W, b, stride, pad=(0, 0), size=None, start=None):
    """A layer, window by window, with `pad` zeros above and left and as many below and right."""
    kh, kw, _, F = W.shape
    x = np.pad(x, [(0, 0), (pad[0], pad[0]), (pad[1], pad[1]), (0, 0)])
    rows, columns = size or ((x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1)
    y = np.zeros((x.shape[0], rows, columns, F))
    for i in range(rows):
        for j in range(columns):
            a, c = start(i, j) if start else (i * stride, j * stride)
            for f in range(F):
                y[:, i, j, f] = (x[:, a:a + kh, c:c + kw, :] * W[..., f]).sum((1, 2, 3)) + b[f]
    return y


def half(W):
    return W.shape[0] // 2, W.shape[1] // 2


@named("3.4", "pads k//2 on both sides, also for even k")
def half_the_kernel_around(x, W, b, stride, padding):
    return windows(x, W, b, stride, half(W) if padding == "same" else (0, 0))


@named("3.4", "pads the same on both sides (PyTorch)")
def half_of_k_minus_one(x, W, b, stride, padding):
    pad = ((W.shape[0] - 1) // 2, (W.shape[1] - 1) // 2)
    return windows(x, W, b, stride, pad if padding == "same" else (0, 0))


@named("3.4", "padding ignored")
def never_pads(x, W, b, stride, padding):
    return windows(x, W, b, stride)


@named("3.4", "windows one pixel apart, whatever the stride")
def strides_only_in_the_size(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    return windows(x, W, b, stride, start=lambda i, j: (i, j))


def tf_same(x, W, stride, flip=False, stride_of_padding=None):
    around = []
    for n, k in zip(x.shape[1:3], W.shape[:2], strict=True):
        step = stride_of_padding or stride
        more = max(0, k - step if n % step == 0 else k - n % step)
        around.append((more - more // 2, more // 2) if flip else (more // 2, more - more // 2))
    return np.pad(x, [(0, 0), *around, (0, 0)])


@named("3.4", "the odd row of zeros comes first")
def larger_half_above(x, W, b, stride, padding):
    return windows(tf_same(x, W, stride, flip=True) if padding == "same" else x, W, b, stride)


@named("3.4", "padding as for stride 1")
def size_of_stride_one_then_thinned(x, W, b, stride, padding):
    x = tf_same(x, W, stride, stride_of_padding=1) if padding == "same" else x
    return windows(x, W, b, 1)[:, ::stride, ::stride]


@named("3.4", "flipped kernel")
def with_scipys_convolve(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    maps = [[sum(convolve2d(image[..., c], W[..., c, f], "valid") for c in range(W.shape[2]))
             for f in range(W.shape[3])] for image in x]
    return np.array(maps).transpose(0, 2, 3, 1)[:, ::stride, ::stride] + b


@named("3.4", "bias per position")
def bias_as_a_column(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    return windows(x, W, 0 * b, stride) + b.reshape(-1, 1)


@named("3.4", "bias added once for each weight")
def bias_in_the_inner_loop(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    kh, kw = W.shape[:2]
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), rows, columns, len(b)))
    for a in range(kh):
        for c in range(kw):
            y += x[:, a::stride, c::stride][:, :rows, :columns] @ W[a, c] + b
    return y


@named("3.4", "bias added once for each input channel")
def bias_in_the_loop_over_channels(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    maps = 0
    for c in range(x.shape[3]):
        maps = maps + windows(x[..., c:c + 1], W[:, :, c:c + 1], b, stride)
    return maps


@named("3.4", "floor instead of ceil for “same”")
def as_many_as_the_stride_goes_into_the_image(x, W, b, stride, padding):
    if padding == "same":
        rows, columns = x.shape[1] // stride, x.shape[2] // stride
        down = max((rows - 1) * stride + W.shape[0] - x.shape[1], 0)
        across = max((columns - 1) * stride + W.shape[1] - x.shape[2], 0)
        x = np.pad(x, ((0, 0), (down // 2, down - down // 2), (across // 2, across - across // 2),
                       (0, 0)))
        return windows(x, W, b, stride, size=(rows, columns))
    return windows(x, W, b, stride)


@named("3.4", "floor instead of ceil for “same”")
def floor_only_in_the_size(x, W, b, stride, padding):
    if padding == "same":
        size = x.shape[1] // stride, x.shape[2] // stride
        return windows(tf_same(x, W, stride), W, b, stride, size=size)
    return windows(x, W, b, stride)


@named("3.4", "stride applied to the kernel (dilation)")
def dilated(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    kh, kw = W.shape[:2]
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), rows, columns, len(b))) + b
    for a in range(kh):
        for c in range(kw):
            y += x[:, a * stride:a * stride + rows, c * stride:c * stride + columns] @ W[a, c]
    return y


@named("3.4", "input channels and filters swapped")
def weights_transposed(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    rows = (x.shape[1] - W.shape[0]) // stride + 1
    columns = (x.shape[2] - W.shape[1]) // stride + 1
    y = np.zeros((len(x), rows, columns, len(b)))
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * stride:i * stride + W.shape[0], j * stride:j * stride + W.shape[1]]
            for a in range(W.shape[0]):
                for c in range(W.shape[1]):
                    y[:, i, j] += window[:, a, c] @ W[a, c].T
    return y + b


@named("3.4", "flipped kernel, and missing bias")
def convolution_without_bias(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    return windows(x, np.flip(W, (0, 1)), 0 * b, stride)


@named("3.4", "window times W without an axis for the filters")
def sums_over_window_times_kernels(x, W, b, stride, padding):
    x = tf_same(x, W, stride) if padding == "same" else x
    kh, kw = W.shape[:2]
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((len(x), rows, columns, len(b)))
    for n in range(len(x)):
        for i in range(rows):
            for j in range(columns):
                window = x[n, i * stride:i * stride + kh, j * stride:j * stride + kw, :]
                y[n, i, j] = np.sum(window * W, axis=(0, 1, 2)) + b
    return y
