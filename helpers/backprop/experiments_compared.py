"""Ways to train, compared on the same digits: network against none, remedies, stopping."""

import numpy as np

from helpers import nn
from helpers.kit import data
from helpers.kit.comparison import Comparison, at_least_two, got_right, paired


def train(x, y, hidden=(64,), seed=0, steps=900, learning_rate=None, batch_size=32, l2=0.0,
          dropout=0.0, initializer="glorot_uniform", **fit):
    """Train a network d-hidden-10 with Adam.

    Parameters
    ----------
    x : (n, d) float32
    y : (n,) int
    hidden : tuple of int
        Units of the hidden layers; () is softmax regression.
    steps : int
        Updates, about: rounded to whole epochs. So a small training set gets as much work as a
        large one.
    learning_rate : float, optional
        Of Adam. If not given, 0.01, and 0.03 without hidden layers: of 0.001, 0.003, 0.01, 0.03
        and 0.1 these were among those that were right most often on a fifth of the training images.
    l2, dropout : float
        Weight decay; share of hidden units switched off.
    fit : more arguments for `Sequential.fit`

    Returns
    -------
    nn.Sequential
    """
    rate = learning_rate or (0.01 if hidden else 0.03)
    decay = nn.L2(l2) if l2 else None
    layers = []
    for units in hidden:
        layers.append(nn.Dense(units, activation="relu", kernel_initializer=initializer,
                               kernel_regularizer=decay))
        if dropout:
            layers.append(nn.Dropout(dropout))
    layers.append(nn.Dense(10, kernel_initializer=initializer, kernel_regularizer=decay))
    model = nn.Sequential(layers, seed=seed)
    model.compile(optimizer=nn.Adam(rate))
    epochs = max(1, round(steps / -(-len(x) // batch_size)))
    model.fit(x, y, batch_size=batch_size, epochs=epochs, seed=seed, verbose=0, **fit)
    return model


def _some(n, seed):
    """The digits, with only n of the training images, drawn at random."""
    split = data.load("digits").flat()
    if not 1 <= n <= len(split.x_train):
        raise ValueError(f"There are {len(split.x_train)} training digits; {n} were asked for.")
    rows = np.random.default_rng([seed, n]).permutation(len(split.x_train))[:n]
    return split._replace(x_train=split.x_train[rows], y_train=split.y_train[rows])


def _right(model, split):
    """Which test images the model gets right: (360,) float, 0 or 1."""
    return got_right(model, split.x_test, split.y_test)


def _compare(ways, seeds, n):
    """Train each way (name → function of split and seed) on the same images; compare paired."""
    at_least_two(seeds)
    splits = [_some(n, seed) for seed in range(seeds)]
    return paired({
        name: np.array([_right(way(split, seed), split) for seed, split in enumerate(splits)])
        for name, way in ways.items()})


def compare_softmax_mlp(seeds=3, n=1437):
    """Softmax regression (650 parameters) against the network 64-64-10 (4,810).

    Returns
    -------
    Comparison
    """
    return _compare({
        "softmax 64-10": lambda split, seed: train(split.x_train, split.y_train, (), seed),
        "MLP 64-64-10": lambda split, seed: train(split.x_train, split.y_train, (64,), seed),
    }, seeds, n)


def compare_on_all_digits(draws=3, folds=5):
    """The same two, and every one of the 1,797 digits is tested on once in each draw.

    Five networks of each kind learn from four fifths of the digits and are tested on the rest.

    Parameters
    ----------
    draws : int
        How often all digits are dealt into `folds` parts, each time in another way.
    folds : int

    Returns
    -------
    Comparison
        Its "seeds" are the draws. The error of the difference is its spread from image to image:
        the draws share the images.
    """
    from sklearn.model_selection import StratifiedKFold

    x, y = _all_digits()
    right = {"softmax 64-10": np.empty((draws, len(x))), "MLP 64-64-10": np.empty((draws, len(x)))}
    for draw in range(draws):
        parts = StratifiedKFold(folds, shuffle=True, random_state=draw).split(x, y)
        for fold, (learn, test) in enumerate(parts):
            for name, hidden in (("softmax 64-10", ()), ("MLP 64-64-10", (64,))):
                model = train(x[learn], y[learn], hidden, seed=folds * draw + fold)
                right[name][draw, test] = model.predict(x[test]).argmax(axis=1) == y[test]
    first, second = right.values()
    gain = (second - first).mean(axis=0)                        # (images,)
    difference = gain.mean(), gain.std(ddof=1) / np.sqrt(len(gain))
    return Comparison({name: all_.mean(axis=1) for name, all_ in right.items()},
                      {"MLP 64-64-10": difference})


def _all_digits():
    """All 1,797 digits: x (1797, 64) float32, y (1797,) int64."""
    split = data.load("digits").flat()
    return (np.concatenate([split.x_train, split.x_test]),
            np.concatenate([split.y_train, split.y_test]))


def compare_regularisers(n=100, seeds=5):
    """Early stopping, weight decay and dropout against none of them, with few labels.

    All get the same n images. Early stopping keeps a fifth of them to watch, and so learns from
    fewer: that is its price. What the smaller number alone costs is measured too.

    Returns
    -------
    Comparison
    """
    def fewer(split, seed):
        cut = len(split.x_train) // 5
        return train(split.x_train[cut:], split.y_train[cut:], seed=seed)

    def early(split, seed):
        cut = len(split.x_train) // 5
        stop = nn.EarlyStopping(patience=30, restore_best_weights=True)
        return train(split.x_train[cut:], split.y_train[cut:], seed=seed, callbacks=[stop],
                     validation_data=(split.x_train[:cut], split.y_train[:cut]))

    def with_(**settings):
        return lambda split, seed: train(split.x_train, split.y_train, seed=seed, **settings)

    return _compare({"none": with_(), "early stopping": early, "none, a fifth less": fewer,
                     "weight decay": with_(l2=3e-3), "dropout": with_(dropout=0.5)}, seeds, n)


def compare_stopping(n=200, guesses=40, seeds=5):
    """Early stopping where there is something to be learned by heart: some labels are guesses.

    Parameters
    ----------
    n : int
        Digits to learn from; as many others, with right labels, are there to be watched.
    guesses : int
        How many of the first n labels are replaced by guesses.
    seeds : int

    Returns
    -------
    Comparison
        "to the end": 60 epochs; "early stopping": back to the epoch with the lowest loss on the
        watched digits; "to the end, on both": the watched digits are learned from as well.
    """
    def noisy(split, seed):
        y = split.y_train.copy()
        y[:guesses] = np.random.default_rng(seed).integers(0, 10, size=guesses)
        return y

    def fit(x, y, seed, **settings):
        model = nn.Sequential([nn.Dense(256, activation="relu"), nn.Dense(10)], seed=seed)
        model.compile(optimizer=nn.Adam(3e-3))
        model.fit(x, y, epochs=60, batch_size=32, seed=seed, verbose=0, **settings)
        return model

    def to_the_end(split, seed):
        return fit(split.x_train[:n], noisy(split, seed)[:n], seed)

    def early(split, seed):
        stop = nn.EarlyStopping(patience=60, restore_best_weights=True)
        return fit(split.x_train[:n], noisy(split, seed)[:n], seed, callbacks=[stop],
                   validation_data=(split.x_train[n:], split.y_train[n:]))

    def on_both(split, seed):
        return fit(split.x_train, noisy(split, seed), seed)

    return _compare({"to the end": to_the_end, "early stopping": early,
                     "to the end, on both": on_both}, seeds, 2 * n)
