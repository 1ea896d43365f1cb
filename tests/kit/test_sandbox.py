"""Nothing that a student's function does hangs, floods or breaks the notebook."""

import builtins
import io
import sys
import threading
import time

import numpy as np
import pytest

from helpers.kit import sandbox
from helpers.kit.judge import judge

# Time limits here are short; none of these tests measures time, they only must come to an end.


@pytest.fixture
def quick(linear):
    linear.time_limit = 0.3
    return linear


def endless(x, W, b):
    while True:
        pass


def stubborn(x, W, b):
    while True:
        try:
            while True:
                np.sin(1.0)
        except:  # noqa: E722
            pass


def flood(x, W, b):
    n = 0
    while True:
        n += 1
        print("line", n)


def stubborn_flood(x, W, b):
    n = 0
    while True:
        try:
            n += 1
            print("line", n)
        except BaseException:
            pass


@pytest.mark.parametrize("answer", [endless, stubborn, flood, stubborn_flood])
def test_endless_loops_end_in_a_sentence(quick, answer):
    verdict = judge(quick, answer)
    assert verdict.state == "wrong" and verdict.mistakes == ("does not end",)
    assert "did not come to an end" in verdict.headline
    assert "test_sandbox.py" in str(verdict)  # the line where it was stopped


def test_a_flood_is_shown_in_its_first_lines(quick, capsys):
    text = str(judge(quick, flood))
    assert "line 1\n" in text and "line 2\n" in text and "characters in all" in text
    assert len(text) < 5000
    assert "line" not in capsys.readouterr().out


def test_a_loop_that_cannot_be_stopped_is_left_behind_in_silence(quick, capsys):
    release = threading.Event()

    def asleep(x, W, b):
        while not release.is_set():
            release.wait(60)  # a wait in C: no exception reaches it
        print("woken up")
        return x

    verdict = judge(quick, asleep)
    assert "Restart Kernel" in str(verdict)
    print("ours")
    release.set()
    for _ in range(100):
        if not any(t.name == "student" and t.is_alive() for t in threading.enumerate()):
            break
        time.sleep(0.02)
    assert capsys.readouterr().out == "ours\n"
    assert judge(quick, quick.reference_fn).right


def test_stopped_loops_really_end(quick):
    judge(quick, stubborn)
    for _ in range(100):
        if not any(t.name == "student" for t in threading.enumerate()):
            return
        time.sleep(0.02)
    pytest.fail("the thread still runs")


def test_streams_are_put_back(quick):
    before = sys.stdout, sys.stderr
    judge(quick, flood)
    assert (sys.stdout, sys.stderr) == before


def test_a_loop_that_prints_says_so(quick):
    headline = judge(quick, flood).headline
    assert "and printed " in headline and "lines; the first: `line 1`." in headline
    assert "printed" not in judge(quick, endless).headline


def test_what_other_threads_print_is_not_taken(capsys):
    go, done = threading.Event(), threading.Event()

    def other():
        go.wait()
        print("other thread")
        done.set()

    threading.Thread(target=other).start()

    def call():
        print("student")
        go.set()
        done.wait(5)

    record = sandbox.run([call], 5)
    assert record.printed.text == "student\n"
    assert capsys.readouterr().out == "other thread\n"


def test_stderr_is_kept_too():
    record = sandbox.run([lambda: print("oh", file=sys.stderr)], 5)
    assert record.printed.text == "oh\n"


def test_output_is_bounded_but_counted():
    record = sandbox.run([lambda: print("x" * 10**6)], 5)
    assert len(record.printed.text) == sandbox.KEEP_CHARACTERS
    assert record.printed.total == 10**6 + 1


def test_results_come_in_order_and_stop_at_the_one_that_hangs():
    record = sandbox.run([lambda: 1, lambda: 2, lambda: time.sleep(0.2) or 3, endless_call], 0.6)
    assert record.results == [1, 2, 3] and record.timed_out


def endless_call():
    while True:
        pass


def test_an_interrupt_of_the_person_stops_the_thread_and_goes_through(monkeypatch):
    real, calls = threading.Thread.join, []

    def interrupted_once(self, timeout=None):
        calls.append(timeout)
        if len(calls) == 1:
            raise KeyboardInterrupt
        real(self, timeout)

    monkeypatch.setattr(sandbox._Worker, "join", interrupted_once)
    stream = sys.stdout
    with pytest.raises(KeyboardInterrupt):
        sandbox.run([endless_call], 5)
    assert sys.stdout is stream
    assert not any(t.name == "student" for t in threading.enumerate())


def test_warnings_become_remarks(linear):
    def overflows(x, W, b):
        np.exp(np.array([1000.0]))
        return x @ W + b

    verdict = judge(linear, overflows)
    assert verdict.right
    assert any("overflow" in r and "np.exp(np.array([1000.0]))" in r for r in verdict.remarks)


def test_a_flood_of_warnings_is_bounded(quick):
    def warns(x, W, b):
        while True:
            np.log(np.zeros(1))

    verdict = judge(quick, warns)
    assert len(verdict.remarks) <= 3 and "does not end" in verdict.mistakes


def test_printing_is_a_remark_when_right_and_evidence_when_wrong(linear):
    def chatty(x, W, b):
        print("<b>shape</b>", x.shape)
        return x @ W + b

    verdict = judge(linear, chatty)
    assert verdict.right and any("prints" in r for r in verdict.remarks)

    def chatty_and_wrong(x, W, b):
        print("<b>shape</b>", x.shape)
        return x @ W + b + 1

    bundle = judge(linear, chatty_and_wrong)._repr_mimebundle_()
    assert "<b>shape</b> (2, 3)" in bundle["text/plain"]
    assert "&lt;b&gt;shape&lt;/b&gt;" in bundle["text/html"]


# --- exceptions -----------------------------------------------------------------------------------


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

    assert judge(linear, raises(Odd())).state == "wrong"


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


def test_student_code_cannot_write_to_a_closed_stream(monkeypatch, linear):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert judge(linear, lambda x, W, b: print("hi") or x @ W + b).right
