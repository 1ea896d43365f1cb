"""What a function did with one input, in a form that can be compared.

An outcome is either a result, taken apart into its named outputs and these into arrays, or the way
in which there was no result: an exception, a time-out, `None`, `...`. Beside it stands which inputs
were changed. Two answers are the same mistake if their outcomes agree on every input.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.kit.values import and_list

RTOL, RTOL_SINGLE = 1e-6, 1e-4
"""Relative tolerances. A sum taken in another order differs by about 1e-15 in float64 and 1e-6 in
float32 (times the number of terms), a wrong formula by far more than 1e-6 and 1e-4: between the two
there is room on both sides."""

NEAR_ZERO, NEAR_ZERO_SINGLE = 1e-9, 1e-6
"""The same for entries that are small beside the largest entry of their array, where cancellation
leaves rounding of the large ones behind."""

FLOOR = 1e-12
"""And for arrays that are all zero but for rounding, where there is nothing to be relative to."""


@dataclass
class Outcome:
    """What came out of one run on one probe.

    `token` is "value", or says why there is none: "none", "ellipsis", "generator", "coroutine",
    "outputs" (another number of outputs than announced), "raised X", "timeout", "not run".
    """

    token: str
    parts: tuple[dict[str, Any], ...] = ()
    raw: Any = None
    error: BaseException | None = None
    changed: tuple[int, ...] = ()


def attempt(
    call: Callable, args: tuple, n_outputs: int, catch=Exception, pass_on=()
) -> Outcome:
    """Run `call(*args)` on copies of `args` and take down what it did.

    Parameters
    ----------
    call : callable
        The answer, with the harness around it if there is one.
    args : tuple
        One probe; it is not changed.
    n_outputs : int
        How many outputs are announced (0 and 1 both mean: the result as it is).
    catch, pass_on : exception class or tuple of them
        What counts as "raised", and what goes through nevertheless.
    """
    own = copy.deepcopy(args)
    try:
        result = call(*own)
        outcome = outcome_of(result, n_outputs)
    except pass_on:
        raise
    except catch as error:
        outcome = Outcome(f"raised {type(error).__name__}", error=error)
    pairs = enumerate(zip(args, own, strict=True))
    outcome.changed = tuple(i for i, (before, after) in pairs if moved(before, after))
    return outcome


def outcome_of(result: Any, n_outputs: int) -> Outcome:
    """Take a result apart: one dictionary (path -> array or object) for every announced output."""
    if result is None:
        return Outcome("none", raw=result)
    if result is ...:
        return Outcome("ellipsis", raw=result)
    if inspect.isgenerator(result) or inspect.iscoroutine(result):
        result.close()
        word = "generator" if inspect.isgenerator(result) else "coroutine"
        return Outcome(word, raw=result)
    if n_outputs > 1:
        if not isinstance(result, (tuple, list)) or len(result) != n_outputs:
            return Outcome("outputs", (flatten(result),), raw=result)
        parts = tuple(flatten(part) for part in result)
    else:
        parts = (flatten(result),)
    if all(leaf is ... for part in parts for leaf in part.values()):
        return Outcome("ellipsis", raw=result)
    return Outcome("value", parts, raw=result)


class NotNumbers:
    """An array whose entries are no numbers: None, text, Python objects. It equals nothing."""

    def __init__(self, array: np.ndarray):
        self.shape, self.dtype = array.shape, array.dtype
        kinds = (type(v).__name__ for v in array.ravel()[:1000]) if array.dtype == object else ()
        self.kinds = tuple(dict.fromkeys("None" if k == "NoneType" else k for k in kinds))

    def __repr__(self) -> str:
        kinds = and_list(self.kinds[:3])
        what = "text" if self.dtype.kind in "US" else f"Python objects ({kinds or self.dtype})"
        return f"an array of shape {self.shape} that holds {what}, dtype {self.dtype}"


class Words(str):
    """A key of a dictionary that is called in feedback by its words, not by brackets and quotes."""


def flatten(value: Any, path: str = "", depth: int = 0) -> dict[str, Any]:
    """Take nested dictionaries, lists and arrays apart: path ("['W1'][0]") -> array or object.

    Arrays are copied, so that nothing that runs later can change what was taken down.
    """
    if depth > 8:
        return {path: Words("something nested too deeply")}
    if isinstance(value, dict):
        pieces = [flatten(v, path + (f": {k}" if isinstance(k, Words) else f"[{k!r}]"), depth + 1)
                  for k, v in value.items()]  # fmt: skip
        return _merge(pieces) if value else {path: {}}
    array = as_array(value)
    if array is not None:
        return {path: array}
    if isinstance(value, np.ndarray):
        return {path: NotNumbers(value)}
    if isinstance(value, (list, tuple)) and value:
        return _merge(flatten(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value[:1000]))
    return {path: value}


def _merge(pieces) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for piece in pieces:
        merged.update(piece)
    return merged


def as_array(value: Any) -> np.ndarray | None:
    """`value` as an array of numbers (a copy), or None if it is not made of numbers."""
    if value is None or value is ... or isinstance(value, (str, bytes, dict, type)):
        return None
    if isinstance(value, (list, tuple)) and not value:
        return np.zeros(0)
    try:
        array = np.array(value)
    except Exception:  # ragged lists, a student's own __array__ …
        return None
    return array if array.dtype.kind in "biufc" else None


def moved(before: Any, after: Any) -> bool:
    """Whether an argument was changed: exact, as an input that was left alone is the same bits.

    Functions, generators and other objects are not looked at; drawing from a random generator is no
    change of an input.
    """
    a, b = flatten(before), flatten(after)
    if a.keys() != b.keys():
        return True
    for x, y in zip(a.values(), b.values(), strict=True):
        if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
            if x.dtype != y.dtype or not np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"):
                return True
        elif type(x) is not type(y):
            return True
    return False


# --- comparing ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tolerance:
    """Relative tolerance, the same for entries near zero, and the floor for all-zero arrays."""

    rtol: float = RTOL
    near_zero: float = NEAR_ZERO
    floor: float = FLOOR


def tolerance_for(args: tuple, rtol: float | None = None, atol: float | None = None) -> Tolerance:
    """The tolerance for results computed from `args`: wider where an input is float32."""
    leaves = [leaf for arg in args for leaf in flatten(arg).values()]
    single = any(isinstance(x, np.ndarray) and width(x) < 8 for x in leaves)
    chosen = Tolerance(RTOL_SINGLE, NEAR_ZERO_SINGLE, 1e-7) if single else Tolerance()
    return Tolerance(
        chosen.rtol if rtol is None else rtol,
        chosen.near_zero,
        chosen.floor if atol is None else atol,
    )


def width(array: np.ndarray) -> int:
    """Bytes of one real number in `array`; integers and booleans are exact and count as 8."""
    if array.dtype.kind == "f":
        return array.dtype.itemsize
    return array.dtype.itemsize // 2 if array.dtype.kind == "c" else 8


def close(a: np.ndarray, b: np.ndarray, tolerance: Tolerance) -> bool:
    """Whether two arrays of one shape hold the same values; NaN equals NaN, inf equals inf."""
    if a.size == 0:
        return True
    if b.dtype.kind in "biu" and a.dtype.kind in "biu":
        return bool(np.array_equal(a, b))
    with np.errstate(all="ignore"):
        a = np.asarray(a, dtype=complex if a.dtype.kind == "c" else float)
        b = np.asarray(b, dtype=complex if b.dtype.kind == "c" else float)
        special = ~np.isfinite(a) | ~np.isfinite(b)
        if not np.array_equal(a[special], b[special], equal_nan=True):
            return False
        a, b = a[~special], b[~special]
        scale = np.abs(b).max(initial=0.0)
        allowed = tolerance.floor + tolerance.near_zero * scale + tolerance.rtol * np.abs(b)
        return bool((np.abs(a - b) <= allowed).all())


def same_leaf(a: Any, b: Any, tolerance: Tolerance) -> bool:
    """Whether `a` would pass for `b`: shape, values, and at least the precision of `b`."""
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return same_object(a, b)
    if a.shape != b.shape or (a.dtype.kind == "c") != (b.dtype.kind == "c"):
        return False
    if min(width(a), 8) < min(width(b), 8):
        return False
    if min(width(a), width(b)) < 8:  # the one with fewer digits says how close they can be
        tolerance = Tolerance(max(tolerance.rtol, RTOL_SINGLE), NEAR_ZERO_SINGLE, 1e-7)
    return close(a, b, tolerance)


def same_object(a: Any, b: Any) -> bool:
    """Equality of two things that are not arrays, without trusting a student's `__eq__`."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) or type(a) is not type(b):
        return False
    try:
        return a is b or bool(a == b)
    except Exception:
        return False


def same_part(a: dict, b: dict, tolerance: Tolerance) -> bool:
    """Whether two outputs agree in every array."""
    return a.keys() == b.keys() and all(same_leaf(a[k], b[k], tolerance) for k in b)


def same(a: Outcome, b: Outcome, tolerance: Tolerance) -> bool:
    """Whether outcome `a` would pass for outcome `b`, changed inputs included."""
    if a.token != b.token or a.changed != b.changed or len(a.parts) != len(b.parts):
        return False
    return all(same_part(p, q, tolerance) for p, q in zip(a.parts, b.parts, strict=True))
