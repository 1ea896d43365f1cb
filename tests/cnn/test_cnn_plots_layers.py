"""What a reader sees of one layer: each number at its place, each weight with its own look."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from helpers.cnn import plots
from helpers.kit import data
from tests.backprop.pictures import all_words, painted, words
from tests.cnn.plot_reading import table_at, under

KERNEL = np.array([[1.0, 2, 0], [0, -1, 3]])


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (2, 1)])
def test_products_are_those_of_the_patch_with_the_kernel_as_it_is(row, column):
    image = np.arange(20.0).reshape(4, 5)
    ax = plots.plot_products(image, KERNEL, row, column)
    patch = image[row:row + 2, column:column + 3]
    np.testing.assert_array_equal(table_at(ax, 0, 1, (4, 5)), image)
    for title, expected in (("patch", patch), ("kernel", KERNEL), ("products", patch * KERNEL)):
        middle, top = under(ax, title, 0.2)
        np.testing.assert_array_equal(table_at(ax, middle - 1.5, top, (2, 3)), expected)
    sums = [t.get_text() for t in ax.texts if t.get_fontweight() == "bold"]
    assert [float(text.replace("−", "-")) for text in sums] == [(patch * KERNEL).sum()]
    (framed,) = (p for p in ax.patches if p.get_linewidth() == 2.4)
    assert framed.get_xy() == (column, 1 + row)
    assert (framed.get_width(), framed.get_height()) == (3, 2)


def test_the_rounded_products_of_the_chapters_photograph_add_up_to_the_sum_that_is_shown():
    edges = np.array([[-1.0, 0, 1]] * 3)
    ax = plots.plot_products(data.photo("china"), edges, row=200, column=102, ink=False)
    middle, top = under(ax, "products", 0.2)
    shown = table_at(ax, middle - 1.5, top, (3, 3))
    (total,) = (float(t.get_text()) for t in ax.texts if t.get_fontweight() == "bold")
    assert shown.sum() == pytest.approx(total, abs=1e-9) and total > 2     # and it is an edge


def test_a_large_photograph_is_drawn_with_half_as_many_pixels_and_its_own_numbers():
    photo = np.random.default_rng(0).random((41, 500))
    ax = plots.plot_products(photo, KERNEL, 10, 20)
    (drawn,) = (image.get_array() for image in ax.images)
    assert drawn.shape == (20, 250)
    np.testing.assert_allclose(drawn[3, 7], photo[6:8, 14:16].mean())
    middle, top = under(ax, "patch", 0.2)
    np.testing.assert_allclose(table_at(ax, middle - 1.5, top, (2, 3)), photo[10:12, 20:23],
                               atol=0.005)


def test_patches_become_rows_and_the_product_gives_the_outputs():
    image = np.arange(1.0, 13).reshape(3, 4)
    ax = plots.plot_im2col(image, KERNEL)
    rows = np.array([image[i:i + 2, j:j + 3].ravel() for i in range(2) for j in range(2)])
    for title, expected, width in (("image", image, 4), ("patches, one a row", rows, 6),
                                   ("kernel", KERNEL.reshape(-1, 1), 1),
                                   ("output", rows @ KERNEL.reshape(-1, 1), 1)):
        middle, top = under(ax, title, 0.25)
        drawn = table_at(ax, middle - width / 2, top, expected.shape)
        np.testing.assert_array_equal(drawn, expected, err_msg=title)
    # the patch framed in one look in the image is the row framed in the same look
    frames = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_linewidth() == 2.2]
    looks = {}
    for frame in frames:
        looks.setdefault(to_rgb(frame.get_edgecolor()), []).append(frame)
    assert len(looks) == 3 and len({f.get_linestyle() for f in frames}) == 3
    middle_of_rows, top_of_rows = under(ax, "patches, one a row", 0.25)
    middle_of_image, top_of_image = under(ax, "image", 0.25)
    for in_image, row, output in looks.values():
        j = round(in_image.get_x() - (middle_of_image - 2) - 0.2)
        i = round(in_image.get_y() - top_of_image - 0.2)
        assert 2 * i + j == round(row.get_y() - top_of_rows) == round(output.get_y() - top_of_rows)
        assert row.get_x() == pytest.approx(middle_of_rows - 3)


def test_pooling_marks_the_first_largest_and_shows_what_came_from_above():
    x = np.array([[1.0, 5, 2, 2], [5, 0, 2, 1], [0, 0, 7, 8], [3, 0, 6, 5]])
    dx = np.array([[0.0, 2, -1, 0], [0, 0, 0, 0], [0, 0, 0, 0.5], [4, 0, 0, 0]])
    ax = plots.plot_pool(x, [[5, 2], [3, 8]], dx)
    dy = np.array([[2, -1], [4, 0.5]])
    for title, expected in (("x", x), ("y", [[5, 2], [3, 8]]), ("dy", dy), ("dx", dx)):
        side = len(expected)
        middle, top = under(ax, title, 0.2)
        np.testing.assert_array_equal(table_at(ax, middle - side / 2, top, (side, side)), expected)
    middle, top = under(ax, "x", 0.2)
    bold = {(int(t.get_position()[1] - top), int(t.get_position()[0] - middle + 2))
            for t in ax.texts if t.get_fontweight() == "bold" and t.get_text().isdigit()
            and abs(t.get_position()[0] - middle) < 2}
    assert bold == {(0, 1), (0, 2), (3, 0), (2, 3)}


def test_wiring_has_the_lines_of_dense_local_and_shared_with_one_look_per_weight():
    ax = plots.plot_wiring()
    panels = [[line for line in ax.lines if 7.2 * k <= np.mean(line.get_xdata()) < 7.2 * (k + 1)]
              for k in range(3)]
    assert [len(lines) for lines in panels] == [24, 12, 12]
    # input minus output, in places: which of the three weights
    for lines in panels[1:]:
        steps = [round(np.subtract(*line.get_xdata())) for line in lines]
        assert sorted(steps) == sorted([1, 0, -1] * 4)
    looks = {}
    for line in panels[2]:
        step = round(np.subtract(*line.get_xdata()))
        looks.setdefault(step, set()).add((line.get_color(), line.get_linestyle()))
    assert [len(look) for look in looks.values()] == [1, 1, 1]
    assert all(len(set(kind)) == 3 for kind in zip(*(look.pop() for look in looks.values()),
                                                   strict=True))
    written = all_words(ax)
    assert [w for w in written if "weights" in w] == ["4 × 6 = 24 weights", "4 × 3 = 12 weights",
                                                      "3 weights"]


def test_a_matrix_has_blank_zeros_and_one_number_and_colour_for_equal_weights():
    T = np.array([[0.5, 0, 0], [0.25, 0.5, 0], [-1, 0.25, 0.5], [0, -1, 0.25]])
    ax = plots.plot_matrix(T, "pixel", "place")
    drawn = table_at(ax, 1.1, 1.1, T.shape)
    expected = np.where(T == 0.5, 1, np.where(T == 0.25, 2, np.where(T == -1, 3, np.nan)))
    np.testing.assert_array_equal(drawn, expected)
    assert {"pixel: 4", "place: 3"} <= set(all_words(ax))
    colour_at = painted(ax)
    seen = {}
    for (i, j), name in np.ndenumerate(expected):
        seen.setdefault(name if name == name else 0, set()).add(
            tuple(colour_at(1.1 + j + 0.15, 1.1 + i + 0.15)))
    assert all(len(colours) == 1 for colours in seen.values())
    assert len(set().union(*seen.values())) == 4 and seen[0] == {(1.0, 1.0, 1.0)}


def padded(size, before, after, kernel, stride):
    """What each window sees, by laying it on a row of names."""
    row = ["0"] * before + [f"$x_{{{i + 1}}}$" for i in range(size)] + ["0"] * after
    return [", ".join(row[i:i + kernel]) for i in range(0, len(row) - kernel + 1, stride)]


@pytest.mark.parametrize(("size", "kernel", "stride", "same", "even"), [
    (6, 3, 2, (0, 1), (1, 1)), (7, 4, 3, (1, 2), (2, 2)), (5, 3, 1, (1, 1), (1, 1)),
    (4, 1, 3, (0, 0), (0, 0))])
def test_windows_of_both_paddings_see_what_they_really_see(size, kernel, stride, same, even):
    ax = plots.plot_padding(size, kernel, stride)
    said = [t for t in all_words(ax) if t.startswith("output ")]
    expected = [f"output {i + 1} sees {seen}" for plan in (same, even)
                for i, seen in enumerate(padded(size, *plan, kernel, stride))]
    assert said == expected
    bars = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(bars) == len(said)
    texts = words(ax)
    for bar, text in zip(bars, said, strict=True):
        assert np.ptp(bar.get_xdata()) == pytest.approx(kernel - 0.2)
        assert bar.get_ydata()[0] == pytest.approx(texts[text][1]) or said.count(text) > 1


def test_paddings_are_counted_in_the_titles():
    ax = plots.plot_padding()
    assert 'TensorFlow\'s "same": 0 zeros before, 1 after' in all_words(ax)
    assert "as many on each side: 1 zero before, 1 after" in all_words(ax)
