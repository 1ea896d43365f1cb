"""Exercise 3.9: from digits to a network, with six faults on the way.

Reference answer, probes, named mistakes and hints. The programs with faults are in `pipeline`, how
a student's program is examined is in `pipeline_diagnosis`.
"""

from itertools import combinations

import numpy as np

from helpers import nn
from helpers.cnn.exercises_predict import SOLUTION
from helpers.cnn.pipeline import FAULTS, NAMES, faulty_prepare, make_prepare
from helpers.cnn.pipeline_diagnosis import diagnose
from helpers.kit.exercise import exercise

X3_9 = exercise(
    "3.9",
    title="Find six bugs on the way from digits to a network",
    kind="find the bug",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("test digits are new", "scaled by the training part", "labels are class numbers",
             "a channel axis", "scores may be negative", "scores, no probabilities",
             "everything else as it was"),
    hints=(
        "Three faults stand before the network: ask of each line which images it may see. One is "
        "what the loss expects as labels, one what a convolution expects as images. Two are in "
        "the network's last lines.",
        "What must hold: permute and split first; then `augment` the training part alone; mean and "
        "spread of the training part for both parts; labels (n,); images (n, height, width, 1); "
        "and a last Dense with neither ReLU nor Softmax.",
        SOLUTION,
    ),
)


@X3_9.reference
def prepare(images, labels, augment, rng):
    """Digits (n, height, width), labels (n,) -> model, (x_train, y_train), (x_test, y_test)."""
    order = rng.permutation(len(images))
    test, train = order[:len(images) // 5], order[len(images) // 5:]
    x_train, y_train = augment(images[train], labels[train])
    x_test, y_test = images[test], labels[test]
    mean, spread = x_train.mean(), x_train.std()
    x_train, x_test = (x_train - mean) / spread, (x_test - mean) / spread
    model = nn.Sequential([
        nn.Conv2D(8, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
        nn.Dense(32, activation="relu"), nn.Dense(10)], seed=0)
    return model, (x_train[..., None], y_train), (x_test[..., None], y_test)


X3_9.untouched(faulty_prepare)


@X3_9.probes
def _(rng):
    # Height and width different, then equal.
    return [(30, 8, 9, int(rng.integers(1000))), (33, 8, 8, int(rng.integers(1000)))]


@X3_9.harness
def _(fn, digits, height, width, seed):
    # Noise in the place of digits, so that every image is unlike all others.
    rng = np.random.default_rng(seed)
    images = np.floor(rng.uniform(0, 17, size=(digits, height, width)))
    return diagnose(fn, images, rng.permutation(np.arange(digits) % 10))


def _left(names):
    """What is still wrong: names and reasons of several faults in one line each."""
    return " + ".join(FAULTS[k][0] for k in names), " ".join(FAULTS[k][1] for k in names)


for _count in range(1, len(NAMES)):
    for _names in combinations(NAMES, _count):
        _name, _why = _left(_names)
        X3_9.mistake(_name, why=_why)(make_prepare(_names))


for _change, _name, _why in [
    ("overlap", "test images in the training part too",
     "The test images are among those to learn from. The training part is what is left when the "
     "test part is taken away: order[len(images) // 5:]."),
    ("no scaling", "images are not scaled any more",
     "Ink from 0 to 16 makes the first steps far too large. Keep the scaling, with numbers of the "
     "training part."),
    ("test not scaled", "test part not scaled",
     "The network has learned from scaled images and is asked about raw ones. The same mean and "
     "spread belong on both parts."),
    ("own scale", "test part scaled by its own numbers",
     "The same grey would become another number in the test than in training. Mean and spread of "
     "the training part belong on both parts."),
    ("channel in training only", "channel axis in the training part only",
     "The test images go through the same convolution: x_test[..., None] as well."),
    ("one-hot test", "one-hot labels in the test part only",
     "Both parts want class numbers, y of shape (n,)."),
    ("wrong pairs", "labels in another order than the images",
     "Images carry other images' labels. Use the same row numbers for both."),
    ("swapped", "training and test part exchanged",
     "Four fifths of the digits are kept for the test, and the network learns from the few that "
     "are left. The large part is to learn from: train = order[len(images) // 5:]."),
    ("lost", "digits got lost",
     "Some digits are in neither part. The training part is all that is not in the test part."),
    ("no copies", "augmentation is gone",
     "Without augment the leak is gone, and the additional images as well. Call it after the "
     "split, for the training part: augment(images[train], labels[train])."),
    ("test copies", "test part multiplied as well",
     "Five versions of one digit are not five independent digits: the ± would come out too small, "
     "and moved digits are not the question. Augment the training part alone."),
    ("squashed", "scores are squashed",
     "Sigmoid or tanh keep scores between −1 and 1, so the loss cannot become small. The last "
     "Dense has no activation."),
    ("nine", "not one score per class",
     "Ten digits need ten scores: nn.Dense(10) at the end."),
    ("no rng", "random numbers not from rng",
     "np.random.… draws another split at every call. Draw from the generator that was handed in, "
     "and anyone can repeat your run."),
]:
    X3_9.mistake(_name, why=_why)(make_prepare((), (_change,)))
