"""Every row of the seed map that a chapter has to teach stands on one of its cells."""


def metadata(notebook, key):
    return [value for cell in notebook.cells for value in cell.metadata.get(key, [])]


def taught(notebook):
    """Codes of all working parts of a notebook: D2.4, W2.1, R2 …, and X2.6 for exercise 2.6."""
    exercises = {f"X{cell.metadata['exercise']}" for cell in notebook.cells
                 if "exercise" in cell.metadata and cell.cell_type == "code"}
    return exercises | set(metadata(notebook, "part"))


def test_every_row_stands_on_a_cell(derived, design):
    missing = set(design["rows"]) - set(metadata(derived["chapter"], "seed"))
    assert not missing


def test_no_cell_names_a_row_that_is_not_in_the_table(derived, design):
    assert not set(metadata(derived["solution"], "seed")) - set(design["rows"])


def test_every_part_that_teaches_a_row_is_there(derived, design):
    there = taught(derived["chapter"])
    missing = {row: [code for code in codes if code not in there]
               for row, codes in design["rows"].items()}
    assert not {row: codes for row, codes in missing.items() if codes}


def test_every_part_of_the_design_is_there(derived, design):
    assert not set(design["parts"]) - taught(derived["chapter"])


def test_every_derivation_is_closed_by_numbers(derived, design):
    """A derivation is text and a code cell that computes what it claims."""
    computed = {part for cell in derived["solution"].cells if cell.cell_type == "code"
                for part in cell.metadata.get("part", [])}
    assert not {part for part in design["parts"] if part.startswith("D")} - computed


def test_every_erratum_has_its_box(derived, design):
    boxes = [line for cell in derived["chapter"].cells if cell.cell_type == "markdown"
             for line in cell.source.splitlines() if line.startswith(">")]
    missing = [name for name in design["errata"] if not any(name in line for line in boxes)]
    assert not missing
