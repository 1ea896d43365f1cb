"""Answers that were not begun, are not finished, or are no functions; and bug hunts."""

import linecache
from pathlib import Path

import numpy as np
import pytest

import helpers
from helpers.kit.exercise import exercise
from helpers.kit.judge import judge
from helpers.kit.samecode import same_code
from helpers.kit.verdict import as_html


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


def test_a_harness_with_inputs_of_its_own_shows_no_empty_input():
    made = exercise("9.14", title="Double")
    made.reference(lambda x: 2 * x)
    made.probes(lambda rng: [()])
    made.harness(lambda fn: fn(3.0))
    assert [label for label, _ in judge(made, lambda x: x).evidence] == ["Expected", "Your result"]


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
