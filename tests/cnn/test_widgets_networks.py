"""W3.3, W3.5 and W3.6 without a browser: what they compute, against the networks themselves.

Networks are untrained here, for nothing that is tested needs a trained one, but for the last test.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from helpers import nn
from helpers.cnn import (
    draw_digit,
    equivariance_meter,
    explanations,
    inside,
    looking,
    networks,
    sheet,
    widgets,
)
from helpers.kit import data
from tests.cnn import hand


@pytest.fixture(autouse=True)
def untrained(monkeypatch):
    """Networks that are there at once; what widgets remember of others is forgotten."""
    made = {}

    def give(name, train="roaming", seed=0):
        key = name, train
        if key not in made:
            made[key] = networks.NETWORKS[name](seed + 7 * (train == "centred"))
        return made[key]

    monkeypatch.setattr(networks, "trained", give)
    caches = (inside.explained, inside.shuffled)
    monkeypatch.setattr(inside, "KNOWN", set())
    monkeypatch.setattr(equivariance_meter, "KNOWN", {})
    for cache in caches:
        cache.cache_clear()
    yield give
    for cache in caches:
        cache.cache_clear()


def answer(widget, **changes):
    return widget.compute({**widget.initial, **changes})


def draw(strokes=(), **changes):
    told = [np.asarray(stroke).tolist() for stroke in strokes]
    return answer(draw_digit.DrawDigit, strokes=told, invited=False, **changes)


# ---- the journey through a network


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_journey_shows_what_the_layers_put_out(name, untrained):
    network = untrained(name)
    image, _ = looking.digit("roaming", 5)
    stages, chances = looking.journey(network, image)
    outputs = network.activations(image.reshape(1, 28, 28, 1))
    *inner, scores = outputs.values()
    np.testing.assert_allclose(chances, nn.softmax(scores)[0], rtol=1e-6)
    seen = [out[0] for key, out in zip(outputs, inner, strict=False) if "flatten" not in key]
    assert len(stages) == len(seen)
    for stage, out in zip(stages, seen, strict=True):
        maps = np.moveaxis(out, -1, 0) if out.ndim == 3 else out.reshape(-1, 1, 1)
        decoded = np.array(stage["values"], float)
        decoded = (decoded - 128) / 127 if stage["signed"] else decoded / 255
        # eight bits: half a step is 1/510 of the largest, or 1/254 where there are two signs
        np.testing.assert_allclose(decoded * stage["largest"], maps,
                                   atol=stage["largest"] * (1 / 254 if stage["signed"] else 1 / 510)
                                   + 1e-6)


def test_numbers_without_sense_are_drawn_as_nothing():
    shades, signed, largest = looking.shaded(np.array([[np.nan, np.inf, -2.0, 1.0]]))
    assert shades.tolist() == [[128, 128, 1, 192]] and signed and largest == 2.0
    shades, signed, largest = looking.shaded(np.zeros((2, 2)))
    assert not shades.any() and not signed and largest == 0


def own_network():
    network = nn.Sequential([nn.Conv2D(3, 5, strides=2, activation="relu"), nn.Flatten(),
                             nn.Dropout(0.3), nn.Dense(10)], seed=3)
    network.build((28, 28, 1))
    return network


@pytest.mark.parametrize("constructor", [widgets.draw_digit, widgets.inside,
                                         widgets.equivariance_meter])
def test_a_network_of_ones_own_is_looked_into_and_left_as_it_is(constructor):
    network = own_network()
    before = network.get_weights()
    widget = constructor(network=network)
    name = widget.state["network"]
    assert widget.texts["labels"]["networks"][name] == "your own network"
    assert "our own network" in widget.result["summary"]
    copy = looking.network_of(name, "roaming")
    assert copy is not network
    np.testing.assert_array_equal(copy.get_weights()[0], before[0])
    for now, then in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    # those of the chapter can still be chosen, and other widgets do not know it
    assert list(widget.texts["labels"]["networks"])[1:] == list(type(widget).labels["networks"])
    assert name not in constructor().texts["labels"]["networks"]


def test_when_the_widget_is_gone_its_network_is_gone_and_an_old_name_does_no_harm():
    assert looking.known_name("own 10000", "roaming") == ("global-pool CNN", "roaming")
    assert looking.known_name(["MLP"], {}) == ("global-pool CNN", "roaming")


def test_a_network_of_the_chapter_is_called_by_its_name():
    assert widgets.draw_digit(network="MLP").state["network"] == "MLP"
    assert widgets.inside(network="global-pool CNN").result["summary"].startswith("Global-pool")


@pytest.mark.parametrize(("network", "says"), [
    ("a word", "article's CNN"),
    (np.zeros(3), "nn.Sequential"),
    (nn.Sequential([nn.Flatten(), nn.Dense(10)]), "no weights yet"),
    (networks.softmax(input_shape=(8, 8, 1)), "28×28"),
    (nn.Sequential([nn.Flatten(), nn.Dense(3)]), "digits 0 … 9"),
])
def test_a_network_that_cannot_be_looked_into_is_refused_with_a_sentence(network, says):
    if says.startswith("digits"):
        network.build((28, 28, 1))
    with pytest.raises(ValueError, match=says):
        widgets.draw_digit(network=network)


# ---- W3.6


def test_draw_digit_answers_with_what_the_network_says_of_what_it_reads(untrained):
    result = draw(hand.drawn(3), network="MLP", train="centred")
    page = result["field"].astype(np.float32) / 255
    exact = sheet.field(hand.drawn(3), None, 2.5, True)
    np.testing.assert_allclose(page, exact, atol=1 / 510)
    expected = nn.softmax(untrained("MLP", "centred").predict(exact.reshape(1, 28, 28, 1)))[0]
    np.testing.assert_allclose(result["probabilities"], expected, rtol=1e-4)
    assert result["guess"] == expected.argmax() and sum(result["probabilities"]) == pytest.approx(1)
    assert result["summary"].startswith("MLP, trained on digits that stand still: ")
    assert f"{result['guess']} with {result['shares'][result['guess']]}" in result["summary"]


def test_draw_digit_speaks_as_surely_as_the_network_is(monkeypatch):
    for chance, words in ((0.9, "I see"), (0.6, "Perhaps"), (0.3, "cannot tell")):
        chances = np.full(10, (1 - chance) / 9)
        chances[4] = chance
        monkeypatch.setattr(looking, "journey", lambda *_, chances=chances: ([], chances))
        result = draw(hand.drawn(4))
        assert words in result["says"] and result["guess"] == 4 and f"{chance:.0%}"[:2] in result[
            "sure"]


@pytest.mark.parametrize(("chance", "words"), [(0.0, "< 0.1 %"), (1.0, "> 99.9 %"),
                                               (0.12345, "12 %"), (0.0996, "10 %"),
                                               (0.99999, "> 99.9 %"), (0.998, "99.8 %"),
                                               (0.9994, "99.9 %"), (0.9951, "99.5 %"),
                                               (0.994, "99 %"), (0.0123, "1.2 %"),
                                               (float("nan"), "–")])
def test_draw_digit_writes_shares_so_that_almost_is_not_all(chance, words):
    assert draw_digit._percent(chance) == words


def test_draw_digit_says_that_an_empty_pad_gets_an_answer_too():
    result = draw()
    assert result["empty"] and not result["field"].any()
    assert "empty" in result["summary"] and "Nothing" in result["says"]
    assert "None of the ten answers" in result["summary"]
    assert sum(result["probabilities"]) == pytest.approx(1)


def test_draw_digit_shows_a_test_digit_and_says_what_it_is():
    split = networks.digits("roaming")
    result = draw(example=361, fit=False)  # after the last comes the first
    shown = result["ground"].astype(float) / 255
    np.testing.assert_allclose(shown, split.x_test[1, :, :, 0], atol=1 / 510)
    verdict = "right" if result["guess"] == split.y_test[1] else "wrong"
    assert f"a {split.y_test[1]}, so the answer is {verdict}" in result["summary"]
    assert result["truth"] == f"it is a {split.y_test[1]}"


def packed(grey, kind="PNG"):
    """A picture as a browser sends it."""
    file = io.BytesIO()
    Image.fromarray(np.round(255 * grey).astype(np.uint8)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode("ascii")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_draw_digit_reads_a_picture_once_and_keeps_its_ink(kind):
    grey, _ = hand.photographed()
    first = draw(file=packed(grey, kind))
    kept = first["state"]
    assert kept["file"] == "" and not first["problem"] and not first["empty"]
    again = draw(photo=kept["photo"])
    np.testing.assert_array_equal(again["field"], first["field"])
    np.testing.assert_array_equal(again["ground"], first["ground"])
    assert again["state"]["photo"] == kept["photo"]
    page = draw(photo=kept["photo"], fit=False)["field"] / 255
    assert hand.middle_of(page) == pytest.approx((90.5 / 160 * 28 - 0.5, 13.5), abs=0.6)
    more = draw([[(2, 2), (2, 26)]], photo=kept["photo"], fit=False)["field"]
    assert more[:, :4].sum() > 10 * page[:, :4].sum() + 1  # strokes go on top


@pytest.mark.parametrize("file", [base64.b64encode(b"no picture at all").decode(), "%%%", "a"])
def test_draw_digit_says_what_is_wrong_with_a_file(file):
    result = draw(file=file)
    assert result["problem"] and result["summary"] == result["problem"]
    assert result["state"]["file"] == "" and result["ground"] is None


def test_draw_digit_refuses_pictures_that_are_too_large_or_empty():
    assert "7 MB" in draw(file="too large")["problem"]
    assert "same brightness" in draw(file=packed(np.full((40, 40), 0.8)))["problem"]


@pytest.mark.parametrize("photo", ["x", "AAAA", None, 7])
def test_draw_digit_takes_a_photo_that_it_never_sent_for_none(photo):
    assert draw(photo=photo)["ground"] is None


def test_draw_digit_forgets_the_beginning_of_a_drawing_without_end():
    strokes = [np.full((1500, 2), float(k)) for k in range(1, 5)]
    kept = draw_digit._newest(strokes)
    assert sum(map(len, kept)) == draw_digit.MOST_POINTS
    assert [stroke[0, 0] for stroke in kept] == [2.0, 3.0, 4.0]
    assert draw_digit._newest(strokes[:1]) == strokes[:1]


# ---- W3.3


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


# ---- W3.5


def look(**changes):
    return answer(inside.Inside, **changes)


def test_inside_shows_the_kernels_of_the_chosen_map(untrained):
    network = untrained("article's CNN")
    for layer, number, below in ((0, 0, 1), (2, 1, 32)):
        result = look(network="article's CNN", layer=layer, map=5)
        W = [la.params["W"] for la in network.layers if isinstance(la, nn.Conv2D)][number]
        assert result["kernels"].shape == (below, 3, 3)
        shown = (result["kernels"].astype(float) - 128) / 127 * result["largest"]
        np.testing.assert_allclose(shown, np.moveaxis(W[..., 5], -1, 0),
                                   atol=result["largest"] / 254 + 1e-6)
    assert look(network="article's CNN", layer=1)["kernels"] is None  # a pool has none


def test_inside_shows_the_maps_of_the_chosen_layer(untrained):
    result = look(network="article's CNN", layer=3, map=63, digit=8)
    image, _ = looking.digit("roaming", 8)
    out = untrained("article's CNN").activations(image.reshape(1, 28, 28, 1))["maxpooling2d_2"][0]
    assert result["layers"][result["state"]["layer"]] == "max pooling 2"
    np.testing.assert_allclose(result["stage"]["values"] / 255 * out.max(),
                               np.moveaxis(out, -1, 0), atol=out.max() / 510 + 1e-6)


def test_inside_keeps_layer_and_map_within_what_the_network_has():
    result = look(network="global-pool CNN", layer=99, map=99)
    assert result["state"]["layer"] == 4 and result["state"]["map"] == 63
    result = look(network="MLP", layer=3, map=7)
    assert result["stage"] is None and result["layers"] == [""]
    assert [heat["values"] is None for heat in result["heats"]] == [False, False, True]


@pytest.mark.parametrize("depth", [0, 1, 4])
def test_inside_explanations_are_those_of_the_network_as_far_as_it_was_shuffled(depth, untrained):
    result = look(network="article's CNN", shuffle=depth, digit=3)
    image, label = looking.digit("roaming", 3)
    network = untrained("article's CNN")
    cascade = ["dense_2", "dense_1", "conv2d_2", "conv2d_1"]
    other = explanations.randomised(network, 0, cascade[depth - 1]) if depth else network
    words = ["scores", "dense layer 1", "convolution 2", "convolution 1"]
    deeper = [f"down to {word}" for word in words[1:]]
    assert result["shuffles"] == ["nothing", "scores", *deeper]
    maps = {"occlusion": lambda n: explanations.occlusion_map(n, image, label, 5, 3),
            "saliency": lambda n: explanations.saliency_map(n, image, label),
            "Grad-CAM": lambda n: explanations.grad_cam_map(n, image, label)}
    for heat in result["heats"]:
        values = maps[heat["name"]](other)
        if heat["signed"]:
            drawn = (heat["values"].astype(float) - 128) / 127
        else:
            drawn = heat["values"].astype(float) / 255
        largest = np.abs(values).max()
        np.testing.assert_allclose(drawn * largest, values, atol=largest / 250 + 1e-9)
        expected = explanations.agreement(values, maps[heat["name"]](network))
        assert heat["agrees"] == pytest.approx(expected, abs=1e-6)
        assert heat["ink"] == pytest.approx(explanations.agreement(values, image), abs=1e-6)
        if not depth:
            assert heat["agrees"] == pytest.approx(1)
    chances = looking.probabilities(other, image[None])[0]
    assert result["guess"] == chances.argmax() and result["share"] == pytest.approx(chances.max())


def test_inside_answers_at_once_and_leaves_occlusion_for_a_second_answer():
    first = look(digit=20, shuffle=1, patient=False)
    assert first["pending"] and first["heats"][0]["values"] is None
    assert all(heat["values"] is not None for heat in first["heats"][1:])
    assert "occlusion" not in first["summary"]
    second = look(digit=20, shuffle=1)
    assert not second["pending"] and "occlusion" in second["summary"]
    third = look(digit=20, shuffle=1, layer=2, patient=False)  # now it is known
    assert not third["pending"]
    np.testing.assert_array_equal(third["heats"][0]["values"], second["heats"][0]["values"])
    assert look(digit=21, shuffle=1, patient=False)["pending"]


# ---- the pictures that stand for them where no kernel runs


def axes_of(widget, result):
    return [ax for ax in widget.picture(result).get_axes() if ax.get_visible()]


def test_picture_of_the_pad_shows_what_is_read_the_first_maps_and_the_bars():
    result = draw(hand.drawn(6), network="article's CNN")
    read, *maps, bars = axes_of(draw_digit.DrawDigit, result)
    np.testing.assert_array_equal(read.images[0].get_array(), result["field"])
    assert len(maps) == 16
    for ax, shades in zip(maps, result["layers"][0]["values"], strict=False):
        np.testing.assert_array_equal(ax.images[0].get_array(), shades)
    widths = [bar.get_width() for bar in bars.patches]
    np.testing.assert_allclose(widths, result["probabilities"])
    assert bars.patches[0].get_y() < bars.patches[9].get_y()  # counted from the top:
    assert bars.get_ylim()[0] > bars.get_ylim()[1]


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


@pytest.mark.parametrize("name", ["article's CNN", "MLP"])
def test_picture_of_the_inside_shows_the_digit_and_its_explanations(name):
    result = look(network=name, layer=1)
    image, *axes = axes_of(inside.Inside, result)
    np.testing.assert_array_equal(image.images[0].get_array(), result["image"])
    for ax, heat in zip(axes, result["heats"], strict=False):
        if heat["values"] is None:
            assert not ax.images
        else:
            np.testing.assert_array_equal(ax.images[0].get_array(), heat["values"])
    if result["stage"]:
        np.testing.assert_array_equal(axes[3].images[0].get_array(), result["stage"]["values"][0])


# ---- with a trained network


def test_a_trained_network_reads_what_is_drawn_anywhere_and_in_any_size(monkeypatch):
    """Drawn by nobody whose writing it learned from: 9 of 10 were read when this was written."""
    monkeypatch.undo()
    boxes = ((7, 5, 12, 18), (3, 2, 8, 11), (1, 1, 20, 25))
    right = [draw(hand.drawn(digit, *box), fit=True)["guess"] == digit
             for digit in range(10) for box in boxes]
    assert sum(right) >= 21  # of 30
    invitation = answer(draw_digit.DrawDigit)
    assert invitation["guess"] == 3 and invitation["probabilities"][3] > 0.8
