"""What a reader sees of whole networks: sizes to scale, counts that add up, parts that learn."""

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import Rectangle

from helpers.cnn import accounting, plots
from helpers.kit.figures import COLOURS
from tests.backprop.pictures import all_words, points_of

STACK = [{"kind": "Conv2D", "kernel": 3, "filters": 32}, {"kind": "MaxPooling2D"},
         {"kind": "Conv2D", "kernel": 3, "filters": 64}, {"kind": "MaxPooling2D"},
         {"kind": "Flatten"}, {"kind": "Dense", "filters": 64}, {"kind": "Dense", "filters": 10}]


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
