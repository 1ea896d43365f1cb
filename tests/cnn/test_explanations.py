"""Explanations: each map is what its formula says, and the tests of maps find what is built in."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from helpers import nn
from helpers.cnn import deletion, explanations, networks
from helpers.cnn.explanation_maps import enlarged
from helpers.cnn.geometry import cells


@pytest.fixture(scope="module")
def linear():
    """Softmax regression with random weights: its saliency is known."""
    network = networks.softmax(seed=0, dtype="float64", input_shape=(8, 7, 2))
    network.params["dense_1.W"][...] = np.random.default_rng(0).normal(size=(112, 10))
    return network


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(1).uniform(size=(8, 7, 2))


@pytest.fixture(scope="module")
def small():
    """A convolutional network with random weights, odd sizes and no square anywhere."""
    network = nn.Sequential([nn.Conv2D(4, (3, 2), activation="relu"), nn.MaxPooling2D((2, 1)),
                             nn.Conv2D(5, 3, activation="relu"), nn.Flatten(), nn.Dense(6)],
                            seed=3, dtype="float64")
    network.build((13, 10, 1))
    return network


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(2).uniform(size=(13, 10))


# --- maps -------------------------------------------------------------------------------------


def test_saliency_of_a_linear_network_is_the_size_of_its_weights(linear, image):
    W = linear.params["dense_1.W"].reshape(8, 7, 2, 10)
    for label in (0, 9):
        expected = np.abs(W[..., label]).max(axis=-1)
        assert np.allclose(explanations.saliency_map(linear, image, label), expected, atol=1e-14)


def test_saliency_is_the_slope_of_the_score(small, picture):
    heat = explanations.saliency_map(small, picture, 4)
    for at in [(0, 0), (5, 4), (8, 9)]:
        scores = []
        for nudge in (1e-6, -1e-6):
            x = picture.copy()
            x[at] += nudge
            scores.append(small.predict(x[None, ..., None])[0, 4])
        assert heat[at] == pytest.approx(abs(scores[0] - scores[1]) / 2e-6, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("patch, step, fill", [(1, 1, 0.0), (3, 1, .5), (2, 3, 0.0), (7, 2, 1.0)])
def test_occlusion_by_hand(linear, image, patch, step, fill):
    label = 3

    def probability(x):
        scores = x.reshape(1, -1) @ linear.params["dense_1.W"]
        return float(nn.softmax(scores)[0, label])

    tops, lefts = ({*range(0, size - patch + 1, step), size - patch} for size in (8, 7))
    total, times = np.zeros((8, 7)), np.zeros((8, 7))
    for top in tops:
        for left in lefts:
            covered = image.copy()
            covered[top:top + patch, left:left + patch] = fill
            total[top:top + patch, left:left + patch] += probability(image) - probability(covered)
            times[top:top + patch, left:left + patch] += 1
    found = explanations.occlusion_map(linear, image, label, patch, step, fill)
    assert np.allclose(found, total / np.maximum(times, 1), atol=1e-12)


def test_grad_cam_by_hand(small, picture):
    """The layer after the maps is linear, so its weights are the gradients."""
    x = picture[None, ..., None]
    maps = small.activations(x)["conv2d_2"][0].copy()
    head = small.layers[-1].params["W"].reshape(*maps.shape, 6)
    label = 2
    alpha = head[..., label].mean(axis=(0, 1))
    heat = np.maximum((maps * alpha).sum(axis=-1), 0)
    places = cells(small)["conv2d_2"]
    rows, columns = (places.middles(side) for side in (0, 1))
    between = RegularGridInterpolator((rows, columns), heat)
    at = np.meshgrid(np.clip(np.arange(13), rows[0], rows[-1]),
                     np.clip(np.arange(10), columns[0], columns[-1]), indexing="ij")
    found = explanations.grad_cam_map(small, picture, label)
    assert heat.any() and np.allclose(found, between(np.stack(at, axis=-1)), atol=1e-12)


def test_a_small_map_is_enlarged_in_straight_lines_between_the_middles():
    network = networks.article_cnn()
    places = cells(network)["conv2d_2"]
    assert places.middles(0)[[0, 1, 10]].tolist() == [3.5, 5.5, 23.5]
    slope = np.add.outer(10 * np.arange(11), np.arange(11))
    large = enlarged(slope, places, (28, 28, 1))
    inside = np.clip((np.arange(28) - 3.5) / 2, 0, 10)
    assert np.allclose(large, np.add.outer(10 * inside, inside))


def test_grad_cam_of_any_layer_with_maps(small, picture):
    for layer in ("conv2d_1", "maxpooling2d_1"):
        heat = explanations.grad_cam_map(small, picture, 0, layer)
        assert heat.shape == (13, 10) and np.isfinite(heat).all()
    one, other = (explanations.grad_cam_map(small, picture, label, "conv2d_1") for label in (0, 1))
    assert not np.array_equal(one, other)


def test_maps_leave_network_and_image_alone(small, picture):
    weights, before = small.get_weights(), picture.copy()
    for function in (explanations.occlusion_map, explanations.saliency_map,
                     explanations.grad_cam_map, explanations.ink_map):
        heat = function(small, picture, 1)
        assert heat.shape == picture.shape and heat.dtype == np.float64
        assert np.array_equal(heat, function(small, picture[..., None], 1))
    explanations.randomised(small)
    assert np.array_equal(before, picture)
    assert all(map(np.array_equal, weights, small.get_weights()))


@pytest.mark.parametrize("call, words", [
    (lambda n, x: explanations.saliency_map(n, x, 6), "label is a class, 0 to 5; got 6"),
    (lambda n, x: explanations.grad_cam_map(n, x, -1), "label is a class, 0 to 5; got -1"),
    (lambda n, x: explanations.occlusion_map(n, x, True), "label is a class, 0 to 5; got True"),
    (lambda n, x: explanations.occlusion_map(n, x, 0, patch=11), "1 to 10 pixels; got 11"),
    (lambda n, x: explanations.occlusion_map(n, x, 0, patch=0), "1 to 10 pixels; got 0"),
    (lambda n, x: explanations.grad_cam_map(n, x, 0, "dense_1"), "conv2d_2; got 'dense_1'"),
    (lambda n, x: explanations.saliency_map(n, x[:5], 0), r"one image of shape \(13, 10, 1\)"),
    (lambda n, x: explanations.randomised(n, down_to="conv2d_7"), "down_to is one of conv2d_1"),
    (lambda n, x: explanations.agreement(x, x[:2]), r"one shape; got \(13, 10\) and \(2, 10\)"),
])
def test_bad_input_is_answered_with_a_sentence(small, picture, call, words):
    with pytest.raises(ValueError, match=words):
        call(small, picture)


def test_grad_cam_needs_a_convolution(linear, image):
    with pytest.raises(ValueError, match="this network has no convolution"):
        explanations.grad_cam_map(linear, image, 0)


# --- forgetting -------------------------------------------------------------------------------


def test_shuffled_weights_are_the_same_numbers_elsewhere(small):
    copy = explanations.randomised(small, seed=1)
    for name, w in small.params.items():
        assert np.array_equal(np.sort(w.ravel()), np.sort(copy.params[name].ravel()))
        if name.endswith("W"):
            assert not np.array_equal(w, copy.params[name])
    again = explanations.randomised(small, seed=1)
    assert all(map(np.array_equal, copy.get_weights(), again.get_weights()))


def test_the_cascade_starts_at_the_scores_and_ends_where_it_is_told(small):
    copy = explanations.randomised(small, down_to="conv2d_2")
    same = [np.array_equal(w, copy.params[name]) for name, w in small.params.items()
            if name.endswith("W")]
    assert same == [True, False, False]


def test_a_trained_network_can_be_shuffled_although_it_is_locked(monkeypatch):
    network = networks.softmax()
    for array in network.params.values():
        array.flags.writeable = False
    copy = explanations.randomised(network)
    assert not np.array_equal(copy.get_weights()[0], network.get_weights()[0])


# --- agreement --------------------------------------------------------------------------------


def test_agreement_is_spearmans_correlation():
    from scipy.stats import spearmanr
    a, b = np.random.default_rng(0).integers(0, 4, (2, 9, 11))      # with many ties
    assert explanations.agreement(a, b) == pytest.approx(spearmanr(a.ravel(), b.ravel())[0])


def test_agreement_asks_for_the_order_alone():
    a = np.random.default_rng(0).normal(size=(5, 6))
    assert explanations.agreement(a, np.exp(a)) == pytest.approx(1)
    assert explanations.agreement(a, -a) == pytest.approx(-1)
    assert np.isnan(explanations.agreement(a, np.ones((5, 6))))


# --- deletion ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_pixel():
    """A network that looks at one pixel only, and two bright images with that pixel dim."""
    network = networks.softmax(seed=0, dtype="float64", input_shape=(6, 5, 1))
    W = network.params["dense_1.W"]
    W[...] = 0
    W[13, 7] = 20.0         # row 2, column 3 of 6 × 5: the score of class 7
    x = np.random.default_rng(0).uniform(.6, 1, (2, 6, 5))
    x[:, 2, 3] = .5
    return network, x, np.array([7, 7])


def test_deletion_finds_the_map_that_knows_the_pixel(one_pixel):
    network, x, y = one_pixel
    found = explanations.deletion_test(network, x, y, ("saliency", "brightest pixels"),
                                       fractions=[0, 1 / 30, .5, 29 / 30, 1])
    seen, gone = float(nn.softmax(np.array([[10.0] + [0] * 9]))[0, 0]), .1
    assert found.curves["saliency"][0] == pytest.approx([seen, gone, gone, gone, gone])
    assert found.curves["brightest pixels"][0] == pytest.approx([seen, seen, seen, seen, gone])
    assert found.n == 2 and found.against_brightest["saliency"][0] < -.5
    assert list(found.against_brightest) == ["saliency"]
    assert repr(found).splitlines()[1].startswith("saliency")           # the best one comes first
    assert "better" in repr(found)


def test_the_area_is_the_mean_of_the_curve(one_pixel):
    network, x, y = one_pixel
    fractions = np.array([0, .1, .4, 1.0])
    found = explanations.deletion_test(network, x, y, ("random pixels",), fractions, seeds=2)
    curve = found.curves["random pixels"][0]
    by_hand = sum((curve[i] + curve[i + 1]) / 2 * (fractions[i + 1] - fractions[i])
                  for i in range(3))
    assert found.areas["random pixels"][0] == pytest.approx(by_hand)
    assert found.against_brightest == {}


def test_errors_are_those_of_the_mean_over_images():
    values = np.array([[.1, .2], [.4, .2], [.7, .8]])
    mean, se = deletion.mean_se(values)
    assert mean == pytest.approx([.4, .4])
    assert se == pytest.approx([.3 / 3 ** .5, (.12 ** .5) / 3 ** .5])


def test_equal_pixels_go_in_random_order():
    heat = np.zeros((4, 5))
    heat[3, 1] = 1
    orders = [deletion._order(heat, np.random.default_rng(seed)) for seed in range(20)]
    assert {order[0] for order in orders} == {16}
    assert len({order[1] for order in orders}) > 5


def test_a_map_of_ones_own_can_be_tested(one_pixel):
    network, x, y = one_pixel
    found = explanations.deletion_test(network, x, y, {"mine": lambda n, i, k: i[..., 0] < .55},
                                       fractions=[0, 1 / 30])
    assert found.curves["mine"][0][1] == pytest.approx(.1)


@pytest.mark.parametrize("change, words", [
    ({"methods": ("magic",)}, "deletion_test knows occlusion, saliency, .*; got 'magic'"),
    ({"fractions": [0, .5, .5]}, "fractions go up"),
    ({"fractions": [0, 1.5]}, "fractions go up, from 0 to at most 1"),
    ({"fractions": [-.1, 1]}, "fractions go up"),
    ({"x": np.zeros((1, 6, 5)), "y": [7]}, "two images or more"),
    ({"y": [7]}, "got 2 images and 1 labels"),
    ({"methods": {"mine": lambda n, i, k: i}}, r"'mine' should have .* \(6, 5\); got \(6, 5, 1\)"),
])
def test_a_test_that_says_nothing_is_refused(one_pixel, change, words):
    network, x, y = one_pixel
    with pytest.raises(ValueError, match=words):
        explanations.deletion_test(network, **{"x": x, "y": y, **change})


def test_sanity_check_sees_which_map_depends_on_the_weights(small):
    x = np.random.default_rng(5).uniform(size=(3, 13, 10))
    found = explanations.sanity_check(small, x, [0, 1, 2], {
        "image": explanations.ink_map, "saliency": explanations.saliency_map,
        "flat": lambda network, image, label: np.ones((13, 10))})
    assert found.layers == ("dense_1", "conv2d_2", "conv2d_1") and found.n == 3
    assert found.agreements["image"][0] == pytest.approx([1, 1, 1])
    assert found.with_ink["image"] == pytest.approx((1, 0))
    assert (found.agreements["saliency"][0] < .9).all()
    assert found.agreements["flat"][0].tolist() == [0, 0, 0] and found.with_ink["flat"][0] == 0
    lines = repr(found).splitlines()
    assert "3 images" in lines[0] and len(lines) == 6 and "conv2d_1" in lines[2]


# --- what the chapter says of a trained network ------------------------------------------------


@pytest.fixture(scope="module")
def verdicts():
    network, split = networks.trained("global-pool CNN"), networks.digits()
    return (explanations.deletion_test(network, split.x_test[:40], split.y_test[:40]),
            explanations.sanity_check(network, split.x_test[:12], split.y_test[:12], seeds=1))


def test_occlusion_beats_the_brightest_pixels_and_grad_cam_does_not(verdicts):
    """Areas over 40 digits: .12, .29, .33, .42, .92; differences to the brightest ± .03 to .04."""
    found = verdicts[0]
    area = {name: mean for name, (mean, _) in found.areas.items()}
    assert found.against_brightest["occlusion"][0] < -.08
    assert abs(found.against_brightest["saliency"][0]) < .15
    assert found.against_brightest["Grad-CAM"][0] > 0
    assert area["random pixels"] > area["brightest pixels"] + .4
    assert all(mean[0] > .85 for mean, _ in found.curves.values())      # nothing removed yet


def test_saliency_changes_least_when_the_network_forgets(verdicts):
    """Agreement over 12 digits: scores shuffled .81, −.31, .24, each ± .02 to .09."""
    found = verdicts[1]
    first = {name: mean[0] for name, (mean, _) in found.agreements.items()}
    assert first["saliency"] > .6 and first["occlusion"] < .2 and first["Grad-CAM"] < .6
    last = {name: mean[-1] for name, (mean, _) in found.agreements.items()}
    assert .25 < last["saliency"] < .65     # a network without any learning gets half the order
    assert found.layers == ("dense_1", "conv2d_3", "conv2d_2", "conv2d_1")
