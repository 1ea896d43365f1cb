"""Whole networks: the size of what each layer hands on, what it sees, and how layers are joined."""

import numpy as np

from helpers.cnn.accounting import spaced
from helpers.cnn.plots_sheet import WIDE, arrow, caption, frame, paint, pale, sheet
from helpers.kit.figures import COLOURS, SERIES, styled

_TALL = 28.0            # units of the tallest map, and of the longest row of numbers
_THICK = 7.0            # units for the most channels
_NAMES = 16.0           # units across for the names of the lines
_SLOT = 17.0            # units across for one layer, if its numbers are not long
_UNIT = 0.06            # inches
_READ = 10.2             # points: letters of a picture that fills the width
_SLANT = 0.26           # how far the depth of a box goes to the side, per unit of depth


@styled
def plot_shapes(rows, ax=None):
    """What each layer hands on, drawn to scale, with shape, parameters and MACs below.

    Parameters
    ----------
    rows : Trace
        What `accounting.trace` returns.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: heights of maps compare with heights of maps, thicknesses (channels) with
    thicknesses, bars of Flatten and Dense with such bars, but not one kind with another. Few
    parameters do not mean little work: the columns below differ in where they are large.
    """
    if not len(rows):
        raise ValueError("plot_shapes: rows should hold at least one layer; got none. "
                         "rows = accounting.trace(network, (28, 28, 1))")
    parts = [("input", tuple(rows.input_shape), None, None)]
    parts += [(_in_lines(row.kind), row.shape, row.parameters, row.macs) for row in rows]
    parts.append(("total", (), sum(row.parameters for row in rows), sum(row.macs for row in rows)))
    maps = [shape for _, shape, *_ in parts if len(shape) == 3]
    side = max((max(shape[:2]) for shape in maps), default=1)
    channels = max((shape[2] for shape in maps), default=1)
    values = max((shape[0] for _, shape, *_ in parts if len(shape) == 1), default=1)
    slot = _slot(parts)
    bands = -(-len(parts) // int((WIDE / _UNIT - _NAMES) / slot))   # what has no room goes on below
    across = -(-len(parts) // bands)
    ax = sheet(_NAMES + slot * across, 56 * bands - 2, _UNIT, ax, widest=WIDE)
    for band in range(bands):
        for y, words in ((37.5, "layer"), (43.5, "output"), (47.5, "parameters"), (51.5, "MACs")):
            caption(ax, 0, 56 * band + y, words, ha="left", size=_READ, va="center",
                    color=COLOURS["prediction"])
    for place, (name, shape, parameters, macs) in enumerate(parts):
        band, column = divmod(place, across)
        middle, top = _NAMES + slot * (column + 0.5), 56 * band
        if len(shape) == 3:
            _box(ax, middle, top + 18, shape[0] / side * _TALL, shape[1] / side * _TALL,
                 max(shape[2] / channels * _THICK, 0.4))
        elif shape:
            tall = max(shape[0] / values * _TALL, 0.5)
            frame(ax, middle - 0.8, top + 18 - tall / 2, 1.6, tall, COLOURS["prediction"],
                  fill=pale(COLOURS["prediction"]))
        look = {"size": _READ, "va": "center"}
        caption(ax, middle, top + 37.5, name, fontweight="bold", **look)
        caption(ax, middle, top + 43.5, "×".join(map(str, shape)), color=COLOURS["data"], **look)
        if parameters is not None:
            caption(ax, middle, top + 47.5, spaced(parameters), color=COLOURS["parameters"], **look)
            caption(ax, middle, top + 51.5, spaced(macs), **look)
    return ax


def _slot(parts):
    """Units across for one layer: room for its longest number."""
    words = ["×".join(map(str, shape)) for _, shape, *_ in parts]
    words += [spaced(count) for *_, count in parts if count is not None]
    return max(_SLOT, 1.45 * max(map(len, words)) + 1.5)    # a letter is 0.087 inches wide


def _in_lines(kind):
    """MaxPooling2D in two lines, so that neighbours do not touch; others in three."""
    return kind.replace("Pooling2D", "\nPooling2D").replace("Average", "\nAverage").lstrip()


def _box(ax, middle, centre, height, depth, thick):
    """A box around a place: front thick × height, going back to the upper right by `depth`."""
    from matplotlib.patches import Polygon

    shift = _SLANT * depth
    left, right = middle - (thick + shift) / 2, middle + (thick - shift) / 2
    low = centre + (height + shift) / 2
    top = low - height
    blue = COLOURS["forward"]
    for corners, strength in (
            ([(left, low), (right, low), (right, top), (left, top)], 0.35),
            ([(left, top), (right, top), (right + shift, top - shift), (left + shift, top - shift)],
             0.18),
            ([(right, low), (right + shift, low - shift), (right + shift, top - shift),
              (right, top)], 0.55)):
        ax.add_patch(Polygon(corners, closed=True, facecolor=pale(blue, strength), edgecolor=blue,
                             linewidth=0.8, zorder=2))


@styled
def plot_receptive(image, rows, ax=None):
    """Nested boxes on the image: what one unit of each layer sees.

    Parameters
    ----------
    image : (H, W) or (H, W, 1) float in [0, 1]
        Drawn in grey, 1 is ink.
    rows : Trace
        What `accounting.trace` returns. The box of the middle unit of the last layer that has
        places; in it, for each layer before, the box of a unit on which that one depends.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a box says what a unit can see, not what it looks at; and the pixels in its
    middle count for more than those at its edge.
    """
    image = np.asarray(image, float)
    image = image[..., 0] if image.shape[2:] == (1,) else image
    seeing = [row for row in rows if len(row.shape) == 3 and max(row.jump) > 0]
    if image.ndim != 2 or not seeing:
        raise ValueError("plot_receptive: image should have shape (H, W), and rows at least one "
                         f"layer with places; got {image.shape} and {len(rows)} rows")
    boxes = _nested(seeing)
    over = [max(0, -min(b[0] for b in boxes), max(b[0] + b[2] for b in boxes) - image.shape[0]),
            max(0, -min(b[1] for b in boxes), max(b[1] + b[3] for b in boxes) - image.shape[1])]
    high, wide = image.shape[0] + 2 * over[0], image.shape[1] + 2 * over[1]
    scale = 28 / max(high, wide)
    labels = [f"{box[2]} × {box[3]}   {row.name}" for row, box in zip(seeing, boxes, strict=True)]
    words = (0.07 * max(map(len, labels)) + 0.7) / 0.105       # units for the legend
    ax = sheet(wide * scale + words, high * scale + 0.2, 0.105, ax)
    left, top = over[1] * scale + 0.1, over[0] * scale + 0.1
    paint(ax, image, left, top, image.shape[1] * scale, image.shape[0] * scale, alpha=0.5)
    frame(ax, left, top, image.shape[1] * scale, image.shape[0] * scale)
    for index, (label, (up, along, tall, broad)) in enumerate(zip(labels, boxes, strict=True)):
        sign = SERIES[index % len(SERIES)]
        look = {"color": sign.colour, "linestyle": sign.line, "linewidth": 2.2}
        inset = 0.12 * ((len(boxes) - 1) / 2 - index)   # pixels: no edge hides behind another
        west, east = along + inset, along + broad - inset
        north, south = up + inset, up + tall - inset
        xs = left + scale * np.array([west, east, east, west, west])
        ys = top + scale * np.array([north, north, south, south, north])
        ax.plot(xs, ys, zorder=10 - index, label=label, **look)
    ax.legend(loc="center left", bbox_to_anchor=((wide * scale + 1) / (wide * scale + words), 0.5),
              handlelength=3.2, labelspacing=0.9, borderaxespad=0)
    return ax


def _nested(rows):
    """One box (top, left, height, width) for each row, each inside that of the next."""
    boxes = []
    outer = None
    for row in reversed(rows):
        units = [_unit(row, axis, outer) for axis in (0, 1)]
        outer = row.box(*units)
        boxes.append(outer)
    return boxes[::-1]


def _unit(row, axis, outer):
    """The unit nearest the middle of the outer box (of the map, if there is none).

    The middle one of those that the layer above sees: so its box lies inside the outer one.
    """
    if outer is None:
        return row.shape[axis] // 2
    middles = row.first[axis] + row.jump[axis] * np.arange(row.shape[axis]) + row.field[axis] / 2
    return int(np.abs(middles - outer[axis] - outer[2 + axis] / 2).argmin())


@styled
def plot_blocks(ax=None):
    """Four ways to join layers: Inception, residual, dense, squeeze and excitation.

    Data flow downwards; dashed lines carry them past layers, unchanged. Filled boxes have weights
    to learn.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: schemes. Left out are batch normalisation, strides, and the 1×1
    convolution on the way past where the number of channels changes.

    Sources: Szegedy et al. (2015), arXiv:1409.4842; He et al. (2016), arXiv:1512.03385; Huang et
    al. (2017), arXiv:1608.06993; Hu et al. (2018), arXiv:1709.01507.
    """
    ax = sheet(7.2, 3.65, 1.4, ax, widest=WIDE)
    for x, title, motto in ((1.2, "Inception", "several sizes at once"),
                            (3.15, "residual", "only the change is learned"),
                            (4.72, "dense", "reads all before it"),
                            (6.35, "squeeze and\nexcitation", "a weight per channel")):
        caption(ax, x, 0.4, title, size=13, va="bottom", fontweight="bold", linespacing=1.0)
        caption(ax, x, 3.42, motto, size=10.5, color=COLOURS["prediction"])
    _inception(ax, 1.2)
    _residual(ax, 3.1)
    _dense(ax, 4.55)
    _squeeze(ax, 6.2)
    return ax


def _part(ax, x, y, words, role="parameters", width=0.84):
    """A box with words: green and filled where there are weights to learn."""
    from matplotlib.patches import FancyBboxPatch

    ax.add_patch(FancyBboxPatch((x - width / 2, y - 0.11), width, 0.22, zorder=3, linewidth=1.3,
                                boxstyle="round,pad=0.02,rounding_size=0.05",
                                edgecolor=COLOURS[role],
                                facecolor=pale(COLOURS[role], 0.2 * (role == "parameters"))))
    ax.text(x, y + 0.01, words, ha="center", va="center", fontsize=_READ, zorder=4)


def _down(ax, x, start, end, to=None):
    arrow(ax, (x, start), (x if to is None else to, end), COLOURS["forward"], 1.2)


def _past(ax, x, start, end, aside, to=0.11):
    """A way past layers: aside, down, and back to `to` right of x."""
    look = {"color": COLOURS["forward"], "linestyle": "--", "linewidth": 1.3, "zorder": 2}
    ax.plot([x, aside, aside], [start, start, end], **look)
    ax.plot([aside, x + to + 0.1], [end, end], **look)
    arrow(ax, (x + to + 0.11, end), (x + to, end), COLOURS["forward"], 1.2)


def _node(ax, x, y, words):
    ax.scatter(x, y, s=290, facecolor=COLOURS["paper"], edgecolor=COLOURS["forward"], zorder=4)
    ax.text(x, y + 0.01, words, ha="center", va="center", fontsize=13, zorder=5)


def _inception(ax, x):
    _part(ax, x, 0.62, "x", "data", 0.5)
    for place, (one, two) in enumerate((("1×1", None), ("1×1", "3×3"), ("1×1", "5×5"),
                                        ("pool 3×3", "1×1"))):
        at = x + 0.6 * (place - 1.5)
        _down(ax, x, 0.75, 1.35, at)
        _part(ax, at, 1.48, one, "prediction" if "pool" in one else "parameters",
              0.54 if "pool" in one else 0.5)
        if two:
            _down(ax, at, 1.61, 2.07)
            _part(ax, at, 2.2, two, width=0.5)
        _down(ax, at, 2.33 if two else 1.61, 2.87, at)
    _part(ax, x, 3.0, "concatenate channels", "prediction", 2.3)


def _residual(ax, x):
    ways = ((0.62, "x", "data"), (1.2, "conv 3×3, ReLU", "parameters"),
            (1.8, "conv 3×3", "parameters"))
    for y, words, role in ways:
        _part(ax, x, y, words, role, 0.5 if words == "x" else 0.98)
    for start, end in ((0.75, 1.07), (1.33, 1.67), (1.93, 2.28), (2.52, 2.87)):
        _down(ax, x, start, end)
    _past(ax, x, 0.9, 2.4, x + 0.72)
    _node(ax, x, 2.4, "+")
    _part(ax, x, 3.0, "ReLU", "prediction", 0.6)


def _dense(ax, x):
    heights = (0.62, 1.2, 1.8, 2.4, 3.0)
    _part(ax, x, heights[0], "x", "data", 0.5)
    for y in heights[1:4]:
        _part(ax, x, y, "conv 3×3", width=0.66)
    _part(ax, x, heights[4], "concatenate", "prediction", 0.82)
    for start, end in zip(heights, heights[1:], strict=False):
        _down(ax, x, start + 0.13, end - 0.13)
    for first in range(3):
        aside = x + 0.76 - 0.13 * first         # each has a line of its own, the first outermost
        start = x + (0.27 if first == 0 else 0.35)
        for last in range(first + 2, 5):
            end, edge = heights[last] + 0.07 * (first - 1), 0.43 if last == 4 else 0.35
            ax.plot([start, aside, aside, x + edge + 0.1],
                    [heights[first], heights[first], end, end], color=COLOURS["forward"],
                    linestyle="--", linewidth=1.0, zorder=2)
            arrow(ax, (x + edge + 0.08, end), (x + edge, end), COLOURS["forward"], 0.9)


def _squeeze(ax, x):
    _part(ax, x, 0.62, "x", "data", 0.5)
    for y, words, role in ((1.1, "mean over places", "prediction"),
                           (1.55, "dense, ReLU", "parameters"),
                           (2.0, "dense, sigmoid", "parameters")):
        _part(ax, x, y, words, role, 1.08)
    for start, end in ((0.75, 0.97), (1.23, 1.42), (1.68, 1.87), (2.13, 2.38), (2.62, 2.87)):
        _down(ax, x, start, end)
    _past(ax, x, 0.86, 2.5, x + 0.76)
    _node(ax, x, 2.5, "×")
    _part(ax, x, 3.0, "x, re-weighted", "prediction", 0.98)
