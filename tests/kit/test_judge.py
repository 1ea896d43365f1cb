"""Every kind of answer ends in a verdict that says which mistake it is."""

import linecache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import helpers
from helpers.kit.exercise import exercise
from helpers.kit.judge import bank_of, collisions, judge
from helpers.kit.samecode import same_code
from helpers.kit.verdict import as_html


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


# --- not attempted, not a function ----------------------------------------------------------------


def stub(x, W, b):
    return ...


def not_implemented(x, W, b):
    raise NotImplementedError


def half_done(x, W, b):
    z = x @ W
    return z + ...


@pytest.mark.parametrize("answer", [stub, not_implemented, half_done, ...])
def test_stubs_are_not_attempted(linear, answer):
    verdict = judge(linear, answer)
    assert verdict.state == "not attempted" and verdict.mistakes == ()
    assert verdict.hints


def test_code_as_handed_out_is_not_attempted():
    made = exercise("9.12", title="Bug")
    made.reference(lambda x: x + 1)
    made.probes(lambda rng: [(rng.normal(size=3),)])
    made.untouched(lambda x: x - 1)
    assert judge(made, lambda x: x - 1).state == "not attempted"
    assert judge(made, lambda x: x - 2).state == "wrong"


def handed_out(x):
    """All wrong."""
    total = 0.0
    for value in x:
        total -= value  # a comment
    return total


HANDED_OUT = """
def mine(x):
    total = 0.0


    for value in x: total -= value
    return total
"""


def pasted(text):
    """A function as a notebook cell makes it: of another file, whose text Python can look up."""
    file = f"<ipython-input-{abs(hash(text))}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    world = {}
    exec(compile(text, file, "exec"), world)
    return world["mine"]


def test_only_code_that_is_really_as_handed_out_is_not_attempted():
    made = exercise("9.12", title="Bug", kind="find the bug")
    made.reference(lambda x: sum(x))
    made.probes(lambda rng: [(rng.normal(size=3),)])
    made.untouched(handed_out)
    assert judge(made, handed_out).state == "not attempted"
    assert judge(made, pasted(HANDED_OUT)).state == "not attempted"
    for old, new in [("0.0", "-0.0"), ("total -= value", "total = total - value"), ("0.0", "0")]:
        verdict = judge(made, pasted(HANDED_OUT.replace(old, new)))
        assert verdict.state == "wrong" and verdict.mistakes == ()
        assert "does not show yet: the faults that remain hide it" in verdict.headline


@pytest.mark.parametrize("layout", ["    for v in x: t -= v", "    for v in x:\n        t -= v"])
def test_layout_comments_and_docstrings_do_not_make_other_code(layout):
    """Python 3.13 compiles the two layouts to different instructions."""
    one = pasted(f"def mine(x, t=0):\n{layout}\n    return t")
    other = pasted('def mine(x, t = 0):\n    "Why."\n\n    # look\n    for v in x:\n'
                   "        t -= (v)\n    return t")  # fmt: skip
    assert same_code(one, other)
    assert not same_code(one, pasted(f"def mine(x, t=0):\n{layout}\n    return -t"))
    assert not same_code(one, pasted(f"def mine(x, t=1):\n{layout}\n    return t"))


def test_functions_inside_count_as_code():
    def outer(inner):
        return pasted(f"def mine(x):\n    return (lambda v: {inner})(x)")

    assert same_code(outer("v + 1"), outer("v  +  1"))
    assert not same_code(outer("v + 1"), outer("v + 2"))
    assert not same_code(outer("v + 1"), outer("v + 1.0"))


def test_code_without_a_text_cannot_be_told_from_other_code():
    world = {}
    exec("def mine(x): return 0", world)
    assert same_code(world["mine"], handed_out) and same_code(handed_out, len)


@pytest.fixture
def hunt():
    """Three faults, alone and together, and a mistake that is none of them."""
    made = exercise("9.17", title="Hunt", kind="find the bug", hints=("look",))
    made.reference(lambda x: x)
    made.probes(lambda rng: [(rng.normal(size=3),)])
    faults = {"axis": 1, "sign": 10, "shift": 100}
    for names in (["axis"], ["sign"], ["shift"], ["axis", "sign"], ["axis", "shift"],
                  ["sign", "shift"]):
        add = sum(faults[n] for n in names)
        why = " ".join(f"Because of {n}." for n in names)
        made.mistake(" + ".join(names), why=why)(lambda x, add=add: x + add)
    made.mistake("much too large", why="Far out.")(lambda x: x + 1e6)
    made.untouched(lambda x: x + 111)
    return made


def test_a_bug_hunt_goes_on_after_the_first_repair(hunt):
    verdict = judge(hunt, lambda x: x + 101)
    assert verdict.mistakes == ("axis + shift",)
    assert verdict.sentences[0] == "Because of axis. Because of shift."
    text, page = str(verdict), as_html(verdict)
    assert "1 of 3 repaired, 2 to go. Next: axis." in text and "Because of axis." in text
    assert "shift" not in text and 'hint("9.17")' in text
    open_part, folded = page.split("<summary>Show the other one</summary>")
    assert "shift" not in open_part and "<b>shift</b>: Because of shift." in folded
    assert "Expected" not in text + page  # it would tell what else is wrong
    assert "2 of 3 repaired, 1 to go. The last: sign." in str(judge(hunt, lambda x: x + 10))
    assert judge(hunt, lambda x: x + 1e6).headline == "Much too large."
    hunt.kind = "fill-in"
    assert judge(hunt, lambda x: x + 101).faults == ()


HARNESS = """
def run(fn, x):
    result = fn(x)
    if getattr(result, "ndim", 0):
        raise ValueError("One number is expected, and an array came.")
    return result + 1.0
"""


def test_what_the_harness_says_is_shown_as_it_is():
    made = exercise("9.18", title="Size")
    made.reference(lambda x: x.sum())
    made.probes(lambda rng: [(rng.normal(size=3),)])
    world = {}
    exec(compile(HARNESS, str(Path(helpers.__file__).with_name("bank.py")), "exec"), world)
    made.harness(world["run"])
    verdict = judge(made, lambda x: x)
    assert verdict.headline == "One number is expected, and an array came."
    assert "ValueError" not in str(verdict)
    verdict = judge(made, lambda x: "3")
    assert verdict.headline.startswith("What your function returns cannot be used")
    assert "Error" not in verdict.headline
    # An error in the student's own line stays that.
    assert "stops with a ValueError" in str(judge(made, lambda x: x.reshape(7)))


def test_some_outputs_left_open(backward):
    verdict = judge(backward, lambda d, x, W: (d @ W.T, ..., ...))
    assert verdict.state == "wrong"
    assert "dW and db are still `...`" in verdict.headline and "dx is right" in str(verdict)


@pytest.mark.parametrize("answer", [None, 3, "f", np.zeros((2, 2)), [1], {}])
def test_what_is_no_function_is_said(linear, answer):
    verdict = judge(linear, answer)
    assert verdict.state == "wrong"
    assert "function is expected" in verdict.headline
    assert 'check("9.1", affine)' in str(verdict)


def test_other_parameters_are_said(linear):
    for answer in (lambda x: x, lambda x, W, b, extra: x, lambda: 0):
        verdict = judge(linear, answer)
        assert "`x`, `W` and `b`" in verdict.headline and "3 parameters" in verdict.headline
    assert judge(linear, lambda *args: args[0] @ args[1] + args[2]).right
    assert judge(linear, lambda x, W, b, scale=1: x @ W + b).right


def test_methods_and_callable_objects_are_functions_too(linear):
    class Layer:
        def apply(self, x, W, b):
            return x @ W + b

        def __call__(self, x, W, b):
            return x @ W

    assert judge(linear, Layer().apply).right
    assert judge(linear, Layer()).mistakes == ("missing bias",)


def test_a_class_is_judged_through_the_harness():
    made = exercise("9.13", title="Counter")

    class Counter:
        def __init__(self, start):
            self.value = start

        def step(self, by):
            self.value += by
            return self.value

    made.reference(Counter)
    made.probes(lambda rng: [(1.5, 2.5), (3.0, -1.0)])
    made.harness(lambda cls, start, by: cls(start).step(by))

    class Mine(Counter):
        pass

    class Stub(Counter):
        def step(self, by):
            return ...

    class Broken(Counter):
        def step(self, by):
            return self.total + by

    assert judge(made, Mine).right
    assert judge(made, Stub).state == "not attempted"
    assert "total" in str(judge(made, Broken))
    assert "class itself" in str(judge(made, Counter(1)))
    assert "class is expected" in str(judge(made, lambda s: s))


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
