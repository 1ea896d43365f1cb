"""Digits as people draw them and photograph them, for the tests of the pad; x right, y down."""

import numpy as np

# Corners in a box of 1×1; between them the pen goes straight.
CORNERS = {
    0: [[(0.5, 0), (0.15, 0.15), (0, 0.5), (0.15, 0.88), (0.5, 1), (0.85, 0.85), (1, 0.5),
         (0.85, 0.12), (0.5, 0)]],
    1: [[(0.1, 0.25), (0.5, 0), (0.5, 1)]],
    2: [[(0, 0.2), (0.2, 0.03), (0.55, 0), (0.9, 0.12), (0.9, 0.35), (0.5, 0.65), (0, 1), (1, 1)]],
    3: [[(0, 0.1), (0.4, 0), (0.85, 0.1), (0.85, 0.35), (0.35, 0.48), (0.85, 0.6), (1, 0.78),
         (0.7, 0.97), (0.3, 1), (0, 0.88)]],
    4: [[(0.55, 0), (0, 0.62), (1, 0.62)], [(0.72, 0.35), (0.72, 1)]],
    5: [[(0.9, 0), (0.1, 0), (0.05, 0.45), (0.5, 0.38), (0.95, 0.55), (0.95, 0.8), (0.6, 1),
         (0, 0.93)]],
    6: [[(0.75, 0), (0.3, 0.25), (0.02, 0.65), (0.2, 0.95), (0.6, 1), (0.95, 0.8), (0.8, 0.55),
         (0.4, 0.52), (0.08, 0.7)]],
    7: [[(0, 0), (1, 0), (0.35, 1)]],
    8: [[(0.85, 0.1), (0.5, 0), (0.1, 0.12), (0.15, 0.35), (0.85, 0.65), (0.95, 0.87), (0.5, 1),
         (0.05, 0.87), (0.15, 0.65), (0.85, 0.35), (0.85, 0.1)]],
    9: [[(0.9, 0.2), (0.5, 0), (0.1, 0.15), (0.1, 0.4), (0.5, 0.52), (0.9, 0.35), (0.92, 0.15),
         (0.85, 0.6), (0.6, 1)]],
}


def drawn(digit, left=7.0, top=5.0, wide=12.0, high=18.0):
    """The strokes of a digit, a point every half pixel or so, in pixels of the canvas."""
    return [way(np.array(corners) * (wide, high) + (left, top)) for corners in CORNERS[digit]]


def way(corners, apart=0.5):
    """Points on the straight lines between corners."""
    corners = np.asarray(corners, float)
    reached = np.r_[0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T))]
    at = np.linspace(0, reached[-1], max(int(reached[-1] / apart), 2))
    return np.stack([np.interp(at, reached, corners[:, side]) for side in (0, 1)], axis=1)


def middle_of(ink):
    """Centre of the ink, (x, y), in pixels."""
    rows, columns = np.indices(ink.shape)
    return (columns * ink).sum() / ink.sum(), (rows * ink).sum() / ink.sum()


def photographed(dark=True, shadow=True, noise=0.02):
    """A "1" on paper under uneven light: (grey (120, 160), where the ink is)."""
    rows, columns = np.mgrid[:120, :160]
    ink = (abs(columns - 90) < 5) & (rows > 25) & (rows < 95)
    light = 0.95 - (0.35 * rows / 120 if shadow else 0)
    grey = np.where(ink, 0.25 * light, light)
    grey = grey + np.random.default_rng(0).normal(0, noise, grey.shape)
    return np.clip(grey if dark else 1 - grey, 0, 1), ink
