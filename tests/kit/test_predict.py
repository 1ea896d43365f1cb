"""First a guess, then the result; the question stays readable where no kernel runs."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_functions_are_not_predicted(linear):
    with pytest.raises(ValueError, match="check"):
        predict("9.1", 3)
    with pytest.raises(ValueError, match="check"):
        quiz("9.1")


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
