"""W2.3, W2.4 and W2.5 without a browser: what they compute, against the truth."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from helpers.backprop import boundary_lab, phase_plane, signal_depth, widgets
from helpers.backprop.widgets import WIDGETS
from helpers.kit.widget import plain

FOLDER = Path(widgets.__file__).parent


def answer(name, **changes):
    return WIDGETS[name].compute({**WIDGETS[name].initial, **changes})


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


@pytest.mark.parametrize("kappa", [3.0, 30.0])
def test_phase_plane_map_has_the_smaller_number_where_a_step_leaves_less(kappa):
    colours = phase_plane.rate_map(kappa).astype(int)
    alpha = np.linspace(0, 4 / kappa, phase_plane.COLUMNS)[None, :]
    beta = np.linspace(0, phase_plane.BETA_MAX, phase_plane.ROWS)[:, None]
    rate = phase_plane.spectral_radius(alpha, beta, kappa)
    by_speed = colours.ravel()[rate.ravel().argsort()]
    assert (np.diff(by_speed) >= 0).all()
    # α = β = 0 stands still; the fastest point of all lies between the places of the map
    assert colours[0, 0] == 254 and by_speed[0] < 5


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


def test_boundary_lab_map_has_the_plane_the_right_way_up():
    """Each training point, looked up where the picture shows it, has the colour of its class."""
    result = answer("W2.4", dataset="moons", noise=0.05, hidden=8, epoch=150)
    assert result["accuracy"] == 1.0
    side, half = boundary_lab.GRID, boundary_lab.HALF
    across, up = (result["x"].T + half) / (2 * half) * side
    row, column = (side - up).astype(int), across.astype(int)  # row 0 is the top
    seen = (result["map"][row, column] > 127).astype(int)
    # the cell of a point may lie across the boundary from it, but not for many
    assert np.mean(seen == result["y"]) > 0.97


def test_boundary_lab_a_neuron_is_high_where_its_sum_is_positive():
    result = answer("W2.4", hidden=3, epoch=40)
    run = boundary_lab.run_of("moons", 3, 1, "tanh", 0.1, 0.15, 0)
    W, b = run.snapshots[40][:2]
    corners = {(0, 0): (-1, 1), (0, -1): (1, 1), (-1, 0): (-1, -1), (-1, -1): (1, -1)}
    signs = []
    for (row, column), place in corners.items():
        totals = boundary_lab.HALF * np.array(place) @ W + b
        for unit in np.flatnonzero(np.abs(totals) > 0.5):  # a cell's centre is not quite the corner
            signs.append(np.sign(totals[unit]))
            assert np.sign(int(result["neurons"][0][unit, row, column]) - 128) == signs[-1]
    assert set(signs) == {-1, 1} and len(signs) >= 8


def test_boundary_lab_new_points_are_new_and_there_are_as_many_as_is_said():
    result = answer("W2.4", noise=0.5, hidden=8, depth=2, rate=0.3, epoch=100)
    run = boundary_lab.run_of("moons", 8, 2, "tanh", 0.3, 0.5, 0)
    assert f"{len(run.x_test)} new points" in result["summary"]
    assert not {tuple(point) for point in run.x} & {tuple(point) for point in run.x_test}

    def scores(x):
        for W, b in zip(run.snapshots[100][:-2:2], run.snapshots[100][1:-2:2], strict=True):
            x = np.tanh(x @ W + b)
        W, b = run.snapshots[100][-2:]
        return x @ W + b

    assert result["accuracy"] == np.mean(scores(run.x).argmax(axis=1) == run.y)
    s = scores(run.x_test)
    assert result["test_accuracy"] == np.mean(s.argmax(axis=1) == run.y_test)
    loss = np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(s)), run.y_test])
    assert result["test_loss"][100] == pytest.approx(loss, abs=1e-4)  # four decimals
    # with so much noise the points it learned from are easier than others
    assert result["accuracy"] > result["test_accuracy"] + 0.03


@pytest.mark.parametrize(("noise", "epoch"), [(0.5, 0), (0.3, 30), (0.0, 100)])
def test_boundary_lab_standard_error_is_that_of_the_new_points_and_never_zero(noise, epoch):
    result = answer("W2.4", hidden=8, noise=noise, epoch=epoch)
    share = result["test_accuracy"]
    assert (share == 1) == (noise == 0)
    (error,) = re.findall(r"standard error ([\d.]+)%", result["summary"])
    if share == 1:  # 400 of 400 right are no proof of 100 %
        assert 0.1 <= float(error) <= 0.4
    else:  # one decimal is shown, and one point is added to each side
        assert float(error) == pytest.approx(100 * math.sqrt(share * (1 - share) / 400), abs=0.08)


def test_boundary_lab_starts_relu_wider_than_the_others():
    """He's limit √(6/2) = 1.73 against Glorot's √(6/(2+8)) = 0.77, for 2 inputs and 8 neurons."""
    widest = {name: np.abs(answer("W2.4", hidden=8, activation=name, epoch=0)["weights"][0]).max()
              for name in ("relu", "tanh", "sigmoid", "linear")}
    assert 0.78 < widest.pop("relu") <= 1.733
    assert max(widest.values()) <= 0.775  # weights are rounded to three decimals


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


def test_signal_depth_says_vanished_usable_or_exploded():
    def words(sigma):
        summary = answer("W2.5", activation="linear", depth=20, sigma=sigma)["summary"]
        return [re.search(f"{what}.*?(vanished|exploded|of usable size)", summary)[1]
                for what in ("Activations", "gradients")]

    # the factor of a layer is σ·√64: 0.4, 1 and 8, twenty times over
    assert words(0.05) == ["vanished"] * 2
    assert words(0.125) == ["of usable size"] * 2
    assert words(1.0) == ["exploded"] * 2


def test_signal_depth_another_seed_is_another_network():
    first, other = (answer("W2.5", seed=seed)["forward"] for seed in (0, 1))
    assert not np.allclose(first, other, rtol=1e-6)
