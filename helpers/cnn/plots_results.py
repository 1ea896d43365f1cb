"""What was measured: models compared, gradients over depth, explanations put to the test."""

import numpy as np

from helpers.cnn.plots_sheet import caption, cells, pale, sheet
from helpers.kit.curves import BESIDE, draw_series, legend_beside, whole_numbers
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled


@styled
def plot_comparison(comparison, n=None, guess=0.1, ax=None):
    """Share of test images that each model gets right: dots with bars of ± one standard error.

    Parameters
    ----------
    comparison : Comparison, or dict name → Comparison
        Each has `accuracies`: dict model → (seeds,) float. Several share the picture, each with
        its own colour and marker. The single runs stand below their mean, small and hollow.
    n : int, optional
        Test images; the comparison's own n if not given. The bar is sqrt(p(1−p)/n + variance over
        the seeds / seeds): which images one happened to get, and the luck of the training.
    guess : float, optional
        Drawn as a dashed line: what guessing gets right.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: models that were asked about the same images can differ clearly although
    their bars overlap. What counts is the error of the difference, in the table.
    """
    several = comparison if isinstance(comparison, dict) else {"": comparison}
    models = list(dict.fromkeys(name for one in several.values() for name in one.accuracies))
    n = n or next((one.n for one in several.values() if getattr(one, "n", None)), None)
    if not models or n is None:
        raise ValueError("plot_comparison: comparison should have the accuracies of at least one "
                         "model and know how many images were tested; got "
                         f"{len(models)} models, n = {n}")
    ax = new_axes((5.6, 1.15 + (0.32 + 0.16 * len(several)) * len(models)
                   + 0.2 * (len(several) - 1)), ax=ax)
    if guess is not None:
        ax.axvline(guess, color=COLOURS["prediction"], linestyle="--", linewidth=1.2)
        ax.text(guess, 1.01, "guessing", ha="center", va="bottom", fontsize=8.5,
                color=COLOURS["prediction"], transform=ax.get_xaxis_transform())
    for place, (title, one) in enumerate(several.items()):
        sign = SERIES[place % len(SERIES)]
        shift = 0.36 * (place - (len(several) - 1) / 2)
        for name, runs in one.accuracies.items():
            runs = np.asarray(runs, float)
            height = models.index(name) + shift
            ax.plot(runs, np.full(len(runs), height + 0.18), linestyle="", color=sign.colour,
                    marker=sign.marker, markersize=3.5, markerfacecolor="none", markeredgewidth=0.8)
            ax.errorbar(runs.mean(), height, xerr=_error(runs, n), color=sign.colour, capsize=3,
                        marker=sign.marker, markersize=6, linestyle="",
                        label=title if name == next(iter(one.accuracies)) else None)
    ax.set(yticks=range(len(models)), yticklabels=models, ylim=(len(models) - 0.4, -0.6),
           xlim=(0, 1),
           xlabel=f"share right of {n} test images, ± standard error (hollow: each run)")
    if len(several) > 1:
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.06), borderaxespad=0.0)
    return ax


def _error(runs, n):
    """Standard error of the mean of these runs, each tested on n images."""
    p = runs.mean()
    of_seeds = runs.var(ddof=1) / len(runs) if len(runs) > 1 else 0.0
    return np.sqrt(p * (1 - p) / n + of_seeds)


@styled
def plot_residual(plain, residual, ax=None):
    """Size of the gradient at each layer, without and with a way around each layer.

    Parameters
    ----------
    plain, residual : (depth,) float
        Norm of the gradient at layer 1, 2 …; logarithmic axis. Zeros leave a gap.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a gradient that arrives need not be useful; whether the network learns is
    another measurement.
    """
    curves = {"plain": plain, "residual: x + F(x)": residual}
    curves = {name: np.asarray(values, float) for name, values in curves.items()}
    if any(values.ndim != 1 for values in curves.values()):
        raise ValueError("plot_residual: plain and residual should have shape (depth,); got "
                         f"{[values.shape for values in curves.values()]}")
    ax = new_axes(BESIDE, ax=ax)
    draw_series(ax, {name: np.where(values > 0, values, np.nan)
                     for name, values in curves.items()})
    ax.set(yscale="log", xlim=(0.2, None), xlabel="layer, counted from the input",
           ylabel="norm of the gradient")
    whole_numbers(ax)
    legend_beside(ax)
    return ax


@styled
def plot_deletion(fractions, curves, ax=None):
    """Probability of the true class while pixels are taken away, the most important first.

    Parameters
    ----------
    fractions : (k,) float in [0, 1]
        Share of the pixels that are gone.
    curves : dict name → (mean, se), each (k,) float
        Of the probability over images; the band is ± one standard error.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: an image with holes is like no image that the network learned from. A
    probability may fall because the image is strange, not because the pixels mattered.
    """
    if not curves:
        raise ValueError("plot_deletion: curves should be a dict of name → (mean, se); got none")
    ax = new_axes(BESIDE, ax=ax)
    x = np.asarray(fractions, float)
    means = {name: np.asarray(pair[0], float) for name, pair in curves.items()}
    draw_series(ax, means, x=x)
    for number, (mean, (_, se)) in enumerate(zip(means.values(), curves.values(), strict=True)):
        se = np.broadcast_to(np.asarray(se, float), x.shape)
        ax.fill_between(x, mean - se, mean + se, linewidth=0, alpha=0.18,
                        color=SERIES[number % len(SERIES)].colour)
    ax.set(xlabel="share of the pixels taken away", ylim=(0, None),
           ylabel="probability of the true class")
    legend_beside(ax)
    return ax


@styled
def plot_equivariance(shifts, gaps, ax=None):
    """How far each layer's answer to a moved image is from its moved answer, as a table of cells.

    Parameters
    ----------
    shifts : n of int, or of (dy, dx)
        Pixels by which the image was moved.
    gaps : dict layer → (n,) float
        ‖f(Tx) − T f(x)‖ / ‖f(x)‖. 0, in a white cell, means: the answer moved along, exactly.
        "0" is written for less than 1e-4.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: 0 in a layer with places says that its answer moved along, not that it
    stayed the same. Only where there are no places left, as in the probabilities, does 0 mean that
    nothing changed; and only there is it what one wants.
    """
    shifts = [shift if np.ndim(shift) == 0 else tuple(map(int, shift)) for shift in shifts]
    table = np.array([np.broadcast_to(np.asarray(values, float), len(shifts))
                      if np.size(values) in (1, len(shifts)) else _unequal(name, values, shifts)
                      for name, values in gaps.items()])
    if table.size == 0:
        raise ValueError("plot_equivariance: gaps should be a dict of layer → values; got none")
    top = max(float(table.max()), 1e-12)
    fills = [[pale(COLOURS["data"], 0.75 * value / top) for value in row] for row in table]
    wide = max(0.4, 0.08 * max(len(str(shift)) for shift in shifts) + 0.08)     # inches: bold words
    names = (0.075 * max(map(len, gaps)) + 0.15) / wide         # units for the layers' names
    below = "0: the layer's answer moved along"
    ax = sheet(names + max(len(shifts) + 0.1, 0.07 * len(below) / wide), len(table) + 1.9, wide, ax)
    cells(ax, table, names, 1.1, fills, words=_gap)
    for row, name in enumerate(gaps):
        caption(ax, names - 0.2, row + 1.6, name, ha="right", va="center")
    for column, shift in enumerate(shifts):
        words = str(shift).replace("-", "−")
        caption(ax, names + column + 0.5, 1.0, words, va="bottom", fontweight="bold")
    caption(ax, names, 0.45, "image moved by … pixels", ha="left", va="bottom")
    caption(ax, names, len(table) + 1.3, below, ha="left", color=COLOURS["data"])
    return ax


def _unequal(name, values, shifts):
    raise ValueError(f"plot_equivariance: '{name}' should have one value for each of the "
                     f"{len(shifts)} shifts; got {np.size(values)}")


def _gap(value):
    if not np.isfinite(value):
        return "–"
    if abs(value) < 1e-4:
        return "0"
    return f"{value:.2f}".lstrip("0") if value < 9.995 else f"{value:.0f}"
