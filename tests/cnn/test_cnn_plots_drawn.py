"""What a reader sees in the pictures: the right numbers at the right places, read back."""

import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from helpers.cnn import accounting, plots
from helpers.kit.comparison import Comparison
from helpers.kit.figures import COLOURS, SERIES
from tests.backprop.pictures import line_named, painted, points_of, words

STACK = [{"kind": "Conv2D", "kernel": 3, "filters": 32}, {"kind": "MaxPooling2D"},
         {"kind": "Conv2D", "kernel": 3, "filters": 64}, {"kind": "MaxPooling2D"},
         {"kind": "Flatten"}, {"kind": "Dense", "filters": 64}, {"kind": "Dense", "filters": 10}]
KERNEL = np.array([[1.0, 2, 0], [0, -1, 3]])


def all_words(ax):
    return [t.get_text() for t in ax.findobj(Text) if t.get_text()]


def at(ax, found):
    """Numbers in cells by their place: {(x, y): text} for those for which found(text) holds."""
    return {tuple(np.round(t.get_position(), 2)): t for t in ax.texts if found(t)}


def images_of(ax):
    """(left, right, bottom, top) → array, in the order drawn."""
    return [(tuple(np.round(image.get_extent(), 3)), image.get_array()) for image in ax.images]


def table_at(ax, left, top, shape):
    """The numbers in a table of unit cells whose corner is at (left, top); blanks are NaN."""
    table = np.full(shape, np.nan)
    for text in ax.texts:
        x, y = text.get_position()
        column, row = int(np.floor(x - left)), int(np.floor(y - top))
        inside = 0 <= row < shape[0] and 0 <= column < shape[1]
        if inside and abs(x - left - column - 0.5) < 0.01:
            table[row, column] = float(text.get_text().replace("−", "-"))
    return table


def under(ax, title, below=0.0):
    """Corner (x of the middle, y) of what stands under this title."""
    x, y = words(ax)[title]
    return x, y + below


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


def test_shapes_parameters_and_macs_stand_below_their_layer_and_add_up():
    rows = accounting.trace(STACK, (28, 28, 1))
    ax = plots.plot_shapes(rows)
    columns = {}
    for text in ax.texts:
        x, y = text.get_position()
        columns.setdefault(round(x, 2), {})[y] = text.get_text().replace("\u202f", "")
    lists = [columns[x] for x in sorted(columns)][1:]       # the first names the lines
    assert [c.get(43.5) for c in lists[:-1]] == ["28×28×1", "26×26×32", "13×13×32", "11×11×64",
                                                 "5×5×64", "1600", "64", "10"]
    assert [c.get(47.5) for c in lists] == [None, "320", "0", "18496", "0", "0", "102464", "650",
                                            "121930"]
    assert lists[-1][51.5] == "2528000" == str(sum(int(c[51.5]) for c in lists[1:-1]))


def test_boxes_of_layers_are_to_scale():
    ax = plots.plot_shapes(accounting.trace(STACK, (28, 28, 1)))
    fronts = [p.get_path().vertices for p in ax.patches if len(p.get_path().vertices) == 5
              and not isinstance(p, Rectangle)][::3]
    heights = [np.ptp(f[:4, 1]) for f in fronts]
    np.testing.assert_allclose(heights, [28, 26, 13, 11, 5])
    widths = [np.ptp(f[:4, 0]) for f in fronts]
    np.testing.assert_allclose(np.divide(widths[1:], widths[1]), [1, 1, 2, 2])
    bars = [p.get_height() for p in ax.patches if isinstance(p, Rectangle)]
    np.testing.assert_allclose(bars, [28, 28 * 64 / 1600, 0.5])     # 10 of 1600 is a hairline


def box_of(line):
    (left, top), (right, bottom) = points_of(line).min(axis=0), points_of(line).max(axis=0)
    return left, top, right, bottom


def test_receptive_boxes_are_nested_and_as_large_as_the_fields():
    ax = plots.plot_receptive(np.zeros((28, 28)), accounting.trace(STACK, (28, 28, 1)))
    assert [line.get_label().split("   ")[0] for line in ax.lines] == [
        "3 × 3", "4 × 4", "8 × 8", "10 × 10"]
    boxes = [box_of(line) for line in ax.lines]
    # lines lie up to 0.18 of a pixel beside the edge, so that none hides another
    for (left, top, right, bottom), side in zip(boxes, (3, 4, 8, 10), strict=True):
        assert right - left == pytest.approx(side, abs=0.4) and bottom - top == right - left
    for inner, outer in zip(boxes, boxes[1:], strict=False):
        assert outer[0] < inner[0] and outer[1] < inner[1]
        assert inner[2] < outer[2] and inner[3] < outer[3]
    # the unit (2, 2) of 5×5 sees pixels 8 to 17; below it the one most in the middle each time
    (image,) = ax.images
    left, right, *_ = image.get_extent()
    starts = [(box[0] - left) / (right - left) * 28 for box in boxes]
    np.testing.assert_allclose(starts, [10, 10, 8, 8], atol=0.2)


def test_receptive_boxes_are_those_of_units_that_exist():
    """Each box begins where a unit of that layer begins, also with padding and strides."""
    stack = [{"kind": "Conv2D", "kernel": 5, "stride": 2, "padding": "same", "filters": 4},
             {"kind": "MaxPooling2D", "kernel": 3, "stride": 2},
             {"kind": "Conv2D", "kernel": 3, "padding": "same", "filters": 4}]
    rows = accounting.trace(stack, (28, 28, 1))
    ax = plots.plot_receptive(np.zeros((28, 28)), rows)
    (image,) = ax.images
    left, _, _, top = image.get_extent()
    scale = (image.get_extent()[1] - left) / 28
    for index, (row, line) in enumerate(zip(rows, ax.lines, strict=True)):
        inset = 0.12 * (1 - index)
        x, y, right, _ = np.array(box_of(line))
        begin = (x - left) / scale - inset, (y - top) / scale - inset
        for start in begin:
            unit = (start - row.first[0]) / row.jump[0]
            assert unit == pytest.approx(round(unit), abs=1e-6) and 0 <= unit < row.shape[0]
        assert (right - x) / scale + 2 * inset == pytest.approx(row.field[0])


def test_blocks_say_which_parts_learn():
    ax = plots.plot_blocks()
    written = all_words(ax)
    assert {"Inception", "residual", "dense", "squeeze and\nexcitation", "+", "×"} <= set(written)
    filled = [p for p in ax.patches if same_color(p.get_edgecolor(), COLOURS["parameters"])]
    others = [p for p in ax.patches if not same_color(p.get_edgecolor(), COLOURS["parameters"])
              and hasattr(p, "get_boxstyle")]
    assert len(filled) == 6 + 2 + 3 + 2
    assert not any(same_color(p.get_facecolor(), "white") for p in filled)
    assert all(same_color(p.get_facecolor(), "white") for p in others)


def test_models_have_means_bars_and_runs_on_their_own_line():
    runs = {"softmax": np.array([0.2, 0.3]), "MLP": np.array([0.7, 0.7])}
    ax = plots.plot_comparison(Comparison(runs, {}, 400))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["softmax", "MLP"]
    assert ax.yaxis_inverted() and ax.get_xlim() == (0, 1)
    means = [points_of(c.lines[0])[0].tolist() for c in ax.containers]
    np.testing.assert_allclose(means, [[0.25, 0], [0.7, 1]])
    lengths = [np.ptp(c.lines[2][0].get_segments()[0][:, 0]) / 2 for c in ax.containers]
    # luck of the seeds: (0.05²·2)/1/2 = 0.0025; MLP: none, only sqrt(.7·.3/400)
    np.testing.assert_allclose(lengths, [np.sqrt(0.25 * 0.75 / 400 + 0.0025),
                                         np.sqrt(0.7 * 0.3 / 400)])
    small = [points_of(line)[:, 0].tolist() for line in ax.lines
             if line.get_markersize() == 3.5]
    assert small == [[0.2, 0.3], [0.7, 0.7]]
    assert any(set(points_of(line)[:, 0]) == {0.1} for line in ax.lines if len(line.get_xdata()))
    assert "guessing" in all_words(ax) and "360" not in ax.get_xlabel() and "400" in ax.get_xlabel()
    assert "guessing" not in all_words(plots.plot_comparison(Comparison(runs, {}), 10, guess=None))


def test_two_comparisons_have_two_signs_and_a_legend():
    one = Comparison({"MLP": np.array([0.7, 0.72])}, {}, 360)
    two = Comparison({"CNN": np.array([0.8, 0.82]), "MLP": np.array([0.1, 0.12])}, {}, 360)
    ax = plots.plot_comparison({"roaming": one, "centred": two})
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["roaming", "centred"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["MLP", "CNN"]
    assert {c.lines[0].get_marker() for c in ax.containers} == {"o", "s"}
    heights = [points_of(c.lines[0])[0, 1] for c in ax.containers]      # MLP, CNN, MLP
    assert round(heights[1]) == 1 and heights[0] < 0 < heights[2] < 0.5


def test_gradients_stand_at_their_layers_on_a_logarithmic_axis_and_zeros_leave_gaps():
    ax = plots.plot_residual([0, 1e-5, 1], [0.5, 0.7, 1])
    plain = points_of(line_named(ax, "plain"))
    assert plain[1:].tolist() == [[2, 1e-5], [3, 1]] and np.isnan(plain[0, 1])
    assert points_of(line_named(ax, "residual")).tolist() == [[1, 0.5], [2, 0.7], [3, 1]]
    assert ax.get_yscale() == "log"
    ax = plots.plot_residual([1, 2], [3, 4], layers=[0, 2])
    assert points_of(line_named(ax, "residual")).tolist() == [[0, 3], [2, 4]]


def test_agreement_stands_above_the_name_of_the_layer_with_its_error():
    ax = plots.plot_sanity(["dense_2", "dense_1"], {"saliency": ([0.8, 0.1], [0.05, 0.1])})
    assert [t.get_text() for t in ax.get_xticklabels()] == ["dense_2", "dense_1"]
    assert points_of(line_named(ax, "saliency")).tolist() == [[0, 0.8], [1, 0.1]]
    edge = ax.collections[0].get_paths()[0].vertices
    assert {0.0, 0.2} <= set(edge[edge[:, 0] == 1, 1].round(6))


def test_deletion_curves_have_bands_of_one_standard_error():
    ax = plots.plot_deletion([0, 0.1, 0.2], {"a": ([1, 0.8, 0.4], [0, 0.1, 0.05]),
                                             "b": ([1, 0.9, 0.9], [0, 0.02, 0.02])})
    assert points_of(line_named(ax, "b")).tolist() == [[0, 1], [0.1, 0.9], [0.2, 0.9]]
    for band, line in zip(ax.collections, ax.lines, strict=True):
        assert same_color(band.get_facecolor()[0][:3], line.get_color())
    edge = ax.collections[0].get_paths()[0].vertices
    assert {0.7, 0.9} <= set(edge[np.isclose(edge[:, 0], 0.1), 1].round(6))
    assert ax.get_ylim()[0] == 0


def test_gaps_stand_in_the_row_of_their_layer_and_the_column_of_their_shift():
    gaps = {"conv": [1e-9, 0, 1e-9], "pool": [0.5, 0, 0.25], "scores": [1, 0, 12.4]}
    ax = plots.plot_equivariance([-1, 0, 2], gaps)
    texts = words(ax)
    top, left = 1.1, texts["−1"][0] - 0.5
    np.testing.assert_allclose(table_at(ax, left, top, (3, 3)),
                               [[0, 0, 0], [0.5, 0, 0.25], [1, 0, 12]])
    assert [texts[name][1] for name in gaps] == [top + 0.5, top + 1.5, top + 2.5]
    colour_at = painted(ax)
    shades = [colour_at(left + 2.15, top + row + 0.15).mean() for row in range(3)]
    assert shades[0] > 0.99 and shades[0] > shades[1] > shades[2]
    assert "image moved to the right by … pixels" in texts
    aside = all_words(plots.plot_equivariance([(0, -4), (0, 3)], {"a": [np.inf, 0.2]}))
    assert {"−4", "3", "–", ".20", "image moved to the right by … pixels"} <= set(aside)
    moved = plots.plot_equivariance([(0, 1), (-2, 3)], {"a": [0.1, 0.2]})
    assert {"(0, 1)", "(−2, 3)"} <= set(all_words(moved))


def test_all_signs_of_a_series_differ_in_every_way():
    """Colour is never the only sign: the frames of im2col and the boxes of fields rely on it."""
    for kind in zip(*SERIES, strict=True):
        assert len({str(sign) for sign in kind}) == len(SERIES)
