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
        ax.text(guess, 1.01, "guessing", ha="center", va="bottom", fontsize=9,
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
def plot_residual(plain, residual, layers=None, ax=None):
    """Size of the gradient at each layer, without and with a way around each layer.

    Parameters
    ----------
    plain, residual : (k,) float
        Norm of the gradient; logarithmic axis. Zeros leave a gap.
    layers : (k,) int, optional
        How many layers lie below each place; 1, 2 … if not given.
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
        raise ValueError("plot_residual: plain and residual should have shape (k,); got "
                         f"{[values.shape for values in curves.values()]}")
    ax = new_axes(BESIDE, ax=ax)
    draw_series(ax, {name: np.where(values > 0, values, np.nan)
                     for name, values in curves.items()}, x=layers)
    ax.set(yscale="log", xlim=(0.2, None) if layers is None else None,
           xlabel="layer, counted from the input", ylabel="norm of the gradient")
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
    _draw_bands(ax, np.asarray(fractions, float), curves)
    ax.set(xlabel="share of the pixels taken away", ylim=(0, None),
           ylabel="probability of the true class")
    ax.locator_params(axis="x", nbins=5)
    legend_beside(ax)
    return ax


def _draw_bands(ax, x, curves):
    """Curves with a band of ± one standard error. `curves`: dict name → (mean, se)."""
    means = {name: np.asarray(mean, float) for name, (mean, _) in curves.items()}
    draw_series(ax, means, x=x)
    for sign, name in zip(SERIES * len(means), means, strict=False):
        se = np.broadcast_to(np.asarray(curves[name][1], float), x.shape)
        ax.fill_between(x, means[name] - se, means[name] + se, linewidth=0, alpha=0.18,
                        color=sign.colour)


@styled
def plot_sanity(layers, agreements, ax=None):
    """How much a map still looks like before while the network forgets, layer after layer.

    Parameters
    ----------
    layers : k of str
        Lowest layer that has lost what it learned, from the last one downwards.
    agreements : dict name → (mean, se), each (k,) float
        Rank correlation with the map of the trained network; the band is ± one standard error.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a map that changes depends on what was learned. That it is right does not
    follow.
    """
    if not agreements:
        raise ValueError("plot_sanity: agreements should be a dict of name → (mean, se); got none")
    ax = new_axes(BESIDE, ax=ax)
    places = np.arange(len(layers))
    _draw_bands(ax, places, agreements)
    ax.axhline(0, color=COLOURS["ink"], linewidth=0.8)
    ax.set_xticks(places, layers)
    ax.set(xlim=(-0.2, len(layers) - 0.8), ylim=(None, 1.05),
           xlabel="weights shuffled from the scores down to …",
           ylabel="agreement with the trained map")
    legend_beside(ax)
    return ax


@styled
def plot_equivariance(shifts, gaps, ax=None):
    """How far each layer's answer to a moved image is from its moved answer, as a table of cells.

    Parameters
    ----------
    shifts : n of int, or of (dy, dx)
        Pixels by which the image was moved: down and to the right, or only to the right.
    gaps : dict layer → (n,) float
        ‖f(Tx) − T f(x)‖ / ‖f(x)‖. 0, in a white cell, means: the answer moved along, exactly.
        "0" is written for less than 1e-4, and "–" for what could not be compared.
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
    shifts = [int(shift) if np.ndim(shift) == 0 else tuple(map(int, shift)) for shift in shifts]
    aside = all(isinstance(shift, int) or shift[0] == 0 for shift in shifts)
    if aside:
        shifts = [shift if isinstance(shift, int) else shift[1] for shift in shifts]
    table = np.array([np.broadcast_to(np.asarray(values, float), len(shifts))
                      if np.size(values) in (1, len(shifts)) else _unequal(name, values, shifts)
                      for name, values in gaps.items()])
    if table.size == 0:
        raise ValueError("plot_equivariance: gaps should be a dict of layer → values; got none")
    known = np.where(np.isfinite(table), table, 0.0)
    fills = [[pale(COLOURS["data"], 0.75 * value / max(known.max(), 1e-12)) for value in row]
             for row in known]
    wide = max(0.4, 0.08 * max(len(str(shift)) for shift in shifts) + 0.08)     # inches: bold words
    names = (0.075 * max(map(len, gaps)) + 0.15) / wide         # units for the layers' names
    below = "0: the layer's answer moved along"
    ax = sheet(names + max(len(shifts) + 0.1, 2.7 / wide), len(table) + 1.9, wide, ax)
    cells(ax, table, names, 1.1, fills, words=_gap)
    for row, name in enumerate(gaps):
        caption(ax, names - 0.2, row + 1.6, name, ha="right", va="center")
    for column, shift in enumerate(shifts):
        words = str(shift).replace("-", "−")
        caption(ax, names + column + 0.5, 1.0, words, va="bottom", fontweight="bold")
    where = "image moved to the right by … pixels" if aside else "moved (down, right) by … pixels"
    caption(ax, names, 0.45, where, ha="left", va="bottom")
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
