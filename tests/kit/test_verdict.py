"""A verdict reads the same as HTML and as text, and nobody needs to see colours."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from helpers.kit.checking import check, hint
from helpers.kit.exercise import exercise
from helpers.kit.judge import judge
from helpers.kit.verdict import (
    COLOURS,
    INK,
    SIGNS,
    WORDS,
    CheckFailed,
    Verdict,
    as_html,
    marked_up,
    plain,
)

VOID = {"br", "hr", "img"}


class Checker(HTMLParser):
    """Raises if tags are not nested properly; keeps the texts and how deep each <details> is."""

    def __init__(self):
        super().__init__()
        self.open, self.texts, self.depths = [], [], []

    def handle_starttag(self, tag, attrs):
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag == "details":
            self.depths.append(self.open.count("details"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def parsed(page):
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_in_both_themes():
    for colour in COLOURS.values():
        assert contrast(colour, INK) >= 4.5  # WCAG AA for text
        for page in ("#ffffff", "#111111"):  # JupyterLab's light and dark
            assert contrast(colour, page) >= 3  # WCAG AA for what is no text


def test_all_other_text_takes_the_colour_of_the_page():
    page = as_html(Verdict("9.1", "t", "wrong", "h", evidence=(("Input", "x"),), hints=("a", "b")))
    assert set(re.findall(r"(?<![-\w])color:\s*([^;\"']+)", page)) == {"inherit", INK}
    backgrounds = set(re.findall(r"background:\s*([^;\"']+)", page))
    assert backgrounds <= {"transparent", *COLOURS.values()}


@pytest.mark.parametrize("state", ["right", "not attempted", "wrong"])
def test_sign_and_word_tell_the_state(state):
    bundle = Verdict("9.1", "Title", state, "Headline.")._repr_mimebundle_()
    for text in (bundle["text/plain"], bundle["text/html"]):
        assert SIGNS[state] in text and WORDS[state] in text and "Headline." in text
    assert 'role="status"' in bundle["text/html"]
    assert len(set(SIGNS.values())) == len(set(WORDS.values())) == 3


def test_html_and_text_say_the_same(linear):
    verdict = judge(linear, lambda x, W, b: x @ W + b + 1)
    verdict.onward = "The notebook goes on."
    bundle = verdict._repr_mimebundle_()
    shown = " ".join("".join(parsed(bundle["text/html"]).texts).split())
    for text in (verdict.headline, *verdict.sentences, verdict.onward):
        assert " ".join(plain(text).split()) in shown.replace("`", "") or "`" in text
    for label, value in verdict.evidence:
        assert label in shown and " ".join(value.split()) in shown
        assert label in bundle["text/plain"]


def test_hints_lie_inside_one_another_and_the_last_leads_to_the_solution(linear):
    verdict = judge(linear, lambda x, W, b: x @ W)
    page = verdict._repr_mimebundle_()["text/html"]
    checker = parsed(page)
    assert checker.depths[-3:] == [0, 1, 2]
    assert page.index("first hint") < page.index("second") < page.index("third")
    assert '<a href="../solutions/09_x.ipynb"' in page
    assert "<code" in page[page.index("second") : page.index("third")]
    text = str(verdict)
    assert 'hint("9.1"), hint("9.1", 2), hint("9.1", 3)' in text and "first hint" not in text


def test_a_right_answer_shows_no_hints(linear):
    verdict = judge(linear, linear.reference_fn)
    assert "hint" not in str(verdict).lower() and "<details" not in as_html(verdict)
    with_hints = Verdict("9.1", "Affine map", "right", hints=("first hint",))
    assert "hint" not in str(with_hints).lower() and "hint" not in as_html(with_hints).lower()


def test_a_named_mistake_folds_the_evidence_away_and_an_unnamed_one_shows_it(linear):
    named = as_html(judge(linear, lambda x, W, b: x @ W))
    unnamed = as_html(judge(linear, lambda x, W, b: x @ W + b + 1))
    assert "Where it shows" in named and "Where it shows" not in unnamed


@pytest.mark.parametrize(
    "text, page",
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("**x**", "<b>x</b>"),
        ("[a](javascript:alert(1))", "[a](javascript:alert(1))"),
        ("[a](../b.ipynb)", '<a href="../b.ipynb" style="color:var(--jp-content-link-color, '
         'inherit);text-decoration:underline">a</a>'),
        ("one ` backtick", "one ` backtick"),
        ('"quoted"', "&quot;quoted&quot;"),
    ],
)
def test_marks(text, page):
    assert marked_up(text) == page
    parsed(marked_up(text))


def test_code_is_not_marked_up_inside():
    page = marked_up("`**kwargs` and `[x](../y)` and `<b>`")
    assert "**kwargs" in page and "[x](../y)" in page and "&lt;b&gt;" in page
    assert plain("**bold** `**kwargs` [link](../x)") == "bold `**kwargs` link (../x)"


# --- check ----------------------------------------------------------------------------------------


def test_check_hands_on_what_is_right_and_says_so(linear, capsys):
    def mine(x, W, b):
        return x @ W + b

    assert check("9.1", mine) is mine
    assert "goes on with your function" in capsys.readouterr().out
    assert check("X9.1", lambda x, W, b: x) is linear.reference_fn
    assert "goes on with the course's function" in capsys.readouterr().out


def test_what_returns_lists_is_handed_on_returning_arrays(linear, capsys):
    """The next cell of a chapter indexes the result, or asks for its sum."""
    def mine(x, W, b):
        "Mine."
        return (x @ W + b).tolist()

    onward = check("9.1", mine)
    result = onward(np.ones((2, 3)), W=np.ones((3, 4)), b=np.zeros(4))
    assert type(result) is np.ndarray and np.array_equal(result, np.full((2, 4), 3.0))
    assert onward.__doc__ == "Mine." and check("9.1", onward) is not linear.reference_fn
    text = capsys.readouterr().out
    assert "returns a list" in text and "makes arrays of it" in text


def test_several_outputs_become_arrays_one_by_one(capsys):
    made = exercise("9.6", title="Mean and spread", outputs=("mean", "spread"))
    made.reference(lambda x: (x.mean(), x - x.mean()))
    made.probes(lambda rng: [(rng.normal(size=4),)])
    mean, spread = check("9.6", lambda x: [float(x.mean()), list(x - x.mean())])(np.arange(3.0))
    assert isinstance(mean, float) and type(spread) is np.ndarray


def test_check_on_its_own_function_asks_for_the_students(linear, capsys):
    affine = check("9.1", lambda x, W, b: ...)
    capsys.readouterr()
    assert check("9.1", affine) is affine
    text = capsys.readouterr().out
    assert "Not attempted" in text and "Run the cell with your own `affine`" in text
    assert judge(linear, affine).right  # only `check` looks at whose function it is


def test_check_hands_on_numbers_and_letters(size, which, capsys):
    assert check("9.3", "3 * 4") == 12 and isinstance(check("9.3", "12"), int)
    assert check("9.3", "12000 ms") == 12.0
    assert check("9.3", 5) == 12.0
    assert check("9.a", "B") == ("b",) and check("9.a", "a") == ("b",)


def test_strict_makes_every_other_verdict_an_error(linear, size, which, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    for id, answer in [("9.1", lambda x, W, b: x @ W), ("9.1", ...), ("9.1", linear.reference_fn),
                       ("9.1", None), ("9.3", 6), ("9.3", ...), ("9.a", "a")]:  # fmt: skip
        with pytest.raises(CheckFailed, match=r"9\.\w"):
            check(id, answer)
    with pytest.raises(CheckFailed, match="Missing bias"):
        check("9.1", lambda x, W, b: x @ W)
    assert check("9.3", 12) == 12
    monkeypatch.setenv("COURSE_STRICT", "0")
    assert check("9.3", 6) == 12.0


def test_a_fault_of_the_course_does_not_stop_the_student(linear, capsys):
    linear.mistake("breaks", why="")(lambda x, W, b: None)
    linear.probes(lambda rng: 1 / 0)
    assert check("9.1", lambda x, W, b: x) is linear.reference_fn
    assert "fault of the course" in capsys.readouterr().out


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: check("9.99", print), r"There is no exercise '9\.99'; there are: 9\.1\."),
        (lambda: hint("9.99"), r"there are: 9\.1\."),
        (lambda: check(), r'Say which exercise: `check\("9\.1", …\)`'),
        (lambda: hint(), r'Say which exercise: `hint\("9\.1"\)`'),
        (lambda: check(print), r"number of the exercise comes first, in quotes"),
        (lambda: check("9.1"), r'Your function is missing: write `check\("9\.1", affine\)`'),
    ],
)
def test_a_call_that_lacks_something_ends_in_one_sentence(linear, capsys, monkeypatch, call, words):
    call()
    text = capsys.readouterr().out
    assert re.search(words, text) and text.count("\n") == 1
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(ValueError, match=words.replace("`", ".?")):
        call()


def test_the_notebook_goes_on_after_such_a_call(linear, size, capsys):
    assert check("9.99", print) is print and check() is None
    assert check("9.1") is linear.reference_fn and check("9.3") == 12.0
    assert "number or formula is missing" in capsys.readouterr().out


def test_before_the_set_up_cell(capsys):
    assert check("9.1", print) is print
    assert "No exercises are loaded yet" in capsys.readouterr().out


def test_hints_one_by_one(linear, which, capsys):
    hint("9.1")
    hint("9.1", 3)
    hint("9.1", 7)
    hint("9.1", "two")
    hint("9.a")
    text = capsys.readouterr().out
    assert "first hint" in text and "solution (../solutions/09_x.ipynb)" in text
    assert text.count("There are 3 hints") == 2 and "no hints" in text


def test_link_to_the_solution_is_added_where_a_hint_has_none(linear):
    linear.hints, linear.solution = ("only one",), "../solutions/09_x.ipynb"
    verdict = judge(linear, lambda x, W, b: x @ W)
    assert "only one" in verdict.hints[0] and "](../solutions/09_x.ipynb)" in verdict.hints[0]
