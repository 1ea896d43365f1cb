"""The widgets of chapter 05: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments; write it as
the last expression of a cell.
"""

from helpers.cloud.preemption_roulette import PreemptionRoulette
from helpers.cloud.ring_stepper import RingStepper
from helpers.cloud.roofline_explorer import RooflineExplorer
from helpers.cloud.service_cockpit import ServiceCockpit
from helpers.cloud.speedup_explorer import SpeedupExplorer

ALL = (SpeedupExplorer, RingStepper, RooflineExplorer, PreemptionRoulette,
       ServiceCockpit)
WIDGETS = {widget.id: widget for widget in ALL}


def speedup_explorer(measured=None, **start) -> SpeedupExplorer:
    """W5.1: how much faster n workers are; `measured` may be what `speedup.measure` returned."""
    return SpeedupExplorer(measured, **start)


def roofline_explorer(roof=None, operations=None, **start) -> RooflineExplorer:
    """W5.3: layers under a roof; both may be your own, as `roofline` and `operations` measure."""
    return RooflineExplorer(roof, operations, **start)


def ring_stepper(**start) -> RingStepper:
    """W5.2: an all-reduce of real gradients, one step at a time, with a link to break."""
    return RingStepper(**start)


def preemption_roulette(**start) -> PreemptionRoulette:
    """W5.4: how often to save on machines that may be taken away, and what spot costs then."""
    return PreemptionRoulette(**start)


def service_cockpit(**start) -> ServiceCockpit:
    """W5.5: load, replicas and batches against latency, money and carbon."""
    return ServiceCockpit(**start)
