"""First a guess, then the result; the question stays readable where no kernel runs."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.kit.board import progress
from helpers.kit.exercise import exercise, number, question
from helpers.kit.predict import predict, reveal
from helpers.kit.progress import store
from helpers.kit.quiz import Form, grade, live, quiz
from helpers.kit.verdict import CheckFailed

ROOT = Path(__file__).resolve().parents[2]


def said(capsys):
    return capsys.readouterr().out


def test_without_a_prediction_nothing_is_given_away(size, capsys):
    predict("9.3", ...)
    reveal("9.3")
    reveal("9.3", measured=11.9)
    text = said(capsys)
    assert "No prediction yet" in text and "12" not in text and "11.9" not in text
    assert store().standings() == {}


@pytest.mark.parametrize(
    "guess, words",
    [("4*3", ["✓ Right", "12 s"]), (6, ["✗ Wrong", "Forgot the way back", "The answer is 12 s"]),
     (13, ["✗ Wrong", "too large", "The answer is 12 s"]),
     ("skip", ["Skipped", "The answer is 12 s"]), ("0.2 min", ["✓ Right"])],
)  # fmt: skip
def test_predictions_of_numbers(size, capsys, guess, words):
    predict("9.3", guess)
    first = said(capsys)
    assert "Right" not in first and "Wrong" not in first
    reveal("9.3")
    text = said(capsys)
    for word in words:
        assert word in text


def test_predictions_that_cannot_be_read(size, which, capsys):
    predict("9.3", "banana")
    predict("9.a", "z")
    text = said(capsys)
    assert "banana" in text and "not one of the options" in text
    reveal("9.3")
    assert "12" not in said(capsys)


def test_predictions_of_options(which, capsys):
    predict("9.a", "a")
    assert "a) one" in said(capsys)
    reveal("9.a", measured="two it is")
    text = said(capsys)
    assert "✗ Wrong" in text and "2 = 2·1." in text and "Measured: two it is." in text
    predict("9.a", "two")
    reveal("9.a")
    assert "✓ Right" in said(capsys)
    assert store().standings()["9.a"].mistakes == ["one"]


def test_what_was_measured_counts_where_there_is_no_answer(capsys):
    number("9.31", title="Accuracy", answer=None, abs_tol=0.02)
    predict("9.31", 0.97)
    reveal("9.31", measured=0.96)
    text = said(capsys)
    assert "✓ Right" in text and "Measured: 0.96." in text
    predict("9.31", 0.9)
    reveal("9.31", measured=0.96)
    assert "✗ Wrong" in said(capsys)
    with pytest.raises(ValueError, match="measured"):
        reveal("9.31")


def test_a_restarted_kernel_still_knows_the_prediction(size, capsys, monkeypatch):
    predict("9.3", "3*2")
    monkeypatch.setattr(importlib.import_module("helpers.kit.predict"), "_guesses", {})
    said(capsys)
    reveal("9.3")
    assert "Forgot the way back" in said(capsys)


def test_predictions_in_strict_mode(size, which, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STRICT", "1")
    for call in (lambda: predict("9.3", ...), lambda: predict("9.3", "skip"),
                 lambda: predict("9.3", "banana"), lambda: reveal("9.a"),
                 lambda: quiz("9.a", "c")):  # fmt: skip
        with pytest.raises(CheckFailed):
            call()
    predict("9.3", 6)
    with pytest.raises(CheckFailed, match="forgot the way back|Forgot"):
        reveal("9.3")
    predict("9.3", 12)
    reveal("9.3")
    predict("9.a", "b")
    reveal("9.a")
    quiz("9.a", "b")
    assert "Right" in said(capsys)
    quiz("9.a")  # a question without an answer is left to be asked in class
    assert "Question 9.a" in said(capsys)


def test_what_a_solution_stores_gives_no_answer_to_a_vote(size, which, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STRICT", "1")
    predict("9.3", 12)
    predict("9.a", "b")
    text = said(capsys)
    assert "How long?" in text and "12" not in text
    assert "○ a) one" in text and "○ b) two" in text and "●" not in text


def test_a_solved_notebook_keeps_no_progress_and_knows_none(size, monkeypatch, capsys):
    predict("9.3", 6)
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.setattr(importlib.import_module("helpers.kit.predict"), "_guesses", {})
    reveal("9.3")
    assert "as soon as you have predicted it" in said(capsys)
    predict("9.3", 12)
    reveal("9.3")
    progress()
    assert "Right" in (text := said(capsys)) and "not in this solved notebook" in text


CALLS = [lambda: predict("9.1", 3), lambda: reveal("9.1"), lambda: quiz("9.1")]


@pytest.mark.parametrize("call", CALLS)
def test_functions_are_not_predicted(linear, capsys, monkeypatch, call):
    call()
    assert 'check("9.1", …)' in said(capsys)
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ValueError, match="check"):
        call()


@pytest.mark.parametrize("call", [predict, reveal, quiz])
@pytest.mark.parametrize("args", [(), ("9.99",), (print,)])
def test_a_call_without_a_known_id_ends_in_one_sentence(which, capsys, monkeypatch, call, args):
    call(*args)
    text = said(capsys)
    assert "9.a" in text and text.count("\n") == 1
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ValueError):
        call(*args)


# --- what is asked --------------------------------------------------------------------------------


@pytest.fixture
def displayed(monkeypatch):
    """What the predictions would display in a notebook."""
    shown = []
    module = importlib.import_module("helpers.kit.predict")
    monkeypatch.setattr(module, "display_or_print", lambda thing: shown.append(thing))
    return shown


@pytest.mark.parametrize("guess", [..., "z", 7])
def test_an_open_or_unreadable_prediction_shows_the_question(which, displayed, guess):
    predict("9.a", guess)
    bundle = displayed[0]._repr_mimebundle_()
    for letter, option in zip("abc", which.options, strict=True):
        assert f"{letter}) {option.text}" in bundle["text/plain"]
        assert f"{letter}) {option.text}" in bundle["text/html"]
        assert option.reason not in bundle["text/html"]
    assert "Which one is <even>?" in bundle["text/plain"]
    assert "Which one is &lt;even&gt;?" in bundle["text/html"]
    assert "Write the letter of your answer in quotes" in bundle["text/plain"]


def test_a_prediction_taken_down_shows_all_options_and_marks_the_chosen(which, displayed):
    predict("9.a", "b")
    bundle = displayed[-1]._repr_mimebundle_()
    assert "  ○ a) one\n  ● b) two" in bundle["text/plain"]
    assert "<li>a) one</li>" in bundle["text/html"]
    assert "→ <b>b) two</b>" in bundle["text/html"]
    assert "✓" not in bundle["text/plain"] and "2·1" not in bundle["text/plain"]   # no verdict yet


def test_several_letters_are_asked_for_where_several_count(several, size, displayed):
    predict("9.b", ...)
    predict("9.3", ...)
    assert 'Write letters in quotes, such as `"a, b"`' in str(displayed[0])
    assert "How long?" in str(displayed[1]) and 'such as `"2*3 + 1"`' in str(displayed[1])


def test_an_earlier_prediction_still_stands_and_is_said(which, size, capsys):
    predict("9.a", "b")
    predict("9.3", "3*2")
    said(capsys)
    predict("9.a", "z")
    assert "Your earlier prediction still stands: b) two." in said(capsys)
    predict("9.a", ...)
    assert "Your earlier prediction still stands: b) two." in said(capsys)
    predict("9.3", "banana")
    assert "Your earlier prediction still stands: 6 s." in said(capsys)
    reveal("9.a")
    assert "✓ Right" in said(capsys)


def test_a_reason_stands_on_a_line_of_its_own(which, displayed, monkeypatch):
    shown = []
    monkeypatch.setattr(importlib.import_module("helpers.kit.predict"), "show", shown.append)
    for letter in "ab":
        predict("9.a", letter)
        reveal("9.a")
    for verdict in shown:
        assert "✗ a) one\n    1 is odd.\n" in str(verdict)
        page = verdict._repr_mimebundle_()["text/html"]
        assert 'one\n<span style="display:block' in page


# --- quiz -----------------------------------------------------------------------------------------


def test_quiz_with_an_answer_grades_at_once(which, capsys):
    quiz("9.a", "a")
    quiz("9.a", "b")
    text = said(capsys)
    assert "1 is odd." in text and "✓ Right" in text
    assert store().standings()["9.a"].attempts == 2


def test_the_question_is_readable_without_a_kernel(which, several):
    bundle = Form(which)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for text in (bundle["text/html"], bundle["text/plain"]):
        assert all(option.text in text for option in which.options)
    assert not any(option.reason in bundle["text/plain"] for option in which.options)
    shown, folded = bundle["text/html"].split("<details>")
    assert "1 is odd." not in shown and "1 is odd." in folded
    assert "&lt;even&gt;" in bundle["text/html"] and "<even>" in bundle["text/plain"]
    assert "☐" in str(Form(several)) and "☐" not in str(Form(which))


def test_the_form_does_not_know_the_answer_before_the_choice(which):
    widget = live(which)
    sent = str({name: getattr(widget, name) for name in widget.keys if name != "_esm"})
    assert "1 is odd." not in sent and "right" not in str(widget.question)


def test_the_form_grades_what_the_browser_sends(which):
    widget = live(which)
    widget.choice = {"letters": ["a"], "serial": 1}
    assert widget.result["state"] == "wrong" and widget.result["serial"] == 1
    options = widget.result["options"]
    reasons = {o["letter"]: (o["right"], o["chosen"], o["reason"]) for o in options}
    assert reasons["a"] == (False, True, "1 is odd.") and reasons["b"][0] is True
    assert len(reasons) == 3
    widget.choice = {"letters": ["b"], "serial": 2}
    assert widget.result["state"] == "right"
    assert [e.mistakes for e in store().events()] == [("one",), ()]


def test_a_choice_of_nothing_or_of_nonsense_does_no_harm(which):
    widget = live(which)
    widget.choice = {"letters": [], "serial": 1}
    assert "Choose an option" in widget.result["line"]
    widget.choice = {"letters": ["z", "<script>"], "serial": 2}
    assert "Choose an option" in widget.result["line"]
    assert store().events() == []


def test_several_right_options_in_the_form(several):
    assert grade(several, ["b", "c"])["state"] == "right"
    assert "Not all right options" in grade(several, ["b"])["line"]


def test_texts_with_html_are_escaped_for_the_form():
    tricky = question("9.c", prompt="a < b?", options=[("<b>x</b>", True, "<i>y</i>"),
                                                      ("no", False, "z")])  # fmt: skip
    widget = live(tricky)
    assert widget.question["prompt"] == "a &lt; b?"
    assert "&lt;b&gt;" in widget.question["options"][0]["text"]
    assert "&lt;i&gt;" in grade(tricky, ["a"])["options"][0]["reason"]


# --- declaring ------------------------------------------------------------------------------------


def test_declarations_that_make_no_sense_are_refused(size):
    with pytest.raises(ValueError, match="right option"):
        question("9.d", prompt="?", options=[("a", False, "")])
    with pytest.raises(ValueError, match="twice"):
        question("9.e", prompt="?", options=[("a", True, ""), ("a", False, "")])
    with pytest.raises(ValueError, match="taken"):
        number("9.3", title="Another", answer=1)
    made = exercise("9.32", title="Empty")
    with pytest.raises(ValueError, match="no probes"):
        made.make_probes()


def test_as_dict_lists_each_mistake_once(linear, size, which):
    import json

    for entry in (linear, size, which):
        facts = json.loads(json.dumps(entry.as_dict()))
        assert {"id", "title", "kind", "minutes", "difficulty", "importance"} <= set(facts)
    names = [m["name"] for m in linear.as_dict()["mistakes"]]
    assert names == ["transposed W", "missing bias", "sign of the bias"]
    assert linear.mistake_named("missing bias").why == "b is not used."
    with pytest.raises(KeyError, match="missing bias"):
        linear.mistake_named("other")


def test_importing_the_kit_is_light():
    code = ("import sys; from helpers.kit import check, hint, predict, progress, quiz, reveal; "
            "heavy = {'tensorflow', 'keras', 'matplotlib', 'anywidget', 'ipywidgets', 'IPython'}; "
            "print(sorted(heavy & set(sys.modules))); "
            "print(callable(check) and callable(predict) and callable(progress))")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"], done.stderr
