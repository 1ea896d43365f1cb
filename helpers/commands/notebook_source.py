"""Read a chapter's source, solutions/NN_name.md, and cut it into the cells of two notebooks.

Nothing is executed here, and the same source always gives the same notebooks, byte for byte: cell
ids are made from what a cell is, not drawn at random, and every piece of metadata is set here.
"""

import ast
import copy
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.commands import regions, setup_cell
from helpers.commands.environment import Trouble
from helpers.commands.folding import fold_answers, hide

LONGEST_CELL = 25   # lines; beyond that a reader has to scroll to follow one idea
HANDED_OUT = "handed-out"   # role of a text cell that the build adds to a solution
LANGUAGE = {"name": "python"}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class BuildError(Trouble):
    """What is wrong with a source, with the cell's id and the line in the source file.

    Parameters
    ----------
    path : Path
        The source file.
    line : int
        Where in it, from 1.
    cell : str
        The id of the cell, or words that point at it.
    message : str
        What is wrong there.
    """

    def __init__(self, path: Path, line: int, cell: str, message: str):
        super().__init__(f"{path}, line {line}, cell {cell}: {message}")
        self.line, self.cell = line, cell


@dataclass
class Source:
    """A chapter's source: its cells, and for each the line of the file where its text begins."""

    path: Path
    cells: list[nbformat.NotebookNode]
    lines: list[int]
    front: dict

    def error(self, index: int, message: str, line_in_cell: int = 0) -> BuildError:
        """An error in cell number `index`, `line_in_cell` lines (from 0) below its first line."""
        cell = self.cells[index].get("id", f"number {index + 1}")
        return BuildError(self.path, self.lines[index] + line_in_cell, cell, message)


def read_source(path: Path) -> Source:
    """Read and check a source.

    Raises
    ------
    BuildError
        With cell and line: for markers that do not match, metadata that cannot be meant, code that
        does not parse, a code cell of more than 25 lines, two cells with one id.
    """
    import jupytext.myst

    text = path.read_text(encoding="utf-8")
    try:
        notebook = jupytext.myst.myst_to_notebook(text, add_source_map=True)
    except jupytext.myst.MystMetadataParsingError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 1
        raise BuildError(path, line, "unknown", f"its metadata cannot be read: {error}") from None
    except nbformat.ValidationError as error:
        raise BuildError(path, 1, "none: the front matter", str(error).splitlines()[0]) from None
    starts = notebook.metadata.pop("source_map")
    file_lines = text.splitlines()
    lines = [first_line(file_lines, start, cell.source)
             for start, cell in zip(starts, notebook.cells, strict=True)]
    for cell in notebook.cells:
        del cell["id"]   # jupytext's are drawn at random
    source = Source(path, notebook.cells, lines, dict(notebook.metadata))
    for index, cell in enumerate(source.cells):
        check_metadata(source, index, cell)
    give_ids(source)
    for index, cell in enumerate(source.cells):
        if cell.cell_type == "code":
            fill_setup(source, index, cell)
            check_code(source, index, cell)
    return source


def first_line(file_lines: list[str], start: int, text: str) -> int:
    """The line of the file, from 1, on which `text` begins; search from line `start`, from 0."""
    wanted = text.splitlines() or [""]
    for number in range(start, len(file_lines)):
        if [line.rstrip() for line in file_lines[number:number + len(wanted)]] == [
                line.rstrip() for line in wanted]:
            return number + 1
    return start + 1


def check_metadata(source: Source, index: int, cell: nbformat.NotebookNode) -> None:
    """Refuse what YAML or a slip of the pen makes of metadata."""
    meta = cell.metadata
    if not isinstance(meta.get("exercise", ""), str):
        raise source.error(index, f"write the exercise's id in quotes: YAML reads "
                                  f"{meta['exercise']!r} as a number, and 2.10 as 2.1")
    for key in ("seed", "part", "tags"):
        value = meta.get(key, [])
        if isinstance(value, str):
            meta[key] = [value]
        elif not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise source.error(index, f"{key!r} should be a list of words in quotes, got {value!r}")
    slide = meta.get("slideshow", {}).get("slide_type", "")
    if slide not in ("", "-", "slide", "subslide", "fragment", "notes", "skip"):
        raise source.error(index, f"slide_type {slide!r} is none of nbconvert's: slide, subslide, "
                                  "fragment, notes, skip, -")
    if slide == "notes" and (cell.cell_type == "code" or "\n\n" in cell.source.strip()):
        raise source.error(index, "students do not get the speaker's notes, and this cell is more "
                                  "than one paragraph of text: end the note with a line +++")


def give_ids(source: Source) -> None:
    """Name every cell: its own `id` from the metadata, else its exercise, else section and number.

    A cell added to one section changes no id in another.
    """
    section, ordinal, exercises, seen = 0, 0, {}, {}
    for index, cell in enumerate(source.cells):
        if cell.cell_type == "markdown" and re.search(r"^##? ", cell.source, re.MULTILINE):
            section, ordinal = section + 1, 0
        ordinal += 1
        meta = cell.metadata
        if "id" in meta:
            name = str(meta.pop("id"))
        elif meta.get("role") == "setup":
            name = "setup"
        elif meta.get("exercise"):
            exercise = re.sub(r"[^\w]+", "-", meta["exercise"])
            exercises[exercise] = count = exercises.get(exercise, 0) + 1
            name = f"exercise-{exercise}-{count}"
        else:
            name = f"section-{section:02d}-{ordinal:02d}"
        if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name):
            raise source.error(index, f"{name!r} cannot be a cell id: use letters, digits, - and _")
        if name in seen:
            raise source.error(index, f"the id {name!r} belongs to an earlier cell already "
                                      f"(line {source.lines[seen[name]]})")
        seen[name] = index
        cell["id"] = name


def fill_setup(source: Source, index: int, cell: nbformat.NotebookNode) -> None:
    """Put the set-up text where the source has its placeholder."""
    text, found = re.subn(r"(?m)^(# )?" + re.escape(setup_cell.PLACEHOLDER) + r"\s*$",
                          lambda _: setup_cell.setup_text(), cell.source)
    if found:
        cell.source = text
    elif cell.metadata.get("role") == "setup":
        raise source.error(index, f"the set-up cell needs the line {setup_cell.PLACEHOLDER}")


def check_code(source: Source, index: int, cell: nbformat.NotebookNode) -> None:
    """Check both of a code cell's two forms: markers, syntax, length."""
    try:
        forms = regions.for_solution(cell.source), regions.for_chapter(cell.source)
    except regions.MarkerError as error:
        raise source.error(index, str(error), error.line) from None
    for text, what in zip(forms, ("solution", "chapter"), strict=True):
        visible = [line for line in text.splitlines() if not regions.MARKER.match(line)]
        if len(visible) > LONGEST_CELL:
            raise source.error(index, f"{len(visible)} lines in the {what}; a code cell has at "
                                      f"most {LONGEST_CELL}")
        try:
            ast.parse(text)
        except SyntaxError as error:
            if not re.search(r"^\s*[%!]", text, re.MULTILINE):   # IPython's own syntax
                raise source.error(index, f"the {what} does not parse: {error.msg} in "
                                          f"{(error.text or '').strip()!r}",
                                   (error.lineno or 1) - 1) from None


def is_notes(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is for the speaker only."""
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def solution_notebook(source: Source) -> nbformat.NotebookNode:
    """The instructor's notebook, not yet executed: answers and speaker's notes included.

    It is fit to be projected: notes, answers and the results of a vote are folded, and beside a
    repaired loop stands the one that students got.
    """
    made = []
    for cell in source.cells:
        new = copy.deepcopy(cell)
        if is_notes(cell):
            text = cell.source.removeprefix("**For the instructor.**").strip()
            new.source = f"<details>\n<summary>For the instructor</summary>\n\n{text}\n\n</details>"
        elif cell.cell_type == "code":
            new.source = regions.for_solution(cell.source)
            if cell.metadata.get("role") == "setup":
                new.source += setup_cell.SOLVED
            if regions.has_faults(cell.source):
                made.append(handed_out(cell))
        made.append(new)
    fold_answers(made)
    return make_notebook(source, made)


def handed_out(cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A text cell that shows a code cell with faults as students get it."""
    text = f"As handed out:\n\n```python\n{regions.for_chapter(cell.source)}\n```"
    return nbformat.from_dict({"cell_type": "markdown", "id": f"{cell.id}-{HANDED_OUT}",
                               "metadata": {"role": HANDED_OUT}, "source": text})


def chapter_notebook(source: Source) -> nbformat.NotebookNode:
    """The student's notebook: answers taken out, speaker's notes left out, no outputs."""
    made = [copy.deepcopy(cell) for cell in source.cells if not is_notes(cell)]
    for cell in made:
        if cell.cell_type == "code":
            cell.source = regions.for_chapter(cell.source)
    return make_notebook(source, made)


def make_notebook(source: Source, made: list) -> nbformat.NotebookNode:
    """Cells and metadata as notebook format 4.5, the same for the same source on every machine."""
    for cell in made:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        if cell.metadata.get("role") == "setup":
            hide(cell)
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    if source.front.get("gpu"):
        metadata |= {"accelerator": "GPU", "colab": {"provenance": [], "gpuType": "T4"}}
    if "title" in source.front:
        metadata["title"] = source.front["title"]
    return nbformat.from_dict({"cells": made, "metadata": metadata, "nbformat": 4,
                               "nbformat_minor": 5})
