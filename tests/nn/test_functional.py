"""Every backward function against centred finite differences, and the edges of the forward ones."""

import numpy as np
import pytest

from helpers import nn

SMOOTH, KINKED = 1e-7, 1e-4  # relative error of finite differences in float64 with h = 1e-6


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def error(forward, gradient, x, dout):
    """Relative error of `gradient` as the gradient of Σ dout ∘ forward(x) at x."""
    return nn.relative_error(
        gradient, nn.numerical_gradient(lambda x: np.sum(dout * forward(x)), x)
    )


@pytest.mark.parametrize("which", ["x", "W", "b"])
def test_dense_backward(which):
    inputs = {"x": draw(5, 3), "W": draw(3, 4, seed=1), "b": draw(4, seed=2)}
    dout = draw(5, 4, seed=3)
    grads = dict(zip("xWb", nn.dense_backward(dout, inputs["x"], inputs["W"]), strict=True))
    assert (
        error(lambda a: nn.dense(**{**inputs, which: a}), grads[which], inputs[which], dout)
        < SMOOTH
    )


@pytest.mark.parametrize(
    ("forward", "backward", "tolerance"),
    [
        (nn.tanh, nn.tanh_backward, SMOOTH),
        (nn.sigmoid, nn.sigmoid_backward, SMOOTH),
        (nn.softmax, nn.softmax_backward, SMOOTH),
        (nn.relu, nn.relu_backward, KINKED),
    ],
)
def test_activation_backward(forward, backward, tolerance):
    z, dout = draw(5, 3), draw(5, 3, seed=1)
    assert error(forward, backward(dout, z), z, dout) < tolerance


def test_relu_has_slope_zero_at_its_kink():
    assert nn.relu_backward(np.ones(3), np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("forward", "backward", "first"),
    [
        (nn.cross_entropy, nn.cross_entropy_backward, nn.softmax(draw(5, 3))),
        (nn.softmax_cross_entropy, nn.softmax_cross_entropy_backward, draw(5, 3)),
    ],
)
def test_classification_losses_backward(forward, backward, first):
    y = np.array([2, 0, 1, 1, 2])
    assert error(lambda a: forward(a, y), backward(first, y), first, 1.0) < SMOOTH


def test_mse_backward():
    pred, y = draw(5, 3), draw(5, 3, seed=1)
    assert error(lambda p: nn.mse(p, y), nn.mse_backward(pred, y), pred, 1.0) < SMOOTH


def test_dropout_backward():
    x, dout = draw(5, 3), draw(5, 3, seed=1)
    _, mask = nn.dropout(x, 0.4, np.random.default_rng(7))
    gradient = nn.dropout_backward(dout, mask)
    same_draw = lambda x: nn.dropout(x, 0.4, np.random.default_rng(7))[0]  # noqa: E731
    assert error(same_draw, gradient, x, dout) < SMOOTH
    assert 0 < np.count_nonzero(gradient) < gradient.size


def test_dropout_keeps_the_mean_and_switches_off_the_given_part():
    x = np.ones((200, 500), np.float32)
    out, mask = nn.dropout(x, 0.3, np.random.default_rng(0))
    # 100 000 draws: the standard error is 0.0014 for the part, 0.0021 for the mean; five of each.
    assert abs((mask == 0).mean() - 0.3) < 0.0075
    assert abs(out.mean() - 1) < 0.0105
    np.testing.assert_allclose(np.unique(out), [0, 1 / 0.7], rtol=1e-6)


def test_softmax_and_cross_entropy_in_two_steps_and_in_one():
    logits, y = draw(5, 3), np.array([2, 0, 1, 1, 2])
    probs = nn.softmax(logits)
    assert nn.cross_entropy(probs, y) == pytest.approx(
        nn.softmax_cross_entropy(logits, y), rel=1e-13
    )
    two_steps = nn.softmax_backward(nn.cross_entropy_backward(probs, y), logits)
    one_step = nn.softmax_cross_entropy_backward(logits, y)
    np.testing.assert_allclose(two_steps, one_step, atol=1e-15)
    np.testing.assert_allclose(one_step.sum(axis=1), 0, atol=1e-15)


def test_a_network_that_knows_nothing_loses_the_logarithm_of_the_number_of_classes():
    y = np.arange(10)
    assert nn.softmax_cross_entropy(np.zeros((10, 10)), y) == pytest.approx(np.log(10), rel=1e-14)


def test_huge_scores_neither_overflow_nor_lose_the_loss():
    logits = np.array([[1e4, 0.0, -1e4]])
    np.testing.assert_array_equal(nn.softmax(logits), [[1, 0, 0]])
    assert nn.softmax_cross_entropy(logits, np.array([2])) == 2e4  # the clipped one stops at 27.6
    assert nn.cross_entropy(nn.softmax(logits), np.array([2])) == pytest.approx(-np.log(1e-12))
    with np.errstate(all="raise"):
        assert nn.sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0, 0.5, 1]


def test_where_the_clipping_acts_the_probability_has_no_gradient():
    probs = np.array([[0.0, 1.0]])
    assert nn.cross_entropy_backward(probs, np.array([0])).tolist() == [[0, 0]]


def calls(dtype):
    x, W, b = (draw(*s).astype(dtype) for s in [(5, 3), (3, 4), (4,)])
    z, dout, y = (draw(5, 4).astype(dtype), draw(5, 4, seed=1).astype(dtype), np.arange(5) % 4)
    rng = np.random.default_rng(0)
    return [
        (nn.dense, x, W, b),
        (nn.dense_backward, dout, x, W),
        *((f, z) for f in (nn.relu, nn.tanh, nn.sigmoid, nn.softmax)),
        *((f, dout, z) for f in (nn.relu_backward, nn.tanh_backward, nn.sigmoid_backward)),
        (nn.softmax_backward, dout, z),
        (nn.cross_entropy_backward, nn.softmax(z), y),
        (nn.softmax_cross_entropy_backward, z, y),
        (nn.mse_backward, z, dout),
        (nn.dropout, z, 0.5, rng),
        (nn.dropout_backward, dout, z),
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("k", range(len(calls("float32"))))
def test_dtype_is_kept_and_inputs_are_not_changed(k, dtype):
    function, *inputs = calls(dtype)[k]
    before = [np.copy(a) if isinstance(a, np.ndarray) else None for a in inputs]
    results = function(*inputs)
    for array in results if isinstance(results, tuple) else (results,):
        assert array.dtype == dtype
        assert not any(array is a for a in inputs)
    for a, b in zip(inputs, before, strict=True):
        if b is not None:
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (np.eye(3)[[0, 1]], r"shape \(2, 3\) came.*argmax"),
        (np.array([[0], [1]]), r"y\.ravel\(\)"),
        (np.array([0, 3]), "0 to 2; labels from 0 to 3 came.*4 units"),
        (np.array([-1, 1]), "labels from -1 to 1 came"),
        (np.array([0.5, 1]), "whole numbers"),
        (np.array([np.nan, 1]), "whole numbers"),
        (np.array(["a", "b"]), "whole numbers"),
        (np.array([0, 1, 2]), "2 rows of scores need 2 labels; 3"),
    ],
)
@pytest.mark.parametrize("function", [nn.softmax_cross_entropy, nn.cross_entropy_backward])
def test_wrong_labels_are_explained(function, y, says):
    with pytest.raises(ValueError, match=says):
        function(np.full((2, 3), 1 / 3), y)


def test_whole_numbers_of_any_type_are_labels():
    logits = draw(4, 3)
    expected = nn.softmax_cross_entropy(logits, np.array([0, 1, 2, 1]))
    for dtype in (np.uint8, np.int32, np.float32):
        assert nn.softmax_cross_entropy(logits, np.array([0, 1, 2, 1], dtype)) == expected


@pytest.mark.parametrize(
    ("x", "W", "b"),
    [
        ((5, 4), (3, 2), (2,)),
        ((5, 3), (3, 2), (3,)),
        ((5, 3), (3, 2), (5, 1)),
        ((3,), (3, 2), (2,)),
    ],
)
def test_shapes_that_do_not_fit_are_explained(x, W, b):
    with pytest.raises(ValueError, match="dense expects"):
        nn.dense(np.ones(x), np.ones(W), np.ones(b))


def test_mse_refuses_what_would_be_broadcast():
    with pytest.raises(ValueError, match=r"reshape\(-1, 1\)"):
        nn.mse(np.ones((5, 1)), np.ones(5))
