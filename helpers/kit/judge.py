"""Judge an answer: is it right, and if not, which mistake is it?

The student's function runs on every probe and so do the reference and all named mistakes. A
mistake is recognised if its outcomes are the student's on all probes. If none fits as a whole, the
outputs are looked at one by one, so that two mistakes in one answer are both named. What is still
without a name is described by `diagnosis.py`: the smallest input on which it fails, what was
expected and what came.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

from helpers.kit import answers, diagnosis, sandbox
from helpers.kit.exercise import Entry, Exercise, Mistake, Number, Question
from helpers.kit.explain import text_of
from helpers.kit.outcome import (
    Outcome,
    Tolerance,
    attempt,
    same,
    same_part,
    tolerance_for,
)
from helpers.kit.samecode import same_code
from helpers.kit.shadow import harmless
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG, Verdict


def judge(exercise: Entry, answer, seed: int = 0) -> Verdict:
    """Judge `answer` without displaying or recording anything.

    Parameters
    ----------
    exercise : Exercise, Number or Question
        What was asked.
    answer : object
        A function or class; a number or formula; letters of options.
    seed : int
        Of the random inputs.

    Returns
    -------
    Verdict
        For every answer whatever: nothing that a student's code does gets through as an exception.
    """
    if isinstance(exercise, Number):
        return answers.judge_number(exercise, answer)
    if isinstance(exercise, Question):
        return answers.judge_question(exercise, answer)
    return judge_function(exercise, answer, seed)


# --- the bank: what the reference and the mistakes do -------------------------------------------


@dataclass
class Bank:
    """Probes of an exercise and what the known answers do on them; made once per seed."""

    exercise: Exercise
    probes: list[tuple]
    tolerances: list[Tolerance]
    reference: list[Outcome]
    _known: dict[int, list[Outcome]] = field(default_factory=dict)

    def outcomes(self, fn: Callable) -> list[Outcome]:
        """Outcomes of a mistake or of the code as handed out, kept for the next time."""
        if id(fn) not in self._known:
            self._known[id(fn)] = run_known(self.exercise, fn, self.probes)
        return self._known[id(fn)]

    def passes(self, i: int, outcome: Outcome) -> bool:
        """Whether an outcome on probe `i` is right; no input may change that should not."""
        right = self.reference[i]
        if outcome.token != right.token or not set(outcome.changed) <= set(right.changed):
            return False
        return len(outcome.parts) == len(right.parts) and all(
            same_part(p, q, self.tolerances[i])
            for p, q in zip(outcome.parts, right.parts, strict=True)
        )

    def agree(self, a: list[Outcome], b: list[Outcome]) -> bool:
        """Whether an answer with outcomes `a` is the one with outcomes `b`.

        Where both only ever raise the same kind of exception, its text must be the same too.
        """
        if not all(map(same, a, b, self.tolerances)):
            return False
        if any(outcome.error is None for outcome in a):
            return True
        return [text_of(o.error) for o in a] == [text_of(o.error) for o in b]


def bank_of(exercise: Exercise, seed: int = 0) -> Bank:
    """The bank of an exercise, computed at first use.

    Raises
    ------
    ValueError
        If the exercise has no reference or no probes.
    """
    if seed not in exercise.cache:
        if exercise.reference_fn is None:
            raise ValueError(f"exercise {exercise.id} has no reference; add one with @….reference")
        probes = exercise.make_probes(seed)
        tolerances = [tolerance_for(p, exercise.rtol, exercise.atol) for p in probes]
        reference = run_known(exercise, exercise.reference_fn, probes)
        exercise.cache[seed] = Bank(exercise, probes, tolerances, reference)
    return exercise.cache[seed]


def run_known(exercise: Exercise, fn: Callable, probes: list[tuple]) -> list[Outcome]:
    """Outcomes of a function that the course itself brings: no thread, no time limit."""
    n_outputs = len(exercise.outputs)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        found = [
            attempt(lambda *args: exercise.call(fn, args), probe, n_outputs) for probe in probes
        ]
    for outcome in found:
        if outcome.error is not None:
            outcome.error.__traceback__ = None  # it would keep all local arrays alive
    return found


def run_students(exercise: Exercise, answer: Callable, probes: list[tuple]) -> sandbox.Record:
    """The record of a student's function on all probes; its results are Outcomes, one for each."""

    def call_on(probe: tuple) -> Callable[[], Outcome]:
        return lambda: attempt(
            lambda *args: exercise.call(answer, args),
            probe,
            len(exercise.outputs),
            catch=BaseException,
            pass_on=sandbox.Stop,
        )

    with harmless(answer):
        record = sandbox.run([call_on(probe) for probe in probes], exercise.time_limit)
    if record.timed_out:
        record.results.append(Outcome("timeout"))
    missing = len(probes) - len(record.results)
    record.results += [Outcome("not run") for _ in range(missing)]
    return record


# --- judging -------------------------------------------------------------------------------------


def judge_function(exercise: Exercise, answer, seed: int = 0) -> Verdict:
    """Judge a function or a class; see `judge`."""
    unusable = diagnosis.unusable(exercise, answer)
    if unusable is not None:
        return unusable
    bank = bank_of(exercise, seed)
    record = run_students(exercise, answer, bank.probes)
    outcomes = record.results
    report = diagnosis.Report(exercise, answer, bank, record)
    as_before = exercise.untouched_fn is not None and bank.agree(
        outcomes, bank.outcomes(exercise.untouched_fn)
    )
    untouched = as_before and same_code(answer, exercise.untouched_fn)
    if untouched or report.unfinished():
        return report.verdict(NOT_ATTEMPTED, *report.still_to_do(untouched))
    if as_before:
        return report.verdict(WRONG, *report.nothing_shows())
    if all(bank.passes(i, outcome) for i, outcome in enumerate(outcomes)):
        verdict = report.verdict(RIGHT)
        verdict.remarks += caveats(exercise, answer)
        return verdict
    if not record.timed_out:
        whole = recognise(bank, outcomes)
        if whole is not None:
            return report.named_verdict(whole)
        pieces = recognise_pieces(bank, outcomes)
        if pieces:
            return report.verdict(WRONG, *report.named_pieces(pieces))
    return report.verdict(WRONG, *report.unnamed())


def caveats(exercise: Exercise, answer: Callable) -> tuple[str, ...]:
    """What is said beside a right answer that fails beyond what was asked for."""
    found = []
    for make, says in exercise.caveats:
        probe = make()
        right = run_known(exercise, exercise.reference_fn, [probe])[0]
        came = run_students(exercise, answer, [probe]).results[0]
        if not same(came, right, tolerance_for(probe)):
            found.append(says)
    return tuple(found)


def recognise(bank: Bank, outcomes: list[Outcome]) -> Mistake | None:
    """The mistake whose outcomes these are, or None."""
    for mistake in bank.exercise.mistakes:
        if bank.agree(outcomes, bank.outcomes(mistake.fn)):
            return mistake
    return None


def recognise_pieces(bank: Bank, outcomes: list[Outcome]) -> list[tuple[Mistake, list[int]]]:
    """Mistakes that explain single outputs: (mistake, indices of the outputs that it explains).

    Few mistakes that explain much are preferred. A mistake counts only if it fits at least half of
    the wrong outputs that it would touch: otherwise the agreement is chance. Where the student's
    function raises, one of the mistakes found must raise the same kind of exception.
    """
    n_parts = max(len(outcome.parts) for outcome in outcomes)
    ran = [i for i, o in enumerate(outcomes) if o.token == "value" and len(o.parts) == n_parts]
    raised = [i for i, o in enumerate(outcomes) if o.error is not None]
    if not ran or len(ran) + len(raised) < len(outcomes):
        return []
    wrong = {k for k in range(n_parts) if not _part_agrees(bank, outcomes, bank.reference, k, ran)}
    candidates = []
    for mistake in bank.exercise.mistakes:
        theirs = bank.outcomes(mistake.fn)
        covers = {k for k in wrong if _part_agrees(bank, outcomes, theirs, k, ran)}
        touched = {k for k in wrong if not _part_agrees(bank, bank.reference, theirs, k, ran)}
        if covers and 2 * len(covers) >= len(touched):
            candidates.append((mistake, covers, theirs))
    chosen: list[tuple[Mistake, list[int]]] = []
    explained: set[int] = set()
    while candidates:
        # max() keeps the first of equals: the order in which the exercise lists its mistakes.
        mistake, covers, theirs = max(candidates, key=lambda c: len(c[1]))
        chosen.append((mistake, sorted(covers)))
        raised = [i for i in raised if theirs[i].token != outcomes[i].token]
        explained |= covers
        wrong -= covers
        candidates = [(m, c & wrong, t) for m, c, t in candidates if c & wrong]
    return [] if raised else chosen


def _part_agrees(
    bank: Bank, a: list[Outcome], b: list[Outcome], k: int, where: list[int]
) -> bool:
    """Whether output `k` of `a` would pass for that of `b` on the probes `where`."""
    for i in where:
        if b[i].token != "value" or len(b[i].parts) != len(a[i].parts):
            return False
        if not same_part(a[i].parts[k], b[i].parts[k], bank.tolerances[i]):
            return False
    return True


def collisions(exercise: Entry, seed: int = 0) -> list[tuple[str, str]]:
    """Pairs of names that the probes cannot tell apart; empty for a sound exercise.

    The reference counts under the name "reference"; several mistakes under one name may agree.
    """
    if isinstance(exercise, Number):
        return answers.number_collisions(exercise)
    if isinstance(exercise, Question):
        return []
    bank = bank_of(exercise, seed)
    known = [(m.name, bank.outcomes(m.fn)) for m in exercise.mistakes]
    found = [
        (name, "reference")
        for name, theirs in known
        if all(bank.passes(i, outcome) for i, outcome in enumerate(theirs))
    ]
    for (name, a), (other, b) in combinations(known, 2):
        if name != other and (bank.agree(a, b) or bank.agree(b, a)):
            found.append((name, other))
    return list(dict.fromkeys(found))
