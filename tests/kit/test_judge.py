"""Every kind of answer ends in a verdict that says which mistake it is."""

import numpy as np
import pytest

from helpers.kit.exercise import exercise
from helpers.kit.judge import bank_of, collisions, judge


def test_reference_and_other_right_answers_pass(linear):
    assert judge(linear, linear.reference_fn).state == "right"
    assert judge(linear, lambda x, W, b: np.einsum("nd,dm->nm", x, W) + b[None, :]).right
    assert judge(linear, lambda x, W, b: (x @ W + b).tolist()).right


def test_every_mistake_is_called_by_its_name(linear, backward):
    for ex in (linear, backward):
        for mistake in ex.mistakes:
            verdict = judge(ex, mistake.fn)
            assert (verdict.state, verdict.mistakes) == ("wrong", (mistake.name,))
            assert mistake.why in verdict.sentences


def test_a_student_who_computes_it_differently_makes_the_same_mistake(linear):
    def mine(x, W, b):
        out = np.zeros((len(x), W.shape[1]))
        for i in range(len(x)):
            for j in range(W.shape[1]):
                out[i, j] = sum(x[i, k] * W[k, j] for k in range(x.shape[1])) - b[j]
        return out

    assert judge(linear, mine).mistakes == ("sign of the bias",)


def test_an_exception_counts_as_an_outcome(linear):
    verdict = judge(linear, lambda x, W, b: np.dot(x, np.transpose(W)) + b)
    assert verdict.mistakes == ("transposed W",)
    # The same exception, but other values where the mistake has values: another mistake.
    verdict = judge(linear, lambda x, W, b: x @ W.T - b)
    assert verdict.mistakes == ()
    # Raises everywhere, where the mistake gives a value on the square probe: not that mistake.
    verdict = judge(linear, lambda x, W, b: np.zeros((2, 3)) @ np.zeros((4, 5)))
    assert verdict.mistakes == ()


def test_two_mistakes_in_one_answer_are_both_named(backward):
    verdict = judge(backward, lambda d, x, W: (d @ W.T, d.T @ x, d))
    assert set(verdict.mistakes) == {"transposed dW", "db not summed"}
    assert "dW: transposed dW" in verdict.headline
    # also where one of the two raises on all probes but the square one
    verdict = judge(backward, lambda d, x, W: (d @ W, x.T @ d, d))
    assert set(verdict.mistakes) == {"W not transposed", "db not summed"}


def test_a_named_mistake_beside_an_unnamed_one(backward):
    verdict = judge(backward, lambda d, x, W: (d @ W.T, d.T @ x, d.max(axis=0)))
    assert verdict.mistakes == ("transposed dW",)
    assert "Wrong too, perhaps because of this: db." in str(verdict)


def test_an_output_that_agrees_with_a_mistake_by_chance_does_not_name_it(backward):
    # dx is half of what it should be, dW and db are wrong in ways of their own.
    verdict = judge(backward, lambda d, x, W: (d @ W.T / 2, x.T @ d + 1, d.max(axis=0)))
    assert verdict.mistakes == ()


def test_what_has_no_name_is_shown_with_its_smallest_failing_input(linear):
    def wrong_from_the_second(x, W, b):
        return x @ W + b + (len(x) == 3)

    verdict = judge(linear, wrong_from_the_second)
    assert verdict.state == "wrong" and verdict.mistakes == ()
    labels = dict(verdict.evidence)
    assert "smallest input" in next(iter(labels)).lower()
    assert "x = array of shape (3, 3)" in next(iter(labels.values()))
    expected = linear.reference_fn(*bank_of(linear).probes[1])
    assert f"{expected[0, 0]:.4f}"[:5] in labels["Expected"]
    assert f"{expected[0, 0] + 1:.4f}"[:5] in labels["Your result"]


def test_the_place_of_the_largest_difference_is_said(linear):
    def one_entry(x, W, b):
        y = x @ W + b
        y[1, 2] += 5
        return y

    assert "[1, 2]" in str(judge(linear, one_entry))


def test_a_caveat_is_added_to_an_answer_that_is_right_and_fails_beyond(linear):
    linear.caveat("it fails for empty batches.")(
        lambda: (np.zeros((0, 3)), np.ones((3, 2)), np.zeros(2)))
    assert judge(linear, linear.reference_fn).remarks == ()
    verdict = judge(linear, lambda x, W, b: x[:1] @ W + b if len(x) == 0 else x @ W + b)
    assert verdict.right and verdict.remarks == ()     # an empty product is right as well
    verdict = judge(linear, lambda x, W, b: np.array([x[0] @ W + b, *(x[1:] @ W + b)]))
    assert verdict.right and verdict.remarks == ("it fails for empty batches.",)


@pytest.mark.parametrize(
    "name, start",
    [("missing bias", "Missing bias."), ("f′(a) taken", "f′(a) taken."), ("dW wrong", "dW wrong."),
     ("`=` for `+=`", "`=` for `+=`."), ("overflow", "Overflow."), ("β's swapped", "β's swapped."),
     ("log 0", "log 0."), ("h too small", "h too small."), ("lr too large", "lr too large."),
     ("no ε", "No ε."), ("2/λmin", "2/λmin."), ("ε inside", "ε inside."),
     ("élan", "élan.")],
)  # fmt: skip
def test_a_sentence_starts_with_a_capital_but_a_formula_does_not(linear, name, start):
    linear.mistakes.clear()
    linear.mistake(name, why="")(lambda x, W, b: x @ W)
    assert judge(linear, lambda x, W, b: x @ W).headline == start


# --- inputs ---------------------------------------------------------------------------------------


def test_changed_inputs_are_found(linear):
    def greedy(x, W, b):
        y = x @ W + b
        x *= 0
        b += 1
        return y

    verdict = judge(linear, greedy)
    assert verdict.state == "wrong" and verdict.mistakes == ("changes its input",)
    assert "`b` and `x`, which belong to the caller" in str(verdict)
    assert judge(linear, linear.reference_fn).right  # the probes themselves are as they were


def test_changes_that_the_reference_makes_are_allowed():
    made = exercise("9.14", title="In place")

    def step(w):
        w["a"] -= 1
        return w["a"]

    made.reference(step)
    made.probes(lambda rng: [({"a": rng.normal(size=2), "b": rng.normal(size=3)},)])
    assert judge(made, lambda w: w["a"] - 1).right
    assert judge(made, step).right


def test_a_changed_input_beside_wrong_values(linear):
    def both(x, W, b):
        W += 1
        return x @ W * 2

    verdict = judge(linear, both)
    assert verdict.state == "wrong" and "`W`, which belongs to the caller" in str(verdict)


def test_a_changed_input_beside_a_named_mistake(linear):
    def both(x, W, b):
        y = x @ W
        x -= 1
        return y

    assert set(judge(linear, both).mistakes) == {"missing bias", "changes its input"}


# --- collisions -----------------------------------------------------------------------------------


def test_collisions_are_found(linear):
    assert collisions(linear) == []
    linear.mistake("no bias at all", why="")(lambda x, W, b: np.dot(x, W))
    linear.mistake("harmless", why="")(lambda x, W, b: b + x @ W)
    assert set(collisions(linear)) == {
        ("missing bias", "no bias at all"),
        ("harmless", "reference"),
    }


def test_a_new_mistake_is_known_at_once(linear):
    def halved(x, W, b):
        return (x @ W + b) / 2

    assert judge(linear, halved).mistakes == ()
    linear.mistake("halved", why="")(halved)
    assert judge(linear, halved).mistakes == ("halved",)
