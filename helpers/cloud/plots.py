"""Pictures of machines, workers and queues. Arrays in, Axes out; `show(…, alt=…)` shows."""

from helpers.cloud.plots_load import plot_batches, plot_load, plot_queues, plot_tails
from helpers.cloud.plots_preempt import plot_overhead
from helpers.cloud.plots_ring import (
    plot_large_batches,
    plot_link,
    plot_ring_runs,
    plot_ring_star,
)
from helpers.cloud.plots_roof import plot_roofline, plot_speedup
from helpers.cloud.plots_serving import plot_batch_sizes, plot_calls

__all__ = [
    "plot_batches", "plot_load", "plot_queues", "plot_tails",
    "plot_large_batches", "plot_link", "plot_overhead", "plot_ring_runs", "plot_ring_star",
    "plot_roofline", "plot_speedup", "plot_batch_sizes", "plot_calls",
]
