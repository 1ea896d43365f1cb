"""The bridge to Keras: what crosses it computes the same on the other side.

Tolerances are those of the verification ladder: float64 1e-9, float32 1e-4. After 50 steps of
training in float64 both are equal to about 1e-16, so that float32 arithmetic hidden anywhere in the
Keras model (a learning rate of 0.00100000005) is found. In float32 nothing can be promised
after 50 steps: where rounding puts one pre-activation on either side of ReLU's kink, the two go
different ways.
"""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from helpers import nn
from helpers.kit import parity
from helpers.kit.precision import keras_floats

RNG = np.random.default_rng(0)
X, Y = RNG.random((60, 7)), RNG.integers(0, 4, 60)
EXACT = {"float64": 1e-9, "float32": 1e-4}


def network(*layers, dtype="float64", optimizer=None, loss="sparse_categorical_crossentropy"):
    layers = layers or [nn.Dense(9, activation="relu"), nn.Dense(4)]
    model = nn.Sequential(layers, seed=0, dtype=dtype)
    model.compile(optimizer or nn.Adam(), loss=loss)
    model.build(7)
    return model


def various(dtype):
    """A network with every kind of layer."""
    return network(
        nn.Dense(9, activation="tanh", kernel_regularizer=nn.L2(0.01)),
        nn.Dropout(0.5),
        nn.Dense(8),
        nn.Sigmoid(),
        nn.Dense(6, activation="relu"),
        nn.ReLU(),
        nn.Dense(5),
        nn.Tanh(),
        nn.Dense(4),
        dtype=dtype,
    )


@pytest.mark.parametrize("dtype", EXACT)
def test_outputs_loss_and_gradients_agree_for_every_kind_of_layer(dtype):
    model = various(dtype)
    differences = parity.compare(model, X, Y)
    assert set(differences) == {"outputs", "loss", *model.params}
    assert max(differences.values()) < EXACT[dtype]


def test_the_comparison_sees_a_small_mistake(monkeypatch):
    gradient = nn.SparseCategoricalCrossentropy.gradient
    monkeypatch.setattr(
        nn.SparseCategoricalCrossentropy, "gradient", lambda *a: gradient(*a) * (1 + 1e-6)
    )
    differences = parity.compare(network(), X, Y)
    assert differences["outputs"] < 1e-9 < differences["dense_2.b"]


def test_squared_error_agrees():
    model = network(nn.Dense(2), loss="mse")
    assert max(parity.compare(model, X, X[:, :2]).values()) < 1e-9


OPTIMIZERS = [nn.SGD(0.1), nn.SGD(0.05, momentum=0.9), nn.Adam(1e-3), nn.Adam(0.01, beta_2=0.95)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{type(o).__name__}")
def test_fifty_steps_of_training_agree_in_float64(optimizer):
    layers = [nn.Dense(9, activation="relu", kernel_regularizer=nn.L2(1e-3)), nn.Dense(4)]
    model = network(*layers, optimizer=optimizer)
    before = model.get_weights()
    result = parity.compare_training(model, X, Y, steps=50, batch_size=16, seed=1)
    assert result.weights < 1e-12 and result.outputs < 1e-9
    assert result.moved > 1e-2, "both must have learned something"
    np.testing.assert_allclose(result.losses, result.keras_losses, atol=1e-9)
    assert len(result.losses) == 50 and "max |Δw|" in repr(result)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_fifty_steps_of_training_agree_in_float32_without_kinks():
    model = network(nn.Dense(9, activation="tanh"), nn.Dense(4), dtype="float32")
    result = parity.compare_training(model, X, Y, steps=50, batch_size=16)
    assert result.dtype == "float32" and result.weights < 1e-4 < result.moved


def test_a_wrong_update_rule_would_be_seen(monkeypatch):
    """Momentum kept outside the learning rate is a common mix-up; so is ε inside the root."""

    def update(self, g, w, m, v):
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        w -= self.learning_rate * m / (np.sqrt(v) + self.epsilon)  # no bias correction

    monkeypatch.setattr(nn.Adam, "update", update)
    assert parity.compare_training(network(), X, Y, steps=5).weights > 1e-4


def test_networks_with_dropout_cannot_be_trained_alike():
    with pytest.raises(ValueError, match="without Dropout"):
        parity.compare_training(various("float64"), X, Y)


def test_there_and_back_again():
    import keras

    model = various("float64")
    keras_model = parity.copy_to_keras(model)
    assert [layer.name for layer in keras_model.layers] == [la.name for la in model.layers]
    assert keras_model.count_params() == model.count_params()
    back = parity.copy_from_keras(keras_model)
    assert [la.config() for la in back.layers] == [la.config() for la in model.layers]
    assert back.dtype == np.float64
    np.testing.assert_array_equal(back.predict(X), model.predict(X))
    assert keras.backend.floatx() == "float32", "the setting of the user's session must survive"


def test_a_copy_is_a_copy():
    model = network()
    keras_model = parity.copy_to_keras(model)
    before = model.get_weights()
    keras_model.train_on_batch(X, Y)
    assert not np.array_equal(keras_model.get_weights()[0], before[0])
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_keras_models_made_by_hand_come_across():
    import keras

    keras_model = keras.Sequential(
        [
            keras.Input((7,)),
            keras.layers.Dense(9, kernel_regularizer=keras.regularizers.L2(0.5)),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.25),
            keras.layers.Dense(4, activation="tanh"),
        ]
    )
    own = parity.copy_from_keras(keras_model)
    assert own.layers[0].kernel_regularizer.l2 == 0.5
    expected = keras_model.predict(X.astype(np.float32), verbose=0)
    np.testing.assert_allclose(own.predict(X), expected, atol=1e-5)


def test_what_the_library_does_not_have_is_named():
    import keras

    layers = keras.layers
    for layer in (
        layers.Dense(3, use_bias=False, name="odd"),
        layers.Activation("swish", name="odd"),
        layers.BatchNormalization(name="odd"),
    ):
        with pytest.raises(ValueError, match=r"\(odd\).*set_weights"):
            parity.copy_from_keras(keras.Sequential([keras.Input((7,)), layer]))
    with pytest.raises(ValueError, match="softmax"):
        parity.copy_from_keras(
            keras.Sequential([keras.Input((7,)), layers.Dense(3, activation="softmax")])
        )

    class Double(nn.Layer):
        pass

    model = nn.Sequential([Double()])
    model.build(7)
    with pytest.raises(ValueError, match=r"Double \(double_1\)"):
        parity.copy_to_keras(model)


def test_a_network_without_weights_cannot_be_copied():
    with pytest.raises(ValueError, match=r"model\.build\(64\)"):
        parity.copy_to_keras(nn.Sequential([nn.Dense(3)]))


def test_models_made_after_a_float64_comparison_are_float32_as_ever():
    """In a fresh interpreter: Keras fixes its default type at first use, once per process."""
    program = (
        "import numpy as np\n"
        "from helpers.kit import precision, runtime\n"
        "keras = runtime.keras()\n"
        "with precision.keras_floats('float64'):\n"
        "    assert keras.layers.Dense(2).compute_dtype == 'float64'\n"
        "print(keras.layers.Dense(2).compute_dtype)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "float32", done.stderr


@pytest.mark.parametrize(("dtype", "within"), [("float64", True), ("float32", False)])
def test_on_jax_64_bits_are_switched_on_for_a_while(dtype, within, monkeypatch):
    """JAX, which the course does not install, is played by its one switch."""
    import keras

    config = SimpleNamespace(jax_enable_x64=False)
    config.update = lambda name, value: setattr(config, name, value)
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(config=config))
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(KeyboardInterrupt), keras_floats(dtype):
        assert config.jax_enable_x64 is within
        raise KeyboardInterrupt    # a learner stops the cell
    assert config.jax_enable_x64 is False
    assert keras.backend.floatx() == "float32"
