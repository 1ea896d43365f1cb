"""What the browser makes of W5.5, read back: curves, replicas and numbers; and how quickly."""

import numpy as np
import pytest

from helpers.cloud.service_cockpit import ServiceCockpit
from tests.browser.handling import keep, latency

PLOT = (56, 24, 520, 180)
STARTS = [{}, {"rush": "2", "rate": 1000}, {"rate": 1},
          {"rate": 1200, "batch": 1, "replicas": 12, "rush": "1.5"}]


def part(view, name):
    """Places of the rectangles of one kind, in units of the picture."""
    return view.root.locator(f"[data-part={name}]").evaluate_all(
        "(nodes) => nodes.map((node) => { const { x, y, width, height } = node.getBBox();"
        " return { x, y, width, height }; })")


def line(view, key):
    """The points that a curve is drawn through, as milliseconds over seconds."""
    words = view.root.locator(f"[data-line={key}]").get_attribute("d")
    points = np.array([float(n) for n in words.replace("M", " ").replace("L", " ").split()])
    x, y = points.reshape(-1, 2).T
    left, top, wide, high = PLOT
    return 10 * (x - left) / wide, 3 * (20000 / 3) ** (1 - (y - top) / high)


@pytest.mark.parametrize("start", STARTS)
def test_curves_run_through_the_percentiles_of_each_half_second(start, mount):
    view = mount(ServiceCockpit(**start))
    result = view.widget.result
    middles = (np.array(result["edges"])[1:] + np.array(result["edges"])[:-1]) / 2
    for key in ("p50", "p99"):
        ms = result[f"{key}_over_time"]
        there = [at for at, value in enumerate(ms) if value is not None]
        seconds, found = line(view, key)
        assert seconds == pytest.approx(middles[there], abs=0.01)
        expected = np.clip([ms[at] for at in there], 3, 20000)
        assert found == pytest.approx(expected, rel=0.01)       # a tenth of a unit is 0.5 %


@pytest.mark.parametrize("start", STARTS)
def test_all_words_stay_inside_and_the_numbers_are_those_of_the_result(start, mount):
    view = mount(ServiceCockpit(**start))
    for word in view.shapes(tag="text"):
        assert word["x"] - word["width"] / 2 >= -0.5, word
        assert word["x"] + word["width"] / 2 <= 880.5, word
    dials = view.root.locator("[data-dial]").all_text_contents()
    words = view.widget.result["words"]
    assert dials == [words[key] for key in ("p50", "p99", "busy", "money", "carbon")]
    (bar,) = part(view, "busy")
    assert bar["width"] == pytest.approx(200 * view.widget.result["busy"], abs=0.1)


def test_replicas_boot_before_they_are_there(mount):
    view = mount(ServiceCockpit(rush="1.5", replicas=4, boot=2))
    there, booting = part(view, "there"), part(view, "booting")
    unit = PLOT[2] / 10
    assert [bar["width"] / unit for bar in there] == pytest.approx([10] * 4 + [3] * 2)
    assert [bar["width"] / unit for bar in booting] == pytest.approx([2] * 2)
    assert len(part(view, "rush")) == 1
    view.root.locator("select[name=rush]").select_option("1")
    view.answer()
    assert part(view, "booting") == part(view, "rush") == []


def test_the_verdict_follows_the_deadline(mount):
    view = mount(ServiceCockpit(rate=400, replicas=2, rush="1"))
    assert view.text(view.labels["kept"])["fill"] == "param"
    view.root.locator("input[name=replicas]").fill("1")
    view.root.locator("select[name=rush]").select_option("2")
    view.answer()
    assert view.text(view.labels["overload"])["fill"] == "plum"
    assert "Until the new replicas are there" in view.root.inner_text()
    notice = view.root.locator(".cw-notice")
    assert notice.is_visible()


def test_sliders_send_the_values_that_they_name(mount):
    view = mount(ServiceCockpit())
    view.root.locator("input[name=batch]").focus()
    view.page.keyboard.press("ArrowRight")
    assert view.sent[-1]["batch"] == 20
    view.root.locator("input[name=wait]").focus()
    view.page.keyboard.press("ArrowRight")
    assert view.sent[-1]["wait"] == 1
    assert "1 ms" in view.root.inner_text()


def test_a_move_of_the_slider_is_drawn_quickly(mount):
    """Here without a kernel; Python's part is a simulation of 10 s, 20 to 60 ms on a slow core."""
    view = mount(ServiceCockpit())
    results = {n: ServiceCockpit(replicas=n).result for n in (1, 2, 3)}
    view.page.evaluate("""(results) => {
      const set = window.model.set;
      window.model.save_changes = () => {};
      window.model.set = (name, value) => {
        set(name, value);
        if (name === "state") {
          set("result", { ...results[value.replicas], serial: value.serial });
        }
      };
    }""", {str(n): dict(result) for n, result in results.items()})
    figures = latency(view.page, view.root, view.root.locator("input[name=replicas]"), moves=8)
    keep("W5.5 replicas, drawing only", figures)
    assert figures["missed"] == 0
