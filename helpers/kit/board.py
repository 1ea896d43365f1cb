"""The progress board: a small table of what is solved."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from helpers.kit.exercise import REGISTRY, Entry, Question
from helpers.kit.progress import Standing, Store, is_kept, store
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, SIGNS, WORDS, WRONG, display_or_print

_SAID = {RIGHT: "solved", WRONG: "not yet right", NOT_ATTEMPTED: "open"}
_CELL = "text-align:left;padding:.1em 1em .1em 0;vertical-align:top"


@dataclass
class Board:
    """Rows of (section, id, title, standing), and where they come from."""

    rows: list[tuple[str, str, str, Standing]]
    where: str

    @property
    def solved(self) -> int:
        """How many exercises are solved."""
        return sum(row[3].state == RIGHT for row in self.rows)

    def sections(self) -> dict[str, list[tuple[str, str, str, Standing]]]:
        """The rows by section, in order."""
        found: dict[str, list] = {}
        for row in self.rows:
            found.setdefault(row[0], []).append(row)
        return found

    def heading(self) -> str:
        """How much is solved, in one line."""
        return f"Progress: {self.solved} of {len(self.rows)} solved"

    def __str__(self) -> str:
        lines = [self.heading()]
        for section, rows in self.sections().items():
            solved = sum(r[3].state == RIGHT for r in rows)
            lines.append(f"{section} ({solved} of {len(rows)})")
            for _, id, title, standing in rows:
                lines.append(f"  {SIGNS[standing.state]} {id:<5} {title} · {_said(standing)}")
        return "\n".join([*lines, f"Kept in {self.where}"])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.as_html(), "text/plain": str(self)}

    def as_html(self) -> str:
        """The board as an HTML table that takes the colours of the page."""
        body = []
        for section, rows in self.sections().items():
            solved = sum(r[3].state == RIGHT for r in rows)
            body.append(f'<tr><th scope="rowgroup" colspan="4" style="{_CELL};padding-top:.5em">'
                        f"{html.escape(section)} ({solved} of {len(rows)})</th></tr>")  # fmt: skip
            for _, id, title, standing in rows:
                cells = (id, title, _said(standing))
                sign = f'<td style="{_CELL}" title="{WORDS[standing.state]}">' \
                       f"{SIGNS[standing.state]}</td>"  # fmt: skip
                body.append("<tr>" + sign + "".join(
                    f'<td style="{_CELL}">{html.escape(c)}</td>' for c in cells) + "</tr>")
        return (
            f'<table style="color:inherit;border-collapse:collapse">'
            f'<caption style="text-align:left;color:inherit;font-weight:600">{self.heading()}'
            f"</caption>"
            f"<tbody>{''.join(body)}</tbody></table>"
            f"<div>Kept in <code>{html.escape(self.where)}</code></div>"
        )


def _said(standing: Standing) -> str:
    word = _SAID[standing.state]
    if not standing.attempts:
        return word
    many = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
    return f"{word}, {many}"


def _order(id: str) -> tuple:
    """Sort "2.10" behind "2.9", letters behind numbers."""
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.findall(r"\d+|\D+", id)
                 if p != ".")  # fmt: skip


def _default_section(id: str, entry: Entry | None) -> str:
    """Where the exercise does not say it: its chapter, predictions and questions apart."""
    what = "questions" if isinstance(entry, Question) else "exercises"
    if entry is not None and entry.kind == "predict":
        what = "predictions"
    return f"Chapter {id.split('.')[0]}, {what}"


def board_of(kept: Store) -> Board:
    """The board of all exercises that are declared or have events."""
    standings = kept.standings()
    rows = []
    for id in sorted({*REGISTRY, *standings}, key=_order):
        entry = REGISTRY.get(id)
        section = (entry.section if entry else "") or _default_section(id, entry)
        title = entry.title if entry else ""
        rows.append((section, id, title, standings.get(id, Standing())))
    where = str(kept.path) if not kept.memory else f"{kept.path} (could not be written)"
    return Board(rows, where)


def progress() -> None:
    """Show what is solved, what is not, and in which file this is kept."""
    if not is_kept():
        print("Your progress is kept in the chapter, not in this solved notebook.")
        return
    display_or_print(board_of(store()))
