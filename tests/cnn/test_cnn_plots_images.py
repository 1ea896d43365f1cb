"""What a reader sees in pictures made of images: the right shades and colours, read back."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from helpers.cnn import plots
from helpers.kit import figures
from helpers.kit.figures import COLOURS
from tests.backprop.pictures import all_words, painted, words
from tests.cnn.plot_reading import images_of


def test_images_stand_in_reading_order_each_under_its_title_and_larger_is_darker():
    images = np.zeros((5, 4, 6, 1))
    images[:, 0, 0] = np.arange(5)[:, None] / 4
    ax = plots.plot_images(images, list("abcde"), columns=3)
    drawn = images_of(ax)
    assert [picture[0, 0] for _, picture in drawn] == [0, 0.25, 0.5, 0.75, 1]
    corners = [(left, top) for (left, _, _, top), _ in drawn]
    assert corners[0][1] == corners[2][1] < corners[3][1] and corners[3][0] == corners[0][0]
    for letter, ((left, right, bottom, top), _) in zip("abcde", drawn, strict=True):
        x, y = words(ax)[letter]
        assert x == pytest.approx((left + right) / 2, abs=1e-3) and y < top < bottom
        assert (right - left) / (bottom - top) == pytest.approx(6 / 4, abs=0.01)
    colour_at = painted(ax)
    (left, right, bottom, top), _ = drawn[4]
    assert colour_at(left + 0.1, top + 0.1).mean() < 0.05 < 0.95 < colour_at(right - .1, bottom - .1
                                                                            ).mean()


def test_light_is_bright_where_one_asks_for_it_and_colours_stay():
    dark = np.zeros((1, 4, 4))
    (_, _, _, top), _ = images_of(plots.plot_images(dark, ink=False))[0]
    assert painted(plots.plot_images(dark, ink=False))(0.5, top + 0.5).mean() < 0.05
    red = np.zeros((1, 4, 4, 3))
    red[..., 0] = 1.0
    assert painted(plots.plot_images(red))(0.5, top + 0.5).tolist() == [1, 0, 0]


def test_maps_share_one_scale_and_the_words_say_which():
    maps = np.zeros((2, 2, 3))
    maps[:, :, 1], maps[0, 0, 2] = 1.0, 4.0
    ax = plots.plot_maps(maps)
    np.testing.assert_array_equal(np.stack([m for _, m in images_of(ax)], axis=-1), maps)
    assert {image.get_clim() for image in ax.images} == {(0.0, 4.0)}
    assert "white 0, darkest 4" in all_words(ax)
    ax = plots.plot_maps(maps - 1)
    ((low, high),) = {image.get_clim() for image in ax.images}
    assert low == -high and 2.5 < high <= 3         # one value in 200 may lie outside
    assert any(text.startswith("black −") and "grey 0" in text for text in all_words(ax))


def test_filtered_photographs_have_zero_in_the_middle_grey_and_lose_their_border_to_scale():
    photo = np.tile(np.linspace(0, 1, 12), (8, 1))
    flat = np.zeros((6, 10))
    flat[0, 0], flat[0, 1] = -2.0, 2.0
    ax = plots.plot_filtered(photo, {"edges": flat, "blur": photo})
    boxes = images_of(ax)
    widths = [right - left for (left, right, _, _), _ in boxes]
    assert widths[0] == pytest.approx(1, abs=1e-2)
    assert widths[1] == pytest.approx(10 / 12, abs=1e-2)
    (left, right, bottom, top), _ = boxes[1]
    assert painted(ax)((left + right) / 2, (top + bottom) / 2) == pytest.approx(0.5, abs=0.01)
    assert any(text.startswith("black −2, grey 0, white 2") for text in all_words(ax))
    assert any(text.startswith("black 0, white 1") for text in all_words(ax))
    assert words(ax)["edges"][0] == pytest.approx(left, abs=1e-2)


def test_a_large_photograph_is_drawn_as_means_over_blocks():
    photo = np.random.default_rng(0).random((40, 330))
    _, drawn = images_of(plots.plot_filtered(photo, {}))[0]
    assert drawn.shape == (13, 110)
    np.testing.assert_allclose(drawn[2, 5], photo[6:9, 15:18].mean())
    colour = np.random.default_rng(0).random((40, 330, 3))
    _, drawn = images_of(plots.plot_filtered(colour, {}))[0]
    np.testing.assert_allclose(drawn[2, 5], colour[6:9, 15:18].mean(axis=(0, 1)))


def test_photographs_keep_more_greys_than_the_quick_choice_of_colours_knows():
    ramp = np.tile(np.linspace(0, 1, 160), (100, 1))
    png, _ = figures.to_png(plots.plot_filtered(ramp, {"the same": ramp}))
    shades = np.unique(np.asarray(Image.open(io.BytesIO(png)).convert("L")))
    assert len(shades) > 40         # 16 without special care


def test_heat_is_orange_where_positive_blue_where_negative_white_where_zero():
    heat = np.zeros((4, 4))
    heat[0, 0], heat[3, 3] = 2.0, -1.0
    ax = plots.plot_heat(np.zeros((8, 8)), {"map": heat})
    left, top = 1.08, 0.16
    colour_at = painted(ax)
    positive, negative = colour_at(left + 0.1, top + 0.1), colour_at(left + 0.9, top + 0.9)
    np.testing.assert_allclose(positive, to_rgb(COLOURS["backward"]), atol=0.02)
    assert negative[2] > negative[0] + 0.2          # half as strong, and blue
    assert colour_at(left + 0.9, top + 0.1).min() > 0.98
    assert "at most 2" in all_words(ax)
    assert len(ax.collections) > 0                  # the dotted edge: a second sign for negative
    assert not plots.plot_heat(np.zeros((8, 8)), {"map": np.abs(heat)}).collections


def test_the_image_is_seen_through_the_heat():
    image = np.zeros((2, 2))
    image[0, 0] = 1.0
    ax = plots.plot_heat(image, {"map": np.zeros((2, 2))})
    colour_at = painted(ax)
    for left in (0, 1.08):
        assert colour_at(left + 0.25, 0.16 + 0.25).max() < 0.5 < 0.98 < colour_at(
            left + 0.75, 0.16 + 0.75).min()


def test_support_is_drawn_pixel_by_pixel_and_measured():
    seen = np.zeros((10, 10), bool)
    seen[2:5, 4:8] = True
    ax = plots.plot_support({"a": seen, "b": np.zeros((10, 10))})
    np.testing.assert_array_equal(images_of(ax)[0][1], seen.astype(float))
    assert words(ax)["3 × 4 pixels"][0] == words(ax)["a"][0] == 0.5
    assert words(ax)["no pixel"][0] == words(ax)["b"][0]
    assert "3 × 4 pixels" in all_words(plots.plot_support(seen))
