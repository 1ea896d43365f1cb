"""`quiz`: a multiple-choice question with a reason for every option.

In a running notebook the question is a small form (quiz.js); beside it, in the same output, stands
the question as plain HTML and text, for everywhere where no kernel runs.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from helpers.kit.answers import is_missing, judge_question, read_letters
from helpers.kit.exercise import Question
from helpers.kit.lookup import look_up, refuse
from helpers.kit.progress import record
from helpers.kit.verdict import (
    NOT_ATTEMPTED,
    RIGHT,
    SIGNS,
    WORDS,
    WRONG,
    display_or_print,
    marked_up,
    plain,
    show,
)

_HERE = Path(__file__).parent
_VIEW = "application/vnd.jupyter.widget-view+json"


def quiz(id: str = "", answer=None) -> None:
    """Ask a question, or grade the answer given.

    Parameters
    ----------
    id : str
        Of the question, such as "2.a".
    answer : str or list of str, optional
        Letters ("b", "a, c") or texts of options: graded at once, without the form.

    Raises
    ------
    CheckFailed
        Only while a solution is built or tested (COURSE_STRICT=1): for a wrong answer. A question
        without an answer is left to be asked in class.
    ValueError
        Only then, too: if there is no question of that id. A student gets a sentence.
    """
    question = look_up(id, "quiz")
    if question is None:
        return
    if not isinstance(question, Question):
        refuse(f'{question.id} has no options to choose: use `check("{question.id}", …)`.')
        return
    if not is_missing(answer):
        verdict = judge_question(question, answer)
        record(question.id, "quiz", verdict.state, verdict.mistakes)
        show(verdict)
        return
    display_or_print(Form(question))


def grade(question: Question, chosen: list[str]) -> dict:
    """What the form shows after a choice: plain data.

    Returns
    -------
    dict
        "state", "line" (one sentence for the result) and "options": for each its letter, whether it
        is right, whether it was chosen, and its reason as HTML.
    """
    if not chosen:
        return {"state": NOT_ATTEMPTED, "line": "Choose an option first.", "options": []}
    verdict = judge_question(question, chosen)
    letters = read_letters(question, chosen)
    line = f"{SIGNS[verdict.state]} {WORDS[verdict.state]}."
    if not verdict.right and not verdict.mistakes:
        line += " Not all right options are chosen."
    options = [
        {"letter": o.letter, "right": o.right, "chosen": o.letter in letters,
         "reason": marked_up(o.reason)}
        for o in question.options
    ]  # fmt: skip
    return {"state": verdict.state, "line": line, "options": options}


def options_text(question: Question, chosen: Sequence[str] = ()) -> str:
    """The prompt and the options with their letters, as text; chosen ones have a filled sign."""
    empty, filled = "☐☒" if question.multiple else "○●"
    lines = [f"  {filled if o.letter in chosen else empty} {o.letter}) {plain(o.text)}"
             for o in question.options]  # fmt: skip
    return "\n".join([plain(question.prompt), *lines])


def options_html(question: Question, chosen: Sequence[str] = ()) -> str:
    """The options with their letters, as a list in HTML; an arrow stands before chosen ones."""
    options = "".join(
        f"<li>{'→ <b>' if o.letter in chosen else ''}{o.letter}) {marked_up(o.text)}"
        f"{'</b>' if o.letter in chosen else ''}</li>"
        for o in question.options
    )
    return f'<ul style="list-style:none;padding-left:1em">{options}</ul>'


class Form:
    """The question as an output of a cell: live form, HTML and text in one."""

    def __init__(self, question: Question):
        self.question = question

    def __str__(self) -> str:
        asked = f"Question {self.question.id}: {options_text(self.question)}"
        example = "letter, letter" if self.question.multiple else "letter"
        return f'{asked}\nAnswer with quiz("{self.question.id}", "{example}").'

    def as_html(self) -> str:
        """The question without a kernel: to be read; its answer can be unfolded."""
        return (
            f'<div role="group" aria-label="Question {html.escape(self.question.id)}">'
            f"<p><b>Question {html.escape(self.question.id)}.</b> "
            f"{marked_up(self.question.prompt)}</p>{options_html(self.question)}"
            f"<p><i>Run this cell in a notebook to answer.</i></p>"
            f"<details><summary>Answer and reasons</summary><ul>{self._reasons()}</ul></details>"
            "</div>"
        )

    def _reasons(self) -> str:
        said = {True: SIGNS[RIGHT], False: SIGNS[WRONG]}
        return "".join(
            f"<li>{said[o.right]} <b>{o.letter})</b> {marked_up(o.reason)}</li>"
            for o in self.question.options
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        widget = live(self.question)
        view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
        return {_VIEW: view, "text/html": self.as_html(), "text/plain": str(self)}


def live(question: Question):
    """The form as a widget; it grades what the browser sends and keeps the result."""
    widget = _widget_class()(
        question={
            "id": question.id,
            "prompt": marked_up(question.prompt),
            "multiple": question.multiple,
            "options": [{"letter": o.letter, "text": marked_up(o.text)} for o in question.options],
        }
    )

    def answer(change) -> None:
        chosen = [str(letter) for letter in change["new"].get("letters", [])]
        known = {o.letter for o in question.options}
        result = grade(question, [letter for letter in chosen if letter in known])
        widget.result = {**result, "serial": change["new"].get("serial", 0)}
        if result["options"]:
            wrong = [o.text for o in question.options if o.letter in chosen and not o.right]
            record(question.id, "quiz", result["state"], wrong)

    widget.observe(answer, names="choice")
    return widget


@lru_cache(maxsize=1)
def _widget_class():
    """The widget's class, made at first use: importing anywidget takes a while."""
    import anywidget
    import traitlets

    class Quiz(anywidget.AnyWidget):
        _esm = (_HERE / "quiz.js").read_text(encoding="utf-8")
        _css = "\n".join(
            (_HERE / name).read_text(encoding="utf-8") for name in ("widget.css", "quiz.css")
        )
        question = traitlets.Dict().tag(sync=True)
        choice = traitlets.Dict().tag(sync=True)
        result = traitlets.Dict().tag(sync=True)

    return Quiz
