"""What a student's run shows beside the reference's: what is wrong where, inputs, remarks."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from helpers.kit import explain
from helpers.kit.differences import part_text
from helpers.kit.exercise import Exercise
from helpers.kit.outcome import Outcome, same_part
from helpers.kit.sandbox import Record
from helpers.kit.values import and_list, compact, grouped, shorten, with_article
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT

if TYPE_CHECKING:
    from helpers.kit.judge import Bank


@dataclass
class Findings:
    """A student's run beside the reference's."""

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
        belong = "belong" if len(self.extra_changes()) > 1 else "belongs"
        return (f"It changes {names}, which {belong} to the caller: every later cell would get the "
                f"changed values. Work on a copy (`x = x.copy()`), and write `a = a + 1`, not "
                f"`a += 1`.")  # fmt: skip

    # --- evidence ---

    def _inputs(self) -> list[tuple[str, str]]:
        probe = self.bank.probes[self.first]
        if not probe:       # the harness has inputs of its own
            return []
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
        if printed.total > len(text) + 1:
            text += f"\n… ({grouped(printed.total)} characters in all)"
        return [("It printed", text)]

    def _all_right(self) -> bool:
        return all(self.bank.passes(i, o) for i, o in enumerate(self.outcomes))

    def _side_remarks(self, state: str) -> list[str]:
        if state == NOT_ATTEMPTED:
            return []
        found = []
        if state == RIGHT and (other := self.other_than_arrays()):
            found.append(f"your function returns {with_article(other)}. The cells below need NumPy "
                         "arrays, so the notebook makes arrays of it.")  # fmt: skip
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

    def other_than_arrays(self) -> str:
        """The type of what came in the place of a NumPy array; "" if arrays came."""
        mine, theirs = self.outcomes[0].raw, self.bank.reference[0].raw
        several = len(self.exercise.outputs) > 1
        for a, b in zip(mine, theirs, strict=False) if several else [(mine, theirs)]:
            if isinstance(b, np.ndarray) and type(a) is not np.ndarray:
                return type(a).__name__
        return ""

    def _right_names(self) -> str:
        """Which outputs are right and which are not, where there are several."""
        names, wrong = self.part_names(), self.wrong_parts()
        right = [name for k, name in enumerate(names) if k not in wrong]
        if right and any(" " in name for name in names):
            return f"Right: {and_list(right)}."
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
