"""W2.1 and W2.2 without a browser: what they compute, against the truth."""

import math
import random
import re
from pathlib import Path

import numpy as np
import pytest

from helpers.backprop import circuit as circuit_module
from helpers.backprop import shape_lens, widgets
from helpers.backprop.widgets import WIDGETS

FOLDER = Path(widgets.__file__).parent


def answer(name, **changes):
    return WIDGETS[name].compute({**WIDGETS[name].initial, **changes})


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


def test_circuit_nudge_is_a_measurement_that_can_contradict_a_wrong_backward(monkeypatch):
    """A witness that asked backward would agree with it whatever it says."""
    right = answer("W2.1")["wires"]
    forgotten = (math.tanh, lambda a: (1.0,))  # tanh sent back as if it were the identity
    monkeypatch.setitem(circuit_module.OPERATIONS, "tanh", forgotten)
    wrong = answer("W2.1")["wires"]
    assert [wire["nudge"] for wire in wrong] == [wire["nudge"] for wire in right]
    before_tanh = [wire for wire in wrong if wire["node"] not in ("e", "L")]
    assert before_tanh
    for wire in before_tanh:
        assert abs(wire["grad"] - wire["nudge"]) > 0.01


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
