"""Pictures of preemption: what an interval costs, and what became of one training."""

import numpy as np

from helpers.cloud import preemption
from helpers.kit.curves import BESIDE, legend_beside
from helpers.kit.figures import COLOURS, new_axes, styled


@styled
def plot_overhead(C=60.0, mu=14_400.0, simulated=None, ax=None):
    """Time lost over the interval between checkpoints: writing, repeating, and both.

    Parameters
    ----------
    C, mu : float
        Seconds: cost of a checkpoint, mean life of a machine.
    simulated : dict of float to preemption.Runs, optional
        Interval in seconds -> simulated trainings, drawn with two standard errors.
    ax : Axes, optional

    Returns
    -------
    Axes

    Notes
    -----
    How it can mislead: τ is on a logarithmic axis, on which the minimum looks narrower to the left
    than it is. And the curve is a mean: a single training may lose far more.

    Raises
    ------
    ValueError
        If `simulated` is something else.
    """
    simulated = {} if simulated is None else simulated
    if not all(isinstance(runs, preemption.Runs) for runs in simulated.values()):
        raise ValueError("plot_overhead: simulated should be {interval: preemption.simulate(…)}; "
                         f"got {[type(runs).__name__ for runs in simulated.values()]}")
    ax = new_axes(BESIDE, ax=ax)
    best = preemption.young(C, mu)
    tau = np.geomspace(best / 8, best * 8, 200)
    ax.plot(tau / 60, 100 * C / tau, ls=":", color=COLOURS["parameters"], label="writing, C/τ")
    ax.plot(tau / 60, 100 * tau / (2 * mu), ls="--", color=COLOURS["gradient"],
            label="done again, τ/(2μ)")
    ax.plot(tau / 60, 100 * preemption.overhead(tau, C, mu), color=COLOURS["data"], label="both")
    if simulated:
        at = np.array(list(simulated)) / 60
        runs = list(simulated.values())
        ax.errorbar(at, [100 * r.overhead for r in runs], [200 * r.error for r in runs], fmt="o",
                    color=COLOURS["prediction"], ms=4, label="simulated")
    ax.axvline(best / 60, color=COLOURS["prediction"], lw=1)
    ax.set(xscale="log", xlabel="work between checkpoints τ, minutes",
           ylabel="time lost, % of the work", ylim=(0, 40))
    legend_beside(ax)
    return ax
