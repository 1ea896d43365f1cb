"""Pictures of networks and of what they compute. Arrays in, Axes out; `show(…, alt=…)` shows them.

Curves of training, error and noise are in `plots_training`; all can be had from here.
"""

import numpy as np

from helpers.backprop.plots_training import (
    plot_curves,
    plot_depth,
    plot_descent,
    plot_learning_curve,
    plot_noise,
    plot_step_error,
)
from helpers.kit.curves import plot_history
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled

__all__ = ["plot_curves", "plot_decision", "plot_depth", "plot_descent", "plot_digits",
           "plot_graph", "plot_history", "plot_learning_curve", "plot_network", "plot_noise",
           "plot_step_error", "plot_surprise"]

_MOST_DRAWN = 8         # neurons of one layer; of larger layers the middle is left out


@styled
def plot_network(sizes, highlight=None, ax=None):
    """Neurons as circles, weights as lines, the bias of each neuron as a small square.

    Parameters
    ----------
    sizes : list of int
        Neurons of each layer, inputs first: [3, 4, 2].
    highlight : (layer, index), optional
        A neuron, counted from 0, whose weights and bias are drawn in green and thick. Layer 0 is
        the input, which has neither.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a line looks like a wire, but stands for one number. Only eight neurons of
    a layer are drawn, so that a large layer looks as small as an eight; its true size is written
    above it.
    """
    _check_network(sizes, highlight)
    ax = new_axes("half" if len(sizes) < 4 else "full", ax=ax)
    places = [_column(size) for size in sizes]
    for layer in range(1, len(sizes)):
        drop = 0.2 if sizes[layer] < 6 else 0.12
        for index, y in places[layer].items():
            chosen = highlight is not None and (layer, index) == tuple(highlight)
            _draw_neuron(ax, layer, y, places[layer - 1].values(), drop, chosen)
    for y in places[0].values():
        ax.scatter(0, y, s=230, color=COLOURS["data"], zorder=3)
    for layer, size in enumerate(sizes):
        what = "inputs" if layer == 0 else "outputs" if layer == len(sizes) - 1 else "hidden"
        ax.text(layer, 1.12, f"{size} {what}", ha="center", va="bottom")
        if size > _MOST_DRAWN:
            ax.text(layer, 0, "⋮", ha="center", va="center", fontsize=16)
    ax.set(xlim=(-0.35, len(sizes) - 0.65), ylim=(-1.25, 1.3))
    ax.set_axis_off()
    return ax


def _check_network(sizes, highlight):
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("plot_network: sizes should be two or more layers of at least one "
                         f"neuron, such as [3, 4, 2]; got {list(sizes)}")
    if highlight is not None:
        layer, index = highlight
        if not (1 <= layer < len(sizes) and 0 <= index < sizes[layer]):
            raise ValueError(f"plot_network: highlight should be (layer, neuron) with a layer from "
                             f"1 to {len(sizes) - 1}, counted from 0; got {tuple(highlight)}")


def _column(size):
    """Heights of the neurons that are drawn, as {index: y}; the middle of a large layer is not."""
    if size <= _MOST_DRAWN:
        gap = 0.0 if size == 1 else min(0.6, 2 / (size - 1))
        return {i: gap * ((size - 1) / 2 - i) for i in range(size)}
    half = _MOST_DRAWN // 2
    heights = np.delete(np.linspace(1, -1, _MOST_DRAWN + 1), half)
    return dict(zip([*range(half), *range(size - half, size)], heights, strict=True))


def _draw_neuron(ax, layer, y, inputs, drop, chosen):
    """One neuron, the lines of its weights, and the square of its bias `drop` below it."""
    colour = COLOURS["parameters"] if chosen else COLOURS["quiet"]
    width, front = (2.6, 2) if chosen else (0.9, 1)
    for number, source in enumerate(inputs, start=1):
        ax.plot([layer - 1, layer], [source, y], color=colour, linewidth=width, zorder=front)
        if chosen and len(inputs) <= 5:
            ax.text(layer - 0.72, source + 0.28 * (y - source) + 0.05, f"$w_{number}$",
                    color=colour, ha="center", va="bottom")
    ax.plot([layer - 0.13, layer], [y - drop, y], color=colour, linewidth=width, zorder=front)
    ax.scatter(layer - 0.13, y - drop, s=30 if drop > 0.15 else 10, marker="s", color=colour,
               zorder=3)
    ax.scatter(layer, y, s=230, facecolor=COLOURS["paper"], zorder=3,
               edgecolor=colour if chosen else COLOURS["prediction"],
               linewidth=2.6 if chosen else 1.4)
    if chosen:
        ax.text(layer - 0.18, y - drop - 0.02, "$b$", color=colour, ha="right", va="top")


@styled
def plot_decision(predict, x, y, ax=None, resolution=160):
    """Which class a model gives each place of the plane, with the points it should get right.

    Parameters
    ----------
    predict : callable
        Takes (n, 2) float64. Returns whole numbers (n,), the classes; or floats (n,) or (n, 1),
        a score that means class 1 above ½; or floats (n, C), where the largest wins.
    x : (n, 2) float
    y : (n,) int
        True classes: colour and marker of the points.
    ax : matplotlib Axes, optional
    resolution : int
        The plane is asked at resolution × resolution places.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: it colours places where there never was a point, as firmly as others.
    """
    x, y = np.asarray(x, float), np.asarray(y)
    if x.ndim != 2 or x.shape[1] != 2 or y.shape != x.shape[:1]:
        raise ValueError("plot_decision: x should have shape (n, 2) and y (n,); "
                         f"got {x.shape} and {y.shape}")
    ax = new_axes("half", ax=ax)
    margin = 0.2 * np.ptp(x, axis=0).max() + 1e-9
    ticks = [np.linspace(low - margin, high + margin, resolution)
             for low, high in zip(x.min(axis=0), x.max(axis=0), strict=True)]
    plane = np.stack(np.meshgrid(*ticks), axis=-1)
    classes = _as_classes(predict(plane.reshape(-1, 2))).reshape(resolution, resolution)
    count = int(max(classes.max(), y.max())) + 1
    colours = [SERIES[k % len(SERIES)].colour for k in range(count)]
    ax.contourf(*ticks, classes, levels=np.arange(count + 1) - 0.5, colors=colours, alpha=0.16)
    if classes.min() != classes.max():
        ax.contour(*ticks, classes, levels=np.arange(1, count) - 0.5, colors=COLOURS["ink"],
                   linewidths=1)
    for k in range(count):
        ax.scatter(*x[y == k].T, s=34 if len(x) < 50 else 15, color=colours[k], zorder=3,
                   marker=SERIES[k % len(SERIES)].marker, edgecolor="white", linewidth=0.5,
                   label=f"class {k}")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    ax.set(xlabel="first input", ylabel="second input", aspect="equal")
    ax.grid(False)
    return ax


def _as_classes(answer):
    """Classes, whatever a model returned: classes, scores or probabilities."""
    answer = np.asarray(answer)
    if answer.ndim == 2 and answer.shape[1] > 1:
        return answer.argmax(axis=1)
    if answer.dtype.kind == "f":
        return (answer.ravel() > 0.5).astype(int)
    return answer.ravel().astype(int)


@styled
def plot_surprise(ax=None):
    """Surprise −log p and squared error (1−p)², against the probability p of the right class.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the surprise has no upper end; the picture stops at p = 0.005.
    """
    ax = new_axes("half", ax=ax)
    p = np.linspace(0.005, 1, 400)
    ax.plot(p, -np.log(p), color=COLOURS["data"])
    ax.plot(p, (1 - p) ** 2, color=COLOURS["prediction"], linestyle="--")
    ax.text(0.13, 2.35, "surprise  $-\\log\\,p$", color=COLOURS["data"])
    ax.text(0.02, 0.07, "squared error $(1-p)^2$", color=COLOURS["prediction"], fontsize=9)
    ax.annotate("certain, and wrong", (0.012, 4.45), (0.2, 4.6), va="center",
                arrowprops={"arrowstyle": "->", "color": COLOURS["ink"]})
    ax.set(xlim=(0, 1), ylim=(0, 5.4), xlabel="probability given to the right class, $p$",
           ylabel="loss of one example")
    return ax


@styled
def plot_graph(shapes, ax=None):
    """The forward pass as boxes in a row: what is computed, and its shape.

    Parameters
    ----------
    shapes : list of (str, tuple of int)
        Name and shape of each value in the order of computation; `()` is a single number.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: all boxes are of one size, however many numbers they hold.
    """
    if not shapes:
        raise ValueError("plot_graph: shapes should be a list of (name, shape); got none")
    ax = new_axes((7.4, 1.25), ax=ax)
    for place, (name, shape) in enumerate(shapes):
        last = place == len(shapes) - 1
        colour = COLOURS["prediction"] if last else COLOURS["forward"]
        result, _, formula = (part.strip() for part in name.partition("="))
        size = " × ".join(map(str, shape)) if shape else "one number"
        ax.text(place, 0.08, result, ha="center", va="center", fontweight="bold", fontsize=10)
        ax.text(place, -0.22, size, ha="center", va="center", fontsize=9, color=colour)
        ax.text(place, 0.56, formula, ha="center", va="bottom", fontsize=9)
        ax.add_patch(_box(place, colour))
        if not last:
            ax.annotate("", (place + 0.62, -0.05), (place + 0.38, -0.05),
                        arrowprops={"arrowstyle": "-|>", "color": COLOURS["forward"], "lw": 1.6,
                                    "shrinkA": 0, "shrinkB": 0})
    ax.set(xlim=(-0.5, len(shapes) - 0.5), ylim=(-0.55, 0.95))
    ax.set_axis_off()
    return ax


def _box(place, colour):
    from matplotlib.patches import FancyBboxPatch

    return FancyBboxPatch((place - 0.3, -0.38), 0.6, 0.68, facecolor="white", edgecolor=colour,
                          linewidth=1.6, zorder=0,
                          boxstyle="round,pad=0.06,rounding_size=0.08")


@styled
def plot_digits(images, labels=None, predictions=None, ax=None):
    """Images in a grid, with their labels; wrong predictions are framed, crossed and named.

    Parameters
    ----------
    images : (n, height, width) float in [0, 1], or (n, 64)
    labels : (n,) int, optional
        The true classes, written above.
    predictions : (n,) int, optional
        What a model said. Where it differs from the label, "3 ✗ 8" means: a 3, taken for an 8.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a screen smooths 8×8 cells when it scales them; the model sees 64 numbers.
    """
    images = np.asarray(images)
    if images.ndim == 2 and images.shape[1] == 64:
        images = images.reshape(-1, 8, 8)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError("plot_digits: images should have shape (n, height, width) or (n, 64), "
                         f"n at least 1; got {images.shape}")
    columns = min(len(images), 12)
    rows = -(-len(images) // columns)
    ax = new_axes((0.6 * columns + 0.2, 0.78 * rows + 0.1), ax=ax)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        left, top = 1.25 * column, 1.6 * row
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1, extent=(left, left + 1, top + 1, top))
        said = None if predictions is None else int(predictions[number])
        _label_digit(ax, left, top, None if labels is None else int(labels[number]), said)
    ax.set(xlim=(-0.1, 1.25 * columns - 0.15), ylim=(1.6 * rows - 0.5, -0.5), aspect="equal")
    ax.set_axis_off()
    return ax


def _label_digit(ax, left, top, label, said):
    wrong = label is not None and said is not None and said != label
    words = f"{label} ✗ {said}" if wrong else str(label if label is not None else said)
    if label is not None or said is not None:
        ax.text(left + 0.5, top - 0.06, words, ha="center", va="bottom", fontsize=9,
                color=COLOURS["backward"] if wrong else COLOURS["ink"],
                fontweight="bold" if wrong else "normal")
    edge = [left, left + 1, left + 1, left, left], [top, top, top + 1, top + 1, top]
    ax.plot(*edge, color=COLOURS["backward"] if wrong else COLOURS["quiet"],
            linewidth=2.2 if wrong else 0.6)
