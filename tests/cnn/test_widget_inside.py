"""W3.5 without a browser: kernels, maps and explanations, against those of the networks."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import explanations, inside, looking
from tests.cnn.widget_answers import answer, axes_of

pytestmark = pytest.mark.usefixtures("untrained")    # no test here needs a trained network


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
