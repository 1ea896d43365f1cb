"""Pooling: one number stands for a whole window, channel by channel. Nothing is learned here.

Maps are (N, H, W, C). Windows that do not fit are dropped ("valid"), or padded so that none is
("same"); padding is never a maximum, and is not counted in a mean.
"""

import numpy as np

from helpers.nn.checks_images import check_maps
from helpers.nn.windows import pad, pair, windows_of


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    """Keep the largest of each window.

    Parameters
    ----------
    x : array (N, H, W, C), float
    pool_size : int or (int, int)
        Height and width of the window.
    strides : int or (int, int), optional
        Steps of the window, in pixels; left out: the window's own size, so that none overlap.
    padding : "valid" or "same"

    Returns
    -------
    y : array (N, H′, W′, C)

    Raises
    ------
    ValueError
        If x is not (N, H, W, C) or smaller than the window, or a setting is none.

    Notes
    -----
    y[n, r, c, d] = max over i, j of x̃[n, r s + i, c s + j, d].
    Goodfellow, Bengio & Courville (2016), §9.3.
    """
    windows = windows_for(x, pool_size, strides, padding)
    return largest(pad(x, windows, -np.inf), windows)


def largest(padded, windows, out=None):
    """Return the maximum of each window over `padded`, the maps with their padding.

    It is written into `out`, if that is given.
    """
    if out is None:
        out = np.empty((len(padded), *windows.out, padded.shape[-1]), padded.dtype)
    out[...] = padded[:, windows.down(0), windows.across(0)]
    for _, down, across in windows.slices():
        np.maximum(out, padded[:, down, across], out=out)
    return out


def max_pool2d_backward(dout, x, pool_size=2, strides=None, padding="valid"):
    """Gradient of `max_pool2d`.

    Parameters
    ----------
    dout : array (N, H′, W′, C)
    x, pool_size, strides, padding
        As for `max_pool2d`.

    Returns
    -------
    dx : array (N, H, W, C)

    Notes
    -----
    dx̃[n, r s + i, c s + j, d] += dout[n, r, c, d] at that (i, j) where the window's maximum
    stands, and nothing elsewhere: only what was the largest can have changed y. Of equal maxima the
    first in row-major order gets it all, as in TensorFlow on the CPU.
    """
    windows = windows_for(x, pool_size, strides, padding)
    padded = pad(x, windows, -np.inf)
    dpadded = np.empty(padded.shape, dout.dtype)
    give_to_largest(dout, padded, largest(padded, windows), windows, out=dpadded)
    return dpadded[(slice(None), *windows.inner)]


def give_to_largest(dout, padded, y, windows, out):
    """Put the gradient for `padded` into `out`, given the maximum y of each window."""
    out[...] = 0
    overlap = any(s < k for s, k in zip(windows.strides, windows.kernel, strict=True))
    waiting = np.ones(y.shape, bool)    # windows whose first maximum has not been met yet
    for _, down, across in windows.slices():
        here = padded[:, down, across] == y
        here &= waiting
        waiting ^= here
        target = out[:, down, across]
        if overlap:
            target += dout * here
        else:
            np.multiply(dout, here, out=target)    # each pixel in one window: nothing to add to


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    """Take the mean of each window.

    Parameters, result and errors as for `max_pool2d`.

    Notes
    -----
    y[n, r, c, d] = (1 / number of pixels in the window) Σ x[n, r s + i, c s + j, d], over those
    i and j that lie inside x: padding counts neither above nor below the line, as in Keras.
    """
    windows = windows_for(x, pool_size, strides, padding)
    padded = pad(x, windows)
    y = sum(padded[:, rows, columns] for _, rows, columns in windows.slices())
    return y / _pixels(windows, x.dtype)


def avg_pool2d_backward(dout, x, pool_size=2, strides=None, padding="valid"):
    """Gradient of `avg_pool2d`: every pixel of a window gets dout / number of pixels in it.

    dout : (N, H′, W′, C); of x (N, H, W, C) only the shape matters; result dx : (N, H, W, C).
    """
    windows = windows_for(x, pool_size, strides, padding)
    share = dout / _pixels(windows, dout.dtype)
    dpadded = np.zeros((len(x), *windows.padded, x.shape[-1]), dout.dtype)
    for _, rows, columns in windows.slices():
        dpadded[:, rows, columns] += share
    return dpadded[(slice(None), *windows.inner)]


def _pixels(windows, dtype):
    """Return how many real pixels each window holds; array (H′, W′, 1)."""
    ones = pad(np.ones((1, *windows.size, 1), dtype), windows)
    return sum(ones[0, rows, columns] for _, rows, columns in windows.slices())


def global_max_pool2d(x):
    """Keep the largest of each map: y[n, d] = max over r, c of x[n, r, c, d].

    x : (N, H, W, C); result y : (N, C). Raises ValueError if x is not (N, H, W, C).
    """
    check_maps(x)
    return x.max(axis=(1, 2))


def global_max_pool2d_backward(dout, x):
    """Gradient of `global_max_pool2d`: dout goes where the maximum stands.

    Equal maxima share it evenly, as in Keras, where this layer is a `max` over two axes (and not a
    pooling, which would give all to the first). dout : (N, C); x and result : (N, H, W, C).
    """
    check_maps(x)
    here = x == x.max(axis=(1, 2), keepdims=True)
    share = dout / here.sum(axis=(1, 2), dtype=dout.dtype)
    return share[:, None, None, :] * here


def global_avg_pool2d(x):
    """Take the mean of each map: y[n, d] = mean over r, c of x[n, r, c, d].

    x : (N, H, W, C); result y : (N, C). Raises ValueError if x is not (N, H, W, C).
    """
    check_maps(x)
    return x.mean(axis=(1, 2))


def global_avg_pool2d_backward(dout, x):
    """Gradient of `global_avg_pool2d`: each of a map's H · W pixels gets dout / (H W).

    dout : (N, C); of x only the shape matters; result : (N, H, W, C).
    """
    check_maps(x)
    share = dout / (x.shape[1] * x.shape[2])
    return np.broadcast_to(share[:, None, None, :], x.shape).copy()


def windows_for(x, pool_size, strides, padding):
    """Return the `Windows` of a pooling over x (N, H, W, C), or say what does not fit."""
    check_maps(x)
    size = pair("pool_size", pool_size)
    step = size if strides is None else pair("strides", strides)
    return windows_of(x.shape[1:3], size, step, padding)
