"""Young's and Daly's intervals and the price of spot, against simulation."""

import numpy as np
import pytest

from helpers.cloud import lives, preemption, spot

C, MU = 60.0, 14_400.0        # a minute, four hours


def test_the_figures_of_the_chapter():
    assert preemption.young(C, MU) / 60 == pytest.approx(21.9, abs=0.05)
    assert preemption.overhead(preemption.young(C, MU), C, MU) == pytest.approx(0.0913, abs=1e-4)
    assert preemption.overhead(preemption.young(C, MU) / 2, C, MU) == pytest.approx(0.114, abs=1e-3)


@pytest.mark.parametrize("c", [1.0, 60.0, 600.0])
def test_daly_and_young_are_near_the_exact_optimum(c):
    best = preemption.best(c, MU)
    assert preemption.daly(c, MU) == pytest.approx(best, rel=0.01)
    assert preemption.young(c, MU) == pytest.approx(best, rel=2.5 * np.sqrt(c / MU))
    near = preemption.expected_time(1e6, c, MU, best * np.array([0.9, 1.1]))
    assert preemption.expected_time(1e6, c, MU, best) < near.min()


@pytest.mark.parametrize(("tau", "restart"), [(300.0, 0.0), (1315.0, 0.0), (1315.0, 180.0),
                                              (5000.0, 0.0)])
def test_the_formula_closes_with_simulation(tau, restart):
    runs = preemption.simulate(86_400, C, MU, tau, restart, runs=20_000, seed=1)
    expected = preemption.expected_time(86_400, C, MU, tau, restart)
    assert abs(runs.time.mean() - expected) < 4 * 86_400 * runs.error
    assert runs.time.mean() == pytest.approx(expected, rel=0.05)
    assert np.allclose(runs.time, 86_400 + runs.lost + runs.saving + runs.restarting)


def test_the_first_order_is_within_5_percent_of_the_whole_time_at_the_optimum():
    runs = preemption.simulate(86_400, C, MU, preemption.young(C, MU), runs=20_000)
    first = 1 + preemption.overhead(preemption.young(C, MU), C, MU)
    assert runs.time.mean() / 86_400 == pytest.approx(first, rel=0.05)
    assert "20000 runs" in str(runs) and "overhead" in str(runs)


def test_cost_of_spot_closes_with_simulation():
    offers = spot.compare()
    name, saved = offers.offers[-1].name, offers.offers[-1]
    costs = offers.costs[name]
    assert costs.mean() == pytest.approx(saved.cost, rel=0.01)
    assert saved.cost < offers.offers[0].cost < offers.offers[1].cost
    assert offers.ratio == pytest.approx(24 / saved.hours)
    assert "spot pays below" in repr(offers)


def test_break_even_is_where_both_cost_the_same():
    ratio = spot.break_even(24, 1 / 60, 4, 0.3, 0.05)
    assert spot.expected_cost(24, 2 * ratio, 1 / 60, 4, 0.3, 0.05) == pytest.approx(24 * 2)


def test_machine_by_machine_it_is_the_same_training():
    times = []
    for seed in range(400):
        machines = lives.lives(20.0, 0.5, 10.0, 3.0, 1.0, seed)
        for before, after in zip(machines, machines[1:], strict=False):
            assert after.start == pytest.approx(before.start + before.kept + before.lost + 1.0)
        times.append(machines[-1].start + machines[-1].kept)
    expected = preemption.expected_time(20.0, 0.5, 10.0, 3.0, 1.0)
    assert abs(np.mean(times) - expected) < 4 * np.std(times) / 20


@pytest.mark.parametrize("call", [
    lambda: preemption.young(0, 1), lambda: preemption.daly(1, -1),
    lambda: preemption.overhead(np.nan, 1, 1), lambda: preemption.expected_time("x", 1, 1, 1),
    lambda: preemption.simulate(1, 1, 1, 1, -1), lambda: preemption.simulate(1, 1, 1, 1, runs=1),
    lambda: preemption.simulate(1e9, 1, 1, 1e9), lambda: spot.expected_cost(1, -1, 1, 1, 1),
    lambda: preemption.simulate([1, 2], 1, 1, 1),
])
def test_what_cannot_be_is_a_sentence(call):
    with pytest.raises(ValueError, match="should be|expected|so many machines"):
        call()
