"""How long requests take: by the formulas of queues, in batches, and as measured under load."""

import numpy as np

from helpers.cloud import batching, queues
from helpers.kit.curves import BESIDE, legend_beside
from helpers.kit.figures import COLOURS, SERIES, new_axes, styled


@styled
def plot_queues(service=0.010, measured=(), highest=0.97, ax=None):
    """Response time of a server over its utilisation: M/M/1, its p99, and M/D/1.

    Parameters
    ----------
    service : float
        Mean service time in s.
    measured : sequence of (utilisation, seconds)
        Mean response times, as simulated or measured; dots.
    highest : float
        Utilisation at which the curves end, below 1.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: these are means after a long time. Near 1 a queue takes very long to
    settle, so what is measured in a few seconds lies below the curve, or anywhere.
    """
    if not 0 < highest < 1:
        raise ValueError(f"plot_queues: highest should be between 0 and 1; got {highest!r}.")
    ax = new_axes(BESIDE, ax=ax)
    busy = np.linspace(0.01, highest, 200)
    laws = [("M/M/1, p99", lambda rate: queues.mm1_percentile(rate, service, 99), 1),
            ("M/M/1, mean", lambda rate: queues.mm1(rate, service).response, 0),
            ("M/D/1, mean", lambda rate: queues.md1(rate, service).response, 2)]
    for name, law, number in laws:
        sign = SERIES[number]
        ax.plot(busy, [1e3 * law(rho / service) for rho in busy], color=sign.colour,
                linestyle=sign.line, label=name)
    if len(measured):
        found = np.asarray(measured, float)
        ax.plot(found[:, 0], 1e3 * found[:, 1], linestyle="", marker="o", markersize=6,
                color=COLOURS["ink"], label="measured")
    top = 1e3 * queues.mm1(highest / service, service).response
    ax.set(xlabel="utilisation ρ", ylabel="response time in ms", xlim=(0, 1), ylim=(0, 1.05 * top))
    legend_beside(ax)
    return ax


@styled
def plot_load(results, service=None, ax=None):
    """p50, p95 and p99 of load tests over the rate at which requests came.

    Parameters
    ----------
    results : sequence of load.LoadResult
        Of open loops.
    service : float, optional
        Service time in s; what M/M/1 says of it is drawn.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: the vertical axis is logarithmic, so a knee looks softer than it feels.
    Server and generator share this machine: part of the knee is the generator's. A p99 of a few
    hundred requests hangs on a handful of them. Refused requests (429) are not in these times.
    """
    results = sorted((r for r in results), key=lambda r: r.rate or 0)
    if not results or any(r.rate is None for r in results):
        raise ValueError("plot_load: expected results of load.open_loop, which have a rate; got "
                         f"{[r.how for r in results]}.")
    ax = new_axes(BESIDE, ax=ax)
    rates = np.array([r.rate for r in results])
    for name, sign in zip(("p99", "p95", "p50"), (SERIES[1], SERIES[2], SERIES[0]), strict=True):
        ax.plot(rates, [1e3 * getattr(r, name) for r in results], color=sign.colour,
                linestyle=sign.line, marker=sign.marker, label=name)
    if service is not None:
        x = np.linspace(rates.min() * 0.5, min(rates.max(), 0.985 / service), 100)
        for percent, line in ((99, "--"), (50, ":")):
            ax.plot(x, [1e3 * queues.mm1_percentile(rate, service, percent) for rate in x],
                    color=COLOURS["prediction"], linestyle=line, label=f"M/M/1, p{percent}")
    ax.set(yscale="log", xlabel="requests a second", ylabel="latency in ms", xlim=(0, None))
    _plain_ticks(ax.yaxis)
    legend_beside(ax)
    return ax


@styled
def plot_tails(latencies, ax=None):
    """How slow the slowest are: the latency that one in so many requests exceeds.

    Parameters
    ----------
    latencies : dict name → (n,) float
        In s; such as {"from due": result.latencies, "from sending": result.uncorrected}.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: both axes are logarithmic, so that there is room for the rare ones. The
    right end is a single request, and would be another one in the next test.
    """
    if not latencies or any(len(values) < 2 for values in latencies.values()):
        raise ValueError("plot_tails: expected at least two latencies under each name; got "
                         f"{ {name: len(values) for name, values in latencies.items()} }.")
    ax = new_axes(BESIDE, ax=ax)
    for (name, values), sign in zip(latencies.items(), SERIES, strict=False):
        ordered = np.sort(np.asarray(values, float))
        one_in = len(ordered) / (len(ordered) - np.arange(len(ordered)))
        ax.plot(one_in, 1e3 * np.maximum(ordered, 1e-6), color=sign.colour, linestyle=sign.line,
                label=name)
    ax.set(xscale="log", yscale="log", xlabel="one in so many requests", xlim=(1, None),
           ylabel="takes longer than … ms")
    for axis in (ax.xaxis, ax.yaxis):
        _plain_ticks(axis)
    legend_beside(ax)
    return ax


@styled
def plot_batches(rate, fixed=batching.FIXED, each=batching.EACH, largest=64, ax=None):
    """Mean latency over the size of batches, and the three parts that it is made of.

    Parameters
    ----------
    rate : float
        Requests/s that come in.
    fixed, each : float
        A batch of B takes fixed + each·B seconds.
    largest : int
        Right end.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: it is about a server that waits for full batches always. One that takes what
    is there as soon as it is free has no minimum to look for; large batches then form by
    themselves under load, and only then.
    """
    smallest = batching.smallest_batch(rate, fixed, each)
    if smallest >= largest:
        raise ValueError(f"plot_batches: at {rate:g} requests/s only batches above "
                         f"{smallest - 1} keep up; expected a larger right end than {largest}.")
    ax = new_axes(BESIDE, ax=ax)
    sizes = np.arange(smallest, largest + 1)
    whole = batching.latency(sizes, rate, fixed, each)
    filling, service = (sizes - 1) / (2 * rate), fixed + each * sizes
    parts = [("together", whole, SERIES[0]), ("until it is full", filling, SERIES[2]),
             ("until server is free", whole - filling - service, SERIES[1]),
             ("service", service, SERIES[3])]
    for name, seconds, sign in parts:
        ax.plot(sizes, 1e3 * seconds, color=sign.colour, linestyle=sign.line, label=name,
                linewidth=2.4 if name == "together" else 1.4)
    best = batching.best_batch(rate, fixed, each)
    ax.plot(best, 1e3 * whole.min(), linestyle="", marker="o", markersize=8,
            color=COLOURS["forward"], label=f"best: {best}")
    ax.axvspan(0, smallest - 0.5, color="#EEEEEE", linewidth=0, zorder=0, label="does not keep up")
    ax.set(xlabel="requests in a batch", ylabel="mean latency in ms", xlim=(0, largest),
           ylim=(0, 1.1e3 * min(whole.max(), 8 * whole.min())))
    legend_beside(ax)
    return ax


def _plain_ticks(axis):
    """1, 10, 100 and not powers of ten, on a logarithmic axis."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(base=10))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    low, high = axis.get_view_interval()
    if low > 0 and high / low < 30:         # fewer than two tens: name 2 and 5 as well
        axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5)))
    axis.set_minor_formatter(NullFormatter())
