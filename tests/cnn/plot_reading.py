"""Reading the chapter's pictures back: images, tables of numbers and what stands under a title."""

import numpy as np

from tests.backprop.pictures import words


def images_of(ax):
    """(left, right, bottom, top) → array, in the order drawn."""
    return [(tuple(np.round(image.get_extent(), 3)), image.get_array()) for image in ax.images]


def table_at(ax, left, top, shape):
    """The numbers in a table of unit cells whose corner is at (left, top); blanks are NaN."""
    table = np.full(shape, np.nan)
    for text in ax.texts:
        x, y = text.get_position()
        column, row = int(np.floor(x - left)), int(np.floor(y - top))
        inside = 0 <= row < shape[0] and 0 <= column < shape[1]
        if inside and abs(x - left - column - 0.5) < 0.01:
            table[row, column] = float(text.get_text().replace("−", "-"))
    return table


def under(ax, title, below=0.0):
    """Corner (x of the middle, y) of what stands under this title."""
    x, y = words(ax)[title]
    return x, y + below
