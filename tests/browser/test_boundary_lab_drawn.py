"""What the browser paints for W2.4, read back from the pixels of its canvas.

A blank lab, in which nothing can be seen, is painted first. Then one thing is added, and what has
changed is where that thing stands. So no test needs to know the places in the picture.
"""

import numpy as np
import pytest

from helpers.backprop import boundary_lab
from helpers.backprop.widgets import WIDGETS
from helpers.kit.widget import plain


def blank_lab(**changes):
    """A result in which there is nothing to see: no points, no weights, maps that are undecided."""
    widget = WIDGETS["W2.4"](hidden=2, epoch=0, goal=0)
    nothing = {"map": cells(boundary_lab.GRID), "neurons": [neurons()], "weights": [],
               "x": [], "y": [], "loss": [0.5], "test_loss": [], "epoch": 0}
    return widget, {**widget.result, **nothing, **changes}


def cells(side, **dark):
    """A map that is undecided but where `dark` says: rows=…, columns=… are surely class 1."""
    values = np.full((side, side), 127, np.uint8)
    if dark:
        values[dark["rows"], dark["columns"]] = 255
    return plain(values)


def neurons(unit=None, **dark):
    values = np.full((2, boundary_lab.SMALL, boundary_lab.SMALL), 127, np.uint8)
    if unit is not None:
        values[unit, dark["rows"], dark["columns"]] = 255
    return plain(values)


def middle(where):
    """Centre (x, y) of the pixels that are marked, or that have changed by more than a shade."""
    where = where if where.dtype == bool else where > 60  # of 4 · 255
    assert where.sum() > 5
    return np.argwhere(where).mean(axis=0)[::-1]


@pytest.fixture
def lab(mount):
    """A function (what differs from a blank lab) -> how much that changes each pixel."""
    widget, nothing = blank_lab()
    view = mount(widget)
    view.show(nothing)
    before = view.pixels()

    def changed(**changes):
        view.show({**nothing, **changes})
        return np.abs(view.pixels() - before).sum(axis=2)

    changed.view = view
    return changed


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize(("row", "column"), [(8, 40), (30, 12)])
def test_a_point_lies_on_the_cell_of_the_map_that_it_belongs_to(
    label, row, column, lab
):
    """`grid()` says which place of the plane a cell of the map was computed at."""
    place = boundary_lab.grid().reshape(boundary_lab.GRID, boundary_lab.GRID, 2)[row, column]
    point = lab(x=[place.tolist()], y=[label])
    around = {"rows": slice(row - 3, row + 4), "columns": slice(column - 3, column + 4)}
    block = lab(map=cells(boundary_lab.GRID, **around))
    # a cell is 6 pixels wide; a triangle's weight lies a little below its middle
    np.testing.assert_allclose(middle(point), middle(block), atol=2)
    assert (point > 0).sum() < (block > 0).sum() / 4


def test_first_input_grows_to_the_right_and_the_second_upwards(lab):
    here, right, above = (middle(lab(x=[p], y=[0])) for p in ([0.2, 0.1], [1.2, 0.1], [0.2, 1.1]))
    (dx, level), (plumb, dy) = right - here, above - here
    assert dx > 0 > dy and dx == pytest.approx(-dy, abs=1)
    assert abs(level) < 1 and abs(plumb) < 1


def test_little_maps_of_the_inputs_grow_to_the_right_and_upwards(lab):
    # Nothing else has a colour in a blank lab. Blue is low, plum is high; x₁ is the upper one.
    red, green, blue = (lab.view.pixels()[:, :, k] for k in range(3))
    plum = (red > green + 30) & (blue > green + 20)
    cool = (blue > red + 40) & (blue > green + 10)
    half = middle(plum | cool)[1]
    upper = np.arange(len(plum))[:, None] < half
    (x_high, y_high), (x_low, y_low) = middle(plum & upper), middle(cool & upper)
    assert x_high - x_low > 10 and abs(y_high - y_low) < 2
    (x_high, y_high), (x_low, y_low) = middle(plum & ~upper), middle(cool & ~upper)
    assert y_low - y_high > 10 and abs(x_high - x_low) < 2


def test_a_neurons_map_is_not_mirrored_and_has_its_place_in_the_column(lab):
    corner = {"rows": slice(0, 8), "columns": slice(0, 8)}
    other = {"rows": slice(16, 24), "columns": slice(16, 24)}
    first, far = (middle(lab(neurons=[neurons(0, **part)])) for part in (corner, other))
    second = middle(lab(neurons=[neurons(1, **corner)]))
    assert (far - first > 10).all()
    assert second[1] - first[1] > 40 and abs(second[0] - first[0]) < 1


def test_a_large_weight_is_thick_and_a_negative_one_dashed(lab):
    def ink(weight):
        return lab(weights=[[[weight, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]).sum()

    nothing, small, large, negative = (ink(weight) for weight in (0.0, 1.0, 4.0, -4.0))
    assert 0 < 2 * (small - nothing) < large - nothing
    # of a dashed line 5 parts in 9 are drawn
    assert small < negative and negative - nothing < 0.75 * (large - nothing)


def test_the_last_weights_count_by_their_difference(lab):
    """Two classes share the decision: equal weights to both say nothing."""
    def ink(to_first, to_second):
        return lab(weights=[[[0.0, 0.0]] * 2, [[to_first, to_second], [0.0, 0.0]]]).sum()

    assert ink(3.0, 3.0) == ink(0.0, 0.0) < ink(0.0, 3.0)
    assert ink(3.0, 0.0) < 0.9 * ink(0.0, 3.0)  # against class 1: dashed


def test_the_dot_on_the_curve_stands_at_its_epoch_and_loss(lab):
    def dot(epoch, loss):
        """Where the green dot is, in a run that is trained to its end; nothing else is green."""
        lab(epoch=epoch, loss=[0.4] * epoch + [loss] + [0.4] * (200 - epoch))
        red, green, blue = (lab.view.pixels()[:, :, k] for k in range(3))
        return middle((green > red + 60) & (green > blue + 20))

    early_high, late_high, early_low = dot(20, 0.6), dot(120, 0.6), dot(20, 0.1)
    assert late_high[0] - early_high[0] > 50 and early_low[1] - early_high[1] > 15


def test_the_training_loss_is_a_line_the_test_loss_dashed_and_both_run_downhill(lab):
    losses = np.linspace(0.7, 0.1, 201).tolist()
    training, test = lab(loss=losses), lab(loss=[0.7], test_loss=losses)
    alone = lab(loss=[0.7])
    assert 0.4 * (training - alone).sum() < (test - alone).sum() < 0.8 * (training - alone).sum()
    for drawn in (training, test):
        row, column = np.argwhere(drawn > 60).T
        is_left = column < np.median(column)
        assert row[~is_left].mean() - row[is_left].mean() > 5  # rows are counted from the top


def test_train_goes_on_by_itself_and_pause_stops_it(mount):
    # a seed that no other test uses: a run that was trained before would go ahead faster
    view = mount(WIDGETS["W2.4"](hidden=2, epoch=0, goal=0, seed=4321))
    assert view.widget.result["trained"] == 0

    def asked(times):
        view.page.wait_for_function(f"() => window.sent.length === {times}")
        return view.sent[-1]

    view.press(view.labels["train"])
    first = asked(1)
    assert first["goal"] == 200 and 0 < first["epoch"] < 20  # a few epochs with each answer
    view.answer()
    second = asked(2)
    assert second["goal"] == 200 and second["epoch"] == 2 * first["epoch"]
    paused = view.press(view.labels["pause"])
    assert paused["goal"] == paused["epoch"] == second["epoch"]
    view.answer()
    view.page.evaluate("() => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))")
    assert len(view.sent) == 3
    assert view.root.get_by_role("button", name=view.labels["train"], exact=True).is_visible()


def test_another_network_starts_from_its_own_beginning(mount):
    view = mount(WIDGETS["W2.4"](hidden=2, epoch=30, goal=30))
    assert view.widget.result["trained"] >= 30
    view.root.locator("input[name=goal]").fill("25")
    assert view.sent[-1]["epoch"] == 25  # known already: back in time at once
    view.root.locator("input[name=hidden]").fill("3")
    assert view.sent[-1]["hidden"] == 3 and view.sent[-1]["epoch"] < 20
