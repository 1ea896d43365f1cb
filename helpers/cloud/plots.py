"""Pictures of machines, workers and queues. Arrays in, Axes out; `show(…, alt=…)` shows."""

from helpers.cloud.plots_roof import plot_roofline, plot_speedup

__all__ = ["plot_roofline", "plot_speedup"]
