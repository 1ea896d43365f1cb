"""Run a solution's cells, and keep of their outputs what a reader on another machine can use."""

import os
import re
import tempfile
from pathlib import Path

import nbformat

from helpers.commands.alttext import undescribed
from helpers.commands.environment import say
from helpers.commands.folding import cover
from helpers.commands.notebook_source import HANDED_OUT, Source

CELL_SECONDS = 600
LARGEST_OUTPUT = 300_000      # characters of one output
LARGEST_NOTEBOOK = 1_000_000  # bytes of the whole file
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def execute(notebook: nbformat.NotebookNode, source: Source) -> None:
    """Run all cells in a new kernel, in the folder of the source, and store their outputs.

    While this runs, COURSE_STRICT makes every verdict but "right" an error, and progress is kept in
    a folder that is thrown away.

    Raises
    ------
    BuildError
        At the first cell that fails, with the line of the source.
    """
    import nbclient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    client = nbclient.NotebookClient(
        notebook, timeout=CELL_SECONDS, startup_timeout=120, kernel_name="python3",
        store_widget_state=False, record_timing=False, extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(source.path.parent)}})
    # Cells are numbered as they finish, so that whatever stops the run, the culprit is known.
    running = {"index": 0}
    client.on_cell_execute = lambda cell, cell_index: running.update(
        index=in_source(notebook, cell_index))
    with tempfile.TemporaryDirectory() as progress:
        try:
            client.execute(env=kernel_environment(progress))
        except CellTimeoutError:
            raise source.error(running["index"], f"still running after {CELL_SECONDS} s") from None
        except DeadKernelError:
            raise source.error(running["index"], "the kernel died (out of memory?)") from None
        except CellExecutionError as error:
            line, message = explain(error)
            raise source.error(running["index"], message, line) from None
    notebook.metadata["language_info"] = {"name": "python"}   # nbclient adds this machine's version


def in_source(notebook: nbformat.NotebookNode, index: int) -> int:
    """The number that a notebook's cell has in the source; the build adds some to a solution."""
    added = (cell.metadata.get("role") == HANDED_OUT for cell in notebook.cells[:index])
    return index - sum(added)


def kernel_environment(progress: str) -> dict[str, str]:
    """Strict, quick, and apart from what the builder of the course has solved."""
    environment = dict(os.environ, COURSE_STRICT="1", COURSE_PROGRESS=progress,
                       COURSE_CHECKPOINTS=os.path.join(progress, "checkpoints"))
    environment.setdefault("NB_PROFILE", "quick")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def explain(error) -> tuple[int, str]:
    """The line within the cell, from 0, and the message, out of an exception's traceback."""
    text = ANSI.sub("", error.traceback)
    found = re.findall(r"Cell In\s?\[\d+\], line (\d+)", text)
    return (int(found[0]) - 1 if found else 0), f"{error.ename}: {ANSI.sub('', error.evalue)}"


def tidy(notebook: nbformat.NotebookNode, source: Source) -> None:
    """Clean the stored outputs in place, and refuse what readers could not use.

    Raises
    ------
    BuildError
        For an error output, a picture without alt text, a widget without its static picture, an
        output that is too large.
    """
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        index = in_source(notebook, number)
        if cell.cell_type != "code":
            if problem := undescribed(cell.source):
                raise source.error(index, problem)
            continue
        cell.metadata.pop("execution", None)
        kept = [output for output in cell.outputs if keep(output, source, index)]
        cell.outputs = [clean(output, source, index) for output in kept]
        cover(cell)


def keep(output, source: Source, index: int) -> bool:
    """Whether an output belongs into the notebook: not what was written to stderr."""
    if output.output_type == "error":
        raise source.error(index, f"its output is an error, {output.ename}: {output.evalue}")
    if output.output_type == "stream" and output.name == "stderr":
        first = output.text.strip().splitlines()[:1]
        say(f"  {source.path.name}, line {source.lines[index]}: left out what the cell wrote to "
            f"stderr: {''.join(first)[:100]}")
        return False
    return True


def clean(output, source: Source, index: int):
    """One output without widget views and addresses in memory; raise BuildError if it is no use."""
    if output.output_type == "stream":
        output.text = without_addresses(output.text)
        size = len(output.text)
    else:
        data = output.data
        if data.pop(WIDGET_VIEW, None) is not None and not {"text/html", *PICTURES} & set(data):
            raise source.error(index, "a widget without a static picture of its first state")
        for kind in ("text/plain", "text/html"):
            if kind in data:
                data[kind] = without_addresses(data[kind])
        problem = missing_alt(output)
        if problem:
            raise source.error(index, problem)
        size = sum(len(str(value)) for value in data.values())
    if size > LARGEST_OUTPUT:
        raise source.error(index, f"an output of {size:,} characters; at most {LARGEST_OUTPUT:,} "
                                  "are stored")
    return output


def without_addresses(text: str) -> str:
    """`<function f at 0x7f…>` has another number each time; the reader needs none."""
    return re.sub(r"\bat 0x[0-9a-fA-F]{6,}", "at 0x…", text)


def missing_alt(output) -> str:
    """What a screen reader would find missing in an output, as a sentence; "" if nothing.

    A picture needs alt text in the output's metadata or an HTML form that has it, because that is
    what JupyterLab shows then.
    """
    data = output.data
    html = data.get("text/html", "")
    for kind in PICTURES:
        described = output.metadata.get(kind, {}).get("alt") or output.metadata.get("alt") or ""
        if kind in data and not described.strip() and "<img" not in html:
            return f"a figure ({kind}) without alt text; use kit's show(figure, alt=\"…\")"
    return undescribed(html) or undescribed(data.get("text/markdown", ""))


def check_size(text: str, path: Path, source: Source) -> None:
    """Raise BuildError if the file would be larger than GitHub readily shows."""
    size = len(text.encode("utf-8"))
    if size > LARGEST_NOTEBOOK:
        raise source.error(0, f"{path.name} would have {size:,} bytes; at most "
                              f"{LARGEST_NOTEBOOK:,} are allowed")
