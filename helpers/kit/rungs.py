"""The verification ladder: one gradient found in four ways, side by side.

(The module is not called `ladder`: `from helpers.kit import ladder` is the function.)
"""

import html

import numpy as np

SMOOTH, KINKED = 1e-7, 1e-4
"""Relative error allowed to finite differences, of smooth functions and of those with kinks."""

EXACT = {"float64": 1e-9, "float32": 1e-4}
"""Absolute difference allowed to the other columns, by dtype."""

COLUMNS = ("hand", "finite", "numpy", "autograd", "keras")
TITLES = {
    "hand": "hand formula",
    "finite": "finite differences",
    "numpy": "own NumPy",
    "autograd": "own autograd",
    "keras": "Keras / TensorFlow",
}


def ladder(name, hand=None, finite=None, numpy=None, autograd=None, keras=None, kinks=False):
    """Show what four ways of finding the same quantity give, and insist that they agree.

    Parameters
    ----------
    name : str
        What is compared, e.g. "dL/dW".
    hand, finite, numpy, autograd, keras : array or number, or None
        From a formula, from finite differences, from the own library or its scalar autograd, from
        Keras. At least two of them, all of one shape.
    kinks : bool
        Whether the function has kinks (ReLU): finite differences are then less exact.

    Raises
    ------
    AssertionError
        If a column is further from the `numpy` column (or `autograd`, or the first one given) than
        it may be:
        finite differences by a relative error of 1e-7, with kinks 1e-4; the others by an absolute
        difference of 1e-9 in float64, 1e-4 in float32.
    ValueError
        If there is nothing to compare, or the shapes differ.
    """
    result = climb(name, hand=hand, finite=finite, numpy=numpy, autograd=autograd, keras=keras,
                   kinks=kinks)
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython and get_ipython():
        display(result)
    else:
        print(result)
    if result.problems:
        raise AssertionError(" ".join(result.problems))


def climb(name, kinks=False, **columns):
    """Compare the columns without showing them; see `ladder`. Returns a Ladder."""
    arrays = {c: np.asarray(columns[c]) for c in COLUMNS if columns.get(c) is not None}
    if len(arrays) < 2:
        raise ValueError(
            f"ladder({name!r}) needs at least two columns to compare, of hand=, finite=, numpy=, "
            f"autograd= and keras=; {len(arrays)} came."
        )
    reference = next((c for c in ("numpy", "autograd") if c in arrays), next(iter(arrays)))
    shapes = {c: a.shape for c, a in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"ladder({name!r}) compares arrays of one shape; "
            + ", ".join(f"{c} {shape}" for c, shape in shapes.items())
            + " came. A gradient has the shape of what it is the gradient of."
        )
    rungs = {c: Rung(c, a, arrays[reference], c == reference, kinks) for c, a in arrays.items()}
    return Ladder(name, reference, rungs)


class Rung:
    """One column: its values, and how far they are from the reference column."""

    def __init__(self, column, array, reference, is_reference, kinks):
        self.array = array
        # Shown are the entries that are largest in the reference: of the pixels in a digit's corner
        # every column would only say 0, 0, 0.
        self.shown = np.sort(np.argsort(-np.abs(reference.ravel()), kind="stable")[:3])
        self.is_reference = is_reference
        a, b = array.astype(np.float64), reference.astype(np.float64)
        self.absolute = float(np.abs(a - b).max()) if a.size else 0.0
        scale = max(np.abs(a).max(), np.abs(b).max()) if a.size else 0.0
        self.relative = self.absolute / float(scale) if scale > 0 else self.absolute
        if column == "finite":
            self.kind, self.allowed = "relative", KINKED if kinks else SMOOTH
        else:
            single = np.float32 in (array.dtype, reference.dtype)
            self.kind, self.allowed = "absolute", EXACT["float32" if single else "float64"]
        self.agrees = bool(getattr(self, self.kind) < self.allowed)  # False for nan

    def cells(self):
        """Return the column's texts, from some entries down to the verdict."""
        some = [f"{v:.9g}" for v in self.array.ravel()[self.shown]]
        values = ", ".join(some) + (", …" if self.array.size > 3 else "")
        if self.is_reference:
            return [values, self.array.dtype.name, "–", "–", "–", "compared with"]
        differences = [f"{self.absolute:.1e}", f"{self.relative:.1e}"]
        allowed = f"{self.kind} < {self.allowed:.0e}"
        return [values, self.array.dtype.name, *differences, allowed, self.verdict()]

    def verdict(self):
        """Return the verdict in a word, with a sign."""
        return "✓ agrees" if self.agrees else "✗ differs"


class Ladder:
    """The comparison, for the eye: HTML in a notebook, text elsewhere."""

    rows = ("largest entries", "dtype", "max abs difference", "max rel difference", "allowed", "")

    def __init__(self, name, reference, rungs):
        self.name, self.reference, self.rungs = name, reference, rungs

    @property
    def problems(self):
        """One sentence for every column that disagrees; list of str."""
        other = TITLES[self.reference]
        return [
            f"{self.name}: {TITLES[c]} and {other} differ by {getattr(r, r.kind):.1e} ({r.kind}); "
            f"less than {r.allowed:.0e} is expected.{_advice(c, r)}"
            for c, r in self.rungs.items()
            if not r.is_reference and not r.agrees
        ]

    def table(self):
        """Return the table as a list of rows of str; the first row and column are headings."""
        columns = [rung.cells() for rung in self.rungs.values()]
        head = [self.name, *(TITLES[c] for c in self.rungs)]
        return [head, *([row, *cells] for row, *cells in zip(self.rows, *columns, strict=True))]

    def __repr__(self):
        table = self.table()
        widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
        lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in table)
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self):
        head, *body = [[html.escape(cell) for cell in row] for row in self.table()]
        th = "".join(f'<th scope="col" style="text-align:left">{cell}</th>' for cell in head)
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{row[0]}</th>'
            + "".join(f'<td style="text-align:left">{cell}</td>' for cell in row[1:])
            + "</tr>"
            for row in body
        )
        return f"<table><thead><tr>{th}</tr></thead><tbody>{rows}</tbody></table>"


def _advice(column, rung):
    if column == "finite" and rung.array.dtype != np.float64:
        return " Finite differences need float64: in float32 the nudge drowns in rounding."
    return ""
