"""What the browser makes of W5.1 and W5.3, read back: curves, bars, dots and what buttons send."""

import numpy as np
import pytest

from helpers.cloud.roofline_explorer import RooflineExplorer
from helpers.cloud.speedup_explorer import SpeedupExplorer

CURVES = {"x": 46, "y": 22, "w": 540, "h": 256}
ROOF = {"x": 52, "y": 20, "w": 520, "h": 268}


def line(view, stroke):
    """The longest line of this colour in the picture, as points."""
    found = view.shapes(tag="path", stroke=stroke)
    return np.array(max((s["points"] for s in found if s["points"]),
                        key=lambda p: np.ptp(np.array(p)[:, 0])))


# --- W5.1 ---


def test_curves_and_the_chosen_point_lie_where_the_numbers_are(mount):
    view = mount(SpeedupExplorer(share=0.1, messages=0.005, workers=16))
    result = view.widget.result
    for key, colour in (("amdahl", "data"), ("with_messages", "grad")):
        points = line(view, colour)
        n = 1 + (points[:, 0] - CURVES["x"]) / CURVES["w"] * 63
        gains = (1 - (points[:, 1] - CURVES["y"]) / CURVES["h"]) * result["top"]
        # along a curve of 120 straight pieces, and coordinates to a tenth
        np.testing.assert_allclose(gains, np.interp(n, result["n"], result[key]), atol=0.06)
    (mark,) = [s for s in view.shapes(tag="path") if (s["width"], s["height"]) == (14, 14)]
    assert mark["x"] == pytest.approx(CURVES["x"] + 15 / 63 * CURVES["w"], abs=0.01)
    assert mark["y"] == pytest.approx(
        CURVES["y"] + CURVES["h"] * (1 - result["speedup"] / result["top"]), abs=0.01)
    assert len([s for s in view.shapes(tag="circle", fill="plum") if s["width"] == 10]) == 4


def test_the_bars_are_parts_of_one_workers_time(mount):
    view = mount(SpeedupExplorer(share=0.2, messages=0.02, workers=8))
    bars = sorted((s for s in view.shapes(tag="rect") if s["height"] == 30),
                  key=lambda s: (s["y"], s["x"]))
    widths = [s["width"] / 236 for s in bars]
    assert widths[:3] == pytest.approx([0.2, 0.8, 0], abs=1e-4)
    assert widths[3:] == pytest.approx([0.2, 0.1, 0.14], abs=1e-4)
    assert view.text(view.widget.result["words"]["speedup"])["height"] > 20


def test_switches_arrow_keys_and_clicks_of_the_explorer(mount):
    view = mount(SpeedupExplorer())
    area = view.root.locator("[data-control=curve]")
    area.focus()
    view.page.keyboard.press("ArrowRight")
    assert view.sent[-1]["workers"] == 9
    box = area.bounding_box()
    area.click(position={"x": box["width"] * 31 / 63, "y": 40})
    assert view.sent[-1]["workers"] == 32
    view.root.locator("select[name=most]").select_option("8")
    assert (view.sent[-1]["most"], view.sent[-1]["workers"]) == ("8", 8)
    view.answer()
    view.root.locator("input[name=workers]").evaluate(
        "(node) => { node.value = node.max; node.dispatchEvent(new Event('input')); }")
    assert (view.sent[-1]["most"], view.sent[-1]["workers"]) == ("512", 512)
    view.root.locator("input[name=gustafson]").check()
    assert view.answer()["state"]["gustafson"] and line(view, "param").shape == (41, 2)
    view.root.locator("input[name=points]").uncheck()
    view.answer()
    assert not view.shapes(tag="circle", fill="plum")


# --- W5.3 ---


def place(result, intensity, speed):
    """Where a dot must stand."""
    def part(value, low, high):
        return np.log(value / low) / np.log(high / low)

    return (ROOF["x"] + ROOF["w"] * part(intensity, result["low"], result["high"]),
            ROOF["y"] + ROOF["h"] * (1 - part(speed, result["floor"], result["ceiling"])))


def test_dots_stand_at_their_numbers_and_the_chosen_one_is_green(mount):
    view = mount(RooflineExplorer(operation="conv 1→32", batch=32))
    result = view.widget.result
    for dot in result["dots"]:
        wanted = place(result, dot["intensity"], dot["speed"])
        if dot["name"] == "conv 1→32":
            (mark,) = [s for s in view.shapes(tag="path", fill="param") if s["width"] == 17]
        else:
            (mark,) = [s for s in view.shapes(tag="circle", stroke="pred")
                       if (s["x"], s["y"]) == pytest.approx(wanted, abs=0.01)]
        assert (mark["x"], mark["y"]) == pytest.approx(wanted, abs=0.01)
    filled = view.shapes(tag="circle", fill="data")
    assert len(filled) == len(result["measured"]) == 4
    for (_, intensity, speed), dot in zip(result["measured"], filled, strict=True):
        assert (dot["x"], dot["y"]) == pytest.approx(place(result, intensity, speed), abs=0.01)


def test_the_bar_of_bytes_shows_what_comes_and_goes(mount):
    view = mount(RooflineExplorer(operation="dense 1600→64", batch=32))
    result = view.widget.result
    total = sum(result["bytes"].values())
    for part, colour in (("incoming", "data"), ("weights", "param"), ("outgoing", "grad")):
        (bar,) = [s for s in view.shapes(tag="rect", fill=colour) if s["height"] == 22]
        assert bar["width"] == pytest.approx(result["bytes"][part] / total * 254, abs=0.01)
        assert view.text(result["words"][part])
    assert view.text(view.labels["bounds"][result["bound"]])["height"] > 15


def test_an_operation_is_chosen_by_button_or_dot_and_a_faster_machine_lifts_the_roof(mount):
    view = mount(RooflineExplorer())
    assert view.press("ReLU")["operation"] == "ReLU"
    result = view.answer()
    pressed = view.root.locator("button[aria-pressed=true]").all_inner_texts()
    assert pressed == ["ReLU"]
    add = next(dot for dot in result["dots"] if dot["name"] == "add")
    x, y = place(result, add["intensity"], add["speed"])
    picture = view.root.locator(".cw-stage svg").bounding_box()
    scale = picture["width"] / 880
    view.page.mouse.click(picture["x"] + x * scale, picture["y"] + y * scale)
    assert view.sent[-1]["operation"] == "add"
    slider = view.root.locator("input[name=processor]")
    slider.focus()
    view.page.keyboard.press("ArrowRight")
    assert view.sent[-1]["processor"] == 2
    dashed = len(view.shapes(tag="path", stroke="pred"))
    view.answer()
    assert len(view.shapes(tag="path", stroke="pred")) == dashed + 1    # the roof as it was
