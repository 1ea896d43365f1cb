"""What is special to the exercises of chapter 03; the rest stands in tests/exercises."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import accounting
from helpers.cnn.exercises import (
    conv2d,
    conv2d_backward,
    grad_cam,
    max_pool,
    receptive_field,
    xcorr,
)
from helpers.cnn.exercises_receptive import ALEXNET, ARTICLE, LENET
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import RIGHT, WRONG
from tests.cnn.further import FURTHER

INPUTS = 40


def further(id):
    rng = np.random.default_rng(3)
    return [FURTHER[id](rng) for _ in range(INPUTS)]


def close(a, b):
    """Equal but for rounding: sums of at most 4·4·3 products, taken in another order."""
    assert a.shape == b.shape
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * (np.abs(b).max(initial=0) or 1))


# --- the references against the course's network library ---


def test_xcorr_is_a_layer_of_one_channel_and_one_filter():
    for x, k in further("3.3"):
        y = nn.conv2d(x[None, ..., None], k[..., None, None], np.zeros(1))
        close(xcorr(x, k), y[0, ..., 0])


def test_conv2d_is_the_layer_of_nn():
    for x, W, b, stride, padding in further("3.4"):
        close(conv2d(x, W, b, stride, padding), nn.conv2d(x, W, b, stride, padding))


def test_conv2d_backward_is_that_of_nn():
    for dy, x, W in further("3.6"):
        for mine, theirs in zip(conv2d_backward(dy, x, W), nn.conv2d_backward(dy, x, W),
                                strict=True):
            close(mine, theirs)


def test_max_pool_is_that_of_nn_ties_included():
    for x, dy, size, stride in further("3.5"):
        y, dx = max_pool(x, dy, size, stride)
        close(y, nn.max_pool2d(x, size, stride))
        close(dx, nn.max_pool2d_backward(dy, x, size, stride))


def test_receptive_fields_of_known_networks():
    assert receptive_field(ARTICLE) == [3, 4, 8, 10]
    assert receptive_field(LENET) == [5, 6, 14, 16, 32]
    assert receptive_field(ALEXNET) == [11, 19, 51, 67, 99, 131, 163, 195]


def test_receptive_fields_are_those_of_the_cost_calculator():
    for (layers,) in further("3.7"):
        assert receptive_field(layers) == accounting.receptive_field(layers)


def test_grad_cam_gains_what_a_brighter_map_gains():
    """α is the gain of the logit per unit of brightness, for a network with one linear layer."""
    rng = np.random.default_rng(0)
    maps, V = rng.normal(size=(4, 5, 3)), rng.normal(size=(6, 4, 5, 3))
    gains = [((V * (maps + np.eye(3)[c])).sum((1, 2, 3)) - (V * maps).sum((1, 2, 3))) / 20
             for c in range(3)]
    expected = np.maximum(sum(gains[c][2] * maps[..., c] for c in range(3)), 0)
    close(grad_cam(maps, V, 2), expected)


# --- what is said ---


def zeros_like_the_image(x, k):
    y = np.zeros_like(x, shape=(x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = (x[i:i + k.shape[0], j:j + k.shape[1]] * k).sum()
    return y


def maps_like_the_image(x, W, b, stride, padding):
    return conv2d(x, W, b, stride, padding).astype(x.dtype)


def pooled_like_the_image(x, dy, size, stride):
    y, dx = max_pool(x, dy, size, stride)
    return y, dx.astype(x.dtype)


def back_like_the_image(dy, x, W):
    dx, dW, db = conv2d_backward(dy, x, W)
    return dx.astype(x.dtype), dW, db


@pytest.mark.parametrize(("id", "answer"), [
    ("3.3", zeros_like_the_image), ("3.4", maps_like_the_image), ("3.5", pooled_like_the_image),
    ("3.6", back_like_the_image)])
def test_whole_numbers_that_cut_off_fractions_are_a_remark_beside_a_right_answer(id, answer):
    verdict = judge(find(id), answer)
    assert verdict.state == RIGHT and "cuts off the fractions" in str(verdict)


@pytest.mark.parametrize(("change", "said"), [
    (lambda fields: [float(r) for r in fields], ""),
    (lambda fields: np.array(fields), ""),
    (lambda fields: {n: r for n, r in enumerate(fields)}, "dictionary"),
    (lambda fields: [[r, r] for r in fields], "shape"),
])
def test_receptive_fields_as_other_things_than_a_list(change, said):
    verdict = judge(find("3.7"), lambda layers: change(receptive_field(layers)))
    assert verdict.state == (WRONG if said else RIGHT), verdict
    assert said in str(verdict).lower()


def test_two_mistakes_in_one_answer_are_both_named_with_their_reasons():
    def wrong(dy, x, W):
        dx = conv2d_backward(dy, x, W[::-1, ::-1])[0]
        _, dW, db = conv2d_backward(dy, x, W)
        return dx, dW.swapaxes(2, 3), db / len(dy)

    verdict = judge(find("3.6"), wrong)
    assert set(verdict.mistakes) == {"dx without flip", "filters and channels swapped in dW",
                                     "db averaged over the batch"}


@pytest.mark.parametrize("id", ["3.3", "3.4", "3.5", "3.6", "3.7", "3.11"])
def test_the_smallest_probe_is_small_enough_to_be_read(id):
    """A verdict shows arrays of up to 30 numbers whole, and one image of one channel as rows."""
    assert all(np.size(part) <= 30 for part in find(id).make_probes()[0])
