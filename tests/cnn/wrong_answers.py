"""Wrong answers as students write them, with the names the check should find.

The bank's own mistakes are written in its own way. These are written without looking at it: other
functions, other loops, two mistakes at once. `WRONG_ANSWERS` lists (exercise, names, answer).
"""

import numpy as np
from scipy.signal import convolve2d, correlate2d

WRONG_ANSWERS = []


def named(id, *names):
    """Register the decorated answer to exercise `id` as one in which `names` should be found."""

    def register(answer):
        WRONG_ANSWERS.append((id, names, answer))
        return answer

    return register


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


# --- 3.5 ---


def pooled(x, dy, size, stride, give, kind=np.max):
    """Pooling with slices; give(window, maximum) is the share of each entry in the gradient."""
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            here = np.s_[:, i * stride:i * stride + size, j * stride:j * stride + size]
            y[:, i, j] = kind(x[here], axis=(1, 2))
            top = x[here].max(axis=(1, 2), keepdims=True)
            dx[here] += give(x[here], top) * dy[:, i, j][:, None, None]
    return y, dx


WRONG_ANSWERS += [
    ("3.5", ["gradient to all ties"],
     lambda *a: pooled(*a, lambda window, top: window == top)),
    ("3.5", ["a tie shared among the maxima"],
     lambda *a: pooled(*a, lambda w, top: (w == top) / (w == top).sum((1, 2), keepdims=True))),
    ("3.5", ["gradient spread evenly (mean-pooling)"],
     lambda *a: pooled(*a, lambda w, top: np.full(w.shape, 1 / (w.shape[1] * w.shape[2])))),
    ("3.5", ["mean instead of maximum", "gradient spread evenly (mean-pooling)"],
     lambda *a: pooled(*a, lambda w, top: np.full(w.shape, 1 / (w.shape[1] * w.shape[2])),
                       kind=np.mean)),
    ("3.5", ["mean instead of maximum", "gradient to all ties"],
     lambda *a: pooled(*a, lambda window, top: window == top, kind=np.mean)),
]


@named("3.5", "`=` instead of `+=`")
def assigns_the_gradient(x, dy, size, stride):
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * stride:i * stride + size, j * stride:j * stride + size, c]
        a, b = np.unravel_index(window.argmax(), window.shape)
        y[n, i, j, c] = window[a, b]
        dx[n, i * stride + a, j * stride + b, c] = dy[n, i, j, c]
    return y, dx


@named("3.5", "a tie goes to the last maximum")
def larger_or_equal(x, dy, size, stride):
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        best, place = -np.inf, None
        for a in range(i * stride, i * stride + size):
            for b in range(j * stride, j * stride + size):
                if x[n, a, b, c] >= best:
                    best, place = x[n, a, b, c], (a, b)
        y[n, i, j, c] = best
        dx[n, place[0], place[1], c] += dy[n, i, j, c]
    return y, dx


@named("3.5", "negative maxima become 0", "forgot dy")
def starts_from_zero(x, dy, size, stride):
    y, dx = np.zeros_like(dy), np.zeros_like(x)
    for n, i, j, c in np.ndindex(dy.shape):
        window = x[n, i * stride:i * stride + size, j * stride:j * stride + size, c]
        for value in window.ravel():
            y[n, i, j, c] = max(y[n, i, j, c], value)
        a, b = np.argwhere(window == window.max())[0]
        dx[n, i * stride + a, j * stride + b, c] += 1
    return y, dx


@named("3.5", "odd border kept")
def ceil_as_many(x, dy, size, stride):
    rows = int(np.ceil((x.shape[1] - size) / stride)) + 1
    columns = int(np.ceil((x.shape[2] - size) / stride)) + 1
    y, dx = np.zeros((len(x), rows, columns, x.shape[3])), np.zeros_like(x)
    for n, i, j, c in np.ndindex(y.shape):
        window = x[n, i * stride:i * stride + size, j * stride:j * stride + size, c]
        a, b = np.unravel_index(window.argmax(), window.shape)
        y[n, i, j, c] = window.max()
        dx[n, i * stride + a, j * stride + b, c] += dy[n, i, j, c]
    return y, dx


# --- 3.6 ---


def back(dy, x, W, dx=None, dW=None, db=None):
    """A backward pass window by window; dx, dW and db may be replaced."""
    kh, kw = W.shape[:2]
    mine_x, mine_W = np.zeros_like(x), np.zeros_like(W)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            here = np.s_[:, i:i + kh, j:j + kw]
            mine_W += np.einsum("nabc,nf->abcf", x[here], dy[:, i, j])
            mine_x[here] += np.einsum("nf,abcf->nabc", dy[:, i, j], W)
    return (dx(dy, x, W) if dx else mine_x, dW(dy, x, W) if dW else mine_W,
            db(dy) if db else dy.sum((0, 1, 2)))


def correlated(dy, W, mode):
    """dy and the kernels, channel by channel, with scipy's correlation."""
    maps = [[sum(correlate2d(one[..., f], W[..., c, f], mode) for f in range(W.shape[3]))
             for c in range(W.shape[2])] for one in dy]
    return np.array(maps).transpose(0, 2, 3, 1)


WRONG_ANSWERS += [
    ("3.6", ["dx without flip"],
     lambda *a: back(*a, dx=lambda dy, x, W: correlated(dy, W, "full"))),
    ("3.6", ["dx without flip", "db averaged"],
     lambda *a: back(*a, dx=lambda dy, x, W: correlated(dy, W, "full"),
                     db=lambda dy: dy.mean((0, 1, 2)))),
    ("3.6", ["filters and channels swapped in dW"],
     lambda *a: back(*a, dW=lambda dy, x, W: np.einsum("nabf,nabc->fc", dy, x)[None, None]
                     if W.shape[:2] == (1, 1) else back(dy, x, W)[1].transpose(0, 1, 3, 2))),
    ("3.6", ["db summed over the images only"], lambda *a: back(*a, db=lambda dy: sum(dy))),
    ("3.6", ["db averaged over the batch"],
     lambda *a: back(*a, db=lambda dy: dy.sum(axis=(1, 2)).mean(axis=0))),
    ("3.6", ["averaged over the batch"], lambda *a: [part / len(a[0]) for part in back(*a)]),
    ("3.6", ["db summed to one number", "dW of one image only"],
     lambda *a: back(*a, db=np.sum, dW=lambda dy, x, W: back(dy[:1], x[:1], W)[1])),
]


@named("3.6", "dx overwritten instead of added up")
def assigns_dx(dy, x, W):
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for a in range(W.shape[0]):
        for b in range(W.shape[1]):
            here = np.s_[:, a:a + dy.shape[1], b:b + dy.shape[2]]
            dW[a, b] = np.tensordot(x[here], dy, axes=((0, 1, 2), (0, 1, 2)))
            dx[here] = dy @ W[a, b].T
    return dx, dW, dy.sum(axis=(0, 1, 2))


@named("3.6", "channels and filters swapped in dx")
def not_transposed(dy, x, W):
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for a in range(W.shape[0]):
        for b in range(W.shape[1]):
            here = np.s_[:, a:a + dy.shape[1], b:b + dy.shape[2]]
            dW[a, b] = np.tensordot(x[here], dy, axes=((0, 1, 2), (0, 1, 2)))
            dx[here] += dy @ W[a, b]
    return dx, dW, dy.sum(axis=(0, 1, 2))


@named("3.6", "dW of one place only")
def assigns_dW(dy, x, W):
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            here = np.s_[:, i:i + W.shape[0], j:j + W.shape[1]]
            dW = np.einsum("nabc,nf->abcf", x[here], dy[:, i, j])
            dx[here] += np.einsum("nf,abcf->nabc", dy[:, i, j], W)
    return dx, dW, dy.sum(axis=(0, 1, 2))


# --- 3.7 ---


def field_with(layers, first=1, own_stride_first=False, last_only=False):
    r, jump, found = first, 1, []
    for kernel, stride in layers:
        if own_stride_first:
            jump *= stride
            r += (kernel - 1) * jump
        else:
            r += (kernel - 1) * jump
            jump = stride if last_only else jump * stride
        found += [r]
    return found


WRONG_ANSWERS += [
    ("3.7", ["a layer's own stride counted too early"],
     lambda layers: field_with(layers, own_stride_first=True)),
    ("3.7", ["only the last stride instead of the product"],
     lambda layers: field_with(layers, last_only=True)),
    ("3.7", ["only the last field"], lambda layers: field_with(layers)[-1]),
    ("3.7", ["the input counted as a layer"], lambda layers: [1] + field_with(layers)),
    ("3.7", ["area instead of width"], lambda layers: np.array(field_with(layers)) ** 2),
]


@named("3.7", "pooling ignored")
def convolutions_only(layers):
    r, jump, found = 1, 1, []
    for kernel, stride in layers:
        if kernel != stride:
            r, jump = r + (kernel - 1) * jump, jump * stride
        found.append(r)
    return found


@named("3.7", "adds k instead of k − 1, and starts at 0 instead of 1")
def whole_kernels_from_nothing(layers):
    r, jump, found = 0, 1, []
    for kernel, stride in layers:
        r, jump = r + kernel * jump, jump * stride
        found.append(r)
    return found
