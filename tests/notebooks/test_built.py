"""The notebooks in the repository are those that a build would make, and fit to be read."""

import os
import re

import nbformat
import pytest

from helpers.commands import build, outputs, staleness


@pytest.mark.parametrize("kind", list(build.FOLDERS))
def test_built_notebook_is_fresh(source_path, derived, kind):
    state, reason = staleness.judge(build.target(source_path, kind), derived[kind])
    if state == staleness.EDITED and not os.environ.get("CI"):
        pytest.skip(f"{build.FOLDERS[kind]}/{source_path.stem}.ipynb has been worked in "
                    f"({reason}); it is not tested")
    assert state == staleness.FRESH, f"{state}: {reason}; run python3 -m helpers build"


@pytest.fixture
def solution(source_path):
    """The solution as it lies in the repository."""
    path = build.target(source_path, "solution")
    if not path.exists():
        pytest.fail(f"{path.name} is not built; run python3 -m helpers build")
    return nbformat.read(path, as_version=4)


def stored_outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_solution_is_small_and_has_no_widget_state(source_path, solution):
    assert build.target(source_path, "solution").stat().st_size <= outputs.LARGEST_NOTEBOOK
    assert "widgets" not in solution.metadata
    assert not [o for o in stored_outputs(solution) if outputs.WIDGET_VIEW in o.get("data", {})]


def test_stored_outputs_hold_no_error_and_every_picture_has_alt_text(solution):
    for output in stored_outputs(solution):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"
        if "data" in output:
            assert outputs.missing_alt(output) == ""


def test_every_widget_has_its_static_picture(solution, number):
    """On GitHub and on paper, the first state of each widget is to be seen."""
    for cell in solution.cells:
        parts = cell.metadata.get("part", [])
        if cell.cell_type == "code" and any(part.startswith("W") for part in parts):
            assert any(re.search("<img|<svg", o.get("data", {}).get("text/html", ""))
                       for o in cell.outputs), cell.id


def test_cells_whose_outputs_are_compared_have_some(solution):
    tagged = [c for c in solution.cells if "nbval-check-output" in c.metadata.get("tags", [])]
    assert tagged, "no output is compared at all"
    assert all(cell.outputs for cell in tagged)
