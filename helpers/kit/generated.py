"""Points in the plane that no one measured, for networks that one can draw."""

from typing import NamedTuple

import numpy as np


class Points(NamedTuple):
    """Generated points in the plane: `x` (n, 2) float64, `y` (n,) int64. Unpack: `x, y = …`."""

    x: np.ndarray
    y: np.ndarray

    @property
    def real(self):
        """False: no one measured these."""
        return False

    @property
    def source(self):
        """Said wherever the points are shown."""
        return "generated"


def moons(n=200, noise=0.15, seed=0):
    """Two half circles, one hooked into the other, one class each. Generated.

    Parameters
    ----------
    n : int
        Number of points, both classes together.
    noise : float
        Standard deviation of the normal error added to both coordinates; the radius is 1.

    Returns
    -------
    Points
        x (n, 2) float64, y (n,) int64 in {0, 1}, shuffled.
    """
    _at_least(n, 2, "moons", "n")
    _at_least(noise, 0, "moons", "noise")
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    angle = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.where(y[:, None] == 0, upper, lower) + rng.normal(0, noise, (n, 2))
    return Points(x, y.astype(np.int64))


def spiral(n=300, seed=0, classes=3, noise=0.15):
    """Spiral arms that start in one point, one class each. Generated.

    Parameters
    ----------
    n : int
        Number of points, all classes together.
    classes : int
        Number of arms.
    noise : float
        Standard deviation of the error of the angle, in radians. An arm turns through 4 radians.

    Returns
    -------
    Points
        x (n, 2) float64 within the unit circle, y (n,) int64 in 0 … classes−1, shuffled.

    Notes
    -----
    The picture comes from the CS231n notes "Putting it together: a minimal case study".
    """
    _at_least(classes, 1, "spiral", "classes")
    _at_least(n, classes, "spiral", "n")
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % classes)
    radius = rng.uniform(0.03, 1, n)
    angle = 4 * radius + 2 * np.pi * y / classes + rng.normal(0, noise, n)
    x = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return Points(x, y.astype(np.int64))


def _at_least(value, least, function, argument):
    if value < least:
        raise ValueError(f"{function}: {argument} should be at least {least}; got {value}")
