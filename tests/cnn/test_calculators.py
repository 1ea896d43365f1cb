"""W3.2 and W3.4 without a browser: what is counted, compared and refused."""

import itertools
import json

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import cost_calculator, pool_or_not
from helpers.cnn.accounting import trace
from helpers.cnn.cost_calculator import CostCalculator
from helpers.cnn.pool_or_not import PLACES, PoolOrNot
from helpers.cnn.stacks import PRESETS, conv, dense
from helpers.kit.widget import plain
from tests.cnn.widget_answers import answer

# ---- W3.2


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_what_it_is_called_and_gets_through(name):
    result = CostCalculator(preset=name).result
    assert result["illegal"] is None and result["state"]["preset"] == name
    assert len(result["rows"]) == len(result["titles"]) == len(PRESETS[name][0]())
    assert sum(row["parameters"] for row in result["rows"]) == result["parameters"]
    changed = [*PRESETS[name][0]()[:-1], dense(3)]
    assert answer(CostCalculator, **{**result["presets"][name], "stack": changed})["state"][
        "preset"] == ""


def test_presets_of_the_widget_are_the_networks_that_the_chapter_trains():
    from helpers.cnn.networks import NETWORKS

    for preset, name in (("article", "article's CNN"), ("global", "global-pool CNN"),
                         ("mlp", "MLP")):
        make, side, channels = PRESETS[preset]
        theirs = trace(NETWORKS[name](), (side, side, channels))
        ours = trace(make(), (side, side, channels))
        assert [(r.shape, r.parameters, r.field) for r in ours] == [
            (r.shape, r.parameters, r.field) for r in theirs if r.kind != "ReLU"], name


def test_the_calculator_says_where_and_why_an_image_is_too_small():
    result = answer(CostCalculator, side=8)
    assert result["illegal"]["at"] == 3 and result["illegal"]["smallest"] == 10
    assert "Layer 4, MaxPooling2D(2×2)" in result["summary"]
    assert "10×10" in result["summary"] and len(result["rows"]) == 3
    assert answer(CostCalculator, side=10)["illegal"] is None
    never = answer(CostCalculator, stack=[conv(4), dense(3)])
    assert never["illegal"]["smallest"] is None and "No image gets through" in never["summary"]


def test_boxes_grow_from_layer_to_layer_around_one_place():
    result = answer(CostCalculator, chosen=3)
    boxes = result["boxes"]
    assert [box[2] for box in boxes] == [3, 4, 8, 10]
    for top, left, high, wide in boxes:  # within half a jump of the middle, 2 pixels at most
        assert abs(top + high / 2 - 14) <= 2 and abs(left + wide / 2 - 14) <= 2
    last = answer(CostCalculator, chosen=6)["boxes"]
    assert last[4] == boxes[3] and last[6] == (0, 0, 26, 26)


def test_the_state_brings_the_settings_of_the_chosen_layer():
    state = answer(CostCalculator, chosen=2)["state"]
    assert (state["kind"], state["filters"], state["kernel"]) == ("Conv2D", 64, 3)
    assert answer(CostCalculator, chosen=99)["state"]["chosen"] == 6


@pytest.mark.parametrize("stack", [
    None, [], "x", [None], [{}], [{"kind": "LSTM", "filters": "many", "kernel": -3}],
    [{"kind": "Dense", "groups": None}], [conv(32)] * 40, [{**conv(6), "pairs": 1e9}],
])
def test_any_stack_from_a_browser_is_answered(stack):
    result = answer(CostCalculator, stack=stack)
    json.dumps(plain(result), allow_nan=False)
    assert 1 <= len(result["titles"]) <= cost_calculator.MOST_LAYERS


def test_special_wiring_counts_and_is_named():
    lenet = CostCalculator(preset="lenet5").result
    assert lenet["parameters"] == 60_000 and "60 pairs" in lenet["titles"][2]
    alex = CostCalculator(preset="alexnet").result
    assert alex["words"]["parameters"] == "60\u202f965\u202f224" and "2 groups" in alex["titles"][2]


def test_a_network_of_ones_own_can_be_brought():
    network = nn.Sequential([nn.Conv2D(3, 3, activation="relu"), nn.ReLU(), nn.MaxPooling2D(3, 2),
                             nn.Flatten(), nn.Dense(4)])
    network.build((28, 28, 1))
    result = CostCalculator(layers=network).result
    assert result["titles"] == ["Conv2D(3, 3×3)", "MaxPooling2D(3×3, stride 2)", "Flatten",
                                "Dense(4)"]
    assert result["parameters"] == sum(p.size for p in network.params.values())


@pytest.mark.parametrize(("arguments", "words"), [
    ({"preset": "resnet"}, "no stack called 'resnet'"),
    ({"layers": [nn.Conv2D(2, (3, 5))]}, "square windows"),
    ({"layers": [nn.Conv2D(2, 3)] * 15}, "1 to 14 layers; these are 15"),
    ({"layers": []}, "these are 0"),
    ({"layers": ["conv"]}, "no kind of layer"),
])
def test_what_the_calculator_cannot_take_is_refused_with_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        CostCalculator(**arguments)


def test_the_image_is_as_coarse_as_it_would_arrive():
    for side in (4, 28, 256):
        image = answer(CostCalculator, side=side)["image"]
        assert image.dtype == np.uint8 and image.shape == (min(side, 96),) * 2


def test_the_calculators_twin_has_its_numbers():
    result = answer(CostCalculator)
    table, image = CostCalculator.picture(result).get_axes()
    said = [text.get_text() for text in table.texts]
    for word in ("Conv2D(64, 3×3)", "11×11×64", "18 496", "2 230 272", "121 930"):
        assert word in said
    assert [patch.get_width() for patch in image.patches] == [3, 4, 8]


# ---- W3.4


def test_no_pools_make_the_article_nearly_twenty_times_as_large():
    result = answer(PoolOrNot, first="none", second="none")
    assert result["article"]["totals"]["parameters"] == 121_930
    assert result["yours"]["totals"]["parameters"] == 2_378_826
    assert result["factors"]["parameters"] == "19.5" and result["yours"]["flat"] == "36\u202f864"
    assert result["yours"]["field"] == "5×5" and result["article"]["field"] == "10×10"


def test_the_first_state_is_the_article_itself():
    result = answer(PoolOrNot)
    assert result["yours"] == result["article"] and "the article's network" in result["summary"]


@pytest.mark.parametrize("side", [10, 13, 28, 64])
@pytest.mark.parametrize(("first", "second"), list(itertools.product(PLACES, PLACES)))
def test_no_choice_changes_the_parameters_of_a_convolution(first, second, side):
    result = answer(PoolOrNot, first=first, second=second, side=side)["yours"]
    own = [part["parameters"] for part in result["parts"] if part["kind"] == "Conv2D"]
    assert own == [320, 18_496]
    assert not any(part["parameters"] for part in result["parts"] if "Pool" in part["kind"])
    for key, total in result["totals"].items():
        assert sum(part[key] for part in result["parts"]) == total


def test_a_stride_costs_less_work_than_a_pool_and_sees_less():
    pools = answer(PoolOrNot)["yours"]
    strides = answer(PoolOrNot, first="stride", second="stride")["yours"]
    assert (strides["totals"]["macs"], pools["totals"]["macs"]) == (860_320, 2_528_000)
    assert (strides["field"], pools["field"]) == ("7×7", "10×10")


def test_with_global_pooling_the_side_does_not_matter_for_the_parameters():
    counts = {answer(PoolOrNot, end="global", side=side)["yours"]["totals"]["parameters"]
              for side in (10, 28, 64)}
    assert counts == {320 + 18_496 + 64 * 64 + 64 + 650}


def test_a_variant_is_the_network_that_is_trained_with_these_layers():
    network = nn.Sequential([nn.Conv2D(32, 3, strides=2, activation="relu"),
                             nn.Conv2D(64, 3, activation="relu"), nn.GlobalMaxPooling2D(),
                             nn.Dense(64, activation="relu"), nn.Dense(10)])
    network.build((28, 28, 1))
    rows = trace(pool_or_not.variant("stride", "none", "global"), (28, 28, 1))
    assert rows.parameters == sum(p.size for p in network.params.values())


def test_the_twin_has_bars_to_scale():
    result = answer(PoolOrNot, first="none", second="none")
    for ax, key in zip(PoolOrNot.picture(result).get_axes(), ("parameters", "macs", "values"),
                       strict=True):
        bars = [(bar.get_y(), bar.get_width()) for bar in ax.patches]
        upper = sum(width for y, width in bars if y > 0.5)
        lower = sum(width for y, width in bars if y < 0.5)
        assert (upper, lower) == (result["article"]["totals"][key], result["yours"]["totals"][key])
