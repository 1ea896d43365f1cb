"""Nothing that a student's function does hangs, floods or breaks the notebook."""

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


def test_student_code_cannot_write_to_a_closed_stream(monkeypatch, linear):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert judge(linear, lambda x, W, b: print("hi") or x @ W + b).right
