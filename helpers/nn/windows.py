"""Where the windows of a convolution or a pooling lie: sizes, padding, and the slices they read.

A window of kh × kw pixels slides over maps of shape (N, H, W, C), `strides` pixels at a time. Both
sides are handled alike, so that most functions here know one side only.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

PADDINGS = ("valid", "same")


class TooSmall(ValueError):
    """Maps that are smaller than the window: nothing would come out."""


class Windows(NamedTuple):
    """The places of a sliding window over maps of one size.

    Attributes
    ----------
    kernel : (kh, kw)
    strides : (sh, sw)
    size : (H, W)
        Of the maps before padding.
    pads : ((before, after), (before, after))
        Rows above and below, columns on the left and on the right.
    out : (H′, W′)
        How many places there are, down and across.
    """

    kernel: tuple
    strides: tuple
    size: tuple
    pads: tuple
    out: tuple

    @property
    def padded(self):
        """Height and width after padding."""
        return tuple(n + sum(pad) for n, pad in zip(self.size, self.pads, strict=True))

    @property
    def inner(self):
        """The two slices that cut the map out of the padded map."""
        return tuple(
            slice(before, before + n) for n, (before, _) in zip(self.size, self.pads, strict=True)
        )

    def down(self, i):
        """The rows that position i of the window reads, from its place at the top to the last."""
        return slice(i, i + self.strides[0] * (self.out[0] - 1) + 1, self.strides[0])

    def across(self, j):
        """The columns that position j of the window reads, from left to right."""
        return slice(j, j + self.strides[1] * (self.out[1] - 1) + 1, self.strides[1])

    def slices(self) -> Iterator[tuple]:
        """For each position (i, j) inside the window, in row-major order: what it reads.

        Yields
        ------
        (i, j), rows, columns
            `padded[:, rows, columns]` has shape (N, H′, W′, C): from every place of the window the
            pixel at position (i, j).
        """
        for i in range(self.kernel[0]):
            for j in range(self.kernel[1]):
                yield (i, j), self.down(i), self.across(j)


def windows_of(size, kernel, strides, padding):
    """Return the `Windows` over maps of `size` (H, W).

    Raises
    ------
    TooSmall (a ValueError)
        If no window fits.
    """
    check_padding(padding)
    sides = list(zip(size, kernel, strides, strict=True))
    out = tuple(output_size(n, k, s, padding) for n, k, s in sides)
    pads = tuple(padding_of(n, k, s, padding) for n, k, s in sides)
    return Windows(tuple(kernel), tuple(strides), tuple(size), pads, out)


def output_size(size, kernel, stride, padding):
    """How many places a window has along one side.

    Parameters
    ----------
    size : int
        Pixels along this side, n.
    kernel, stride : int
        Width k of the window and its step s, in pixels.
    padding : "valid" or "same"

    Returns
    -------
    places : int
        "valid": ⌊(n − k)/s⌋ + 1; "same": ⌈n/s⌉.

    Raises
    ------
    TooSmall (a ValueError)
        For "valid", if the window is wider than the side.

    Notes
    -----
    "same" is TensorFlow's.
    """
    check_padding(padding)
    if padding == "same":
        return -(-size // stride)
    if size < kernel:
        raise TooSmall(
            f"A window of {kernel} pixels does not fit into {size}: nothing would come out. Use "
            "larger images, a smaller window, or padding='same'."
        )
    return (size - kernel) // stride + 1


def padding_of(size, kernel, stride, padding):
    """How many zeros are put before and after, along one side.

    Parameters
    ----------
    size, kernel, stride, padding
        As for `output_size`.

    Returns
    -------
    before, after : int
        (0, 0) for "valid". For "same" as many as the last window needs,
        p = max((⌈n/s⌉ − 1) s + k − n, 0), of which ⌊p/2⌋ are put before: where p is odd, the
        additional zero stands after. This is TensorFlow's way; it depends on n.
    """
    if padding != "same":
        check_padding(padding)
        return 0, 0
    total = max((output_size(size, kernel, stride, padding) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def pad(x, windows, value=0):
    """Return x (N, H, W, C) with its padding, filled with `value`; x itself where there is none."""
    if windows.padded == windows.size:
        return x
    return np.pad(x, ((0, 0), *windows.pads, (0, 0)), constant_values=value)


def pair(name, value):
    """Return a setting for both sides, (down, across), given as one whole number or as two.

    Raises
    ------
    ValueError
        If it is neither, or a number is below 1.
    """
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in both)
    if len(both) != 2 or not whole or min(both) < 1:
        raise ValueError(
            f"{name} is a whole number, 1 or more, or a pair of them (down, across), such as 2 or "
            f"(2, 3); {value!r} came."
        )
    return int(both[0]), int(both[1])


def check_padding(padding):
    """Refuse a padding that is neither "valid" nor "same"."""
    if padding not in PADDINGS:
        raise ValueError(
            f"padding is 'valid' (windows lie wholly inside) or 'same' (zeros around, so that "
            f"stride 1 keeps the size); {padding!r} came."
        )
