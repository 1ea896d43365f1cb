"""`predict` and `reveal`: first a guess, then the result (who has guessed looks more closely)."""

from __future__ import annotations

from helpers.kit.answers import (
    SKIP,
    Unreadable,
    is_missing,
    judge_number,
    read_letters,
    read_number,
    with_reason,
    with_unit,
)
from helpers.kit.exercise import Entry, Exercise, Number, Question
from helpers.kit.judge import judge
from helpers.kit.lookup import look_up, refuse
from helpers.kit.progress import is_kept, record, store
from helpers.kit.quiz import options_html, options_text
from helpers.kit.values import and_list, compact
from helpers.kit.verdict import (
    NOT_ATTEMPTED,
    CheckFailed,
    Note,
    Verdict,
    display_or_print,
    marked_up,
    plain,
    show,
    strict,
)

_guesses: dict[str, str] = {}
"""Predictions of this session, as text; the progress file has those of earlier ones."""


class Posed(Note):
    """A note on a prediction, with the question and its options below, for a class to vote on."""

    def __init__(self, entry: Number | Question, text: str, state: str = "", chosen=()):
        super().__init__(f"**{entry.id}** {text}", state)
        self.entry, self.chosen = entry, chosen

    def how(self) -> str:
        """How an answer is written, where one is still wanted."""
        return ""

    def __str__(self) -> str:
        parts = (super().__str__(), self.question(), plain(self.how()))
        return "\n".join(part for part in parts if part)

    def question(self) -> str:
        """The question as text; a number is asked for by its title."""
        if isinstance(self.entry, Question):
            return options_text(self.entry, self.chosen)
        return plain(self.entry.title)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        shown = f"<p><b>{marked_up(self.entry.title)}</b></p>"
        if isinstance(self.entry, Question):
            options = options_html(self.entry, self.chosen)
            shown = f"<p><b>{marked_up(self.entry.prompt)}</b></p>{options}"
        above = super()._repr_mimebundle_()["text/html"]
        how = f"<p>{marked_up(self.how())}</p>" if self.how() else ""
        return {"text/html": f"<div>{above}{shown}{how}</div>", "text/plain": str(self)}


class Asking(Posed):
    """A note on a prediction that is still to be made."""

    def __init__(self, entry: Number | Question, text: str):
        super().__init__(entry, text, NOT_ATTEMPTED)

    def how(self) -> str:
        skip = 'or `"skip"` to see the result without a prediction'
        if isinstance(self.entry, Number):
            return f'Write a number, or a formula in quotes, such as `"2*3 + 1"`, {skip}.'
        if self.entry.multiple:
            return f'Write letters in quotes, such as `"a, b"`, {skip}.'
        # no example here: it might be the right one
        return f"Write the letter of your answer in quotes, {skip}."


def _find(id) -> Number | Question | None:
    """What can be predicted under `id`; None where a sentence has said that there is nothing."""
    entry = look_up(id, "predict")
    if isinstance(entry, Exercise):
        refuse(f"Exercise {entry.id} expects a function, so there is nothing to predict: use "
               f'`check("{entry.id}", …)`.')  # fmt: skip
        return None
    return entry


def predict(id: str = "", guess=...) -> None:
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
    if entry is None:
        return
    if is_missing(guess):
        first = _standing(entry) or "No prediction yet."
        _note_or_fail(Asking(entry, f"{first} Put yours in the place of the `...`, and run this "
                             "cell again."))  # fmt: skip
        return
    if isinstance(guess, str) and guess.strip().lower() == SKIP:
        _guesses[entry.id] = SKIP
        record(entry.id, "predict", guess=SKIP)
        _note_or_fail(Note(f"**{entry.id}** Skipped: the result will be shown without a "
                           "prediction.", NOT_ATTEMPTED))  # fmt: skip
        return
    try:
        kept, said = _read(entry, guess)
    except Unreadable as problem:
        _note_or_fail(Asking(entry, f"{problem} {_standing(entry)}".strip()))
        return
    _guesses[entry.id] = kept
    record(entry.id, "predict", guess=kept)
    if strict():  # what a solution stores is shown to a class, which is still to vote
        display_or_print(Posed(entry, "What do you predict?"))
    elif isinstance(entry, Number):
        display_or_print(Note(f"**{entry.id}** Your prediction: {said}. Now find out."))
    else:
        chosen = read_letters(entry, kept)
        display_or_print(Posed(entry, f"Your prediction: {said}. Now find out.", chosen=chosen))


def _guess(entry: Entry) -> str | None:
    """The prediction that counts at the moment: of this session, or else of an earlier one."""
    guess = _guesses.get(entry.id)
    return store().prediction(entry.id) if guess is None and is_kept() else guess


def _standing(entry: Number | Question) -> str:
    """The sentence on an earlier prediction, which still counts; "" if there is none."""
    guess = _guess(entry)
    if guess is None:
        return ""
    if guess == SKIP:
        return 'Your earlier `"skip"` still stands.'
    try:
        return f"Your earlier prediction still stands: {_read(entry, guess)[1]}."
    except Unreadable:
        return ""


def _note_or_fail(note: Note) -> None:
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


def reveal(id: str = "", measured=None) -> None:
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
    if entry is None:
        return
    guess = _guess(entry)
    if guess is None:
        _note_or_fail(Note(f"**{entry.id}** The result is shown as soon as you have predicted it: "
                           f'fill in `predict("{entry.id}", …)` above, or write `"skip"` there.',
                           NOT_ATTEMPTED))  # fmt: skip
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
        return None, (*map(with_reason, entry.options), *said)
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
