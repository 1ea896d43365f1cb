"""A projected solution in a real JupyterLab: folded before the vote, open when it is wanted."""

import nbformat

from helpers.commands import folding
from tests.browser import lab
from tests.browser.test_quiz_in_lab import shot

ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
SETUP = "def predict(*vote): print('arrow')\ndef reveal(name): print('first\\nresult')"
VOTE = "### BEGIN SOLUTION\nfalls = 'b'\n### END SOLUTION\npredict('9.1', falls)"
FIGURE = ("import IPython.display as d\n"
          "d.display(d.HTML('<svg width=90 height=40 aria-label=\"It falls\"></svg>'))")


def write(path):
    """A solution as the build folds it, with stored outputs; path of the notebook."""
    sources = [SETUP, ANSWER, VOTE, FIGURE, "reveal('9.1')"]
    lab.notebook_of(sources, path)
    book = nbformat.read(path, as_version=4)
    html = '<svg width=90 height=40 aria-label="It falls"></svg>'
    book.cells[3].outputs = [nbformat.v4.new_output("display_data", data={"text/html": html})]
    book.cells[4].outputs = [nbformat.v4.new_output("stream", text="first\nresult\n")]
    folding.fold_answers(book.cells)
    for cell in book.cells:
        folding.cover(cell)
    nbformat.write(book, path)


def test_folded_code_opens_with_a_click_and_folded_outputs_when_run(tmp_path, open_lab, page):
    write(tmp_path / "folded.ipynb")
    server = open_lab(tmp_path)
    page.goto(f"{server.url}/lab/tree/folded.ipynb?reset")
    code = page.locator(".jp-Notebook .jp-CodeCell")
    code.nth(4).wait_for(timeout=90_000)
    status = "window.jupyterapp?.shell?.currentWidget?.context?.sessionContext"
    page.wait_for_function(f"() => {status}?.session?.kernel?.status === 'idle'", timeout=90_000)

    answer, figure, result = code.nth(1), code.nth(3), code.nth(4)
    assert not answer.get_by_text("return 2 * x").is_visible()
    assert figure.locator(".jp-OutputPlaceholder").inner_text() == folding.COVER.strip()
    assert result.locator(".jp-OutputPlaceholder").inner_text().strip() == "first"
    assert not page.locator(".jp-Notebook svg[aria-label]").is_visible()
    shot(page, "folded")

    answer.locator(".jp-InputPlaceholder").click()
    answer.get_by_text("return 2 * x").wait_for(state="visible")
    assert answer.locator(".cm-line").count() == 4
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    result.get_by_text("result", exact=False).last.wait_for(state="visible")
    figure.locator("svg[aria-label]").wait_for(state="visible")
    assert page.locator(".jp-Notebook .jp-OutputPlaceholder").count() == 0
    assert code.nth(2).locator(".jp-InputPlaceholder").is_visible(), "the vote's code stays folded"
    assert lab.cell_errors(page) == [] and page.complaints == []
    shot(page, "unfolded")
