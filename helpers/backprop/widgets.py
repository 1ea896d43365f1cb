"""The widgets of chapter 02: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments, e.g.
``phase_plane(kappa=4.0)``; write it as the last expression of a cell.
"""

from __future__ import annotations

from helpers.backprop.circuit import Circuit
from helpers.backprop.phase_plane import PhasePlane

WIDGETS = {widget.id: widget for widget in (Circuit, PhasePlane)}


def circuit(**start) -> Circuit:
    """W2.1: one neuron as a graph; forward, backward and update one at a time."""
    return Circuit(**start)


def phase_plane(**start) -> PhasePlane:
    """W2.3: convergence of gradient descent over step size and momentum."""
    return PhasePlane(**start)
