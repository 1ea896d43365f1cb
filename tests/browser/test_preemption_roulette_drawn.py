"""What the browser makes of W5.4, read back from its picture."""

import re

import numpy as np
import pytest

from helpers.cloud.preemption_roulette import PreemptionRoulette

CURVE = {"x": 50, "y": 26, "w": 340, "h": 186}
COST = {"x": 124, "w": 220, "end": 1.5}
ROWS = {"x": 440, "y": 48, "w": 388, "step": 30}


def attribute(view, selector, name="d"):
    return view.root.locator(f".cw-stage {selector}").get_attribute(name)


def boxes(view, kind):
    """(row, from, to) in hours of all rectangles of a kind."""
    until = view.widget.result["until"]
    found = re.findall(r"M([\d.]+) ([\d.]+)H([\d.]+)", attribute(view, f"[data-kind={kind}]") or "")

    def hours(x):
        return (float(x) - ROWS["x"]) / ROWS["w"] * until

    return [(int((float(y) - ROWS["y"]) / ROWS["step"]), hours(a), hours(b)) for a, y, b in found]


def test_the_point_lies_on_the_curve_above_its_interval(mount):
    view = mount(PreemptionRoulette(interval=60))
    result = view.widget.result
    x = CURVE["x"] + CURVE["w"] * np.log(60 / 0.5) / np.log(1440 / 0.5)
    y = CURVE["y"] + CURVE["h"] * (1 - result["overhead"] / result["top"])
    place = [float(attribute(view, "[data-part=here]", name)) for name in ("cx", "cy")]
    assert place == pytest.approx([x, y], abs=0.1)
    points = [[float(n) for n in pair.split()] for pair in re.findall(
        r"[ML]([\d.]+ [\d.]+)", attribute(view, "[data-line=total]"))]
    assert np.interp(x, *np.transpose(points)) == pytest.approx(y, abs=1)


def test_each_training_is_drawn_as_python_made_it(mount):
    view = mount(PreemptionRoulette())
    result = view.widget.result
    tenth = 0.1 / ROWS["w"] * result["until"]       # places are written to a tenth of a unit
    for kind, first, last in (("kept", 0, 1), ("lost", 1, 3), ("waiting", 3, 4)):
        drawn = boxes(view, kind)
        for row, training in enumerate(result["trainings"]):
            length = sum(b - a for at, a, b in drawn if at == row)
            wanted = 0.0
            for start, kept, _, lost, restart in training["machines"]:
                ends = {0: start, 1: start + kept, 3: start + kept + lost,
                        4: start + kept + lost + restart}
                wanted += ends[last] - ends[first]
            assert length == pytest.approx(wanted, abs=tenth * len(training["machines"]))
            said = view.root.locator(f"[data-end='{row}']").text_content()
            assert said == f"{training['end']:.1f} h"


def test_bars_of_cost_are_to_scale_and_what_is_beyond_says_so(mount):
    view = mount(PreemptionRoulette())
    result = view.widget.result
    for name, share in (("on demand", 1), ("spot", result["cost"])):
        wide = float(attribute(view, f"[data-bar='{name}']", "width"))
        assert wide == pytest.approx(COST["w"] * share / COST["end"], abs=0.1)
    low, high = (float(n) for n in re.match(
        r"M([\d.]+) [\d.]+H([\d.]+)", attribute(view, "[data-part=spread]")).groups())
    assert [(x - COST["x"]) * COST["end"] / COST["w"] for x in (low, high)] == pytest.approx(
        result["spread"], abs=0.01)
    view.press(view.labels["end"])
    view.answer()
    assert float(attribute(view, "[data-bar=spot]", "width")) == COST["w"]
    assert "→" in view.root.inner_text() and "> 72 h" in view.root.inner_text()


def test_buttons_set_the_interval_and_the_luck(mount):
    view = mount(PreemptionRoulette())
    assert view.press(view.labels["young"])["interval"] == pytest.approx(
        view.widget.result["young"])
    view.answer()
    assert view.root.locator("button[aria-pressed=true]").all_inner_texts() == [
        view.labels["young"]]
    assert "21.9 min" in view.root.locator(".cw-controls").inner_text()
    assert view.press(view.labels["spin"])["seed"] == 1
    before = attribute(view, "[data-kind=lost]")
    view.answer()
    assert attribute(view, "[data-kind=lost]") != before


def test_no_words_lie_on_each_other(mount):
    for state in ({}, {"interval": 1440}, {"life": 0.25, "saving": 600}):
        view = mount(PreemptionRoulette(**state))
        texts = [s for s in view.shapes(tag="text") if s["text"].strip()]
        for at, one in enumerate(texts):
            for other in texts[:at]:
                aside = 0.9 * (one["width"] + other["width"]) / 2
                below = 0.6 * (one["height"] + other["height"]) / 2
                assert (abs(one["x"] - other["x"]) >= aside
                        or abs(one["y"] - other["y"]) >= below), (one["text"], other["text"])
        view.page.goto("about:blank")
