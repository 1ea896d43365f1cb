"""What the browser makes of a result, read back: the frame of all widgets, W2.1 and W2.2.

Each test gives a view one known result and reads the picture as a person does: which number stands
at which wire, which sign between which blocks, which button can be pressed.
"""

import re

import numpy as np
import pytest

from helpers.backprop import shape_lens
from helpers.backprop.circuit import LEAVES, PLACES
from helpers.backprop.widgets import WIDGETS
from helpers.kit.widget import plain
from tests.browser.mounting import number

# Three digits are shown: half a unit of the third is at most 0.5 % of the number.
DIGITS = {"rel": 0.005}
LEAVES_USED = {"x1": 1.3, "w1": 0.7, "x2": -0.9, "w2": 0.4, "b": 0.25, "t": 0.8}


# ---- all widgets


def test_numbers_are_shown_with_three_digits_and_a_true_minus(mount):
    wanted = [(0, "0"), (0.18182, "0.182"), (12.345, "12.3"), (-3.14159, "−3.14"), (0.001, "0.001"),
              (-0.00031, "−3.1e−4"), (3.14e-9, "3.1e−9"), (2.5e7, "2.5e7"), (1234.5, "1235"),
              (-98765, "−98765"), (None, "∞")]
    view = mount(WIDGETS["W2.2"](), code="\nexport { brief };")
    shown = view.page.evaluate(
        "(values) => values.map((value) => window.widget.brief(value))", [v for v, _ in wanted])
    assert shown == [text for _, text in wanted]


def test_the_words_below_the_picture_and_those_of_a_screen_reader_are_the_results(mount):
    view = mount(WIDGETS["W2.2"]())
    view.press("Xᵀ·Δ")
    summary = view.answer()["summary"]
    assert "right" in summary and view.root.locator(".cw-summary").inner_text() == summary
    assert view.root.locator(".cw-stage svg").get_attribute("aria-label") == summary


def test_an_answer_to_an_older_question_does_not_undo_a_newer_move(mount):
    view = mount(WIDGETS["W2.2"](n=2))
    slider = view.root.locator("input[name=n]")
    slider.fill("3")
    slider.fill("6")
    first, second = view.sent
    view.answer(first)
    assert slider.input_value() == "6"
    view.answer(second)
    assert slider.input_value() == "6"
    assert view.press("Xᵀ·Δ")["n"] == 6


def test_a_state_that_python_corrects_is_taken_over(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED))
    view.press(view.labels["ten"])
    after = view.answer()["state"]
    assert after["w1"] != LEAVES_USED["w1"]
    shown = float(view.root.locator("input[name=w1]").input_value())
    assert shown == pytest.approx(after["w1"], abs=5e-5)  # four decimals


def test_a_view_that_goes_away_listens_no_longer(mount):
    view = mount(WIDGETS["W2.2"]())
    assert view.page.evaluate("() => window.listeners.length") > 0
    view.page.evaluate("() => window.leave()")
    assert view.page.evaluate("() => window.listeners.length") == 0


# ---- W2.1


def wire_at(x, y, lines):
    """The wire that passes nearest to a place, as (source, node, slot)."""
    line = min(lines, key=lambda one: np.hypot(*(np.array(one["points"]) - (x, y)).T).min())
    start, end = line["points"][0], line["points"][-1]
    # the line of a leaf begins beside its number field, up to 60 to the right
    (source,) = (n for n, (a, b) in PLACES.items() if b == start[1] and 0 <= start[0] - a <= 60)
    (node,) = (n for n, place in PLACES.items() if list(place) == end)
    is_lower = node == "L" and line["points"][20][1] > end[1]  # the fork: second wire below
    return source, node, int(is_lower or source in ("w1", "w2", "p2", "b", "t"))


def carried(view):
    """The numbers of the picture by the wire they stand at: {wire: {"→": …, "←": …, "≈": …}}."""
    texts, lines = view.shapes(tag="text"), view.shapes(tag="path", stroke="soft")
    found = {}
    for text in texts:
        if read := re.fullmatch(r"([←≈]) [−\d.e]+|[−\d.e]+ (→)", text["text"]):
            wire = found.setdefault(wire_at(text["x"], text["y"], lines), {})
            sign = read[1] or read[2]
            assert sign not in wire, "two numbers of one kind at one wire"
            wire[sign] = number(text["text"])
    return found


def test_circuit_shows_at_each_wire_what_python_computed_and_what_nudging_measured(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED, action="backward"))
    result = view.widget.result
    # The witness must be the measurement, not the gradient once more: here they differ.
    wires = [{**wire, "nudge": 100 + at} for at, wire in enumerate(result["wires"])]
    view.show({**result, "wires": wires})
    shown = carried(view)
    assert len(shown) == len(wires)
    for wire in wires:
        numbers = shown[wire["source"], wire["node"], wire["slot"]]
        assert numbers["←"] == pytest.approx(wire["grad"], **DIGITS)
        assert numbers["≈"] == wire["nudge"]
        if wire["source"] in LEAVES:  # its value stands in a number field
            assert "→" not in numbers
        else:
            assert numbers["→"] == pytest.approx(wire["value"], **DIGITS)


def test_circuit_adds_what_comes_back_at_the_fork(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED, action="backward"))
    (fork,) = (s["text"] for s in view.shapes(tag="text") if s["text"].startswith("fork"))
    a, b, total = (number(part) for part in re.split("[+=]", fork))
    e = view.widget.result["values"]["e"]
    assert (a, b, total) == (pytest.approx(e, **DIGITS), a, pytest.approx(2 * e, **DIGITS))


def test_circuit_has_each_number_field_at_the_start_of_its_wire(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED))
    board = view.root.locator(".cw-stage svg").bounding_box()
    for name, value in LEAVES_USED.items():
        field = view.root.locator(f"input[name={name}]")
        assert float(field.input_value()) == value
        box = field.bounding_box()
        x, y = box["x"] + box["width"] / 2 - board["x"], box["y"] + box["height"] / 2 - board["y"]
        # the name stands left of the field, which is 92 wide
        assert abs(x - PLACES[name][0]) < 20 and abs(y - PLACES[name][1]) < 5


def test_circuit_update_waits_for_backward(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED))
    update = view.root.get_by_role("button", name=view.labels["update"], exact=True)
    assert update.is_disabled() and carried(view)["z", "y", 0].keys() == {"→"}
    view.press(view.labels["backward"])
    view.answer()
    before = carried(view)["z", "y", 0]
    assert update.is_enabled() and before.keys() == {"→", "←", "≈"}
    view.press(view.labels["update"])
    after = view.answer()
    assert after["changed"] > 0 and update.is_disabled()
    # What Backward found stays to compare with: pale, named as old, and without a witness.
    now = carried(view)["z", "y", 0]
    assert now.keys() == {"→", "←"} and now["←"] == before["←"] and now["→"] != before["→"]
    arrows = [s for s in view.shapes(tag="text", fill="grad") if s["text"].startswith("←")]
    assert all(arrow["italic"] for arrow in arrows)
    assert any(view.labels["since"]["update"] in arrow["text"] for arrow in arrows)
    assert view.text("forward 1 · backward 1 · updates 1")


def test_circuit_frozen_can_only_go_forward(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED, action="backward"))
    view.root.locator("input[name=freeze]").check()
    able = {key: view.root.get_by_role("button", name=view.labels[key], exact=True).is_enabled()
            for key in ("forward", "backward", "update", "ten")}
    assert able == {"forward": True, "backward": False, "update": False, "ten": True}


def test_circuit_a_number_typed_by_hand_makes_the_gradients_old(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED, action="backward"))
    view.root.locator("input[name=t]").fill("0.5")
    assert view.sent[-1]["action"] == "edit" and view.sent[-1]["t"] == 0.5
    view.answer()
    update = view.root.get_by_role("button", name=view.labels["update"], exact=True)
    assert update.is_disabled()
    (key,) = (s["text"] for s in view.shapes(tag="text") if "∂L/∂wire" in s["text"])
    assert view.labels["since"]["edit"] in key


def test_circuit_draws_a_bar_for_each_loss_as_high_as_the_loss(mount):
    view = mount(WIDGETS["W2.1"](**LEAVES_USED, action="ten", rate=0.2))
    losses = view.widget.result["state"]["losses"]
    bars = sorted(view.shapes(tag="rect", fill="pred"), key=lambda bar: bar["x"])
    high = np.array([bar["height"] for bar in bars])
    # a bar is at least 1 high, so that a tiny loss is seen at all
    np.testing.assert_allclose(high, np.maximum(1, high[0] * np.array(losses) / losses[0]))
    feet = [bar["y"] + bar["height"] / 2 for bar in bars]
    assert len(losses) == 10 and np.ptp(feet) < 0.1
    last = view.widget.result["values"]["L"]
    (word,) = (s for s in view.shapes(tag="text") if s["text"] == view.labels["loss"])
    (below,) = (s for s in view.shapes(tag="text", fill="data")
                if abs(s["x"] - word["x"]) < 30 and 0 < s["y"] - word["y"] < 30)
    assert number(below["text"]) == pytest.approx(last, **DIGITS)


# ---- W2.2

# order tried, wanted, its verdict with n, d, m = 3, 5, 2; and once with all sizes equal
TRIED = [("Xᵀ·Δ", "W", (3, 5, 2), "right"), ("Δ·Wᵀ", "X", (3, 5, 2), "right"),
         ("Δᵀ·X", "W", (3, 5, 2), "shape"), ("X·Δ", "W", (3, 5, 2), "illegal"),
         ("X·Δ", "W", (4, 4, 4), "numbers")]


def lens(order, target, sizes):
    n, d, m = sizes
    return WIDGETS["W2.2"](order=order, target=target, n=n, d=d, m=m, tried=[])


@pytest.mark.parametrize(("order", "target", "sizes", "verdict"), TRIED)
def test_shape_lens_equals_or_differs_as_the_verdict_says(order, target, sizes, verdict, mount):
    view = mount(lens(order, target, sizes))
    assert view.widget.result["verdict"] == verdict
    signs = [s for s in view.shapes(tag="text") if s["text"] in ("·", "=", "≠")]
    read = "".join(s["text"] for s in sorted(signs, key=lambda s: s["x"]))
    assert read == ("·==" if verdict == "right" else "·=≠")
    words = view.labels["verdicts"][verdict]
    said = [s["text"] for s in view.shapes(tag="text") if s["text"].startswith(words)]
    assert len(said) == 1 and (words[0] == "✓") == (verdict == "right")
    # the button of the product keeps the sign; those not tried have none
    marks = {b.get_attribute("data-order"): b.inner_text()
             for b in view.root.locator("[data-order]").all()}
    assert marks.pop(order) == f"{order} {words[0]}"
    assert all(text == name for name, text in marks.items()) and len(marks) == 9


def block_above(title, columns, cells):
    """The numbers that stand above a name, from top to bottom and left to right."""
    inside = [s for s in cells if abs(s["x"] - title["x"]) < columns * s["width"] / 2]
    rows = sorted({round(s["y"]) for s in inside})
    return [[number(s["tip"]) for s in sorted(inside, key=lambda s: s["x"])
             if round(s["y"]) == row] for row in rows]


def test_shape_lens_draws_every_number_in_its_row_and_column(mount):
    view = mount(lens("Δᵀ·X", "W", (3, 5, 2)))  # the transpose of what is wanted
    result = view.widget.result
    cells = [s for s in view.shapes(tag="rect") if s["tip"]]
    dots = view.shapes(tag="circle", fill="paper")
    wanted = view.labels["wanted"].replace("{name}", view.labels["targets"]["W"])
    for part, title in (("left", "Δᵀ"), ("right", "X"), ("product", view.labels["product"]),
                        ("wanted", wanted)):
        values = np.array(result[part]["values"])
        shown = block_above(view.text(title), values.shape[1], cells)
        np.testing.assert_allclose(shown, values, rtol=0.005)
    negative = {(round(s["x"]), round(s["y"])) for s in cells if number(s["tip"]) < 0}
    assert {(round(s["x"]), round(s["y"])) for s in dots} == negative and negative
    # the two inner sizes stand at the factors
    assert [s["text"] for s in view.shapes(tag="text", fill="param") if s["text"].isdigit()] == [
        "3", "3"]


def test_shape_lens_buttons_and_lists_send_what_they_say(mount):
    view = mount(lens("Xᵀ·Δ", "W", (3, 5, 2)))
    for order in shape_lens.CANDIDATES:
        button = view.root.locator(f'[data-order="{order}"]')
        button.click()
        assert view.sent[-1]["order"] == order and button.get_attribute("aria-pressed") == "true"
    view.root.locator("select[name=target]").select_option(label="∂L/∂X")
    assert view.sent[-1]["target"] == "X"
    sent = view.press(view.labels["square"])
    assert sent["n"] == sent["d"] == sent["m"]
    np.testing.assert_equal(view.answer()["verdict"], plain(view.widget.result["verdict"]))
