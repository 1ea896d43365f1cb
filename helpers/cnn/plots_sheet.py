"""What the pictures of this chapter are made of: a sheet of squares, cells with numbers, arrows."""

import numpy as np

from helpers.kit.figures import COLOURS, new_axes

WIDEST = 7.4            # inches: what a notebook shows without making it smaller
WIDE = 10.4             # for much to read: all the width of JupyterLab on a screen of 1280 pixels
_BORDER = 0.2           # inches of white around, both sides together


def sheet(width, height, unit=0.27, ax=None, widest=WIDEST):
    """Empty axes of `width` × `height` units; rows are counted downwards, as in an array.

    Parameters
    ----------
    width, height : float
        In units, such as the side of one cell.
    unit : float
        Inches of one unit; less where the sheet would become wider than `widest`.
    ax : matplotlib Axes, optional
    widest : float
        Inches of the whole picture.

    Returns
    -------
    matplotlib Axes
    """
    unit = min(unit, (widest - _BORDER) / width)
    if ax is None:
        across, down = unit * width + _BORDER, unit * height + _BORDER
        ax = new_axes((across, down))
        # Fixed, not laid out by matplotlib, which shrinks the cells where words are long.
        ax.get_figure().set_layout_engine("none")
        ax.set_position((_BORDER / 2 / across, _BORDER / 2 / down,
                         1 - _BORDER / across, 1 - _BORDER / down))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.set_axis_off()
    return ax


def number(value):
    """A number as short as it may be: 3, −1, 0.25; two decimals at most."""
    words = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if words in ("-0", "0") else words.replace("-", "−")


def size_in_words(value):
    """A size that may be tiny or huge: two digits that count."""
    words = f"{float(value):.2g}"
    if "e" in words:
        digits, power = words.split("e")
        words = f"{digits}e{int(power)}".replace("-", "−")
    return words


def paint(ax, image, left, top, width=None, height=None, cmap="gray_r", low=0.0, high=1.0,
          **more):
    """An image (H, W) or (H, W, 3), its top left corner at (left, top); one unit each pixel."""
    rows, columns = image.shape[:2]
    width = columns if width is None else width
    height = rows if height is None else height
    return ax.imshow(image, cmap=cmap, vmin=low, vmax=high, aspect="equal",
                     extent=(left, left + width, top + height, top),
                     interpolation="nearest", **more)


def frame(ax, left, top, width, height, colour=COLOURS["quiet"], line="-", thick=0.8, fill=None,
          front=2, **more):
    """A rectangle; returns it."""
    from matplotlib.patches import Rectangle

    face = "none" if fill is None else fill
    return ax.add_patch(Rectangle((left, top), width, height, edgecolor=colour, facecolor=face,
                                  linestyle=line, linewidth=thick, zorder=front, **more))


def cells(ax, values, left, top, fills=None, colours=None, bold=None, size=9, words=number):
    """A table of numbers in squares of one unit.

    Parameters
    ----------
    ax : matplotlib Axes
    values : (rows, columns) of numbers; None leaves the square empty
    left, top : float
        The corner of the first square.
    fills, colours : (rows, columns) of colours, or one colour, optional
        Of the squares, and of the numbers; None stands for white, and for ink.
    bold : (rows, columns) of bool, optional
    size : float
        Of the letters, in points.
    words : callable
        Number → text.
    """
    rows, columns = np.shape(values)[:2]
    for i in range(rows):
        for j in range(columns):
            frame(ax, left + j, top + i, 1, 1, fill=_of(fills, i, j) or COLOURS["paper"], front=1)
            if values[i][j] is not None:
                ax.text(left + j + 0.5, top + i + 0.52, words(values[i][j]), fontsize=size,
                        ha="center", va="center", color=_of(colours, i, j) or COLOURS["ink"],
                        fontweight="bold" if _of(bold, i, j) else "normal", zorder=4)


def _of(table, i, j):
    """The entry of a table, or the one thing given for all."""
    if table is None or isinstance(table, str):
        return table
    return table[i][j]


def pale(colour, strength=0.25):
    """The colour as it looks when laid thinly on white."""
    from matplotlib.colors import to_hex, to_rgb

    return to_hex(1 - strength * (1 - np.array(to_rgb(colour))))


def shade(values, ink=True):
    """A grey for each value, never so dark that ink on it cannot be read.

    With `ink` the largest is the darkest, otherwise the smallest.
    """
    values = np.asarray(values, float)
    share = (values - values.min()) / (np.ptp(values) or 1.0)
    return [[pale(COLOURS["ink"], 0.3 * (v if ink else 1 - v)) for v in row] for row in share]


def fewer(picture, finest):
    """The picture with blocks of pixels averaged, so that it is at most `finest` pixels across."""
    step = -(-picture.shape[1] // finest)
    rows, columns = (n // step for n in picture.shape[:2])
    if step == 1 or rows == 0:
        return np.clip(picture, 0, 1) if picture.ndim == 3 else picture
    blocks = picture[:rows * step, :columns * step].reshape(rows, step, columns, step, -1)
    return blocks.mean(axis=(1, 3)).squeeze()


def arrow(ax, start, end, colour=COLOURS["ink"], thick=1.4, curve=None):
    """An arrow from one place (x, y) to another; `curve`: how far it bends, in its own length."""
    how = {"arrowstyle": "-|>", "color": colour, "lw": thick, "shrinkA": 0, "shrinkB": 0}
    if curve is not None:
        how["connectionstyle"] = f"arc3,rad={curve}"
    ax.annotate("", end, start, arrowprops=how)


def caption(ax, x, y, words, size=9, **more):
    """Words, their middle at x, their upper edge at y."""
    return ax.text(x, y, words, ha=more.pop("ha", "center"), va=more.pop("va", "top"),
                   fontsize=size, **more)


def white_to(colour):
    """A colour scale from white to this colour, and on to a darker one."""
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    dark = 0.45 * np.array(to_rgb(colour))
    return LinearSegmentedColormap.from_list("white_to", ["white", colour, dark])


def greys(values):
    """How values are shown in grey: (darkest, lightest) value.

    Where there are negative ones 0 is the middle grey, so that black and white mean opposite
    signs; otherwise black is 0. One pixel in 200 may lie outside: a single bright one would
    leave all others grey.
    """
    values = np.asarray(values, float)
    reach = float(np.quantile(np.abs(values), 0.995)) or float(np.abs(values).max()) or 1.0
    return (-reach, reach) if values.min() < -1e-6 * reach else (0.0, reach)
