"""Some plots of chapter 05, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

from helpers.cloud import plots
from helpers.cloud.calls import Call

WAYS = [Call("Keras, model.predict(x)", 1, 0.055, 0.05, 0.07),
        Call("Keras, model(x)", 1, 0.006, 0.0055, 0.0065),
        Call("exported model", 1, 0.0007, 0.0006, 0.0009),
        Call("exported model, batch", 128, 8e-5, 7e-5, 9e-5)]
COUNTED = {f'batch_rows_bucket{{le="{edge}"}}': count for edge, count in
           [("1.0", 3), ("2.0", 5), ("4.0", 9), ("8.0", 30), ("16.0", 60), ("32.0", 80),
            ("64.0", 80), ("+Inf", 80)]} | {"batch_rows_sum": 800.0}
NOTHING = dict.fromkeys(COUNTED, 0.0)

CALLS = {
    "calls": lambda **k: plots.plot_calls(WAYS, **k),
    "batch_sizes": lambda **k: plots.plot_batch_sizes(COUNTED, **k),
}
ROWS = ("calls",)
MORE = {
    "one call": lambda: plots.plot_calls(WAYS[:1]),
    "a server that nobody has asked": lambda: plots.plot_batch_sizes(NOTHING),
}
REFUSED = {
    "calls": (lambda: plots.plot_calls([]), "got none"),
    "times": (lambda: plots.plot_calls([WAYS[0]._replace(low=0)]), "above 0; got 0 s"),
    "sizes": (lambda: plots.plot_batch_sizes({"a": 1}), "serving.metrics.*1 other"),
}
