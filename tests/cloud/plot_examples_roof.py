"""Some plots of chapter 05, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

from helpers.cloud import plots
from helpers.cloud.operations import OPERATIONS, Operation
from helpers.cloud.roofline import Roof

ROOF = Roof(80e9, 25e9)
WORK = {name: count(32) for name, count in OPERATIONS.items()}
MEASURED = [Operation(name, 32, work.flops, work.nbytes,
                      1.6 * ROOF.seconds(work.flops, work.nbytes)) for name, work in WORK.items()]
CALLS = {
    "roofline": lambda **k: plots.plot_roofline(ROOF, MEASURED, **k),
    "speedup": lambda **k: plots.plot_speedup([1, 2, 3, 4], [1, 1.7, 1.6, 1.5], 0.15, 2, **k),
}

LARGEST = {"roofline": 35_000}
MORE = {
    "a roof without operations": lambda: plots.plot_roofline(Roof(2e15, 3e12)),
    "two batches": lambda: plots.plot_roofline(ROOF, [row._replace(batch=n) for n in (1, 32)
                                                      for row in MEASURED[:3]]),
    "one worker": lambda: plots.plot_speedup([1], [1]),
    "many workers": lambda: plots.plot_speedup([1, 2, 4, 8, 64], [1, 2, 3, 5, 9], 0.1),
}
REFUSED = {
    "speed-ups": (lambda: plots.plot_speedup([1, 2], [1]), r"got \(2,\) and \(1,\)"),
    "no time": (lambda: plots.plot_roofline(ROOF, [MEASURED[0]._replace(seconds=0)]), "got 0 s"),
}
