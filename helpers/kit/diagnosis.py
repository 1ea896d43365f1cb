"""Say what is the matter with an answer, in sentences that a student wants to read."""

from __future__ import annotations

import inspect

from helpers.kit import explain
from helpers.kit.differences import compare
from helpers.kit.evidence import Findings
from helpers.kit.exercise import Exercise, Mistake
from helpers.kit.outcome import Outcome
from helpers.kit.values import and_list, capital, counted, kind_of, with_article
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG, Verdict


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


class Report(Findings):
    """The sentences about a student's run.

    The methods return the fields of a verdict between `state` and `remarks`:
    headline, names of mistakes, sentences, evidence.
    """

    def verdict(self, state, headline="", mistakes=(), sentences=(), evidence=()) -> Verdict:
        """Put a verdict together; what is beside the point is added here."""
        exercise = self.exercise
        return Verdict(
            exercise.id, exercise.title, state, headline, tuple(mistakes),
            tuple(s for s in sentences if s),
            (*evidence, *self._printed()), tuple(self._side_remarks(state)),
            () if state == RIGHT else all_hints(exercise),
            no_arrays=state == RIGHT and bool(self.other_than_arrays()),
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
        if found.sentence:
            return found.sentence,
        place = f" (met in {found.where}, {explain.quoted(found.line)})" if found.line else ""
        return f"A part of your {what} is still to be written{place}.",

    def nothing_shows(self):
        """Fields of the verdict on changed code that does what it did as handed out."""
        faults = self.exercise.faults()
        many = f" There were {len(faults)} in the beginning." if faults else ""
        return ("What you changed does not show yet: the faults that remain hide it.", (),
                (f"The result is what it was as handed out.{many} Your repair may well be right: "
                 "keep it, and look for the next fault.",), ())

    # --- wrong, with a name ---

    def named_verdict(self, mistake: Mistake) -> Verdict:
        """The verdict on a mistake that fits as a whole; in a bug hunt, on the faults left."""
        made = self.verdict(WRONG, *self.named(mistake))
        faults = self.exercise.faults()
        left = mistake.name.split(" + ")
        if not set(left) <= set(faults):
            return made
        done = f"{len(faults) - len(left)} of {len(faults)} repaired, {len(left)} to go"
        made.headline = f"{done}. {'Next' if left[1:] else 'The last'}: {left[0]}."
        made.faults = tuple((name, faults[name]) for name in left)
        if left[1:]:  # what was expected would give the other faults away
            made.evidence = tuple(self._printed())
        return made

    def named(self, mistake: Mistake):
        """Fields of the verdict on a mistake that fits as a whole."""
        why = [mistake.why]
        if self.explanation is not None and not self.explanation.sentence:
            why += [self._error_line(), self.explanation.shapes]
        return capital(mistake.name) + ".", (mistake.name,), why, self.evidence()

    def named_pieces(self, pieces: list[tuple[Mistake, list[int]]]):
        """Fields of the verdict on mistakes that fit output by output."""
        names = self.part_names()
        said, why = [], []
        for mistake, parts in pieces:
            where = and_list(names[k] for k in parts)
            told = len(names) == 1 or mistake.name.startswith(f"{where} ")
            named = mistake.name if told else f"{where}: {mistake.name}"
            said.append(named if said else capital(named))
            one = len(pieces) == 1
            why.append(mistake.why if one else f"**{capital(mistake.name)}**: {mistake.why}")
        rest = self.wrong_parts() - {k for _, parts in pieces for k in parts}
        if rest:
            also = and_list(names[k] for k in sorted(rest))
            why.append(f"Wrong too, perhaps because of this: {also}.")
        found = list(dict.fromkeys(m.name for m, _ in pieces))
        if self.extra_changes():
            why.append(self._changes_sentence())
            found.append("changes its input")
        if self.explanation is not None:
            why += [self._error_line(), self.explanation.shapes]
        return "; ".join(said) + ".", found, why, self.evidence()

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
        headline = f"Your function did not come to an end within {seconds}{self._flood()}."
        return headline, ("does not end",), why, self._inputs()

    def _flood(self) -> str:
        """", and printed 4 lines; the first: `…`", if it printed anything."""
        printed = self.record.printed
        if not printed.total:
            return ""
        first = next((line for line in printed.text.splitlines() if line.strip()), "")
        said = f"; the first: {explain.quoted(first, 60)}" if first else ""
        return f", and printed {counted(max(printed.lines, 1), 'line')}{said}"

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
        if found.sentence:  # the course has looked at the result and says what is wrong with it
            return found.sentence, (), (), self._inputs()
        if found.outside:
            _, _, message = found.message.partition(": ")
            why = f": {explain.quoted(message)}" if message else ""
            what = "What your function returns" if self.exercise.harness_fn else "Your function"
            headline = f"{what} cannot be used{why}."
            return headline, (), found.sentences, self._inputs()
        headline = f"Your function stops with {with_article(kind)}."
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
            return ("Your function returns a generator, which has not computed anything yet.", (),
                    ("Use `return` in the place of `yield`, and a list, [… for …], in the place of "
                     "(… for …).",), ())
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
        if factor and abs(factor - 1) > 1e-3:
            more.append(f"On every input it is {factor:.6g} times what it should be.")
        if self.extra_changes():
            more.append(self._changes_sentence())
        return headline, (label,) if label else (), more, self.evidence()

