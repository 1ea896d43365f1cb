"""The experiments give what the chapter says, within intervals that have reasons.

Accuracies are means over seeds on 360 images: one standard error of .97 is .009, of .89 it is
.016. Intervals here are some three of these wide to either side, so that another NumPy or another
processor does not fail them, and a network that does not learn does.
"""

import numpy as np
import pytest

from helpers import nn
from helpers.backprop import experiments


@pytest.fixture(scope="module")
def curve():
    return experiments.learning_curve(sizes=(50, 200, 1437), seeds=3)


def test_more_digits_make_a_better_network(curve):
    assert curve.n.tolist() == [50, 200, 1437] and curve.accuracies.shape == (3, 3)
    assert .74 < curve.mean[0] < .88 and .90 < curve.mean[1] < .97 and .945 < curve.mean[2] < .99
    assert (np.diff(curve.mean) > 0).all()


def test_the_standard_error_is_that_of_the_mean_over_seeds(curve):
    by_hand = [np.sqrt(sum((a - row.mean()) ** 2 for a in row) / 2) / np.sqrt(3)
               for row in curve.accuracies]
    assert np.allclose(curve.se, by_hand)
    assert "50 images  0." in repr(curve)


def test_what_was_learned_from_is_right_practically_always(curve):
    assert ((curve.own > .99) & (curve.own <= 1)).all()   # 10 of 1437 wrong are allowed


def test_a_gradient_costs_a_few_forward_passes_and_leaves_the_network_alone():
    split = experiments._some(300, 0)
    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=0)
    model.build(64)
    before = model.get_weights()
    # Three in matrix products, about four measured; 9 620 would be nudging.
    assert 1.5 < experiments.price_of_a_gradient(model, split.x_train, split.y_train) < 15
    assert model.loss is None and all(map(np.array_equal, before, model.get_weights()))


def test_the_binomial_error_of_the_design():
    assert experiments.accuracy_se(0.97, 360) == pytest.approx(0.009, abs=2e-4)
    assert experiments.accuracy_se([0.5, 1.0], 100).tolist() == [0.05, 0.0]




@pytest.mark.parametrize("call, words", [
    (lambda: experiments.learning_curve(sizes=(50,), seeds=1), "seeds should be 2 or more; got 1"),
    (lambda: experiments.learning_curve(sizes=(2000,)), "1437 training digits; 2000 were asked"),
    (lambda: experiments.compare_softmax_mlp(seeds=1), "seeds should be 2 or more"),
])
def test_what_cannot_be_measured_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()








def test_deep_networks_learn_from_he_and_not_from_tiny_weights():
    result = experiments.compare_depths(depths=(1, 20), seeds=2, steps=450)
    deep = {name: values[1].mean() for name, values in result.items()}
    # Eight seeds at twenty layers: He .94 to .99, Glorot .66 to .92.
    assert deep["He"] > .9
    assert deep["Glorot"] < deep["He"] - .02
    assert deep["too small, 0.01"] < .2         # guessing: one class in ten
    assert deep["too large, 1"] < deep["He"] - .1
    assert result["too small, 0.01"][0].mean() > .7     # the same weights, one layer deep: fine


def test_a_run_that_blows_up_counts_as_guessing(monkeypatch):
    def explode(*args, **kwargs):
        raise FloatingPointError
    monkeypatch.setattr(experiments, "train", explode)
    result = experiments.compare_depths(depths=(1,), seeds=1)
    assert all((values == 0.1).all() for values in result.values())


# --- Steps ------------------------------------------------------------------------------------


def test_nudging_has_the_errors_of_theory():
    h, errors = experiments.nudge_errors(np.tanh, lambda v: 1 - np.tanh(v) ** 2, at=0.7)
    at = {name: dict(zip(np.round(np.log10(h), 1), values, strict=True))
          for name, values in errors.items()}
    slope = 1 - np.tanh(.7) ** 2
    second = -2 * np.tanh(.7) * slope
    third = -2 * slope * (slope - 2 * np.tanh(.7) ** 2)
    # Taylor: h/2 · |f''| one way, h²/6 · |f'''| both ways; the next term is a few per cent of it.
    assert at["forward, 64 bit"][-3.0] == pytest.approx(abs(second) * 1e-3 / 2, rel=.02)
    assert at["both ways, 64 bit"][-2.0] == pytest.approx(abs(third) * 1e-4 / 6, rel=.05)
    # Rounding: eps/h, 1.1e-16 and 6e-8, within a factor of some tens.
    assert at["both ways, 64 bit"][-6.0] < 1e-9
    assert at["both ways, 32 bit"][-6.0] > 1e-4
    assert min(errors["both ways, 64 bit"]) < min(errors["forward, 64 bit"])
    assert h.dtype == np.float64


def test_power_iteration_finds_the_largest_eigenvalue():
    A = np.diag([1.0, 4, 10])
    found = experiments.largest_curvature(lambda w: A @ w, np.ones(3))
    assert found == pytest.approx(10, rel=1e-6)     # of a quadratic, but for rounding, exact


def test_the_curvature_of_softmax_regression_at_zero_has_a_formula():
    """At zero weights H = (diag(p) − ppᵀ) ⊗ XᵀX/n with p = 1/10, so λmax = λmax(XᵀX/n)/10."""
    from helpers.backprop import experiments_steps as steps
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 7)), rng.integers(0, 10, 50)
    found = experiments.largest_curvature(
        lambda w: steps._softmax_gradient(w, x, y, 0.1)[1], np.zeros(70), steps=400)
    assert found == pytest.approx(np.linalg.eigvalsh(x.T @ x / 50)[-1] / 10 + 0.1, rel=1e-4)


def test_the_softmax_gradient_is_right():
    from helpers.backprop import experiments_steps as steps
    rng = np.random.default_rng(0)
    x, y, w = rng.normal(size=(6, 3)), rng.integers(0, 10, 6), rng.normal(size=30)
    slope = steps._softmax_gradient(w, x, y, 0.1)[1]
    for i in range(30):
        e = 1e-6 * np.eye(30)[i]
        nudged = (steps._softmax_gradient(w + e, x, y, 0.1)[0]
                  - steps._softmax_gradient(w - e, x, y, 0.1)[0]) / 2e-6
        assert slope[i] == pytest.approx(nudged, abs=1e-8)      # h² and eps/h, both about 1e-10


def test_the_cliff_is_where_the_curvature_says():
    cliff = experiments.step_size_cliff(ratios=[0.6, 0.9, 0.97, 1.03, 1.1, 1.4])
    assert cliff.theory == pytest.approx(2 / cliff.curvature)
    assert cliff.measured == pytest.approx(cliff.theory, rel=.001)      # middle of .97 and 1.03
    assert (cliff.gap[:3] < 1e-4).all() and (cliff.gap[3:] > 1e-3).all()
    assert "the cliff should be at" in repr(cliff)


def test_a_cliff_outside_the_rates_tried_is_not_invented():
    assert np.isnan(experiments.step_size_cliff(ratios=[0.7, 0.8]).measured)
    assert np.isnan(experiments.step_size_cliff(ratios=[1.2, 1.3]).measured)


def test_noise_falls_as_one_over_the_batch_and_faster_without_replacement():
    sizes, variances = experiments.gradient_noise(batch_sizes=(1, 8, 64, 512), draws=150)
    slope = {name: np.polyfit(np.log(sizes), np.log(v), 1)[0] for name, v in variances.items()}
    # 150 draws give each variance to some 5 %, the slope over ln 512 = 6.2 to some 0.02.
    assert slope["with replacement"] == pytest.approx(-1, abs=.06)
    share = variances["without replacement"] / variances["with replacement"]
    assert share[-1] == pytest.approx((1437 - 512) / 1436, abs=.13)
    assert share[0] == pytest.approx(1, abs=.25)        # one image: both are the same draw


def test_tuned_rules_tie_and_keras_defaults_do_not():
    tuned = experiments.compare_optimizers(seeds=2)
    default = experiments.compare_optimizers(seeds=2, tuned=False)
    means = [a.mean() for a in tuned.accuracies.values()]
    assert min(means) > .945 and max(means) - min(means) < .025
    assert default.rates == {"SGD": .01, "momentum 0.9": .01, "Adam": .001}
    assert default.accuracies["SGD"].mean() < default.accuracies["Adam"].mean() - .02
    lost = {name: tuned.accuracies[name].mean() - default.accuracies[name].mean()
            for name in tuned.rates}
    assert .03 < lost["SGD"] < .12
    assert abs(lost["momentum 0.9"]) < .025 and abs(lost["Adam"]) < .025
    assert tuned.loss["SGD"].shape == (2, 20)
    assert repr(tuned).count("\n") == 2


def test_a_rate_that_diverges_is_not_chosen(monkeypatch):
    from helpers.backprop import experiments_steps as steps
    monkeypatch.setitem(steps._GRIDS, "SGD", (0.3, 1e6))
    split = experiments.data.load("digits").flat()
    assert steps._best_rate("SGD", split, epochs=1) == 0.3


def test_races_start_from_the_same_weights():
    from helpers.backprop import experiments_steps as steps
    split = experiments.data.load("digits").flat()
    first = [steps._run(name, 1e-12, split.x_train[:64], split.y_train[:64], 1, 0)[0].get_weights()
             for name in ("SGD", "Adam")]
    # Steps of 1e-12 do not move float32 weights of size 0.1.
    assert all(np.allclose(a, b, atol=1e-9) for a, b in zip(*first, strict=True))


