"""Some plots of chapter 05, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

import numpy as np

from helpers.cloud import plots
from helpers.cloud.links import Link
from helpers.cloud.ring_processes import Run
from helpers.kit.comparison import Comparison

SIZES = np.array([8, 512, 32768, 4194304])
SECONDS = 1e-5 + SIZES / 3e9
LINK = Link(1e-5, 3e9, SIZES, SECONDS, 0.9 * SECONDS, 1.2 * SECONDS)
RUNS = [Run(n, 487_720, n * 2e-4, n * 1.5e-4, n * 3e-4, 487_720, True, 1e-4) for n in (2, 3, 4)]
BATCHES = Comparison({"32": np.array([0.97, 0.96]), "256 fixed": np.array([0.93, 0.92]),
                      "256 linear": np.array([0.96, 0.97]), "1024 fixed": np.array([0.8, 0.85]),
                      "1024 linear": np.array([0.1, 0.1])}, {}, 360)

CALLS = {
    "link": lambda **k: plots.plot_link(LINK, **k),
    "ring_star": lambda **k: plots.plot_ring_star(**k),
    "ring_runs": lambda **k: plots.plot_ring_runs(RUNS, **k),
    "large_batches": lambda **k: plots.plot_large_batches(BATCHES, **k),
}
MORE = {
    "one ring": lambda: plots.plot_ring_runs(RUNS[:1]),
    "a link of one's own": lambda: plots.plot_ring_star(64, {"this machine": LINK}),
}
REFUSED = {
    "link": (lambda: plots.plot_link(LINK._replace(seconds=SECONDS[:2])), r"\(4,\) and \(2,\)"),
    "star": (lambda: plots.plot_ring_star(1), "2 workers or more.*got 1 and 2"),
    "runs": (lambda: plots.plot_ring_runs([]), "got none"),
    "batches": (lambda: plots.plot_large_batches(Comparison({"a": np.ones(2)}, {})), r"\['a'\]"),
}
