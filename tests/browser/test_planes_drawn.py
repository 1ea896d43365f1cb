"""What the browser makes of a result, read back: the map and the curves of W2.3 and W2.5.

Curves are read as a person does: from the labels of the axis to the value of a mark.
"""

import numpy as np
import pytest

from helpers.backprop import phase_plane
from helpers.backprop.widgets import WIDGETS
from tests.browser.mounting import axes_of, inside, number

CLEAR = "rgba(0, 0, 0, 0)"


# ---- W2.3

PLANE = {"alpha": 0.3, "beta": 0.6, "kappa": 4.0}


def plane_of(view):
    """The map's place, and functions from a place in it to α and to β."""
    (area,) = view.shapes(tag="rect", fill=CLEAR)
    return area, *axes_of(area, view.shapes(tag="text"))


def test_phase_plane_point_and_stars_stand_at_their_step_size_and_momentum(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    result = view.widget.result
    area, alpha, beta = plane_of(view)
    (point,) = inside(area, view.shapes(tag="circle", fill="param"))
    stars = [s for s in inside(area, view.shapes(tag="path", fill="paper")) if s["width"] < 20]
    # one pixel, α: 1/386 of the map, β: 0.98/322; a star's five corners are not centred quite
    near = {"alpha": 1.5 * result["alpha_max"] / 386, "beta": 1.5 * 0.98 / 322}
    assert alpha(point["x"]) == pytest.approx(0.3, abs=near["alpha"])
    assert beta(point["y"]) == pytest.approx(0.6, abs=near["beta"])
    plain_best, best = sorted(stars, key=lambda star: beta(star["y"]))
    for star, name in ((plain_best, "best_plain"), (best, "best")):
        assert alpha(star["x"]) == pytest.approx(result[name]["alpha"], abs=near["alpha"])
        assert beta(star["y"]) == pytest.approx(result[name]["beta"], abs=near["beta"])


def test_phase_plane_map_is_darkest_where_descent_is_fastest_and_blank_where_it_diverges(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    area, _, _ = plane_of(view)
    (image,) = view.shapes(tag="image")
    assert all(image[key] == area[key] for key in ("x", "y", "width", "height"))
    paint = view.pixels(".cw-stage image")[:, :, 3]  # all of one colour: how opaque it is
    rows, columns = paint.shape
    alpha = np.linspace(0, view.widget.result["alpha_max"], columns)[None, :]
    beta = np.linspace(0, 0.98, rows)[::-1, None]  # row 0 is the top
    rate = phase_plane.spectral_radius(alpha, beta, 4.0)
    assert rate.ravel()[paint.argmax()] == rate.min()
    # but for α = 0, where descent stands still
    np.testing.assert_array_equal(paint[:, 1:] == 0, rate[:, 1:] >= 1)
    slow, fast = paint[(rate > 0.9) & (rate < 0.99)], paint[rate < 0.6]
    assert slow.max() < fast.min()


@pytest.mark.parametrize(("button", "name"), [("plain", "best_plain"), ("momentum", "best")])
def test_phase_plane_buttons_lead_to_the_named_optimum(button, name, mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    sent = view.press(view.labels[button])
    result = view.answer()
    assert (sent["alpha"], sent["beta"]) == (result[name]["alpha"], result[name]["beta"])
    area, *_ = plane_of(view)
    (point,) = inside(area, view.shapes(tag="circle", fill="param"))
    stars = [s for s in inside(area, view.shapes(tag="path", fill="paper")) if s["width"] < 20]
    apart = [np.hypot(star["x"] - point["x"], star["y"] - point["y"]) for star in stars]
    assert min(apart) < 1.5 and max(apart) > 20


def test_phase_plane_third_button_goes_just_over_the_cliff_with_the_same_momentum(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    sent = view.press(view.labels["over"])
    cliff = 2 * (1 + 0.6) / 4
    assert sent["beta"] == 0.6 and cliff < sent["alpha"] < 1.05 * cliff
    assert not view.answer()["converges"]


def test_phase_plane_a_click_and_the_arrows_go_where_they_point(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    area = view.root.locator("[data-control=plane]")
    box, extent = area.bounding_box(), view.widget.result["alpha_max"]
    area.click(position={"x": 0.25 * box["width"], "y": 0.9 * box["height"]})
    sent = view.sent[-1]
    # a click has the place of a whole pixel
    assert sent["alpha"] == pytest.approx(0.25 * extent, abs=extent / 386)
    assert sent["beta"] == pytest.approx(0.1 * 0.98, abs=0.98 / 322)
    for key, name, sign in (("ArrowUp", "beta", 1), ("ArrowRight", "alpha", 1),
                            ("ArrowDown", "beta", -1), ("ArrowLeft", "alpha", -1)):
        before = view.sent[-1]
        area.press(key)
        moved = {n: np.sign(view.sent[-1][n] - before[n]) for n in ("alpha", "beta")}
        assert moved == {"alpha": 0, "beta": 0, name: sign}


def test_phase_plane_descent_starts_right_of_and_above_the_minimum_and_follows_the_path(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    area, *_ = plane_of(view)
    path = np.array(view.widget.result["path"])
    rings = view.shapes(tag="ellipse")
    dots = [s for s in view.shapes(tag="circle", fill="param") if s not in inside(area, [s])]
    at = np.array([[dot["x"] - rings[0]["x"], rings[0]["y"] - dot["y"]] for dot in dots])
    unit = at[0] / path[0]
    assert (unit > 0).all() and dots[0]["width"] > dots[1]["width"]
    np.testing.assert_allclose(at, unit * path, atol=0.1)
    # along its short side a contour reaches 1/√κ as far
    for ring in rings:
        reach = ring["width"] / unit[0], ring["height"] / unit[1]
        assert reach[0] / reach[1] == pytest.approx(2.0)


def test_phase_plane_curve_shows_the_loss_of_each_step(mount):
    view = mount(WIDGETS["W2.3"](**PLANE))
    losses = np.log10(view.widget.result["losses"])
    title = view.text(view.labels["loss"])
    (curve,) = (s for s in view.shapes(tag="path", stroke="param") if s["y"] > title["y"])
    # the frame: the rules that lie under the curve
    rules = [s for s in view.shapes(tag="path", stroke="line") if s["y"] > title["y"]]
    top, low = min(r["y"] for r in rules), max(r["y"] for r in rules)
    frame = {**rules[0], "y": (top + low) / 2, "height": low - top}
    step, power_of_ten = axes_of(frame, view.shapes(tag="text"), log=True)
    seen = np.array(curve["points"])
    expected = np.interp(step(seen[:, 0]), np.arange(len(losses)), losses)
    # a pixel is 16/114 of a power of ten
    np.testing.assert_allclose(power_of_ten(seen[:, 1]), expected, atol=0.2)
    assert step(seen[0, 0]) == pytest.approx(0, abs=0.3) and step(seen[-1, 0]) > 40


# ---- W2.5

# Activations fall from 1 to 3e-6, gradients from 1 to 1e-6 the other way: (σ·√32)¹⁰ = 3e-6.
FADING = {"activation": "relu", "depth": 10, "sigma": 0.05, "seed": 0}


def frame_of(view):
    """Place of the curves: the rules, one for each power of ten that is labelled."""
    rules = view.shapes(tag="path", stroke="line") + view.shapes(tag="path", stroke="soft")
    rules = [r for r in rules if r["height"] == 0 and r["x"] < 440]
    top, low = min(r["y"] for r in rules), max(r["y"] for r in rules)
    # below the lowest rule there may be up to one more step of the scale
    return {**rules[0], "y": (top + low) / 2, "height": low - top}


def test_signal_depth_lines_have_the_values_of_their_legend_at_every_layer(mount):
    view = mount(WIDGETS["W2.5"](**FADING))
    result = view.widget.result
    layer, power_of_ten = axes_of(frame_of(view), view.shapes(tag="text"), log=True, reach=60)
    # a pixel is some 9/258 of a power of ten
    for name, sign, tag, colour in (("forward", "●", "circle", "data"),
                                    ("backward", "■", "rect", "grad")):
        assert view.text(f"{sign} {view.labels[name]}")["fill"] == colour
        marks = [s for s in view.shapes(tag=tag, fill=colour) if s["width"] == s["height"] < 6]
        marks = sorted(marks, key=lambda mark: mark["x"])
        seen = [power_of_ten(mark["y"]) for mark in marks]
        np.testing.assert_allclose([layer(m["x"]) for m in marks], range(11), atol=0.05)
        np.testing.assert_allclose(seen, np.log10(result[name]), atol=0.1)
        (line,) = view.shapes(tag="path", stroke=colour)
        ends = [line["points"][at][1] for at in (0, -1)]
        assert ends == pytest.approx([marks[0]["y"], marks[-1]["y"]], abs=0.1)
    assert result["forward"][0] > 1e4 * result["forward"][-1]  # or this would be two level lines
    assert result["backward"][-1] > 1e4 * result["backward"][0]


def test_signal_depth_bars_are_as_high_as_the_shares_of_the_last_layer(mount):
    view = mount(WIDGETS["W2.5"](**{**FADING, "activation": "tanh", "sigma": 0.2}))
    result = view.widget.result
    title = view.text(view.labels["last"])
    bars = [s for s in view.shapes(tag="rect", fill="data") if s["x"] > title["x"] - 100]
    bars = sorted(bars, key=lambda bar: bar["x"])
    shares = np.array(result["histogram"])
    high = np.array([bar["height"] for bar in bars])
    np.testing.assert_allclose(high / high.max(), shares / shares.max(), atol=1e-6)
    assert np.ptp([bar["y"] + bar["height"] / 2 for bar in bars]) < 0.1  # all stand on one line
    # the labels below: the ends of the range, left and right
    low = max(bar["y"] + bar["height"] / 2 for bar in bars)
    ends = [t for t in view.shapes(tag="text", fill="soft") if t["x"] > 600 and t["y"] > low]
    left, _, right = sorted(ends, key=lambda text: text["x"])
    span = result["edges"][-1]
    assert [number(left["text"]), number(right["text"])] == pytest.approx([-span, span], rel=0.05)


@pytest.mark.parametrize(("preset", "sigma"), [("glorot", 0.125), ("he", 0.03125**0.5),
                                               ("tiny", 0.01), ("one", 1.0)])
def test_signal_depth_presets_set_the_sigma_that_they_name(preset, sigma, mount):
    view = mount(WIDGETS["W2.5"](**FADING))
    words = view.labels["presets"][preset]
    assert view.press(words)["sigma"] == pytest.approx(sigma, rel=1e-12)
    assert number(words.split("=")[1]) == pytest.approx(sigma, rel=0.005)
    pressed = view.root.locator("button[aria-pressed=true]")
    assert pressed.all_inner_texts() == [words]
