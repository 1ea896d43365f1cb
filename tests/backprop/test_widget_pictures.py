"""The pictures that stand for the widgets where no kernel runs: do they show their result?"""

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.text import Text

from helpers.backprop.boundary_lab import HALF
from helpers.backprop.circuit import PLACES
from helpers.backprop.phase_plane import spectral_radius
from helpers.backprop.widgets import WIDGETS
from helpers.kit.widget import words as said
from tests.backprop.pictures import line_named, painted, points_of, tint, words


def drawn(name, **changes):
    """The result for a state, and all axes of its picture."""
    widget = WIDGETS[name]
    result = widget.compute({**widget.initial, **changes})
    return result, widget.picture(result).get_axes()


def test_circuit_writes_both_numbers_of_a_wire_between_its_ends_and_each_leaf_at_its_place():
    result, (ax,) = drawn("W2.1", x1=1.3, w1=0.7, x2=-0.9, w2=0.4, b=0.25, t=0.8)
    texts = [(t.get_text(), t.get_position()) for t in ax.findobj(Text) if t.get_text()]
    for wire in result["wires"]:
        (x0, y0), (x1, y1) = PLACES[wire["source"]], PLACES[wire["node"]]
        for text in (f"{said(wire['value'])} →", f"← {said(wire['grad'])}"):
            # the wires of the fork are bent, by 26 in the middle
            assert any(text == known and min(x0, x1) < x < max(x0, x1)
                       and abs(y - (y0 + (y1 - y0) * (x - x0) / (x1 - x0))) < 30
                       for known, (x, y) in texts), (wire, text)
    names = WIDGETS["W2.1"].labels["names"]
    for leaf in ("x1", "w1", "x2", "w2", "b", "t"):
        assert (f"{names[leaf]} = {said(result['values'][leaf])}", PLACES[leaf]) in texts
    assert f"L =\n{said(result['values']['L'])}" in dict(texts)


@pytest.mark.parametrize(("order", "size", "verdict"), [("Xᵀ·Δ", "5×2", "right"),
                                                        ("X·Δ", "none", "illegal")])
def test_shape_lens_has_its_four_blocks_from_left_to_right_and_the_verdict(order, size, verdict):
    result, (ax,) = drawn("W2.2", n=3, d=5, m=2, order=order)
    at = words(ax)
    left, right = order.split("·")
    titles = [f"{left}\n{'5×3' if 'ᵀ' in left else '3×5'}", f"{right}\n3×2", f"product\n{size}",
              "wanted\n5×2"]
    places = [at[title][0] for title in titles]
    assert places == sorted(places)
    assert places[0] < at["·"][0] < places[1] < at["="][0] < places[2]
    assert ax.get_title() == WIDGETS["W2.2"].labels["verdicts"][verdict]
    blocks = [np.asarray(image.get_array()).shape for image in ax.images]
    assert blocks[0] == result["left"]["values"].shape and blocks[3] == (5, 2)


def test_phase_plane_map_is_dark_where_descent_is_fast_and_grey_where_it_diverges():
    _, (ax, _) = drawn("W2.3", kappa=4.0, alpha=0.2, beta=0.2)
    colour_at = painted(ax)
    covered = [(0.2, 0.2), (4 / 9, 1 / 9)]  # by the point, and by the star
    fast, slow, beyond = [], [], []
    for alpha, beta in np.random.default_rng(0).uniform((0.02, 0.02), (0.98, 0.96), (2000, 2)):
        is_word = alpha > 0.55 and beta < 0.3
        if is_word or min(np.hypot(alpha - a, beta - b) for a, b in covered) < 0.08:
            continue
        from_cliff, rate = alpha - 2 * (1 + beta) / 4, spectral_radius(alpha, beta, 4.0)
        if from_cliff > 0.02:
            beyond.append(colour_at(alpha, beta))
        elif from_cliff < -0.02 and not 0.6 < rate < 0.9:
            red, *_ = colour_at(alpha, beta)
            (fast if rate < 0.6 else slow).append(red)  # the less red, the darker the blue
    np.testing.assert_allclose(beyond, [tint("#d9d9d9", 1)] * len(beyond), atol=0.01)
    assert min(len(fast), len(slow), len(beyond)) > 50 and max(fast) < min(slow)


def test_phase_plane_point_star_and_curve_are_those_of_the_result():
    result, (ax, curve) = drawn("W2.3", kappa=4.0, alpha=0.3, beta=0.6)
    star, point = (next(points_of(line)[0] for line in ax.lines if line.get_marker() == mark)
                   for mark in "*o")
    assert star.tolist() == [result["best"]["alpha"], result["best"]["beta"]]
    assert point.tolist() == [0.3, 0.6]
    assert ax.get_xlabel() == "step size α" and ax.get_ylabel() == "momentum β"
    losses = points_of(curve.lines[0])[:, 1]
    shown = np.isfinite(losses)
    np.testing.assert_array_equal(losses[shown], result["losses"][shown])
    assert shown[:40].all() and curve.get_yscale() == "log"


def test_boundary_lab_points_lie_at_their_place_on_a_map_that_is_the_right_way_up():
    result, axes = drawn("W2.4", noise=0.05, hidden=3, epoch=150)
    *neurons, plane = axes
    for label, mark in ((0, "o"), (1, "^")):
        (line,) = (line for line in plane.lines if line.get_marker() == mark)
        np.testing.assert_array_equal(points_of(line), result["x"][result["y"] == label])
    assert plane.get_xlim() == plane.get_ylim() == (-HALF, HALF)
    # far from the moons no point covers the map: along the four edges
    side = len(result["map"])
    edge = [(row, column) for row in range(2, side, 6) for column in range(2, side, 6)
            if min(row, column) < 4 or max(row, column) > side - 5]
    checked, colour_at = set(), painted(plane)
    for row, column in edge:
        chance = result["map"][row, column]
        if 60 < chance < 195:
            continue
        red, _, blue = colour_at((column + 0.5) / side * 2 * HALF - HALF,
                                 HALF - (row + 0.5) / side * 2 * HALF)
        assert (red > blue) == (chance > 127)  # plum is class 1, blue is class 0
        checked.add(chance > 127)
    assert checked == {True, False}
    assert len(neurons) == 3
    for ax, picture in zip(neurons, result["neurons"][0], strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), picture)


def test_signal_depth_lines_and_bars_are_those_of_the_result():
    result, (left, right) = drawn("W2.5", activation="relu", depth=10, sigma=0.05)
    for name, key, colour in (("activations", "forward", "#0072b2"),
                              ("← gradients", "backward", "#c95500")):
        line = line_named(left, name)
        np.testing.assert_array_equal(points_of(line)[:, 0], range(11))
        np.testing.assert_array_equal(points_of(line)[:, 1], result[key])
        assert same_color(line.get_color(), colour)
    assert left.get_yscale() == "log" and left.get_ylim()[0] < left.get_ylim()[1]
    assert [bar.get_height() for bar in right.patches] == pytest.approx(result["histogram"])
    assert [bar.get_x() for bar in right.patches] == pytest.approx(result["edges"][:-1])
