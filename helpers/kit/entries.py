"""What an exercise is made of: the facts about it, and the functions given to its decorators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


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
    caveats: list[tuple[Callable, str]] = field(default_factory=list, repr=False)
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

    def caveat(self, says: str) -> Callable[[Callable], Callable]:
        """Decorator: `fn()` returns one more input, beyond what is asked for, as a tuple.

        An answer that is right and fails there stays right; `says`, a sentence, is added to it.
        """

        def register(fn: Callable) -> Callable:
            self.caveats.append((fn, says))
            return fn

        return register

    def faults(self) -> dict[str, str]:
        """In a bug hunt, the single faults: name -> why; {} in any other exercise.

        They are the mistakes that also occur together, under a name such as "A + B".
        """
        if self.kind != "find the bug":
            return {}
        together = {part for m in self.mistakes for part in m.name.split(" + ") if part != m.name}
        return {m.name: m.why for m in self.mistakes if m.name in together}

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
