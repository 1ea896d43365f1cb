"""Pictures of serving: what one answer costs, and how many images went through together."""

import numpy as np

from helpers.kit.figures import COLOURS, new_axes, styled


@styled
def plot_calls(calls, ax=None):
    """Time for one image, for each way to ask a network: dots on a logarithmic axis.

    Parameters
    ----------
    calls : sequence of calls.Call
        From `calls.compare`; times in s.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the axis is logarithmic, so equal distances are equal factors: read the
    numbers. And a batch's time for one image is not what a client waits for: that is the time of
    the whole batch.
    """
    calls = list(calls)
    if not calls:
        raise ValueError("plot_calls: expected at least one way to ask; got none.")
    ax = new_axes((6.2, 0.9 + 0.5 * len(calls)), ax=ax)
    ms = 1e3 * np.array([[call.seconds, call.low, call.high] for call in calls])
    if not (ms > 0).all():
        raise ValueError(f"plot_calls: times should be above 0; got {ms.min() / 1e3:g} s.")
    places = np.arange(len(calls))
    ax.errorbar(ms[:, 0], places, xerr=np.abs(ms[:, 1:] - ms[:, :1]).T, color=COLOURS["data"],
                marker="o", markersize=7, linestyle="", capsize=3)
    for place, (middle, _, high) in zip(places, ms, strict=True):
        ax.text(1.15 * max(middle, high), place, f"{middle:.3g} ms", va="center")
    names = [f"{call.name} of {call.images}" if call.images > 1 else call.name for call in calls]
    ax.set(xscale="log", xlabel="for one image, ms: median and quartiles",
           xlim=(ms.min() / 3, 6 * ms.max()), ylim=(len(calls) - 0.5, -0.5))
    ax.set_yticks(places, names)
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter("")         # between the powers of ten there is no room for words
    return ax


@styled
def plot_batch_sizes(metrics, ax=None):
    """How many batches had how many images, from what the server has counted.

    Parameters
    ----------
    metrics : dict
        From `serving.metrics`.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: it counts batches, not images. One batch of 32 holds as many images as 32
    batches of one. And it counts from the start of the server on.
    """
    edges, counts = batch_sizes(metrics)
    ax = new_axes("half", ax=ax)
    low = [1, *(edge + 1 for edge in edges[:-1])]
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(low, edges, strict=True)]
    used = max(np.flatnonzero(counts), default=0) + 1
    ax.bar(range(used), counts[:used], 0.7, color=COLOURS["data"])
    ax.set_xticks(range(used), names[:used])
    images, batches = metrics.get("batch_rows_sum", 0), counts.sum()
    mean = images / batches if batches else 0
    ax.set(xlabel="images in a batch", ylabel="batches", title=f"{mean:.1f} images a batch")
    ax.grid(axis="x", visible=False)
    return ax


def batch_sizes(metrics):
    """Upper edges of the sizes, and how many batches had one: two arrays.

    Prometheus counts up: the bucket "le=8" holds all batches of at most 8.
    """
    prefix = 'batch_rows_bucket{le="'
    found = {name.removeprefix(prefix)[:-2]: count for name, count in metrics.items()
             if name.startswith(prefix)}
    edges = sorted(float(edge) for edge in found if edge != "+Inf")
    if not edges:
        raise ValueError("plot_batch_sizes: expected what serving.metrics returns, with "
                         f"{prefix}…; got {len(metrics)} other entries.")
    up_to = np.array([found[key] for key in sorted(found, key=float) if key != "+Inf"])
    return np.array(edges, int), np.diff(up_to, prepend=0)
