"""A widget in an empty page, without JupyterLab and kernel: quick, and all of it can be read back.

The widget itself is the real Python object. Only what carries its traits to the browser and back is
replaced: by a small object with the five methods of a widget's model.
"""

from __future__ import annotations

import base64
import io
import re

import numpy as np
from PIL import Image

TRAITS = ("texts", "state", "result", "question", "choice")
FROM_THE_BROWSER = ("state", "choice")

MOUNT = """
async ({ code, css, traits }) => {
  const style = document.createElement("style");
  const place = document.createElement("div");
  style.textContent = css;
  document.head.append(style);
  document.body.append(place);
  const heard = [];
  const call = (name) => heard.filter(([event]) => event === `change:${name}`)
    .forEach(([, answer]) => answer());
  // JSON is what really travels; a copy, so that nobody changes what the other side holds
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = copy(value); call(name); },
    save_changes: () => window.sent.push(copy(traits)),
    on: (event, answer) => heard.push([event, answer]),
    off: (event, answer) => {
      const at = heard.findIndex((one) => one[0] === event && one[1] === answer);
      if (at >= 0) heard.splice(at, 1);
    },
  };
  window.sent = [];
  window.model = model;
  window.listeners = heard;
  const source = new Blob([code], { type: "text/javascript" });
  window.widget = await import(URL.createObjectURL(source));
  window.leave = await window.widget.default.render({ model, el: place });
}
"""
# What an SVG shows: for each element its kind, words, centre and size (in units of the picture),
# the names of its colours, and some forty points along a line.
SHAPES = """
(svg) => {
  const root = svg.closest(".cw");
  const names = {};
  for (const name of ["lift", "line", "soft", "paper", "pred", "plum", "param", "grad", "data"]) {
    const probe = root.appendChild(document.createElement("i"));
    probe.style.color = `var(--cw-${name})`;
    names[getComputedStyle(probe).color] = name;
    probe.remove();
  }
  return [...svg.querySelectorAll("text, rect, circle, ellipse, path, image")]
    .filter((node) => !node.closest("defs, clipPath"))
    .map((node) => {
      const { x, y, width, height } = node.getBBox();
      const { fill, stroke, fontStyle } = getComputedStyle(node);
      const long = node.tagName === "path" && fill === "none" ? node.getTotalLength() : 0;
      const along = [...Array(long ? 41 : 0).keys()]
        .map((at) => node.getPointAtLength(at / 40 * long));
      return { tag: node.tagName, text: node.tagName === "text" ? node.textContent : "",
        x: x + width / 2, y: y + height / 2, width, height, italic: fontStyle === "italic",
        fill: names[fill] ?? fill, stroke: names[stroke] ?? stroke,
        points: along.map((point) => [point.x, point.y]),
        tip: node.parentNode.querySelector(":scope > title")?.textContent ?? "" };
    });
}
"""


class View:
    """A widget on a page: what was sent can be read, and Python's answer given, step by step."""

    def __init__(self, page, widget, code: str = ""):
        self.page, self.widget = page, widget
        traits = {name: getattr(widget, name) for name in TRAITS if widget.has_trait(name)}
        source = {"code": str(widget._esm) + code, "css": str(widget._css), "traits": traits}
        page.evaluate(MOUNT, source)
        self.root = page.locator(".cw")
        self.labels = traits.get("texts", {}).get("labels", {})

    @property
    def sent(self) -> list[dict]:
        """What the browser has sent, oldest first."""
        sent = self.page.evaluate("() => window.sent")
        name = next(name for name in FROM_THE_BROWSER if self.widget.has_trait(name))
        return [traits[name] for traits in sent]

    def answer(self, asked: dict | None = None) -> dict:
        """Let Python answer what was sent last (or `asked`); returns the result it gave."""
        name = next(name for name in FROM_THE_BROWSER if self.widget.has_trait(name))
        setattr(self.widget, name, asked or self.sent[-1])
        return self.show(self.widget.result)

    def show(self, result: dict) -> dict:
        """Give the browser this result."""
        self.page.evaluate("(result) => window.model.set('result', result)", result)
        return result

    def press(self, words: str) -> dict | None:
        """Click the button that carries these words; returns what was sent."""
        self.root.get_by_role("button", name=words, exact=True).click()
        return self.sent[-1] if self.sent else None

    def shapes(self, **wanted) -> list[dict]:
        """What the picture consists of, e.g. shapes(tag="circle", fill="param")."""
        found = self.root.locator(".cw-stage svg").evaluate(SHAPES)
        return [s for s in found if all(s[key] == value for key, value in wanted.items())]

    def text(self, words: str) -> dict:
        """The one text of the picture that says this."""
        (found,) = self.shapes(tag="text", text=words)
        return found

    def pixels(self, what: str = ".cw-stage canvas"):
        """The pixels of a canvas or image: (rows, columns, 4) of 0 to 255."""
        source = self.root.locator(what).evaluate(
            "(node) => node.toDataURL ? node.toDataURL() : node.getAttribute('href')")
        png = base64.b64decode(source.removeprefix("data:image/png;base64,"))
        return np.array(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=int)


def number(text: str) -> float:
    """Read a number with its true minus sign, and with words or arrows around it."""
    (found,) = re.findall(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?", text.replace("−", "-"))
    return float(found)


def inside(box, shapes):
    """Those shapes whose centre lies in a rectangle."""
    return [s for s in shapes if abs(s["x"] - box["x"]) <= box["width"] / 2 + 1
            and abs(s["y"] - box["y"]) <= box["height"] / 2 + 1]


def axes_of(box, texts, log=False, reach=45):
    """Read the axes left of and below a rectangle, as a person does: by their labels.

    Parameters
    ----------
    box : dict
        A shape: the place of the curves.
    texts : list of dict
        All texts of the picture.
    log : bool
        The vertical axis counts powers of ten: "1e−4" is −4.
    reach : float
        How far outside of the rectangle a label may stand.

    Returns
    -------
    across, upwards : callable
        From a place in the picture (x, or y) to the number there.
    """
    texts = [t for t in texts if t["fill"] == "soft" and not t["text"].strip("−e.0123456789")]
    left, low = box["x"] - box["width"] / 2, box["y"] + box["height"] / 2
    beside = [t for t in texts if 0 < left - t["x"] < reach
              and abs(t["y"] - box["y"]) < box["height"] / 2 + 5]
    below = [t for t in texts if 0 < t["y"] - low < reach
             and abs(t["x"] - box["x"]) < box["width"] / 2 + 5]
    read = (lambda text: np.log10(number(text))) if log else number
    return _scale(below, "x", number, 1), _scale(beside, "y", read, -1)


def _scale(labels, along, read, sense):
    assert len(labels) >= 3
    places, values = [t[along] for t in labels], [read(t["text"]) for t in labels]
    slope, start = np.polyfit(places, values, 1)
    assert np.sign(slope) == sense, "numbers must grow to the right and upwards"
    # Each label must stand at its number: to a pixel, for a word has no sharper place.
    assert np.abs((np.array(values) - start) / slope - places).max() < 1
    return lambda place: slope * place + start
