"""Explain an exception in a student's code: where, what, and with which shapes."""

from __future__ import annotations

import linecache
import re
import site
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

import numpy as np

from helpers.kit.values import shorten

_COURSE = str(Path(__file__).resolve().parents[1])
_FOREIGN = tuple(
    {
        _COURSE,
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        "<frozen",
        "<string>",  # methods that Python itself has written, as for a dataclass
        "<__array_function__",
    }
)
"""Files that start like this are not the student's: the course, Python and installed packages."""


@dataclass
class Explanation:
    """An exception in plain words.

    `sentences` say what it means, `shapes` (the last of them, if any) which arrays met.
    `unfinished` says that the error comes from a place that still holds `...` or raises
    NotImplementedError, `outside` that no line of the student's code was running, `sentence` is
    what the course's own harness says about a result, a whole sentence.
    """

    sentences: list[str] = field(default_factory=list)
    where: str = ""
    line: str = ""
    message: str = ""
    shapes: str = ""
    rule_known: bool = False
    unfinished: bool = False
    outside: bool = False
    sentence: str = ""


def home(answer) -> str:
    """The file in which `answer` (a function or a class) was written; "" if unknown."""
    if isinstance(answer, type):
        codes = [getattr(v, "__code__", None) for v in vars(answer).values()]
        return next((c.co_filename for c in codes if c is not None), "")
    answer = getattr(answer, "__func__", answer)
    answer = getattr(answer, "func", answer)  # functools.partial
    code = getattr(answer, "__code__", None)
    if code is None:  # an object with a method __call__
        code = getattr(vars(type(answer)).get("__call__"), "__code__", None)
    return code.co_filename if code else ""


def is_students(filename: str, own: str) -> bool:
    """Whether a frame in `filename` belongs to the student, whose answer stands in `own`."""
    return filename == own or not filename.startswith(_FOREIGN)


def place(filename: str, lineno: int) -> str:
    """Say where a line is: "line 3 of your cell", "line 3 of file.py"."""
    cell = "ipykernel" in filename or filename.startswith("<ipython-input")
    return f"line {lineno} of your cell" if cell else f"line {lineno} of {Path(filename).name}"


def source_line(filename: str, lineno: int) -> str:
    """The text of a line, also of one in a notebook cell; "" if it is not to be had."""
    return linecache.getline(filename, lineno).strip()


def quoted(text: str, width: int = 120) -> str:
    """`text` as code inside a sentence, whatever backticks or line ends it has itself."""
    return "`" + shorten(" ".join(text.replace("`", "'").split()), width) + "`"


def text_of(error: BaseException) -> str:
    """`str(error)`, or nothing where a student's own exception cannot say it."""
    try:
        return str(error)
    except BaseException as other:
        if isinstance(other, KeyboardInterrupt):
            raise
        return ""


def explain(error: BaseException, answer: Callable) -> Explanation:
    """Explain `error`, raised while `answer` ran.

    Returns
    -------
    Explanation
        Its sentences name the student's own line, the shapes of the arrays in it, and what the
        exception means.
    """
    message = shorten(text_of(error), 200)
    found = Explanation(message=f"{type(error).__name__}: {message}".rstrip(": "))
    frame, lineno = _students_frame(error.__traceback__, home(answer))
    if frame is None:
        found.outside = True
        found.sentence = _harness_says(error)
    else:
        filename = frame.f_code.co_filename
        found.where, found.line = place(filename, lineno), source_line(filename, lineno)
    about_shapes = isinstance(error, (ValueError, IndexError, TypeError))
    found.unfinished = type(error) is NotImplementedError or _meets_ellipsis(error)
    if frame is not None and about_shapes:
        shapes = _shapes_in_line(found.line, frame.f_locals)
        found.shapes = _shape_sentence(shapes, _rule(text_of(error)))
        found.rule_known = bool(_rule(text_of(error)))
    found.sentences = [s for s in (_meaning(error), found.shapes) if s]
    return found


def _meets_ellipsis(error: BaseException) -> bool:
    """Whether a `...` stands where a value is needed.

    The word alone is no sign of it: NumPy lists "ellipsis (`...`)" among the valid indices.
    """
    kinds = (TypeError, AttributeError)
    return isinstance(error, kinds) and bool(re.search(r"\bellipsis\b(?! \(`)", text_of(error)))


def _harness_says(error: BaseException) -> str:
    """The message of an error raised by a line of the course itself, if it is a sentence."""
    text, tb = text_of(error).strip(), error.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    ours = tb is not None and tb.tb_frame.f_code.co_filename.startswith(_COURSE)
    said = ours and isinstance(error, (ValueError, NotImplementedError))
    return text if said and text.endswith((".", "!", "?")) else ""


def _students_frame(tb: TracebackType | None, own: str) -> tuple[FrameType | None, int]:
    """The innermost frame of the student's own code in a traceback, and its line."""
    best: tuple[FrameType | None, int] = (None, 0)
    depth = 0
    while tb is not None and depth < 5000:
        if is_students(tb.tb_frame.f_code.co_filename, own):
            best = (tb.tb_frame, tb.tb_lineno)
        tb, depth = tb.tb_next, depth + 1
    return best


# --- what the exception means --------------------------------------------------------------------

_MEANINGS: list[tuple[type[BaseException], str, str]] = [
    (NotImplementedError, "", "This part is still to be written."),
    (RuntimeError, "input() waits for the keyboard", "Take what you need from the arguments."),
    (IndexError, "boolean index did not match", "A mask must have the shape of the array that it "
     "picks from."),
    (AttributeError, "'NoneType'", "Something here is None; is a `return` missing further up?"),
    (TypeError, "'NoneType'", "Something here is None; is a `return` missing further up?"),
    (UnboundLocalError, "", "A name is used before it gets a value inside the function."),
    (NameError, "", "A name is used that does not exist here: a typo, or not defined yet?"),
    (RecursionError, "", "The function calls itself without end."),
    (MemoryError, "", "More memory was asked for than there is; is an array far too large?"),
    (SystemExit, "", "The code asked Python to stop (`exit`, `quit` or `sys.exit`). Use `return`."),
    (KeyboardInterrupt, "", "The code raised KeyboardInterrupt."),
    (ZeroDivisionError, "", "Something was divided by zero."),
    (TypeError, "not callable", "Round brackets follow something that is not a function."),
    (TypeError, "for ^:", "In Python `**` is the power; `^` does something else with bits."),
    (TypeError, "bitwise_xor", "In Python `**` is the power; `^` does something else with bits."),
    (TypeError, "not subscriptable", "Square brackets follow something that has no entries."),
    (TypeError, "unexpected keyword", "A function was called with a name it does not have."),
    (TypeError, "only integer scalar arrays", "An axis, a shape or an index must be an integer."),
    (AttributeError, "", "An object has no attribute of that name: a typo, or another type?"),
    (KeyError, "", "A dictionary has no entry under that key."),
    (IndexError, "", "An index lies outside the array or list (the first index is 0)."),
    (AssertionError, "", "An `assert` in the code did not hold."),
    (ValueError, "ambiguous", "One truth value is needed here (`if`, `and`, `max` …), and an "
     "array has many."),
    (ValueError, "not enough values to unpack", "There are more names on the left than values."),
    (ValueError, "too many values to unpack", "There are fewer names on the left than values."),
    (ValueError, "inhomogeneous", "Rows of different lengths do not make an array."),
]


_WHOLE = "An index must be a whole number: `n // 2`, as `n / 2` is a fraction."
_NO_INDEX = re.compile(r"integer or boolean arrays are valid indices|arrays used as indices must be"
                       r"|indices must be integers")  # fmt: skip


def _meaning(error: BaseException) -> str:
    text = text_of(error)
    if _meets_ellipsis(error):
        return "A `...` is still standing where a value is needed."
    if isinstance(error, (IndexError, TypeError)) and _NO_INDEX.search(text):
        return _about_index(error)
    for kind, word, sentence in _MEANINGS:
        if isinstance(error, kind) and (not word or word in text):
            return sentence
    return ""


def _about_index(error: BaseException) -> str:
    """What is the matter with something in square brackets that is no index: a name, a fraction."""
    tb = error.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    if tb is None:
        return _WHOLE
    line = source_line(tb.tb_frame.f_code.co_filename, tb.tb_lineno)
    names = re.findall(r"\[\s*([A-Za-z_]\w*)\s*\]", line)
    if re.search(r"list indices must be integers or slices, not tuple", text_of(error)):
        return "Two indices in one pair of brackets need an array, and this is a list: " \
               "np.array(…) makes one of it."
    keyed = re.search(r"\w\[\s*[frb]?['\"]", line)
    if keyed or any(isinstance(tb.tb_frame.f_locals.get(name), str) for name in names):
        return "A dictionary is expected here (square brackets with a name), and something else " \
               "came, such as an array or a list."  # fmt: skip
    return _WHOLE


# --- shapes --------------------------------------------------------------------------------------

_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.(?:T\b|\w+\b(?!\()))*(?:\[['\"]\w+['\"]\])?")


def _shapes_in_line(line: str, local: dict) -> dict[str, tuple[int, ...]]:
    """Shapes of the arrays named in `line`, `x.T`, `self.x` and `params['W']` included."""
    shapes: dict[str, tuple[int, ...]] = {}
    for text in _NAMES.findall(line.split("#")[0]):
        value = _look_up(text, local)
        if isinstance(value, np.ndarray):
            shapes.setdefault(text, value.shape)
    return dict(list(shapes.items())[:6])


def _look_up(text: str, local: dict):
    """Value of a name with attributes and one key, without running any code of the student's."""
    keyed = re.match(r"(.*)\[['\"](\w+)['\"]\]$", text)
    head, key = keyed.groups() if keyed else (text, None)
    first, *attributes = head.split(".")
    value = local.get(first)
    for name in attributes:
        if isinstance(value, np.ndarray):
            if name != "T":  # x.sum, x.shape: what counts is x itself
                return None
            value = value.T
        else:
            value = getattr(value, "__dict__", {}).get(name)
    return value.get(key) if key is not None and isinstance(value, dict) else value


def _shape_sentence(shapes: dict[str, tuple[int, ...]], rule: str) -> str:
    """"x has shape (4, 3), W has shape (2, 3): inner sizes 3 and 2 must agree"."""
    said = ", ".join(f"`{name}` has shape {shape}" for name, shape in shapes.items())
    if said and rule:
        return f"{said}: {rule}."
    if said:
        return f"{said}."
    return rule[:1].upper() + rule[1:] + "." if rule else ""


def _rule(message: str) -> str:
    """The rule of shapes that NumPy's message is about, with its sizes; "" if it is none."""
    core = re.search(r"matmul.*core dimension.*\(size (\d+) is different from (\d+)\)", message)
    if core:
        return f"inner sizes {core[2]} and {core[1]} must agree"
    dot = re.search(r"shapes (\(.*?\)) and (\(.*?\)) not aligned: (\d+) \(.*?\) != (\d+)", message)
    if dot:
        return f"{dot[1]} times {dot[2]}: inner sizes {dot[3]} and {dot[4]} must agree"
    together = re.search(r"not be broadcast together with shapes ((?:\([\d,]*\) ?)+)", message)
    if together:
        pair = " and ".join(together[1].split())
        return f"shapes {pair} do not fit entry by entry (from the right: equal, or 1)"
    into = re.search(r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
                     message)  # fmt: skip
    if into:
        return f"an array of shape {into[1]} does not fit into {into[2]}"
    reshape = re.search(r"cannot reshape array of size (\d+) into shape (\(.*?\))", message)
    if reshape:
        return f"{reshape[1]} numbers do not fill the shape {reshape[2]}"
    axis = re.search(r"axis (-?\d+) is out of bounds for array of dimension (\d+)", message)
    if axis:
        return f"there is no axis {axis[1]}; the array has {axis[2]} axes, counted from 0"
    bound = re.search(r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", message)
    if bound:
        return f"index {bound[1]} on axis {bound[2]}, which has only {bound[3]} entries"
    many = re.search(r"too many indices for array: array is (\d+)-dimensional, but (\d+)", message)
    if many:
        return f"{many[2]} indices for an array with {many[1]} axes"
    return ""

