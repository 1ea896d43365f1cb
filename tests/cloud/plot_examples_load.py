"""The plots of load and queues, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

import numpy as np

from helpers.cloud import load_result, plots


def _result(rate, service=0.005, n=300):
    rng = np.random.default_rng(int(rate))
    due = np.sort(rng.uniform(0, 3, n))
    latency = service + rng.exponential(service / (1 - min(rate * service, 0.98)), n)
    rows = zip(due, due, due + latency, [200] * n, strict=True)
    return load_result.made_of(rows, f"{rate} requests/s", 3, 0, rate)


RESULTS = [_result(rate) for rate in (20, 60, 100, 140, 180)]
TAILS = {"from the moment it was due": RESULTS[-1].latencies,
         "from sending": RESULTS[0].latencies}
CALLS = {
    "queues": lambda **k: plots.plot_queues(0.010, [(0.5, 0.020), (0.9, 0.097)], **k),
    "load": lambda **k: plots.plot_load(RESULTS, 0.005, **k),
    "tails": lambda **k: plots.plot_tails(TAILS, **k),
    "batches": lambda **k: plots.plot_batches(400, **k),
}
MORE = {
    "one load test": lambda: plots.plot_load(RESULTS[:1]),
    "queues without dots": lambda: plots.plot_queues(1e-3, highest=0.9),
    "two latencies": lambda: plots.plot_tails({"few": [0.01, 0.02]}),
    "batches of a fast server": lambda: plots.plot_batches(50, 1e-3, 1e-4, largest=16),
}
REFUSED = {
    "a closed loop": (lambda: plots.plot_load([RESULTS[0]._replace(rate=None)]), "open_loop"),
    "no test at all": (lambda: plots.plot_load([]), "open_loop"),
    "busier than always": (lambda: plots.plot_queues(highest=1.0), "between 0 and 1; got 1.0"),
    "a single latency": (lambda: plots.plot_tails({"a": [1.0]}), "two latencies.*'a': 1"),
    "batches that do not keep up": (lambda: plots.plot_batches(900, largest=32), "keep up"),
    "too many for any batch": (lambda: plots.plot_batches(1200), "stays below 1000"),
}
