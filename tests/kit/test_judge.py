"""Every kind of answer ends in a verdict that says which mistake it is."""


import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda y: -y, "sign is flipped"),
        (lambda y: 3 * y, "3 times"),
        (lambda y: y + 7, "same amount, 7"),
        (lambda y: y[:, ::-1], "other places"),
        (lambda y: y.T, "transposed"),
        (lambda y: y[None], "axis of length 1 is too many"),
        (lambda y: y * np.nan, "NaN"),
        (lambda y: y / 0, "infinity"),
        (lambda y: y.astype(int), "fractions are expected"),
        (lambda y: y > 0, "fractions are expected"),
        (lambda y: y.astype(np.float32), "lost precision"),
        (lambda y: y + 0j * 1, "complex"),
        (lambda y: None, "returns nothing"),
        (lambda y: "text", "the text 'text'"),
        (lambda y: {"y": y}, "a dictionary with 1 entry"),
        (lambda y: (y,), "tuple of one entry"),
        (lambda y: (v for v in y), "yield"),
        (lambda y: y[0, 0], "one number"),
        (lambda y: np.array([]), "shape (0,)"),
        (lambda y: object(), "should be an array"),
    ],
)
def test_what_came_out_is_described(linear, change, words):
    with np.errstate(all="ignore"):
        verdict = judge(linear, lambda x, W, b: change(x @ W + b))
    assert verdict.state == "wrong"
    assert words in str(verdict)
    assert words in verdict._repr_mimebundle_()["text/html"].replace("&#x27;", "'")


def test_sum_that_was_not_taken():
    made = exercise("9.5", title="Total")
    made.reference(lambda x: x.sum())
    made.probes(lambda rng: [(rng.normal(size=3),), (rng.normal(size=5),)])
    assert "sum over axis 0 is missing" in str(judge(made, lambda x: x))
    assert "2.5 times what it should be" in str(judge(made, lambda x: 2.5 * x.sum()))


def test_scalars_lists_and_python_numbers_are_accepted():
    made = exercise("9.6", title="Mean and spread", outputs=("mean", "spread"))
    made.reference(lambda x: (x.mean(), x - x.mean()))
    made.probes(lambda rng: [(rng.normal(size=4),)])
    assert judge(made, lambda x: (np.array(x.mean()), x - x.mean())).right
    assert judge(made, lambda x: [float(x.mean()), x - x.mean()]).right
    verdict = judge(made, lambda x: (x.mean(), list(x - x.mean())))
    assert verdict.right and any("makes arrays of it" in r for r in verdict.remarks)
    verdict = judge(made, lambda x: x.mean())
    assert "Expected are 2 outputs, mean and spread" in verdict.headline


def forgets(row):
    np.exp(row)


@pytest.mark.parametrize("change, words", [
    (lambda y: np.array([forgets(row) for row in y]), ["holds Python objects (None)", "`return`"]),
    (lambda y: y.astype(str), ["holds text", "`str(…)`"]),
    (lambda y: y.astype(object), ["holds Python objects (float)", "dtype=object"]),
    (lambda y: np.array([y[0], [1.0]], dtype=object), ["Rows of different lengths"]),
    (lambda y: y.astype("timedelta64[s]"), ["should hold numbers"]),
])
def test_an_array_that_holds_no_numbers_is_wrong_and_described(linear, change, words):
    verdict = judge(linear, lambda x, W, b: change(x @ W + b))
    assert verdict.state == "wrong"
    assert all(word in str(verdict) for word in ["should hold numbers", *words]), str(verdict)


def test_a_result_that_contains_itself_ends_in_a_sentence(linear):
    endless = {}
    endless["again"] = endless
    assert judge(linear, lambda x, W, b: endless).state == "wrong"


def test_a_caveat_is_added_to_an_answer_that_is_right_and_fails_beyond(linear):
    linear.caveat("it fails for empty batches.")(
        lambda: (np.zeros((0, 3)), np.ones((3, 2)), np.zeros(2)))
    assert judge(linear, linear.reference_fn).remarks == ()
    verdict = judge(linear, lambda x, W, b: x[:1] @ W + b if len(x) == 0 else x @ W + b)
    assert verdict.right and verdict.remarks == ()     # an empty product is right as well
    verdict = judge(linear, lambda x, W, b: np.array([x[0] @ W + b, *(x[1:] @ W + b)]))
    assert verdict.right and verdict.remarks == ("it fails for empty batches.",)


def test_whole_numbers_pass_where_the_right_values_are_whole():
    made = exercise("9.7", title="Count")
    made.reference(lambda x: float((x > 0).sum()))
    made.probes(lambda rng: [(rng.normal(size=6),)])
    assert judge(made, lambda x: int((x > 0).sum())).right


def test_nested_results_are_compared_entry_by_entry():
    made = exercise("9.8", title="Train", outputs=("params", "losses"))
    made.reference(lambda x: ({"W": x * 2, "b": x.sum(axis=0)}, [1.0, 0.5]))
    made.probes(lambda rng: [(rng.normal(size=(2, 3)),)])
    assert judge(made, lambda x: ({"b": x.sum(axis=0), "W": x + x}, np.array([1, 0.5]))).right
    verdict = judge(made, lambda x: ({"b": x.sum(axis=0), "W": x * 3}, [1.0, 0.5]))
    assert "params['W']" in verdict.headline and "losses is right" in str(verdict)
    verdict = judge(made, lambda x: ({"W": x * 2}, [1.0, 0.5]))
    assert "missing" in verdict.headline and "'b'" in verdict.headline


def test_tolerance_follows_the_inputs():
    def made(dtype):
        ex = exercise("9.9", title="Mean")
        ex.reference(lambda x: x.mean())
        ex.probes(lambda rng: [(rng.normal(size=50).astype(dtype) + dtype(1),)])
        return ex

    # 1e-5 relative is rounding for float32 inputs, and a mistake for float64 ones
    assert judge(made(np.float32), lambda x: x.mean() * np.float32(1 + 1e-5)).right
    assert not judge(made(np.float64), lambda x: x.mean() * (1 + 1e-5)).right
    assert judge(made(np.float64), lambda x: x.mean() * (1 + 1e-9)).right
    assert judge(made(np.float32), lambda x: np.float64(x).mean()).right  # more digits are welcome


def test_entries_that_cancel_to_zero_may_differ_by_rounding():
    made = exercise("9.10", title="Zero")
    made.reference(lambda x: x - x)
    made.probes(lambda rng: [(rng.normal(size=4),)])
    assert judge(made, lambda x: (x + 0.1) - x - 0.1).right
    assert not judge(made, lambda x: x * 1e-6).right


def test_nan_equals_nan_only_where_it_is_expected():
    made = exercise("9.11", title="Root")
    made.reference(lambda x: np.where(x < 0, np.nan, np.abs(x) ** 0.5))
    made.probes(lambda rng: [(np.array([-1.0, 4.0, 9.0]),)])
    assert judge(made, lambda x: np.where(x < 0, np.nan, np.sqrt(np.abs(x)))).right
    assert not judge(made, lambda x: np.sqrt(np.abs(x))).right


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


# --- whatever a function returns ------------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(...)
    | st.complex_numbers() | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner, inner)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_whatever_comes_back_there_is_a_verdict(value):
    for outputs in ((), ("a", "b", "c")):
        made = exercise("9.15", title="Anything", outputs=outputs)
        made.reference(lambda x: (x, 2 * x, x.sum()) if outputs else x)  # noqa: B023
        made.probes(lambda rng: [(rng.normal(size=(2, 3)),)])
        verdict = judge(made, lambda x: value)
        assert verdict.state in ("wrong", "not attempted")
        bundle = verdict._repr_mimebundle_()
        assert bundle["text/html"] and len(bundle["text/plain"].splitlines()) >= 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1e-15, 1e-13, 1e-11]))
def test_rounding_never_makes_an_answer_wrong(seed, size):
    made = exercise("9.16", title="Softmax")

    def softmax(z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    made.reference(softmax)
    made.probes(lambda rng: [(rng.normal(size=(3, 5)) * 10,)])
    noise = np.random.default_rng(seed)

    def noisy(z):
        return softmax(z) * (1 + size * noise.normal(size=z.shape))

    assert judge(made, noisy, seed % 7).right
