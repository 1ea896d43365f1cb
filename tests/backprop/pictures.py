"""Reading a matplotlib picture back: colours at places, lines by their name, words."""

import matplotlib.text
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb


def painted(ax):
    """Paint; returns a function (x, y in the axes' own units) -> colour there, (3,) of 0 to 1."""
    figure = ax.get_figure(root=True)
    if not hasattr(figure.canvas, "buffer_rgba"):
        FigureCanvasAgg(figure)
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[:, :, :3] / 255

    def colour_at(x, y):
        column, height = ax.transData.transform((x, y))
        return image[len(image) - 1 - int(height), int(column)]

    return colour_at


def tint(colour, strength):
    """A colour as it looks when laid on white, so strong of 1."""
    return 1 - strength * (1 - np.array(to_rgb(colour)))


def line_named(ax, name):
    """The one line whose name in the legend starts like this."""
    (line,) = (line for line in ax.lines if line.get_label().startswith(name))
    return line


def points_of(line):
    """Its points, (n, 2)."""
    return np.asarray(line.get_xydata(), float)


def words(thing):
    """All texts of axes or a figure: {what it says: (x, y)}."""
    return {text.get_text(): text.get_position() for text in thing.findobj(matplotlib.text.Text)
            if text.get_text()}


def all_words(thing):
    """All texts of axes or a figure, in their order; what is said twice stands twice."""
    return [text.get_text() for text in thing.findobj(matplotlib.text.Text) if text.get_text()]
