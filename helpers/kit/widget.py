"""What every widget of the course is built on: Python computes, the browser draws.

A widget is a class with four texts, an initial state and one pure function::

    class Lens(Widget):
        id, title, task, notice, labels = ...      # every word a learner reads
        initial = {"n": 2}
        source = "lens.js"                         # draws; lies beside the module
        @staticmethod
        def compute(state): ...                    # -> numbers, lists, NumPy arrays
        @classmethod
        def picture(cls, result): ...              # -> matplotlib Figure, the static twin

The browser sends ``state``; Python answers with ``result``. Nothing else travels, so the
whole of a widget's content can be tested without a browser. ``widget.js`` (sliders, buttons,
the frame) is put in front of the widget's own JavaScript: together they are one ES module
without any import.
"""

from __future__ import annotations

import base64
import html
import inspect
import math
from pathlib import Path

import anywidget
import numpy as np
import traitlets

VIEW = "application/vnd.jupyter.widget-view+json"
HERE = Path(__file__).parent
COMMON = {"task_head": "Try this", "notice_head": "What to notice"}


class Widget(anywidget.AnyWidget):
    """Base of all widgets; see the module's text for what a subclass brings.

    Parameters
    ----------
    **changes
        Entries of ``initial`` that shall start with another value.

    Raises
    ------
    ValueError
        If an entry of that name does not exist.
    """

    id = ""
    title = ""
    task = ""  # one sentence: what to do
    notice = ""  # what to notice; the view hides it until something was moved
    labels: dict = {}  # words on controls and pictures, by the key the JavaScript uses
    initial: dict = {}
    source = ""  # the JavaScript file beside the subclass's module

    # The browser's own echo of `state` would only arrive late and undo a newer move.
    state = traitlets.Dict().tag(sync=True, echo_update=False)
    result = traitlets.Dict().tag(sync=True)
    texts = traitlets.Dict().tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "source" in cls.__dict__:  # not in the class that anywidget derives at run time
            own = Path(inspect.getfile(cls)).with_name(cls.source)
            files = (HERE / "widget.js", own)
            cls._esm = "\n".join(f.read_text(encoding="utf-8") for f in files)
            cls._css = (HERE / "widget.css").read_text(encoding="utf-8")

    def __init__(self, **changes):
        unknown = sorted(set(changes) - set(self.initial))
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no setting {unknown[0]!r}; "
                f"it knows {', '.join(sorted(self.initial))}."
            )
        start = {**self.initial, **changes}
        texts = {"id": self.id, "title": self.title, "task": self.task, "notice": self.notice}
        texts |= {"labels": {**COMMON, **self.labels}, "initial": plain(start)}
        super().__init__(state=start, result=plain(self.compute(start)), texts=texts)
        self.observe(self._answer, names="state")

    def _answer(self, change) -> None:
        """Compute the picture for a state that the browser has sent."""
        result = plain(self.compute({**self.initial, **change["new"]}))
        # The view takes over a state only if it has not moved on since it asked.
        self.result = {**result, "serial": change["new"].get("serial", 0)}

    @staticmethod
    def compute(state: dict) -> dict:
        """Turn a state into what the view draws; ``"summary"`` says it in words."""
        raise NotImplementedError

    @classmethod
    def picture(cls, result: dict):
        """Draw a result as a matplotlib Figure: what is shown where no kernel runs."""
        raise NotImplementedError

    def alt(self) -> str:
        """Say in words what the first picture shows."""
        return f"{self.id} {self.title} – {self.result.get('summary', '')}"

    def _repr_mimebundle_(self, **kwargs):
        """Offer the live view and, for everywhere without a kernel, its static twin."""
        from helpers.kit.figures import to_png

        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        data, metadata = {VIEW: view}, {}
        if hasattr(super(), "_repr_mimebundle_"):  # missing in anywidget 0.9.0 on ipywidgets 7
            data, metadata = super()._repr_mimebundle_(**kwargs)
        picture, width = to_png(self.picture(self.compute(self.state)))
        alt = html.escape(self.alt(), quote=True)
        source = f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}"
        # As in kit.figures: of all ways to send a picture this one keeps its alt text.
        twin = f'<img alt="{alt}" width="{width}" src="{source}">'
        return {**data, "text/html": twin, "text/plain": self.alt()}, metadata

    _ipython_display_ = None  # ipywidgets 7 has one that would show no twin


def plain(value):
    """Turn arrays and NumPy numbers into what JSON can carry.

    Parameters
    ----------
    value : object
        Nested dicts, lists, tuples, numbers, strings and arrays. An array of uint8 (a
        picture) becomes ``{"shape": [...], "bytes": base64}``, any other a nested list.

    Returns
    -------
    object
        The same without NumPy; a number that is not finite becomes None.
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype == np.uint8:
        packed = base64.b64encode(np.ascontiguousarray(value).tobytes())
        return {"shape": list(value.shape), "bytes": packed.decode("ascii")}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def limited(value, low, high, default):
    """Read a number that came from the browser and keep it within bounds.

    Parameters
    ----------
    value : object
        A number, perhaps as text; an emptied field sends None or "".
    low, high : float
        Bounds, both allowed.
    default : int or float
        What stands for something that is no number; its type is the type of the answer.

    Returns
    -------
    int or float
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    if not math.isfinite(number):
        return default
    number = min(max(number, low), high)
    return int(round(number)) if isinstance(default, int) else number


def words(number: float) -> str:
    """Write a number as a learner would: 0.182, 12, 3.1e-09."""
    if number is None or not math.isfinite(number):
        return "beyond all bounds"
    if number != 0 and not 1e-3 <= abs(number) < 1e5:
        mantissa, power = f"{number:.1e}".split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    text = f"{number:.0f}" if abs(number) >= 1000 else f"{number:.3g}"
    return text.replace("-", "−")


def canvas(width: float, height: float):
    """Make an empty matplotlib Figure (inches) that no global state knows of."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=100, layout="constrained", facecolor="white")
