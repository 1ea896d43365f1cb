"""How fast a machine can be, how fast its operations are, and what many workers gain."""

import numpy as np

from helpers.cloud.speedup import amdahl, gustafson
from helpers.kit.curves import BESIDE, legend_beside, whole_numbers
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled


@styled
def plot_roofline(roof, operations=(), ax=None):
    """The roof of a machine, and below it what its operations reach.

    Parameters
    ----------
    roof : roofline.Roof
    operations : operations.Operations, or sequence of Operation
        A dot each, with a line up to the roof: the time that could still be saved.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: both axes are logarithmic, so a dot a little below the roof may be twice as
    slow as it could be. The intensity is what an operation needs at least; one that fetches the
    same numbers twice stands further left in truth. And data that are still in a cache come faster
    than from memory: a dot may lie above the slope.
    """
    rows = list(operations)
    if any(row.seconds <= 0 for row in rows):
        raise ValueError("plot_roofline: every operation should have taken more than 0 s; got "
                         f"{min(row.seconds for row in rows)} s.")
    ax = new_axes((6.6, 3.3), ax=ax)
    places = [roof.ridge, *(row.intensity for row in rows)]
    x = np.geomspace(min([*places, 0.1 * roof.ridge]) / 3, max(places) * 4, 200)
    ax.plot(x, roof.attainable(x) / 1e9, color=COLOURS["ink"], linewidth=2.2)
    ax.axvline(roof.ridge, color=COLOURS["prediction"], linestyle="--", linewidth=1.2)
    ax.text(roof.ridge, 1.01, f"ridge, {roof.ridge:.3g} FLOP/byte", ha="center", va="bottom",
            fontsize=9, color=COLOURS["prediction"], transform=ax.get_xaxis_transform())
    for number, row in enumerate(rows):
        sign = SERIES[number % len(SERIES)]
        ax.plot([row.intensity] * 2, [row.speed / 1e9, roof.attainable(row.intensity) / 1e9],
                color=sign.colour, linewidth=1, alpha=0.7)
        ax.plot(row.intensity, row.speed / 1e9, linestyle="", color=sign.colour, markersize=7,
                marker=sign.marker, markerfacecolor=sign.colour if number < len(SERIES) else "none",
                label=row.name if len({r.batch for r in rows}) == 1 else
                f"{row.name}, batch {row.batch}")
    ax.set(xscale="log", yscale="log", xlabel="intensity in FLOP/byte", ylabel="GFLOP/s",
           xlim=(x[0], x[-1]))
    if rows:
        legend_beside(ax)
    return ax


@styled
def plot_speedup(workers, speedups, serial=None, cores=None, ax=None):
    """How many times as fast n workers are: measured, ideal, and by the two laws.

    Parameters
    ----------
    workers : (k,) int
    speedups : (k,) float
        T(1)/T(n).
    serial : float, optional
        Serial share; Amdahl's and Gustafson's curves for it are drawn if it is given.
    cores : int, optional
        Marked: more workers than that take turns.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: Amdahl's curve was fitted to these points, so it does not confirm anything
    where it meets them; whether it predicts the next point does. Gustafson's curve is about work
    that grows with the workers, which was not measured here.
    """
    n, gains = np.asarray(workers, float), np.asarray(speedups, float)
    if n.shape != gains.shape or n.ndim != 1 or not len(n):
        raise ValueError("plot_speedup: expected one speed-up for each number of workers; got "
                         f"{n.shape} and {gains.shape}.")
    ax = new_axes(BESIDE, ax=ax)
    x = np.linspace(1, max(n.max(), 2), 60)
    ax.plot(x, x, color=COLOURS["prediction"], linestyle=":", label="n times as fast")
    if serial is not None:
        for law, sign, name in ((gustafson, SERIES[2], "Gustafson"), (amdahl, SERIES[1], "Amdahl")):
            ax.plot(x, law(1 - serial, x), color=sign.colour, linestyle=sign.line,
                    label=f"{name}, {serial:.0%} serial")
    ax.plot(n, gains, linestyle="", color=SERIES[0].colour, marker=SERIES[0].marker, markersize=7,
            label="measured")
    if cores is not None and cores < n.max():
        ax.axvspan(cores + 0.5, n.max() + 0.5, color="#EEEEEE", linewidth=0, zorder=0,
                   label=f"more than {cores} cores")
    ax.set(xlabel="workers", ylabel="speed-up", ylim=(0, None),
           xlim=(0.5, max(n.max(), 2) + 0.5))
    whole_numbers(ax)
    legend_beside(ax)
    return ax
