"""Other right answers to the exercises of chapter 03: each must be accepted as it stands.

They are what people write who think differently from the reference: other loops, einsum, windows
as a view, a library's function, another formula for the same thing.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import convolve2d, correlate2d

from tests.exercises.registers import right_answers

ALTERNATIVES = {}
accepted = right_answers(ALTERNATIVES)


# --- 3.3 ---


@accepted("3.3")
def windows_as_a_view(x, k):
    return np.einsum("ijab,ab->ij", sliding_window_view(x, k.shape), k)


@accepted("3.3")
def shifted_images_added_up(x, k):
    (H, W), (kh, kw) = x.shape, k.shape
    y = 0
    for a in range(kh):
        for b in range(kw):
            y = y + k[a, b] * x[a:H - kh + 1 + a, b:W - kw + 1 + b]
    return y


@accepted("3.3")
def four_loops(x, k):
    y = np.zeros((len(x) - len(k) + 1, len(x[0]) - len(k[0]) + 1))
    for i in range(len(y)):
        for j in range(len(y[0])):
            for a in range(len(k)):
                for b in range(len(k[0])):
                    y[i][j] += x[i + a][j + b] * k[a][b]
    return y


@accepted("3.3")
def rows_of_a_matrix(x, k):
    size = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    rows = np.array([x[i:i + k.shape[0], j:j + k.shape[1]].ravel() for i, j in np.ndindex(*size)])
    return (rows @ k.ravel()).reshape(size)


@accepted("3.3")
def textbook_convolution_of_the_flipped_kernel(x, k):
    return convolve2d(x, k[::-1, ::-1], mode="valid")


@accepted("3.3")
def list_of_lists(x, k):
    kh, kw = k.shape
    return [[float((x[i:i + kh, j:j + kw] * k).sum()) for j in range(x.shape[1] - kw + 1)]
            for i in range(x.shape[0] - kh + 1)]


# --- 3.4 ---


def padded_by_ceil(x, kernel, stride):
    around = [(0, 0)]
    for n, k in zip(x.shape[1:3], kernel, strict=True):
        total = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
        around.append((total // 2, math.ceil(total / 2)))
    return np.pad(x, [*around, (0, 0)])


@accepted("3.4")
def window_by_window(x, W, b, stride, padding):
    kh, kw, _, F = W.shape
    if padding == "same":
        x = padded_by_ceil(x, (kh, kw), stride)
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.empty((len(x), rows, columns, F))
    for i in range(rows):
        for j in range(columns):
            window = x[:, i * stride:i * stride + kh, j * stride:j * stride + kw]
            y[:, i, j] = np.tensordot(window, W, axes=3) + b
    return y


@accepted("3.4")
def every_second_window_of_a_view(x, W, b, stride, padding):
    if padding == "same":
        x = padded_by_ceil(x, W.shape[:2], stride)
    windows = sliding_window_view(x, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwcij,ijcf->nhwf", windows, W) + b


@accepted("3.4")
def channel_by_channel_with_scipy(x, W, b, stride, padding):
    if padding != "valid":
        x = padded_by_ceil(x, W.shape[:2], stride)
    maps = [[sum(correlate2d(image[:, :, c], W[:, :, c, f], "valid") for c in range(x.shape[3]))
             for f in range(W.shape[3])] for image in x]
    return np.moveaxis(np.array(maps)[:, :, ::stride, ::stride], 1, -1) + b


@accepted("3.4")
def one_matrix_product(x, W, b, stride, padding):
    kh, kw, C, F = W.shape
    if padding == "same":
        x = padded_by_ceil(x, (kh, kw), stride)
    N, H, width, _ = x.shape
    starts = [(i, j) for i in range(0, H - kh + 1, stride)
              for j in range(0, width - kw + 1, stride)]
    rows = np.stack([x[:, i:i + kh, j:j + kw].reshape(N, -1) for i, j in starts], axis=1)
    return (rows @ W.reshape(-1, F) + b).reshape(N, -1, (width - kw) // stride + 1, F)


# --- 3.5 ---


@accepted("3.5")
def searches_for_the_larger(x, dy, size, stride):
    y, dx = np.empty_like(dy), np.zeros_like(x)
    for n in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            for j in range(dy.shape[2]):
                for c in range(dy.shape[3]):
                    best, place = -np.inf, None
                    for a in range(i * stride, i * stride + size):
                        for b in range(j * stride, j * stride + size):
                            if x[n, a, b, c] > best:
                                best, place = x[n, a, b, c], (n, a, b, c)
                    y[n, i, j, c] = best
                    dx[place] += dy[n, i, j, c]
    return y, dx


@accepted("3.5")
def all_images_and_channels_at_once(x, dy, size, stride):
    N, H, W, C = x.shape
    y, dx = np.zeros_like(dy), np.zeros(x.shape)
    n, c = np.indices((N, C))
    for i in range((H - size) // stride + 1):
        for j in range((W - size) // stride + 1):
            window = x[:, i * stride:i * stride + size, j * stride:j * stride + size]
            flat = window.reshape(N, size * size, C)
            y[:, i, j] = flat.max(axis=1)
            best = flat.argmax(axis=1)
            np.add.at(dx, (n, i * stride + best // size, j * stride + best % size, c), dy[:, i, j])
    return y, dx


@accepted("3.5")
def with_a_mask_and_unravel_index(x, dy, size, stride):
    y, dx = np.zeros_like(dy), 0 * x
    for place in np.ndindex(dy.shape):
        n, i, j, c = place
        rows = slice(i * stride, i * stride + size)
        columns = slice(j * stride, j * stride + size)
        window = x[n, rows, columns, c]
        mask = np.zeros((size, size))
        mask[np.unravel_index(np.argmax(window), window.shape)] = 1
        y[place] = (window * mask).sum()
        dx[n, rows, columns, c] += mask * dy[place]
    return [y, dx]


# --- 3.6 ---


@accepted("3.6")
def window_by_window_back(dy, x, W):
    kh, kw = W.shape[:2]
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[3])
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            dW += np.tensordot(x[:, i:i + kh, j:j + kw], dy[:, i, j], axes=(0, 0))
            dx[:, i:i + kh, j:j + kw] += np.tensordot(dy[:, i, j], W, axes=(1, 3))
            db += dy[:, i, j].sum(axis=0)
    return dx, dW, db


@accepted("3.6")
def dx_as_a_convolution_of_padded_dy(dy, x, W):
    kh, kw = W.shape[:2]
    wide = np.pad(dy, [(0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)])
    windows = sliding_window_view(wide, (kh, kw), axis=(1, 2))
    dx = np.einsum("nhwfij,ijcf->nhwc", windows, W[::-1, ::-1])
    dW = np.einsum("nhwcij,nhwf->ijcf", sliding_window_view(x, (kh, kw), axis=(1, 2)), dy)
    return dx, dW, np.einsum("nhwf->f", dy)


@accepted("3.6")
def through_one_matrix(dy, x, W):
    """The layer as a dense one: y = x.ravel() @ M, with M built from unit images."""
    n_pixels, (N, H, width, C) = x[0].size, x.shape
    unit = np.eye(n_pixels).reshape(n_pixels, H, width, C)
    windows = sliding_window_view(unit, W.shape[:2], axis=(1, 2))
    M = np.einsum("nhwcij,ijcf->nhwf", windows, W).reshape(n_pixels, -1)
    dx = (dy.reshape(N, -1) @ M.T).reshape(x.shape)
    dW = np.zeros(W.shape)
    for a, b, c, f in np.ndindex(W.shape):
        dW[a, b, c, f] = (x[:, a:a + dy.shape[1], b:b + dy.shape[2], c] * dy[..., f]).sum()
    return dx, dW, dy.reshape(-1, W.shape[3]).sum(axis=0)


# --- 3.7 ---


@accepted("3.7")
def from_each_layer_back_to_the_image(layers):
    fields = []
    for depth in range(1, len(layers) + 1):
        r = 1
        for kernel, stride in reversed(layers[:depth]):
            r = (r - 1) * stride + kernel
        fields.append(r)
    return fields


@accepted("3.7")
def with_products(layers):
    kernels, strides = np.array(layers).T
    jumps = np.cumprod(np.append(1, strides[:-1]))
    return 1 + np.cumsum((kernels - 1) * jumps)


@accepted("3.7")
def by_the_pixels_that_unit_0_and_unit_1_see(layers):
    first, second, fields = [0, 0], [1, 1], []
    for kernel, stride in layers:
        jump = second[0] - first[0]
        first = [first[0], first[1] + (kernel - 1) * jump]
        second = [first[0] + stride * jump, first[1] + stride * jump]
        fields.append(first[1] - first[0] + 1)
    return tuple(fields)


# --- 3.11 ---


@accepted("3.11")
def with_einsum(maps, dscores, label):
    alpha = np.einsum("hwc->c", dscores[label]) / maps[..., 0].size
    return np.einsum("hwc,c->hw", maps, alpha).clip(min=0)


@accepted("3.11")
def map_by_map(maps, dscores, label):
    heat = np.zeros(maps.shape[:2])
    for c in range(maps.shape[2]):
        heat += maps[:, :, c] * np.mean(dscores[label, :, :, c])
    heat[heat < 0] = 0
    return heat


@accepted("3.11")
def pixel_by_pixel(maps, dscores, label):
    alpha = [dscores[label][..., c].mean() for c in range(maps.shape[-1])]
    return np.array([[max(sum(a * v for a, v in zip(alpha, pixel, strict=True)), 0.0)
                      for pixel in row] for row in maps])
