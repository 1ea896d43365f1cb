"""A sheet of paper: strokes of a pen and a picture, turned into what the networks read.

The networks of this chapter learned from digits that had been prepared: cut out, stretched to
a height of 32 fine cells, counted in blocks of 4×4 (E. Alpaydin and C. Kaynak, UCI 1998), enlarged
to 16×16 pixels and laid on an empty canvas of 28×28. `fitted` does the same to a drawing. Without
it the drawing stays where and as large as it was drawn; only the fineness is the same.

All places are in pixels of the canvas, x to the right and y downwards, from the top left corner.
"""

from __future__ import annotations

import math

import numpy as np

from helpers.kit.digits import CANVAS, ENLARGED, enlarged

CELL = 2  # pixels of the canvas that one cell of the scanned digits covers
FINE = 8  # dots per pixel in which strokes are drawn before ink is counted
NARROWEST, WIDEST = 5.0, 13.0  # pixels: 98 of 100 training digits are as wide, in half ink
LARGEST_SCALE = 4.0  # a dot stays a dot and is not blown up to a digit
INK = 0.4  # dots of a picture with less ink than that do not count for its outline
PICTURE = 56  # side at which a picture of the student's own is kept: two cells per pixel


def field(strokes, picture, pen: float, fit: bool):
    """Lay ink on the canvas of 28×28 pixels.

    Parameters
    ----------
    strokes : list of (n, 2) arrays
        Where the pen went, pixels of the canvas; a single point is a dot.
    picture : array (m, m) in [0, 1], or None
        Ink that was there before, covering the whole canvas.
    pen : float
        Thickness of the pen in pixels of the canvas.
    fit : bool
        Prepare it as the training digits were prepared; False: leave it as it was drawn.

    Returns
    -------
    array (28, 28) float32 in [0, 1]
        1 is full ink.
    """
    box = outline(strokes, picture, pen) if fit else None
    if box is None:
        return enlarged(_cells(strokes, picture, pen, CANVAS)[None])[0]
    move = fitted(box, pen)
    moved = [points * move.scale + move.shift for points in strokes]
    page = np.zeros((CANVAS, CANVAS), np.float32)
    margin = (CANVAS - ENLARGED) // 2
    ink = _cells(moved, picture, pen, ENLARGED, move)
    page[margin : margin + ENLARGED, margin : margin + ENLARGED] = enlarged(ink[None])[0]
    return page


class Move:
    """Where a place of the drawing goes: scale · place + shift, each one for x and one for y."""

    def __init__(self, scale, shift):
        self.scale, self.shift = np.asarray(scale, float), np.asarray(shift, float)


def outline(strokes, picture, pen: float):
    """Return the box (left, top, right, bottom) around the way of the pen; None without ink.

    A picture knows no pen: its ink is counted as if drawn by one that would be of this thickness
    when the picture is as high as a training digit.
    """
    corners = [points for points in strokes if len(points)]
    if picture is not None:
        rows, columns = np.nonzero(picture > INK)
        if len(rows):
            size = CANVAS / len(picture)
            first = np.array([columns.min(), rows.min()]) * size
            last = np.array([columns.max() + 1, rows.max() + 1]) * size
            edge = np.minimum((last - first)[1] * pen / ENLARGED, last - first) / 2
            corners.append(np.array([first + edge, last - edge]))
    if not corners:
        return None
    places = np.concatenate(corners)
    return (*places.min(axis=0), *places.max(axis=0))


def fitted(box, pen: float) -> Move:
    """Say how to move a drawing so that it lies as a training digit does, in a box of 16×16.

    It becomes 16 pixels high, pen included. Its width goes along, between the widths that
    training digits have; and it lies in the middle.
    """
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    room = max(ENLARGED - pen, 1.0)
    # A dash is as wide as the box instead; nothing grows more than LARGEST_SCALE times.
    scale = min(room / max(high, 1e-6), LARGEST_SCALE)
    across = min(max(wide * scale, NARROWEST - pen), max(WIDEST - pen, 1.0))
    stretch = min(across / max(wide, 1e-6), LARGEST_SCALE)
    scales = np.array([stretch, scale])
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    return Move(scales, ENLARGED / 2 - scales * middle)


def _cells(strokes, picture, pen, side, move=None):
    """Count the ink in each cell of a square of `side` pixels: (side/2, side/2) float32."""
    from PIL import Image, ImageDraw

    dots = side * FINE
    sheet = Image.new("L", (dots, dots), 0)
    if picture is not None:
        ink = Image.fromarray(np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8))
        size = len(picture) / CANVAS  # dots of the picture per pixel
        (a, c), (b, d) = ((1, 1), (0, 0)) if move is None else (move.scale, move.shift)
        # PIL asks the other way round: which dot of the picture lies under a dot of the sheet?
        back = (size / a / FINE, 0, -size * b / a, 0, size / c / FINE, -size * d / c)
        sheet = ink.transform((dots, dots), Image.Transform.AFFINE, back,
                              resample=Image.Resampling.BILINEAR)
    brush, radius = ImageDraw.Draw(sheet), pen * FINE / 2
    for points in strokes:
        way = [(float(x) * FINE, float(y) * FINE) for x, y in points]
        if len(way) > 1:
            brush.line(way, fill=255, width=max(round(2 * radius), 1), joint="curve")
        for x, y in (way[0], way[-1]):  # round ends; of a single point a dot
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    block = CELL * FINE
    cells = np.asarray(sheet, np.float32).reshape(side // CELL, block, side // CELL, block)
    return cells.mean(axis=(1, 3)) / np.float32(255)


def ink_of(grey):
    """Find the ink in a photograph of a drawing, however it was lit.

    Parameters
    ----------
    grey : array (height, width) in [0, 1]

    Returns
    -------
    array (56, 56) float32 in [0, 1]
        1 is full ink; the picture keeps its proportions and lies in the middle.

    Notes
    -----
    Paper is what most of the border shows; a light drawing on a dark ground is turned round. The
    paper's own brightness is what a wide blur shows, so a shadow over the paper does no harm. Ink
    is what differs from it by more than half of the largest difference (softened at the edge).
    """
    from PIL import Image, ImageFilter

    grey = np.asarray(grey, np.float32)
    scale = 4 * PICTURE / max(grey.shape)
    size = [max(round(length * scale), 1) for length in grey.shape[::-1]]
    shown = Image.fromarray(np.round(255 * np.clip(grey, 0, 1)).astype(np.uint8)).resize(size)
    values = np.asarray(shown, np.float32) / 255
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    if np.median(edge) < 0.5:
        shown, values = Image.fromarray(255 - np.asarray(shown)), 1 - values
    paper = np.asarray(shown.filter(ImageFilter.MaxFilter(9)).filter(
        ImageFilter.GaussianBlur(max(size) / 8)), np.float32) / 255
    away = np.clip(paper - values, 0, None)
    strongest = float(np.quantile(away, 0.995))
    if strongest < 0.05:  # an empty sheet: there is only noise
        return np.zeros((PICTURE, PICTURE), np.float32)
    ink = np.clip((away / strongest - 0.35) / 0.3, 0, 1)
    room = np.zeros((4 * PICTURE, 4 * PICTURE), np.float32)
    top, left = (4 * PICTURE - ink.shape[0]) // 2, (4 * PICTURE - ink.shape[1]) // 2
    room[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return room.reshape(PICTURE, 4, PICTURE, 4).mean(axis=(1, 3))


def strokes_of(came) -> list:
    """Read strokes that came from the browser; whatever is no pair of numbers is left out.

    Parameters
    ----------
    came : object
        Supposed to be [[[x, y], …], …].

    Returns
    -------
    list of (n, 2) float64 arrays, n ≥ 1
    """
    strokes = []
    for stroke in came if isinstance(came, (list, tuple)) else []:
        points = [_point(pair) for pair in stroke] if isinstance(stroke, (list, tuple)) else []
        points = [point for point in points if point is not None]
        if points:
            strokes.append(np.array(points))
    return strokes


def _point(pair):
    try:
        x, y = (float(value) for value in pair)
    except (TypeError, ValueError):
        return None
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    return min(max(x, -4.0), CANVAS + 4.0), min(max(y, -4.0), CANVAS + 4.0)
