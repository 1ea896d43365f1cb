"""How values are written in a verdict, and what two values have to do with each other."""

from __future__ import annotations

import numpy as np

PRINT = {"precision": 4, "suppress_small": False, "threshold": 30, "edgeitems": 2}
"""A verdict shows arrays of up to 30 numbers whole and only the corners of larger ones."""

PRINT_DEEP = {**PRINT, "edgeitems": 1}
"""With three axes or more, two entries at each edge would fill the screen."""


def compact(value, name: str = "") -> str:
    """Write `value` in a few lines at most: shape first, then the numbers.

    Parameters
    ----------
    value : anything
        What a student's function got or gave.
    name : str, optional
        Written before it, as in an assignment.
    """
    lead = f"{name} = " if name else ""
    if isinstance(value, np.ndarray) and value.ndim:
        kind = "" if value.dtype == np.float64 else f", {value.dtype}"
        shown, how = value, PRINT
        if value.ndim > 2:   # one image of one channel reads best as rows and columns
            shown = value.squeeze()
            kind += f", written as {shown.shape}" if 0 < shown.ndim < value.ndim else ""
            how = PRINT_DEEP if shown.ndim > 2 else PRINT
        numbers = np.array2string(shown, max_line_width=76, **how)
        return f"{lead}array of shape {value.shape}{kind}\n{numbers}"
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.item()
    if isinstance(value, float):
        return f"{lead}{value:.8g}"
    if isinstance(value, dict):
        inner = [compact(v, f"{name}[{k!r}]") for k, v in list(value.items())[:4]]
        return "\n".join(inner) or f"{lead}{{}}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return "\n".join(compact(v, f"{name}[{i}]") for i, v in enumerate(value[:4]))
    if callable(value):
        return f"{lead}{getattr(value, '__name__', type(value).__name__)} (a function)"
    return lead + shorten(safe_repr(value), 200)


def safe_repr(value) -> str:
    """`repr(value)`, or the name of its type where a student's `__repr__` fails."""
    try:
        return repr(value)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"<{type(value).__name__}>"


def shorten(text: str, width: int) -> str:
    """`text`, cut to `width` characters with an ellipsis."""
    return text if len(text) <= width else text[: width - 1] + "…"


def kind_of(value) -> str:
    """What `value` is, in words: "an array of shape (2, 3)", "a number", "nothing (None)"."""
    if value is None:
        return "nothing (None)"
    if value is ...:
        return "`...`"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return f"{bool(value)}"
    if isinstance(value, (int, float, complex, np.number, np.ndarray)):
        return f"the number {compact(value)}"
    if isinstance(value, (list, tuple)):
        many = "1 entry" if len(value) == 1 else f"{len(value)} entries"
        return f"a {type(value).__name__} with {many}"
    if isinstance(value, dict):
        return "a dictionary with " + ("1 entry" if len(value) == 1 else f"{len(value)} entries")
    if isinstance(value, str):
        return f"the text {shorten(safe_repr(value), 40)}"
    return with_article(type(value).__name__)


def with_article(word: str) -> str:
    """"a list", "an IndexError", "a ufunc"."""
    vowel = word[:1].lower() in "aeiou" and not word.lower().startswith("uf")
    return f"{'an' if vowel else 'a'} {word}"


def relation(got: np.ndarray, expected: np.ndarray) -> str:
    """What turns `got` into `expected`, in one sentence; "" if nothing simple does.

    Looks for a transposition, superfluous or missing axes, a constant factor, a constant term, a
    flipped sign and a sum that was not taken.
    """
    if got.size == 0 or expected.size == 0 or "c" in (got.dtype.kind, expected.dtype.kind):
        return ""
    if got.shape != expected.shape:
        return _shape_relation(got, expected)
    finite = np.isfinite(got).all() and np.isfinite(expected).all()
    if not finite or expected.size < 2 or np.ptp(expected) == 0:
        return ""
    if _alike(got, -expected):
        return "The sign is flipped: the values are right but for a minus."
    square = got.ndim == 2 and got.shape[0] == got.shape[1]
    if square and _alike(got.T, expected):
        return "The values are right but transposed."
    nonzero = expected != 0
    factor = float(np.median(got[nonzero] / expected[nonzero]))
    if factor != 0 and _alike(got, factor * expected):
        return f"Every value is {factor:.6g} times what it should be."
    offset = float(np.median(got - expected))
    if _alike(got, expected + offset):
        return f"Every value is off by the same amount, {offset:.6g}."
    if _alike(np.sort(got, axis=None), np.sort(expected, axis=None)):
        return "The right numbers are there, in other places."
    return ""


def _shape_relation(got: np.ndarray, expected: np.ndarray) -> str:
    if got.squeeze().shape == expected.squeeze().shape:
        same = _alike(got.squeeze(), expected.squeeze())
        if same and got.ndim > expected.ndim:
            return (
                "The values are right; an axis of length 1 is too many (`keepdims=True` "
                "keeps one, `[0]` or `.squeeze()` takes one away)."
            )
        if same and got.ndim < expected.ndim:
            return (
                "The values are right; an axis of length 1 is missing (`keepdims=True` keeps it)."
            )
        if same:
            return "The values are right; the axis of length 1 is in the wrong place."
    if got.ndim == 2 and got.T.shape == expected.shape:
        if _alike(got.T, expected):
            return "It is transposed: `.T` would make it right."
        return "Transposed it would have the right shape."
    for axis in range(got.ndim):
        if _alike(got.sum(axis=axis), expected):
            return f"The sum over axis {axis} is missing."
        if _alike(got.mean(axis=axis), expected):
            return f"The mean over axis {axis} is missing."
    return ""


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    # Only for a remark beside a verdict that is already "wrong": ordinary closeness is enough.
    if a.shape != b.shape:
        return False
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, rtol=1e-5, atol=1e-9 * (np.abs(b).max(initial=0) or 1)))


def largest_difference(got: np.ndarray, expected: np.ndarray) -> tuple[tuple[int, ...], float]:
    """Index and size of the largest difference between two arrays of one shape; NaN counts most."""
    with np.errstate(all="ignore"):
        gap = np.abs(np.asarray(got, dtype=complex) - np.asarray(expected, dtype=complex))
    both = (np.isnan(got) & np.isnan(expected)) | (got == expected)
    gap = np.where(both, 0.0, np.where(np.isnan(gap), np.inf, gap))
    index = np.unravel_index(int(np.argmax(gap)), gap.shape)
    return tuple(int(i) for i in index), float(gap[index])


def and_list(names) -> str:
    """"a", "a and b", "a, b and c"."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


_FUNCTIONS = {"log", "exp", "sin", "cos", "tan", "tanh", "sqrt", "arg", "max", "min", "argmax"}
"""Names that stand for themselves: "log 0" must not become "Log 0"."""


_SHORT_WORDS = {"no", "in", "it", "is", "on", "at", "of", "to", "by", "an", "as", "if"}


def capital(text: str) -> str:
    """`text` with a capital first letter, unless it starts with a formula or a name such as dW.

    Symbols, identifiers of one or two letters, names of functions, digits, backticks and letters of
    other alphabets stay as they are.
    """
    first = text.split(" ")[0].rstrip(":,;.?!").split("-")[0]
    word = len(first) > 2 or first in _SHORT_WORDS
    ordinary = first.isascii() and first.isalpha() and first.islower() and word
    return text[:1].upper() + text[1:] if ordinary and first not in _FUNCTIONS else text


def grouped(whole: int) -> str:
    """A whole number in groups of three digits, set apart by a narrow space: 4\u202f810."""
    return f"{whole:,}".replace(",", "\u202f")


def counted(number: int, one: str, many: str = "") -> str:
    """"1 line", "2 lines", "4\u202f810 lines"."""
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"


def subject(name: str) -> str:
    """The name of an output at the start of a sentence: a single word is an identifier."""
    return capital(name) if " " in name else name
