"""Whatever students hand in to the exercises of chapter 02, it ends in a sentence."""

import re
import warnings

import numpy as np
import pytest

import helpers.backprop.exercises  # noqa: F401  (declares the exercises)
from helpers.backprop.mistakes_autograd import make_value
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import WRONG

FUNCTIONS = ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.10", "2.11"]


@pytest.fixture(autouse=True)
def quiet():
    """Wrong answers divide by zero on purpose; NumPy's warnings about it are no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def endless(*args):
    while True:
        pass


def flood(*args):
    for _ in range(20_000):
        print("so far so good", args[0])


def leave(*args):
    raise SystemExit("bye")


def divide(*args):
    return 1 / 0


def spoil(args):
    """Change the first array found among the arguments, in place."""
    for value in args:
        for array in value.values() if isinstance(value, dict) else [value]:
            if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                array += 1.0
                return


def after(change):
    """The reference, with its result changed."""
    return lambda fn: lambda *args: change(fn(*args))


def each_array(change):
    def apply(result):
        if isinstance(result, (tuple, list)):
            return type(result)(apply(part) for part in result)
        return change(np.asarray(result))

    return after(apply)


def spoiling(fn):
    def wrong(*args):
        result = fn(*args)
        spoil(args)
        return result

    return wrong


ABUSES = {
    "None": lambda fn: None,
    "a number": lambda fn: 42,
    "the result instead of the function": lambda fn: np.zeros((2, 3)),
    "returns nothing": after(lambda result: None),
    "returns a text": after(lambda result: "0.5"),
    "too many dimensions": each_array(lambda a: a[None, None]),
    "not a number": each_array(lambda a: a * np.nan),
    "half precision": each_array(lambda a: a.astype(np.float16)),
    "endless loop": lambda fn: endless,
    "print flood": lambda fn: flood,
    "changes its input": spoiling,
    "no parameters": lambda fn: lambda: 1.0,
    "raises": lambda fn: divide,
    "leaves Python": lambda fn: leave,
    "a generator": lambda fn: lambda *args: (yield 1),
}


@pytest.mark.parametrize("abuse", ABUSES)
@pytest.mark.parametrize("id", [id for id in FUNCTIONS if id != "2.10"])
def test_abuse_ends_in_a_sentence(id, abuse, monkeypatch):
    exercise = find(id)
    monkeypatch.setattr(exercise, "time_limit", 0.3)
    verdict = judge(exercise, ABUSES[abuse](exercise.reference_fn))
    if (id, abuse) == ("2.8", "changes its input"):
        assert verdict.mistakes == ("parameter not restored",)
    if id == "2.7" and abuse in ("changes its input", "half precision"):
        return   # train() gets copies, which it may change; its weights are read as float64
    if (id, abuse) == ("2.8", "half precision"):
        return   # only the order of magnitude of the answer counts
    assert verdict.state == WRONG
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline
    assert "Traceback" not in str(verdict)


@pytest.mark.parametrize("abuse", ["None", "a number", "endless loop", "raises", "print flood"])
def test_abuse_of_the_class_ends_in_a_sentence(abuse, monkeypatch):
    monkeypatch.setattr(find("2.10"), "time_limit", 0.3)
    made = {"None": None, "a number": 42}
    if abuse not in made:
        broken = {"endless loop": endless, "raises": divide, "print flood": flood}[abuse]
        made[abuse] = type("Value", (make_value(),), {"backward": broken})
    verdict = judge(find("2.10"), made[abuse])
    assert verdict.state == WRONG
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline


@pytest.mark.parametrize("id", ["2.2", "2.3", "2.6"])
def test_single_precision_is_called_what_it_is(id):
    wrong = each_array(lambda a: a.astype(np.float32))(find(id).reference_fn)
    verdict = judge(find(id), wrong)
    assert verdict.state == WRONG and "float32" in str(verdict)


@pytest.mark.parametrize("result", [True, np.bool_(False)])
def test_a_bool_is_no_largest_error(result):
    verdict = judge(find("2.8"), lambda loss, params, grads: result)
    assert verdict.state == WRONG
    assert "Return one number, the largest error; a bool came." in str(verdict)


@pytest.mark.parametrize(("change", "said"), [
    (lambda result: result[0], "return [W1, b1, W2, b2], losses."),
    (lambda result: result[1], "return [W1, b1, W2, b2], losses."),
    (lambda result: (*result[0], result[1]), "return [W1, b1, W2, b2], losses."),
    (lambda result: ([result[0][0].T, *result[0][1:]], result[1]), "W1 should have shape (2, 5)"),
])
def test_what_train_must_return_is_said_in_a_sentence(change, said):
    verdict = judge(find("2.7"), after(change)(find("2.7").reference_fn))
    assert verdict.state == WRONG and said in str(verdict)


def test_what_an_operation_of_the_class_must_return_is_said_in_a_sentence():
    class Forgets(make_value()):
        def __add__(self, other):
            super().__add__(other)

    class Bare(make_value()):
        def __mul__(self, other):
            return self.data * other.data

    assert "__add__ returns None: is its `return` missing?" in str(judge(find("2.10"), Forgets))
    said = str(judge(find("2.10"), Bare))
    assert "a * b came back as a plain float: wrap it, Value(…, (self, other), …)." in said


def test_entries_are_called_by_readable_words():
    class Triples(make_value()):
        def backward(self):
            super().backward()
            for parent in self.parents:
                parent.grad *= 3

    said = str(judge(find("2.10"), Triples))
    assert "the gradient of a" in said and "'the gradient" not in said and "['" not in said
