"""What `helpers.cnn.accounting` answers with: a row for each layer, and the table of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from helpers.cnn.layer_settings import Settings


class IllegalStack(ValueError):
    """A stack that no image of this size gets through.

    Attributes
    ----------
    at : int
        Index of the layer that cannot be.
    rows : Trace
        What comes before it.
    """

    def __init__(self, message: str, at: int, rows: Trace):
        super().__init__(message)
        self.at, self.rows = at, rows


@dataclass(frozen=True)
class Row:
    """What one layer turns its input into, costs, and sees.

    Attributes
    ----------
    name, kind : str
        Such as "conv2d_1" and "Conv2D".
    shape, input_shape : tuple of int
        Without the batch: (height, width, channels) or (values,).
    parameters, macs : int
        Numbers that training changes; multiply–accumulates for one image.
    field, jump : tuple of int
        Receptive field of one output value and the distance between two neighbours' fields, in
        pixels of the image, (vertical, horizontal).
    first : tuple of int
        Row and column where the field of output (0, 0) begins; negative in the padding.
    settings : Settings
        The settings.
    """

    name: str
    kind: str
    shape: tuple
    input_shape: tuple
    parameters: int
    macs: int
    field: tuple
    jump: tuple
    first: tuple
    settings: Settings = field(repr=False)

    @property
    def values(self) -> int:
        """How many numbers it hands on for one image."""
        return product(self.shape)

    @property
    def receptive_field(self):
        """The field as one number where it is square, else (vertical, horizontal)."""
        return self.field[0] if self.field[0] == self.field[1] else self.field

    def box(self, row: int, column: int) -> tuple:
        """Rows and columns of the image that output (row, column) sees: (top, left, high, wide).

        Not cut at the image's border: what lies outside is padding.
        """
        top, left = (a + at * j for a, at, j in zip(self.first, (row, column), self.jump,
                                                    strict=True))
        return (top, left, *self.field)

    def central_box(self, image: tuple, grid: tuple | None = None) -> tuple:
        """The `box` of that output value whose field lies nearest to the middle of the image."""
        at = []
        spans = zip(image, grid or self.shape[:2], self.first, self.field, self.jump, strict=True)
        for size, many, first, wide, jump in spans:
            # of two that are as near, the first
            wanted = math.ceil((size / 2 - first - wide / 2) / jump - 0.5) if jump else 0
            at.append(min(max(wanted, 0), many - 1))
        return self.box(*at)


class Trace(list):
    """The rows of a stack, in order; shown as a table."""

    input_shape: tuple = ()

    @property
    def parameters(self) -> int:
        """All numbers that training changes."""
        return sum(row.parameters for row in self)

    @property
    def macs(self) -> int:
        """Multiply–accumulates for one image."""
        return sum(row.macs for row in self)

    def __repr__(self):
        head = ("layer", "output", "parameters", "MACs", "receptive field")
        lines = [head, ("input", by(self.input_shape), "", "", "")]
        lines += [(r.name, by(r.shape), spaced(r.parameters), spaced(r.macs), by(r.field))
                  for r in self]
        lines += [("total", "", spaced(self.parameters), spaced(self.macs), "")]
        wide = [max(len(line[at]) for line in lines) for at in range(5)]
        return "\n".join(
            "  ".join(text.ljust(w) if at < 2 else text.rjust(w)
                      for at, (text, w) in enumerate(zip(line, wide, strict=True))).rstrip()
            for line in lines
        )


def spaced(number: int) -> str:
    """Write 121930 as 121 930, with spaces that do not break."""
    return f"{number:,}".replace(",", "\u202f")


def product(numbers) -> int:
    """Multiply whole numbers: 26, 26, 32 to 21 632 values."""
    total = 1
    for number in numbers:
        total *= number
    return total


def by(shape) -> str:
    """Write (26, 26, 32) as 26×26×32."""
    return "×".join(str(n) for n in shape)
