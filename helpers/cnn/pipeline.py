"""Exercise 3.9: from digits to a network that can learn, with any of six faults on the way.

What the faults are called, programs that have some of them, and what each of them leaves to be
seen. How a student's program is examined is in `pipeline_diagnosis`.
"""

from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.kit import data

# What the faults are called in feedback, and why they are faults; in the order of the code.
FAULTS = {
    "early": ("augmentation before the split",
              "Copies of one digit end up on both sides, so the test part holds digits that were "
              "seen in training. Split first, then multiply the training part alone."),
    "scaler": ("scaler fitted on the test part too",
               "Mean and spread were computed from all images, so the test images have taken part "
               "in the preparation. Compute them from the training part and use them for both."),
    "one-hot": ("one-hot labels with a sparse loss",
                "sparse_categorical_crossentropy takes one class number per image, y of shape "
                "(n,). Leave the labels as they are."),
    "channel": ("missing channel axis",
                "A convolution expects (n, height, width, channels). Grey images have one channel: "
                "x[..., None], in both parts."),
    "relu": ("ReLU on the logits",
             "Scores must be free to be negative. ReLU cuts those off, and with them their "
             "gradient. The last Dense has no activation."),
    "softmax": ("double softmax",
                "The loss applies softmax itself, it wants scores (logits). With a Softmax layer "
                "it acts twice: training gets slow, and the loss cannot come near 0. (In Keras: "
                "activation=\"softmax\" together with from_logits=True.)"),
}
NAMES = tuple(FAULTS)


class Softmax(nn.Layer):
    """Scores (N, C) → probabilities; what the layers of `nn` leave to the loss."""

    def forward(self, x, training=False):
        self.z = x
        return nn.softmax(x)

    def backward(self, dout):
        return nn.softmax_backward(dout, self.z)


def augment(images, labels):
    """Five of each image: as it is, and moved by half a pixel up, down, left and right.

    Parameters
    ----------
    images : (n, height, width) or (n, height, width, channels)
    labels : (n, …)

    Returns
    -------
    images (5 n, …), labels (5 n, …)
        All as they are first, then all moved up, and so on. What leaves the picture is lost.
    """
    n, height, width = images.shape[:3]
    moved = np.zeros((5, *images.shape), images.dtype)
    for copy, (dy, dx) in zip(moved, ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)), strict=True):
        to_rows, to_columns = slice(max(dy, 0), height + dy), slice(max(dx, 0), width + dx)
        rows, columns = slice(max(-dy, 0), height - dy), slice(max(-dx, 0), width - dx)
        copy[:, to_rows, to_columns] = images[:, rows, columns]
    moved = (images + moved) / 2
    return moved.reshape(5 * n, *images.shape[1:]), np.concatenate([labels] * 5)


def make_prepare(faults, changes=()):
    """Build the function of exercise 3.9 with the given faults (names from NAMES) left in it.

    `changes` are other things that people do to it; `exercises_pipeline` says what they are called.
    """

    def prepare(images, labels, augment, rng):
        if "early" in faults:
            images, labels = augment(images, labels)
        if "wrong pairs" in changes:
            labels = rng.permutation(labels)
        order = (np.random.default_rng() if "no rng" in changes else rng).permutation(len(images))
        fifth = len(images) // 5
        test, train = order[:fifth], order[0 if "overlap" in changes else fifth:]
        if "swapped" in changes:
            test, train = train, test
        if "lost" in changes:
            train = train[1:]
        x, y, x_test, y_test = images[train], labels[train], images[test], labels[test]
        if "early" not in faults and "no copies" not in changes:
            x, y = augment(x, y)
        if "test copies" in changes:
            x_test, y_test = augment(x_test, y_test)
        x, x_test = _scaled(x, x_test, images if "scaler" in faults else x, changes)
        if "channel" not in faults:
            x = x[..., None]
            x_test = x_test if "channel in training only" in changes else x_test[..., None]
        y = np.eye(10)[y] if "one-hot" in faults else y
        y_test = np.eye(10)[y_test] if {"one-hot", "one-hot test"} & {*faults, *changes} else y_test
        return _network(faults, changes), (x, y), (x_test, y_test)

    return prepare


def _scaled(x, x_test, seen, changes):
    """Both parts, with the mean and spread of `seen`, or as `changes` has it."""
    own = x_test if "own scale" in changes else seen
    raw = "no scaling" in changes
    return (x if raw else (x - seen.mean()) / seen.std(),
            x_test if raw or "test not scaled" in changes else (x_test - own.mean()) / own.std())


def _network(faults, changes):
    last = [nn.Dense(9 if "nine" in changes else 10,
                     activation="relu" if "relu" in faults else None)]
    last += [nn.Sigmoid()] * ("squashed" in changes) + [Softmax()] * ("softmax" in faults)
    return nn.Sequential([nn.Conv2D(8, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
                          nn.Dense(32, activation="relu"), *last], seed=0)


def faulty_prepare(images, labels, augment, rng):
    """The program as handed out, with all six faults: the very lines that stand in the chapter."""
    images, labels = augment(images, labels)
    images = (images - images.mean()) / images.std()
    labels = np.eye(10)[labels]
    order = rng.permutation(len(images))
    test, train = order[:len(images) // 5], order[len(images) // 5:]
    x_train, y_train, x_test, y_test = images[train], labels[train], images[test], labels[test]
    model = nn.Sequential([
        nn.Conv2D(8, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
        nn.Dense(32, activation="relu"), nn.Dense(10, activation="relu"), Softmax()], seed=0)
    return model, (x_train, y_train), (x_test, y_test)


# --- what the faults leave to be seen -----------------------------------------------------------


class Trial(NamedTuple):
    """What came of a program: `says` in one sentence, and the accuracies (None after an error).

    `claimed` is measured on its own test part, `fresh` on 360 digits that it never got.
    """

    says: str
    claimed: float | None = None
    fresh: float | None = None
    never: int = 0

    def __repr__(self):
        return self.says


def try_out(prepare, seed=0, n=50, epochs=40):
    """Train what `prepare` makes of some digits, and say what one sees.

    Parameters
    ----------
    prepare : callable
        ``prepare(images, labels, augment, rng) -> model, (x_train, y_train), (x_test, y_test)``.
    seed : int
        Which digits, which order and, with a seed of the model's own, which starting weights.
    n : int
        Digits that the program gets; as real ones they come as 8×8 cells that count ink to 16.
    epochs : int

    Returns
    -------
    Trial
    """
    digits = data.load("digits")
    rows = np.random.default_rng(seed).permutation(len(digits.x_train))[:n]
    images, labels = digits.x_train[rows] * 16, digits.y_train[rows]
    try:
        model, train, test = prepare(images, labels, augment, np.random.default_rng(seed))
        model.seed, model.rng = seed, np.random.default_rng(seed)
        model.compile(optimizer=nn.Adam(3e-3))
        model.fit(*train, epochs=epochs, seed=seed, verbose=0)
        claimed = model.evaluate(*test)[1]
    except Exception as error:      # a student's program may stop with anything; say with what
        return Trial(f"{type(error).__name__}: {error}")
    answers = model.predict(_like(digits.x_test * 16, train[0])).argmax(axis=-1)
    right = float((answers == digits.y_test).mean())
    never = 10 - len(set(answers.tolist()))
    classes = f"; {never} of 10 classes are never answered" if never else ""
    own = len(test[0])
    return Trial(f"on its own test part {claimed:.3f} ({round(claimed * own)} of {own}), "
                 f"on 360 fresh digits {right:.3f}{classes}", claimed, right, never)


def _like(fresh, x_train):
    """Fresh images, raw, in the form of `x_train`: same scale (0 to 16 ink), same axes."""
    low, high = float(x_train.min()), float(x_train.max())
    fresh = low + fresh / 16 * (high - low)
    return fresh[..., None] if x_train.ndim == 4 else fresh


def symptoms(seeds=4):
    """Each fault alone in an otherwise right program, tried out with several seeds.

    Returns
    -------
    Symptoms
        A mapping from the name of the fault, or "none of them", to its list of `Trial`.
    """
    programs = {"none of them": (), **{FAULTS[fault][0]: (fault,) for fault in NAMES}}
    return Symptoms({name: [try_out(make_prepare(faults), seed) for seed in range(seeds)]
                     for name, faults in programs.items()})


class Symptoms(dict):
    """Result of `symptoms`; its repr is a table of means over the seeds."""

    def __repr__(self):
        rows = [f"{'fault':<36}{'own test part':>14}{'fresh digits':>14}{'never answered':>16}"]
        for name, trials in self.items():
            if trials[0].claimed is None:
                sentence = trials[0].says.partition(": ")[2].split(";")[0]
                rows.append(f"{name:<36}  stops: {sentence}")
                continue
            claimed, fresh, never = (np.mean([trial[k] for trial in trials]) for k in (1, 2, 3))
            rows.append(f"{name:<36}{claimed:>14.3f}{fresh:>14.3f}{never:>16.1f}")
        return "\n".join(rows)
