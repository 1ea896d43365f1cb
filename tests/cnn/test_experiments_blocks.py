"""Skips: the layer is right, both stacks differ in nothing else, and the gradients are as said."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import experiments, experiments_blocks
from helpers.kit import data


@pytest.fixture
def digits():
    split = data.load("digits")
    return split.x_train[:64, ..., None], split.y_train[:64]


def test_a_skip_adds_its_input_and_passes_the_gradient_twice():
    inner = nn.Dense(3, activation="tanh")
    skip = experiments.Skip([inner])
    skip.build((3,), np.random.default_rng(0), np.float64)
    x, dout = np.random.default_rng(1).normal(size=(2, 4, 3))
    assert np.allclose(skip.forward(x), x + np.tanh(x @ inner.params["W"]), atol=1e-15)
    dx = skip.backward(dout)
    assert np.allclose(dx, dout + inner.backward(dout), atol=1e-15)
    assert list(skip.grads) == ["0.W", "0.b"] == list(skip.params)


@pytest.mark.parametrize("kind", ["dense", "conv"])
@pytest.mark.parametrize("skips", [True, False])
def test_all_gradients_agree_with_finite_differences(kind, skips):
    """Random images and biases: on the empty background, units would lie on the kink. 1e-4."""
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(3, 8, 8, 1)), np.array([2, 0, 9])
    network = experiments.deep_network(4, skips, seed=0, kind=kind).astype("float64")
    for name, array in network.params.items():
        if name.endswith("b"):
            array[...] = rng.normal(0, .1, array.shape)
    grads = network.gradients(x, y)[1]
    assert len(grads) == len(network.params) == 12      # weights and biases of 1 + 4 + 1 layers
    for name, w in network.params.items():
        for _ in range(3):
            at, h = tuple(rng.integers(0, n) for n in w.shape), 1e-6
            kept = w[at]
            losses = []
            for value in (kept + h, kept - h):
                w[at] = value
                losses.append(network.loss_value(x, y))
            w[at] = kept
            slope = (losses[0] - losses[1]) / (2 * h)
            assert grads[name].dtype == np.float64
            assert grads[name][at] == pytest.approx(slope, rel=1e-4, abs=1e-8), name


def test_a_network_with_skips_can_be_copied_saved_and_resumed(tmp_path, digits):
    whole, cut = (experiments.deep_network(4, True, seed=1) for _ in range(2))
    whole.fit(*digits, epochs=4, seed=0, verbose=0)
    cut.fit(*digits, epochs=2, seed=0, verbose=0, checkpoint=tmp_path / "skip.npz")
    again = experiments.deep_network(4, True, seed=2)
    again.fit(*digits, epochs=4, seed=0, verbose=0, checkpoint=tmp_path / "skip.npz")
    assert all(map(np.array_equal, whole.get_weights(), again.get_weights()))
    twin = whole.astype("float32")
    assert np.array_equal(twin.predict(digits[0]), whole.predict(digits[0]))
    twin.fit(*digits, verbose=0)
    assert np.array_equal(whole.get_weights()[2], again.get_weights()[2])   # the twin's own arrays


def test_a_skip_needs_its_inputs_shape():
    network = nn.Sequential([experiments.Skip([nn.Dense(5)])], seed=0)
    with pytest.raises(ValueError, match=r"x \+ F\(x\) needs an F\(x\) of x's shape \(4,\); F gives"
                                         r" \(5,\)"):
        network.build(4)


@pytest.mark.parametrize("kind", ["dense", "conv"])
def test_both_stacks_have_the_same_first_weights_and_only_the_skip_differs(kind, digits):
    plain, skips = (experiments.deep_network(6, s, seed=3, kind=kind) for s in (False, True))
    assert all(map(np.array_equal, plain.get_weights(), skips.get_weights()))
    assert not np.array_equal(plain.predict(digits[0]), skips.predict(digits[0]))


def test_the_jacobian_of_a_block_that_does_nothing_is_one(digits):
    """F = 0 for all weights 0: the gradient passes the stack unchanged, to the last bit."""
    network = experiments.deep_network(10, True, seed=0)
    for layer in network.layers:
        if isinstance(layer, experiments.Skip):
            for array in layer.params.values():
                array[...] = 0
    norms = experiments.gradient_norms(network, *digits, depth=10)
    # relu(h + 0) = h, as h ≥ 0 already; its derivative is 0 only where h is 0, and there the
    # gradient has been lost at the top once and for all.
    assert len(norms) == 6 and np.ptp(norms[:-1]) == 0 and 0 < norms[0] <= norms[-1]


def test_gradient_norms_are_those_of_the_losss_slope(digits):
    """At the stack's input: add a common factor t to the first layer's output; d loss / dt."""
    x, y = digits[0].astype(float), digits[1]
    network = experiments.deep_network(4, True, seed=0).astype("float64")
    norms = experiments.gradient_norms(network, x, y, depth=4)
    h = network.layers[1].forward(network.layers[0].forward(x))
    direction = np.random.default_rng(0).normal(size=h.shape)

    def loss(t):
        out = h + t * direction
        for layer in network.layers[2:]:
            out = layer.forward(out)
        return network.loss.value(out, y)

    slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
    dout = network.loss.gradient(network.forward(x), y)
    assert slope == pytest.approx((network.gradient_at("dense_1", x, dout) * direction).sum(),
                                  rel=1e-4)
    by_name = [np.linalg.norm(network.gradient_at(name, x, dout))
               for name in ("dense_1", "relu_1", "relu_2")]
    assert norms == pytest.approx(by_name, rel=1e-12)


def test_thirty_layers_from_kerass_default_weights_need_the_skips():
    found = experiments.residual_gradients(seeds=2, steps=225)
    assert found.layers.tolist() == list(range(0, 31, 2))
    assert found.plain.shape == found.residual.shape == (16,)
    # Theory for Glorot and ReLU: each layer halves the squared norm, 2^−15 = 3e-5 over thirty.
    assert 1e-6 < found.plain[0] / found.plain[-1] < 3e-4
    assert 1 < found.residual[0] / found.residual[-1] < 50      # measured 5
    # Three seeds: .10 to .24 without, .966 to .981 with.
    assert found.plain_accuracy.mean() < .5 and found.residual_accuracy.mean() > .9
    lines = repr(found).splitlines()
    assert len(lines) == 4 and "right after 225" in lines[0] and "÷ last layer" in lines[1]
    assert lines[2].startswith("plain") and lines[3].startswith("with skips")


def test_he_weights_keep_the_plain_gradient_and_make_that_with_skips_grow():
    """The honest other half: what a skip repairs depends on the first weights."""
    found = experiments.residual_gradients(seeds=3, initializer="he_normal", steps=0)
    assert .05 < found.plain[0] / found.plain[-1] < 20          # measured 1.4
    assert found.residual[0] / found.residual[-1] > 50          # measured 490


def test_convolutions_behave_like_dense_layers():
    found = experiments.residual_gradients(seeds=2, kind="conv", steps=0)
    assert found.plain[0] / found.plain[-1] < 3e-4 < 1 < found.residual[0] / found.residual[-1]


def test_as_many_steps_are_taken_as_were_asked_for(monkeypatch):
    epochs = []
    monkeypatch.setattr(nn.Sequential, "fit", lambda self, x, y, **more: epochs.append(
        (len(x), more["epochs"], more["seed"])))
    experiments.residual_gradients(depth=2, seeds=2, steps=90)      # 45 steps are one epoch
    assert epochs == [(1437, 2, seed) for seed in (0, 0, 1, 1)]
    experiments.residual_gradients(depth=2, seeds=1, steps=0)
    assert len(epochs) == 4


def test_a_run_that_blows_up_counts_as_guessing(monkeypatch):
    def explode(*args, **kwargs):
        raise FloatingPointError
    monkeypatch.setattr(nn.Sequential, "fit", explode)
    found = experiments.residual_gradients(depth=2, seeds=1, steps=45)
    assert found.plain_accuracy.tolist() == found.residual_accuracy.tolist() == [.1]


@pytest.mark.parametrize("call, words", [
    (lambda: experiments.residual_gradients(depth=5), "an even number of layers, 2 or more; got 5"),
    (lambda: experiments.residual_gradients(depth=0), "an even number of layers, 2 or more; got 0"),
    (lambda: experiments_blocks.deep_network(2, True, kind="lstm"),
     "kind is 'dense' or 'conv'; got 'lstm'"),
])
def test_what_cannot_be_built_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
