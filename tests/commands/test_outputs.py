"""Which outputs of a solution are stored, in what form, and which ones stop the build."""

import os

import nbformat
import pytest

from helpers.commands import build, outputs
from helpers.commands.notebook_source import BuildError, read_source

SVG = '<svg aria-label="a slope"></svg>'
PICTURE = {"image/png": "iVBORw0KGgo=", "image/jpeg": "/9j/4AA=", "image/svg+xml": SVG}
VIEW = {outputs.WIDGET_VIEW: {"model_id": "1"}}


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def shown(data, metadata=None):
    return nbformat.v4.new_output("display_data", data=dict(data), metadata=metadata or {})


@pytest.fixture
def tidied(tiny):
    """Tidy the tiny solution as if its last cell had given these outputs; returns what is kept."""
    def tidy(*made):
        source, notebooks = build.derive(tiny)
        notebooks["solution"].cells[-1].outputs = list(made)
        outputs.tidy(notebooks["solution"], source)
        return notebooks["solution"].cells[-1].outputs
    return tidy


@pytest.fixture
def refusal(tidied, tiny):
    """The sentence with which these outputs of the last cell are refused; it names that cell."""
    def refuse(*made):
        with pytest.raises(BuildError) as caught:
            tidied(*made)
        lines = tiny.read_text(encoding="utf-8").splitlines()
        assert lines[caught.value.line - 1] == "print(double(21))"
        return str(caught.value)
    return refuse


# --- what is left out -----------------------------------------------------------------------------


def test_what_a_cell_wrote_to_stderr_is_left_out_and_said(tidied, tiny, capsys):
    kept = tidied(stream("one\n"), stream("\nsome library warns\nat length\n", "stderr"),
                  stream("two\n"))
    assert [(output.name, output.text) for output in kept] == [("stdout", "one\n"),
                                                               ("stdout", "two\n")]
    line = tiny.read_text(encoding="utf-8").splitlines().index("print(double(21))") + 1
    said = capsys.readouterr().out
    assert f"09_tiny.md, line {line}" in said and "some library warns" in said
    assert "at length" not in said   # one line is enough to find it


@pytest.mark.parametrize("text, kept", [
    ("<function f at 0x7f3c5a2b1d00>", "<function f at 0x…>"),
    ("<a at 0x7F3C5A2B1D00> and <b at 0x10a4b2c30>", "<a at 0x…> and <b at 0x…>"),
    ("the byte at 0x10, the number 0x7f3c5a2b1d00", "the byte at 0x10, the number 0x7f3c5a2b1d00"),
])
def test_addresses_in_memory_are_taken_out_of_every_text(tidied, text, kept):
    printed, result = tidied(stream(text), shown({"text/plain": text, "text/html": text}))
    assert printed.text == kept
    assert dict(result.data) == {"text/plain": kept, "text/html": kept}


def test_what_jupyter_adds_for_itself_is_left_out(tiny):
    source, notebooks = build.derive(tiny)
    made = notebooks["solution"]
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    made.cells[-1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    outputs.tidy(made, source)
    assert "widgets" not in made.metadata and "execution" not in made.cells[-1].metadata
    assert made.cells[-1].metadata.tags == ["nbval-check-output"]


# --- what is refused ------------------------------------------------------------------------------


def test_an_error_as_output_is_refused(refusal):
    """With the tag raises-exception a cell may fail and the run goes on."""
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="no such thing")
    assert "its output is an error, ValueError: no such thing" in refusal(stream("1\n"), error)


@pytest.mark.parametrize("kind", PICTURE)
def test_each_kind_of_picture_needs_words(tidied, refusal, kind):
    picture = {kind: PICTURE[kind], "text/plain": "<Figure size 600x400>"}
    for nothing in ({}, {"alt": ""}, {kind: {"alt": ""}}, {kind: {"width": 6}}):
        said = refusal(stream("1\n"), shown(picture, nothing))
        assert f"a figure ({kind}) without alt text" in said
    for alt in ({"alt": "a slope"}, {kind: {"alt": "a slope"}}):
        kept, = tidied(shown(picture, alt))
        assert dict(kept.data) == picture and kept.metadata == alt


def test_a_picture_whose_html_has_the_words_is_as_good(tidied, refusal):
    described = {"image/png": PICTURE["image/png"], "text/html": '<img src="x" alt="a slope">'}
    assert dict(tidied(shown(described))[0].data) == described
    # JupyterLab shows the HTML, so words that only the picture has do not help.
    nameless = {**described, "text/html": '<img src="x">'}
    assert "an <img> without alt text" in refusal(shown(nameless, {"alt": "a slope"}))


@pytest.mark.parametrize("svg, fine", [
    ("<svg><path/></svg>", False), (SVG, True), ("<svg><title>a slope</title></svg>", True),
    ('<svg aria-hidden="true"><path/></svg>', True), (SVG + "<svg>\n<path/></svg>", False),
])
def test_a_drawing_in_html_needs_a_name_unless_it_is_an_ornament(tidied, refusal, svg, fine):
    output = shown({"text/html": f"<p>{svg}</p>"})
    if fine:
        assert len(tidied(output)) == 1
    else:
        assert "an <svg> without aria-label or <title>" in refusal(output)


@pytest.mark.parametrize("kind", ["text/html", *PICTURE])
def test_of_a_widget_its_static_picture_stays(tidied, kind):
    picture = {"text/html": SVG, **PICTURE}[kind]
    kept, = tidied(shown({**VIEW, kind: picture}, {"alt": "a slope"}))
    assert dict(kept.data) == {kind: picture}


def test_a_widget_without_a_static_picture_is_refused(refusal):
    assert "static picture" in refusal(shown({**VIEW, "text/plain": "VBox()"}))
    assert "static picture" in refusal(shown({**VIEW, "text/markdown": "**a widget**"}))


# --- how large it may be --------------------------------------------------------------------------


def picture_of(characters):
    """A picture with 20 characters of text beside it: all forms of an output count together."""
    return shown({"image/png": "A" * (characters - 20), "text/plain": "x" * 20}, {"alt": "black"})


def text_of(characters):
    return stream("x" * characters)


@pytest.mark.parametrize("made", [text_of, picture_of])
def test_an_output_may_have_300_000_characters_and_no_more(tidied, refusal, made):
    assert len(tidied(made(300_000))) == 1
    assert "an output of 300,001 characters" in refusal(made(300_001))


def test_a_notebook_may_have_a_million_bytes_and_no_more(tiny):
    source = read_source(tiny)
    path = build.target(tiny, "solution")
    outputs.check_size("é" * 500_000, path, source)
    with pytest.raises(BuildError, match="09_tiny.ipynb would have 1,000,002 bytes"):
        outputs.check_size("é" * 500_001, path, source)


def test_small_outputs_that_make_a_notebook_too_large_stop_the_build(tiny, monkeypatch):
    def execute(notebook, source):
        notebook.cells[-1].outputs = [stream("x" * 299_000) for _ in range(4)]

    monkeypatch.setattr(outputs, "execute", execute)
    with pytest.raises(BuildError, match="at most 1,000,000 are allowed"):
        build.build(tiny)
    assert not any(build.target(tiny, kind).exists() for kind in build.FOLDERS)


# --- the run itself -------------------------------------------------------------------------------


@pytest.fixture
def run_first(tiny, rewrite):
    """Run the tiny solution with a cell of one's own before all others; returns the notebook."""
    def run(code):
        rewrite("# A tiny chapter\n", f"# A tiny chapter\n\n```{{code-cell}}\n{code}\n```\n")
        source, notebooks = build.derive(tiny)
        outputs.execute(notebooks["solution"], source)
        return notebooks["solution"]
    return run


def test_a_build_is_strict_and_quick_and_keeps_no_progress(run_first, monkeypatch, tmp_path):
    """Whatever the builder has set for work of his own."""
    mine = tmp_path / "mine"
    monkeypatch.setenv("COURSE_PROGRESS", str(mine))
    monkeypatch.setenv("COURSE_STRICT", "0")
    monkeypatch.delenv("NB_PROFILE", raising=False)
    # Asked before the set-up cell, which in a solution switches progress off altogether.
    made = run_first("import os, pathlib\nwhere = pathlib.Path(os.environ['COURSE_PROGRESS'])\n"
                     "(where / 'progress.sqlite').write_text('solved')\n"
                     "print(where, os.environ['COURSE_STRICT'], os.environ['NB_PROFILE'])")
    where, strict, profile = made.cells[1].outputs[0].text.rsplit(maxsplit=2)
    assert (strict, profile) == ("1", "quick")
    assert where != str(mine) and not mine.exists() and not os.path.exists(where)
    # The version of Python, which Jupyter adds, would differ from machine to machine.
    assert made.metadata.language_info == {"name": "python"}


def test_the_builder_may_choose_another_profile(monkeypatch):
    monkeypatch.setenv("NB_PROFILE", "full")
    assert outputs.kernel_environment("somewhere")["NB_PROFILE"] == "full"


@pytest.mark.parametrize("code, limit, says", [
    ("import os\nos._exit(1)", 600, "the kernel died"),
    ("import time\ntime.sleep(60)", 1, "still running after 1 s"),
])
def test_a_cell_that_never_comes_back_is_named(run_first, tiny, monkeypatch, code, limit, says):
    monkeypatch.setattr(outputs, "CELL_SECONDS", limit)
    with pytest.raises(BuildError, match=says) as caught:
        run_first(code)
    lines = tiny.read_text(encoding="utf-8").splitlines()
    assert lines[caught.value.line - 1] == code.splitlines()[0]
