"""An exercise is a reference answer, some inputs, and the mistakes people make with it.

A chapter declares its exercises with three functions and a handful of decorators:

    X = exercise("9.1", title="Double it", outputs=("y",), hints=("…", "…", "…"))

    @X.reference
    def double(x):
        return 2 * x

    @X.probes
    def _(rng):
        return [(rng.normal(size=(2, 3)),), (rng.normal(size=(3, 3)),)]

    @X.mistake("squared instead of doubled", why="`x * x` multiplies x by itself.")
    def _(x):
        return x * x

What a wrong answer is called comes from here; how an answer is compared stands in `judge.py`,
how it is run in `sandbox.py`, how the result is told in `verdict.py`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from typing import Any

from helpers.kit.entries import Entry, Exercise, Mistake, Number, Option, Question

__all__ = ["REGISTRY", "Entry", "Exercise", "Mistake", "Number", "Option", "Question",
           "exercise", "find", "number", "question"]  # fmt: skip

REGISTRY: dict[str, Exercise | Number | Question] = {}
"""Every exercise that a chapter has declared so far: id -> object."""


def _register(entry: Entry) -> Any:
    """Put `entry` into the registry; the same id for two different exercises is an error."""
    known = REGISTRY.get(entry.id)
    if known is not None and known.title != entry.title:
        raise ValueError(
            f"exercise id {entry.id!r} is taken by {known.title!r}; "
            f"give {entry.title!r} another id"
        )
    REGISTRY[entry.id] = entry
    return entry


def exercise(
    id: str,
    *,
    title: str,
    kind: str = "fill-in",
    minutes: float = 5,
    difficulty: int = 2,
    importance: int = 3,
    outputs: Sequence[str] = (),
    hints: Sequence[str] = (),
    section: str = "",
    solution: str = "",
    rtol: float | None = None,
    atol: float | None = None,
    time_limit: float = 5.0,
) -> Exercise:
    """Declare an exercise whose answer is a function or a class.

    Parameters
    ----------
    id : str
        Chapter and number, such as "2.6".
    title : str
        What the student makes, in a few words.
    kind : str
        "fill-in", "find the bug", "design" …
    minutes : float
        Typical time.
    difficulty, importance : int
        1 (low) to 5 (high).
    outputs : sequence of str
        Names of the components of the result, for feedback: ("dx", "dW", "db").
    hints : sequence of str
        From gentle to plain; the last one links to the solution. `code`, **bold** and
        [links](../solutions/…) are understood.
    section : str, optional
        Heading under which the progress board lists the exercise.
    solution : str, optional
        Relative link to the solution, added to the last hint if that has no link.
    rtol, atol : float, optional
        Tolerances in place of the judge's, where the exercise has a reason for it.
    time_limit : float
        Seconds that an answer may take on all probes together.

    Returns
    -------
    Exercise
        Registered, with the decorators `reference`, `probes`, `mistake`, `harness`, `untouched`
        and `caveat`.
    """
    return _register(
        Exercise(
            id=id, title=title, kind=kind, minutes=minutes, difficulty=difficulty,
            importance=importance, outputs=tuple(outputs), hints=tuple(hints), section=section,
            solution=solution, rtol=rtol, atol=atol, time_limit=time_limit,
        )
    )  # fmt: skip


def number(
    id: str,
    *,
    title: str,
    answer: float | None,
    kind: str = "predict",
    rel_tol: float = 1e-6,
    abs_tol: float = 0.0,
    unit: str = "",
    wrong: Iterable[tuple[float, str, str]] = (),
    minutes: float = 3,
    difficulty: int = 2,
    importance: int = 3,
    hints: Sequence[str] = (),
    section: str = "",
    solution: str = "",
) -> Number:
    """Declare an exercise whose answer is a number (students may write it as a formula).

    Parameters
    ----------
    answer : float or None
        The right number; None if it is measured in the chapter and given to `reveal`.
    rel_tol, abs_tol : float
        A value is right if it is within `max(rel_tol * |answer|, abs_tol)`.
    unit : str
        Unit of the answer, "" for a pure number. Answers may carry it, also with an SI prefix.
    wrong : iterable of (value, name, why)
        Wrong answers that have a name; several values may share one name.

    Other parameters are those of `exercise`.
    """
    mistakes = [Mistake(name, why, value=value) for value, name, why in wrong]
    return _register(
        Number(
            id=id, title=title, kind=kind, minutes=minutes, difficulty=difficulty,
            importance=importance, hints=tuple(hints), section=section, solution=solution,
            mistakes=mistakes, answer=answer, rel_tol=rel_tol, abs_tol=abs_tol, unit=unit,
        )
    )  # fmt: skip


def question(
    id: str,
    *,
    prompt: str = "",
    title: str = "",
    options: Iterable[tuple[str, bool, str]],
    multiple: bool | None = None,
    kind: str = "quiz",
    minutes: float = 1,
    difficulty: int = 2,
    importance: int = 3,
    hints: Sequence[str] = (),
    section: str = "",
    solution: str = "",
) -> Question:
    """Declare a multiple-choice question.

    Parameters
    ----------
    prompt, title : str
        The question, and a short name of it; one of them may be left out.
    options : iterable of (text, right, reason)
        In the order shown; they get the letters a, b, c …
    multiple : bool, optional
        Whether several options may be chosen; default: if more than one is right.

    Other parameters are those of `exercise`.
    """
    made = tuple(
        Option(letter, text, bool(right), reason)
        for letter, (text, right, reason) in zip(string.ascii_lowercase, options, strict=False)
    )
    n_right = sum(o.right for o in made)
    if n_right == 0 and not multiple:
        raise ValueError(f"question {id} has no right option; mark at least one with True")
    if len({o.text for o in made}) < len(made):
        raise ValueError(f"question {id} has the same option twice; every text must differ")
    return _register(
        Question(
            id=id, title=title or prompt, prompt=prompt or title, kind=kind, minutes=minutes,
            difficulty=difficulty, importance=importance, hints=tuple(hints), section=section,
            solution=solution, options=made,
            multiple=n_right > 1 if multiple is None else multiple,
            mistakes=[Mistake(o.text, o.reason) for o in made if not o.right],
        )
    )  # fmt: skip


def find(id: str) -> Exercise | Number | Question:
    """The exercise called `id` ("2.6", or "X2.6").

    Raises
    ------
    ValueError
        If no such exercise is declared; says which ones are.
    """
    key = str(id).strip()
    for name in (key, key.removeprefix("X")):
        if name in REGISTRY:
            return REGISTRY[name]
    if not REGISTRY:
        raise ValueError(f"no exercises are loaded yet, so not {key!r}: run the set-up cell first")
    known = sorted(REGISTRY, key=lambda k: [(not p.isdigit(), len(p), p)
                                            for p in re.findall(r"\d+|[^\d.]+", k)])  # fmt: skip
    raise ValueError(f"there is no exercise {key!r}; there are: {', '.join(known)}")
