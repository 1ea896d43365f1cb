"""From strokes and photographs to the canvas that the networks read."""

import numpy as np
import pytest
from PIL import Image

from helpers.cnn import networks, sheet
from helpers.cnn.draw_digit import DrawDigit
from tests.cnn import hand

CANVAS = 28


def test_ink_lies_where_the_pen_went():
    across = sheet.field([np.array([(4.0, 21.0), (12.0, 21.0)])], None, 2.0, False)
    assert across.shape == (CANVAS, CANVAS) and across.dtype == np.float32
    x, y = hand.middle_of(across)
    # the pixel with index i lies between i and i + 1; cells of two pixels, stretched to the
    # corners, move ink by up to half a pixel
    assert x == pytest.approx(7.5, abs=0.6) and y == pytest.approx(20.5, abs=0.6)
    rows, columns = np.nonzero(across > 0.1)
    assert np.ptp(columns) > 2 * np.ptp(rows)


def test_a_single_point_is_a_dot_and_stays_one():
    for fit in (False, True):
        dot = sheet.field([np.array([(5.0, 5.0)])], None, 2.5, fit)
        rows, columns = np.nonzero(dot > 0.05)
        assert 0 < np.ptp(rows) < 6 and 0 < np.ptp(columns) < 6
    # the fitted one lies in the middle
    assert hand.middle_of(dot) == pytest.approx((13.5, 13.5), abs=0.1)


@pytest.mark.parametrize("digit", range(10))
def test_fitted_neither_size_nor_place_of_a_drawing_matters(digit):
    strokes = hand.drawn(digit, 7, 5, 12, 18)
    pages = [sheet.field([scale * stroke + shift for stroke in strokes], None, 2.5, True)
             for scale, shift in ((1, 0), (0.6, -2), (1.3, (-8, -6)))]
    for page in pages[1:]:
        # A dot is an eighth of a pixel, and rounding may put the edge of a stroke on the next:
        # a cell may count one row of dots more or less, of its 16.
        np.testing.assert_allclose(page, pages[0], atol=0.07)
        assert np.abs(page - pages[0]).mean() < 0.005
    ink = np.argwhere(pages[0] > 0.02)
    assert ink.min() >= 6 and ink.max() < 22 and np.ptp(ink[:, 0]) == 15


def test_fitted_the_width_stays_within_that_of_training_digits():
    for points, wide in (([(14, 4), (14, 24)], 5), ([(2, 10), (26, 10), (2, 16)], 13)):
        columns = np.nonzero(sheet.field([np.array(points, float)], None, 2.0, True) > 0.05)[1]
        assert np.ptp(columns) + 1 == pytest.approx(wide, abs=3)
    columns = (networks.digits("centred").x_train[..., 0] > 0.5).any(axis=1)
    inked = CANVAS - columns.argmax(axis=1) - columns[:, ::-1].argmax(axis=1)
    limits = [sheet.NARROWEST, sheet.WIDEST]
    assert limits == pytest.approx(np.quantile(inked, (0.005, 0.99)), abs=1)


def test_a_pen_of_the_usual_thickness_leaves_as_much_ink_as_training_digits_have():
    pen = DrawDigit.initial["pen"]
    drawn = np.mean([sheet.field(hand.drawn(digit), None, pen, True) for digit in range(10)])
    real = networks.digits("centred").x_train.mean()
    assert drawn == pytest.approx(real, rel=0.15)


def test_a_training_digit_is_fitted_to_what_it_was():
    split, roaming = networks.digits("centred"), networks.digits("roaming")
    alike = []
    for at in range(40):
        page = sheet.field([], roaming.x_test[at, :, :, 0], 2.5, True)
        alike.append(np.corrcoef(page.ravel(), split.x_test[at, :, :, 0].ravel())[0, 1])
    # it is counted in cells and enlarged a second time, which blurs it a little
    assert np.median(alike) > 0.95 and np.quantile(alike, 0.1) > 0.85


def test_an_empty_sheet_is_empty():
    for fit in (False, True):
        assert not sheet.field([], np.zeros((56, 56)), 2.5, fit).any()
        assert not sheet.field([], None, 2.5, fit).any()


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("shadow", [True, False])
def test_ink_is_found_on_white_and_on_black_ground_and_under_a_shadow(dark, shadow):
    grey, ink = hand.photographed(dark, shadow)
    found = sheet.ink_of(grey)
    assert found.shape == (56, 56)
    # 160 columns are 56 cells, 120 rows the 42 in the middle
    expected = np.array(Image.fromarray(ink.astype(np.uint8) * 255).resize((56, 42))) / 255
    np.testing.assert_array_equal(found[:7] + found[-7:], 0)
    assert np.corrcoef(found[7:-7].ravel(), expected.ravel())[0, 1] > 0.9


def test_no_ink_is_found_on_an_empty_sheet():
    rng = np.random.default_rng(1)
    empty = np.clip(0.9 - 0.2 * np.mgrid[:90, :90][0] / 90 + rng.normal(0, 0.003, (90, 90)), 0, 1)
    assert not sheet.ink_of(empty).any()


def test_strokes_from_a_browser_are_read_and_the_rest_is_left_out():
    came = [[[1, 2], [3, "4"], [None, 1], "x", [5], [float("nan"), 0], [99, -99]], [], "stroke", 7,
            [[]]]
    (stroke,) = sheet.strokes_of(came)
    np.testing.assert_array_equal(stroke, [(1, 2), (3, 4), (32, -4)])
    for nothing in (None, 3, "abc", [], {}):
        assert sheet.strokes_of(nothing) == []
