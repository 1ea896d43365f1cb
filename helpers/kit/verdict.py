"""A verdict: what a check found, as HTML for the notebook and as plain text for everywhere else.

Both say the same. The state is told by a sign and a word, never by colour alone. Text takes the
colours of the page, light or dark; only the small label has colours of its own.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass

RIGHT, NOT_ATTEMPTED, WRONG = "right", "not attempted", "wrong"

SIGNS = {RIGHT: "✓", NOT_ATTEMPTED: "○", WRONG: "✗"}
WORDS = {RIGHT: "Right", NOT_ATTEMPTED: "Not attempted", WRONG: "Wrong"}

INK = "#ffffff"
COLOURS = {RIGHT: "#11734f", NOT_ATTEMPTED: "#666666", WRONG: "#b3402a"}
"""Background of the label. White on it has a contrast of at least 4.5:1; and as a line beside the
text it has at least 3:1 on white and on JupyterLab's dark #111111 (a test computes both)."""


class CheckFailed(Exception):
    """A verdict other than "right" while a solution is built or tested (COURSE_STRICT=1)."""


def strict() -> bool:
    """Whether any verdict but "right" is an error: in the build and in the tests of solutions."""
    return os.environ.get("COURSE_STRICT", "") not in ("", "0")


@dataclass
class Verdict:
    """What a check found.

    Attributes
    ----------
    id, title : str
        Of the exercise.
    state : str
        RIGHT, NOT_ATTEMPTED or WRONG.
    mistakes : tuple of str
        Names of the mistakes that were recognised; empty if none was.
    headline : str
        One line: what is right or wrong.
    sentences : tuple of str
        Why, in a line or two. `code`, **bold** and [links](../x) are understood.
    evidence : tuple of (label, text)
        Inputs, expected and actual values, printed text; shown as they are.
    remarks : tuple of str
        Beside the point: warnings, printed text, a list where an array is expected.
    hints : tuple of str
        From gentle to plain; not shown with a right answer.
    onward : str
        With what the notebook goes on.
    faults : tuple of (name, why)
        In a bug hunt, the faults that are left. Then the first sentence, which tells the reasons
        of all of them, is not shown: the first fault is explained, the others are folded away.
    no_arrays : bool
        A right answer that returns lists, or arrays of another library, where NumPy's are expected.
    """

    id: str
    title: str
    state: str
    headline: str = ""
    mistakes: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    onward: str = ""
    faults: tuple[tuple[str, str], ...] = ()
    no_arrays: bool = False

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == RIGHT

    def __str__(self) -> str:
        return as_text(self)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": as_html(self), "text/plain": as_text(self)}


@dataclass
class Note:
    """A line of marked-up text that is no verdict: a hint, a prediction taken down."""

    text: str
    state: str = ""

    def __str__(self) -> str:
        return f"{SIGNS[self.state]} {plain(self.text)}" if self.state else plain(self.text)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        sign = f"{SIGNS[self.state]} " if self.state else ""
        style = "line-height:1.5;max-width:52em"
        body = f'<div role="status" style="{style}">{sign}{marked_up(self.text)}</div>'
        return {"text/html": body, "text/plain": str(self)}


def show(verdict: Verdict) -> None:
    """Display a verdict; while a solution is built or tested, raise unless it is right.

    Raises
    ------
    CheckFailed
        With the verdict in plain text, if COURSE_STRICT=1 and the verdict is not "right".
    """
    if strict() and not verdict.right:
        raise CheckFailed(as_text(verdict))
    display_or_print(verdict)


def display_or_print(thing) -> None:
    """Display in a notebook, print anywhere else."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(thing)
    else:
        display(thing)


# --- plain text ----------------------------------------------------------------------------------


def as_text(verdict: Verdict) -> str:
    """The verdict as plain text."""
    lines = [f"{SIGNS[verdict.state]} {WORDS[verdict.state]} · {verdict.id} {verdict.title}"]
    if verdict.headline:
        lines.append(plain(verdict.headline))
    lines += [plain(s).replace("\n", "\n    ") for s in shown_sentences(verdict)]
    if len(verdict.faults) > 1:
        lines.append("Repair this one and check again, then the next is named; the hints help too.")
    for label, text in verdict.evidence:
        lines += [f"{label}:", *("    " + line for line in text.splitlines())]
    lines += [f"By the way: {plain(r)}" for r in verdict.remarks]
    lines += [plain(verdict.onward)] if verdict.onward else []
    if verdict.hints and not verdict.right:
        calls = [f'hint("{verdict.id}"{f", {i}" if i > 1 else ""})' for i in levels(verdict)]
        lines.append("Hints: " + ", ".join(calls))
    return "\n".join(lines)


def shown_sentences(verdict: Verdict) -> tuple[str, ...]:
    """The sentences to show: of several faults only the first is explained."""
    if not verdict.faults:
        return verdict.sentences
    return verdict.faults[0][1], *verdict.sentences[1:]


def levels(verdict: Verdict) -> range:
    """Numbers of the hints, from 1."""
    return range(1, len(verdict.hints) + 1)


def plain(text: str) -> str:
    """Marked-up text without its marks; a link keeps its address."""
    pieces = text.split("`")
    for i in range(0, len(pieces), 2):
        bare = re.sub(r"\*\*(.+?)\*\*", r"\1", pieces[i])
        pieces[i] = _LINK.sub(r"\1 (\2)", bare)
    return "`".join(pieces)


# --- HTML ----------------------------------------------------------------------------------------

_LINK = re.compile(r"\[([^\]]+)\]\(((?:https?://|\.\.?/)[^\s)\"'<>]+)\)")
_CODE = "color:inherit;background:transparent;padding:0"
_ANCHOR = "color:var(--jp-content-link-color, inherit);text-decoration:underline"
_PRE = (
    "margin:.2em 0 .5em;padding:.4em .6em;overflow-x:auto;color:inherit;background:transparent;"
    "border:1px solid #7f7f7f;border-radius:3px;font-size:.92em;line-height:1.35;white-space:pre"
)


def marked_up(text: str) -> str:
    """Escape `text` for HTML, then turn `code`, **bold** and [links](../x) into elements."""
    pieces = html.escape(text, quote=True).split("`")
    if len(pieces) % 2 == 0:  # an odd backtick is a backtick
        pieces[-2:] = ["`".join(pieces[-2:])]
    for i, piece in enumerate(pieces):
        if i % 2:
            pieces[i] = f'<code style="{_CODE}">{piece}</code>'
        else:
            bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", piece)
            pieces[i] = _LINK.sub(rf'<a href="\2" style="{_ANCHOR}">\1</a>', bold)
    return "".join(pieces)


def card(state: str, inner: str, heading: str) -> str:
    """The frame around a verdict: a line at the left, a label with sign and word, the heading."""
    colour = COLOURS[state]
    label = (
        f'<span style="display:inline-block;padding:0 .5em;border-radius:3px;font-weight:600;'
        f'background:{colour};color:{INK}">{SIGNS[state]} {WORDS[state]}</span>'
    )
    return (
        f'<div role="status" class="course-verdict" data-state="{state}" style="margin:.4em 0;'
        f"padding:.1em 0 .1em .9em;border-left:4px solid {colour};color:inherit;max-width:52em;"
        f'line-height:1.5">'
        f'<div style="margin-bottom:.3em">{label} <b>{marked_up(heading)}</b></div>{inner}</div>'
    )


def as_html(verdict: Verdict) -> str:
    """The verdict as HTML without scripts or style sheets: it works wherever HTML is shown."""
    inner = []
    if verdict.headline:
        inner.append(f"<div><b>{marked_up(verdict.headline)}</b></div>")
    inner += [f"<div>{in_lines(s)}</div>" for s in shown_sentences(verdict)]
    if len(verdict.faults) > 1:
        inner.append(_other_faults(verdict.faults[1:]))
    if verdict.evidence:
        inner.append(_evidence(verdict))
    inner += [f"<div><b>By the way:</b> {marked_up(r)}</div>" for r in verdict.remarks]
    if verdict.onward:
        inner.append(f"<div><i>{marked_up(verdict.onward)}</i></div>")
    if verdict.hints and not verdict.right:
        inner.append(nested_hints(verdict.hints))
    return card(verdict.state, "".join(inner), f"{verdict.id} {verdict.title}")


def in_lines(text: str) -> str:
    """Marked-up text whose further lines stand a little to the right."""
    first, *more = text.split("\n")
    style = "display:block;margin-left:1.6em"
    below = (f'\n<span style="{style}">{marked_up(line)}</span>' for line in more)
    return marked_up(first) + "".join(below)


def _other_faults(faults: tuple[tuple[str, str], ...]) -> str:
    """The faults after the first, folded away: who wants to find them alone leaves it shut."""
    word = "the other one" if len(faults) == 1 else f"the other {len(faults)}"
    lines = "".join(f"<div>{marked_up(f'**{name}**: {why}')}</div>" for name, why in faults)
    return f"<details><summary>Show {word}</summary>{lines}</details>"


def _evidence(verdict: Verdict) -> str:
    """Values and printed text; folded away where the mistake already has a name."""
    blocks = "".join(_block(label, text) for label, text in verdict.evidence)
    if verdict.mistakes or verdict.right:
        return f"<details><summary>Where it shows</summary>{blocks}</details>"
    return f'<div style="margin-top:.3em">{blocks}</div>'


def _block(label: str, text: str) -> str:
    """One piece of evidence; a long one is folded away."""
    shown = f"<pre style='{_PRE}'>{html.escape(text)}</pre>"
    if text.count("\n") > 12:
        return f"<details><summary>{html.escape(label)}</summary>{shown}</details>"
    return f"<div>{html.escape(label)}:</div>{shown}"


def nested_hints(hints: tuple[str, ...]) -> str:
    """The hints, each inside the one before it: to read the last one has to open all."""
    out = ""
    for level in range(len(hints), 0, -1):
        text = hints[level - 1]
        word = f"Hint {level}" + (" (the solution)" if _LINK.search(text) else "")
        out = (
            f'<details style="margin:.2em 0 .2em .2em"><summary>{word}</summary>'
            f'<div style="margin:.1em 0 .2em 1em">{marked_up(text)}{out}</div></details>'
        )
    return out
