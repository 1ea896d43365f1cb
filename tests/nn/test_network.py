"""Layers and Sequential: building, weights, gradients; what is refused, and in which words."""

import copy

import numpy as np
import pytest

from helpers import nn
from helpers.nn import initializers

RNG = np.random.default_rng(0)
X = RNG.standard_normal((7, 6)).astype(np.float32)
Y = RNG.integers(0, 3, 7)


def build(*layers, **settings):
    model = nn.Sequential(layers or [nn.Dense(4, activation="relu"), nn.Dense(3)], **settings)
    model.compile(nn.SGD(0.1))
    return model


def test_output_is_what_the_formula_says():
    model = build(seed=0, dtype="float64")
    out = model.predict(X)
    W1, b1, W2, b2 = model.get_weights()
    np.testing.assert_allclose(out, np.maximum(X @ W1 + b1, 0) @ W2 + b2, rtol=1e-12)
    assert out.shape == (7, 3) and out.dtype == np.float64


def test_activation_as_argument_and_as_layer_are_the_same():
    a = build(nn.Dense(4, activation="tanh"), nn.Dense(3), seed=1)
    b = build(nn.Dense(4), nn.Tanh(), nn.Dense(3), seed=1)
    (loss_a, grads_a), (loss_b, grads_b) = a.gradients(X, Y), b.gradients(X, Y)
    assert loss_a == loss_b
    for name in grads_a:
        np.testing.assert_array_equal(grads_a[name], grads_b[name])


def test_gradient_for_the_input_is_returned():
    model = build(nn.Dense(4, activation="tanh"), nn.Dense(3), seed=1, dtype="float64")
    x = X.astype(np.float64)
    model.gradients(x, Y)
    dx = model.backward(model.loss.gradient(model.forward(x), Y))
    assert nn.relative_error(dx, nn.numerical_gradient(lambda x: model.loss_value(x, Y), x)) < 1e-7


def test_parameters_are_counted_and_shown(capsys):
    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dropout(0.2), nn.Dense(10)])
    model.build((None, 64))
    assert model.count_params() == 4810
    model.summary()
    text = capsys.readouterr().out
    assert "4,160" in text and "650" in text and "4,810" in text and "dropout_1" in text


def test_input_dim_gives_the_weights_at_once():
    assert build(nn.Dense(4, input_dim=6), nn.Dense(3)).count_params() == 6 * 4 + 4 + 4 * 3 + 3
    with pytest.raises(ValueError, match="made for 5 features"):
        build(nn.Dense(4, input_dim=5)).predict(X)


def test_a_layer_works_on_its_own():
    layer = nn.Dense(4)
    assert layer(X).shape == (7, 4) and layer.params["W"].dtype == np.float32
    assert layer.backward(np.ones((7, 4), np.float32)).shape == X.shape


def test_seed_decides_the_initial_weights():
    first, again, other = (build(seed=s).predict(X) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / 500),
        ("glorot_normal", 2 / 500),
        ("he_uniform", 2 / 300),
        ("he_normal", 2 / 300),
    ],
)
def test_initial_weights_have_the_variance_that_the_formula_gives(name, variance):
    W = initializers.get(name)((300, 200), np.random.default_rng(0))
    # 60 000 draws: the standard error of a normal's variance is 0.6 %; five of them.
    assert np.var(W) == pytest.approx(variance, rel=0.03)
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)


def test_every_place_of_a_sliding_window_counts_as_an_input():
    # 3 × 3 pixels of 2 channels reach a unit, and a pixel reaches 3 × 3 places of 5 units.
    assert initializers.fans((3, 3, 2, 5)) == (18, 45) and initializers.fans((2, 5)) == (2, 5)


def test_a_function_can_be_the_initializer():
    layer = nn.Dense(4, kernel_initializer=lambda shape, rng: np.full(shape, 0.5))
    assert (build(layer).predict(X[:, :2]) == X[:, :2].sum(axis=1, keepdims=True) / 2).all()


def test_weights_go_out_and_in():
    a, b = build(seed=0), build(seed=1)
    a.build(6), b.build(6)
    weights = a.get_weights()
    b.set_weights(weights)
    np.testing.assert_array_equal(a.predict(X), b.predict(X))
    weights[0][:] = 0
    assert a.params["dense_1.W"].any(), "get_weights must return copies"
    with pytest.raises(ValueError, match=r"\(6, 4\).*came"):
        a.set_weights(weights[::-1])


def test_l2_adds_to_the_loss_and_pulls_weights_towards_zero():
    def loss_and_grad(regularizer):
        model = build(nn.Dense(3, kernel_regularizer=regularizer), seed=0, dtype="float64")
        loss, grads = model.gradients(X, Y)
        return loss, grads, model.params["dense_1.W"]

    loss, grads, W = loss_and_grad(nn.L2(0.25))
    plain_loss, plain_grads, _ = loss_and_grad(None)
    assert loss - plain_loss == pytest.approx(0.25 * (W**2).sum(), rel=1e-12)
    np.testing.assert_allclose(
        grads["dense_1.W"] - plain_grads["dense_1.W"], 0.5 * W, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_array_equal(grads["dense_1.b"], plain_grads["dense_1.b"])


def test_dropout_acts_in_training_only():
    model = build(nn.Dropout(0.5), seed=0)
    model.build(6)
    np.testing.assert_array_equal(model.predict(X), X)
    out = model.forward(X, training=True)
    assert (out == 0).any() and np.isin(out[out != 0], 2 * X).all()
    np.testing.assert_array_equal(model.backward(np.ones_like(X)), 2.0 * (out != 0))


def test_compile_without_settings_takes_adam_and_classes():
    model = nn.Sequential([nn.Dense(3)])
    model.compile()
    assert type(model.optimizer) is nn.Adam
    assert type(model.loss) is nn.SparseCategoricalCrossentropy and model.metrics == ["accuracy"]


def test_a_step_on_one_batch_trains_with_dropout():
    model = build(nn.Dropout(0.5), nn.Dense(3), seed=0)
    model.build(20)
    before = model.get_weights()[0]
    model.train_on_batch(np.ones((1, 20), np.float32), np.array([1]))
    # A feature that is switched off has no gradient: its row of W stays. Some of 20 are off, and
    # some are not, but for one seed in half a million.
    learned = (model.get_weights()[0] != before).any(axis=1)
    assert 0 < learned.sum() < 20


def test_astype_is_a_copy_that_forgets_its_steps():
    model = build(seed=0)
    model.train_on_batch(X, Y)
    twin = model.astype("float64")
    assert twin.optimizer.iterations == 0 and model.optimizer.iterations == 1
    before = model.get_weights()
    twin.train_on_batch(X, Y)
    assert twin.get_weights()[0].dtype == np.float64
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_a_deep_copy_trains_on_its_own():
    model = build(nn.Dense(4), nn.Dropout(0.5), nn.Dense(3), seed=0)
    model.train_on_batch(X, Y)
    twin = copy.deepcopy(model)
    assert model.train_on_batch(X, Y) == twin.train_on_batch(X, Y)
    np.testing.assert_array_equal(model.get_weights()[0], twin.get_weights()[0])


def test_forward_learns_nothing():
    model = build(seed=0)
    model.build(6)
    before = model.get_weights()
    model.predict(X), model.evaluate(X, Y), model.gradients(X, Y), model.forward(X, training=True)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_evaluate_is_the_same_in_parts():
    model = build(seed=0, dtype="float64")
    whole, parts = model.evaluate(X, Y), model.evaluate(X, Y, batch_size=3)
    assert whole == pytest.approx(parts, rel=1e-12)
    accuracy = (model.predict(X).argmax(axis=1) == Y).mean()
    assert whole == [model.loss_value(X, Y), accuracy]
    assert model.evaluate(X, Y, return_dict=True) == dict(
        zip(("loss", "accuracy"), whole, strict=True)
    )


def test_evaluate_returns_one_number_where_nothing_else_is_measured():
    model = build(nn.Dense(1), seed=0)
    model.compile("sgd", loss="mse")
    target = np.zeros((7, 1))
    assert model.evaluate(X, target) == pytest.approx((model.predict(X) ** 2).mean(), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: m.predict(X[:, :5]), r"shape \(N, 6\); \(7, 5\) came"),
        (lambda m: m.predict(X.reshape(7, 2, 3)), r"x\.reshape\(len\(x\), 6\)"),
        (lambda m: m.predict(X[0]), r"x\[None\]"),
        (lambda m: m.predict(X[:0]), "at least one example"),
        (lambda m: m.predict([["a", "b"]]), "must hold numbers"),
        (lambda m: m.evaluate(X, Y[:5]), "7 rows of scores need 7 labels; 5"),
        (lambda m: m.evaluate(X, np.eye(3)[Y]), "argmax"),
        (lambda m: m.evaluate(X, Y + 1), "0 to 2; labels from"),
        (lambda m: m.build(5), r"built for examples of shape \(6,\); \(5,\) came"),
        (lambda m: m.add(nn.Dense(2)), "before the network is built"),
        (lambda m: m.compile(loss="categorical_crossentropy"), "sparse_categorical_crossentropy"),
        (lambda m: m.compile(optimizer="rmsprop"), r"nn\.SGD"),
        (lambda m: m.compile(metrics=["auc"]), "metrics can be"),
    ],
)
def test_what_does_not_fit_is_explained(call, says):
    model = build(seed=0)
    model.build(6)
    with pytest.raises(ValueError, match=says):
        call(model)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nn.Dense(0), "1 or more; 0 came"),
        (lambda: nn.Dense(10, activation="softmax"), "takes its scores"),
        (lambda: nn.Dense(10, activation="swish"), "relu, tanh, sigmoid; 'swish' came"),
        (lambda: nn.Dense(10, kernel_initializer="orthogonal"), "glorot_uniform"),
        (lambda: nn.Dense(10, kernel_regularizer=1e-3), r"nn\.L2"),
        (lambda: nn.Dropout(1.0), "from 0 to below 1"),
        (lambda: nn.Sequential([nn.Dense(2)]).count_params(), r"model\.build\(64\)"),
        (lambda: nn.Sequential([nn.Dense(2)]).fit(X, Y), r"model\.compile"),
        (lambda: nn.Sequential([]).build(3), "no layers"),
        (lambda: nn.Sequential([nn.ReLU()] * 2), "came twice"),
        (lambda: nn.Sequential([nn.Dense(2)]).predict(np.ones((3, 8, 8))), "Flatten them first"),
    ],
)
def test_impossible_networks_are_explained(call, says):
    with pytest.raises(ValueError, match=says):
        call()
