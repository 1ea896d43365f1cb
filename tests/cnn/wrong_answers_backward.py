"""Wrong answers to 3.5, 3.6 and 3.7, as students write them; see wrong_answers.py."""

import numpy as np
from scipy.signal import correlate2d

from tests.cnn.wrong_answers import WRONG_ANSWERS, named

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


@named("3.6", "dx with a reshaped kernel")
def reshaped_instead_of_transposed(dy, x, W):
    kh, kw, C, F = W.shape
    around = np.pad(dy, [(0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)])
    turned = W[::-1, ::-1].reshape(kh, kw, F, C)
    dx = np.zeros_like(x)
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            dx[:, i, j] = np.einsum("nabf,abfc->nc", around[:, i:i + kh, j:j + kw], turned)
    return back(dy, x, W, dx=lambda *_: dx)


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


WRONG_ANSWERS.append(("3.7", ["the strides multiplied instead of the fields"],
                      lambda layers: [int(np.prod([s for _, s in layers[:i + 1]]))
                                      for i in range(len(layers))]))


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
