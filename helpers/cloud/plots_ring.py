"""Pictures of messages and rings: what a message takes, ring against star, large batches."""

import numpy as np

from helpers.cloud import links
from helpers.kit.comparison import accuracy_se
from helpers.kit.curves import BESIDE, draw_series, legend_beside
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled


@styled
def plot_link(link, ax=None):
    """Time of a message over its size, measured, and the line α + M/B fitted to it.

    Parameters
    ----------
    link : Link
        From `links.measure`: sizes in bytes, times in s.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: both axes are logarithmic, so a distance that looks small may be a factor of
    two. And both processes run on one machine: nothing has gone through a cable.
    """
    ax = new_axes("half", ax=ax)
    sizes, middle = np.asarray(link.sizes, float), 1e6 * np.asarray(link.seconds, float)
    if sizes.ndim != 1 or sizes.shape != middle.shape or len(sizes) < 2:
        raise ValueError("plot_link: link should have a time for each of at least two sizes; got "
                         f"shapes {sizes.shape} and {middle.shape}")
    bars = np.abs(1e6 * np.array([link.low, link.high]) - middle)
    fine = np.geomspace(sizes.min(), sizes.max(), 60)
    ax.plot(fine, 1e6 * link.time(fine), color=COLOURS["prediction"], linestyle="--",
            label="α + M/B")
    ax.errorbar(sizes, middle, yerr=bars, color=COLOURS["data"], marker="o", linestyle="",
                capsize=2, label="median, quartiles")
    ax.set(xscale="log", yscale="log", xlabel="message, bytes", ylabel="one way, µs")
    ax.legend(loc="upper left")
    return ax


@styled
def plot_ring_star(workers=8, networks=None, ax=None):
    """Time of an all-reduce over the bytes of the vector: ring and star, for two networks.

    Parameters
    ----------
    workers : int
    networks : dict name → (alpha, bandwidth) or Link, optional
        At most three; α in s, B in bytes/s. Those of `links.NETWORKS` if not given.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: these are sums of α and M/B, not measurements. A real star has a faster
    server, and real libraries change between several schemes.
    """
    networks = links.NETWORKS if networks is None else networks
    if workers < 2 or not 1 <= len(networks) <= 3:
        raise ValueError("plot_ring_star: expected 2 workers or more and 1 to 3 networks; got "
                         f"{workers} and {len(networks)}")
    ax = new_axes(BESIDE, ax=ax)
    sizes = np.geomspace(1e3, 1e9, 60)
    curves = {}
    for name, link in networks.items():
        curves[f"ring, {name}"] = 1e3 * links.ring_time(workers, sizes, *link[:2])
        curves[f"star, {name}"] = 1e3 * links.star_time(workers, sizes, *link[:2])
    draw_series(ax, curves, x=sizes)
    ax.set(xscale="log", yscale="log", xlabel="vector, bytes",
           ylabel=f"all-reduce of {workers}, ms")
    times = np.log10(np.concatenate(list(curves.values())))
    ax.set_yticks(10.0 ** np.arange(np.ceil(times.min()), np.floor(times.max()) + 1))
    ax.set_xticks(10.0 ** np.arange(3, 10))
    legend_beside(ax)
    return ax


@styled
def plot_ring_runs(runs, ax=None):
    """Time of an all-reduce between processes: measured, and what the model says.

    Parameters
    ----------
    runs : list of Run
        From `ring_processes.measure`.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the model gives each worker a machine of its own. Here all share one, and
    with more workers than cores they wait for each other.
    """
    if not runs:
        raise ValueError("plot_ring_runs: runs should be a list with at least one Run; got none")
    ax = new_axes("half", ax=ax)
    workers = [run.n for run in runs]
    middle = 1e3 * np.array([run.seconds for run in runs])
    bars = np.abs(1e3 * np.array([[run.low for run in runs], [run.high for run in runs]]) - middle)
    ax.plot(workers, [1e3 * run.model for run in runs], color=COLOURS["prediction"],
            linestyle="--", marker="s", label="2(N−1)α + 2(N−1)/N · M/B")
    ax.errorbar(workers, middle, yerr=bars, color=COLOURS["data"], marker="o", capsize=3,
                label="median, quartiles")
    top = max(float((middle + bars[1]).max()), 1e3 * max(run.model for run in runs))
    ax.set(xticks=sorted(set(workers)), xlabel="workers N", ylim=(0, 1.45 * top),
           ylabel=f"all-reduce of {runs[0].nbytes / 1e6:.2g} MB, ms")
    ax.legend(loc="upper left")
    return ax


@styled
def plot_large_batches(comparison, ax=None):
    """Share of test digits read after the same epochs, over the batch, for each learning rate rule.

    Parameters
    ----------
    comparison : Comparison
        From `large_batches.compare`: names such as "32" (the small batch) and "256 linear".
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: all have seen the examples equally often, so large batches have made fewer
    steps. Bars are ± one standard error of the mean; where training breaks in some runs only, the
    mean hides it, and the bar is long.
    """
    small = [name for name in comparison.accuracies if name.isdigit()]
    points = {}
    for name, runs in comparison.accuracies.items():
        size, _, rule = name.partition(" ")
        if size.isdigit() and rule:
            points.setdefault(rule, []).append((int(size), np.asarray(runs, float)))
    if len(small) != 1 or not points:
        raise ValueError("plot_large_batches: comparison should name one small batch, such as "
                         f"'32', and others such as '256 linear'; got "
                         f"{list(comparison.accuracies)}")
    first = (int(small[0]), np.asarray(comparison.accuracies[small[0]], float))
    ax = new_axes(BESIDE, ax=ax)
    for (rule, found), sign, shift in zip(points.items(), SERIES, (0.96, 1, 1.04), strict=False):
        series = [first, *sorted(found, key=lambda one: one[0])]
        means = [runs.mean() for _, runs in series]
        errors = [_error(runs, comparison.n) for _, runs in series]
        ax.errorbar([shift * size for size, _ in series], means, yerr=errors, color=sign.colour,
                    linestyle=sign.line, marker=sign.marker, capsize=3, label=f"lr {rule}")
    sizes = sorted({size for found in points.values() for size, _ in found} | {first[0]})
    ax.set(xscale="log", ylim=(0, 1.03), xlabel="batch of all workers",
           ylabel="share right, ± standard error")
    ax.set_xticks(sizes, [str(size) for size in sizes])
    ax.set_xticks([], minor=True)
    legend_beside(ax)
    return ax


def _error(runs, n):
    """Standard error of the mean of these runs, each tested on n images (or None)."""
    of_images = accuracy_se(runs.mean(), n) if n else 0.0
    of_seeds = runs.std(ddof=1) / np.sqrt(len(runs)) if len(runs) > 1 else 0.0
    return float(np.hypot(of_images, of_seeds))
