"""What the browser makes of W5.2, read back: ring, table, bytes, and links that can be broken."""

import pytest

from helpers.cloud.ring_stepper import RingStepper
from tests.browser.handling import keep, latency

TABLE = (440, 46)       # where the table begins


def cells(view):
    """Words of all cells of the table, row by row."""
    n = view.widget.result["n"]
    found = [s for s in view.shapes(tag="text") if s["x"] > TABLE[0] + 62 and s["y"] > TABLE[1]
             and (s["text"] == "all ✓" or s["text"].replace("+", "").replace("·", "").isdigit())]
    rows = sorted(found, key=lambda s: s["y"])
    return [[s["text"] for s in sorted(rows[r * n:(r + 1) * n], key=lambda s: s["x"])]
            for r in range(n)]


def expected(result):
    mark = "·" if result["n"] > 5 else "+"
    return [["all ✓" if cell["finished"] else mark.join(map(str, cell["who"])) for cell in row]
            for row in result["cells"]]


@pytest.mark.parametrize("start", [{}, {"step": 3}, {"workers": 6, "step": 7, "broken": 1},
                                   {"workers": 2, "step": 2}])
def test_the_table_says_whose_parts_are_in_each_chunk(start, mount):
    view = mount(RingStepper(**start))
    result = view.widget.result
    assert cells(view) == expected(result)
    n = result["n"]
    for rank in range(n):      # once beside the table, once on the ring
        assert len(view.shapes(tag="text", text=f"worker {rank}")) == 2


def test_words_stay_inside_their_cells(mount):
    view = mount(RingStepper(workers=6, step=4, broken=2))
    boxes = [s for s in view.shapes(tag="rect") if s["x"] > TABLE[0] + 62 and 30 < s["width"] < 80
             and s["height"] > 30]
    assert len(boxes) == 36
    words = [s for s in view.shapes(tag="text") if "·" in s["text"]]
    assert words
    for word in words:
        box = min(boxes, key=lambda b: abs(b["x"] - word["x"]) + abs(b["y"] - word["y"]))
        assert word["width"] < box["width"], word
    for word in view.shapes(tag="text"):
        assert word["x"] - word["width"] / 2 >= 0 and word["x"] + word["width"] / 2 <= 880, word


def test_what_travels_is_named_at_its_link_and_bytes_are_to_scale(mount):
    view = mount(RingStepper(step=2))
    result = view.widget.result
    for move in result["moves"]:
        labels = [s for s in view.shapes(tag="text", text=f"chunk {move['chunk']}") if s["x"] < 400]
        assert len(labels) == 1
    (bar,) = view.shapes(tag="rect", fill="data")
    assert bar["width"] == pytest.approx(440 * result["bytes"]["sent"] / result["bytes"]["twice"],
                                         abs=0.5)
    assert view.text("each worker has sent 243,860 bytes")


def test_forward_back_and_the_ends(mount):
    view = mount(RingStepper())
    assert view.press("Forward")["step"] == 1
    view.answer()
    assert view.press("Back")["step"] == 0
    assert view.press("Back")["step"] == 0
    view.root.locator("input[name=step]").fill("6")
    assert view.answer()["step"] == 6
    assert view.press("Forward")["step"] == 6
    assert cells(view) == [["all ✓"] * 4] * 4
    view.root.locator("input[name=workers]").fill("3")
    assert view.sent[-1]["step"] == 0
    view.answer()
    assert view.root.locator("input[name=step]").get_attribute("max") == "4"
    assert view.root.locator("select[name=broken] option").count() == 4


def test_a_link_breaks_by_click_key_or_list_from_the_step_on_that_comes_next(mount):
    view = mount(RingStepper(step=1))
    view.root.locator("[data-link='2']").focus()
    view.page.keyboard.press("Enter")
    assert (view.sent[-1]["broken"], view.sent[-1]["since"]) == (2, 1)
    view.answer()
    assert view.shapes(tag="text", text="✕")
    focused = view.page.evaluate("() => document.activeElement.dataset.link")
    assert focused == "2"
    view.press("Forward")
    view.answer()
    assert len(view.shapes(tag="text", text="waits")) == 1
    view.page.locator("[data-link='2']").dispatch_event("click")
    assert view.sent[-1]["broken"] == -1
    view.root.locator("select[name=broken]").select_option("0")
    assert view.sent[-1]["broken"] == 0


def test_a_move_of_the_slider_is_drawn_quickly(mount):
    """The picture follows within a tenth of a second, as everywhere; here without a kernel."""
    view = mount(RingStepper())
    view.page.evaluate("() => window.model.save_changes = () => {}")
    result = [RingStepper(step=step).result for step in range(7)]
    view.page.evaluate("""(results) => {
      const set = window.model.set;
      window.model.set = (name, value) => {
        set(name, value);
        if (name === "state") {
          set("result", { ...results[value.step], serial: value.serial });
        }
      };
    }""", [dict(one) for one in result])
    figures = latency(view.page, view.root, view.root.locator("input[name=step]"), moves=8)
    keep("W5.2 step, drawing only", figures)
    assert figures["missed"] == 0
