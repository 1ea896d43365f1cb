"""What the browser makes of W3.1, read back: pictures, window, tables, and what pointing sends."""

import copy

import numpy as np
import pytest

from helpers.cnn.filtering import LIGHT, kernel_fields
from helpers.cnn.kernel_bench import KernelBench
from tests.browser.mounting import number

DOT, LEFT, RIGHT, TOP, BENCH = 2, 42, 464, 20, 254  # of kernel_bench.js
# A bare page is white, and plum and blue are the light theme's.
PAPER, PLUM, BLUE = (np.array(c, float) for c in ((255, 255, 255), (162, 55, 124), (0, 114, 178)))


def images(view):
    """The two pictures as pixels, photograph first."""
    return [view.pixels(f".cw-stage svg > image:nth-of-type({at})")[:, :, :3] for at in (1, 2)]


def rgb(code):
    return np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)], float)


def test_the_photograph_is_drawn_from_black_to_white(mount):
    view = mount(KernelBench())
    photo, _ = images(view)
    low, middle, high = map(rgb, LIGHT)
    part = KernelBench.compute(KernelBench.initial)["photo"][..., None] / 255 * 2
    below, above = np.minimum(part, 1), np.maximum(part - 1, 0)
    expected = low + below * (middle - low) + above * (high - middle)
    np.testing.assert_allclose(photo, expected, atol=1)


def test_a_result_with_signs_is_paper_at_zero_plum_below_and_blue_above(mount):
    view = mount(KernelBench())
    result = KernelBench.compute(KernelBench.initial)
    _, out = images(view)
    part = (result["out"].astype(float)[..., None] - 127.5) / 127.5
    strength = np.abs(part) ** 0.8
    expected = PAPER + strength * (np.where(part < 0, PLUM, BLUE) - PAPER)
    np.testing.assert_allclose(out, expected, atol=1)


@pytest.mark.parametrize("state", [
    {}, {"padding": "same", "row": 0, "column": 0, "flip": True},
    {"size": "5", "stride": 2, "row": 30, "column": 60, "padding": "same"},
])
def test_window_and_pixel_are_marked_where_they_are(state, mount):
    view = mount(KernelBench(**state))
    result = view.widget.result
    frames = [s for s in view.shapes(tag="rect", stroke="param") if s["y"] < BENCH]
    window, pixel = sorted(frames, key=lambda s: s["x"])
    half = result["size"] / 2
    assert window["x"] == pytest.approx(LEFT + (result["left"] + half) * DOT, abs=0.01)
    assert window["y"] == pytest.approx(TOP + (result["top"] + half) * DOT, abs=0.01)
    assert window["width"] == pytest.approx(result["size"] * DOT, abs=0.01)
    assert pixel["x"] == pytest.approx(RIGHT + (result["column"] + 0.5) * DOT, abs=0.01)
    assert pixel["y"] == pytest.approx(TOP + (result["row"] + 0.5) * DOT, abs=0.01)


def cells(view, columns):
    """The numbers of the tables: (patch, products), each (K, K), and the sum."""
    texts = [s for s in view.shapes(tag="text") if s["y"] > BENCH and "·" not in s["text"]
             and s["text"].strip("−.0123456789e") == ""]
    total = max(texts, key=lambda s: s["height"])
    texts.remove(total)
    rows = np.array_split(sorted(texts, key=lambda s: s["y"]), columns)
    rows = [sorted(row, key=lambda s: s["x"]) for row in rows]
    grid = np.array([[number(s["text"]) for s in row] for row in rows])
    return grid[:, :columns], grid[:, columns:], number(total["text"])


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("flip", [False, True])
def test_the_tables_hold_the_patch_the_products_and_their_sum(size, flip, mount):
    view = mount(KernelBench(size=str(size), flip=flip, **kernel_fields("emboss", size)))
    result = view.widget.result
    patch, products, total = cells(view, size)
    np.testing.assert_allclose(patch, result["patch"], atol=0.005)  # two decimals
    np.testing.assert_allclose(products, result["products"], atol=0.005)
    assert total == pytest.approx(result["total"], rel=0.005)
    words = view.labels["turned" if flip else "weights"]
    assert view.text(words)["fill"] == "param"


@pytest.mark.parametrize("size", [3, 5])
def test_a_small_product_is_not_written_as_0(size, mount):
    view = mount(KernelBench(size=str(size)))
    result = copy.deepcopy(view.widget.result)
    half = size // 2
    for value, shown in ((0.0048, 0.005), (-0.0048, -0.005), (0.00032, 0.00032), (0.0, 0.0)):
        result["products"][half][half] = value
        view.show(result)
        products = cells(view, size)[1]
        assert products[half, half] == pytest.approx(shown, rel=1e-6)


@pytest.mark.parametrize("size", [3, 5])
def test_the_fields_of_the_kernel_stand_in_its_rows_and_columns(size, mount):
    fields = {f"k{at}": float(at) - 12 for at in range(25)}
    view = mount(KernelBench(size=str(size), **fields))
    board = view.root.locator(".cw-stage svg").bounding_box()
    inputs = view.root.locator("input[type=number]").all()
    assert len(inputs) == size * size
    values = np.array([float(node.input_value()) for node in inputs]).reshape(size, size)
    kernel = np.arange(-12.0, 13).reshape(5, 5)
    np.testing.assert_array_equal(values, kernel if size == 5 else kernel[1:4, 1:4])
    boxes = [node.bounding_box() for node in inputs]
    x, y = (np.array([box[a] - board[a] for box in boxes]).reshape(size, size) for a in "xy")
    assert (np.diff(x, axis=1) > 20).all() and (np.diff(y, axis=0) > 20).all()
    assert np.ptp(x, axis=0).max() < 1 and np.ptp(y, axis=1).max() < 1
    inputs[1].fill("7")
    assert view.sent[-1][f"k{1 if size == 5 else 7}"] == 7
    assert inputs[1].get_attribute("aria-label") == view.labels["weight"].replace(
        "{row}", "0").replace("{column}", "1")


def test_pointing_shows_a_pixel_and_leaving_goes_back_to_the_chosen_one(mount):
    view = mount(KernelBench(row=5, column=6))
    area = view.root.locator("[data-control]")
    box = area.bounding_box()
    unit = box["width"] / view.widget.result["out"]["shape"][1]
    place = {"x": box["x"] + 40.5 * unit, "y": box["y"] + 30.5 * unit}
    view.page.mouse.move(place["x"], place["y"])
    assert (view.sent[-1]["row"], view.sent[-1]["column"]) == (30, 40)
    view.page.mouse.move(box["x"] + 20, box["y"] - 60)
    assert (view.sent[-1]["row"], view.sent[-1]["column"]) == (5, 6)
    view.page.mouse.click(place["x"], place["y"])
    view.page.mouse.move(box["x"] + 20, box["y"] - 60)
    assert (view.sent[-1]["row"], view.sent[-1]["column"]) == (30, 40)
    area.focus()
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("Shift+ArrowLeft")
    assert (view.sent[-1]["row"], view.sent[-1]["column"]) == (31, 30)


@pytest.mark.parametrize("state", [{}, {"stride": 2, "padding": "same", "size": "5"}])
def test_pointing_at_the_photograph_takes_the_window_around_that_pixel(state, mount):
    view = mount(KernelBench(**state))
    box = view.root.locator(".cw-stage svg > rect").first.bounding_box()
    unit = box["width"] / view.widget.result["photo"]["shape"][1]
    view.page.mouse.move(box["x"] + 60.5 * unit, box["y"] + 44.5 * unit)
    result = view.answer()
    half = (result["size"] - 1) / 2
    assert abs(result["top"] + half - 44) <= result["stride"] / 2
    assert abs(result["left"] + half - 60) <= result["stride"] / 2


def test_a_preset_fills_the_kernel_of_the_size_that_is_shown(mount):
    view = mount(KernelBench(size="5"))
    view.press(view.labels["presets"]["laplace"])
    sent = view.sent[-1]
    assert {key: sent[key] for key in sent if key.startswith("k")} == kernel_fields("laplace", 5)
    pressed = view.root.locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == [view.labels["presets"]["laplace"]]
    view.answer()
    view.root.locator("select[name=size]").select_option("3")
    assert view.answer()["size"] == 3 and view.root.locator("input[type=number]").count() == 9


def test_the_scale_names_what_white_or_the_strongest_colour_means(mount):
    view = mount(KernelBench())
    most = view.widget.result["most"]
    ends = sorted((s for s in view.shapes(tag="text", fill="soft")
                   if s["text"][0] in "−+" and 230 < s["y"] < BENCH), key=lambda s: s["x"])
    assert [s["text"][0] for s in ends] == ["−", "+"]
    assert [number(s["text"][1:]) for s in ends] == pytest.approx([most, most], rel=0.005)
    other = mount(KernelBench(**kernel_fields("blur")))
    words = other.labels["light"].replace("{most}", "1")
    assert words in other.page.locator(".cw").last.inner_text()
