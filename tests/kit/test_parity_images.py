"""Convolution and pooling compute what Keras computes, edges and equal maxima included.

Tolerances are those of the verification ladder: float64 1e-9, float32 1e-4.
"""

import numpy as np
import pytest

from helpers import nn
from helpers.kit import parity
from helpers.nn import convolution_fast

EXACT = {"float64": 1e-9, "float32": 1e-4}
RNG = np.random.default_rng(0)
WHOLE = RNG.integers(-2, 3, (4, 9, 8, 2)).astype(float)  # five values: many equal maxima
CONVOLUTIONS = [
    ((1, 1), (1, 1), "valid"),
    ((3, 3), (1, 1), "same"),
    ((2, 3), (2, 2), "same"),
    ((5, 4), (3, 3), "valid"),
    ((4, 4), (1, 1), "same"),
    ((3, 3), (3, 3), "same"),
    ((1, 1), (2, 2), "same"),
]
POOLINGS = [
    ((2, 2), (2, 2), "valid"),
    ((2, 2), (2, 2), "same"),
    ((3, 3), (2, 2), "same"),
    ((3, 2), (1, 1), "valid"),
    ((2, 2), (3, 3), "same"),
    ((2, 3), (1, 1), "same"),
]


def tensorflow_s(f, *inputs):
    """Return f(inputs) and its gradients for an upstream gradient that is drawn."""
    import tensorflow as tf

    inputs = [tf.constant(a) for a in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        out = f(*inputs)
    dout = np.random.default_rng(1).standard_normal(out.shape).astype(out.dtype.name)
    grads = tape.gradient(out, inputs, output_gradients=tf.constant(dout))
    return out.numpy(), dout, [g.numpy() for g in grads]


def assert_close(own, other, dtype):
    for a, b in zip(own, other, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype == np.dtype(dtype)
        assert np.abs(a - b).max() < EXACT[dtype]


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("size", [(9, 8), (6, 7)])
@pytest.mark.parametrize(("kernel", "strides", "padding"), CONVOLUTIONS)
def test_convolution(kernel, strides, padding, size, dtype):
    import keras

    x = RNG.standard_normal((4, *size, 3)).astype(dtype)
    W, b = RNG.standard_normal((*kernel, 3, 5)).astype(dtype), np.arange(5).astype(dtype)

    def f(x, W, b):
        return keras.ops.conv(x, W, strides, padding, data_format="channels_last") + b

    out, dout, grads = tensorflow_s(f, x, W, b)
    assert_close([nn.conv2d(x, W, b, strides, padding)], [out], dtype)
    assert_close(nn.conv2d_backward(dout, x, W, strides, padding), grads, dtype)
    layer = nn.Conv2D(5, kernel, strides, padding)
    layer.build(x.shape[1:], RNG, dtype)
    layer.params = {"W": W, "b": b}
    assert_close([layer.forward(x), layer.backward(dout)], [out, grads[0]], dtype)
    assert_close(layer.grads.values(), grads[1:], dtype)


@pytest.mark.parametrize("kind", ["MaxPooling2D", "AveragePooling2D"])
@pytest.mark.parametrize("rows", [9, 6])
@pytest.mark.parametrize(("pool_size", "strides", "padding"), POOLINGS)
def test_pooling_with_many_equal_maxima(kind, rows, pool_size, strides, padding):
    import keras

    x, settings = WHOLE[:, :rows], (pool_size, strides, padding)
    theirs = getattr(keras.layers, kind)(*settings, dtype="float64")
    out, dout, (dx,) = tensorflow_s(theirs, x)
    layer = getattr(nn, kind)(*settings)
    assert_close([layer.forward(x), layer.backward(dout)], [out, dx], "float64")


@pytest.mark.parametrize("kind", ["GlobalMaxPooling2D", "GlobalAveragePooling2D"])
def test_global_pooling_with_many_equal_maxima(kind):
    import keras

    out, dout, (dx,) = tensorflow_s(getattr(keras.layers, kind)(dtype="float64"), WHOLE)
    layer = getattr(nn, kind)()
    assert_close([layer.forward(WHOLE), layer.backward(dout)], [out, dx], "float64")


def various():
    """A network with every layer for images, none with all settings at their default."""
    return [
        nn.Conv2D(4, (2, 3), padding="same", activation="relu", kernel_regularizer=nn.L2(0.01)),
        nn.MaxPooling2D(2, 1),
        nn.Conv2D(5, 3, strides=2, padding="same", activation="tanh"),
        nn.AveragePooling2D((2, 1), padding="same"),
        nn.Conv2D(6, 1),
        nn.MaxPooling2D(2, padding="same"),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Dense(3),
    ]


def build(layers, dtype="float64", shape=(9, 8, 2)):
    network = nn.Sequential(layers, seed=0, dtype=dtype)
    network.compile(nn.Adam(1e-3))
    network.build(shape)
    return network


X, Y = RNG.random((40, 9, 8, 2)), RNG.integers(0, 3, 40)


@pytest.mark.parametrize("dtype", EXACT)
def test_outputs_loss_and_gradients_of_a_network_agree(dtype):
    differences = parity.compare(build(various(), dtype), X, Y)
    assert len(differences) == 10 and max(differences.values()) < EXACT[dtype]


def test_a_swapped_kernel_would_be_seen(monkeypatch):
    """Kernels turned by 180°, as the textbook's convolution has them."""
    network = build(various())
    forward = convolution_fast.forward
    monkeypatch.setattr(
        convolution_fast, "forward", lambda x, W, *rest: forward(x, W[::-1, ::-1], *rest)
    )
    assert parity.compare(network, X, Y)["outputs"] > 1e-3


@pytest.mark.parametrize("last", [nn.GlobalMaxPooling2D, nn.GlobalAveragePooling2D, nn.Flatten])
def test_fifty_steps_of_training_agree_in_float64(last):
    layers = [nn.Conv2D(4, 3, activation="relu"), nn.MaxPooling2D(), nn.Conv2D(5, 2), last()]
    result = parity.compare_training(build([*layers, nn.Dense(3)]), X, Y, steps=50)
    assert result.weights < 1e-12 and result.outputs < 1e-9 and result.moved > 1e-2


def test_there_and_back_again():
    network = build([*various()[:-3], nn.GlobalMaxPooling2D(), nn.Dense(3)])
    model = parity.copy_to_keras(network)
    assert model.count_params() == network.count_params()
    shapes = [layer.output.shape[1:] for layer in model.layers]
    assert shapes == [a.shape[1:] for a in network.activations(X).values()]
    back = parity.copy_from_keras(model)
    assert [la.config() for la in back.layers] == [la.config() for la in network.layers]
    np.testing.assert_array_equal(back.predict(X), network.predict(X))


def test_a_keras_model_made_by_hand_comes_across():
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((9, 8, 2)),
            layers.Conv2D(4, 3, padding="same", kernel_regularizer=keras.regularizers.L2(0.5)),
            layers.ReLU(),
            layers.AveragePooling2D((3, 2), 1),
            layers.Conv2D(5, (1, 2), strides=2, activation="sigmoid"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3),
        ]
    )
    own = parity.copy_from_keras(model)
    assert own.layers[0].kernel_regularizer.l2 == 0.5
    np.testing.assert_allclose(own.predict(X), model.predict(X, verbose=0), atol=1e-5)


def test_settings_that_the_library_does_not_have_are_named():
    import keras

    layers = keras.layers
    for layer in (
        layers.Conv2D(4, 3, use_bias=False, name="odd"),
        layers.Conv2D(4, 3, dilation_rate=2, name="odd"),
        layers.Conv2D(4, 3, groups=2, name="odd"),
        layers.Conv2D(4, 2, data_format="channels_first", name="odd"),
        layers.MaxPooling2D(data_format="channels_first", name="odd"),
        layers.GlobalAveragePooling2D(keepdims=True, name="odd"),
        layers.SeparableConv2D(4, 3, name="odd"),
    ):
        with pytest.raises(ValueError, match=r"\(odd\) came.*set_weights"):
            parity.copy_from_keras(keras.Sequential([keras.Input((9, 8, 2)), layer]))


def test_a_convolution_without_settings_starts_as_in_keras():
    import keras

    own, other = nn.Conv2D(100, 5), keras.layers.Conv2D(100, 5)
    own.build((9, 9, 20), np.random.default_rng(0), np.float32)
    other.build((None, 9, 9, 20))
    W, other_W = own.params["W"], other.get_weights()[0]
    # Uniform, 50 000 draws: see test_a_dense_layer_without_settings_starts_as_in_keras.
    assert np.abs(W).max() == pytest.approx(np.abs(other_W).max(), rel=1e-3)
    assert W.std() == pytest.approx(other_W.std(), rel=0.01)
    config = other.get_config()
    assert (own.strides, own.padding) == (config["strides"], config["padding"])


def test_poolings_without_settings_are_those_of_keras():
    import keras

    pairs = [
        (nn.MaxPooling2D(), keras.layers.MaxPooling2D()),
        (nn.AveragePooling2D(), keras.layers.AveragePooling2D(2)),  # Keras wants a size here
    ]
    for own, other in pairs:
        for name in ("pool_size", "strides", "padding"):
            assert getattr(own, name) == other.get_config()[name]
