"""Moving a widget's controls as a person does, and timing what follows."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path

# Everything that can be seen of a widget's picture, as one short text. Control states and words
# are left out on purpose: only the picture counts.
PROBE = """
(root) => {
  let hash = 0;
  const add = (text) => {
    for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  };
  for (const svg of root.querySelectorAll(".cw-stage svg")) add(svg.innerHTML);
  for (const canvas of root.querySelectorAll(".cw-stage canvas")) {
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4 * 17) {
      hash = (hash * 31 + data[i] + 3 * data[i + 1] + 7 * data[i + 2]) | 0;
    }
  }
  return hash;
}
"""
# How long a picture may take before we say that it never came. Only a dead widget waits so long:
# the limit has to be far above what a busy machine needs.
PATIENCE = 30  # seconds
# Both wait in the page: to ask from here, again and again, takes longer than the picture does.
CHANGED = f"""
async (root, before) => {{
  const look = {PROBE};
  const end = performance.now() + {1000 * PATIENCE};
  while (look(root) === before) {{
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }}
  return true;
}}
"""
SETTLED = f"""
async (root) => {{
  const look = {PROBE};
  let [last, same] = [look(root), 0];
  for (let i = 0; i < 400 && same < 3; i++) {{
    await new Promise((resolve) => setTimeout(resolve, 40));
    const now = look(root);
    same = now === last ? same + 1 : 0;
    last = now;
  }}
  return last;
}}
"""
# Time from the keydown event to the first frame whose picture differs, in milliseconds.
ARM = (
    "(root) => { const look = "
    + PROBE
    + """;
  window.courseLatency = new Promise((resolve) => {
    const before = look(root);
    let pressed = null;
    const note = () => { pressed ??= performance.now(); };
    root.addEventListener("keydown", note, true);
    const end = performance.now() + """
    + str(1000 * PATIENCE)
    + """;
    const done = (value) => { root.removeEventListener("keydown", note, true); resolve(value); };
    const tick = () => {
      if (pressed !== null && look(root) !== before) return done(performance.now() - pressed);
      if (performance.now() > end) return done(null);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}"""
)


# Share of coloured pixels in what is painted pixel by pixel: 1 where nothing is.
COLOURED = """
async (root) => {
  const surfaces = [...root.querySelectorAll(".cw-stage canvas")];
  for (const image of root.querySelectorAll(".cw-stage svg image")) {
    const copy = new Image();
    copy.src = image.getAttribute("href");
    await copy.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [copy.width, copy.height];
    canvas.getContext("2d").drawImage(copy, 0, 0);
    surfaces.push(canvas);
  }
  const shares = surfaces.map((canvas) => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, a] = data.slice(at, at + 4);
      if (a > 20 && Math.max(r, g, b) - Math.min(r, g, b) > 20) coloured++;
    }
    return coloured / (data.length / 4);
  });
  return Math.min(1, ...shares);
}
"""


def coloured(widget) -> float:
    """Share of the pixels that have a colour, in the least coloured canvas or map."""
    return widget.evaluate(COLOURED)


def picture(widget) -> int:
    """A number that changes with the picture."""
    return widget.evaluate(PROBE)


def wait_for_change(page, widget, before: int) -> bool:
    """Wait until the picture differs from ``before``; False if it never does."""
    return widget.evaluate(CHANGED, before)


def settle(page, widget) -> int:
    """Wait until the picture stands still (a training run may be playing) and return it."""
    return widget.evaluate(SETTLED)


def latency(page, widget, control, moves: int = 30) -> dict:
    """Time arrow keys on a slider or number field, from key to picture: median and p95 in ms."""
    times = []
    control.focus()
    for move in range(moves):
        settle(page, widget)
        value, low, high = control.evaluate("(n) => [n.value, n.min, n.max].map(Number)")
        # back and forth, so that no end is in the way; fields and sliders both know up and down
        key = "ArrowUp" if (move % 2 == 0 and value < high) or value <= low else "ArrowDown"
        widget.evaluate(ARM)
        page.wait_for_timeout(40)
        page.keyboard.press(key)
        times.append(page.evaluate("() => window.courseLatency"))
    seen = sorted(time for time in times if time is not None)
    if not seen:
        return {"moves": 0, "missed": moves, "median": None, "p95": None}
    return {
        "moves": len(seen),
        "missed": moves - len(seen),
        "median": round(statistics.median(seen), 1),
        "p95": round(seen[int(0.95 * (len(seen) - 1))], 1),
    }


def keep(name: str, figures: dict) -> None:
    """Add latencies under this name to the JSON file that COURSE_LATENCY names, if it names one."""
    if target := os.environ.get("COURSE_LATENCY"):
        path = Path(target)
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**known, name: figures}, indent=1))
