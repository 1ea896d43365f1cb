"""`predict` and `reveal`: first a guess, then the result (who has guessed looks more closely)."""

from __future__ import annotations

from helpers.kit.answers import (
    SKIP,
    Unreadable,
    is_missing,
    judge_number,
    read_letters,
    read_number,
    with_unit,
)
from helpers.kit.exercise import Entry, Number, Question, find
from helpers.kit.judge import judge
from helpers.kit.progress import record, store
from helpers.kit.values import and_list, compact
from helpers.kit.verdict import (
    NOT_ATTEMPTED,
    CheckFailed,
    Note,
    Verdict,
    display_or_print,
    show,
    strict,
)

_guesses: dict[str, str] = {}
"""Predictions of this session, as text; the progress file has those of earlier ones."""


def _find(id: str) -> Number | Question:
    entry = find(id)
    if not isinstance(entry, (Number, Question)):
        raise ValueError(
            f"exercise {entry.id} expects a function, so there is nothing to predict; "
            f'use check("{entry.id}", …)'
        )
    return entry


def predict(id: str, guess=...) -> None:
    """Take down a prediction; `reveal` tells later whether it holds.

    Parameters
    ----------
    id : str
        Of the exercise or question.
    guess : number, str or list of str
        A number or formula, or the letter of an option. `...` means not yet; "skip" means that the
        result shall be shown without a prediction.

    Raises
    ------
    CheckFailed
        Only while a solution is built or tested (COURSE_STRICT=1): if there is no readable guess.
    """
    entry = _find(id)
    if is_missing(guess):
        _note_or_fail(f"**{entry.id}** No prediction yet. Put yours in the place of the `...`, "
                      'or write `"skip"`, and run this cell again.')  # fmt: skip
        return
    if isinstance(guess, str) and guess.strip().lower() == SKIP:
        _guesses[entry.id] = SKIP
        record(entry.id, "predict", guess=SKIP)
        _note_or_fail(f"**{entry.id}** Skipped: the result will be shown without a prediction.")
        return
    try:
        kept, said = _read(entry, guess)
    except Unreadable as problem:
        _note_or_fail(f"**{entry.id}** {problem}")
        return
    _guesses[entry.id] = kept
    record(entry.id, "predict", guess=kept)
    display_or_print(Note(f"**{entry.id}** Your prediction: {said}. Now find out."))


def _note_or_fail(text: str) -> None:
    note = Note(text, NOT_ATTEMPTED)
    if strict():
        raise CheckFailed(str(note))
    display_or_print(note)


def _read(entry: Number | Question, guess) -> tuple[str, str]:
    """A guess as it is kept and as it is repeated to the student."""
    if isinstance(entry, Number):
        value = read_number(guess, entry.unit)
        kept = guess if isinstance(guess, str) else repr(value)
        return kept, with_unit(value, entry.unit)
    letters = read_letters(entry, guess)
    texts = {o.letter: o.text for o in entry.options}
    return ", ".join(letters), and_list(f"{x}) {texts[x]}" for x in letters)


def reveal(id: str, measured=None) -> None:
    """Show whether the prediction holds; without one, ask for it and show nothing else.

    Parameters
    ----------
    id : str
        As in `predict`.
    measured : number or text, optional
        What the chapter has just measured; shown, and what counts if the exercise has no answer
        of its own.

    Raises
    ------
    CheckFailed
        Only while a solution is built or tested (COURSE_STRICT=1): unless the prediction is right.
    """
    entry = _find(id)
    guess = _guesses.get(entry.id)
    if guess is None and not strict():
        guess = store().prediction(entry.id)
    if guess is None:
        _note_or_fail(f"**{entry.id}** The result is shown as soon as you have predicted it: fill "
                      f'in `predict("{entry.id}", …)` above, or write `"skip"` there.')  # fmt: skip
        return
    target, result = _result(entry, measured)
    if guess == SKIP:
        shown = Verdict(entry.id, entry.title, NOT_ATTEMPTED, "Skipped.", sentences=result)
        show(shown)
        return
    if isinstance(entry, Number):
        verdict = judge_number(entry, guess, target)
        exact = verdict.right and f"is {with_unit(target, entry.unit)}." in verdict.headline
        verdict.sentences += result[1:] if exact and entry.answer is not None else result
    else:
        verdict = judge(entry, guess)
        # A right verdict already has the reasons of all options.
        verdict.sentences = verdict.sentences if verdict.right else result
        if verdict.right and measured is not None:
            verdict.sentences += (_measured(measured),)
    verdict.hints = ()  # everything is said
    record(entry.id, "reveal", verdict.state, verdict.mistakes)
    show(verdict)


def _result(entry: Entry, measured) -> tuple[float | None, tuple[str, ...]]:
    """What counts as right, and the sentences that tell it."""
    said = () if measured is None else (_measured(measured, getattr(entry, "unit", "")),)
    if isinstance(entry, Question):
        reasons = tuple(
            f"{'✓' if o.right else '✗'} **{o.letter})** {o.text}. {o.reason}" for o in entry.options
        )
        return None, reasons + said
    if entry.answer is not None:
        return entry.answer, (f"The answer is {with_unit(entry.answer, entry.unit)}.", *said)
    if measured is None:
        raise ValueError(f"exercise {entry.id} has no answer of its own: give reveal a `measured`")
    return read_number(measured, entry.unit), said


def _measured(measured, unit: str = "") -> str:
    try:
        return f"Measured: {with_unit(read_number(measured, unit), unit)}."
    except Unreadable:
        return f"Measured: {measured if isinstance(measured, str) else compact(measured)}."
