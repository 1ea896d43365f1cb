"""Exceptions in a student's code are explained, and reach neither the kernel nor the keyboard."""

import builtins
import os

import numpy as np
import pytest

from helpers.kit.judge import judge


def raises(error):
    def answer(x, W, b):
        raise error

    return answer


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), MemoryError(),
     StopIteration(), RecursionError("deep"), type("Own", (BaseException,), {})("mine"),
     AssertionError(), UnicodeDecodeError("utf8", b"x", 0, 1, "bad"), KeyError("`<b>`")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_every_exception_ends_in_a_sentence(linear, error):
    verdict = judge(linear, raises(error))
    assert verdict.state == "wrong"
    assert type(error).__name__ in verdict.headline
    assert "`raise error`" in str(verdict)
    page = verdict._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;" in page if "<b>" in str(error) else True


@pytest.mark.parametrize("word", ["exit", "quit"])
@pytest.mark.parametrize("where", ["builtins", "notebook"])
def test_exit_does_not_reach_the_kernel(linear, word, where):
    class ZMQExitAutocall:  # what IPython puts under these names
        __module__ = "IPython.core.autocall"

        def __call__(self):
            asked.append("exit")

    asked, world = [], {}
    if where == "notebook":
        world[word] = ZMQExitAutocall()
    before, builtin = dict(world), getattr(builtins, word, None)
    exec(f"def answer(x, W, b):\n    {word}()\n    return x @ W + b", world)
    verdict = judge(linear, world["answer"])
    assert asked == [] and "asked Python to stop" in str(verdict)
    assert getattr(builtins, word, None) is builtin and world.get(word) is before.get(word)


@pytest.mark.parametrize("name", ["_exit", "abort"])
def test_the_kernel_cannot_be_ended_by_way_of_os(linear, name):
    before = getattr(os, name)
    verdict = judge(linear, lambda x, W, b: getattr(os, name)(*[3][: name == "_exit"]))
    assert "asked Python to stop" in str(verdict) and getattr(os, name) is before


def test_display_in_a_loop_does_not_fill_the_notebook(linear):
    linear.time_limit = 0.3
    shown, world = [], {"display": lambda thing: shown.append(thing)}
    world["display"].__module__ = "IPython.core.display_functions"
    exec("def answer(x, W, b):\n    while True:\n        display('again')", world)
    verdict = judge(linear, world["answer"])
    assert shown == [] and "and printed" in verdict.headline and "again" in verdict.headline


def test_a_function_that_is_called_exit_stays_the_students(linear):
    world = {"__name__": "__main__"}
    exec("def exit(y):\n    return y\n"
         "class Layer:\n    def __call__(self, x, W, b):\n        return exit(x @ W + b)", world)
    assert judge(linear, world["Layer"]()).right


def test_input_does_not_wait(linear):
    def asks(x, W, b):
        return x * float(input("how much? "))

    before = builtins.input
    assert "input() waits for the keyboard; use the arguments" in str(judge(linear, asks))
    assert builtins.input is before


def half(x, W, b):
    return x[len(x) / 2]


def by_name(x, W, b):
    return x["a"]


def by_variable(x, W, b):
    key = "a"
    return x[key]


def of_a_list(x, W, b):
    middle = 0.5
    return [1, 2][middle]


def a_subclass(x, W, b):
    raise type("NotYet", (NotImplementedError,), {})("mine")


@pytest.mark.parametrize(
    "answer, words",
    [(half, "whole number"), (by_name, "A dictionary is expected"), (of_a_list, "whole number"),
     (by_variable, "A dictionary is expected"), (a_subclass, "NotYet"),
     (lambda x, W, b: x[np.array([0.5])], "whole number")],
)  # fmt: skip
def test_an_ordinary_index_error_is_wrong_and_explained(linear, answer, words):
    verdict = judge(linear, answer)
    assert verdict.state == "wrong" and words in str(verdict)
    assert "still standing" not in str(verdict)


@pytest.mark.parametrize(
    "answer",
    [lambda x, W, b: x + ..., lambda x, W, b: np.exp(...), lambda x, W, b: (...).shape,
     lambda x, W, b: float(...), lambda x, W, b: list(x)[...], lambda x, W, b: max(*...)],
)  # fmt: skip
def test_a_real_ellipsis_is_not_attempted(linear, answer):
    assert judge(linear, answer).state == "not attempted"


def test_an_exception_that_cannot_even_be_printed(linear):
    class Odd(Exception):
        def __str__(self):
            raise ValueError("no text")

    class Stubborn(BaseException):
        def __str__(self):
            raise self

        __repr__ = __str__

    assert judge(linear, raises(Odd())).state == "wrong"
    assert judge(linear, raises(Stubborn())).state == "wrong"
    assert judge(linear, lambda x, W, b: {"y": Stubborn()}).state == "wrong"


def test_endless_recursion_and_huge_arrays(linear):
    def again(x, W, b):
        return again(x, W, b)

    def huge(x, W, b):
        return np.zeros((10**6, 10**7))

    assert "calls itself without end" in str(judge(linear, again))
    assert "memory" in str(judge(linear, huge))


def test_shapes_of_the_failing_line_are_said(linear):
    def swapped(x, W, b):
        weights = {"W": W}
        return weights["W"] @ x.T @ x

    text = str(judge(linear, swapped))
    assert "`return weights[\"W\"] @ x.T @ x`" in text
    assert "`weights[\"W\"]` has shape (3, 4)" in text and "`x.T` has shape (3, 2)" in text
    assert "inner sizes 4 and 3 must agree" in text


@pytest.mark.parametrize(
    "line, words",
    [
        (lambda x, W, b: x + W, "shapes (2,3) and (3,4) do not fit entry by entry"),
        (lambda x, W, b: np.dot(x, W.T), "inner sizes 3 and 4 must agree"),
        (lambda x, W, b: x.reshape(7), "6 numbers do not fill the shape (7,)"),
        (lambda x, W, b: x.sum(axis=2), "there is no axis 2"),
        (lambda x, W, b: x[5], "which has only 2 entries"),
        (lambda x, W, b: x[0, 0, 0], "3 indices for an array with 2 axes"),
        (lambda x, W, b: x if x else W, "One truth value is needed"),
        (lambda x, W, b: x.summ(), "no attribute of that name"),
        (lambda x, W, b: missing, "does not exist here"),  # noqa: F821
        (lambda x, W, b: 1 / 0, "divided by zero"),
        (lambda x, W, b: x(1), "Round brackets"),
        (lambda x, W, b: {}["a"], "no entry under that key"),
    ],
)
def test_messages_are_translated(linear, line, words):
    assert words in str(judge(linear, line))


def test_an_error_inside_numpy_is_placed_in_the_students_own_line(linear):
    def own_line(x, W, b):
        y = x @ W
        return np.linalg.inv(y)

    text = str(judge(linear, own_line))
    assert "`return np.linalg.inv(y)`" in text and "`y` has shape (2, 4)" in text


def test_evidence_is_escaped(linear):
    def answer(x, W, b):
        raise ValueError("<script>alert(1)</script> ** ` [x](http://example.org)")

    page = judge(linear, answer)._repr_mimebundle_()["text/html"]
    assert "<script>" not in page
