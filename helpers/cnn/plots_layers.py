"""Small examples of one layer, number by number: products, im2col, pooling."""

import numpy as np

from helpers.cnn.plots_sheet import (
    WIDE,
    arrow,
    caption,
    cells,
    fewer,
    frame,
    number,
    paint,
    pale,
    shade,
    sheet,
)
from helpers.kit.figures import COLOURS, SERIES, styled

_FINEST = 320           # pixels across a photograph: more than the screen shows make files large
_NUMBERED = 10          # an image wider than that is drawn in grey, without its numbers


@styled
def plot_products(image, kernel, row, column, ink=True, ax=None):
    """How one output comes about: the patch of the image times the kernel, and the sum.

    Parameters
    ----------
    image : (H, W) float
    kernel : (kh, kw) float
        Laid on as it is, without a flip.
    row, column : int
        Of the output, counted from 0: the upper left corner of the patch.
    ink : bool
        Large values are dark, as ink on paper; False: they are bright, as light.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: one of many patches; the same kernel goes over all of them. Numbers are
    rounded to two decimals, and the sum is taken before.
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    _check_image("plot_products", image, kernel)
    (height, width), (kh, kw) = image.shape, kernel.shape
    if not (0 <= row <= height - kh and 0 <= column <= width - kw):
        raise ValueError(f"plot_products: row should lie from 0 to {height - kh} and column from 0 "
                         f"to {width - kw}; got {row} and {column}")
    patch = image[row:row + kh, column:column + kw]
    products = patch * kernel
    small = width <= _NUMBERED
    room = width if small else 7
    tall = max(height * room / width, kh)
    across = room + 3 * kw + 5.6
    unit = min(0.5, 10.2 / across)      # inches
    ax = sheet(across, tall + 1.2, unit, ax, widest=WIDE)
    tables = (patch, kernel, products, image if small else patch)
    longest = max(len(number(value)) for table in tables for value in table.ravel())
    size = min(10.5, 105 * unit / longest)      # so that it fits into its square
    top = 1.0 + (tall - height * room / width) / 2
    cell = room / width
    if small:
        cells(ax, image, 0, top, shade(image, ink), size=size)
    else:
        paint(ax, fewer(image, _FINEST), 0, top, room, height * cell, "gray_r" if ink else "gray",
              image.min(), image.max())
        frame(ax, 0, top, room, height * cell)
    frame(ax, column * cell, top + row * cell, kw * cell, kh * cell, COLOURS["data"], thick=2.4,
          front=5)
    caption(ax, room / 2, 0.8, "image", va="bottom", size=10.5)
    up = 1.0 + (tall - kh) / 2
    for place, (title, table, role) in enumerate((("patch", patch, "data"),
                                                  ("kernel", kernel, "parameters"),
                                                  ("products", products, "prediction"))):
        left = room + 1 + place * (kw + 1)
        cells(ax, table, left, up, shade(table, ink) if place == 0 else None, size=size,
              colours=None if role == "data" else COLOURS[role])
        frame(ax, left, up, kw, kh, COLOURS[role], thick=1.8)
        caption(ax, left + kw / 2, up - 0.2, title, va="bottom", color=COLOURS[role],
                size=10.5)
        caption(ax, left - 0.5, up + kh / 2, ("", "×", "=")[place], size=14, va="center")
    left = room + 3 * kw + 3.9
    arrow(ax, (left - 0.8, up + kh / 2), (left - 0.1, up + kh / 2))
    frame(ax, left, up + kh / 2 - 0.6, 1.6, 1.2, COLOURS["data"], thick=1.8)
    caption(ax, left + 0.8, up + kh / 2, number(products.sum()), size=11, va="center",
            fontweight="bold")
    caption(ax, left + 0.8, up + kh / 2 - 0.8, "sum", va="bottom", size=10.5)
    return ax


def _check_image(who, image, kernel):
    if image.ndim != 2 or kernel.ndim != 2 or (np.array(kernel.shape) > image.shape).any():
        raise ValueError(f"{who}: image should have shape (H, W) and kernel (kh, kw), not larger; "
                         f"got {image.shape} and {kernel.shape}")


@styled
def plot_im2col(image, kernel, ax=None):
    """Every patch becomes a row of a matrix, and one matrix product gives all outputs.

    Parameters
    ----------
    image : (H, W) float
        Small: (H − kh + 1)(W − kw + 1) rows have to fit into the picture, at most 16.
    kernel : (kh, kw) float
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the matrix looks like a gain, but it holds most pixels several times. What
    is gained is that a computer multiplies matrices faster than it runs through loops.
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    _check_image("plot_im2col", image, kernel)
    (kh, kw), (height, width) = kernel.shape, image.shape
    corners = [(i, j) for i in range(height - kh + 1) for j in range(width - kw + 1)]
    if len(corners) > 16 or kernel.size > 9 or width > _NUMBERED:
        raise ValueError("plot_im2col: at most 16 patches of 9 numbers can be read; "
                         f"got {len(corners)} of {kernel.size}")
    table = np.array([image[i:i + kh, j:j + kw].ravel() for i, j in corners])
    weights = kernel.reshape(-1, 1)
    rows = len(corners)
    tall = max(rows, height, kernel.size)
    ax = sheet(width + kernel.size + 8.6, tall + 1.3, 0.34, ax)
    tops = {"image": 1.1 + (tall - height) / 2, "matrix": 1.1 + (tall - rows) / 2,
            "kernel": 1.1 + (tall - kernel.size) / 2}
    lefts = {"image": 0.2, "matrix": width + 2.4, "kernel": width + kernel.size + 4.2,
             "output": width + kernel.size + 6.9}
    cells(ax, image, lefts["image"], tops["image"])
    cells(ax, table, lefts["matrix"], tops["matrix"])
    cells(ax, weights, lefts["kernel"], tops["kernel"], colours=COLOURS["parameters"])
    frame(ax, lefts["kernel"], tops["kernel"], 1, kernel.size, COLOURS["parameters"], thick=1.8)
    cells(ax, table @ weights, lefts["output"], tops["matrix"], bold=np.ones((rows, 1)))
    for sign, index in zip(SERIES, sorted({0, rows // 2, rows - 1}), strict=False):
        i, j = corners[index]
        look = {"colour": sign.colour, "line": sign.line, "thick": 2.2, "front": 5}
        inset = 0.07 * (1 + SERIES.index(sign))         # frames that overlap stay apart
        frame(ax, lefts["image"] + j + inset, tops["image"] + i + inset, kw - 2 * inset,
              kh - 2 * inset, **look)
        frame(ax, lefts["matrix"], tops["matrix"] + index, kernel.size, 1, **look)
        frame(ax, lefts["output"], tops["matrix"] + index, 1, 1, **look)
    middle = 1.1 + tall / 2
    arrow(ax, (lefts["matrix"] - 1.8, middle), (lefts["matrix"] - 0.4, middle))
    caption(ax, lefts["kernel"] - 0.9, middle, "×", size=13, va="center")
    caption(ax, lefts["output"] - 0.85, middle, "=", size=13, va="center")
    caption(ax, lefts["image"] + width / 2, tops["image"] - 0.25, "image", va="bottom")
    caption(ax, lefts["matrix"] + kernel.size / 2, tops["matrix"] - 0.25, "patches, one a row",
            va="bottom")
    caption(ax, lefts["kernel"] + 0.5, tops["kernel"] - 0.25, "kernel", va="bottom",
            color=COLOURS["parameters"])
    caption(ax, lefts["output"] + 0.5, tops["matrix"] - 0.25, "output", va="bottom")
    return ax


@styled
def plot_pool(x, y, dx, ax=None):
    """Pooling in numbers: what goes on, and where the gradient goes back to.

    Parameters
    ----------
    x : (H, W) float
        The largest of each window is bold; of several the first.
    y : (H′, W′) float
        H and W are multiples of H′ and W′: windows side by side.
    dx : (H, W) float
        The gradient at x. Its sum over a window is the gradient that came from above, dy.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: where a 0 stands, it stands for this input. For another input other places
    get the gradient.
    """
    x, y, dx = (np.asarray(values, float) for values in (x, y, dx))
    if x.ndim != 2 or y.ndim != 2 or x.shape != dx.shape or y.size == 0 or any(
            n % m for n, m in zip(x.shape, y.shape, strict=True)):
        raise ValueError("plot_pool: x and dx should have one shape (H, W), and y one with sides "
                         f"that divide it; got {x.shape}, {dx.shape} and {y.shape}")
    (height, width), (out_h, out_w) = x.shape, y.shape
    ph, pw = height // out_h, width // out_w
    dy = dx.reshape(out_h, ph, out_w, pw).sum(axis=(1, 3))
    kept = np.zeros(x.shape, bool)
    for i in range(out_h):
        for j in range(out_w):
            window = x[i * ph:(i + 1) * ph, j * pw:(j + 1) * pw]
            a, b = np.unravel_index(window.argmax(), window.shape)
            kept[i * ph + a, j * pw + b] = True
    blue, orange = pale(COLOURS["forward"]), pale(COLOURS["backward"])
    windows = [[blue if flag else None for flag in row] for row in kept]
    sent = [[orange if value else None for value in row] for row in dx]
    gap = 2.0
    ax = sheet(2 * (width + out_w + gap) + 1.8, height + 1.3, 0.38, ax)
    middle = 1.1 + height / 2
    lefts = [0.2, 0.2 + width + gap, width + out_w + gap + 1.6, width + 2 * out_w + 2 * gap + 1.6]
    parts = (("x", x, windows, kept), ("y", y, blue, np.ones(y.shape)),
             ("dy", dy, orange, np.ones(y.shape)), ("dx", dx, sent, dx != 0))
    for place, (left, (title, values, fills, bold)) in enumerate(zip(lefts, parts, strict=True)):
        rows, columns = values.shape
        top = middle - rows / 2
        cells(ax, values, left, top, fills, bold=bold)
        role = "forward" if place < 2 else "backward"
        high, wide = (1, 1) if place in (1, 2) else (ph, pw)
        for i in range(out_h):
            for j in range(out_w):
                frame(ax, left + j * wide, top + i * high, wide, high, COLOURS[role],
                      line="-" if place < 2 else "--", thick=1.8)
        caption(ax, left + columns / 2, top - 0.2, title, va="bottom", size=10,
                color=COLOURS[role], fontweight="bold")
    for start, role in ((lefts[0] + width, "forward"), (lefts[2] + out_w, "backward")):
        arrow(ax, (start + 0.35, middle), (start + gap - 0.35, middle), COLOURS[role], 2)
    return ax
