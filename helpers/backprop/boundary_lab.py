"""W2.4 Decision boundary lab: a small network learns points; every neuron shows its map.

The network of `helpers.nn` is trained with mini-batch gradient descent and momentum. A run
keeps the weights after every epoch, so moving back and forth in time costs one forward pass
over the grid; a run is only trained as far as somebody has looked.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from helpers import nn
from helpers.kit import data
from helpers.kit.widget import Widget, canvas, limited, words

POINTS, TEST_POINTS = 200, 400
BATCH = 20
MOMENTUM = 0.9
EPOCHS = 200
HALF = 1.8  # the picture shows the square [-HALF, HALF]²
GRID, SMALL = 48, 24  # cells per side of the large map and of one neuron's
CONFIGURATION = ("dataset", "hidden", "depth", "activation", "rate", "noise", "seed")


class BoundaryLab(Widget):
    """Decision boundary of a small network, with one small map per hidden neuron."""

    id = "W2.4"
    title = "Decision boundary lab"
    task = (
        "Separate the moons with as few neurons as you can, then try the spiral; watch what "
        "each neuron has learned, and what a linear activation can do."
    )
    notice = (
        "Each neuron of the first layer cuts the plane along one straight line; bends come "
        "from adding such cuts up, and the second layer cuts what the first has bent. With a "
        "linear activation the boundary stays straight, however many neurons there are. The "
        "step size decides whether the same network learns quickly, slowly or not at all."
    )
    labels = {
        "dataset": "points (generated)",
        "datasets": {"moons": "two moons", "spiral": "spiral"},
        "hidden": "neurons per layer",
        "depth": "hidden layers",
        "activation": "activation",
        "activations": {"tanh": "tanh", "relu": "ReLU", "sigmoid": "sigmoid", "linear": "linear"},
        "rate": "learning rate",
        "noise": "noise",
        "seed": "seed",
        "goal": "epoch",
        "train": "Train",
        "pause": "Pause",
        "restart": "From the start",
        "inputs": "inputs",
        "layer": "layer {k}",
        "output": "P(class ▲), training points",
        "curve": "loss: training (line), test (dashed)",
        "key": "line = weight: thick is large, dashed is negative",
    }
    initial = {
        **{"dataset": "moons", "hidden": 4, "depth": 1, "activation": "tanh", "rate": 0.1},
        **{"noise": 0.15, "seed": 0, "epoch": 20, "goal": 20},
    }
    source = "boundary_lab.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Train as far as the state's epoch and draw the maps of that moment.

        Returns
        -------
        dict
            map : uint8 (GRID, GRID), P(class 1) × 255, top row first; neurons : one uint8
            (units, SMALL, SMALL) per hidden layer, 128 where the neuron gives 0;
            weights : one (inputs, units) matrix per layer; x, y : training points;
            loss, test_loss : per epoch trained so far; accuracy, test_accuracy : of this
            epoch; epoch, trained, epochs; summary.
        """
        setting = _setting(state)
        run = run_of(*setting.values())
        epoch = limited(state["epoch"], 0, EPOCHS, 0)
        run.train_to(epoch)
        probability, hidden = run.maps(epoch)
        accuracy, test_accuracy = run.accuracy(epoch)
        answer = {
            "map": probability,
            "neurons": hidden,
            "weights": [np.round(W, 3) for W in run.snapshots[epoch][::2]],
            "x": np.round(run.x, 3),
            "y": run.y,
            "loss": np.round(run.losses, 4),
            "test_loss": np.round(run.test_losses, 4),
            "accuracy": accuracy,
            "test_accuracy": test_accuracy,
            "epoch": epoch,
            "trained": len(run.snapshots) - 1,
            "epochs": EPOCHS,
            "half": HALF,
        }
        return {**answer, "summary": _summary(answer, setting)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the boundary and the loss."""
        return _draw(cls, result)


def _setting(state: dict) -> dict:
    """The part of a state that decides a run, every entry within its bounds."""
    default = BoundaryLab.initial
    known = BoundaryLab.labels
    one_of = {"dataset": known["datasets"], "activation": known["activations"]}
    bounds = {"hidden": (1, 8), "depth": (1, 3), "rate": (1e-4, 10.0), "noise": (0.0, 1.0)}
    bounds["seed"] = (0, 9999)
    return {
        key: (state[key] if state[key] in one_of[key] else default[key])
        if key in one_of
        else limited(state[key], *bounds[key], default[key])
        for key in CONFIGURATION
    }


def points(dataset: str, noise: float, seed: int, n: int):
    """Generate n points of two classes, centred in the picture."""
    if dataset == "spiral":
        x, y = data.spiral(n, seed=seed, classes=2, noise=noise)
        return 1.5 * x, y
    x, y = data.moons(n, noise=noise, seed=seed)
    return x - np.array([0.5, 0.25]), y


class Run:
    """One training run that remembers its weights after every epoch."""

    def __init__(self, dataset, hidden, depth, activation, rate, noise, seed):
        self.x, self.y = points(dataset, noise, seed, POINTS)
        self.x_test, self.y_test = points(dataset, noise, seed + 10_000, TEST_POINTS)
        self.rng = np.random.default_rng(seed)
        make = lambda: network(hidden, depth, activation, seed)  # noqa: E731
        self.learner, self.viewer = make(), make()
        self.optimizer = nn.SGD(rate, momentum=MOMENTUM)
        self.snapshots = [self.learner.get_weights()]
        self.losses, self.test_losses = [], []
        self._measure()

    def _measure(self) -> None:
        pairs = ((self.losses, self.x, self.y), (self.test_losses, self.x_test, self.y_test))
        for losses, x, y in pairs:
            losses.append(nn.softmax_cross_entropy(self.learner.forward(x), y))

    def train_to(self, epoch: int) -> None:
        """Continue until the weights after this epoch are known."""
        parameters = list(self.learner.params.values())
        while len(self.snapshots) <= epoch:
            order = self.rng.permutation(POINTS)
            with np.errstate(all="ignore"):
                for begin in range(0, POINTS, BATCH):
                    self._step(order[begin : begin + BATCH], parameters)
            weights = self.learner.get_weights()
            if not all(np.isfinite(w).all() for w in weights):
                weights = self.snapshots[-1]  # blown up: it stays where it was last finite
                self.learner.set_weights(weights)
            self.snapshots.append(weights)
            self._measure()

    def _step(self, batch, parameters) -> None:
        """Forward, backward, update on one batch."""
        scores = self.learner.forward(self.x[batch])
        self.learner.backward(nn.softmax_cross_entropy_backward(scores, self.y[batch]))
        self.optimizer.apply(list(self.learner.grads.values()), parameters)

    def accuracy(self, epoch: int) -> tuple[float, float]:
        """Share of points on the right side after this epoch: (training, test)."""
        self.viewer.set_weights(self.snapshots[epoch])
        sides = ((self.x, self.y), (self.x_test, self.y_test))
        return tuple(float(np.mean(self.viewer.forward(x).argmax(1) == y)) for x, y in sides)

    def maps(self, epoch: int):
        """P(class 1) over the plane, and every hidden neuron's output, as uint8 pictures."""
        self.viewer.set_weights(self.snapshots[epoch])
        plane, hidden = grid(), []
        for layer in self.viewer.layers:
            plane = layer.forward(plane)
            hidden.append(plane)
        probability = nn.softmax(hidden.pop())[:, 1].reshape(GRID, GRID)
        small = [out.T.reshape(-1, GRID, GRID)[:, ::2, ::2] for out in hidden]
        return np.round(255 * probability).astype(np.uint8), [shades(out) for out in small]


def network(hidden: int, depth: int, activation: str, seed: int):
    """Build 2 → hidden (× depth) → 2 with He's start for ReLU and Glorot's for the others."""
    start = "he_uniform" if activation == "relu" else "glorot_uniform"
    name = None if activation == "linear" else activation
    layers = [nn.Dense(hidden, activation=name, kernel_initializer=start) for _ in range(depth)]
    model = nn.Sequential([*layers, nn.Dense(2)], seed=seed, dtype="float64")
    model.build(2)
    return model


@lru_cache(maxsize=1)
def grid():
    """Centres of the picture's cells, (GRID², 2), top row first."""
    axis = (np.arange(GRID) + 0.5) / GRID * 2 * HALF - HALF
    x1, x2 = np.meshgrid(axis, -axis)
    return np.stack([x1.ravel(), x2.ravel()], axis=1)


def shades(outputs):
    """Outputs (units, rows, columns) as uint8: 128 is 0, each neuron against its own maximum."""
    largest = np.abs(outputs).max(axis=(1, 2), keepdims=True)
    return np.round(128 + 127 * outputs / np.maximum(largest, 1e-12)).astype(np.uint8)


@lru_cache(maxsize=32)
def run_of(*setting) -> Run:
    """The run of a configuration, kept while the widget is used."""
    return Run(*setting)


def _summary(a: dict, setting: dict) -> str:
    names = BoundaryLab.labels
    who = f"{setting['depth']} × {setting['hidden']} {names['activations'][setting['activation']]}"
    text = f"{names['datasets'][setting['dataset']].capitalize()}, {who}, epoch {a['epoch']}: "
    text += f"training loss {words(float(a['loss'][a['epoch']]))}, accuracy {a['accuracy']:.0%} "
    text += f"in training and {a['test_accuracy']:.0%} on {TEST_POINTS} new points"
    return text + f" (standard error {_error(a['test_accuracy']):.1%})."


def _error(share: float) -> float:
    """Binomial standard error of a share of the test points; one is added to each side.

    Without that, 400 of 400 would claim to have no error at all.
    """
    share = (share * TEST_POINTS + 1) / (TEST_POINTS + 2)
    return (share * (1 - share) / TEST_POINTS) ** 0.5


def _draw(cls, result):
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("classes", ["#7db3d6", "white", "#cf94b9"])
    figure = canvas(8.8, 3.6)
    units = len(result["neurons"][0])
    left, right = figure.subfigures(1, 2, width_ratios=[1.2, 1])
    axes = np.atleast_2d(left.subplots(len(result["neurons"]), units, squeeze=False))
    for row, layer in zip(axes, result["neurons"], strict=True):
        for ax, picture in zip(row, layer, strict=True):
            ax.imshow(picture, cmap=colours, vmin=0, vmax=255)
            ax.set(xticks=[], yticks=[])
    left.suptitle("output of each hidden neuron")
    ax = right.subplots()
    box = (-HALF, HALF, -HALF, HALF)
    ax.imshow(result["map"], cmap=colours, vmin=0, vmax=255, extent=box)
    for label, mark, colour in ((0, "o", "#0072b2"), (1, "^", "#a2377c")):
        chosen = result["x"][result["y"] == label]
        ax.plot(*chosen.T, mark, ms=4, color=colour, mec="white", mew=0.5)
    ax.set(xticks=[], yticks=[], xlim=box[:2], ylim=box[2:], title="decision boundary")
    return figure
