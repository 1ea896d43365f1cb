"""Numbers may be written as formulas, with units; letters choose options."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.kit.answers import Unreadable, read_letters, read_number, with_unit
from helpers.kit.exercise import question
from helpers.kit.formula import evaluate
from helpers.kit.judge import collisions, judge


@pytest.mark.parametrize(
    "formula, value",
    [
        ("64*64+64 + 64*10+10", 4810), ("4,810", 4810), ("4 810", 4810), ("4'810", 4810),
        ("4_810", 4810), ("1,234,567.5", 1234567.5), ("2/10", 0.2), ("-3", -3), ("2**10", 1024),
        ("2^10", 1024), ("log(10)", np.log(10)), ("ln(10)", np.log(10)), ("ln 10", np.log(10)),
        ("log 10", np.log(10)), ("2*ln 10 + 1", 2 * np.log(10) + 1), ("sqrt 2", 2**0.5),
        ("4\u202f810", 4810), ("ln 4\u2009810", np.log(4810)), ("np.log(10)", np.log(10)),
        ("math.sqrt(2)", 2**0.5), ("exp(1)", np.e), ("e", np.e), ("2·π", 2 * np.pi), ("1e-3", 1e-3),
        ("64 × 64 − 1", 4095), ("10 ÷ 4", 2.5), ("= 5", 5), ("≈ 5.5", 5.5), ("7 // 2", 3),
        ("(1+2)*3", 9), ("  12  ", 12), ("log10(1000)", 3), ("abs(-2)", 2), ("7 % 4", 3),
        ("64² + 64 + 64·10 + 10", 4810), ("10⁻³", 1e-3), ("2¹⁰", 1024), ("(1+1)²", 4),
    ],
)  # fmt: skip
def test_formulas(formula, value):
    assert evaluate(formula) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "formula, words",
    [
        ("banana", "banana"), ("1,5", "1.5"), ("2 +", "read"), ("1/0", "zero"), ("log(-1)", "real"),
        ("(-1)**0.5", "real"), ("9**9**9**9", "large"), ("10**1000*10**1000", "large"),
        ("exp(10**6)", "large"), ("__import__('os').system('true')", "Only numbers"),
        ("().__class__", "Only numbers"), ("[1]*10", "Only numbers"), ("'a'", "Only numbers"),
        ("open(1)", "Only numbers"), ("os.log(1)", "Only numbers"), ("sqrt(1, 2)", "real"),
        ("", "empty"), ("ln 10**2", "read"), ("1" * 400, "long"),
        ("True", "Only numbers"), ("1j", "Only numbers"), ("lambda: 1", "Only numbers"),
        ("((" * 60 + "1" + "))" * 60 + ")", "read"), ("x := 3", "read"), ("1 if 2 else 3", "Only"),
    ],
)  # fmt: skip
def test_formulas_that_cannot_be_read_say_why(formula, words):
    with pytest.raises(Unreadable, match=words):
        evaluate(formula)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789+-*/().,e %_'logsqrtxpi^[]{}=<>\"", max_size=30))
def test_any_text_gives_a_number_or_a_sentence(text):
    try:
        assert isinstance(read_number(text, "s"), (int, float))
    except Unreadable as problem:
        assert len(str(problem)) > 10


@settings(max_examples=100, deadline=None)
@given(st.integers(-10**9, 10**9), st.integers(1, 10**6))
def test_formulas_compute_as_python_does(a, b):
    assert evaluate(f"({a}) * {b} - {b} / 7") == a * b - b / 7
    assert evaluate(f"{abs(a):,}") == abs(a)


@pytest.mark.parametrize(
    "answer",
    [12, 12.0, "12", np.float32(12), np.int64(12), np.array(12.0), np.array([12.0]), [12], (12.0,),
     Fraction(24, 2), Decimal("12"), "12 s", "12s", "0.2 min", "12000 ms", "12_000 ms", "6*2 s"],
)  # fmt: skip
def test_numbers_of_every_kind_and_with_units(size, answer):
    assert judge(size, answer).right


@pytest.mark.parametrize(
    "answer",
    [True, None.__class__, [1, 2], "12 kg", "12 m", float("nan"), float("inf"), 1 + 1j, {}, print,
     "12,5", object(), b"12", np.array([1, 2])],
)  # fmt: skip
def test_what_is_no_number_is_said(size, answer):
    verdict = judge(size, answer)
    assert verdict.state == "wrong" and verdict.mistakes == ()
    assert len(verdict.headline) > 10


def test_percent():
    assert read_number("96.4 %", "") == pytest.approx(0.964)
    assert read_number("96.4 %", "%") == pytest.approx(96.4)
    assert read_number("96.4 percent", "%") == pytest.approx(96.4)


def test_a_unit_that_is_a_word():
    assert read_number("4,810 parameters", "parameters") == 4810
    assert isinstance(read_number("4,810", "parameters"), int)
    assert read_number("1 parameter", "parameters") == 1


@pytest.mark.parametrize(
    "value, unit, text",
    [(4810, "parameters", "4\u202f810 parameters"), (1234567.0, "", "1\u202f234\u202f567"),
     (1, "nats", "1 nat"), (1.0, "parameters", "1 parameter"), (1, "ms", "1 ms"), (1, "s", "1 s"),
     (2, "nats", "2 nats"), (1.5, "nats", "1.5 nats"), (0, "nats", "0 nats"), (1, "loss", "1 loss"),
     (-12345, "", "-12\u202f345")],
)  # fmt: skip
def test_numbers_are_written_as_in_the_chapter_and_can_be_read_back(value, unit, text):
    assert with_unit(value, unit) == text
    assert read_number(text, unit) == value


def test_wrong_numbers_are_called_by_name(size):
    assert judge(size, "3 + 3").mistakes == ("forgot the way back",)
    assert judge(size, 24).mistakes == judge(size, 48).mistakes == ("twice",)
    assert "There and back." in judge(size, 6).sentences


@pytest.mark.parametrize(
    "value, word",
    [(13, "large"), (11, "small"), (-12, "sign"), (0, "small"), (1200, "factor"), (0.1, "factor")],
)
def test_other_wrong_numbers_get_a_direction(size, value, word):
    verdict = judge(size, value)
    assert verdict.mistakes == () and word in verdict.headline


@pytest.mark.parametrize("answer", [..., None, "", "...", " … "])
def test_no_number_yet(size, answer):
    assert judge(size, answer).state == "not attempted"


def test_collisions_of_numbers(size):
    from helpers.kit.exercise import number

    assert collisions(size) == []
    close = number("9.30", title="x", answer=10.0, rel_tol=0.2, wrong=[(11, "a", ""), (20, "b", ""),
                                                                       (21, "c", "")])  # fmt: skip
    assert set(collisions(close)) == {("a", "reference"), ("b", "c")}


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["b", "B", " b) ", "two", "Two", ["b"], ("b",), {"b"}, "(b)"])
def test_ways_to_choose_an_option(which, answer):
    assert read_letters(which, answer) == ("b",)
    assert judge(which, answer).right


@pytest.mark.parametrize("answer", ["b, c", "bc", "CB", "b c", ["b", "c"], "c;b"])
def test_ways_to_choose_several_options(several, answer):
    assert read_letters(several, answer) == ("b", "c")


@pytest.mark.parametrize("answer", ["bd", "bb", "bcx", "cab?x"])
def test_letters_written_together_that_are_no_options(several, answer):
    with pytest.raises(Unreadable, match="not one of the options"):
        read_letters(several, answer)


@pytest.mark.parametrize(
    "answer, letter",
    [("1e-6", "a"), (1e-6, "a"), ("0.000001", "a"), (0.001, "b"), ("4810", "c"), ("4 810", "c"),
     (7, None), (12, None), (-3, "e"), (True, None), (3, None)],
)  # fmt: skip
def test_a_number_chooses_the_only_option_that_contains_it(answer, letter):
    made = question("9.40", prompt="How much?", options=[
        ("About 1e-6", True, "x"), ("About 10⁻³", False, "x"), ("All 4 810 of 12", False, "x"),
        ("12 or so", False, "x"), ("a slope of −3, in v1.7", False, "x")])  # fmt: skip
    if letter is None:
        with pytest.raises(Unreadable):
            read_letters(made, answer)
    else:
        assert read_letters(made, answer) == (letter,)


@pytest.mark.parametrize("answer", ["z", "four", 2, ["b", 7], "a, b", object(), True])
def test_what_is_no_option_is_said(which, answer):
    verdict = judge(which, answer)
    assert verdict.state == "wrong" and verdict.mistakes == () and verdict.headline


def test_every_wrong_option_has_its_reason(which):
    verdict = judge(which, "a")
    assert verdict.mistakes == ("one",) and any("1 is odd." in s for s in verdict.sentences)


def test_a_right_answer_shows_all_reasons(which):
    text = str(judge(which, "b"))
    for option in which.options:
        assert option.reason in text


def test_several_right_options(several):
    assert judge(several, "b, c").right and judge(several, ["c", "b"]).right
    missing = judge(several, "b")
    assert missing.state == "wrong" and "still missing" in str(missing)
    assert judge(several, "a, b, c").mistakes == ("1",)
