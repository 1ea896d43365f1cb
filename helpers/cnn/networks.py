"""The networks of chapter 3, untrained and trained: the same ones in notebook, tests and widgets.

`NETWORKS` lists the four that the chapter compares. `trained` trains one of them once and keeps
it in memory, so that an experiment, a figure and a widget share one training. Where the environment
variable COURSE_TRAINED names a folder, it is kept there too, and notebooks share it.
"""

import os
import re
from functools import cache
from pathlib import Path

from helpers import nn
from helpers.kit import data

INPUT_SHAPE = (28, 28, 1)
EPOCHS = 12         # of 45 batches of 32: after these the article's CNN gains less than its error


def softmax(seed=0, dtype="float32", input_shape=INPUT_SHAPE):
    """Softmax regression on all pixels: 7,850 parameters at 28×28.

    Parameters
    ----------
    seed : int
        For the initial weights.
    dtype : str
        "float32" to train, "float64" to check gradients.
    input_shape : tuple (height, width, channels), or None
        What it is built for. None leaves it unbuilt: the first batch tells.

    Returns
    -------
    nn.Sequential
        It gives scores (logits); not compiled. The other networks here take and give the same.
    """
    return _network([nn.Flatten(), nn.Dense(10)], seed, dtype, input_shape)


def mlp(seed=0, dtype="float32", input_shape=INPUT_SHAPE):
    """One hidden layer of 153 units: 121,645 parameters at 28×28, as many as the article's CNN.

    Parameters and return value: see `softmax`.
    """
    return _network([nn.Flatten(), nn.Dense(153, activation="relu"), nn.Dense(10)],
                    seed, dtype, input_shape)


def article_cnn(seed=0, dtype="float32", input_shape=INPUT_SHAPE):
    """The convolutional network of the article: 121,930 parameters at 28×28.

    Parameters and return value: see `softmax`. The article ends in a softmax; here, as everywhere
    in the course, the loss applies it.
    """
    return _network([nn.Conv2D(32, 3, activation="relu"), nn.MaxPooling2D(),
                     nn.Conv2D(64, 3, activation="relu"), nn.MaxPooling2D(),
                     nn.Flatten(), nn.Dense(64, activation="relu"), nn.Dense(10)],
                    seed, dtype, input_shape)


def global_pool_cnn(seed=0, dtype="float32", input_shape=INPUT_SHAPE):
    """Three convolutions, then the largest value of each map: 23,946 parameters, at any size.

    Parameters and return value: see `softmax`. Where on the map the largest value was found is
    forgotten before the only dense layer. The padding is "same" for a reason: with "valid", the
    maps of the last convolution are 3×3, and none of their cells sees the lowest two rows and the
    last two columns of the image.
    """
    return _network([nn.Conv2D(16, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
                     nn.Conv2D(32, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
                     nn.Conv2D(64, 3, padding="same", activation="relu"), nn.GlobalMaxPooling2D(),
                     nn.Dense(10)], seed, dtype, input_shape)


def lenet5(seed=0, dtype="float32", input_shape=INPUT_SHAPE):
    """LeNet-5 as far as today's layers go: 61,706 parameters at 28×28.

    Parameters and return value: see `softmax`.

    Notes
    -----
    LeCun, Bottou, Bengio & Haffner (1998), figure 2: 60,000 parameters that learn. Four things
    differ. The paper pads the digits to 32×32 beforehand; here "same" padding does it. Its
    averaging layers have a factor and a bias for each map (12 + 32). Its second convolution sees
    only some of the maps (1,516 parameters in place of 2,416). It ends in distances to drawn
    characters, in place of a dense layer (850).
    """
    return _network([nn.Conv2D(6, 5, padding="same", activation="tanh"), nn.AveragePooling2D(),
                     nn.Conv2D(16, 5, activation="tanh"), nn.AveragePooling2D(), nn.Flatten(),
                     nn.Dense(120, activation="tanh"), nn.Dense(84, activation="tanh"),
                     nn.Dense(10)], seed, dtype, input_shape)


NETWORKS = {"softmax": softmax, "MLP": mlp, "article's CNN": article_cnn,
            "global-pool CNN": global_pool_cnn}
_ALL = {**NETWORKS, "LeNet-5": lenet5}
_REACH = {"roaming": 6, "centred": 0}


def _network(layers, seed, dtype, input_shape):
    network = nn.Sequential(layers, seed=seed, dtype=dtype)
    if input_shape is not None:
        network.build(input_shape)
    return network


def digits(kind="roaming"):
    """The digits that `trained` learns from: "roaming" or "centred", x (n, 28, 28, 1) float32.

    Returns
    -------
    data.Split
        The same object at every call: do not change it.
    """
    if kind not in _REACH:
        raise ValueError(f"the digits are 'roaming' or 'centred'; got {kind!r}")
    return _digits(_REACH[kind])


@cache
def _digits(reach):
    return data.roaming(reach=reach).with_channel()


def trained(name, train="roaming", seed=0):
    """A network of the chapter, trained: Adam with rate 0.001, batches of 32, 12 epochs.

    Parameters
    ----------
    name : str
        One of `NETWORKS`, or "LeNet-5".
    train : "roaming" or "centred"
        The digits that it learns from.
    seed : int
        For the initial weights and the order of the batches.

    Returns
    -------
    nn.Sequential
        Compiled. All who ask for the same get the same object, so its parameters are locked
        against changes. To train it further, take a copy: `trained(…).astype("float32")`.
    """
    if name not in _ALL:
        raise ValueError(f"trained knows {', '.join(_ALL)}; got {name!r}")
    digits(train)       # says at once what is wrong with the name of the digits
    return _trained(name, train, int(seed))


@cache
def _trained(name, train, seed):
    network, split = _ALL[name](seed), digits(train)
    network.compile(optimizer=nn.Adam(1e-3))
    network.fit(split.x_train, split.y_train, batch_size=32, epochs=EPOCHS, seed=seed, verbose=0,
                checkpoint=_checkpoint(name, train, seed))
    for array in network.params.values():
        array.flags.writeable = False
    return network


def _checkpoint(name, train, seed):
    """Where this training is kept on disk, for another process to go on from; None: nowhere."""
    folder = os.environ.get("COURSE_TRAINED")
    words = re.sub(r"\W+", "-", f"{name} {train} {seed} {EPOCHS}")
    return Path(folder, f"{words}.npz") if folder else None
