"""W3.6: drawing with pointer and keys, what is sent and what is drawn. The network is untrained."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from helpers.cnn import networks, widgets

SIDE = 28


@pytest.fixture(scope="module")
def network():
    return networks.article_cnn()


@pytest.fixture
def pad(mount, network):
    """A mounted widget with an empty pad, and functions that draw on it."""
    return Pad(mount(widgets.draw_digit(network=network, strokes=[], invited=False)))


class Pad:
    def __init__(self, view):
        self.view, self.page = view, view.page
        self.area = view.root.locator("[data-control=pad]")
        self.area.scroll_into_view_if_needed()

    def at(self, x, y):
        """A place on the pad as one on the page."""
        box = self.area.bounding_box()
        return box["x"] + x / SIDE * box["width"], box["y"] + y / SIDE * box["height"]

    def draw(self, *points, release=True):
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point))
        if release:
            self.page.mouse.up()

    def frame(self):
        self.page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")

    @property
    def strokes(self):
        return self.view.sent[-1]["strokes"]

    def ink(self):
        return self.view.root.locator("path[d][stroke-width], g[stroke-width] path").evaluate_all(
            "(nodes) => nodes.map((node) => node.getAttribute('d'))")


def test_a_stroke_is_sent_where_it_was_drawn_and_seen_at_once(pad):
    way = [(4, 6), (10, 6.5), (16, 12), (9, 22)]
    pad.draw(*way)
    (stroke,) = pad.strokes
    # the browser hands over whole pixels of the page, of which 7.5 are one pixel of the pad
    np.testing.assert_allclose(stroke, way, atol=0.07)
    assert len(pad.ink()) == 1  # nobody has answered yet
    drawn = np.array(pad.ink()[0][1:].replace("L", " ").split(), float).reshape(-1, 2)
    np.testing.assert_allclose(drawn, stroke)


def test_each_press_begins_a_stroke_and_a_click_is_a_dot(pad):
    pad.draw((4, 6), (10, 6))
    pad.draw((20, 20))
    assert [len(stroke) for stroke in pad.strokes] == [2, 1]
    answer = pad.view.answer()
    assert answer["field"]["shape"] == [SIDE, SIDE] and not answer["empty"]
    assert pad.view.press(pad.view.labels["undo"])["strokes"] == pad.strokes[:1]
    assert pad.view.press(pad.view.labels["clear"])["strokes"] == []
    assert pad.ink() == []


def test_many_points_between_two_frames_are_sent_together_and_none_is_lost(pad):
    points = [(4 + 0.5 * k, 14) for k in range(30)]
    before = len(pad.view.sent)
    pad.page.mouse.move(*pad.at(*points[0]))
    pad.page.mouse.down()
    pad.area.evaluate(
        """(area, places) => places.forEach(([x, y]) => area.dispatchEvent(new PointerEvent(
             "pointermove", { clientX: x, clientY: y, buttons: 1, pointerId: 1 })))""",
        [pad.at(*point) for point in points[1:]])
    pad.frame()
    pad.page.mouse.up()
    assert len(pad.view.sent) - before <= 3  # the press, one frame, perhaps the release
    np.testing.assert_allclose(pad.strokes[-1], points, atol=0.07)


def test_nothing_is_drawn_without_a_press_or_with_another_button(pad):
    pad.page.mouse.move(*pad.at(5, 5))
    pad.page.mouse.move(*pad.at(15, 15))
    pad.page.mouse.click(*pad.at(9, 9), button="right")
    assert pad.view.sent == []


def test_the_invitation_makes_way_for_the_first_stroke(mount, network):
    pad = Pad(mount(widgets.draw_digit(network=network)))
    assert len(pad.ink()) == 1 and not pad.view.root.get_by_text("draw here").is_visible()
    pad.draw((3, 3), (8, 8))
    assert len(pad.strokes) == 1 and pad.view.sent[-1]["invited"] is False
    pad.draw((13, 3), (8, 8))
    assert len(pad.strokes) == 2


def test_arrow_keys_move_the_pen_and_the_space_bar_puts_it_down(pad):
    pad.area.focus()
    cursor = pad.view.root.locator(".cw-stage svg circle")
    place = lambda: tuple(float(cursor.get_attribute(k)) for k in ("cx", "cy"))  # noqa: E731
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        pad.page.keyboard.press(key)
    assert cursor.is_visible() and pad.view.sent == []  # the pen is up
    x, y = place()
    for key in ("Space", "ArrowDown", "Shift+ArrowRight", "ArrowUp", "Space", "ArrowLeft"):
        pad.page.keyboard.press(key)
    assert pad.strokes == [[[x, y], [x, y + 1], [x + 3, y + 1], [x + 3, y]]]
    assert place() == (x + 2, y)
    pad.page.keyboard.press("Backspace")
    assert pad.strokes == []
    pad.page.keyboard.press("Tab")
    assert not cursor.is_visible()


def test_the_pen_stays_on_the_pad(pad):
    pad.area.focus()
    pad.page.keyboard.press("Space")
    for _ in range(12):
        pad.page.keyboard.press("Shift+ArrowUp")
        pad.page.keyboard.press("Shift+ArrowLeft")
    assert np.min(pad.strokes[-1]) == 0


def test_bars_and_words_are_those_of_the_result(pad):
    pad.draw((4, 4), (10, 4), (20, 20))
    result = pad.view.answer()
    chances = [0.02, 0.0001, 0.5, 0.0, 0.08, 0.1, 0.05, 0.15, 0.07, 0.03]
    result = {**result, "probabilities": chances, "guess": 2, "says": "Perhaps a",
              "shares": [f"{100 * c:.0f} %" for c in chances]}
    pad.view.show(result)
    bars = [float(bar.get_attribute("width"))
            for bar in pad.view.root.locator("[data-bar]").all()]
    np.testing.assert_allclose(np.array(bars) / bars[2] * 0.5, chances, atol=0.002)
    digits = sorted((t for t in pad.view.shapes(tag="text") if t["text"] in "0123456789"),
                    key=lambda t: -t["height"])
    assert digits[0]["text"] == "2" and digits[0]["height"] > 3 * digits[1]["height"]
    rows = pad.view.shapes(tag="rect")
    for row in rows:
        beside = [t for t in digits[1:] if abs(t["y"] - row["y"]) < 6]
        if row["width"] in bars and row["width"] > 1 and len(beside) == 1:
            assert bars.index(row["width"]) == int(beside[0]["text"])
    shown = {t["text"] for t in pad.view.shapes(tag="text") if t["text"].endswith(" %")}
    assert shown == {"2 %", "50 %", "8 %", "10 %", "5 %", "15 %", "7 %", "3 %"}


def test_each_map_stands_in_its_block_and_brightness_is_its_own(pad):
    """One map of one layer is lit; what changes on the canvas is one square of the right size."""
    result = pad.view.answer({**pad.view.widget.state, "serial": 1})
    dark = json.loads(json.dumps(result))
    for layer in dark["layers"]:
        layer["values"]["bytes"] = filled(layer["values"]["shape"])
    pad.view.show(dark)
    before, places = pad.view.pixels(), []
    for layer, chosen in ((0, 0), (0, 1), (0, 31), (2, 0), (2, 63), (4, 0)):
        lit = json.loads(json.dumps(dark))
        lit["layers"][layer]["values"]["bytes"] = filled(dark["layers"][layer]["values"]["shape"],
                                                         chosen)
        pad.view.show(lit)
        rows, columns = np.nonzero(np.abs(pad.view.pixels() - before).sum(axis=2) > 60)
        places.append((columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1))
    first, second, last, later, end, unit = places
    assert all(abs(place[2] - place[3]) <= 2 for place in places)  # squares
    assert second[0] > first[0] and second[1] == first[1]
    assert last[0] > first[0] and last[1] > first[1]
    assert later[0] > last[0] + last[2] and end[0] > later[0] and end[1] > later[1]
    assert unit[0] > end[0] and unit[2] < first[2]


def filled(shape, chosen=None):
    values = np.zeros(shape, np.uint8)
    if chosen is not None:
        values[chosen] = 255
    return base64.b64encode(values.tobytes()).decode()


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_every_network_has_its_blocks_on_the_canvas_and_none_runs_over_the_edge(name, mount):
    view = mount(widgets.draw_digit(network=networks.NETWORKS[name]()))
    rows, columns = np.nonzero(view.pixels()[:, :, 3] > 0)
    high, wide = view.pixels().shape[:2]
    assert columns.max() < wide - 1 and rows.max() < high  # the last column and row stay empty
    blocks = len(view.widget.result["layers"])
    assert (columns.max() < 200) == (blocks == 0)


@pytest.mark.parametrize("down", [0.25, 0.4, 0.6, 0.9])
def test_a_map_under_the_pointer_is_shown_in_large_and_not_over_the_edge(down, pad):
    pad.view.answer({**pad.view.widget.state, "serial": 1})
    before = pad.view.pixels()
    canvas = pad.view.root.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    pad.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + down * box["height"])
    changed = np.abs(pad.view.pixels() - before).sum(axis=2) > 0
    rows, columns = np.nonzero(changed)
    assert np.ptp(rows) > 150 and np.ptp(columns) > 140  # with its frame and its words
    pad.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] - 50)
    np.testing.assert_array_equal(pad.view.pixels(), before)


def picture_file(tmp_path):
    grey = np.full((60, 60), 240, np.uint8)
    grey[10:50, 28:34] = 10
    path = tmp_path / "one.png"
    Image.fromarray(grey).save(path)
    return path


def test_a_picture_of_ones_own_comes_onto_the_pad_and_is_sent_only_once(pad, tmp_path):
    path = picture_file(tmp_path)
    chooser = pad.view.root.locator("input[type=file]")
    chooser.set_input_files(path)
    pad.page.wait_for_function("() => window.sent.length > 0")
    assert base64.b64decode(pad.view.sent[-1]["file"]) == path.read_bytes()
    answer = pad.view.answer()
    assert not answer["problem"] and not answer["empty"]
    image = pad.view.root.locator(".cw-stage svg image").get_attribute("href")
    shown = Image.open(io.BytesIO(base64.b64decode(image.split(",")[1]))).convert("RGBA")
    ink = np.array(shown)[:, :, 3] > 128
    assert ink.shape == (56, 56) and ink[20:36, 27:31].all() and not ink[:, :22].any()
    pad.draw((4, 4), (4, 20))
    assert pad.view.sent[-1]["file"] == "" and pad.view.sent[-1]["photo"]
    pad.view.press(pad.view.labels["clear"])
    assert pad.view.sent[-1]["photo"] == ""
    pad.view.answer()
    assert pad.view.root.locator(".cw-stage svg image").count() == 0


def test_what_is_no_picture_is_answered_with_a_sentence_beside_the_button(pad, tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("these are no pixels")
    pad.view.root.locator("input[type=file]").set_input_files(path)
    pad.page.wait_for_function("() => window.sent.length > 0")
    problem = pad.view.answer()["problem"]
    line = pad.view.root.locator("[role=status]")
    assert problem and line.inner_text() == problem and line.is_visible()
    pad.view.press(pad.view.labels["clear"])
    pad.view.answer()
    assert not line.is_visible()


def test_a_picture_that_is_too_large_does_not_travel(pad, tmp_path):
    path = tmp_path / "huge.png"
    path.write_bytes(b"0" * 7_000_001)
    pad.view.root.locator("input[type=file]").set_input_files(path)
    pad.page.wait_for_function("() => window.sent.length > 0")
    assert pad.view.sent[-1]["file"] == "too large"
    assert "7 MB" in pad.view.answer()["problem"]


def test_the_next_test_digit_takes_the_place_of_the_drawing(pad):
    pad.draw((4, 4), (4, 20))
    sent = pad.view.press(pad.view.labels["next"])
    assert sent["example"] == 0 and sent["strokes"] == []
    pad.view.answer()
    assert pad.view.press(pad.view.labels["next"])["example"] == 1


def test_a_frame_shows_the_size_of_training_digits_only_where_size_matters(pad):
    frame = pad.view.root.locator("rect[stroke-dasharray]")
    assert not frame.is_visible()
    pad.view.root.get_by_label(pad.view.labels["fit"]).click()
    assert pad.view.sent[-1]["fit"] is False and frame.is_visible()
    pad.view.text(pad.view.labels["frame"])


def test_while_a_network_is_trained_a_line_says_so(pad):
    pad.view.root.locator("select[name=network]").select_option("MLP")
    line = pad.view.root.locator("[role=status]")
    line.get_by_text(pad.view.labels["waiting"]).wait_for(timeout=5000)
    pad.view.show({**pad.view.widget.result, "serial": pad.view.sent[-1]["serial"]})
    assert not line.is_visible()
