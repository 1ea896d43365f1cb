"""Odd answers to the exercises of chapter 02 that have sentences of their own."""

import re

import numpy as np
import pytest

import helpers.backprop.exercises  # noqa: F401  (declares the exercises)
from helpers.backprop.mistakes_autograd import make_value
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import WRONG
from tests.exercises.abuses import after, divide, endless, flood


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
