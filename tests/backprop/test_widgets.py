"""The widgets of chapter 02 without a browser: what they compute, against the truth."""

import json
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest

from helpers.backprop import boundary_lab, phase_plane, shape_lens, signal_depth, widgets
from helpers.backprop import circuit as circuit_module
from helpers.backprop.widgets import WIDGETS
from helpers.kit.widget import COMMON, plain

FOLDER = Path(widgets.__file__).parent


def answer(name, **changes):
    return WIDGETS[name].compute({**WIDGETS[name].initial, **changes})


# ---- all widgets


def test_the_chapter_has_its_five_widgets():
    assert list(WIDGETS) == ["W2.1", "W2.2", "W2.3", "W2.4", "W2.5"]


@pytest.mark.parametrize("constructor", ["circuit", "shape_lens", "phase_plane", "boundary_lab",
                                         "signal_depth"])
def test_a_constructor_makes_a_widget_that_can_be_shown(constructor):
    widget = getattr(widgets, constructor)()
    assert WIDGETS[widget.id] in type(widget).__mro__
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert widget.result["summary"] in data["text/plain"]
    # twin of five widgets beside the chapter's other figures: the notebook stays below 1 MB
    assert 5_000 < len(data["text/html"]) < 60_000


@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
def test_texts_are_there_and_the_task_is_one_sentence(widget):
    assert widget.title and len(widget.notice) > 80
    assert len(re.findall(r"[.?!](?:\s|$)", widget.task)) == 1


@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
def test_every_word_that_the_javascript_shows_comes_from_python(widget):
    source = (FOLDER / widget.source).read_text(encoding="utf-8")
    used = set(re.findall(r"\blabels\.(\w+)", source))
    used |= set(re.findall(r"ui\.(?:slider|number|select|check)\(\"(\w+)\"", source))
    assert used - set(widget.labels) - set(COMMON) == set()


@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
def test_the_javascript_is_one_module_that_fetches_nothing(widget):
    assert widget._esm.count("export default") == 1
    code = widget._esm.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"^\s*import\b|import\(|https?:|fetch\(|XMLHttp", code, re.MULTILINE)
    assert "innerHTML" not in code  # texts are texts


@pytest.mark.parametrize("widget", WIDGETS.values(), ids=WIDGETS)
def test_any_state_from_a_browser_gives_a_picture(widget):
    """Emptied fields, foreign words, numbers out of bounds: never an exception, always JSON."""
    rng = random.Random(0)
    junk = [None, "", "x", math.nan, math.inf, -math.inf, 0, -1, 1e9, "7", 3.7]
    single = {key for key, value in widget.initial.items() if not isinstance(value, (dict, list))}
    for _ in range(60):
        state = {**widget.initial, **{rng.choice(sorted(single)): rng.choice(junk)}}
        text = json.dumps(plain(widget.compute(state)), allow_nan=False)
        assert len(json.loads(text)["summary"]) > 10


# ---- W2.1


def neuron(x1, w1, x2, w2, b, t):
    return (math.tanh(w1 * x1 + w2 * x2 + b) - t) ** 2


def leaves_of(rng):
    return {name: rng.uniform(-2, 2) for name in circuit_module.LEAVES}


@pytest.mark.parametrize("seed", range(5))
def test_circuit_computes_the_loss_and_its_gradients(seed):
    leaves = leaves_of(random.Random(seed))
    result = answer("W2.1", **leaves)
    assert result["values"]["L"] == pytest.approx(neuron(**leaves), rel=1e-12)
    for name in leaves:
        up, down = ({**leaves, name: leaves[name] + h} for h in (1e-6, -1e-6))
        slope = (neuron(**up) - neuron(**down)) / 2e-6
        # centred differences in float64 are right to about h² + ε/h ~ 1e-10
        assert result["grads"][name] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_circuit_backward_equals_finite_difference_on_every_wire(seed):
    for wire in answer("W2.1", **leaves_of(random.Random(seed)))["wires"]:
        assert wire["grad"] == pytest.approx(wire["nudge"], abs=1e-8)


def test_circuit_adds_the_gradients_of_a_fork():
    result = answer("W2.1")
    e = result["values"]["e"]
    forked = [wire["grad"] for wire in result["wires"] if wire["source"] == "e"]
    assert forked == [e, e]
    assert result["grads"]["e"] == 2 * e


def weights(result):
    return [result["state"][name] for name in circuit_module.PARAMETERS]


@pytest.mark.parametrize("action", ["forward", "backward", "edit", "shown"])
def test_circuit_only_update_changes_a_weight(action):
    result = answer("W2.1", action=action)
    assert weights(result) == [0.6, 0.8, 0.2] and result["changed"] == 0


def test_circuit_frozen_steps_change_nothing():
    result = answer("W2.1", action="ten", freeze=True)
    assert weights(result) == [0.6, 0.8, 0.2]
    assert result["state"]["counts"] == {"forward": 10, "backward": 0, "update": 0}
    assert len(set(result["state"]["losses"])) == 1
    assert "no weight has moved" in result["summary"]


def test_circuit_update_is_one_step_of_gradient_descent():
    seen = answer("W2.1", action="backward")
    assert seen["state"]["backward"]
    updated = WIDGETS["W2.1"].compute({**seen["state"], "freeze": False, "action": "update"})
    expected = [w - 0.1 * seen["grads"][n]
                for w, n in zip([0.6, 0.8, 0.2], ("w1", "w2", "b"), strict=True)]
    assert weights(updated) == pytest.approx(expected, rel=1e-12)
    assert not updated["state"]["backward"]  # those gradients belonged to the old weights


def press(state, **action):
    return WIDGETS["W2.1"].compute({**WIDGETS["W2.1"].initial, **state, **action})


def test_circuit_keeps_the_gradients_after_the_update_until_the_next_backward():
    seen = answer("W2.1", action="backward")
    old = [wire["grad"] for wire in seen["wires"]]
    updated = press(seen["state"], action="update")
    assert updated["state"]["kept"] == old and updated["state"]["since"] == "update"
    assert [wire["grad"] for wire in updated["wires"]] != pytest.approx(old)  # they are old now
    assert press(updated["state"], action="forward")["state"]["kept"] == old
    again = press(updated["state"], action="backward")
    assert again["state"]["kept"] == [wire["grad"] for wire in again["wires"]]
    assert again["state"]["backward"]


def test_circuit_says_what_made_the_gradients_old():
    seen = answer("W2.1", action="backward")
    edited = press(seen["state"], action="edit", w1=0.7)
    assert not edited["state"]["backward"] and edited["state"]["since"] == "edit"
    assert set(WIDGETS["W2.1"].labels["since"]) == {"update", "edit"}


def test_circuit_forward_alone_leaves_the_gradients_as_good_as_they_were():
    seen = answer("W2.1", action="backward")
    assert press(seen["state"], action="forward")["state"]["backward"]
    updated = press(seen["state"], action="update")
    assert not press(updated["state"], action="forward")["state"]["backward"]


def test_circuit_refuses_an_update_without_gradients():
    assert weights(answer("W2.1", action="update", backward=False)) == [0.6, 0.8, 0.2]


def test_circuit_learns_in_ten_steps():
    losses = answer("W2.1", action="ten")["state"]["losses"]
    assert losses == sorted(losses, reverse=True) and losses[-1] < losses[0] / 10


def test_circuit_has_one_layout_in_both_languages():
    source = (FOLDER / "circuit.js").read_text(encoding="utf-8")
    table = re.search(r"const PLACES = \{(.*?)\};", source, re.DOTALL).group(1)
    places = {n: (int(x), int(y)) for n, x, y in re.findall(r"(\w+): \[(\d+), (\d+)\]", table)}
    assert places == circuit_module.PLACES


# ---- W2.2


@pytest.mark.parametrize(("target", "right"), [("W", "Xᵀ·Δ"), ("X", "Δ·Wᵀ")])
@pytest.mark.parametrize("sizes", [(2, 4, 3), (5, 1, 7), (8, 6, 2), (4, 4, 4)])
def test_shape_lens_finds_exactly_one_right_product(sizes, target, right):
    n, d, m = sizes
    found = answer("W2.2", n=n, d=d, m=m, target=target, tried=list(shape_lens.CANDIDATES))
    assert [o for o, verdict in found["verdicts"].items() if verdict == "right"] == [right]


def test_shape_lens_calls_illegal_what_numpy_refuses():
    matrices = shape_lens.example(2, 4, 3)
    arrays = {name: matrices[name] for name in "XWΔ"}
    arrays |= {f"{name}ᵀ": array.T for name, array in arrays.items()}
    for order, (left, right) in shape_lens.CANDIDATES.items():
        try:
            shape = (arrays[left] @ arrays[right]).shape
            expected = "right" if order == "Xᵀ·Δ" else "shape" if shape != (4, 3) else "numbers"
        except ValueError:
            expected = "illegal"
        assert answer("W2.2", n=2, d=4, m=3, order=order)["verdict"] == expected


def test_shape_lens_with_equal_sizes_shapes_prove_nothing():
    found = answer("W2.2", n=4, d=4, m=4, tried=list(shape_lens.CANDIDATES))["verdicts"]
    assert sorted(found.values()) == ["numbers"] * 9 + ["right"]


def test_shape_lens_gradient_is_the_analytic_one():
    m = shape_lens.example(3, 5, 2)
    delta = (m["X"] @ m["W"] - m["T"]) / 3
    np.testing.assert_allclose(shape_lens.numerical_gradient(m, "W"), m["X"].T @ delta, atol=1e-8)
    np.testing.assert_allclose(shape_lens.numerical_gradient(m, "X"), delta @ m["W"].T, atol=1e-8)


def test_shape_lens_names_a_transposed_answer():
    assert "transpose of what is wanted" in answer("W2.2", order="Δᵀ·X")["summary"]
    assert "transpose of what is wanted" not in answer("W2.2", order="Δ·Wᵀ")["summary"]


# ---- W2.3


@pytest.mark.parametrize("seed", range(20))
def test_phase_plane_rate_is_the_spectral_radius_of_the_iteration(seed):
    rng = np.random.default_rng(seed)
    kappa, alpha, beta = rng.uniform(1, 50), rng.uniform(0, 0.5), rng.uniform(0, 0.98)
    radii = []
    for eigenvalue in (1.0, kappa):
        # (v, w) -> (βv − αλw, w + βv − αλw)
        step = np.array([[beta, -alpha * eigenvalue], [beta, 1 - alpha * eigenvalue]])
        radii.append(np.abs(np.linalg.eigvals(step)).max())
    rate = phase_plane.spectral_radius(alpha, beta, kappa)
    assert rate == pytest.approx(max(radii), rel=1e-6)  # a double root is only good to √ε


@pytest.mark.parametrize("kappa", [1.5, 4.0, 10.0, 100.0])
@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9])
def test_phase_plane_cliff_stands_where_theory_says(kappa, beta):
    cliff = 2 * (1 + beta) / kappa
    assert answer("W2.3", alpha=0.999 * cliff, beta=beta, kappa=kappa)["converges"]
    assert not answer("W2.3", alpha=1.001 * cliff, beta=beta, kappa=kappa)["converges"]


def test_phase_plane_on_the_cliff_nothing_shrinks():
    result = answer("W2.3", alpha=0.2, beta=0.0, kappa=10.0)  # the answer of exercise 2.9
    assert result["rate"] == pytest.approx(1.0)
    assert "neither shrinks nor grows" in result["summary"]


@pytest.mark.parametrize("kappa", [2.0, 10.0, 50.0])
def test_phase_plane_optimum_is_the_best_of_the_whole_plane(kappa):
    best, plain_best = phase_plane.best_point(kappa), phase_plane.best_without_momentum(kappa)
    alpha = np.linspace(0, 4 / kappa, 400)[None, :]
    beta = np.linspace(0, 0.98, 300)[:, None]
    rates = phase_plane.spectral_radius(alpha, beta, kappa)
    for point, found in ((best, rates.min()), (plain_best, rates[0].min())):
        rate = phase_plane.spectral_radius(point["alpha"], point["beta"], kappa)
        assert rate == pytest.approx(point["rate"], abs=1e-6)
        assert point["rate"] - 1e-9 <= found < point["rate"] + 0.05  # the grid misses it narrowly
    root = math.sqrt(kappa)
    assert best["rate"] == pytest.approx((root - 1) / (root + 1))
    assert plain_best["rate"] == pytest.approx((kappa - 1) / (kappa + 1))


@pytest.mark.parametrize(("alpha", "beta"), [(0.05, 0.0), (0.15, 0.0), (0.1, 0.6), (0.3, 0.9)])
def test_phase_plane_descent_shrinks_at_the_rate_of_the_map(alpha, beta):
    result = answer("W2.3", alpha=alpha, beta=beta)
    # forty steps are not infinitely many, and momentum swings: a few per cent
    assert result["measured"] == pytest.approx(result["rate"], rel=0.04)


def test_phase_plane_without_momentum_is_plain_gradient_descent():
    path = answer("W2.3", alpha=0.07, beta=0.0, kappa=10.0)["path"]
    steps = np.arange(len(path))
    expected = np.stack([(1 - 0.07) ** steps, 0.8 * (1 - 0.7) ** steps], axis=1)
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_phase_plane_map_marks_exactly_what_diverges():
    colours = phase_plane.rate_map(10.0)
    alpha = np.linspace(0, 0.4, phase_plane.COLUMNS)[None, :]
    beta = np.linspace(0, phase_plane.BETA_MAX, phase_plane.ROWS)[:, None]
    cliff = 2 * (1 + beta) / 10
    clear = np.abs(alpha - cliff) > 1e-9
    assert ((colours == 255) == (alpha > cliff))[clear & (alpha > 0)].all()


# ---- W2.4


def test_boundary_lab_learns_the_moons_and_a_linear_network_cannot():
    bent = answer("W2.4", hidden=4, epoch=120)
    straight = answer("W2.4", hidden=4, activation="linear", epoch=120)
    assert bent["accuracy"] > 0.97 and bent["test_accuracy"] > 0.95
    assert straight["accuracy"] < 0.93


def test_boundary_lab_linear_network_has_a_straight_boundary():
    chance = answer("W2.4", hidden=8, depth=3, activation="linear", epoch=30)["map"]
    half = np.argwhere(np.diff((chance > 127).astype(int), axis=0))
    # the row at which each column changes sides lies on one line, to within a cell
    fit = np.polyval(np.polyfit(half[:, 1], half[:, 0], 1), half[:, 1])
    assert len(half) > 20 and np.abs(half[:, 0] - fit).max() < 1.0


def test_boundary_lab_map_is_the_network_itself():
    result = answer("W2.4", hidden=3, epoch=40)
    run = boundary_lab.run_of("moons", 3, 1, "tanh", 0.1, 0.15, 0)
    first = np.tanh(boundary_lab.grid() @ run.snapshots[40][0] + run.snapshots[40][1])
    scores = first @ run.snapshots[40][2] + run.snapshots[40][3]
    chance = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
    # half a step of rounding to uint8
    np.testing.assert_allclose(result["map"].ravel() / 255, chance, atol=0.51 / 255)
    assert result["neurons"][0].shape == (3, boundary_lab.SMALL, boundary_lab.SMALL)


def test_boundary_lab_looking_back_does_not_disturb_the_training():
    setting = ("moons", 5, 2, "relu", 0.1, 0.2, 3)
    straight = boundary_lab.Run(*setting)
    straight.train_to(12)
    visited = boundary_lab.Run(*setting)
    for epoch in (4, 2, 7, 0, 12):
        visited.train_to(epoch)
        visited.maps(epoch)
        visited.accuracy(epoch)
    for a, b in zip(straight.snapshots[12], visited.snapshots[12], strict=True):
        np.testing.assert_array_equal(a, b)
    assert straight.losses == visited.losses


def test_boundary_lab_survives_a_run_that_blows_up():
    result = answer("W2.4", activation="linear", rate=10.0, depth=3, hidden=8, epoch=60)
    json.dumps(plain(result), allow_nan=False)
    assert all(np.isfinite(w).all() for w in result["weights"])


@pytest.mark.parametrize("dataset", ["moons", "spiral"])
def test_boundary_lab_shows_all_points_of_a_clean_set(dataset):
    x, y = boundary_lab.points(dataset, 0.1, 0, 200)
    assert np.abs(x).max() < boundary_lab.HALF and np.bincount(y).tolist() == [100, 100]


# ---- W2.5


def test_signal_depth_factor_of_a_linear_network_is_sigma_root_n():
    for sigma in (0.08, 0.125, 0.2):
        result = answer("W2.5", activation="linear", sigma=sigma, depth=40)
        expected = sigma * math.sqrt(signal_depth.WIDTH)
        # 64 units are not infinitely many: products of random matrices lose a little per layer
        assert result["factor_forward"] == pytest.approx(expected, rel=0.05)
        assert result["factor_backward"] == pytest.approx(expected, rel=0.05)


def test_signal_depth_he_keeps_relu_alive_and_glorot_does_not():
    presets = signal_depth.presets()
    he = answer("W2.5", activation="relu", sigma=presets["he"], depth=50)
    glorot = answer("W2.5", activation="relu", sigma=presets["glorot"], depth=50)
    assert 0.01 < he["forward"][-1] < 10 and 0.01 < he["backward"][0] < 10
    # half the variance per layer: 2^(-25) in 50 layers
    assert glorot["forward"][-1] < 1e-6 and "vanished" in glorot["summary"]


def test_signal_depth_sigmoid_loses_the_gradient_at_glorot():
    result = answer("W2.5", activation="sigmoid", sigma=0.125, depth=30)
    # σ√n = 1 and a slope of 1/4 at most; a few per cent for the finite width
    assert result["factor_backward"] < 0.25 * 1.05
    assert "vanished" in result["summary"].split("gradients")[1]


@pytest.mark.parametrize("activation", signal_depth.ACTIVATIONS)
def test_signal_depth_gradient_is_right(activation):
    """A directional derivative of L = Σ g·h_last by centred finite differences."""
    rng = np.random.default_rng(1)
    x, g, direction = rng.normal(size=(3, 4, signal_depth.WIDTH))
    depth, sigma, h = 6, 0.15, 1e-6
    steps = signal_depth.upwards(x, depth, activation, sigma)[1]
    slope = np.sum(signal_depth.downwards(g, steps, sigma)[0] * direction)
    up, down = (
        np.sum(g * signal_depth.upwards(x + s * h * direction, depth, activation, sigma)[0][-1])
        for s in (1, -1)
    )
    # relu may cross a kink within h; 1e-4 is P3's bound for that, the smooth ones reach 1e-7
    assert slope == pytest.approx((up - down) / (2 * h), rel=1e-4 if activation == "relu" else 1e-6)


@pytest.mark.parametrize("sigma", [0.01, 1])
@pytest.mark.parametrize("activation", signal_depth.ACTIVATIONS)
def test_signal_depth_every_size_has_a_place_on_the_axis(activation, sigma):
    result = answer("W2.5", activation=activation, sigma=sigma, depth=50)
    sizes = np.concatenate([result["forward"], result["backward"]])
    sizes = np.log10(sizes[sizes > 0])
    source = (FOLDER / "signal_depth.js").read_text(encoding="utf-8")
    largest = int(re.search(r"const STEPS = \[.*?(\d+)\];", source).group(1))
    assert (np.ptp(sizes) + 2) / largest <= 8  # otherwise the view finds no scale


def test_signal_depth_histogram_counts_every_unit_once():
    result = answer("W2.5", sigma=0.125)
    assert result["histogram"].sum() == pytest.approx(1.0)
    assert len(result["edges"]) == len(result["histogram"]) + 1
