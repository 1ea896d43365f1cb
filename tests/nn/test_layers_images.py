"""Networks for images: building, looking inside, training; what is refused, and in which words."""

import tracemalloc

import numpy as np
import pytest

from helpers import nn
from helpers.nn import checks_images

RNG = np.random.default_rng(0)
X, Y = RNG.random((30, 8, 9, 2)).astype(np.float32), RNG.integers(0, 3, 30)


def article():
    """The article's CNN."""
    return [
        nn.Conv2D(32, 3, activation="relu"),
        nn.MaxPooling2D(),
        nn.Conv2D(64, 3, activation="relu"),
        nn.MaxPooling2D(),
        nn.Flatten(),
        nn.Dense(64, activation="relu"),
        nn.Dense(10),
    ]


def various(activation="relu"):
    """Every kind of layer for images, with settings that are not the default."""
    return [
        nn.Conv2D(4, (2, 3), padding="same", activation=activation, kernel_regularizer=nn.L2(0.01)),
        nn.MaxPooling2D(2, 1),
        nn.Conv2D(5, 3, strides=2, padding="same", activation="tanh"),
        nn.AveragePooling2D((2, 1), padding="same"),
        nn.Conv2D(3, 1),
        nn.ReLU(),
        nn.GlobalMaxPooling2D(),
        nn.Dense(3),
    ]


def build(layers=None, **settings):
    model = nn.Sequential(layers or various(), **{"seed": 0, **settings})
    model.compile(nn.Adam(0.01))
    return model


@pytest.mark.parametrize("activation", [None, "relu", "tanh", "sigmoid"])
def test_gradients_of_a_network_of_all_layers(activation):
    model = build(various(activation), dtype="float64")
    errors = nn.check_gradients(model, X[:4], Y[:4])
    assert len(errors) == 8 and max(errors.values()) < 1e-4


def test_the_article_s_cnn_is_counted_and_shown(capsys):
    model = nn.Sequential(article())
    model.build((28, 28, 1))
    assert model.count_params() == 121_930
    model.summary()
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["conv2d_2", "(N,", "11,", "11,", "64)", "18,496"]
    assert lines[5].split() == ["flatten_1", "(N,", "1600)", "0"]
    assert "121,930" in repr(model)


def test_long_names_do_not_run_into_the_shapes(capsys):
    model = nn.Sequential([nn.GlobalAveragePooling2D(), nn.Dense(2)])
    model.build((5, 5, 3))
    model.summary()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:2] == ["globalaveragepooling2d_1", "(N,"]
    assert len({len(line) for line in lines}) == 1, "columns end together"


def test_what_every_layer_puts_out():
    model = build()
    outputs = model.activations(X)
    assert list(outputs) == [layer.name for layer in model.layers]
    shapes = checks_images.shapes_through(model.layers, (8, 9, 2))[1:]
    assert [a.shape for a in outputs.values()] == [(30, *shape) for shape in shapes]
    h = X
    for layer in model.layers:
        h = layer.forward(h)
        np.testing.assert_array_equal(h, outputs[layer.name])
    kept = outputs["conv2d_1"].copy()
    model.predict(X[::-1])
    np.testing.assert_array_equal(outputs["conv2d_1"], kept), "they are not overwritten"


def test_gradient_at_every_layer_against_finite_differences():
    layers = various("tanh")
    layers[5] = nn.Tanh()    # ReLU would make many equal maxima, 0: kinks, where nothing is defined
    model = build(layers, dtype="float64")
    x = X[:2].astype(np.float64)
    outputs = model.activations(x)
    dout = RNG.standard_normal(outputs["dense_1"].shape)
    for place, layer in enumerate(model.layers):
        def total(a, above=place + 1):
            for later in model.layers[above:]:
                a = later.forward(a)
            return np.sum(dout * a)

        numerical = nn.numerical_gradient(total, outputs[layer.name])
        gradient = model.gradient_at(layer.name, x, dout)
        assert gradient.shape == outputs[layer.name].shape
        assert nn.relative_error(gradient, numerical) < 1e-4


def test_gradient_at_explains_what_does_not_fit():
    model = build()
    model.build((8, 9, 2))
    with pytest.raises(ValueError, match=r"conv2d_1, maxpooling2d_1.*'conv1' came"):
        model.gradient_at("conv1", X, np.ones((30, 3)))
    with pytest.raises(ValueError, match=r"shape of the outputs, \(30, 3\); \(3,\) came"):
        model.gradient_at("conv2d_1", X, np.ones(3))


def test_training_skips_only_what_nobody_needs():
    """A first layer that computes dx all the same must change no gradient."""
    model, other = build(), build()
    other.layers[0].fill_grads = other.layers[0].backward
    for (name, a), b in zip(model.gradients(X, Y)[1].items(), other.gradients(X, Y)[1].values(),
                            strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)
    behind_flatten = build([nn.Flatten(), nn.Dense(3)])
    _, grads = behind_flatten.gradients(X, Y)
    flat = build([nn.Dense(3)])
    _, expected = flat.gradients(X.reshape(30, -1), Y)
    np.testing.assert_array_equal(grads["dense_1.W"], expected["dense_1.W"])


def test_the_gradient_of_the_images_is_still_to_be_had():
    model = build(dtype="float64")
    x = X[:2].astype(np.float64)
    model.build((8, 9, 2))
    dx = model.backward(model.loss.gradient(model.forward(x), Y[:2]))
    numerical = nn.numerical_gradient(lambda a: model.loss_value(a, Y[:2]), x)
    assert nn.relative_error(dx, numerical) < 1e-4


def test_a_network_learns_where_something_is():
    """Left or right half lit: chance is one half; a network of 60 weights has it in 20 epochs."""
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 200)
    x = rng.random((200, 6, 6, 1)).astype(np.float32)
    x[y == 1, :, 3:] += 0.5
    accuracies = []
    for seed in range(3):
        model = build([nn.Conv2D(4, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
                       nn.Dense(2)], seed=seed)
        model.fit(x[:150], y[:150], epochs=20, verbose=0)
        accuracies.append(model.evaluate(x[150:], y[150:])[1])
    assert min(accuracies) > 0.9


class PowerCut(nn.Callback):
    """Raises in the middle of the third epoch."""

    def on_train_batch_end(self, batch, logs):
        if len(self.model.history.epoch) == 2 and batch == 1:
            raise KeyboardInterrupt


def test_a_resumed_training_ends_bit_by_bit_the_same(tmp_path):
    def fit(model, *callbacks, path=None):
        model.fit(X, Y, epochs=5, batch_size=9, seed=3, verbose=0, checkpoint=path,
                  callbacks=[nn.EarlyStopping("loss", 9), *callbacks])
        return model

    class Idle(PowerCut):
        def on_train_batch_end(self, batch, logs):
            pass

    Idle.__name__ = "PowerCut"    # what a checkpoint knows it by
    whole = fit(build(), Idle())
    path = tmp_path / "training.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(build(), PowerCut(), path=path)
    resumed = fit(build(seed=9), Idle(), path=path)
    for a, b in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "other",
    [
        nn.Conv2D(4, 3, padding="same"),
        nn.Conv2D(4, 3, strides=2),
        nn.Conv2D(4, 5),
        nn.Conv2D(5, 3),
        nn.Conv2D(4, 3, activation="relu"),
        nn.Conv2D(4, 3, kernel_regularizer=nn.L2(0.1)),
    ],
)
def test_the_settings_tell_two_convolutions_apart(other):
    assert other.config() != nn.Conv2D(4, 3).config()


def test_the_settings_tell_two_poolings_apart():
    layers = [
        nn.MaxPooling2D(),
        nn.AveragePooling2D(),
        nn.MaxPooling2D(3),
        nn.MaxPooling2D(2, 1),
        nn.MaxPooling2D(padding="same"),
        nn.GlobalMaxPooling2D(),
        nn.GlobalAveragePooling2D(),
        nn.Flatten(),
    ]
    assert len({str(layer.config()) for layer in layers}) == len(layers)


def test_astype_goes_to_64_bits_and_back():
    model = build()
    model.fit(X, Y, verbose=0)
    twin = model.astype("float64")
    out = twin.predict(X)
    assert out.dtype == np.float64
    np.testing.assert_allclose(out, model.predict(X), atol=1e-5)
    np.testing.assert_array_equal(twin.astype("float32").predict(X), model.predict(X))


def test_layers_work_on_their_own():
    layer = nn.Conv2D(4, 3)
    assert layer(X).shape == (30, 6, 7, 4) and layer.params["W"].shape == (3, 3, 2, 4)
    assert nn.MaxPooling2D()(X).shape == (30, 4, 4, 2)
    flat = nn.Flatten()
    np.testing.assert_array_equal(flat.backward(flat(X)), X)


def test_many_images_need_little_memory():
    """The largest output of all 10 000 together would take 865 MB, patches included 3.6 GB."""
    model = build(article())
    model.build((28, 28, 1))
    x = np.zeros((10_000, 28, 28, 1), np.float32)
    tracemalloc.start()
    try:
        model.predict(x[:2000])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Each layer keeps what backward would need, some 20 MB in all for pieces of 8 MB; whole, the
    # outputs and what is kept of the 2000 would take above 400 MB.
    assert peak < 100e6
    np.testing.assert_array_equal(model.predict(x[:300]), model.predict(x[:300], batch_size=300))


def test_a_function_initialises_and_shapes_are_checked():
    layer = nn.Conv2D(2, 3, kernel_initializer=lambda shape, rng: np.full(shape, 0.5))
    np.testing.assert_allclose(layer(np.ones((1, 3, 3, 2), np.float32)), 9.0)
    with pytest.raises(ValueError, match=r"shape \(3, 3, 2, 2\); \(3,\) came"):
        nn.Conv2D(2, 3, kernel_initializer=lambda shape, rng: np.zeros(3))(X)


TOO_SMALL = (
    r"Images of 8 × 8 pixels.*maxpooling2d_2 gets maps of 1 × 1 and needs 2 × 2.*"
    r"smallest square images that pass are 10 × 10"
)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nn.Sequential(article()).build((8, 8, 1)), TOO_SMALL),
        (lambda: nn.Sequential(article()).predict(np.zeros((3, 8, 8, 1))), TOO_SMALL),
        (lambda: nn.Sequential([nn.Conv2D(4, 5)]).build((4, 9, 1)),
         "conv2d_1 gets maps of 4 × 9 and needs 5 × 5 or more"),
        (lambda: nn.Sequential(article()).build((28, 28)),
         r"conv2d_1.*\(28, 28\).*x\[\.\.\., None\]"),
        (lambda: nn.Sequential(article()).build(784), r"put Conv2D before them, or give"),
        (lambda: nn.Sequential([nn.Flatten(), nn.Conv2D(4, 3)]).build((9, 9, 1)),
         r"conv2d_1: Conv2D expects.*shape \(81,\) came.*put Conv2D before them"),
        (lambda: nn.Sequential([nn.Flatten(), nn.MaxPooling2D()]).build((9, 9, 1)),
         r"maxpooling2d_1: MaxPooling2D expects.*put MaxPooling2D before them"),
        (lambda: nn.Sequential([nn.GlobalMaxPooling2D()]).build((9, 9)), "GlobalMaxPooling2D"),
        (lambda: nn.Sequential([nn.Conv2D(4, 3), nn.Dense(3)]).build((9, 9, 1)),
         r"put nn\.Flatten\(\) before dense_1"),
        (lambda: nn.Conv2D(0, 3), "filters is a whole number, 1 or more; 0 came"),
        (lambda: nn.Conv2D(4, 2.5), "kernel_size is a whole number.*2.5 came"),
        (lambda: nn.Conv2D(4, (3, 3, 3)), r"\(3, 3, 3\) came"),
        (lambda: nn.Conv2D(4, 3, strides=0), "strides is a whole number.*0 came"),
        (lambda: nn.Conv2D(4, 3, padding="full"), "'full' came"),
        (lambda: nn.Conv2D(4, 3, activation="softmax"), "takes its scores"),
        (lambda: nn.Conv2D(4, 3, kernel_regularizer=0.1), r"nn\.L2"),
        (lambda: nn.MaxPooling2D("2"), "pool_size is a whole number.*'2' came"),
        (lambda: nn.AveragePooling2D(2, padding=None), "None came"),
    ],
)
def test_impossible_networks_are_explained(call, says):
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ((5, 28, 28), r"The axis for channels is missing: x\[\.\.\., None\]"),
        ((5, 784), r"x\.reshape\(len\(x\), 28, 28, 1\)"),
        ((5, 28, 28, 3), "built for 1 channel, and these images have 3 channels"),
        ((5, 14, 14, 1), "Images of 14 × 14 pixels came.*built for 28 × 28"),
        ((28, 28, 1), r"\(28, 28, 1\) came"),
    ],
)
def test_images_that_do_not_fit_are_explained(shape, says):
    model = nn.Sequential(article(), seed=0)
    model.build((28, 28, 1))
    with pytest.raises(ValueError, match=says):
        model.predict(np.zeros(shape))


def test_a_failed_build_leaves_the_random_stream_alone():
    model, other = nn.Sequential(article(), seed=0), nn.Sequential(article(), seed=0)
    with pytest.raises(ValueError):
        model.build((8, 8, 1))
    assert not model.built
    model.build((28, 28, 1)), other.build((28, 28, 1))
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


def test_a_batch_of_no_images_gives_no_maps():
    network = nn.Sequential([nn.Conv2D(3, 3, activation="relu"), nn.MaxPooling2D(2)], seed=0)
    network.build((9, 9, 1))
    assert network.forward(np.zeros((0, 9, 9, 1), np.float32)).shape == (0, 3, 3, 3)
