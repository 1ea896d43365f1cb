"""W3.6 in a real JupyterLab: how soon a stroke is answered. The network is untrained."""

import statistics

from tests.browser import handling, lab
from tests.browser.mounting import number
from tests.cnn import hand

SIDE = 28

# From each pointermove to the frame in which the probabilities of that stroke are on the screen.
WATCH = """
(area) => {
  const watch = window.courseStrokes = { waiting: [], since: {}, times: [] };
  area.addEventListener("pointermove", () => watch.waiting.push(performance.now()), true);
  new MutationObserver(() => {
    const [sent, answered] = [Number(area.dataset.sent), Number(area.dataset.answered)];
    if (watch.waiting.length && !(sent in watch.since)) {
      watch.since[sent] = watch.waiting[0];
      watch.waiting = [];
    }
    for (const [at, begun] of Object.entries(watch.since)) {
      if (begun === null || Number(at) > answered) continue;
      watch.since[at] = null;
      requestAnimationFrame(() => watch.times.push(performance.now() - begun));
    }
  }).observe(area, { attributes: true });
}
"""


def draw_digits(page, widget, digits):
    """Draw as a person does; returns how many moves had been answered after each stroke."""
    box = widget.locator("[data-control=pad]").bounding_box()
    answered = []
    for digit in digits:
        widget.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_timeout(300)
        for stroke in hand.drawn(digit):
            for at, (x, y) in enumerate(stroke):
                page.mouse.move(box["x"] + x / SIDE * box["width"],
                                box["y"] + y / SIDE * box["height"])
                if not at:
                    page.mouse.down()
                page.wait_for_timeout(12)  # as often as a mouse tells where it is
            answered.append(page.evaluate("() => window.courseStrokes.times.length"))
            page.mouse.up()
    return answered


def draw_slowly(page, widget, moves):
    """One move at a time, each answered before the next, as `handling.latency` does."""
    area = widget.locator("[data-control=pad]")
    box = area.bounding_box()
    widget.get_by_role("button", name="Clear", exact=True).click()
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for move in range(moves):
        all_answered(page, area)
        page.wait_for_timeout(100)
        page.mouse.move(box["x"] + 30 + 7 * move, box["y"] + 60 + 40 * (move % 2))
    page.mouse.up()


def all_answered(page, area):
    page.wait_for_function("(area) => area.dataset.sent === area.dataset.answered",
                           arg=area.element_handle())
    page.wait_for_timeout(50)  # the frame after


def times_of(page) -> dict:
    times = sorted(page.evaluate("() => window.courseStrokes.times.splice(0)"))
    assert times
    return {"moves": len(times), "median": round(statistics.median(times), 1),
            "p95": round(times[int(0.95 * (len(times) - 1))], 1)}


def test_strokes_are_answered_while_they_are_drawn(page, open_lab, tmp_path, record_property):
    """P6 asks for 100 ms at p95. The machine may be busy: the figures are reported, and asserted
    is only that every stroke is answered, during the drawing and not after it."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    cells = ["from helpers.cnn import networks, widgets",
             "widgets.draw_digit(network=networks.article_cnn())"]
    lab.notebook_of(cells, folder / "draw.ipynb")
    lab.run_all(page, open_lab(folder).url, "draw.ipynb")
    assert lab.cell_errors(page) == []
    widget = page.locator('[data-widget="W3.6"]')
    area = widget.locator("[data-control=pad]")
    area.wait_for(timeout=30_000)
    area.scroll_into_view_if_needed()
    area.evaluate(WATCH)
    figures = {}
    draw_slowly(page, widget, 30)
    all_answered(page, area)
    figures["W3.6, one move at a time"] = times_of(page)
    during = draw_digits(page, widget, (3, 8, 4))
    all_answered(page, area)
    figures["W3.6, drawing"] = times_of(page)
    for name, figure in figures.items():
        record_property("measured", f"stroke to probabilities, {name}: {figure['moves']} moves, "
                                    f"median {figure['median']} ms, p95 {figure['p95']} ms")
    handling.keep("03_cnn strokes", figures)
    unanswered = page.evaluate(
        "() => Object.values(window.courseStrokes.since).filter((since) => since !== null).length")
    assert unanswered == 0 and figures["W3.6, drawing"]["moves"] > 30
    assert during[0] > 0 and during == sorted(set(during))
    shares = [number(text) for text in widget.locator("text").all_text_contents()
              if text.endswith(" %")]
    assert shares and page.complaints == []
