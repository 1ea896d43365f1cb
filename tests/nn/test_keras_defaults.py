"""What is not said means the same as in Keras: defaults, and what a reported loss contains.

The chapters leave these settings out and say that they are Keras's.
"""

import inspect

import numpy as np
import pytest

from helpers import nn

FLOAT32 = 1e-7  # Keras keeps its learning rate in float32: 0.001 is 0.00100000005


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {"learning_rate", "momentum"}),
        ("Adam", {"learning_rate", "beta_1", "beta_2", "epsilon"}),
    ],
)
def test_an_optimiser_without_settings_is_that_of_keras(name, settings):
    import keras

    own = getattr(nn, name)()
    expected = getattr(keras.optimizers, name)().get_config()
    assert {key: getattr(own, key) for key in settings} == pytest.approx(
        {key: expected[key] for key in settings}, rel=FLOAT32
    )
    assert settings == inspect.signature(type(own)).parameters.keys(), "a setting is not compared"


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_an_optimiser_chosen_by_name_is_the_one_of_that_name_in_keras(name):
    import keras

    model = nn.Sequential([nn.Dense(2)])
    model.compile(name)
    expected = keras.optimizers.get(name)
    assert type(model.optimizer).__name__ == type(expected).__name__
    rate = expected.get_config()["learning_rate"]
    assert model.optimizer.learning_rate == pytest.approx(rate, rel=FLOAT32)


def test_weight_decay_without_a_factor_is_that_of_keras():
    import keras

    W = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    expected = keras.regularizers.L2()
    assert nn.L2().l2 == pytest.approx(expected.get_config()["l2"], rel=FLOAT32)
    # Twenty squares are summed in float32, in another order perhaps: some 1e-7 each.
    assert nn.L2().penalty(W) == pytest.approx(float(expected(W)), rel=1e-5)


def test_a_dense_layer_without_settings_starts_as_in_keras():
    import keras

    own, other = nn.Dense(200), keras.layers.Dense(200)
    own.build((300,), np.random.default_rng(0), np.float32)
    other.build((None, 300))
    W, other_W = own.params["W"], other.get_weights()[0]
    # Both are uniform: of 60 000 draws the largest is within 1e-4 of the limit (a normal's is not,
    # and He's limit is 29 % larger), and the standard error of the spread is 0.2 %.
    assert np.abs(W).max() == pytest.approx(np.abs(other_W).max(), rel=1e-3)
    assert W.std() == pytest.approx(other_W.std(), rel=0.01)
    np.testing.assert_array_equal(own.params["b"], other.get_weights()[1])
    assert own.activation is None and other.get_config()["activation"] == "linear"
    assert own.kernel_regularizer is None and other.kernel_regularizer is None


def defaults(function, names):
    parameters = inspect.signature(function).parameters
    return {name: parameters[name].default for name in names}


def test_early_stopping_without_settings_is_that_of_keras():
    import keras

    names = inspect.signature(nn.EarlyStopping).parameters
    assert len(names) == 4
    assert defaults(nn.EarlyStopping, names) == defaults(keras.callbacks.EarlyStopping, names)


def test_fit_without_settings_trains_as_in_keras():
    import keras

    x, y = np.random.default_rng(0).random((70, 3)), np.arange(70) % 2
    own = nn.Sequential([nn.Dense(2)], seed=0)
    own.compile()
    own.fit(x, y, verbose=0)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    other.compile("adam", loss=loss, run_eagerly=True)
    history = other.fit(x, y, verbose=0)
    # The number of steps says what the batch size is: 70 examples in batches of 32 are three.
    assert own.optimizer.iterations == int(other.optimizer.iterations) == 3
    assert len(own.history.epoch) == len(history.epoch) == 1
    names = ("shuffle", "epochs")
    assert defaults(nn.Sequential.fit, names) == defaults(keras.Sequential.fit, names)


def test_fit_and_evaluate_report_the_loss_that_keras_reports():
    """Weight decay included, in both."""
    import keras

    rng = np.random.default_rng(0)
    x, y = rng.random((40, 3)).astype(np.float32), rng.integers(0, 2, 40)
    own = nn.Sequential([nn.Dense(2, kernel_regularizer=nn.L2(0.5))], seed=0)
    own.compile(nn.SGD(0.1))
    own.build(3)
    decay = keras.regularizers.L2(0.5)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, kernel_regularizer=decay)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    other.compile(keras.optimizers.SGD(0.1), loss=loss, metrics=["accuracy"], run_eagerly=True)
    other.set_weights(own.get_weights())
    settings = {"batch_size": 40, "epochs": 3, "shuffle": False, "verbose": 0}
    expected = other.fit(x, y, **settings).history
    # float32 on both sides: the tolerance of the verification ladder.
    assert own.fit(x, y, **settings).history["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    assert own.evaluate(x, y) == pytest.approx(other.evaluate(x, y, verbose=0), rel=1e-4)
