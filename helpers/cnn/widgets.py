"""The widgets of chapter 03: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments, e.g.
``kernel_bench(flip=True)``; write it as the last expression of a cell.
"""

from __future__ import annotations

from helpers.cnn.cost_calculator import CostCalculator
from helpers.cnn.kernel_bench import KernelBench

ALL = (KernelBench, CostCalculator)
WIDGETS = {widget.id: widget for widget in ALL}


def kernel_bench(photo="china", **start) -> KernelBench:
    """W3.1: a kernel slides over a photograph; `photo` may be an array of your own."""
    return KernelBench(photo, **start)


def cost_calculator(preset="article", layers=None, **start) -> CostCalculator:
    """W3.2: shapes, parameters, work and receptive fields of a stack; `layers` may be your own."""
    return CostCalculator(preset, layers, **start)
