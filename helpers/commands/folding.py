"""What a solved notebook folds away, so that a projected screen gives no answer before the vote.

Folded code opens with a click, and a folded output when its cell is run; all that was stored is
still there.
"""

import ast
import re

import nbformat

from helpers.commands import regions
from helpers.commands.staleness import parse

COVER = "<!-- Run the cell to see its output. -->\n"
VOTE = re.compile(r"^predict\(", re.MULTILINE)
NAMED = r"""^{}\(\s*(["'])(.+?)\1"""   # a call by its name, with the id that it is given


def fold_answers(cells: list[nbformat.NotebookNode]) -> None:
    """Fold a solution's answers away: the code of votes and exercises, and results until revealed.

    A vote's own output stays open, for what is stored there is the question.
    """
    code = [cell for cell in cells if cell.cell_type == "code"]
    for cell in code:
        if is_vote(cell) or regions.find_regions(cell.source):
            hide(cell)
    for cell in between_vote_and_result(code):
        if not is_vote(cell):
            hide_outputs(cell)
        if is_figure(cell):
            hide(cell)


def between_vote_and_result(code: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The code cells after each `predict("ID", …)`, up to and including its `reveal("ID")`."""
    found = []
    for start, cell in enumerate(code):
        for name in called("predict", cell):
            ends = [end for end, later in enumerate(code)
                    if end > start and name in called("reveal", later)]
            found += code[start + 1:ends[0] + 1] if ends else []
    return found


def called(function: str, cell: nbformat.NotebookNode) -> list[str]:
    """The ids that a cell hands to `predict` or `reveal`."""
    return [name for _, name in re.findall(NAMED.format(function), cell.source, re.MULTILINE)]


def is_vote(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell asks for a prediction."""
    return bool(VOTE.search(cell.source))


def is_figure(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell does nothing but show a figure; its alt text says what is to be seen there."""
    match parse(cell.source).body:
        case [ast.Expr(ast.Call(ast.Name("show"), keywords=keywords))]:
            return any(keyword.arg == "alt" for keyword in keywords)
    return False


def hide(cell: nbformat.NotebookNode) -> None:
    """Fold the code of a cell away, in JupyterLab and (with a #@title) in Colab."""
    cell.metadata.setdefault("jupyter", {})["source_hidden"] = True
    cell.metadata["cellView"] = "form"


def hide_outputs(cell: nbformat.NotebookNode) -> None:
    """Fold the outputs of a cell away; JupyterLab opens them when the cell is run."""
    cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True


def cover(cell: nbformat.NotebookNode) -> None:
    """Put a first line before a folded output that is HTML: JupyterLab shows that line of it.

    Without it that would be `<img alt="…`: what is to be seen, in words. An output that the tests
    compare with a new one stays as it is.
    """
    compared = "nbval-check-output" in cell.metadata.get("tags", [])
    if cell.metadata.get("jupyter", {}).get("outputs_hidden") and not compared:
        for data in [output.get("data", {}) for output in cell.outputs[:1]]:
            if "text/html" in data:
                data["text/html"] = COVER + data["text/html"]
