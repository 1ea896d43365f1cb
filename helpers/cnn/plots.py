"""Pictures of convolutions and of what they compute. Arrays in, Axes out; `show(…, alt=…)` shows.

Which input meets which weight is in `plots_wiring`, numbers of one layer in `plots_layers`, whole
networks in `plots_networks`, images in `plots_images`, measurements in `plots_results`; all can be
had from here.
"""

from helpers.cnn.plots_images import (
    plot_filtered,
    plot_heat,
    plot_images,
    plot_maps,
    plot_support,
)
from helpers.cnn.plots_layers import plot_im2col, plot_pool, plot_products
from helpers.cnn.plots_networks import plot_blocks, plot_receptive, plot_shapes
from helpers.cnn.plots_results import (
    plot_comparison,
    plot_deletion,
    plot_equivariance,
    plot_residual,
    plot_sanity,
)
from helpers.cnn.plots_wiring import plot_matrix, plot_padding, plot_wiring
from helpers.kit.curves import plot_history

__all__ = ["plot_blocks", "plot_comparison", "plot_deletion", "plot_equivariance",
           "plot_filtered", "plot_heat", "plot_history", "plot_im2col", "plot_images",
           "plot_maps", "plot_matrix", "plot_padding", "plot_pool", "plot_products",
           "plot_receptive", "plot_residual", "plot_sanity", "plot_shapes", "plot_support",
           "plot_wiring"]
