"""W3.3 without a browser: gaps of each layer and the map of places, against the networks."""

import numpy as np
import pytest

from helpers.cnn import equivariance_meter, looking
from helpers.kit import data
from tests.cnn.widget_answers import answer, axes_of

pytestmark = pytest.mark.usefixtures("untrained")    # no test here needs a trained network


def meter(**changes):
    return answer(equivariance_meter.EquivarianceMeter, **changes)


def gaps_of(result, name):
    (network,) = (n for n in result["networks"] if n["name"] == name)
    return dict(network["layers"])


@pytest.mark.parametrize("name", ["MLP", "article's CNN", "global-pool CNN"])
def test_meter_stands_at_nothing_for_a_digit_that_was_not_moved(name):
    assert set(gaps_of(meter(dx=0, dy=0), name).values()) == {0.0}


@pytest.mark.parametrize(("dx", "dy", "exact"), [(1, 0, 1), (2, -2, 3), (4, 0, 4), (0, 3, 1),
                                                 (-4, 4, 4)])
def test_meter_of_the_article_s_cnn_is_nothing_as_far_as_strides_divide_the_shift(dx, dy, exact):
    gaps = gaps_of(meter(dx=dx, dy=dy), "article's CNN")
    following = ["convolution 1", "max pooling 1", "convolution 2", "max pooling 2"]
    assert list(gaps) == [*following, "dense layer 1", "scores"]
    for at, layer in enumerate(following):
        # float32 sums in another order: a few units in the last of 7 digits
        assert (gaps[layer] < 1e-5) == (at < exact), layer
    assert gaps["dense layer 1"] > 0.05 and gaps["scores"] > 0.05


def test_meter_shows_the_probability_with_the_digit_at_each_place(untrained):
    result = meter(dx=-5, dy=2, digit=11)
    image, label = looking.digit("centred", 11)
    split = data.roaming(reach=0)
    np.testing.assert_array_equal(image, split.x_test[11])
    assert result["label"] == label == split.y_test[11]
    np.testing.assert_allclose(result["digit"] / 255, image[6:22, 6:22], atol=1 / 510)
    moved = np.zeros((28, 28), np.float32)
    moved[8:24, 1:17] = image[6:22, 6:22]
    for network in result["networks"]:
        chances = looking.probabilities(untrained(network["name"], "centred"), moved[None])[0]
        assert network["guess"] == chances.argmax()
        assert network["share"] == pytest.approx(chances.max(), rel=1e-4)
        assert network["map"][2 + 6][-5 + 6] == pytest.approx(chances[label], rel=1e-4)
        assert network["right"] == (chances.argmax() == label)
        assert 0 <= network["good"] <= 169
    assert "5 left and 2 down" in result["summary"]


def test_meter_answers_at_once_and_leaves_the_maps_for_a_second_answer():
    first = meter(digit=20, patient=False)
    assert first["pending"] and all(n["map"] is None and n["good"] is None
                                    for n in first["networks"])
    assert "places" not in first["summary"]
    second = meter(digit=20)
    assert not second["pending"] and "of 169 places" in second["summary"]
    third = meter(digit=20, dx=-1, patient=False)  # now they are known
    assert not third["pending"]
    for then, now in zip(second["networks"], third["networks"], strict=True):
        np.testing.assert_array_equal(then["map"], now["map"])


def test_picture_of_the_meter_shows_places_and_gaps_of_each_network():
    result = meter(dx=-3, dy=5)
    axes = axes_of(equivariance_meter.EquivarianceMeter, result)
    for ax, below, network in zip(axes[:3], axes[3:], result["networks"], strict=True):
        assert ax.get_title() == network["name"]
        np.testing.assert_array_equal(ax.images[0].get_array(), network["map"])
        (here,) = ax.lines
        assert here.get_xydata().tolist() == [[-3, 5]]
        left, right, low, top = ax.images[0].get_extent()
        assert (left, right, low, top) == (-6.5, 6.5, 6.5, -6.5)  # 5 down is below the middle
        gaps = [bar.get_width() for bar in below.patches]
        np.testing.assert_allclose(gaps, [gap for _, gap in network["layers"]])
