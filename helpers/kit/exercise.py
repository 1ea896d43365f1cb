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

import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

REGISTRY: dict[str, Exercise | Number | Question] = {}
"""Every exercise that a chapter has declared so far: id -> object."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that has a name: a function (`fn`), or a number (`value`), or an option."""

    name: str
    why: str
    fn: Callable | None = None
    value: float | None = None


@dataclass
class Entry:
    """What every kind of exercise carries; the catalogue lists exactly this."""

    id: str
    title: str
    kind: str = "fill-in"
    minutes: float = 5
    difficulty: int = 2
    importance: int = 3
    hints: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    section: str = ""
    solution: str = ""
    mistakes: list[Mistake] = field(default_factory=list, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The facts of the exercise as plain data, ready for JSON."""
        names = ("id", "title", "kind", "minutes", "difficulty", "importance", "section")
        facts = {name: getattr(self, name) for name in names}
        facts["outputs"] = list(self.outputs)
        facts["hints"] = len(self.hints)
        reasons: dict[str, str] = {}
        for mistake in self.mistakes:
            reasons.setdefault(mistake.name, mistake.why)
        facts["mistakes"] = [{"name": name, "why": why} for name, why in reasons.items()]
        return facts

    def mistake_named(self, name: str) -> Mistake:
        """The mistake called `name`.

        Raises
        ------
        KeyError
            If the exercise has no mistake of that name.
        """
        for mistake in self.mistakes:
            if mistake.name == name:
                return mistake
        known = ", ".join(repr(m.name) for m in self.mistakes) or "none"
        raise KeyError(f"exercise {self.id} has no mistake {name!r}; it has: {known}")


@dataclass
class Exercise(Entry):
    """An exercise whose answer is a function or a class; made by `exercise`.

    The functions given to the decorators are kept as `reference_fn`, `probes_fn`, `harness_fn`
    and `untouched_fn`. `rtol` and `atol` replace the judge's tolerances where an exercise has a
    reason for it; `time_limit` is in seconds and holds for the whole check.
    """

    rtol: float | None = None
    atol: float | None = None
    time_limit: float = 5.0
    reference_fn: Callable | None = field(default=None, repr=False)
    probes_fn: Callable | None = field(default=None, repr=False)
    harness_fn: Callable | None = field(default=None, repr=False)
    untouched_fn: Callable | None = field(default=None, repr=False)
    cache: dict = field(default_factory=dict, repr=False, compare=False)

    def reference(self, fn: Callable) -> Callable:
        """Decorator: `fn` is the right answer. It stays an ordinary function (or class)."""
        self.reference_fn = fn
        self.cache.clear()
        return fn

    def probes(self, fn: Callable) -> Callable:
        """Decorator: `fn(rng)` returns the inputs, one tuple of arguments each, smallest first."""
        self.probes_fn = fn
        self.cache.clear()
        return fn

    def harness(self, fn: Callable) -> Callable:
        """Decorator: `fn(answer, *args)` runs an answer on one probe (default `answer(*args)`)."""
        self.harness_fn = fn
        self.cache.clear()
        return fn

    def untouched(self, fn: Callable) -> Callable:
        """Decorator: `fn` is the code as handed out; an answer that equals it is not attempted."""
        self.untouched_fn = fn
        self.cache.clear()
        return fn

    def mistake(self, name: str, why: str) -> Callable[[Callable], Callable]:
        """Decorator: the decorated function is the wrong answer called `name`.

        Parameters
        ----------
        name : str
            What the mistake is called, as a student should hear it ("transposed dW"). Several
            functions may carry one name: different ways to make the same mistake.
        why : str
            One line: why it is wrong.
        """

        def register(fn: Callable) -> Callable:
            self.mistakes.append(Mistake(name, why, fn))
            self.cache.clear()
            return fn

        return register

    def make_probes(self, seed: int = 0) -> list[tuple]:
        """The inputs on which answers are compared, smallest first."""
        if self.probes_fn is None:
            raise ValueError(f"exercise {self.id} has no probes; add some with @….probes")
        made = self.probes_fn(np.random.default_rng(seed))
        return [p if isinstance(p, tuple) else (p,) for p in made]

    def call(self, answer: Callable, args: tuple) -> Any:
        """Run `answer` on one probe, through the harness if there is one."""
        if self.harness_fn is not None:
            return self.harness_fn(answer, *args)
        return answer(*args)


@dataclass
class Number(Entry):
    """An exercise whose answer is a number; made by `number`."""

    answer: float | None = None
    rel_tol: float = 1e-6
    abs_tol: float = 0.0
    unit: str = ""

    def accepts(self, value: float, target: float | None = None) -> bool:
        """Whether `value` is `target` (default: the right answer) within the tolerance."""
        target = self.answer if target is None else target
        return abs(value - target) <= max(self.rel_tol * abs(target), self.abs_tol)


@dataclass(frozen=True)
class Option:
    """One option of a question: its letter, its text, whether it is right, and the reason."""

    letter: str
    text: str
    right: bool
    reason: str


@dataclass
class Question(Entry):
    """A multiple-choice question; made by `question`."""

    prompt: str = ""
    options: tuple[Option, ...] = ()
    multiple: bool = False

    @property
    def right_letters(self) -> tuple[str, ...]:
        """Letters of the right options, in order."""
        return tuple(o.letter for o in self.options if o.right)


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
        Registered, with the decorators `reference`, `probes`, `mistake`, `harness`, `untouched`.
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
    raise ValueError(f"there is no exercise {key!r}; there are: {', '.join(sorted(REGISTRY))}")
