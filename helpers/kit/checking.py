"""`check` and `hint`: what a student calls in a notebook."""

from __future__ import annotations

import functools

import numpy as np

from helpers.kit.answers import read_letters, read_number
from helpers.kit.diagnosis import all_hints
from helpers.kit.exercise import Entry, Exercise, Number, Question
from helpers.kit.explain import quoted
from helpers.kit.judge import judge
from helpers.kit.lookup import look_up, refuse
from helpers.kit.progress import record
from helpers.kit.verdict import NOT_ATTEMPTED, Note, Verdict, display_or_print, show

_NOTHING = object()
"""In the place of an answer that was not handed over at all."""


def check(id: str = "", answer=_NOTHING):
    """Check an answer, say what is right or wrong about it, and hand on what the chapter uses.

    Parameters
    ----------
    id : str
        Of the exercise, such as "2.6".
    answer : function, class, number or str
        A function or class itself (not called), a number or formula, or the letter of an option.

    Returns
    -------
    function, class, number or tuple of letters
        The student's answer if it is right, else the course's, so that the chapter goes on. Where
        there is no such exercise: what was handed over (None if nothing was).

    Raises
    ------
    CheckFailed
        Only while a solution is built or tested (COURSE_STRICT=1): for any verdict but "right".
    ValueError
        Only then, too: if there is no exercise of that id. A student gets a sentence.
    """
    exercise = look_up(id, "check")
    if exercise is None:
        return None if answer is _NOTHING else answer
    if answer is _NOTHING:
        refuse(_what_is_missing(exercise))
        return course_answer(exercise)
    verdict = _judged(exercise, answer)
    verdict.onward = _onward(exercise, verdict)
    record(exercise.id, "check", verdict.state, verdict.mistakes)
    show(verdict)
    return _read(exercise, answer, verdict) if verdict.right else course_answer(exercise)


def _what_is_missing(exercise: Entry) -> str:
    """The sentence on `check("2.6")`: what has to be handed over as well."""
    what, example = "number or formula", "…"
    if isinstance(exercise, Question):
        what, example = "letter of an option", f'"{exercise.options[0].letter}"'
    elif isinstance(exercise, Exercise):
        what = "class" if isinstance(exercise.reference_fn, type) else "function"
        example = getattr(exercise.reference_fn, "__name__", "…")
    return f'Your {what} is missing: write `check("{exercise.id}", {example})`.'


def _judged(exercise: Entry, answer) -> Verdict:
    if isinstance(exercise, Exercise) and answer is exercise.reference_fn:
        return _own_cell_first(exercise)
    try:
        return judge(exercise, answer)
    except Exception as error:  # a fault of ours must not stop a student
        return Verdict(
            exercise.id, exercise.title, NOT_ATTEMPTED, "This check has itself met an error: "
            f"{quoted(f'{type(error).__name__}: {error}')}.",
            sentences=("That is a fault of the course, not yours. Please report it.",),
        )  # fmt: skip


def _own_cell_first(exercise: Exercise) -> Verdict:
    """The verdict where a check runs again on the function that the last check put there."""
    name = getattr(exercise.reference_fn, "__name__", "it")
    return Verdict(
        exercise.id, exercise.title, NOT_ATTEMPTED,
        f"`{name}` is the course's own at the moment, from the last check.",
        sentences=(f"Run the cell with your own `{name}` first, then check it.",),
        hints=all_hints(exercise),
    )  # fmt: skip


def _onward(exercise: Entry, verdict: Verdict) -> str:
    if isinstance(exercise, Question):
        return ""
    if isinstance(exercise, Number):
        what = "number"
    else:
        what = "class" if isinstance(exercise.reference_fn, type) else "function"
    if verdict.right:
        return f"The notebook goes on with your {what}."
    return f"The notebook goes on with the course's {what}; you can read on and come back."


def course_answer(exercise: Entry):
    """The right answer: function or class, number, or letters."""
    if isinstance(exercise, Exercise):
        return exercise.reference_fn
    return exercise.answer if isinstance(exercise, Number) else exercise.right_letters


def _read(exercise: Entry, answer, verdict: Verdict):
    """A right answer in the form in which the chapter uses it."""
    if isinstance(exercise, Number):
        return read_number(answer, exercise.unit)
    if isinstance(exercise, Question):
        return read_letters(exercise, answer)
    return with_arrays(answer, len(exercise.outputs)) if verdict.no_arrays else answer


def with_arrays(function, n_outputs: int):
    """`function`, with a NumPy array in the place of each of its outputs.

    `n_outputs` is how many it returns; 0 and 1 both mean: the result as it is.
    """

    def as_array(value):
        return value if np.isscalar(value) else np.asarray(value)

    @functools.wraps(function, updated=())
    def in_arrays(*args, **kwargs):
        result = function(*args, **kwargs)
        return tuple(map(as_array, result)) if n_outputs > 1 else as_array(result)

    return in_arrays


def hint(id: str = "", level: int = 1) -> None:
    """Show a hint: 1 is gentle, the last one leads to the solution.

    Parameters
    ----------
    id : str
        Of the exercise.
    level : int
        Which hint, from 1.
    """
    exercise = look_up(id, "hint")
    if exercise is None:
        return
    hints = all_hints(exercise)
    if not hints:
        display_or_print(Note(f"There are no hints for {exercise.id}."))
        return
    if not isinstance(level, int) or not 1 <= level <= len(hints):
        calls = ", ".join(f'`hint("{exercise.id}", {i})`' for i in range(1, len(hints) + 1))
        display_or_print(Note(f"There are {len(hints)} hints for {exercise.id}: {calls}."))
        return
    record(exercise.id, "hint", guess=str(level))
    display_or_print(Note(f"**Hint {level} of {len(hints)} · {exercise.id}** {hints[level - 1]}"))
