"""JupyterLab's Presentation Mode on a screen of 1280×720: all words grow, and nothing collides."""

from __future__ import annotations

import pytest

from tests.browser import lab
from tests.browser.test_quiz_in_lab import SETUP
from tests.browser.test_widgets_in_lab import CHAPTERS, constructor, shot, widgets_of

SEEN = 598  # pixels: the height that JupyterLab leaves for the notebook on such a screen
FONT = {"normal": 13, "presentation": 16}  # pixels: one less than the text around
# whose picture and controls are seen together
TOGETHER = ("W3.1", "W3.6", "W5.1", "W5.2", "W5.3", "W5.4", "W5.5")

# Of a widget: its font, whether something sticks out, pairs of words or controls that collide.
LOOK = """
(root) => {
  const box = (node) => node.getBoundingClientRect();
  const edge = box(root);
  const name = (node) => node.textContent.trim() || node.name || node.tagName;
  const meet = (a, b, part) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      > Math.max(part * Math.max(a.height, b.height), 1);
  const clashes = (nodes, part) => nodes.flatMap((one, at) => nodes.slice(0, at)
    .filter((other) => !one.contains(other) && !other.contains(one)
      && meet(box(one), box(other), part))
    .map((other) => `${name(one)} | ${name(other)}`));
  const all = (what) => [...root.querySelectorAll(what)].filter((node) => box(node).width > 0);
  const words = all("svg text").filter((node) => node.textContent.trim());
  const controls = all("button, select, input, .cw-field > span, .cw-check");
  const canvas = root.querySelector("canvas");
  return { font: parseFloat(getComputedStyle(root).fontSize),
    out: [...words, ...controls].filter((node) => box(node).right > edge.right + 1).map(name),
    // a line of letters is higher than its letters: words may share a third of it
    clashes: [...clashes(words, 0.3), ...clashes(controls, 0)],
    scrolls: all(".cw-stage").some((node) => node.scrollWidth > node.clientWidth + 1
      || node.scrollHeight > node.clientHeight + 1),
    dots: canvas ? canvas.width / canvas.clientWidth : 1,
    together: all(".cw-stage").length ? box(root.querySelector(".cw-stage")).bottom
      - box(root.querySelector(".cw-controls")).top : 0 };
}
"""


def present(page) -> None:
    """Switch to Presentation Mode."""
    command = "application:toggle-presentation-mode"
    page.evaluate("(name) => window.jupyterapp.commands.execute(name)", command)
    page.wait_for_selector(".jp-mod-presentationMode")
    page.wait_for_timeout(500)  # for what follows the new width


def look_at(page, at: int, what: str) -> dict:
    """Go to a cell and look at the widget or question in it."""
    page.evaluate("(at) => window.jupyterapp.shell.currentWidget.content.scrollToItem(at)", at)
    page.locator(what).wait_for()
    page.wait_for_timeout(300)
    return page.locator(what).evaluate(LOOK)


@pytest.fixture
def opened(page, open_lab, tmp_path):
    """A function (cells) -> page of 1280×720 on which they have run."""
    def run(cells):
        page.set_viewport_size({"width": 1280, "height": 720})
        lab.notebook_of(cells, tmp_path / "shown.ipynb")
        lab.run_all(page, open_lab(tmp_path).url, "shown.ipynb")
        assert lab.cell_errors(page) == []
        return page

    return run


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_widgets_grow_with_the_text_and_nothing_collides(chapter, opened):
    package, _, leaf = CHAPTERS[chapter].rpartition(".")
    widgets = widgets_of(CHAPTERS[chapter])
    page = opened([f"from {package} import {leaf}",
                   *(f"{leaf}.{constructor(widget)}" for widget in widgets.values())])
    for mode, font in FONT.items():
        if mode == "presentation":
            present(page)
        for at, name in enumerate(widgets, start=1):
            seen = look_at(page, at, f'[data-widget="{name}"]')
            shot(page, f"{name}_{mode}")
            assert seen["font"] == font, name
            assert not seen["out"] and not seen["clashes"] and not seen["scrolls"], (name, seen)
            assert seen["dots"] == pytest.approx(1, abs=0.01), f"{name}: the canvas is blurred"
            if name in TOGETHER:
                assert seen["together"] <= SEEN
    assert page.complaints == []


def test_questions_verdicts_and_figures_grow_too(opened):
    figure = ('from helpers.cnn import plots\nfrom helpers.kit import show\n'
              'show(plots.plot_blocks(), alt="Four ways to join layers in a network")\n')
    page = opened([SETUP, 'quiz("9.a")', 'check("9.1", lambda x: x + 1);', figure])
    content = "(node) => parseFloat(getComputedStyle(node).fontSize)"
    found = {}
    for mode in FONT:
        if mode == "presentation":
            present(page)
        seen = look_at(page, 1, '[data-quiz="9.a"]')
        assert not seen["out"] and not seen["clashes"]
        legend = page.locator('[data-quiz="9.a"] legend').evaluate(content)
        verdict = page.locator(".course-verdict").evaluate(content)
        page.evaluate("() => window.jupyterapp.shell.currentWidget.content.scrollToItem(3)")
        picture = page.locator("figure img")
        room = picture.evaluate("(node) => node.closest('figure').clientWidth")
        found[mode] = seen["font"], round(legend), verdict, picture.bounding_box()["width"] / room
    assert found["normal"][:3] == (13, 14, 14)
    assert found["presentation"][:3] == (16, 17, 17)
    assert found["normal"][3] > 0.85 and found["presentation"][3] == pytest.approx(1, abs=0.01)
    assert page.complaints == []
