"""What W3.3, W3.5 and W3.6 share: the way through a network, the chapter's or one's own."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import looking, networks, widgets

pytestmark = pytest.mark.usefixtures("untrained")    # no test here needs a trained network


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
