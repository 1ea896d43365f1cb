"""The form of a question and the card of a verdict in a real JupyterLab, in both themes."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser import lab

SETUP = """
import numpy as np
from helpers.kit import check, quiz, progress
from helpers.kit.exercise import exercise, question

question("9.a", prompt="Which of these learns <something>?", options=[
    ("the forward pass", False, "It only computes."),
    ("the update", True, "Only here a weight changes: `W -= lr * dW`."),
    ("the loss", False, "It measures.")])
question("9.b", prompt="Which are even?", options=[
    ("1", False, "odd"), ("2", True, "even"), ("4", True, "even")])
X = exercise("9.1", title="Double it", hints=("Think.", "Twice.", "[It](../solutions/x.ipynb)."))
X.reference(lambda x: 2 * x)
X.probes(lambda rng: [(rng.normal(size=(2, 3)),)])
X.mistake("squared", why="`x * x` is no doubling.")(lambda x: x * x)
"""
CELLS = [
    SETUP,
    'quiz("9.a")',
    'quiz("9.b")',
    'double = check("9.1", lambda x: x * x)\ndouble = check("9.1", lambda x: x + 1)\n'
    'double = check("9.1", lambda x: ...)\ndouble = check("9.1", lambda x: x + x)',
]
# Contrast (WCAG) of an element's colour with the first painted background behind it.
CONTRAST = """
(node) => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = [255, 255, 255];
  for (let at = node; at; at = at.parentElement) {
    const paint = numbers(getComputedStyle(at).backgroundColor);
    if (paint.length === 3 || paint[3] > 0.9) { behind = paint.slice(0, 3); break; }
  }
  const [r, g, b, alpha = 1] = numbers(getComputedStyle(node).color);
  const ink = [r, g, b].map((c, at) => alpha * c + (1 - alpha) * behind[at]);
  const [low, high] = [light(ink), light(behind)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
"""


def shot(page, name: str) -> None:
    """Save a screenshot where COURSE_SHOTS says, if it says so."""
    if folder := os.environ.get("COURSE_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder, f"{name}.png")))


def selected_cell(page) -> int:
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")


def test_quiz_by_keyboard_and_verdicts_in_both_themes(tmp_path, open_lab, page):
    lab.notebook_of(CELLS, tmp_path / "quiz.ipynb")
    server = open_lab(tmp_path)
    lab.run_all(page, server.url, "quiz.ipynb", 60)
    assert lab.cell_errors(page) == []

    answer_with_arrow_keys(page)
    answer_several_with_space(page)
    shot(page, "quiz-light")
    assert "Which of these learns <something>?" in page.locator('[data-quiz="9.a"]').inner_text()

    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            theme,
        )
        name = theme.split()[-1].lower()
        page.wait_for_function(f"() => document.body.dataset.jpThemeName === '{theme}'")
        check_contrast(page)
        page.locator(".course-verdict").last.scroll_into_view_if_needed()
        shot(page, f"verdicts-{name}")
    assert page.complaints == []


def answer_with_arrow_keys(page) -> None:
    """Choose with the arrow keys, check with Enter; JupyterLab must not move to another cell."""
    form = page.locator('[data-quiz="9.a"]')
    first = form.locator("input").first
    first.scroll_into_view_if_needed()
    first.focus()
    before = selected_cell(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert form.locator("input").nth(1).is_checked()
    page.keyboard.press("ArrowDown")
    assert form.locator("input").nth(2).is_checked()
    assert selected_cell(page) == before
    assert form.locator(".cq-reason:not(:empty)").count() == 0  # nothing graded on the way
    ring = form.locator("input").nth(2).evaluate("(n) => getComputedStyle(n).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    line = form.locator("[aria-live]")
    page.wait_for_function("(n) => n.textContent.includes('Wrong')", arg=line.element_handle())
    assert form.locator(".cq-reason:not(:empty)").count() == 3
    form.locator("label").nth(1).click()
    form.locator("button").click()
    page.wait_for_function("(n) => n.textContent.includes('Right')", arg=line.element_handle())
    assert "✓" in line.inner_text()


def answer_several_with_space(page) -> None:
    """Check boxes are chosen one by one with the space bar."""
    form = page.locator('[data-quiz="9.b"]')
    for box in form.locator("input").all()[1:]:
        box.focus()
        page.keyboard.press("Space")
        assert box.is_checked()
    form.locator("button").focus()
    page.keyboard.press("Enter")
    line = form.locator("[aria-live]")
    page.wait_for_function("(n) => n.textContent.includes('Right')", arg=line.element_handle())


def check_contrast(page) -> None:
    """All text of verdicts and questions has a contrast of at least 4.5:1."""
    texts = page.locator(
        ".course-verdict span, .course-verdict div, .course-verdict code, .course-verdict pre,"
        " .course-verdict summary, .cq legend, .cq label, .cq .cq-reason, .cq .cq-line"
    )
    assert texts.count() > 20
    for node in texts.all():
        assert node.evaluate(CONTRAST) >= 4.5, node.inner_text()[:60]
