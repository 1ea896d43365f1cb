"""What every chapter's notebooks have to be, whatever they teach."""

import re
import statistics

import pytest

from helpers.commands import regions, rooms
from helpers.commands.notebook_source import LONGEST_CELL

SLIDE_LINES = 12
CALL = r"""\b(?:check|predict|quiz|reveal)\(\s*["']([^"']+)"""


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def sections(notebook):
    """Lists of cells: one for each heading of level 1 or 2."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"^##? ", cell.source, re.MULTILINE):
            found.append([])
        if found:
            found[-1].append(cell)
    return found


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type")


@pytest.mark.parametrize("kind", ["solution", "chapter"])
def test_code_cells_are_short(derived, kind):
    lengths = []
    for cell in code_cells(derived[kind]):
        if cell.metadata.get("role") != "setup":
            lines = [line for line in cell.source.splitlines() if not regions.MARKER.match(line)]
            lengths.append(len(lines))
    assert statistics.median(lengths) <= 8
    assert max(lengths) <= LONGEST_CELL


def test_each_section_begins_with_a_slide_that_fits_a_screen(derived):
    for cells in sections(derived["solution"]):
        heading = cells[0].source.splitlines()[0]
        assert slide_type(cells[0]) == "slide", heading
        shown = [line for line in cells[0].source.splitlines() if line.strip()]
        assert len(shown) <= SLIDE_LINES, heading


def test_each_section_has_notes_for_the_speaker_with_a_time(derived):
    for cells in sections(derived["solution"])[1:]:
        notes = " ".join(cell.source for cell in cells if slide_type(cell) == "notes")
        assert re.search(r"\d+ (min|s\b)", notes), cells[0].source.splitlines()[0]


def test_chapter_has_no_answers_notes_or_outputs(derived):
    for cell in derived["chapter"].cells:
        assert slide_type(cell) != "notes"
        assert "SOLUTION" not in cell.source and "BEGIN FAULTY" not in cell.source
        assert not cell.get("outputs")


def test_solution_folds_answers_and_results_and_chapter_nothing_but_its_setup(derived):
    for cell in code_cells(derived["solution"]):
        folded = cell.metadata.get("jupyter", {})
        assert folded.get("source_hidden") or "### BEGIN SOLUTION" not in cell.source, cell.id
        assert folded.get("outputs_hidden") or not re.search("^reveal", cell.source, re.M), cell.id
    folded = [cell.id for cell in code_cells(derived["chapter"]) if "jupyter" in cell.metadata]
    assert folded == ["setup"]


def test_first_code_cell_is_the_setup_cell(derived):
    for notebook in derived.values():
        cells = code_cells(notebook)
        assert cells[0].metadata.get("role") == "setup"
        assert not [cell for cell in cells[1:] if cell.metadata.get("role") == "setup"]


def test_exercises_of_the_catalogue_and_of_the_notebook_are_the_same(derived, number):
    in_metadata = {cell.metadata["exercise"] for cell in code_cells(derived["chapter"])
                   if "exercise" in cell.metadata}
    assert in_metadata == {entry.id for entry in rooms.exercises(number)}


def test_exercise_that_a_cell_checks_is_the_one_in_its_metadata(derived):
    for cell in code_cells(derived["chapter"]):
        for name in re.findall(CALL, cell.source):
            assert cell.metadata.get("exercise") == name, cell.source


def test_every_exercise_is_asked_for_in_some_cell(derived, number):
    text = "\n".join(cell.source for cell in code_cells(derived["chapter"]))
    asked = set(re.findall(CALL, text))
    assert asked == {entry.id for entry in rooms.exercises(number)}


def test_widgets_of_the_catalogue_and_of_the_notebook_are_the_same(derived, number):
    parts = [part for cell in code_cells(derived["chapter"])
             for part in cell.metadata.get("part", []) if part.startswith("W")]
    assert sorted(parts) == sorted(rooms.widgets(number))


def test_source_has_no_figure_shown_behind_the_kits_back(derived):
    """Figures go through `show`, which gives them alt text and closes them."""
    for cell in code_cells(derived["solution"]):
        assert "plt.show()" not in cell.source
