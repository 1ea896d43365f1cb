"""The gradient checker finds right gradients right and wrong ones wrong."""

import numpy as np
import pytest

from helpers import nn


def test_numerical_gradient_of_a_known_function():
    x = np.random.default_rng(0).standard_normal((3, 4))
    assert nn.relative_error(nn.numerical_gradient(lambda x: (x**3).sum(), x), 3 * x**2) < 1e-7


def test_x_is_not_changed_and_float32_is_computed_in_float64():
    x = np.ones((2, 3), np.float32)
    gradient = nn.numerical_gradient(lambda x: (x**2).sum(), x)
    assert gradient.dtype == np.float64 and nn.relative_error(gradient, 2 * x) < 1e-9
    assert (x == 1).all()
    x = np.array([2.0, 3.0])  # f may use the original: it must stay put meanwhile
    np.testing.assert_allclose(nn.numerical_gradient(lambda a: a @ x, x), x, rtol=1e-9)


def test_relative_error():
    assert nn.relative_error([1.0, 2.0], [1.0, 2.0]) == 0
    assert nn.relative_error([0.0, 0.0], [0.0, 0.0]) == 0
    assert nn.relative_error([0.0, 2.0], [0.0, 1.0]) == 0.5
    assert nn.relative_error([1e-12, 2.0], [0.0, 2.0]) < 1e-11  # noise in a small entry
    assert np.isnan(nn.relative_error([np.nan, 2.0], [0.0, 2.0]))
    with pytest.raises(ValueError, match="one shape"):
        nn.relative_error(np.ones(2), np.ones((2, 1)))


def network(activation, **settings):
    layers = [
        nn.Dense(4, activation=activation, kernel_regularizer=nn.L2(0.1)),
        nn.Dropout(0.5),
        nn.Dense(3),
    ]
    model = nn.Sequential(layers, seed=0, dtype=settings.pop("dtype", "float32"))
    model.compile(nn.SGD(), **settings)
    model.build(6)
    return model


RNG = np.random.default_rng(1)
X, Y = RNG.standard_normal((7, 6)), RNG.integers(0, 3, 7)


@pytest.mark.parametrize(
    ("activation", "below"), [("tanh", 1e-7), ("sigmoid", 1e-7), ("relu", 1e-4)]
)
def test_gradients_of_whole_networks(activation, below):
    errors = nn.check_gradients(network(activation), X, Y)
    assert set(errors) == {"dense_1.W", "dense_1.b", "dense_2.W", "dense_2.b"}
    assert max(errors.values()) < below


def test_gradients_of_the_squared_error():
    errors = nn.check_gradients(network("tanh", loss="mse"), X, RNG.standard_normal((7, 3)))
    assert max(errors.values()) < 1e-7


@pytest.mark.parametrize("wrong", ["dense_1.W", "dense_2.b"])
def test_a_wrong_gradient_is_found_and_named(wrong, monkeypatch):
    layer, key = wrong.split(".")
    backward = nn.Dense.backward

    def faulty(self, dout):
        dx = backward(self, dout)
        if self.name == layer:
            self.grads[key] = self.grads[key] * 1.001
        return dx

    monkeypatch.setattr(nn.Dense, "backward", faulty)
    errors = nn.check_gradients(network("tanh"), X, Y)
    assert [name for name, e in errors.items() if e > 1e-5] == [wrong]


def test_the_network_is_left_as_it_is():
    model = network("tanh")
    before = model.get_weights()
    nn.check_gradients(model, X, Y)
    assert model.dtype == np.float32 and model.params["dense_1.W"].dtype == np.float32
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
