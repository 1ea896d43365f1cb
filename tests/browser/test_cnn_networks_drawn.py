"""What the browser draws for W3.3 and W3.5, read back and compared with the result.

Networks are untrained: nothing here depends on what a network has learned.
"""

import base64
import copy

import numpy as np
import pytest

from helpers.cnn import widgets
from tests.browser.mounting import number
from tests.cnn.untrained import stand_ins


@pytest.fixture(autouse=True)
def untrained(monkeypatch):
    yield from stand_ins(monkeypatch)


# ---- W3.3


def pad_of(view):
    area = view.root.locator("[data-control=digit]")
    area.scroll_into_view_if_needed()
    return area, area.bounding_box()


def digit_place(view):
    """How far the digit's picture lies from the middle, in pixels of the image."""
    box = pad_of(view)[1]
    image = view.root.locator(".cw-stage svg image").bounding_box()
    pixel = box["width"] / 28
    return ((image["x"] - box["x"]) / pixel - 6, (image["y"] - box["y"]) / pixel - 6)


def test_the_digit_follows_the_pointer_and_stays_on_the_image(mount):
    view = mount(widgets.equivariance_meter(dx=0, dy=0))
    _, box = pad_of(view)
    pixel = box["width"] / 28
    x, y = box["x"] + 14 * pixel, box["y"] + 14 * pixel
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x + 3 * pixel, y - 2 * pixel)
    assert (view.sent[-1]["dx"], view.sent[-1]["dy"]) == (3, -2)
    assert digit_place(view) == pytest.approx((3, -2), abs=0.1)  # before Python has answered
    count = len(view.sent)
    view.page.mouse.move(x + 3.2 * pixel, y - 2.1 * pixel)
    assert len(view.sent) == count  # the same pixel: nothing to ask
    view.page.mouse.move(x + 13 * pixel, y + 12 * pixel)
    assert (view.sent[-1]["dx"], view.sent[-1]["dy"]) == (6, 6)
    view.page.mouse.up()
    view.page.mouse.move(x, y)
    assert (view.sent[-1]["dx"], view.sent[-1]["dy"]) == (6, 6)  # let go


def test_arrow_keys_move_the_digit_and_home_brings_it_back(mount):
    view = mount(widgets.equivariance_meter(dx=5, dy=0))
    area, _ = pad_of(view)
    area.focus()
    for key, place in (("ArrowRight", (6, 0)), ("ArrowDown", (6, 1)), ("ArrowLeft", (5, 1)),
                       ("ArrowUp", (5, 0)), ("Home", (0, 0))):
        view.page.keyboard.press(key)
        assert (view.sent[-1]["dx"], view.sent[-1]["dy"]) == place
    view.root.get_by_label("to the right").press("ArrowRight")
    assert view.press(view.labels["home"])["dx"] == 0


def test_the_digit_is_neither_mirrored_nor_turned(mount):
    view = mount(widgets.equivariance_meter())
    result = view.widget.result
    shades = np.frombuffer(base64.b64decode(result["digit"]["bytes"]), np.uint8).reshape(16, 16)
    ink = view.pixels(".cw-stage svg image")[:, :, 3]
    assert ink.shape == (16, 16)
    assert np.corrcoef(ink.ravel(), shades.ravel())[0, 1] > 0.99


def lit(result, at, row, column):
    """The result as if one network were sure at one place only."""
    result = copy.deepcopy(result)
    for network in result["networks"]:
        network["map"] = np.zeros((13, 13)).tolist()
    result["networks"][at]["map"][row][column] = 1.0
    return result


def test_probabilities_stand_at_the_place_of_the_digit(mount):
    view = mount(widgets.equivariance_meter(dx=-4, dy=5))
    at, row, column = 1, 5 + 6, -4 + 6
    view.show(lit(view.widget.result, at, row, column))
    cells = view.root.locator(".cw-stage svg rect[style*='fill-opacity:1.000']")
    assert cells.count() == 1
    marks = view.root.locator("[data-here]")
    assert marks.count() == 3
    cell, mark = cells.bounding_box(), marks.nth(at).bounding_box()
    for low, size in (("x", "width"), ("y", "height")):
        assert cell[low] + cell[size] / 2 == pytest.approx(mark[low] + mark[size] / 2, abs=1)
    assert cells.locator("title").text_content() == "−4, 5: 100 %"


def asked_twice_for_a_new_digit(view):
    """A quick answer first, with something pending; then, unasked, the patient one."""
    view.root.locator("input[name=digit]").press("ArrowRight")
    assert len(view.sent) == 1 and view.sent[-1]["patient"] is False
    assert view.answer()["pending"]
    view.page.wait_for_function("() => window.sent.length === 2")
    assert view.sent[-1]["patient"] is True and view.sent[-1]["digit"] == view.sent[0]["digit"]
    assert not view.answer()["pending"]


def test_maps_of_a_new_digit_are_asked_for_after_the_first_answer(mount):
    view = mount(widgets.equivariance_meter())
    asked_twice_for_a_new_digit(view)
    view.root.locator("input[name=dx]").press("ArrowLeft")
    assert not view.answer()["pending"]
    view.page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")
    assert len(view.sent) == 3


def test_meters_are_as_long_as_the_gaps_and_stand_below_their_network(mount):
    view = mount(widgets.equivariance_meter(dx=3, dy=1))
    result = copy.deepcopy(view.widget.result)
    result["networks"][1]["layers"] = [["convolution 1", 0.0], ["max pooling 1", 0.5],
                                       ["convolution 2", 1.0], ["scores", None]]
    result["networks"][1] |= {"right": True, "guess": 8, "share": 0.876}
    result["networks"][2] |= {"right": False, "guess": 2, "share": 0.5}
    view.show(result)
    left = view.text("article's CNN")
    bars = {name: view.root.locator(f'[data-gap="{name}"]') for name in ("max pooling 1",
                                                                        "convolution 2")}
    long = {name: float(bar.first.get_attribute("width")) for name, bar in bars.items()}
    assert long["convolution 2"] == pytest.approx(2 * long["max pooling 1"], abs=0.2)
    said = [t for t in view.shapes(tag="text") if t["text"] in ("0.00", "0.50", "1.00", "–")
            and abs(t["x"] - left["x"]) < 190]
    assert {t["text"] for t in said} >= {"0.00", "0.50", "1.00", "–"}
    right = view.text("✓ reads 8, 88 %")
    assert right["fill"] == "param" and abs(right["x"] - left["x"]) < 80
    assert view.text("✗ reads 2, 50 %")["fill"] == "plum"


# ---- W3.5


def packed(values):
    values = np.asarray(values, np.uint8)
    return {"shape": list(values.shape), "bytes": base64.b64encode(values.tobytes()).decode()}


@pytest.fixture
def look(mount):
    """W3.5 with maps that are empty, and a function (changes) -> the pixels that differ."""
    view = mount(widgets.inside(network="article's CNN", map=0))
    nothing = copy.deepcopy(view.widget.result)
    nothing["stage"]["values"] = packed(np.zeros((32, 26, 26)))
    nothing["kernels"] = packed(np.full((1, 3, 3), 128))
    for heat in nothing["heats"]:
        heat |= {"values": packed(np.zeros((28, 28))), "signed": False, "agrees": 0.0, "ink": 0.0}
    view.show(nothing)
    before = view.pixels()

    def changed(edit):
        result = copy.deepcopy(nothing)
        edit(result)
        view.show(result)
        return np.abs(view.pixels() - before).sum(axis=2) > 40

    changed.view = view
    return changed


def middle(where):
    assert where.sum() > 5
    return np.argwhere(where).mean(axis=0)[::-1]


def light(map_):
    values = np.zeros((32, 26, 26))
    values[map_] = 255
    return lambda result: result["stage"].update(values=packed(values))


@pytest.mark.parametrize("map_", [1, 12, 31])
def test_a_click_on_a_map_chooses_that_map(map_, look):
    x, y = middle(look(light(map_)))
    canvas = look.view.root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": x, "y": y})
    assert look.view.sent[-1]["map"] == map_


def test_the_chosen_map_is_shown_in_large_and_not_mirrored(look):
    values = np.zeros((32, 26, 26))
    values[0, :8, :8] = 255
    corner = look(lambda result: result["stage"].update(values=packed(values)))
    whole = look(light(0))
    # twice: small among the others, and large; the large one has by far the most pixels
    assert corner.sum() > 1500 and (middle(corner) < middle(whole)).all()
    assert corner.sum() == pytest.approx(whole.sum() * (8 / 26) ** 2, rel=0.1)


def test_kernels_are_green_where_positive_and_purple_where_negative(look):
    def weights(value):
        kernel = np.full((1, 3, 3), 128)
        kernel[0, 0, 2] = value
        return lambda result: result.update(kernels=packed(kernel))

    for value, is_green in ((255, True), (1, False)):
        where = look(weights(value))
        red, green, blue, _ = look.view.pixels()[where].mean(axis=0)
        assert (green > max(red, blue)) == is_green
    whole = look(lambda result: result.update(kernels=packed(np.full((1, 3, 3), 255))))
    (x, y), (mx, my) = middle(where), middle(whole)
    assert x > mx + 10 and y < my - 10  # row 0, column 2: top right


@pytest.mark.parametrize("key", ["agrees", "ink"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_agreement_goes_to_the_right_and_disagreement_to_the_left(key, at, look):
    def agreement(value):
        return lambda result: result["heats"][at].update({key: value})

    right, far, left = (look(agreement(value)) for value in (0.4, 0.8, -0.4))
    first = [np.nonzero(where.any(axis=0))[0].min() for where in (right, far, left)]
    assert first[0] == first[1] and first[2] < first[0] - 10
    assert far.sum() > right.sum() + 50  # the number beside the bar changes too


def test_an_explanation_lies_where_its_pixel_lies(look):
    values = np.zeros((28, 28))
    values[2:6, 20:24] = 255

    def hot(at, values):
        return lambda result: result["heats"][at].update(values=packed(values))

    for at in range(3):
        here = middle(look(hot(at, values)))
        whole = middle(look(hot(at, np.full((28, 28), 255))))
        # a picture of 124 pixels: 8 cells right of the middle and 10 above
        scale = look.view.pixels().shape[1] / 880
        np.testing.assert_allclose((here - whole) / scale, np.array([8, -10]) * 124 / 28, atol=6)


def test_where_covering_raises_the_probability_is_pink_and_the_legend_says_so(look):
    def covered(value):
        changes = {"values": packed(np.full((28, 28), value)), "signed": True}
        return lambda result: result["heats"][0].update(changes)

    for value, is_pink in ((1, True), (255, False)):  # −1: the probability rises; +1: it falls
        where = look(covered(value))
        red, green, blue, _ = look.view.pixels()[where].mean(axis=0)
        assert (red > blue > green) == is_pink
    name, _, legend = look.view.labels["methods"]["occlusion"]
    assert name == "occlusion" and legend.startswith("pink: covering raises P(")


def test_occlusion_of_a_new_digit_is_asked_for_after_the_first_answer(mount):
    view = mount(widgets.inside())
    asked_twice_for_a_new_digit(view)
    view.root.locator("input[name=layer]").press("ArrowRight")
    assert not view.answer()["pending"]


def test_sliders_have_the_range_of_the_network(look):
    view = look.view
    view.root.locator("select[name=network]").select_option("global-pool CNN")
    result = view.answer()
    for name, words in (("layer", result["layers"]), ("shuffle", result["shuffles"])):
        slider = view.root.locator(f"input[name={name}]")
        assert int(slider.get_attribute("max")) == len(words) - 1
        slider.press("End")
        view.answer()
        assert view.sent[-1][name] == len(words) - 1
        assert slider.get_attribute("aria-valuetext") == words[-1]
    view.root.locator("select[name=network]").select_option("MLP")
    result = view.answer()
    assert result["stage"] is None and view.root.locator("input[name=layer]").input_value() == "0"


def test_what_is_read_is_said_below_the_digit(look):
    view = look.view
    said = view.widget.result["summary"].split("reads ")[1]
    assert number(said[0]) == view.widget.result["guess"]
    assert view.root.locator("canvas").get_attribute("aria-label") == view.widget.result["summary"]
