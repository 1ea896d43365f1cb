"""Some plots of chapter 05, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

from helpers.cloud import plots, preemption

RUNS = {tau: preemption.simulate(86_400, 60, 14_400, tau, runs=50) for tau in (300, 1315, 5000)}
CALLS = {"overhead": lambda **k: plots.plot_overhead(simulated=RUNS, **k)}
MORE = {"nothing simulated": lambda: plots.plot_overhead(5, 600)}
REFUSED = {"overhead": (lambda: plots.plot_overhead(simulated={1: 2}), r"got \['int'\]")}
