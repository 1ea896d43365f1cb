"""Curves: error of a numerical slope, steps in a bowl, noise, depth, amount of data."""

import numpy as np

from helpers.kit.curves import BESIDE, draw_series, legend_beside, whole_numbers
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled


@styled
def plot_step_error(h, errors, ax=None):
    """Error of a slope found by nudging, against the size of the nudge, both logarithmic.

    Parameters
    ----------
    h : (n,) float
        Nudges.
    errors : dict name → (n,) float
        |estimate − true slope|. An error of exactly 0 cannot stand on a logarithmic axis and is
        drawn at the lower edge, 1e-16.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: to the left rounding makes the curve jump; a single low point there is
    luck, not precision.
    """
    ax = new_axes(BESIDE, ax=ax)
    draw_series(ax, {name: np.maximum(np.asarray(values, float), 1e-16)
                      for name, values in errors.items()}, x=h)
    ax.set(xscale="log", yscale="log", xlabel="nudge $h$", ylabel="error of the slope")
    legend_beside(ax)
    return ax


@styled
def plot_descent(A, paths, ax=None):
    """Steps of gradient descent on the bowl ½ wᵀAw, seen from above.

    Parameters
    ----------
    A : (2, 2) float
        Symmetric, with positive eigenvalues: the curvatures.
    paths : dict name → (steps + 1, 2) float
        The points visited. Points outside the picture, of runs that diverge, are cut off.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the lines between the points are not walked; descent jumps.
    """
    A = np.asarray(A, float)
    if A.shape != (2, 2) or not np.allclose(A, A.T) or np.linalg.eigvalsh(A).min() <= 0:
        raise ValueError("plot_descent: A should be (2, 2), symmetric, with positive eigenvalues; "
                         f"got {A.tolist()}")
    starts = np.abs([np.asarray(path, float)[0] for path in paths.values()]).max(axis=0)
    reach = 1.15 * np.maximum(starts, 0.32 * starts.max())
    ax = new_axes((7.4, 1.3 + min(6.6 * reach[1] / reach[0], 4)), ax=ax)
    ticks = [np.linspace(-r, r, 120) for r in reach]
    w = np.stack(np.meshgrid(*ticks), axis=-1)
    height = 0.5 * np.einsum("...i,ij,...j", w, A, w)
    ax.contour(*ticks, height, levels=height.max() * np.linspace(0.06, 1, 8) ** 2,
               colors=COLOURS["quiet"], linewidths=0.8)
    for number, (name, path) in enumerate(paths.items()):
        sign = SERIES[number % len(SERIES)]
        ax.plot(*np.asarray(path, float).T, color=sign.colour, linestyle=sign.line, linewidth=1.1,
                marker=sign.marker, markersize=3.5, label=name, zorder=3 + number)
    ax.plot(0, 0, marker="*", markersize=11, color=COLOURS["ink"], linestyle="", zorder=9,
            label="minimum")
    ax.set(xlim=(-reach[0], reach[0]), ylim=(-reach[1], reach[1]), xlabel="$w_1$", ylabel="$w_2$")
    ax.set_aspect("equal")      # otherwise a narrow bowl looks round
    ax.grid(False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax


@styled
def plot_noise(batch_sizes, variances, ax=None):
    """Variance of the mini-batch gradient against the batch size, with the line of slope −1.

    Parameters
    ----------
    batch_sizes : (n,) int
    variances : (n,) float, or dict name → (n,) float
        Mean over the entries of the gradient; unit: loss² per unit of weight². The slope of each
        is fitted over all batch sizes and written in the legend.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: half the variance is not half the noise; the standard deviation falls only
    with the square root.
    """
    ax = new_axes(BESIDE, ax=ax)
    sizes = np.asarray(batch_sizes, float)
    curves = variances if isinstance(variances, dict) else {"measured": variances}
    named = {}
    for name, values in curves.items():
        slope = np.polyfit(np.log(sizes), np.log(np.asarray(values, float)), 1)[0]
        named[f"{name}: slope {slope:.2f}"] = values
    first = float(np.asarray(next(iter(curves.values())), float)[0])
    ax.plot(sizes, first * sizes[0] / sizes, color=COLOURS["quiet"], linewidth=5, zorder=1,
            label="slope −1")
    draw_series(ax, named, x=sizes)
    ax.set(xscale="log", yscale="log", xlabel="batch size $B$",
           ylabel="variance of the gradient")
    _ticks_at(ax, sizes)
    legend_beside(ax)
    return ax


def _ticks_at(ax, places):
    """Name the measured places on a logarithmic x-axis, instead of powers of ten."""
    ax.set_xticks(places, [f"{place:,.0f}" for place in places])
    ax.set_xticks([], minor=True)


@styled
def plot_curves(curves, ylabel, log=False, xlabel="epoch", x=None, mark=None, ax=None):
    """Several curves over the same steps.

    Parameters
    ----------
    curves : dict name → (n,) float
        They may differ in length. Values that are not finite leave a gap: there the run diverged.
    ylabel : str
        What is measured, with its unit if it has one.
    log : bool
        Logarithmic y-axis.
    xlabel : str
    x : (n,) float, optional
        Places of the values; 1, 2, 3 … if not given.
    mark : (float, str), optional
        A place on the x-axis, and words for it, such as (2 / 10, "2/λmax").
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: one run is one draw of luck. On a logarithmic axis a tiny change near zero
    looks as large as a great one far up.
    """
    if not curves:
        raise ValueError("plot_curves: curves should be a dict of name → values; got none")
    ax = new_axes("half" if len(curves) == 1 else BESIDE, ax=ax)
    draw_series(ax, curves, x=x)
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    if x is None:
        whole_numbers(ax)
    if mark is not None:
        ax.axvline(mark[0], color=COLOURS["ink"], linewidth=1, linestyle=":")
        ax.text(mark[0], 1.02, mark[1], ha="center", transform=ax.get_xaxis_transform())
    if len(curves) > 1:
        legend_beside(ax)
    return ax


@styled
def plot_depth(stats, ylabel="standard deviation", ax=None):
    """How large signals are, layer after layer, on a logarithmic axis.

    Parameters
    ----------
    stats : dict name → (layers,) float
        For instance the standard deviation of the activations of each layer. Zeros and values
        that are not finite leave a gap.
    ylabel : str
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a layer can have a healthy spread although each of its neurons gives the
    same number for every example.
    """
    ax = new_axes(BESIDE, ax=ax)
    draw_series(ax, {name: np.where(np.asarray(values, float) > 0, values, np.nan)
                      for name, values in stats.items()})
    ax.set(yscale="log", xlabel="layer", ylabel=ylabel)
    whole_numbers(ax)
    legend_beside(ax)
    return ax


@styled
def plot_learning_curve(n, mean, se, baseline=None, ax=None, names=("measured", "compared with")):
    """Accuracy on unseen data against the number of training examples.

    Parameters
    ----------
    n : (k,) int
        Training examples; logarithmic axis.
    mean, se : (k,) float
        Share right, and its standard error: the bars are ± one.
    baseline : float or (k,) float, optional
        What it should be compared with, drawn in grey.
    ax : matplotlib Axes, optional
    names : (str, str)
        Of the curve and of the baseline.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: ± one standard error covers the truth about two times in three, not
    always. The axis does not start at 0.
    """
    n, mean = np.asarray(n, float), np.asarray(mean, float)
    ax = new_axes("half", ax=ax)
    if baseline is not None:
        ax.plot(n, np.broadcast_to(np.asarray(baseline, float), n.shape), linestyle="--",
                color=COLOURS["prediction"], label=names[1])
    ax.errorbar(n, mean, yerr=se, color=COLOURS["data"], marker="o", capsize=3,
                label=f"{names[0]} ± standard error")
    ax.set(xscale="log", xlabel="training examples $n$", ylabel="share right, unseen digits")
    _ticks_at(ax, n)
    ax.legend(loc="center right")
    return ax
