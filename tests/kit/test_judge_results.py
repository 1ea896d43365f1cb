"""What came out is described where it is wrong, and accepted where it is near enough."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.kit.exercise import exercise
from helpers.kit.judge import judge


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


# --- how near is right ----------------------------------------------------------------------------


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
