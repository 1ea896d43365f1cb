"""Answers that are numbers or letters: read them, and say which mistake they are."""

from __future__ import annotations

import cmath
import math
import re
from itertools import combinations

from helpers.kit.exercise import Number, Option, Question
from helpers.kit.formula import CONSTANTS, Unreadable, evaluate, said
from helpers.kit.values import and_list, capital, compact, grouped, kind_of
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, SIGNS, WRONG, Verdict

SKIP = "skip"


# --- numbers with units --------------------------------------------------------------------------

_PREFIXES = {"n": 1e-9, "µ": 1e-6, "μ": 1e-6, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9}
_TIMES = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}


def read_number(answer, unit: str = "") -> float:
    """The number that a student means.

    Parameters
    ----------
    answer : int, float, fraction, NumPy or TensorFlow number, array of one entry, or str
        A string may be a formula and may end with a unit.
    unit : str
        The unit that the exercise wants; without one in the answer this one is meant.

    Raises
    ------
    Unreadable
        With a sentence that says what to write.
    """
    if isinstance(answer, str):
        text, factor = split_unit(answer, unit)
        value = evaluate(text)
        value = value if factor == 1 else value * factor  # a whole number stays one
    elif isinstance(answer, bool):
        raise Unreadable(f"A number is expected, and {answer} came.")
    else:
        value = _as_float(answer)
    if not math.isfinite(value):
        raise Unreadable(f"A finite number is expected, and {value} came.")
    return value


def _as_float(answer) -> float:
    try:
        plain = answer.numpy() if hasattr(answer, "numpy") else answer
        plain = plain.item() if hasattr(plain, "item") else plain  # NumPy number, array of one
        if isinstance(plain, (list, tuple)) and len(plain) == 1:
            plain = plain[0]
        if isinstance(plain, complex):
            if plain.imag or cmath.isnan(plain):
                raise Unreadable("A real number is expected, and a complex one came.")
            plain = plain.real
        if isinstance(plain, (str, bytes)) or callable(plain):
            raise TypeError
        return plain if isinstance(plain, int) and abs(plain) < 2**1000 else float(plain)
    except Unreadable:
        raise
    except Exception:
        came = kind_of(answer)
        raise Unreadable(f"A number or a formula is expected, and {came} came.") from None


def split_unit(text: str, unit: str) -> tuple[str, float]:
    """Take the unit off an answer: ("12 ms", "s") -> ("12", 0.001).

    Raises
    ------
    Unreadable
        If the answer carries another unit than the exercise wants.
    """
    body = text.strip()
    if body.endswith("%"):
        return body[:-1], 1.0 if unit == "%" else 0.01
    ending = re.search(r"(?<=[\d.)\s])\s*([A-Za-zµμ]+(?:/[A-Za-z]+)?)$", body)
    if ending is None or ending[1] in CONSTANTS:
        return body, 1.0
    word, number_part = ending[1], body[: ending.start()]
    if not number_part.strip():
        return body, 1.0
    if unit == "%" and word.lower() in ("percent", "pc"):
        return number_part, 1.0
    if word.lower().rstrip("s") == unit.lower().rstrip("s"):
        return number_part, 1.0
    if unit and word[1:] == unit and word[0] in _PREFIXES:
        return number_part, _PREFIXES[word[0]]
    if unit in _TIMES and word in _TIMES:
        return number_part, _TIMES[word] / _TIMES[unit]
    wanted = f"in {unit}" if unit else "without a unit"
    raise Unreadable(f"The unit {said(word)} does not fit: the answer is wanted {wanted}.")


# --- verdicts ------------------------------------------------------------------------------------


def is_missing(answer) -> bool:
    """Whether an answer is only the place-holder."""
    return answer is ... or answer is None or (isinstance(answer, str) and answer.strip() in
                                               ("", "...", "…"))  # fmt: skip


def judge_number(exercise: Number, answer, target: float | None = None) -> Verdict:
    """Judge a number or formula against `target` (default: the exercise's own answer)."""
    target = exercise.answer if target is None else target
    made = _maker(exercise)
    if is_missing(answer):
        return made(NOT_ATTEMPTED, "There is no number yet: put yours in the place of the `...`.")
    try:
        value = read_number(answer, exercise.unit)
    except Unreadable as problem:
        return made(WRONG, str(problem))
    spoken = _spoken(answer, value, exercise.unit)
    if target is None:
        return made(RIGHT, spoken)
    if exercise.accepts(value, target):
        return made(RIGHT, spoken)
    mistake = nearest_mistake(exercise, value, target)
    if mistake is not None:
        return made(WRONG, f"{capital(mistake.name)}. {spoken}", (mistake.name,), (mistake.why,))
    return made(WRONG, f"{spoken} {_direction(value, target)}")


def _maker(exercise):
    from helpers.kit.diagnosis import all_hints

    def made(state, headline, mistakes=(), sentences=()):
        hints = () if state == RIGHT else all_hints(exercise)
        return Verdict(exercise.id, exercise.title, state, headline, tuple(mistakes),
                       tuple(sentences), hints=hints)  # fmt: skip

    return made


def nearest_mistake(exercise: Number, value: float, target: float | None = None):
    """The mistake whose value this is (the closest one within the tolerance), or None."""
    target = exercise.answer if target is None else target
    near = [
        m for m in exercise.mistakes
        if exercise.accepts(value, m.value) and (target is None or value != target)
    ]  # fmt: skip
    return min(near, key=lambda m: abs(m.value - value), default=None)


def _spoken(answer, value: float, unit: str) -> str:
    shown = with_unit(value, unit)
    if isinstance(answer, str) and not re.fullmatch(r"\s*[\d.eE+-]+\s*", answer):
        return f"Your answer {said(answer)} is {shown}."
    return f"Your answer is {shown}."


def with_unit(value: float, unit: str) -> str:
    """A number with its unit, as one writes it: "4\u202f810 parameters", "1 nat"."""
    whole = isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e12)
    shown = grouped(int(value)) if whole else compact(float(value))
    if shown == "1" and re.fullmatch(r"[a-z]{2,}[a-rt-z]s", unit):  # a word, not ms
        unit = unit[:-1]
    return f"{shown} {unit}".strip()


def _direction(value: float, target: float) -> str:
    if value and target and (value > 0) != (target > 0):
        return "It should have the other sign."
    if target == 0:
        return "That is too far from zero."
    ratio = value / target
    if ratio == 0:
        return "That is too small."
    if abs(ratio) > 1:
        return "That is too large" + (", by more than a factor of 10." if ratio > 10 else ".")
    return "That is too small" + (", by more than a factor of 10." if ratio < 0.1 else ".")


def number_collisions(exercise: Number) -> list[tuple[str, str]]:
    """Pairs of differently named wrong values that the tolerance cannot tell apart."""
    found = []
    if exercise.answer is not None:
        found = [(m.name, "reference") for m in exercise.mistakes if exercise.accepts(m.value)]
    for a, b in combinations(exercise.mistakes, 2):
        if a.name != b.name and (
            exercise.accepts(a.value, b.value) or exercise.accepts(b.value, a.value)
        ):
            found.append((a.name, b.name))
    return found


def read_letters(exercise: Question, answer) -> tuple[str, ...]:
    """The letters that a student chose, in the order of the options.

    Parameters
    ----------
    answer : str or list of str
        "b", "a, c", "ac", ["a", "c"], or the text of an option.

    Raises
    ------
    Unreadable
        With a sentence that says what to write.
    """
    known = {o.letter: o for o in exercise.options}
    texts = {" ".join(o.text.lower().split()): o.letter for o in exercise.options}
    given = list(answer) if isinstance(answer, (list, tuple, set)) else [answer]
    chosen = set()
    for one in given:
        word = " ".join(one.lower().split()) if isinstance(one, str) else None
        if word in texts:
            chosen.add(texts[word])
            continue
        letters = re.findall(r"\w+", word) if word is not None else []
        if len(letters) == 1 and len(set(word)) == len(word):     # "abd"
            letters = list(letters[0])
        if not letters or any(x not in known for x in letters):
            letters = _option_with(exercise, one)
        if not letters:
            what = said(one) if isinstance(one, str) else kind_of(one)
            raise Unreadable(f"{capital(what)} is not one of the options. "
                             f"Answer with a letter: {', '.join(known)}.")  # fmt: skip
        chosen.update(letters)
    if len(chosen) > 1 and not exercise.multiple:
        raise Unreadable("Only one option can be right here; choose one letter.")
    return tuple(sorted(chosen))


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_IN_TEXT = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:[,\u202f\xa0 ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
                      r"(?:e[-+]?\d+)?")  # fmt: skip


def _option_with(exercise: Question, answer) -> list[str]:
    """The letter of the one option whose text contains this number; [] if none or several do."""
    try:
        value = read_number(answer)
    except Unreadable:
        return []
    found = []
    for option in exercise.options:
        text = option.text.replace("−", "-")
        text = re.sub(r"\b(?:1 ?[·×] ?)?10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)",
                      lambda m: "1e" + m[1].translate(_SUPERSCRIPTS), text)  # fmt: skip
        numbers = [float(re.sub(r"[,\s]", "", n)) for n in _IN_TEXT.findall(text)]
        if any(math.isclose(n, value, rel_tol=1e-9) for n in numbers):
            found.append(option.letter)
    return found if len(found) == 1 else []


def with_reason(option: Option) -> str:
    """An option with its sign, and the reason on a line of its own."""
    return f"{SIGNS[RIGHT if option.right else WRONG]} **{option.letter})** {option.text}\n" \
           f"{option.reason}"  # fmt: skip


def judge_question(exercise: Question, answer) -> Verdict:
    """Judge the options that were chosen; the reason of each of them is told."""
    made = _maker(exercise)
    if is_missing(answer):
        return made(NOT_ATTEMPTED, "There is no answer yet.")
    try:
        chosen = read_letters(exercise, answer)
    except Unreadable as problem:
        return made(WRONG, str(problem))
    reasons = [f"**{o.letter})** {o.reason}" for o in exercise.options if o.letter in chosen]
    wrong = [o for o in exercise.options if o.letter in chosen and not o.right]
    missed = [o for o in exercise.options if o.letter not in chosen and o.right]
    line = f"Your answer: {and_list(f'{x})' for x in chosen) or 'none'}."
    if not wrong and not missed:
        return made(RIGHT, line, sentences=map(with_reason, exercise.options))
    if not wrong:
        many = "One right option is" if len(missed) == 1 else f"{len(missed)} right options are"
        reasons.append(f"{many} still missing.")
    return made(WRONG, line, [o.text for o in wrong], reasons)
