"""Compare one wrong output with what it should be, in a sentence."""

from __future__ import annotations

import numpy as np

from helpers.kit.outcome import NotNumbers, Tolerance, close, same_object, same_part, width
from helpers.kit.values import (
    and_list,
    compact,
    kind_of,
    largest_difference,
    relation,
    shorten,
    subject,
)


def compare(name: str, got: dict, expected: dict, tolerance: Tolerance, raw=None):
    """What is wrong with one output: (headline, name of the mistake or "", sentences)."""
    if got.keys() != expected.keys():
        return _compare_structure(name, got, expected, raw)
    for path, right in expected.items():
        mine, where = got[path], f"{name}{path}"
        if isinstance(mine, NotNumbers):
            return f"{subject(where)} should hold numbers; it is {mine}.", "", [_why_no(mine)]
        if isinstance(right, np.ndarray) != isinstance(mine, np.ndarray):
            headline = f"{subject(where)} should be {kind_of(right)}; it is {kind_of(mine)}."
            return headline, "returns nothing" if mine is None else "", []
        if not isinstance(right, np.ndarray):
            if not same_object(mine, right):
                wanted, came = (v if isinstance(v, str) and " " in v else compact(v)
                                for v in (right, mine))  # fmt: skip
                return f"{subject(where)} should be {wanted}; it is {came}.", "", []
            continue
        if not same_part({path: mine}, {path: right}, tolerance):
            return _compare_arrays(where, mine, right, tolerance, raw)
    return f"{subject(name)} is wrong.", "", []


def _why_no(mine: NotNumbers) -> str:
    """Where entries that are no numbers come from."""
    if "None" in mine.kinds:
        return "Is a `return` missing in a function that makes its entries or rows?"
    if {"list", "ndarray"} & set(mine.kinds):
        return "Rows of different lengths do not make an array of numbers."
    return "Is there an `astype`, a `dtype=object` or a `str(…)` too many?"


def _compare_structure(name: str, got: dict, expected: dict, raw):
    if list(got) == [""]:
        mine, wanted = kind_of(got[""]), and_list(f"`{name}{p}`" for p in list(expected)[:6])
        return f"{subject(name)} is {mine}; it should have the entries {wanted}.", "", []
    if list(expected) == [""]:
        wanted = kind_of(expected[""])
        return f"{subject(name)} should be {wanted}; it is {kind_of(raw)}.", "", []
    missing = [p for p in expected if p not in got][:4]
    surplus = [p for p in got if p not in expected][:4]
    said = [f"{word} {and_list(f'`{p}`' for p in paths)}"
            for word, paths in (("missing", missing), ("too many", surplus)) if paths]  # fmt: skip
    return f"{subject(name)} has other entries than expected: {'; '.join(said)}.", "", []


def _compare_arrays(where: str, mine: np.ndarray, right: np.ndarray, tolerance: Tolerance, raw):
    """About two arrays of numbers that do not agree."""
    related = [s for s in [relation(mine, right)] if s]
    if mine.shape != right.shape:
        if isinstance(raw, tuple) and len(raw) == 1:
            related = ["A comma at the end of `return x,` makes a tuple of one entry."]
        headline = f"{subject(where)} should have shape {right.shape}; it has {mine.shape}."
        if not right.ndim or not mine.ndim:
            wanted, came = (_counted(a) for a in (right, mine))
            headline = f"{subject(where)} should be {wanted}; it is {came}."
        return headline, "", related
    if mine.dtype.kind == "c" and right.dtype.kind != "c":
        return f"{subject(where)} is complex; real numbers are expected.", "", related
    loose = Tolerance(1e-2 if width(mine) < 4 else 1e-3, 1e-3, 1e-5)
    if width(mine) < min(width(right), 8) and close(mine, right, loose):
        return (f"{subject(where)} has lost precision: it is {mine.dtype}, the inputs are "
                f"{right.dtype}.", "lower precision",
                [f"Is there an `astype`, or a `dtype={mine.dtype}`, too many?"])  # fmt: skip
    bad = ~np.isfinite(mine) & np.isfinite(right)
    if bad.any():
        return _not_finite(where, mine, bad)
    if mine.dtype.kind in "biu" and right.dtype.kind == "f":
        integers = "`True` and `False`" if mine.dtype.kind == "b" else "whole numbers"
        return (f"{subject(where)} consists of {integers} ({mine.dtype}); fractions are expected.",
                "integers", ["Is there a `//`, an `int(…)`, a comparison, or an array made with "
                             "`dtype=int`?", *related])  # fmt: skip
    if right.ndim == 0:
        return (f"{subject(where)} should be {compact(right)}; it is {compact(mine)}.", "", related)
    index, gap = largest_difference(mine, right)
    at = ", ".join(map(str, index))
    headline = f"{subject(where)} has the right shape and wrong values."
    return headline, "", [*related, f"The largest difference is {gap:.4g}, at [{at}]: expected "
                          f"{compact(right[index])}, yours {compact(mine[index])}."]  # fmt: skip


def _counted(array: np.ndarray) -> str:
    return f"an array of shape {array.shape}" if array.ndim else "one number"


def _not_finite(where: str, mine: np.ndarray, bad: np.ndarray):
    words = [word for word, test in (("NaN (not a number)", np.isnan), ("infinity", np.isinf))
             if test(mine[bad]).any()]  # fmt: skip
    why = "They come from 0/0, ∞ − ∞, the logarithm of 0 or an overflow such as `np.exp(1000)`."
    if mine.ndim == 0:
        return f"{subject(where)} is {words[0]}.", words[0].split()[0], [why]
    first = ", ".join(str(int(i)) for i in np.argwhere(bad)[0])
    headline = (f"{subject(where)} has {and_list(words)} in {int(bad.sum())} of {bad.size} places, "
                f"first at [{first}].")  # fmt: skip
    return headline, words[0].split()[0], [why]


def part_text(part: dict) -> str:
    """One output in a few lines."""
    shown = [compact(value, path.removeprefix(": ")) for path, value in list(part.items())[:4]]
    return shorten("\n".join(shown), 800)
