"""From one source to two notebooks, on a chapter of a few cells."""

import json
import re

import nbformat
import pytest

from helpers.commands import build, setup_cell
from helpers.commands.environment import Trouble
from helpers.commands.notebook_source import BuildError, read_source


def both(tiny):
    return {kind: build.target(tiny, kind) for kind in build.FOLDERS}


def load(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture
def built(tiny):
    build.build(tiny)
    return both(tiny)


def line_of(tiny, text):
    return tiny.read_text(encoding="utf-8").splitlines().index(text) + 1


def test_solution_is_executed_and_chapter_is_not(built):
    solution, chapter = load(built["solution"]), load(built["chapter"])
    nbformat.validate(solution)
    nbformat.validate(chapter)
    assert solution.cells[-1].outputs[0].text == "42\n"
    assert all(not c.outputs and c.execution_count is None
               for c in chapter.cells if c.cell_type == "code")
    text = built["chapter"].read_text(encoding="utf-8")
    assert "return 2 * x" not in text and "return ...  # your code here" in text
    assert "Ask first." not in text
    assert "Ask first." in built["solution"].read_text(encoding="utf-8")


def test_building_twice_gives_the_same_bytes(tiny, built):
    before = {kind: path.read_bytes() for kind, path in built.items()}
    build.build(tiny, force=True)
    # Nothing in the tiny solution depends on the machine, so it too has to come out the same.
    assert {kind: path.read_bytes() for kind, path in built.items()} == before


def test_cells_keep_ids_and_metadata(built):
    solution, chapter = load(built["solution"]), load(built["chapter"])
    ids = [cell.id for cell in solution.cells]
    assert ids == ["section-01-01", "setup", "section-02-01", "section-02-02", "exercise-9-10-1",
                   "section-02-04"]
    assert [c.id for c in chapter.cells] == [name for name in ids if name != "section-02-02"]
    cell = next(c for c in chapter.cells if c.id == "exercise-9-10-1")
    assert cell.metadata == {"exercise": "9.10", "seed": ["S9-a"]}


def test_a_cell_added_to_one_section_renames_no_cell_of_another(tiny, rewrite):
    before = [c.id for c in read_source(tiny).cells]
    rewrite("# A tiny chapter\n", "# A tiny chapter\n\n+++\n\nOne more.\n")
    after = [c.id for c in read_source(tiny).cells]
    assert after[2:] == before[1:]


def test_explicit_id_wins(tiny, rewrite):
    rewrite("tags: [nbval-check-output]", "id: proof")
    assert read_source(tiny).cells[-1].id == "proof"


def test_gpu_metadata_only_where_asked_for(tiny, rewrite):
    assert "accelerator" not in build.derive(tiny)[1]["chapter"].metadata
    rewrite("title: Tiny", "title: Tiny\ngpu: true")
    metadata = build.derive(tiny)[1]["chapter"].metadata
    assert metadata["accelerator"] == "GPU" and metadata["colab"]["gpuType"] == "T4"


def test_setup_cell_is_short_and_has_the_repository(tiny):
    setup = read_source(tiny).cells[1].source
    assert setup_cell.repository() in setup and "{{" not in setup and "{repository" not in setup
    assert sum(bool(line.strip()) for line in setup.splitlines()) <= 21


def test_solution_is_fit_to_be_projected(tiny, rewrite):
    """Notes are folded, answers to votes hidden, and nothing in it counts as anybody's work."""
    rewrite("print(double(21))", "def predict(*guess): print('vote')\n\n### BEGIN SOLUTION\n"
            "guess = 42\n### END SOLUTION\npredict(guess)")
    build.build(tiny)
    solution, chapter = (load(path) for path in both(tiny).values())
    notes = next(c for c in solution.cells if "Ask first." in c.source)
    assert notes.source.startswith("<details>\n<summary>For the instructor</summary>\n\nAsk")
    vote, given = (notebook.cells[-1] for notebook in (solution, chapter))
    assert vote.metadata["jupyter"]["source_hidden"] and "jupyter" not in given.metadata
    setups = [next(c for c in book.cells if c.id == "setup") for book in (solution, chapter)]
    assert all(cell.metadata["jupyter"]["source_hidden"] for cell in setups)
    off = ['os.environ["COURSE_PROGRESS"] = "off"' in cell.source for cell in setups]
    assert off == [True, False]


def test_solution_shows_the_faulty_code_that_students_get(tiny, rewrite):
    rewrite("    ### BEGIN SOLUTION\n", "    ### BEGIN FAULTY\n    # return 3 * x\n"
            "    ### END FAULTY\n    ### BEGIN SOLUTION\n")
    build.build(tiny)
    solution, chapter = (load(path) for path in both(tiny).values())
    at = [c.id for c in solution.cells].index("exercise-9-10-1")
    shown = solution.cells[at - 1]
    assert shown.cell_type == "markdown" and "As handed out:" in shown.source
    assert next(c.source for c in chapter.cells if c.id == "exercise-9-10-1") in shown.source
    # A cell more in the notebook than in the source: errors still name the source's line.
    rewrite("print(double(21))", "print(1 / 0)")
    with pytest.raises(BuildError, match="ZeroDivisionError") as caught:
        build.build(tiny)
    assert caught.value.line == line_of(tiny, "print(1 / 0)")


@pytest.mark.parametrize("old, new, line, says", [
    ("    ### END SOLUTION\n", "", "    ### BEGIN SOLUTION", "without its END"),
    ('"9.10"', "9.10", "def double(x):", "in quotes"),
    ("[S9-a]", "3", "def double(x):", "list of words"),
    ("return 2 * x", "return 2 x", "    return 2 x", "does not parse"),
    ("# {{setup}}", "x = 1", "x = 1", "{{setup}}"),
    ("tags: [nbval-check-output]", "id: setup", "print(double(21))", "belongs to an earlier cell"),
    ("tags: [nbval-check-output]", "slideshow: {slide_type: slid}", "print(double(21))", "slid"),
    ("Ask first.", "Ask first.\n\nThis is for all.", "Ask first.", "end the note with a line +++"),
    ("print(double(21))", "a = 1\n" * 26, "a = 1", "26 lines"),
    ("return 2 * x", "return 1 / 0", "print(double(21))", "ZeroDivisionError"),
    ("print(double(21))", "x = 1\nraise ValueError('no')", "raise ValueError('no')",
     "ValueError: no"),
    ("print(double(21))",
     "from IPython.display import display\ndisplay({'image/png': 'AAAA'}, raw=True)",
     "from IPython.display import display", "alt text"),
    ("print(double(21))", "from IPython.display import HTML\nHTML('<img src=x>')",
     "from IPython.display import HTML", "alt text"),
    ("print(double(21))", "from IPython.display import HTML\nHTML('<img src=x alt=\" \">')",
     "from IPython.display import HTML", "alt text"),
    ("print(double(21))", "from IPython.display import HTML\nHTML('<svg><path/></svg>')",
     "from IPython.display import HTML", "aria-label"),
    ("print(double(21))", "from IPython.display import Markdown\nMarkdown('![](x.png)')",
     "from IPython.display import Markdown", "alt text"),
    ("Ask first.", "![ ](x.png)", "![ ](x.png)", "alt text"),
    ("Ask first.", "<img src='x.png'>", "<img src='x.png'>", "alt text"),
    ("print(double(21))", "print('x' * 400_000)", "print('x' * 400_000)", "characters"),
])
def test_what_is_wrong_is_named_with_its_cell_and_line(tiny, rewrite, old, new, line, says):
    rewrite(old, new)
    with pytest.raises(BuildError) as caught:
        build.build(tiny)
    assert says in str(caught.value)
    assert caught.value.line == line_of(tiny, line)
    assert caught.value.cell in {cell.id for cell in read_source_ids(tiny)} or says == "in quotes"
    assert not any(path.exists() for path in both(tiny).values()), "nothing may be written"


def read_source_ids(tiny):
    """Cells of the source as far as they can be read; before ids are given, only their number."""
    try:
        return read_source(tiny).cells
    except BuildError as error:
        return [nbformat.from_dict({"id": error.cell})]


def test_wrong_solution_fails_the_build(tiny, rewrite):
    rewrite("def double(x):", "from helpers.kit import check\nfrom helpers.kit.exercise import "
            "exercise\nX = exercise('9.10', title='t', kind='fill-in', minutes=1, difficulty=1, "
            "importance=1)\n@X.reference\ndef _(x):\n    return 2 * x\n@X.probes\ndef _(rng):\n"
            "    return [(1.0,), (3.0,)]\ndef double(x):")
    rewrite("print(double(21))", "double = check('9.10', double)\nprint(double(21))")
    build.build(tiny)
    rewrite("    return 2 * x\n    ### END", "    return 3 * x\n    ### END")
    with pytest.raises(BuildError, match="CheckFailed") as caught:
        build.build(tiny)
    assert caught.value.line == line_of(tiny, "double = check('9.10', double)")


def test_widget_views_and_stderr_are_not_stored(tiny, rewrite, capsys):
    rewrite("print(double(21))", "import sys, IPython.display as d\n"
            "print('noise', file=sys.stderr)\n"
            "d.display({'application/vnd.jupyter.widget-view+json': {}, 'text/plain': 'twin', "
            "'text/html': '<svg aria-label=\"a slope\"></svg>'}, raw=True)")
    build.build(tiny)
    outputs = load(build.target(tiny, "solution")).cells[-1].outputs
    assert [sorted(output.get("data", {})) for output in outputs] == [["text/html", "text/plain"]]
    assert "noise" in capsys.readouterr().out


def test_widget_without_static_picture_fails(tiny, rewrite):
    rewrite("print(double(21))", "import IPython.display as d\nd.display({'text/plain': 'VBox()', "
            "'application/vnd.jupyter.widget-view+json': {}}, raw=True)")
    with pytest.raises(BuildError, match="static picture"):
        build.build(tiny)


def test_fresh_after_build_and_not_built_again(tiny, built, capsys):
    assert {state for state, _ in build.status(tiny).values()} == {"fresh"}
    times = [path.stat().st_mtime_ns for path in built.values()]
    build.build(tiny)
    assert [path.stat().st_mtime_ns for path in built.values()] == times
    assert build.check([tiny]) == 0


def test_change_of_the_source_makes_both_stale(tiny, built, rewrite):
    rewrite("A tiny chapter", "A small chapter")
    assert {state for state, _ in build.status(tiny).values()} == {"stale"}
    assert build.check([tiny]) == 1


def test_change_of_the_repository_address_makes_both_stale(tiny, built, monkeypatch):
    monkeypatch.setattr(setup_cell, "repository", lambda: "https://example.org/other.git")
    assert {state for state, _ in build.status(tiny).values()} == {"stale"}


def test_worked_in_chapter_is_kept_and_told_apart_from_stale(tiny, built, rewrite, monkeypatch):
    mine = load(built["chapter"])
    mine.cells[-2].source = "def double(x):\n    return x + x"
    nbformat.write(mine, built["chapter"])
    assert build.status(tiny)["chapter"][0] == "edited"
    assert build.check([tiny]) == 0
    monkeypatch.setenv("CI", "1")
    assert build.check([tiny]) == 1
    rewrite("A tiny chapter", "A small chapter")
    build.build(tiny)
    kept = list(built["chapter"].parent.glob("09_tiny.mine-*.ipynb"))
    assert len(kept) == 1 and "return x + x" in kept[0].read_text(encoding="utf-8")
    assert "A small chapter" in built["chapter"].read_text(encoding="utf-8")
    assert build.status(tiny)["chapter"][0] == "fresh"


def test_outputs_in_a_chapter_count_as_work(tiny, built):
    mine = load(built["chapter"])
    mine.cells[-1].outputs = [nbformat.v4.new_output("stream", text="42\n")]
    nbformat.write(mine, built["chapter"])
    assert build.status(tiny)["chapter"][0] == "edited"


def test_what_jupyterlab_does_on_saving_is_no_work(tiny, built):
    mine = load(built["chapter"])
    mine.metadata["language_info"] = {"name": "python", "version": "3.12.1"}
    mine.cells.append(nbformat.v4.new_code_cell(""))
    nbformat.write(mine, built["chapter"])
    assert build.status(tiny)["chapter"][0] == "fresh"


def test_damaged_notebook_counts_as_edited_and_is_kept(tiny, built):
    built["chapter"].write_text("{", encoding="utf-8")
    build.build(tiny)
    assert len(list(built["chapter"].parent.glob("*.mine-*.ipynb"))) == 1


def test_unknown_name_is_a_sentence(tmp_path):
    with pytest.raises(Trouble, match="There is no source solutions/99"):
        build.find_sources(["99"], tmp_path)


def test_json_ends_with_one_newline_and_has_no_widget_state(built):
    for path in built.values():
        text = path.read_text(encoding="utf-8")
        assert re.search(r"[^\n]\n\Z", text) and "widgets" not in json.loads(text)["metadata"]
