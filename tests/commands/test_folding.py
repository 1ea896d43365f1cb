"""What a built solution folds away so that it gives no answer before the vote."""

import copy

import nbformat
import pytest

from helpers.commands import build, staleness
from helpers.commands.folding import COVER, cover, fold_answers

SHOW = 'show(plot(),\n     alt="It falls")'
CODE = 'print("code")'


def cells(*sources):
    return [nbformat.v4.new_code_cell(source) for source in sources]


def folded(*sources):
    """For each cell a word: "code", "outputs", "both" or "" for what is folded of it."""
    made = cells(*sources)
    fold_answers(made)
    words = {(): "", ("source_hidden",): "code", ("outputs_hidden",): "outputs",
             ("outputs_hidden", "source_hidden"): "both"}
    return [words[tuple(sorted(cell.metadata.get("jupyter", {})))] for cell in made]


def test_outputs_are_folded_from_the_vote_to_its_result():
    assert folded(CODE, 'predict("9.1", x)', CODE, CODE, "y = 1\nreveal('9.1', y)", CODE) == [
        "", "code", "outputs", "outputs", "outputs", ""]


def test_a_vote_that_is_asked_again_is_folded_again():
    vote, result = 'predict("9.1", x)', 'reveal("9.1")'
    assert folded(vote, result, CODE, vote, CODE, result) == ["code", "outputs", "", "code",
                                                              "outputs", "outputs"]


def test_nothing_is_folded_without_a_result_of_the_same_id_further_down():
    assert folded('predict("9.1", x)', CODE, 'reveal("9.10")') == ["code", "", ""]
    assert folded('reveal("9.1")', CODE, 'predict("9.1", x)') == ["", "", "code"]
    assert folded("model.predict('9.1', x)", CODE, 'reveal("9.1")') == ["", "", ""]


def test_each_vote_ends_with_its_own_result_and_shows_its_question():
    """What is stored with a vote inside another one's stretch is the question, no answer."""
    assert folded('predict("9.1", x)', CODE, 'predict("9.2", x)', CODE, 'reveal("9.1")',
                  'reveal("9.2")', CODE) == ["code", "outputs", "code", "outputs", "outputs",
                                             "outputs", ""]


def test_code_of_an_exercise_is_folded():
    answer = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    assert folded(CODE, answer) == ["", "code"]
    assert folded('predict("9.1", x)', answer, 'reveal("9.1")') == ["code", "both", "outputs"]


def test_figure_whose_alt_text_tells_the_result_is_folded_with_its_code():
    assert folded(SHOW, 'predict("9.1", x)', SHOW, f"x = 1\n{SHOW}", "show(plot())", "%time x",
                  'reveal("9.1")', SHOW) == ["", "code", "both", "outputs", "outputs", "outputs",
                                             "outputs", ""]


VOTE = '''\
from helpers.kit import predict, reveal, show
from helpers.kit.exercise import question
import matplotlib.pyplot as plt
question("9.1", prompt="Falls it?", options=[("no", False, "Look."), ("yes", True, "Look.")])
```

```{code-cell}
### BEGIN SOLUTION
falls = "b"
### END SOLUTION
predict("9.1", falls)
```

```{code-cell}
figure, axes = plt.subplots()
axes.plot([2, 1])
show(figure, alt="A straight line falls from 2 to 1")
```

```{code-cell}
print("it falls")
```

```{code-cell}
reveal("9.1")'''


@pytest.fixture
def voted(tiny, rewrite):
    """Solution and chapter of a tiny chapter with a vote."""
    rewrite("print(double(21))", VOTE)
    rewrite("---\ntags: [nbval-check-output]\n---\n", "")
    build.build(tiny)
    return [nbformat.read(build.target(tiny, kind), as_version=4) for kind in build.FOLDERS]


def test_built_solution_is_folded_and_the_chapter_is_not(voted):
    for notebook in voted:
        nbformat.validate(notebook)
    solution, chapter = ([cell.metadata.get("jupyter", {}) for cell in book.cells
                          if cell.cell_type == "code"] for book in voted)
    code, outputs = {"source_hidden": True}, {"outputs_hidden": True}
    assert solution == [code, code, {}, code, outputs, outputs, outputs]
    assert chapter == [code] + [{}] * 6   # the set-up cell


def test_first_line_of_a_folded_picture_or_verdict_does_not_tell_the_result(voted):
    """JupyterLab shows the first line of a folded output; of HTML that would be the alt text."""
    vote, figure, printed, result = voted[0].cells[-4:]
    assert vote.outputs[0].data["text/html"].startswith("<div")
    for cell in (figure, result):
        assert cell.outputs[0].data["text/html"].startswith(COVER + "<")
    assert printed.outputs[0].text == "it falls\n"


def test_output_that_tests_compare_is_left_as_it_is():
    figure = nbformat.v4.new_output("display_data", data={"text/html": "<b>x</b>"})
    made = cells('predict("9.1", x)', SHOW, 'reveal("9.1")')
    made[1].outputs, made[2].outputs = [figure], [copy.deepcopy(figure)]
    made[1].metadata["tags"] = ["nbval-check-output"]
    fold_answers(made)
    for cell in made:
        cover(cell)
    assert [cell.outputs[0].data["text/html"] for cell in made[1:]] == ["<b>x</b>",
                                                                        COVER + "<b>x</b>"]


def test_notebook_built_before_something_was_folded_is_stale(tiny, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr("helpers.commands.notebook_source.fold_answers", lambda cells: None)
        build.build(tiny)
    assert build.status(tiny)["solution"] == (staleness.STALE, "the build makes it differently now")
    assert build.status(tiny)["chapter"][0] == staleness.FRESH
