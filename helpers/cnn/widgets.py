"""The widgets of chapter 03: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments, e.g.
``kernel_bench(flip=True)``; write it as the last expression of a cell.
"""

from __future__ import annotations

from helpers.cnn.cost_calculator import CostCalculator
from helpers.cnn.draw_digit import DrawDigit
from helpers.cnn.equivariance_meter import EquivarianceMeter
from helpers.cnn.inside import Inside
from helpers.cnn.kernel_bench import KernelBench
from helpers.cnn.pool_or_not import PoolOrNot

ALL = (KernelBench, CostCalculator, EquivarianceMeter, PoolOrNot, Inside, DrawDigit)
WIDGETS = {widget.id: widget for widget in ALL}


def kernel_bench(photo="china", **start) -> KernelBench:
    """W3.1: a kernel slides over a photograph; `photo` may be an array of your own."""
    return KernelBench(photo, **start)


def cost_calculator(preset="article", layers=None, **start) -> CostCalculator:
    """W3.2: shapes, parameters, work and receptive fields of a stack; `layers` may be your own."""
    return CostCalculator(preset, layers, **start)


def equivariance_meter(network=None, **start) -> EquivarianceMeter:
    """W3.3: a digit to drag; which layers follow, which networks still read it."""
    return EquivarianceMeter(network, **start)


def pool_or_not(**start) -> PoolOrNot:
    """W3.4: a stride, or nothing, in place of the article's pools."""
    return PoolOrNot(**start)


def inside(network=None, **start) -> Inside:
    """W3.5: kernels, maps and explanations, with weights that can be shuffled."""
    return Inside(network, **start)


def draw_digit(network=None, **start) -> DrawDigit:
    """W3.6: a pad to draw on, and what every layer makes of it; `network` may be your own."""
    return DrawDigit(network, **start)
