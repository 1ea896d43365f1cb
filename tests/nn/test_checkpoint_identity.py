"""A checkpoint resumes the training that wrote it, and no other: whatever differs is named."""

import numpy as np
import pytest

from helpers import nn

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 5)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)
ONE_LABEL_OTHER = np.where(np.arange(40) == 7, 1 - Y, Y)
ONE_NUMBER_OTHER = X + 0.01 * (np.arange(200).reshape(40, 5) == 33).astype(np.float32)


class Doubled(nn.SparseCategoricalCrossentropy):
    """A loss of one's own, for the same labels."""

    name = "doubled"

    def value(self, outputs, y):
        return 2 * super().value(outputs, y)

    def gradient(self, outputs, y):
        return 2 * super().gradient(outputs, y)


class Onlooker(nn.Callback):
    """Does nothing, under a name of its own."""


def train(
    path,
    activation="relu",
    between=nn.Tanh,
    l2=0.01,
    rate=0.3,
    units=8,
    optimizer=nn.Adam,
    optimizer_settings=None,
    loss="sparse_categorical_crossentropy",
    dtype="float32",
    x=X,
    y=Y,
    **settings,
):
    """Two epochs. Everything is new here and could change: network, optimiser, data."""
    layers = [
        nn.Dense(units, activation=activation, kernel_regularizer=nn.L2(l2) if l2 else None),
        between(),
        nn.Dropout(rate),
        nn.Dense(2),
    ]
    model = nn.Sequential(layers, seed=0, dtype=dtype)
    model.compile(optimizer(**optimizer_settings or {}), loss=loss)
    settings = {"epochs": 2, "batch_size": 16, "seed": 1, "verbose": 0, **settings}
    model.fit(x, y, checkpoint=path, **{"validation_data": (X, Y), **settings})
    return model


def sgd(**settings):
    return {"optimizer": nn.SGD, "optimizer_settings": settings}


def adam(**settings):
    return {"optimizer_settings": settings}


def stopping(**settings):
    return {"callbacks": [nn.EarlyStopping(**{"patience": 5, **settings})]}


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        ({}, {"activation": "tanh"}, "layers was .*'ReLU'.*and is now .*'Tanh'"),
        ({}, {"activation": None}, "layers was"),
        ({}, {"between": nn.Sigmoid}, "layers was"),
        ({}, {"l2": 0.02}, "layers was .*0.01.*and is now .*0.02"),
        ({}, {"l2": None}, "layers was"),
        ({}, {"rate": 0.1}, "layers was"),
        ({}, {"validation_data": None}, "validation data"),
        ({}, {"validation_data": (X, ONE_LABEL_OTHER)}, "validation data"),
        ({}, {"units": 9}, "layers was"),
        ({}, {"dtype": "float64"}, "dtype was 'float32' and is now 'float64'"),
        (sgd(momentum=0.9), {}, "optimizer was .*SGD.*Adam"),
        (sgd(), sgd(learning_rate=0.02), "optimizer was .*0.01.*0.02"),
        (sgd(momentum=0.9), sgd(momentum=0.8), "optimizer was .*0.9.*0.8"),
        (adam(), adam(learning_rate=0.002), "optimizer was"),
        (adam(), adam(beta_1=0.8), "optimizer was"),
        (adam(), adam(beta_2=0.99), "optimizer was"),
        (adam(), adam(epsilon=1e-8), "optimizer was"),
        ({}, {"loss": Doubled()}, "loss was 'sparse_categorical_crossentropy' .*'doubled'"),
        ({}, {"batch_size": 8}, "batch_size was 16 and is now 8"),
        ({}, {"seed": 2}, "seed was 1 and is now 2"),
        ({}, {"seed": None}, "seed was 1 and is now None"),
        ({}, {"shuffle": False}, "shuffle was True"),
        ({}, stopping(), "callbacks was"),
        ({"callbacks": [Onlooker()]}, {"callbacks": [nn.Callback()]}, "callbacks was"),
        (stopping(), stopping(patience=6), "callbacks was"),
        (stopping(), stopping(monitor="val_accuracy"), "callbacks was"),
        (stopping(), stopping(min_delta=0.1), "callbacks was"),
        (stopping(), stopping(restore_best_weights=True), "callbacks was"),
        ({}, {"y": ONE_LABEL_OTHER}, "training data"),
        ({}, {"x": ONE_NUMBER_OTHER}, "training data"),
        ({}, {"x": X[::-1], "y": Y[::-1]}, "training data"),
        ({}, {"epochs": 1}, "at epoch 2 already, past the 1 asked for"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_and_stays(first, then, says, tmp_path):
    path = tmp_path / "training.npz"
    train(path, **first)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=says):
        train(path, **then)
    assert path.read_bytes() == before
    # With nothing changed it is taken: it was the difference that was refused.
    assert train(path, **first).optimizer.iterations == 6
    assert path.read_bytes() == before


def test_the_refusal_names_what_differs_and_nothing_else(tmp_path):
    path = tmp_path / "training.npz"
    train(path)
    with pytest.raises(ValueError) as caught:
        train(path, seed=2, batch_size=8)
    assert "training: batch_size was 16 and is now 8; seed was 1 and is now 2." in str(caught.value)
    assert str(path) in str(caught.value)
