"""Which input meets which weight: dense, local and shared; as a matrix; at the edge of an image."""

import numpy as np

from helpers.cnn.plots_sheet import WIDE, caption, cells, frame, pale, sheet
from helpers.kit.figures import COLOURS, SERIES, styled

_INPUTS, _KERNEL = 6, 3
_OUTPUTS = _INPUTS - _KERNEL + 1


@styled
def plot_wiring(ax=None):
    """Six inputs to four outputs in three ways: dense, local, local with shared weights.

    Lines of equal colour and style carry the same weight; grey lines each have their own. The
    thick lines are those of one output.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: with six inputs the savings look small. For an image of 28×28 and 32 maps
    they are a factor of nearly 80 for local, and of more than 50,000 for shared.
    """
    step = _INPUTS + 1.2
    ax = sheet(3 * step - 1.2, 6.0, 0.35, ax)
    for panel, title in enumerate(("dense", "local", "local and shared")):
        left = panel * step
        tops = [(left + i + 0.5, 1.3) for i in range(_INPUTS)]
        ends = [(left + j + 1.5, 4.6) for j in range(_OUTPUTS)]
        for j, end in enumerate(ends):
            for i, top in enumerate(tops):
                if panel == 0 or 0 <= i - j < _KERNEL:
                    _wire(ax, top, end, SERIES[i - j] if panel == 2 else None, thick=j == 1)
        ax.scatter(*zip(*tops, strict=True), s=110, color=COLOURS["data"], zorder=4)
        ax.scatter(*zip(*ends, strict=True), s=110, facecolor=COLOURS["paper"], zorder=4,
                   edgecolor=COLOURS["prediction"], linewidth=1.4)
        weights = (f"{_OUTPUTS} × {_INPUTS} = {_OUTPUTS * _INPUTS}",
                   f"{_OUTPUTS} × {_KERNEL} = {_OUTPUTS * _KERNEL}", f"{_KERNEL}")[panel]
        middle = left + _INPUTS / 2
        caption(ax, middle, 0.75, title, size=10.5, va="bottom", fontweight="bold")
        caption(ax, middle, 5.1, f"{weights} weights", size=9.5)
    return ax


def _wire(ax, start, end, sign, thick):
    """One weight; `sign` says which of the shared ones, None: it is used nowhere else."""
    colour, line = (COLOURS["quiet"], "-") if sign is None else (sign.colour, sign.line)
    if sign is None and thick:
        colour = COLOURS["ink"]
    ax.plot(*zip(start, end, strict=True), color=colour, linestyle=line,
            linewidth=2.4 if thick else 1.2, zorder=3 if thick else 2)


@styled
def plot_matrix(T, ylabel="input", xlabel="output", ax=None):
    """A matrix in which few different numbers stand at many places.

    Parameters
    ----------
    T : (rows, columns) float
        Cells with 0 stay blank. Equal numbers have one colour and one running number, given in
        the order in which they first appear, column by column.
    ylabel, xlabel : str
        What a row and a column stand for: those of a dense layer's W, of shape (inputs, outputs).
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: two weights that happen to be equal look like one.
    """
    T = np.asarray(T, float)
    if T.ndim != 2 or T.size == 0 or T.size > 1000:
        raise ValueError("plot_matrix: T should be a matrix of at most 1,000 entries, or its cells "
                         f"are too small to read; got shape {T.shape}")
    rows, columns = T.shape
    order = list(dict.fromkeys(value for value in T.T.ravel() if value != 0))
    names = [[order.index(value) + 1 if value else None for value in row] for row in T]
    # the last two signs are both greys: the darker one is laid on more thickly
    tints = [pale(sign.colour, 0.5 if sign is SERIES[-1] else 0.28) for sign in SERIES]
    fills = [[tints[(name - 1) % len(tints)] if name else None for name in row] for row in names]
    ax = sheet(columns + 1.2, rows + 1.4, 0.25, ax)
    cells(ax, names, 1.1, 1.1, fills)
    caption(ax, 1.1 + columns / 2, 0.8, f"{xlabel}: {columns}", va="bottom")
    caption(ax, 0.7, 1.1 + rows / 2, f"{ylabel}: {rows}", va="center", ha="right", rotation=90)
    return ax


@styled
def plot_padding(size=6, kernel=3, stride=2, ax=None):
    """Where the windows lie along one axis: TensorFlow's "same" against equal zeros on each side.

    TensorFlow puts max((n′ − 1)s + k − n, 0) zeros, n′ = ⌈n/s⌉ outputs, the smaller half first;
    equal padding, as one often writes it in PyTorch, puts ⌊k/2⌋ on each side.

    Parameters
    ----------
    size, kernel, stride : int
        Pixels along the axis, length of the kernel, step of the windows.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: with stride 1 and an odd kernel the two are the same.
    """
    if min(size, kernel, stride) < 1 or size > 12 or kernel > 7:
        raise ValueError("plot_padding: size should be 1 to 12, kernel 1 to 7, stride 1 or more; "
                         f"got {size}, {kernel} and {stride}")
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + kernel - size, 0)
    half = kernel // 2
    plans = {'TensorFlow\'s "same"': (total // 2, total - total // 2),
             "as many on each side": (half, half)}
    blocks = []
    for title, (before, after) in plans.items():
        count = (size + before + after - kernel) // stride + 1
        blocks.append((title, before, after, count))
    left = 0.3 + max(before for _, before, _, _ in blocks)      # where pixel 1 stands
    widest = left + size + max(after for _, _, after, _ in blocks)
    heights = [2.45 + 0.62 * count for *_, count in blocks]
    ax = sheet(widest + 1.0 + 0.62 * (kernel + 3), sum(heights) - 0.4, 0.56, ax, widest=WIDE)
    top = 0.0
    for (title, before, after, count), height in zip(blocks, heights, strict=True):
        caption(ax, left - before, top + 0.1, f"{title}: {_zeros(before)} before, {after} after",
                ha="left", size=11, fontweight="bold")
        _row_of_pixels(ax, left, top + 0.75, size, before, after)
        for index in range(count):
            sign = SERIES[index % len(SERIES)]
            start, y = index * stride - before, top + 2.1 + 0.62 * index
            ax.plot([left + start + 0.1, left + start + kernel - 0.1], [y, y], color=sign.colour,
                    linestyle="-", linewidth=7, solid_capstyle="butt")
            ax.plot(left + start + kernel / 2, y, marker=sign.marker, markersize=9,
                    color=sign.colour, markeredgecolor="white")
            read = ", ".join(f"$x_{{{i + 1}}}$" if 0 <= i < size else "0"
                             for i in range(start, start + kernel))
            caption(ax, widest + 0.5, y, f"output {index + 1} sees {read}", ha="left",
                    va="center", color=sign.colour, size=10.5)
        top += height
    return ax


def _zeros(count):
    return "1 zero" if count == 1 else f"{count} zeros"


def _row_of_pixels(ax, left, top, size, before, after):
    for i in range(-before, size + after):
        inside = 0 <= i < size
        frame(ax, left + i, top, 1, 1, COLOURS["data" if inside else "prediction"],
              line="-" if inside else ":", thick=1.2, fill=COLOURS["paper"],
              front=2 if inside else 1)
        caption(ax, left + i + 0.5, top + 0.5, f"$x_{{{i + 1}}}$" if inside else "0", va="center",
                color=COLOURS["ink" if inside else "prediction"], size=11)
