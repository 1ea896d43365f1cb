"""The form of a question in an empty page: what it says about each option, and when."""

import pytest

from helpers.kit import exercise as exercises
from helpers.kit.quiz import live
from tests.browser.mounting import View

OPTIONS = [("one", False, "1 is odd."), ("two", True, "2 = 2 · 1."), ("three", False, "3 is odd."),
           ("four", True, "4 = 2 · 2.")]
ONE_RIGHT = [option for option in OPTIONS if option[0] != "four"]
COLOUR_OF_BORDER = """
(row) => {
  const probe = row.appendChild(document.createElement("i"));
  const names = {};
  for (const name of ["param", "grad"]) {
    probe.style.color = `var(--cw-${name})`;
    names[getComputedStyle(probe).color] = name;
  }
  probe.remove();
  return names[getComputedStyle(row.querySelector(".cq-reason")).borderLeftColor];
}
"""


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """A function (options) -> the widget of a question that has them; progress of its own."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    monkeypatch.setattr(exercises, "REGISTRY", dict(exercises.REGISTRY))

    def ask(options):
        return live(exercises.question("9.q", prompt="Which is even?", options=options))

    return ask


@pytest.fixture
def form(mount, asked):
    """A function (options) -> the View of a question that has them."""
    return lambda options: mount(asked(options))


def choose(view, *letters):
    """Tick these options, and no others."""
    for box in view.root.locator("input").all():
        if box.get_attribute("type") == "radio":
            if box.input_value() in letters:
                box.check()
        else:
            box.set_checked(box.input_value() in letters)


def check(view):
    return view.press("Check my answer")


def line(view) -> str:
    return view.root.locator(".cq-line").inner_text()


def said(view) -> list[str]:
    """What stands below each option."""
    return view.root.locator(".cq-reason").all_inner_texts()


@pytest.mark.parametrize(("options", "letters", "verdict"), [
    (ONE_RIGHT, "a", "✗ Wrong"), (ONE_RIGHT, "b", "✓ Right"),
    (OPTIONS, "bd", "✓ Right"), (OPTIONS, "b", "Not all right options"), (OPTIONS, "ab", "✗ Wrong"),
])
def test_each_option_is_called_right_or_not_as_the_key_says_whatever_was_chosen(
    form, options, letters, verdict
):
    view = form(options)
    choose(view, *letters)
    assert said(view) == [""] * len(options)  # nothing is given away before
    assert check(view) == {"letters": list(letters), "serial": 1}
    view.answer()
    assert verdict in line(view)
    assert said(view) == [
        f"✓ right: {reason}" if right else f"✗ not right: {reason}" for _, right, reason in options]
    borders = [row.evaluate(COLOUR_OF_BORDER) for row in view.root.locator(".cq-option").all()]
    assert borders == ["param" if right else "grad" for _, right, _ in options]
    assert view.root.locator("label").all_inner_texts() == [
        f"{letter}){option[0]}" for letter, option in zip("abcd", options, strict=False)]


def test_the_line_about_the_last_choice_goes_with_a_new_choice_and_the_reasons_stay(form):
    view = form(ONE_RIGHT)
    choose(view, "a")
    check(view)
    view.answer()
    before = said(view)
    choose(view, "b")
    assert line(view) == "" and said(view) == before
    assert check(view) == {"letters": ["b"], "serial": 2}
    view.answer()
    assert "✓ Right" in line(view)


def test_an_answer_that_comes_too_late_is_not_taken_for_one_about_the_new_choice(form):
    view = form(ONE_RIGHT)
    choose(view, "a")
    asked = check(view)
    choose(view, "b")
    view.answer(asked)
    assert line(view) == "" and said(view) == ["", "", ""]
    check(view)
    view.answer()
    assert "✓ Right" in line(view)


def test_without_a_kernel_the_form_says_so_after_a_while_and_only_then(page, asked):
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # from here on the clock is moved by hand: nobody waits
    view = View(page, asked(ONE_RIGHT))
    choose(view, "b")
    check(view)
    view.page.clock.fast_forward(1000)
    assert line(view) == ""
    view.page.clock.fast_forward(30_000)
    assert "No kernel answers" in line(view) and "Run this cell again" in line(view)
    view.answer()  # it was only slow
    assert "✓ Right" in line(view)
    check(view)
    view.answer()
    view.page.clock.fast_forward(30_000)
    assert "✓ Right" in line(view) and page.complaints == []


def test_a_check_without_a_choice_asks_for_one_and_gives_nothing_away(form):
    view = form(ONE_RIGHT)
    assert check(view)["letters"] == []
    view.answer()
    assert "Choose an option" in line(view) and said(view) == ["", "", ""]


def test_a_second_view_of_an_answered_question_shows_the_choice_and_the_reasons(form, mount):
    first = form(ONE_RIGHT)
    choose(first, "b")
    check(first)
    first.answer()
    first.page.goto("about:blank")
    second = mount(first.widget)
    checked = [box.is_checked() for box in second.root.locator("input").all()]
    assert checked == [False, True, False] and "✓ Right" in line(second)
    assert said(second)[1] == "✓ right: 2 = 2 · 1."
