"""Filtering pictures: kernels with names, cross-correlation, and a result's colours."""

from __future__ import annotations

import numpy as np

from helpers.kit.widget import words
from helpers.nn import conv2d

SIDE = 5  # a kernel is kept as 5×5; of a 3×3 kernel only the inner nine count
LIGHT = ("#04121f", "#2b6c99", "#fbfcfd")  # colours of a picture, from black to white
FIELDS = tuple(f"k{at}" for at in range(SIDE * SIDE))


def _padded(rows) -> list:
    """Put a 3×3 kernel in the middle of a 5×5 one."""
    return np.pad(np.array(rows, float), 1).tolist() if len(rows) == 3 else rows


_BINOMIAL, _DOUBLE = np.array([1.0, 2, 1]), np.array([1.0, 4, 6, 4, 1])
_IDENTITY = np.pad([[1.0]], 2)
# name -> (3×3, 5×5)
PRESETS = {
    "identity": ([[0, 0, 0], [0, 1, 0], [0, 0, 0]], _IDENTITY),
    "shift": ([[0, 0, 0], [0, 0, 1], [0, 0, 0]], np.roll(_IDENTITY, 2, axis=1)),
    "blur": (np.full((3, 3), 1 / 9), np.full((5, 5), 1 / 25)),
    "gauss": (np.outer(_BINOMIAL, _BINOMIAL) / 16, np.outer(_DOUBLE, _DOUBLE) / 256),
    "sharpen": ([[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
                [[0, 0, -1, 0, 0], [0, -1, -2, -1, 0], [-1, -2, 17, -2, -1],
                 [0, -1, -2, -1, 0], [0, 0, -1, 0, 0]]),
    "sobel_x": (np.outer(_BINOMIAL, [-1, 0, 1]), np.outer(_DOUBLE, [-1, -2, 0, 2, 1])),
    "sobel_y": (np.outer([-1, 0, 1], _BINOMIAL), np.outer([-1, -2, 0, 2, 1], _DOUBLE)),
    "laplace": ([[0, -1, 0], [-1, 4, -1], [0, -1, 0]],
                [[0, 0, -1, 0, 0], [0, -1, -2, -1, 0], [-1, -2, 16, -2, -1],
                 [0, -1, -2, -1, 0], [0, 0, -1, 0, 0]]),
    "emboss": ([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
               [[-2, -1, -1, 0, 0], [-1, -1, -1, 0, 0], [-1, -1, 1, 1, 1],
                [0, 0, 1, 1, 1], [0, 0, 1, 1, 2]]),
}


def kernel_fields(name: str, size: int = 3) -> dict:
    """The entries k0 … k24 of the state for a preset."""
    rows = np.asarray(_padded(PRESETS[name][size // 2 - 1]), float)
    return {key: round(float(value), 4) for key, value in zip(FIELDS, rows.ravel(), strict=True)}


def shrunk(picture, high: int, wide: int, least: int = SIDE):
    """Make a picture grey and at most high×wide pixels large, by the mean over blocks.

    Parameters
    ----------
    picture : array
        (H, W), (H, W, 1) or (H, W, 3); floats of 0 to 1, or uint8.
    high, wide : int
        Largest size of the result, in pixels.
    least : int
        Smallest side of the result; a kernel of 5×5 needs 5.

    Returns
    -------
    ndarray of uint8 (H′, W′)

    Raises
    ------
    ValueError
        If it has another shape, is smaller than 5×5, or has numbers outside of 0 to 1.
    """
    x = np.asarray(picture)
    if x.dtype == np.uint8:
        x = x / 255.0
    if x.ndim == 3 and x.shape[-1] in (1, 3):
        # brightness as the eye weighs it (Rec. 601)
        x = x[..., 0] if x.shape[-1] == 1 else x @ np.array([0.299, 0.587, 0.114])
    if x.ndim != 2 or min(x.shape) < SIDE:
        raise ValueError("A picture is an array (H, W) or (H, W, 3) of at least 5×5 pixels; "
                         f"got shape {np.shape(picture)}.")
    if not (np.isfinite(x).all() and x.min() >= 0 and x.max() <= 1):
        raise ValueError("Pixels are floats of 0 to 1, or uint8 of 0 to 255; these go from "
                         f"{words(float(x.min()))} to {words(float(x.max()))}.")
    factor = max(x.shape[0] / high, x.shape[1] / wide, 1.0)
    for axis in (0, 1):
        size = x.shape[axis]
        edges = np.linspace(0, size, max(least, round(size / factor)) + 1).astype(int)
        if len(edges) <= size:
            sums = np.add.reduceat(x.astype(float), edges[:-1], axis=axis)
            x = sums / np.expand_dims(np.diff(edges), 1 - axis)
    return np.round(255 * x).astype(np.uint8)


def correlate(x, k, stride: int = 1, padding: str = "valid"):
    """Cross-correlate x (H, W) with k (K, K): `nn.conv2d` of one image, channel and filter."""
    y = conv2d(x[None, :, :, None], k[:, :, None, None], np.zeros(1), stride, padding)
    return y[0, :, :, 0]


def patch_of(x, top: int, left: int, size: int):
    """What a window of the picture holds, 0 outside; (size, size) of 0 to 1."""
    padded = np.pad(x / 255.0, SIDE)
    return padded[top + SIDE : top + SIDE + size, left + SIDE : left + SIDE + size]


def shades(y, kernel):
    """How to show a result: as light where the kernel keeps brightness, else with its signs."""
    total = float(kernel.sum())
    if total >= 0.5:
        most = max(1.0, total)  # what a white region becomes
        return False, most, np.round(255 * np.clip(y / most, 0, 1)).astype(np.uint8)
    most = max(float(np.abs(y).max()), 1e-9)
    return True, most, np.round(128 + 127 * y / most).astype(np.uint8)
