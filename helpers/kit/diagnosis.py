"""Say what is the matter with an answer, in sentences that a student wants to read."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from helpers.kit import explain
from helpers.kit.differences import compare, part_text
from helpers.kit.exercise import Exercise, Mistake
from helpers.kit.outcome import Outcome, same_part
from helpers.kit.sandbox import Record
from helpers.kit.values import and_list, capital, compact, kind_of, shorten
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG, Verdict

if TYPE_CHECKING:
    from helpers.kit.judge import Bank


def unusable(exercise: Exercise, answer) -> Verdict | None:
    """The verdict on something that is not a function at all, or None if it can be run."""
    wants_class = isinstance(exercise.reference_fn, type)
    name = getattr(exercise.reference_fn, "__name__", "your_function")
    write = f'`check("{exercise.id}", {name})`'
    state, headline, sentences = WRONG, "", ()
    if answer is ...:
        state, headline = NOT_ATTEMPTED, "There is still a `...` in the place of your answer."
    elif wants_class and callable(answer) and not isinstance(answer, type):
        headline = f"A class is expected here, and {kind_of(answer)} came."
        sentences = (f"Hand over the class itself, without round brackets: {write}.",)
    elif callable(answer):
        return None
    else:
        what = "class" if wants_class else "function"
        headline = f"A {what} is expected here, and {kind_of(answer)} came."
        sentences = (f"Hand over the {what} itself, without calling it: {write}.",)
        if answer is None:
            sentences += ("Perhaps the name was set to None further up?",)
    return Verdict(exercise.id, exercise.title, state, headline, (), sentences,
                   hints=all_hints(exercise))  # fmt: skip


def all_hints(exercise) -> tuple[str, ...]:
    """The hints, with a link to the solution in the last one if there is a link to give."""
    hints = list(exercise.hints)
    if exercise.solution and not any("](" in h for h in hints):
        link = f"Compare with [the solution]({exercise.solution})."
        hints[-1:] = [f"{hints[-1]} {link}" if hints else link]
    return tuple(hints)


@dataclass
class Report:
    """A student's run beside the reference's, and the sentences about it.

    The methods return the fields of a verdict between `state` and `remarks`:
    headline, names of mistakes, sentences, evidence.
    """

    exercise: Exercise
    answer: object
    bank: Bank
    record: Record

    @property
    def outcomes(self) -> list[Outcome]:
        """What the student's function did, probe by probe."""
        return self.record.results

    @cached_property
    def first(self) -> int:
        """Index of the smallest probe that fails (0 if none does)."""
        failing = (i for i, o in enumerate(self.outcomes) if not self.bank.passes(i, o))
        return next(failing, 0)

    @cached_property
    def explanation(self) -> explain.Explanation | None:
        """Of the exception on the first failing probe, if it ended in one."""
        error = self.outcomes[self.first].error
        return None if error is None else explain.explain(error, self.answer)

    def verdict(self, state, headline="", mistakes=(), sentences=(), evidence=()) -> Verdict:
        """Put a verdict together; what is beside the point is added here."""
        exercise = self.exercise
        return Verdict(
            exercise.id, exercise.title, state, headline, tuple(mistakes),
            tuple(s for s in sentences if s),
            (*evidence, *self._printed()), tuple(self._side_remarks(state)),
            () if state == RIGHT else all_hints(exercise),
        )  # fmt: skip

    # --- not attempted ---

    def unfinished(self) -> bool:
        """Whether the first probe already meets a `...` or a NotImplementedError."""
        first = self.outcomes[0]
        if first.token == "ellipsis":
            return True
        return first.error is not None and explain.explain(first.error, self.answer).unfinished

    def still_to_do(self, untouched: bool):
        """Fields of the verdict on an answer that was not begun."""
        if untouched:
            return "This is still the code as it was handed out. Change it and run it again.",
        what = "class" if isinstance(self.answer, type) else "function"
        if self.outcomes[0].error is None:
            return f"Your {what} still returns `...`: put your own code in its place.",
        found = explain.explain(self.outcomes[0].error, self.answer)
        place = f" (met in {found.where}, {explain.quoted(found.line)})" if found.line else ""
        return f"A part of your {what} is still to be written{place}.",

    # --- wrong, with a name ---

    def named(self, mistake: Mistake):
        """Fields of the verdict on a mistake that fits as a whole."""
        why = [mistake.why]
        if self.explanation is not None:
            why += [self._error_line(), self.explanation.shapes]
        return capital(mistake.name) + ".", (mistake.name,), why, self.evidence()

    def named_pieces(self, pieces: list[tuple[Mistake, list[int]]]):
        """Fields of the verdict on mistakes that fit output by output."""
        names = self.part_names()
        said, why = [], []
        for mistake, parts in pieces:
            prefix = f"{and_list(names[k] for k in parts)}: " if len(names) > 1 else ""
            said.append(prefix + mistake.name)
            why.append(f"**{capital(mistake.name)}**: {mistake.why}")
        rest = self.wrong_parts() - {k for _, parts in pieces for k in parts}
        if rest:
            verb = "is" if len(rest) == 1 else "are"
            why.append(f"{and_list(names[k] for k in sorted(rest))} {verb} wrong in another way.")
        found = list(dict.fromkeys(m.name for m, _ in pieces))
        if self.extra_changes():
            why.append(self._changes_sentence())
            found.append("changes its input")
        if self.explanation is not None:
            why += [self._error_line(), self.explanation.shapes]
        return capital("; ".join(said)) + ".", found, why, self.evidence()

    # --- wrong, without a name ---

    def unnamed(self):
        """Fields of the verdict on an answer that no named mistake explains."""
        outcome = self.outcomes[self.first]
        if self.record.timed_out:
            return self._endless()
        if outcome.error is not None:
            return self._raised()
        if outcome.token in ("none", "generator", "coroutine", "outputs"):
            return self._strange(outcome)
        if outcome.token != self.bank.reference[self.first].token:
            return "Here an exception was expected, and none came.", (), (), self.evidence()
        if not self.wrong_parts():
            return ("Your result is right, but the function changes its input.",
                    ("changes its input",), (self._changes_sentence(),), ())
        # The smallest probe may fail for a changed input alone; then a later one has wrong values.
        self.first = next(i for i in range(self.first, len(self.outcomes)) if self.wrong_parts(i))
        return self._values(self.outcomes[self.first])

    def _endless(self):
        seconds = f"{self.exercise.time_limit:g} seconds"
        own = explain.home(self.answer)
        place = next(((f, n) for f, n, _ in self.record.where if explain.is_students(f, own)), None)
        why = []
        if place:
            line = explain.quoted(explain.source_line(*place))
            why.append(f"When it was stopped it was in {explain.place(*place)}, {line}.")
        why.append("Is there a loop whose condition never becomes false, or far too much work?")
        if self.record.alive:
            why.append("It could not be stopped and still uses the processor. If the notebook gets "
                       "slow, choose Kernel → Restart Kernel.")  # fmt: skip
        headline = f"Your function did not come to an end within {seconds}."
        return headline, ("does not end",), why, self._inputs()

    def _error_line(self) -> str:
        found = self.explanation
        # Where we can state the rule of shapes ourselves, NumPy's long message would only hide it.
        message = found.message.split(":")[0] if found.rule_known else found.message
        if not found.line:
            return f"{explain.quoted(message)}."
        return f"{capital(found.where)}, {explain.quoted(found.line)}, raises " \
               f"{explain.quoted(message)}."  # fmt: skip

    def _raised(self):
        found = self.explanation
        parameters = self._parameters() if found.outside else ""
        if parameters:
            return parameters, ("wrong parameters",), (), ()
        kind = type(self.outcomes[self.first].error).__name__
        if found.outside:
            why = explain.quoted(found.message)
            headline = f"What your function returns cannot be used: {why}."
            return headline, (), found.sentences, self._inputs()
        headline = f"Your function stops with {_article(kind)} {kind}."
        return headline, (), [self._error_line(), *found.sentences], self._inputs()

    def _parameters(self) -> str:
        """A sentence if the student's function cannot take the arguments, else ""."""
        reference, harness = self.exercise.reference_fn, self.exercise.harness_fn
        if isinstance(reference, type):
            return ""
        wanted = list(inspect.signature(reference).parameters.values())
        needed = [p for p in wanted if p.default is p.empty]
        count = len(needed) if harness else len(self.bank.probes[self.first])
        try:
            theirs = inspect.signature(self.answer)
            theirs.bind(*range(count))
        except TypeError:
            expected = and_list(f"`{p.name}`" for p in wanted)
            many = "1 parameter" if len(wanted) == 1 else f"{len(wanted)} parameters"
            return (f"Your function takes {explain.quoted(str(theirs))}; it is called with "
                    f"{many}: {expected}.")  # fmt: skip
        except ValueError:  # a built-in function without a signature
            return ""
        return ""

    def _strange(self, outcome: Outcome):
        names = self.exercise.outputs
        if outcome.token == "none":
            return ("Your function returns nothing (None).", ("returns nothing",),
                    ("Is the `return` missing, or does one branch end without it?",), ())
        if outcome.token == "generator":
            return "Your function has a `yield` in it: use `return` for the result.", (), (), ()
        if outcome.token == "coroutine":
            return "Your function is an `async def`: write a plain `def`.", (), (), ()
        headline = (f"Expected are {len(names)} outputs, {and_list(names)}; your function returns "
                    f"{kind_of(outcome.raw)}.")  # fmt: skip
        how = "" if self.exercise.harness_fn else f"End it with `return {', '.join(names)}`."
        return headline, (), (how,), self._inputs()

    def _values(self, outcome: Outcome):
        """About the first wrong output on the smallest failing probe."""
        names = self.part_names()
        reference, tolerance = self.bank.reference[self.first], self.bank.tolerances[self.first]
        here = sorted(self.wrong_parts(self.first))
        k = here[0]
        empty = [names[i] for i in here if all(leaf is ... for leaf in outcome.parts[i].values())]
        if empty:
            verb = "is" if len(empty) == 1 else "are"
            return f"{and_list(empty)} {verb} still `...`.", (), (self._right_names(),), ()
        name = names[k] if len(names) > 1 else "the result"
        raw = outcome.raw[k] if len(names) > 1 else outcome.raw
        headline, label, more = compare(
            name, outcome.parts[k], reference.parts[k], tolerance, raw
        )
        more.insert(0, self._right_names())
        factor = self._common_factor(k)
        if factor:
            more.append(f"On every input it is {factor:.6g} times what it should be.")
        if self.extra_changes():
            more.append(self._changes_sentence())
        return headline, (label,) if label else (), more, self.evidence()

    def _right_names(self) -> str:
        """Which outputs are right and which are not, where there are several."""
        names, wrong = self.part_names(), self.wrong_parts()
        right = [name for k, name in enumerate(names) if k not in wrong]
        if right:
            return f"{and_list(right)} {'is' if len(right) == 1 else 'are'} right."
        return f"{and_list(names)} are wrong." if len(names) > 1 else ""

    def _common_factor(self, k: int) -> float:
        """By what an output that is a single number is off, if it is the same on all probes."""
        ratios = []
        for o, r in zip(self.outcomes, self.bank.reference, strict=True):
            if o.token != "value" or len(o.parts) <= k:
                return 0.0
            mine, right = o.parts[k].get(""), r.parts[k].get("")
            single = all(isinstance(v, np.ndarray) and v.ndim == 0 for v in (mine, right))
            if not single or right == 0 or not np.isfinite(mine):
                return 0.0
            ratios.append(float(np.real(mine / right)))
        same = len(ratios) > 1 and np.ptp(ratios) <= 1e-6 * abs(ratios[0])
        return ratios[0] if same else 0.0

    # --- what is where ---

    def part_names(self) -> list[str]:
        """Names of the outputs, for sentences."""
        return list(self.exercise.outputs) or ["result"]

    def wrong_parts(self, only: int | None = None) -> set[int]:
        """Indices of the outputs that are wrong on some probe that ran (or on the probe `only`)."""
        found = set()
        for i, (o, r) in enumerate(zip(self.outcomes, self.bank.reference, strict=True)):
            if only is not None and i != only:
                continue
            for k, (p, q) in enumerate(zip(o.parts, r.parts, strict=False)):
                if not same_part(p, q, self.bank.tolerances[i]):
                    found.add(k)
        return found

    def extra_changes(self) -> list[str]:
        """Names of the inputs that the student's function changes and the reference does not."""
        names, found = self.argument_names(), {}
        for o, r in zip(self.outcomes, self.bank.reference, strict=True):
            for k in set(o.changed) - set(r.changed):
                found[names[k]] = True
        return sorted(found)

    def argument_names(self) -> list[str]:
        """What the arguments of a probe are called."""
        fn = self.exercise.harness_fn or self.exercise.reference_fn
        count = max(len(p) for p in self.bank.probes)
        try:
            parameters = inspect.signature(fn).parameters.values()
        except (TypeError, ValueError):
            parameters = []
        names = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        names = names[1:] if self.exercise.harness_fn else names
        return names + [f"argument {i + 1}" for i in range(len(names), count)]

    def _changes_sentence(self) -> str:
        names = and_list(f"`{n}`" for n in self.extra_changes())
        return (f"It changes {names}, which belongs to the caller: every later cell would get the "
                f"changed values. Work on a copy (`x = x.copy()`), and write `a = a + 1`, not "
                f"`a += 1`.")  # fmt: skip

    # --- evidence ---

    def _inputs(self) -> list[tuple[str, str]]:
        probe = self.bank.probes[self.first]
        shown = [compact(v, n) for v, n in zip(probe, self.argument_names(), strict=False)]
        small = "The smallest input on which it fails" if self.first else "Input"
        return [(small, shorten("\n".join(shown), 1200))]

    def evidence(self) -> list[tuple[str, str]]:
        """The smallest failing input, what was expected and what came."""
        outcome, reference = self.outcomes[self.first], self.bank.reference[self.first]
        shown = self._inputs()
        if outcome.token != "value" or reference.token != "value":
            return shown
        names = self.part_names()
        tolerance = self.bank.tolerances[self.first]
        pairs = enumerate(zip(outcome.parts, reference.parts, strict=False))
        wrong = [(k, a, b) for k, (a, b) in pairs if not same_part(a, b, tolerance)]
        for k, got, expected in wrong[:3]:  # more than three would hide what matters
            label = f" {names[k]}" if len(names) > 1 else ""
            shown.append((f"Expected{label}", part_text(expected)))
            shown.append((f"Your{label or ' result'}", part_text(got)))
        return shown

    def _printed(self) -> list[tuple[str, str]]:
        printed = self.record.printed
        if not printed.total or self._all_right():
            return []
        text = "\n".join(printed.text.splitlines()[:12])
        cut = f"\n… ({printed.total} characters in all)" if printed.total > len(text) + 1 else ""
        return [("It printed", text + cut)]

    def _all_right(self) -> bool:
        return all(self.bank.passes(i, o) for i, o in enumerate(self.outcomes))

    def _side_remarks(self, state: str) -> list[str]:
        if state == NOT_ATTEMPTED:
            return []
        found = self._list_remark() if state == RIGHT else []
        if state == RIGHT and self.record.printed.total:
            found.append("it prints while it computes; that was left out here.")
        seen = {}
        own = explain.home(self.answer)
        for w in self.record.warnings:
            if explain.is_students(w.filename, own) and issubclass(w.category, RuntimeWarning):
                seen.setdefault((w.filename, w.lineno, str(w.message)), None)
        for filename, lineno, message in list(seen)[:3]:
            line = explain.quoted(explain.source_line(filename, lineno))
            found.append(f"NumPy warns of {explain.quoted(message)} in "
                         f"{explain.place(filename, lineno)}: {line}.")  # fmt: skip
        return found

    def _list_remark(self) -> list[str]:
        mine, theirs = self.outcomes[0].raw, self.bank.reference[0].raw
        several = len(self.exercise.outputs) > 1
        for a, b in zip(mine, theirs, strict=False) if several else [(mine, theirs)]:
            if isinstance(a, (list, tuple)) and isinstance(b, np.ndarray):
                return [f"your function returns a {type(a).__name__}, which works; "
                        "a NumPy array is expected."]  # fmt: skip
        return []


def _article(word: str) -> str:
    return "an" if word[:1] in "AEIOU" else "a"
