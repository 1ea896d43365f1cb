"""The widgets of chapter 02: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments, e.g.
``phase_plane(kappa=4.0)``; write it as the last expression of a cell.
"""

from __future__ import annotations

from helpers.backprop.boundary_lab import BoundaryLab
from helpers.backprop.circuit import Circuit
from helpers.backprop.phase_plane import PhasePlane
from helpers.backprop.shape_lens import ShapeLens
from helpers.backprop.signal_depth import SignalDepth

ALL = (Circuit, ShapeLens, PhasePlane, BoundaryLab, SignalDepth)
WIDGETS = {widget.id: widget for widget in ALL}


def circuit(**start) -> Circuit:
    """W2.1: one neuron as a graph; forward, backward and update one at a time."""
    return Circuit(**start)


def phase_plane(**start) -> PhasePlane:
    """W2.3: convergence of gradient descent over step size and momentum."""
    return PhasePlane(**start)


def shape_lens(**start) -> ShapeLens:
    """W2.2: products of matrices against the gradient that is wanted."""
    return ShapeLens(**start)


def boundary_lab(**start) -> BoundaryLab:
    """W2.4: a small network learns generated points in the plane."""
    return BoundaryLab(**start)


def signal_depth(**start) -> SignalDepth:
    """W2.5: spread of activations and gradients through many layers."""
    return SignalDepth(**start)
