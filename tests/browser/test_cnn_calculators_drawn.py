"""What the browser makes of W3.2 and W3.4, read back: tables, bars, blocks, boxes on the image."""

import numpy as np
import pytest

from helpers.cnn.cost_calculator import CostCalculator
from helpers.cnn.pool_or_not import PoolOrNot

ROWS, STEP, COLUMNS, BAR = 178, 24, {"output": 326, "parameters": 466, "macs": 600}, 118
IMAGE = {"W3.2": (640, 22, 240), "W3.4": (650, 22, 230)}


def in_row(view, at, **wanted):
    """What stands in the line of a layer in the table."""
    return [s for s in view.shapes(**wanted)
            if ROWS + at * STEP <= s["y"] <= ROWS + (at + 1) * STEP and s["x"] < 610]


# ---- W3.2


@pytest.mark.parametrize("preset", ["article", "alexnet"])
def test_each_layers_line_holds_its_numbers_and_bars_to_scale(preset, mount):
    view = mount(CostCalculator(preset=preset))
    result = view.widget.result
    for at, (title, row) in enumerate(zip(result["titles"], result["rows"], strict=True)):
        said = [s["text"] for s in sorted(in_row(view, at, tag="text"), key=lambda s: s["x"])]
        assert said == [str(at + 1), title, row["output"], row["words"]["parameters"],
                        row["words"]["macs"]]
        for key, colour in (("parameters", "param"), ("macs", "data")):
            bars = in_row(view, at, tag="rect", fill=colour)
            most = max(r[key] for r in result["rows"])
            assert len(bars) == (1 if row[key] else 0)
            for bar in bars:
                assert bar["width"] == pytest.approx(max(BAR * row[key] / most, 1), abs=0.01)
                assert bar["x"] + bar["width"] / 2 == pytest.approx(COLUMNS[key], abs=0.01)
    for key in ("parameters", "macs"):
        assert view.text(result["words"][key])["height"] > 20


def test_a_layer_that_cannot_be_is_marked_with_its_reason_and_nothing_follows(mount):
    view = mount(CostCalculator(side=8))
    result = view.widget.result
    (bad,) = (s for s in in_row(view, 3, tag="text") if s["text"].startswith("✗"))
    assert bad["fill"] == "plum" and bad["text"][2:] == result["illegal"]["reason"]
    for at in (4, 5, 6):
        assert [s["text"] for s in in_row(view, at, tag="text")] == [str(at + 1),
                                                                     result["titles"][at]]
    assert not [s for s in view.shapes(tag="text") if s["text"].startswith("✗")
                and s["text"] != bad["text"]]


@pytest.mark.parametrize(("preset", "chosen"), [("article", 3), ("article", 6), ("alexnet", 3)])
def test_the_fields_lie_on_the_image_where_python_put_them(preset, chosen, mount):
    view = mount(CostCalculator(preset=preset, chosen=chosen))
    result = view.widget.result
    x, y, size = IMAGE["W3.2"]
    unit = size / result["input"][0]
    top, left, high, wide = result["boxes"][-1]
    (box,) = (s for s in view.shapes(tag="rect", stroke="param") if s["x"] > 630)
    assert (box["x"], box["y"]) == pytest.approx(
        (x + (left + wide / 2) * unit, y + (top + high / 2) * unit), abs=0.01)
    assert (box["width"], box["height"]) == pytest.approx((wide * unit, high * unit), abs=0.01)
    image = view.root.locator(".cw-stage image").bounding_box()
    assert image["width"] == pytest.approx(image["height"], abs=0.5)


def test_one_block_for_the_image_and_each_layer_and_the_chosen_one_is_green(mount):
    view = mount(CostCalculator(chosen=2))
    fronts = [s for s in view.shapes(tag="path") if s["y"] < 150]
    assert len(fronts) == 3 * (1 + 7)
    assert len([s for s in fronts if s["fill"] == "param"]) == 3
    heights = [s["height"] for s in fronts[::3]]
    maps = [row["shape"][0] for row in view.widget.result["rows"][:4]]
    expected = [3 + 80 * np.sqrt(n / 28) for n in maps]
    assert heights[1:5] == pytest.approx(expected, abs=0.1)


def test_choosing_by_row_block_and_arrow_keys(mount):
    view = mount(CostCalculator(chosen=2))
    area = view.root.locator("[data-control]")
    box = area.bounding_box()
    area.click(position={"x": 80, "y": 5.5 / 7 * box["height"]})
    assert view.sent[-1]["chosen"] == 5 and view.sent[-1]["kind"] == "Dense"
    assert view.root.locator("input[name=kernel]").count() == 0  # a Dense layer has no window
    assert view.labels["units"] in view.root.inner_text()
    area.focus()
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("ArrowDown")
    assert view.sent[-1]["chosen"] == 0  # from the last to the first
    view.page.keyboard.press("ArrowUp")
    assert view.sent[-1]["chosen"] == 6
    view.root.locator(".cw-stage svg g[style] path").nth(3 * 2).click()
    assert view.sent[-1]["chosen"] == 1


def test_a_change_goes_into_the_chosen_layer_and_into_no_other(mount):
    view = mount(CostCalculator(chosen=2))
    before = view.widget.result["state"]["stack"]
    view.root.locator("input[name=kernel]").fill("5")
    view.root.locator("select[name=padding]").select_option("same")
    after = view.sent[-1]["stack"]
    assert (after[2]["kernel"], after[2]["padding"]) == (5, "same")
    assert [after[at] for at in (0, 1, 3, 4, 5, 6)] == [before[at] for at in (0, 1, 3, 4, 5, 6)]
    result = view.answer()
    assert result["titles"][2] == "Conv2D(64, 5×5, same)"
    pressed = view.root.locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == []  # no preset any more


def test_another_number_of_filters_ends_the_special_wiring(mount):
    view = mount(CostCalculator(preset="lenet5", chosen=2))
    view.root.locator("input[name=stride]").fill("2")
    assert view.sent[-1]["stack"][2]["pairs"] == 60
    view.root.locator("input[name=filters]").fill("9")
    assert "pairs" not in view.sent[-1]["stack"][2]


def test_layers_can_be_added_removed_and_moved(mount):
    view = mount(CostCalculator(chosen=2))
    kinds = lambda: [layer["kind"] for layer in view.sent[-1]["stack"]]  # noqa: E731
    start = [layer["kind"] for layer in view.widget.state["stack"]]
    view.press(view.labels["add"])
    assert kinds() == [*start[:3], "Conv2D", *start[3:]] and view.sent[-1]["chosen"] == 3
    view.answer()
    view.press(view.labels["later"])
    assert kinds() == [*start[:4], "Conv2D", *start[4:]] and view.sent[-1]["chosen"] == 4
    view.press(view.labels["earlier"])
    view.press(view.labels["remove"])
    assert kinds() == start and view.sent[-1]["chosen"] == 2
    view.answer()
    view.root.locator("[data-control]").focus()
    view.page.keyboard.press("ArrowUp")
    view.page.keyboard.press("ArrowUp")
    for name, disabled in (("earlier", True), ("later", False), ("remove", False)):
        button = view.root.get_by_role("button", name=view.labels[name], exact=True)
        assert button.is_disabled() == disabled
    for _ in range(6):
        view.press(view.labels["remove"])
    assert len(view.sent[-1]["stack"]) == 1
    assert view.root.get_by_role("button", name=view.labels["remove"], exact=True).is_disabled()


def test_after_flatten_a_dense_layer_is_added(mount):
    view = mount(CostCalculator(chosen=4))
    view.press(view.labels["add"])
    assert view.sent[-1]["stack"][5]["kind"] == "Dense"


def test_no_more_layers_than_fit_can_be_added(mount):
    view = mount(CostCalculator(preset="alexnet"))
    for _ in range(2):
        view.press(view.labels["add"])
        view.answer()
    add = view.root.get_by_role("button", name=view.labels["add"], exact=True)
    assert add.is_disabled() and len(view.widget.result["titles"]) == 14


def test_a_preset_brings_its_image(mount):
    view = mount(CostCalculator())
    view.press(view.labels["presets"]["alexnet"])
    assert (view.sent[-1]["side"], view.sent[-1]["channels"]) == (227, "3")
    assert view.answer()["parameters"] == 60_965_224
    assert view.root.locator("button[aria-pressed=true]").all_inner_texts() == [
        view.labels["presets"]["alexnet"]]


# ---- W3.4


def test_bars_are_as_long_as_their_numbers(mount):
    view = mount(PoolOrNot(first="none", second="stride"))
    result = view.widget.result
    for group, (key, colour) in enumerate((("parameters", "param"), ("macs", "data"),
                                           ("values", "data"))):
        y = 264 + 55 * group
        rects = [s for s in view.shapes(tag="rect") if y <= s["y"] <= y + 40 and s["x"] < 610]
        most = max(result[who]["totals"][key] for who in ("article", "yours"))
        for row, who in enumerate(("article", "yours")):
            line = [s for s in rects if (s["fill"] == colour) == bool(row)]
            parts = [part[key] for part in result[who]["parts"] if part[key]]
            widths = [s["width"] for s in sorted(line, key=lambda s: s["x"])]
            # a gap of one between layers, and something to see of even the smallest
            assert widths == pytest.approx([max(470 * n / most - 1, 0.6) for n in parts], abs=0.01)
            assert view.shapes(tag="text", text=result[who]["words"][key])
        factor = view.labels["times"].replace("{factor}", result["factors"][key])
        assert any(s["fill"] == colour for s in view.shapes(tag="text", text=factor))


def test_maps_are_drawn_to_one_scale_and_named(mount):
    view = mount(PoolOrNot(first="stride", second="none", side=20))
    for row, (who, colour) in enumerate((("article", "pred"), ("yours", "data"))):
        low, high = 18 + 136 * row, 18 + 136 * (row + 1)
        sheets = [s for s in view.shapes(tag="rect", fill=colour)
                  if low < s["y"] < high and s["x"] < 610]
        wide = sorted({round(s["width"], 1) for s in sheets}, reverse=True)
        maps = view.widget.result[who]["maps"]
        assert wide == pytest.approx([72 * m["side"] / 20 for m in maps], abs=0.06)
        for m in maps:
            said = f"{m['side']}×{m['side']}×{m['channels']}"
            assert any(low < s["y"] < high for s in view.shapes(tag="text", text=said))


def test_both_fields_lie_on_the_image(mount):
    view = mount(PoolOrNot(first="none", second="none"))
    result = view.widget.result
    x, y, size = IMAGE["W3.4"]
    unit = size / 28
    boxes = [s for s in view.shapes(tag="rect") if s["x"] > 640 and s["stroke"] in
             ("param", "rgb(85, 85, 85)")]
    for box, who in zip(boxes, ("article", "yours"), strict=True):
        top, left, high, wide = result[who]["box"]
        assert (box["x"], box["y"], box["width"]) == pytest.approx(
            (x + (left + wide / 2) * unit, y + (top + high / 2) * unit, wide * unit), abs=0.01)
    words = view.labels["fields"].replace("{yours}", "5×5").replace("{article}", "10×10")
    assert view.text(words)


def test_buttons_and_lists_of_pool_or_not_send_what_they_say(mount):
    view = mount(PoolOrNot())
    sent = view.press(view.labels["both"]["none"])
    assert (sent["first"], sent["second"], sent["end"]) == ("none", "none", "flatten")
    view.root.locator("select[name=end]").select_option("global")
    assert view.sent[-1]["end"] == "global"
    result = view.answer()
    assert result["yours"]["totals"]["parameters"] == 23_626
    assert view.root.locator("button[aria-pressed=true]").count() == 0
