"""The plots of chapter 02, for the tests in tests/plots."""

import numpy as np

from helpers.backprop import plots
from helpers.kit import data
from tests.plots.examples import Examples

DESCENT = {"short": np.array([[-9.0, 2], [-4, 1], [-1, 0.2]])}


def no_network(sizes, highlight=None):
    """A call for a network that cannot be drawn, and how the refusal reads."""
    return lambda: plots.plot_network(sizes, highlight), "plot_network: .*; got"


EXAMPLES = Examples(
    calls={
        "network": lambda **k: plots.plot_network([3, 4, 2], highlight=(1, 2), **k),
        "decision": lambda **k: plots.plot_decision(lambda x: x[:, 0], *data.moons(20), **k),
        "surprise": plots.plot_surprise,
        "graph": lambda **k: plots.plot_graph([("x", (32, 64)), ("loss", ())], **k),
        "step_error": lambda **k: plots.plot_step_error([1e-3, 1e-2], {"a": [1e-6, 1e-4]}, **k),
        "history": lambda **k: plots.plot_history({"loss": [2, 1]}, **k),
        "descent": lambda **k: plots.plot_descent(np.diag([1.0, 10]), DESCENT, **k),
        "noise": lambda **k: plots.plot_noise([1, 4, 16], [1, 0.25, 0.0625], **k),
        "curves": lambda **k: plots.plot_curves({"a": [1, 2, 3]}, ylabel="loss", **k),
        "depth": lambda **k: plots.plot_depth({"a": [1, 0.1, 0.01]}, **k),
        "learning_curve": lambda **k: plots.plot_learning_curve([50, 100], [.8, .9], [.01, .01],
                                                                **k),
        "digits": lambda **k: plots.plot_digits(np.zeros((10, 8, 8)), range(10), **k),
    },
    drawings=("network", "graph", "digits"),
    more={
        "three digits": lambda: plots.plot_digits(np.zeros((3, 8, 8)), [1, 2, 3]),
    },
    refused={
        "one layer": no_network([3]),
        "an empty layer": no_network([3, 0]),
        "a neuron of the input": no_network([3, 2], (0, 1)),
        "a neuron too many": no_network([3, 2], (1, 2)),
        "a neuron of no layer": no_network([3, 2], (2, 0)),
        "points": (lambda: plots.plot_decision(lambda x: x[:, 0], np.zeros((3, 3)), np.zeros(3)),
                   r"x should have shape \(n, 2\).*got \(3, 3\)"),
        "digits": (lambda: plots.plot_digits(np.zeros((3, 65))), r"got \(3, 65\)"),
        "history": (lambda: plots.plot_history({"mae": [1]}), r"got \['mae'\]"),
        "no bowl": (lambda: plots.plot_descent(np.diag([1.0, -1]), DESCENT),
                    "symmetric, with positive eigenvalues"),
        "places": (lambda: plots.plot_curves({"a": [1, 2, 3]}, ylabel="loss", x=[1, 2]),
                   "'a' should have one value for each of the 2 places"),
        "no curves": (lambda: plots.plot_curves({}, ylabel="loss"), "got none"),
    },
)
