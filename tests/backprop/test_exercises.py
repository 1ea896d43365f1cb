"""What is special to the exercises of chapter 02; the rest stands in tests/exercises."""

import numpy as np
import pytest

import helpers.backprop.exercises as bank
from helpers.backprop.bughunt import CURVES, FAULTS, make_train, three_arms
from helpers.backprop.diagnosis import diagnose
from helpers.backprop.mistakes_autograd import make_value
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import NOT_ATTEMPTED, WRONG


def test_the_best_step_is_not_the_largest_stable_one_however_it_is_rounded():
    for best in ("2/11", 0.18, 0.1818):
        assert judge(find("2.9"), best).state == WRONG


def test_a_class_with_only_the_operations_is_not_finished():
    class Value(make_value()):
        def backward(self):
            return ...

    assert judge(find("2.10"), Value).state == NOT_ATTEMPTED


# --- 2.7: the bug hunt ---


def test_the_five_faults_draw_five_different_curves():
    curves, chance = bank.loss_curves(), np.log(3)
    by_fault = {CURVES[letter]: curves[letter] for letter in CURVES}
    assert set(by_fault) == set(FAULTS)
    x, y = three_arms(300)
    healthy = make_train(())(x, y, (2, 16, 3), 60, 30, np.random.default_rng(1))[1]
    assert healthy[-1] < 0.2
    assert by_fault["stale"][-1] < 0.2                       # looks healthy
    assert abs(by_fault["shuffle"][-20:].mean() - chance) < 0.1   # nothing to learn
    assert 0.6 < by_fault["zero"][-20:].mean() < 0.9         # one unit's worth
    assert by_fault["uphill"].min() > 3 * chance             # up, and then flat:
    assert np.ptp(by_fault["uphill"][-20:]) < 0.1
    assert by_fault["step"][-20:].mean() > 2 * chance        # jumps
    assert np.ptp(by_fault["step"][-20:]) > 1.0
    for letter, again in bank.loss_curves(epochs=3).items():
        np.testing.assert_array_equal(again, curves[letter][:3])


def test_the_matching_question_is_about_these_curves():
    said = dict(o.text.split(": ", 1) for o in find("2.f").options if o.right)
    assert said == {letter: FAULTS[fault][0] for letter, fault in CURVES.items()}


def test_diagnosis_does_not_depend_on_how_the_loop_was_repaired():
    rng = np.random.default_rng(5)
    x, y, sizes = rng.normal(size=(11, 3)), np.arange(11) % 4, (3, 6, 4)
    for lr in (0.1, 1.0, 5.0):
        for fault in FAULTS:
            plain = diagnose(make_train((fault,)), x, y, sizes)
            assert diagnose(make_train((fault,), lr), x, y, sizes) == plain
            assert sum(answer != "yes" for answer in plain) == 1, fault


# --- numbers and predictions ---


def test_wrong_numbers_are_what_their_names_say():
    """Computed here as somebody who makes the mistake would."""
    nodes, neurons, edges = 64 + 64 + 10, 64 + 10, 64 * 64 + 64 * 10
    meant = {"one weight per node": {2 * neurons, 2 * nodes}, "forgot the biases": {edges},
             "counted input biases": {edges + nodes},
             "forgot the biases of the output layer": {edges + 64},
             "forgot the biases of the hidden layer": {edges + 10},
             "only the hidden layer": {64 * 64 + 64}, "only the output layer": {64 * 10 + 10},
             "one hidden layer too many": {2 * (64 * 64 + 64) + 64 * 10 + 10},
             "multiplied the layers": {64 * 64 * 10, 64 * 64 * 10 + 10},
             "counted the nodes": {nodes}, "counted only the biases": {neurons}}
    found = {}
    for mistake in find("2.1").mistakes:
        found.setdefault(mistake.name, set()).add(mistake.value)
    assert found == meant
    steps = {m.name: m.value for m in find("2.9").mistakes}
    low, middle, high = 1, 4, 10
    assert steps == pytest.approx({
        "1/λmax": 1 / high, "2/λmin": 2 / low, "2/(λmin + λmax)": 2 / (low + high),
        "1/λmin": 1 / low, "2/λ of the middle one": 2 / middle, "λmax": high, "λmax/2": high / 2,
        "2 over the mean curvature": 2 / ((low + middle + high) / 3), "2·λmax": 2 * high,
        "2 over the sum of the curvatures": 2 / (low + middle + high)})


def test_the_predictions_say_what_the_chapter_then_measures():
    draw = np.random.default_rng(0)   # twenty ReLU layers of 64 units, weights of spread 0.01
    h = draw.normal(size=(500, 64))
    for _ in range(20):
        h = np.maximum(h @ (0.01 * draw.normal(size=(64, 64))), 0)
    assert 1e-26 < h.std() < 1e-24   # one order either way: 64 units leave it a good deal to chance
    assert "1e-25" in find("2.p11").options[2].text and find("2.p11").right_letters == ("c",)
    steps = np.logspace(-12, -1, 111)
    errors = np.abs((np.tanh(0.7 + steps) - np.tanh(0.7 - steps)) / (2 * steps)
                    - (1 - np.tanh(0.7) ** 2))
    # Single errors may vanish by chance, so the worst of each decade counts.
    decades = {k: errors[(steps >= 10.0**k) & (steps < 10.0 ** (k + 1))].max()
               for k in range(-12, -1)}
    assert min(decades, key=decades.get) in (-6, -5) and decades[-6] < 1e-9
    assert find("2.p5").options[1].text == "Between 1e-6 and 1e-5"
    assert find("2.p5").right_letters == ("b",)
