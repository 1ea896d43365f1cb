"""W3.6 without a browser: what is read from strokes, test digits and photos, and what is said.

Networks are untrained here but for the last test.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from helpers import nn
from helpers.cnn import draw_digit, looking, networks, sheet
from tests.cnn import hand
from tests.cnn.widget_answers import answer, axes_of

pytestmark = pytest.mark.usefixtures("untrained")


def draw(strokes=(), **changes):
    told = [np.asarray(stroke).tolist() for stroke in strokes]
    return answer(draw_digit.DrawDigit, strokes=told, invited=False, **changes)


def test_draw_digit_answers_with_what_the_network_says_of_what_it_reads(untrained):
    result = draw(hand.drawn(3), network="MLP", train="centred")
    page = result["field"].astype(np.float32) / 255
    exact = sheet.field(hand.drawn(3), None, 2.5, True)
    np.testing.assert_allclose(page, exact, atol=1 / 510)
    expected = nn.softmax(untrained("MLP", "centred").predict(exact.reshape(1, 28, 28, 1)))[0]
    np.testing.assert_allclose(result["probabilities"], expected, rtol=1e-4)
    assert result["guess"] == expected.argmax() and sum(result["probabilities"]) == pytest.approx(1)
    assert result["summary"].startswith("MLP, trained on digits that stand still: ")
    assert f"{result['guess']} with {result['shares'][result['guess']]}" in result["summary"]


def test_draw_digit_speaks_as_surely_as_the_network_is(monkeypatch):
    for chance, words in ((0.9, "I see"), (0.6, "Perhaps"), (0.3, "cannot tell")):
        chances = np.full(10, (1 - chance) / 9)
        chances[4] = chance
        monkeypatch.setattr(looking, "journey", lambda *_, chances=chances: ([], chances))
        result = draw(hand.drawn(4))
        assert words in result["says"] and result["guess"] == 4 and f"{chance:.0%}"[:2] in result[
            "sure"]


@pytest.mark.parametrize(("chance", "words"), [(0.0, "< 0.1 %"), (1.0, "> 99.9 %"),
                                               (0.12345, "12 %"), (0.0996, "10 %"),
                                               (0.99999, "> 99.9 %"), (0.998, "99.8 %"),
                                               (0.9994, "99.9 %"), (0.9951, "99.5 %"),
                                               (0.994, "99 %"), (0.0123, "1.2 %"),
                                               (float("nan"), "–")])
def test_draw_digit_writes_shares_so_that_almost_is_not_all(chance, words):
    assert draw_digit._percent(chance) == words


def test_draw_digit_says_that_an_empty_pad_gets_an_answer_too():
    result = draw()
    assert result["empty"] and not result["field"].any()
    assert "empty" in result["summary"] and "Nothing" in result["says"]
    assert "None of the ten answers" in result["summary"]
    assert sum(result["probabilities"]) == pytest.approx(1)


def test_draw_digit_shows_a_test_digit_and_says_what_it_is():
    split = networks.digits("roaming")
    result = draw(example=361, fit=False)  # after the last comes the first
    shown = result["ground"].astype(float) / 255
    np.testing.assert_allclose(shown, split.x_test[1, :, :, 0], atol=1 / 510)
    verdict = "right" if result["guess"] == split.y_test[1] else "wrong"
    assert f"a {split.y_test[1]}, so the answer is {verdict}" in result["summary"]
    assert result["truth"] == f"it is a {split.y_test[1]}"


def packed(grey, kind="PNG"):
    """A picture as a browser sends it."""
    file = io.BytesIO()
    Image.fromarray(np.round(255 * grey).astype(np.uint8)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode("ascii")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_draw_digit_reads_a_picture_once_and_keeps_its_ink(kind):
    grey, _ = hand.photographed()
    first = draw(file=packed(grey, kind))
    kept = first["state"]
    assert kept["file"] == "" and not first["problem"] and not first["empty"]
    again = draw(photo=kept["photo"])
    np.testing.assert_array_equal(again["field"], first["field"])
    np.testing.assert_array_equal(again["ground"], first["ground"])
    assert again["state"]["photo"] == kept["photo"]
    page = draw(photo=kept["photo"], fit=False)["field"] / 255
    assert hand.middle_of(page) == pytest.approx((90.5 / 160 * 28 - 0.5, 13.5), abs=0.6)
    more = draw([[(2, 2), (2, 26)]], photo=kept["photo"], fit=False)["field"]
    assert more[:, :4].sum() > 10 * page[:, :4].sum() + 1  # strokes go on top


@pytest.mark.parametrize("file", [base64.b64encode(b"no picture at all").decode(), "%%%", "a"])
def test_draw_digit_says_what_is_wrong_with_a_file(file):
    result = draw(file=file)
    assert result["problem"] and result["summary"] == result["problem"]
    assert result["state"]["file"] == "" and result["ground"] is None


def test_draw_digit_refuses_pictures_that_are_too_large_or_empty():
    assert "7 MB" in draw(file="too large")["problem"]
    assert "same brightness" in draw(file=packed(np.full((40, 40), 0.8)))["problem"]


@pytest.mark.parametrize("photo", ["x", "AAAA", None, 7])
def test_draw_digit_takes_a_photo_that_it_never_sent_for_none(photo):
    assert draw(photo=photo)["ground"] is None


def test_draw_digit_forgets_the_beginning_of_a_drawing_without_end():
    strokes = [np.full((1500, 2), float(k)) for k in range(1, 5)]
    kept = draw_digit._newest(strokes)
    assert sum(map(len, kept)) == draw_digit.MOST_POINTS
    assert [stroke[0, 0] for stroke in kept] == [2.0, 3.0, 4.0]
    assert draw_digit._newest(strokes[:1]) == strokes[:1]


def test_picture_of_the_pad_shows_what_is_read_the_first_maps_and_the_bars():
    result = draw(hand.drawn(6), network="article's CNN")
    read, *maps, bars = axes_of(draw_digit.DrawDigit, result)
    np.testing.assert_array_equal(read.images[0].get_array(), result["field"])
    assert len(maps) == 16
    for ax, shades in zip(maps, result["layers"][0]["values"], strict=False):
        np.testing.assert_array_equal(ax.images[0].get_array(), shades)
    widths = [bar.get_width() for bar in bars.patches]
    np.testing.assert_allclose(widths, result["probabilities"])
    assert bars.patches[0].get_y() < bars.patches[9].get_y()  # counted from the top:
    assert bars.get_ylim()[0] > bars.get_ylim()[1]


def test_a_trained_network_reads_what_is_drawn_anywhere_and_in_any_size(monkeypatch):
    """Drawn by nobody whose writing it learned from: 9 of 10 were read when this was written."""
    monkeypatch.undo()
    boxes = ((7, 5, 12, 18), (3, 2, 8, 11), (1, 1, 20, 25))
    right = [draw(hand.drawn(digit, *box), fit=True)["guess"] == digit
             for digit in range(10) for box in boxes]
    assert sum(right) >= 21  # of 30
    invitation = answer(draw_digit.DrawDigit)
    assert invitation["guess"] == 3 and invitation["probabilities"][3] > 0.8
