"""The numbers and questions of chapter 03 say what can be computed or measured."""

import math

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import exercises, networks
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import RIGHT, WRONG
from tests.cnn.bank_questions import KEYS, NUMBERS, QUESTIONS, RIGHT_NUMBERS

assert exercises    # importing it declares the questions


def named(id):
    """name -> the values that carry it."""
    found = {}
    for mistake in find(id).mistakes:
        found.setdefault(mistake.name, set()).add(mistake.value)
    return found


def right(id):
    """Text of the right options of a question, with their reasons."""
    return " ".join(f"{o.text} {o.reason}" for o in find(id).options if o.right)


@pytest.fixture(scope="module")
def article():
    return networks.article_cnn()


# --- the keys ---


def test_the_right_options_are_those_that_were_meant():
    assert {id: "".join(find(id).right_letters) for id in QUESTIONS} == KEYS


@pytest.mark.parametrize("id", NUMBERS)
def test_numbers_accept_formulas(id):
    for answer in RIGHT_NUMBERS[id]:
        assert judge(find(id), answer).state == RIGHT, answer
    assert judge(find(id), find(id).answer * 1.01).state == WRONG


def test_the_right_option_stands_at_every_letter():
    single = [letters for letters in KEYS.values() if len(letters) == 1]
    counts = [single.count(letter) for letter in "abcd"]
    assert min(counts) >= 3 and max(counts) <= len(single) / 2, counts


# --- right numbers, from the course's own layers ---


def test_the_right_numbers_are_those_of_the_network(article):
    shape, sizes, work = (28, 28, 1), {}, 0
    for layer in article.layers:
        shape = layer.output_shape(shape)
        sizes[layer.name] = math.prod(shape)
        if "W" in layer.params:
            W = layer.params["W"]
            work += W.size * (math.prod(shape[:2]) if W.ndim == 4 else 1)
    assert sizes["flatten_1"] == find("3.1").answer
    assert article.count_params() == find("3.2").answer
    assert work == find("3.p6").answer
    dense = nn.Dense(26 * 26 * 32)
    assert (784 + 1) * dense.units == find("3.p2").answer


def test_the_field_of_view_is_that_of_the_network():
    """Pixels that can change one value after the second pool, found by changing each of them."""
    twin = networks.article_cnn(dtype="float64")
    for layer in twin.layers[:4]:
        if "W" in layer.params:     # positive weights: ReLU cuts nothing off
            layer.params["W"][...] = np.abs(layer.params["W"])
    image = np.random.default_rng(0).uniform(1, 2, (28, 28, 1))
    row = np.repeat(image[None], 28, axis=0)
    row[np.arange(28), :, np.arange(28)] += 100   # the k-th image has its k-th column raised
    x = np.concatenate([image[None], row])
    for layer in twin.layers[:4]:
        x = layer.forward(x)
    changed = np.abs(x[1:] - x[0])[:, 2, 2].max(axis=-1) > 0
    assert changed.sum() == find("3.p9").answer


# --- wrong numbers, computed as somebody who makes the mistake would ---


def conv(k, channels, filters):
    return (k * k * channels + 1) * filters


def test_wrong_numbers_of_flatten():
    meant = {"“same” padding assumed": {7 * 7 * 64}, "rounded up": {6 * 6 * 64},
             "forgot the second pool": {11 * 11 * 64}, "forgot the first pool": {12 * 12 * 64},
             "forgot both pools": {24 * 24 * 64},
             "pools with stride 1": {(((28 - 2) - 1 - 2) - 1) ** 2 * 64},
             "forgot the channels": {5 * 5}, "channels of the first convolution": {5 * 5 * 32},
             "added the channels": {5 * 5 * (32 + 64)},
             "multiplied the channels": {5 * 5 * 32 * 64},
             "one pixel too many taken off": {((28 - 3) // 2 - 3) // 2 * (9 // 2) * 64},
             "the map grows": {((28 + 2) // 2 + 2) // 2 * 8 * 64},
             "the size never changes": {28 * 28 * 64}, "global pooling": {64},
             "one side only": {5 * 64}}
    assert named("3.1") == meant


def test_wrong_numbers_of_parameters():
    first, second, head = conv(3, 1, 32), conv(3, 32, 64), 1600 * 64 + 64
    last = 64 * 10 + 10
    whole = first + second + head + last
    dense = {name: first + second + size * 64 + 64 + last
             for name, size in (("same", 7 * 7 * 64), ("up", 6 * 6 * 64), ("none", 24 * 24 * 64),
                                ("off", 4 * 4 * 64))}
    local = 26 * 26 * 32 * (9 + 1)
    meant = {"forgot the biases": {whole - 32 - 64 - 64 - 10},
             "forgot the biases and the input channels": {9 * 32 + 9 * 64 + 1600 * 64 + 64 * 10},
             "forgot the input channels": {first + conv(3, 1, 64) + head + last},
             "weights of its own at every place": {
                 local + second + head + last, local + 11 * 11 * 64 * (288 + 1) + head + last},
             "a bias at every place": {9 * 32 + 26 * 26 * 32 + 288 * 64 + 11 * 11 * 64 + head
                                       + last},
             "pool counted": {whole + 2 * 32 + 2 * 64, whole + 4 * 32 + 4 * 64, whole + 4 + 4},
             "“same” padding assumed": {dense["same"]}, "rounded up": {dense["up"]},
             "forgot the pools": {dense["none"]}, "one pixel too many taken off": {dense["off"]},
             "forgot the channels at Flatten": {first + second + 25 * 64 + 64 + last},
             "only the convolutions": {first + second}, "only the dense layers": {head + last},
             "forgot the last layer": {whole - last}, "three colours": {whole + 2 * 9 * 32}}
    assert named("3.2") == meant


def test_wrong_numbers_of_the_dense_layer():
    outputs = 26 * 26 * 32
    assert named("3.p2") == {
        "forgot the biases": {784 * outputs}, "one bias per map": {784 * outputs + 32},
        "forgot the 32 maps": {785 * 26 * 26}, "maps of 28×28": {785 * 28 * 28 * 32},
        "already local": {10 * outputs, 9 * outputs}, "already shared": {10 * 32},
        "one unit per map": {785 * 32}, "counted the outputs": {outputs},
        "pooled first": {785 * 13 * 13 * 32}}


def test_wrong_numbers_of_multiplications():
    one, two, three, four = 26 * 26 * 32 * 9, 11 * 11 * 64 * 9 * 32, 1600 * 64, 640
    whole = one + two + three + four
    assert named("3.p6") == {
        "counted the parameters": {121_930}, "counted the weights": {121_760},
        "forgot the input channels": {one + two // 32 + three + four},
        "“same” padding assumed": {28 * 28 * 32 * 9 + 14 * 14 * 64 * 288 + 3136 * 64 + four},
        "additions counted as well": {2 * whole},
        "biases counted": {whole + 26 * 26 * 32 + 11 * 11 * 64 + 64 + 10},
        "forgot the dense layers": {one + two},
        "places of the input": {28 * 28 * 32 * 9 + 13 * 13 * 64 * 288 + three + four},
        "forgot the pools": {one + 24 * 24 * 64 * 288 + 24 * 24 * 64 * 64 + four},
        "pool counted": {whole + 13 * 13 * 32 * 4 + 5 * 5 * 64 * 4},
        "one filter only": {one // 32 + two // 64 + three + four},
        "forgot the window": {one // 9 + two // 9 + three + four},
        "only the second convolution": {two}}


def test_wrong_numbers_of_the_field_of_view():
    kernels, steps = (3, 2, 3, 2), (1, 1, 2, 2)
    assert named("3.p9") == {
        "forgot the strides, or the windows of the pools": {1 + sum(k - 1 for k in kernels)},
        "pools left out": {1 + 2 + 2}, "one layer too few": {1 + 2 + 1 + 4}, "one pool only": {4},
        "added k, not k − 1": {sum(k * s for k, s in zip(kernels, steps, strict=True)),
                               1 + sum(k * s for k, s in zip(kernels, steps, strict=True))},
        "stride counted one layer too early": {1 + 2 + 2 + 4 + 4, 1 + 2 + 1 + 4 + 4},
        "one too many": {11}, "one too few": {9}, "multiplied the kernels": {math.prod(kernels)},
        "the area": {100}, "the whole image": {28}}


# --- what the questions claim ---


def test_small_digits_stop_at_the_second_pool():
    with pytest.raises(ValueError, match="maxpooling2d_2"):
        networks.article_cnn(input_shape=(8, 8, 1))
    with pytest.raises(ValueError):
        networks.article_cnn(input_shape=(9, 9, 1))
    networks.article_cnn(input_shape=(10, 10, 1))
    assert "The smallest side that works is 10" in right("3.p4")


def test_without_pools(article):
    bare = nn.Sequential([nn.Conv2D(32, 3), nn.Conv2D(64, 3), nn.Flatten(), nn.Dense(64),
                          nn.Dense(10)])
    bare.build((28, 28, 1))
    assert bare.count_params() == 2_378_826 and "2 378 826" in right("3.p7")
    assert "121 930" in find("3.p7").prompt and article.count_params() == 121_930


def test_the_formula_is_a_dense_layer_and_a_convolution_of_1x1():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(6, 5)), rng.normal(size=(4, 5)), rng.normal(size=4)
    y = np.einsum("ik,jk->ij", x, w) + b
    as_conv = nn.conv2d(x.reshape(1, 2, 3, 5), w.T[None, None], b).reshape(6, 4)
    np.testing.assert_allclose(x @ w.T + b, y, rtol=1e-12)
    np.testing.assert_allclose(as_conv, y, rtol=1e-12)
    assert "1×1 convolution" in right("3.p5")


def test_a_turned_kernel_is_the_textbooks():
    from scipy.signal import convolve2d
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=(7, 6)), rng.normal(size=(3, 3))
    ours = nn.conv2d(x[None, ..., None], k[..., None, None], np.zeros(1))[0, ..., 0]
    turned = nn.conv2d(x[None, ..., None], k[::-1, ::-1, None, None], np.zeros(1))[0, ..., 0]
    textbook = convolve2d(x, k, "valid")
    assert np.abs(ours - textbook).max() > 0.1
    np.testing.assert_allclose(turned, textbook, atol=1e-12)
    assert "180°" in right("3.p3") and "180°" in right("3.b")


def test_what_im2col_writes():
    rows, maps = 11 * 11 * 3 * 3 * 32, 13 * 13 * 32
    assert round(rows / maps, 1) == 6.4 and rows == 34_848 and maps == 5_408
    assert "6.4" in right("3.e") and "34 848" in right("3.e") and "5 408" in right("3.e")


def test_local_and_shared():
    assert 16_981_120 / 216_320 == 78.5 and 216_320 / 320 == 676
    assert "78.5" in find("3.a").options[0].reason and "676" in right("3.a")


def test_alexnet():
    fits = [side for side in range(220, 230) if (side - 11) % 4 == 0 and (side - 11) // 4 + 1 == 55]
    assert fits == [227]
    reasons = {o.letter: o.reason for o in find("3.c").options}
    assert "53.25" in reasons["b"] and (224 - 11) / 4 == 53.25
    assert "⌈224/4⌉ = 56" in reasons["c"] and (225 - 11) // 4 + 1 == 54


def test_a_softmax_too_many_has_a_floor():
    """The best that probabilities can do as scores: 1 for the true class, 0 for nine others."""
    floor = -np.log(nn.softmax(np.eye(10)[:1])[0, 0])
    assert round(float(floor), 2) == 1.46
    assert "log(e + 9) − 1 = 1.46" in find("3.l").options[2].reason


def test_what_the_numbers_of_question_i_allow():
    assert 0.09 / np.hypot(0.02, 0.015) > 3 and round(float(np.hypot(0.02, 0.015)), 3) == 0.025
    assert np.sqrt(0.83 * 0.17 / 360) == pytest.approx(0.02, abs=5e-4)
    assert np.sqrt(0.92 * 0.08 / 360) == pytest.approx(0.0145, abs=5e-4)


def test_plain_layers_shrink_the_gradient():
    assert f"{0.5 ** 15:.0e}" == "3e-05" and "3e-5" in find("3.p11").options[1].reason
