"""Other right answers to 3.9 (prepare), and wrong ones as students write them."""

import numpy as np

from helpers import nn
from tests.cnn.alternatives import accepted
from tests.cnn.wrong_answers import WRONG_ANSWERS


def network(*last, filters=8, units=32):
    """Layers as in the exercise, with others at the end."""
    return nn.Sequential([
        nn.Conv2D(filters, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
        nn.Dense(units, activation="relu"), *(last or (nn.Dense(10),))], seed=0)


@accepted("3.9")
def largest_ink_and_another_share(images, labels, augment, rng):
    """Ink counts to 16 in the training part: divide by its maximum; a quarter for the test."""
    order = rng.permutation(len(images))
    n_test = len(images) // 4
    x_test, y_test = images[order[:n_test]], labels[order[:n_test]]
    x, y = augment(images[order[n_test:]], labels[order[n_test:]])
    most = x.max()
    return (network(filters=4, units=16), (np.expand_dims(x / most, 3), y),
            (np.expand_dims(x_test / most, 3), y_test))


@accepted("3.9")
def axis_first_then_scaled_pixel_by_pixel(images, labels, augment, rng):
    images = images.reshape(*images.shape, 1)
    order = rng.permutation(len(images))
    train, test = np.split(order, [len(order) * 4 // 5])
    mean, spread = images[train].mean(axis=0), images[train].std(axis=0) + 1e-6
    x, y = augment((images[train] - mean) / spread, labels[train])
    return network(), (x, y), ((images[test] - mean) / spread, labels[test])


@accepted("3.9")
def a_deeper_network_in_lists(images, labels, augment, rng):
    order = list(rng.permutation(len(images)))
    x_test, y_test = images[order[-6:]], labels[order[-6:]]
    x, y = augment(images[order[:-6]], labels[order[:-6]])
    low, high = x.min(), x.max()
    model = nn.Sequential([
        nn.Conv2D(4, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
        nn.Conv2D(8, 3, activation="relu"), nn.GlobalAveragePooling2D(), nn.Dense(10)], seed=1)
    return [model, [((x - low) / (high - low))[..., None], y],
            [((x_test - low) / (high - low))[..., None], y_test]]


def prepared(images, labels, augment, rng, early=False, seen=None, after=lambda x: x[..., None],
             hot=False, last=()):
    """The program with its steps in the places of a repaired one, but for what is said."""
    if early:
        images, labels = augment(images, labels)
    order = rng.permutation(len(images))
    train, test = order[len(order) // 5:], order[:len(order) // 5]
    x, y = images[train], labels[train]
    if not early:
        x, y = augment(x, y)
    reference = images if seen == "all" else x
    scale = reference.mean(), reference.std()
    y_test = labels[test]
    if hot:
        y, y_test = (np.array([np.arange(10) == k for k in part]) * 1.0 for part in (y, y_test))
    return (network(*last), (after((x - scale[0]) / scale[1]), y),
            (after((images[test] - scale[0]) / scale[1]), y_test))


EARLY = "augmentation before the split"
SCALER = "scaler fitted on the test part too"
HOT = "one-hot labels with a sparse loss"
CHANNEL = "missing channel axis"
RELU = "ReLU on the logits"
WRONG_ANSWERS += [
    ("3.9", [EARLY], lambda *a: prepared(*a, early=True)),
    ("3.9", [SCALER], lambda *a: prepared(*a, seen="all")),
    ("3.9", [HOT], lambda *a: prepared(*a, hot=True)),
    ("3.9", [CHANNEL], lambda *a: prepared(*a, after=lambda x: x)),
    ("3.9", [RELU], lambda *a: prepared(*a, last=(nn.Dense(10), nn.ReLU()))),
    ("3.9", [f"{SCALER} + {HOT}"], lambda *a: prepared(*a, seen="all", hot=True)),
    ("3.9", [f"{EARLY} + {SCALER} + {CHANNEL}"],
     lambda *a: prepared(*a, early=True, seen="all", after=lambda x: x)),
]
