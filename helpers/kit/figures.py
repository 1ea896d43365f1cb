"""One look for every figure, and words beside every picture.

A picture that some readers cannot see must say in words what it shows. `show` therefore asks for
`alt`, the sentence that a screen reader speaks and that stands in place of the picture where none
can be drawn. Colours have one meaning in the whole course: blue is data and the forward pass,
orange is a gradient and the backward pass, green is a parameter, grey is a prediction. Colour is
never the only sign: each of them has its own line style and marker too.
"""

import base64
import contextlib
import functools
import html
import io
from typing import NamedTuple

COLOURS = {
    "data": "#0072B2", "forward": "#0072B2",        # blue
    "gradient": "#C04F00", "backward": "#C04F00",   # orange
    "parameters": "#00845D",                        # green
    "prediction": "#4F4F4F",                        # grey
    "ink": "#222222", "quiet": "#B8B8B8", "paper": "#FFFFFF",
}
# Blue, orange and green follow Okabe and Ito (2008); orange and
# green are darker, so that words in them can be read: 4.5 to 1 on white, as in the widgets.


class Sign(NamedTuple):
    """How one series is drawn: colour, and a second and third sign for those who cannot see it."""

    colour: str
    line: str
    marker: str


#: Signs for several series in one figure, in this order.
SERIES = (
    Sign("#0072B2", "-", "o"), Sign("#C04F00", "--", "s"), Sign("#00845D", "-.", "^"),
    Sign("#4F4F4F", ":", "D"), Sign("#AA4499", (0, (5, 1, 1, 1, 1, 1)), "v"),
    Sign("#222222", (0, (8, 2)), "P"),
)

SIZES = {"half": (4.2, 3.0), "full": (7.4, 3.3)}    # inches; 96 screen pixels each
_DPI = 144                                          # 1.5 picture dots for each screen pixel
_WORDS = 14                                         # screen pixels: JupyterLab's letters, as a rule
_SHORTEST_ALT = 20                                  # characters: room for a few words

_STYLE = {
    "figure.dpi": _DPI, "figure.facecolor": "white", "axes.facecolor": "white",
    "font.family": "DejaVu Sans", "font.size": 9.5, "axes.titlesize": 10.5,
    "axes.labelsize": 9.5, "xtick.labelsize": 9, "ytick.labelsize": 9,
    "legend.fontsize": 9, "legend.frameon": False,
    "axes.titlelocation": "left", "axes.titlepad": 8,
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": "#555555", "xtick.color": "#444444", "ytick.color": "#444444",
    "text.color": "#222222", "axes.labelcolor": "#222222",
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "#E6E6E6", "grid.linewidth": 0.7,
    "lines.linewidth": 1.8, "lines.markersize": 4.5,
    "axes.formatter.useoffset": False,
}


@contextlib.contextmanager
def style():
    """The course's look, for as long as the `with` block lasts; nothing is changed afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcParams.update(_STYLE)
        yield


def styled(plot):
    """Decorator for a function that draws: it runs inside `style()`."""
    @functools.wraps(plot)
    def wrapper(*args, **kwargs):
        with style():
            return plot(*args, **kwargs)
    return wrapper


def new_axes(size="half", columns=1, ax=None):
    """The axes to draw on: `ax` itself if given, otherwise those of a new figure.

    The figure does not pass through pyplot. So nothing has to be closed, and the notebook does not
    show it by itself, without its words, at the end of a cell.

    Parameters
    ----------
    size : "half", "full" or (width, height) in inches
    columns : int
        With more than one, an array of axes side by side comes back.
    """
    if ax is not None:
        return ax
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if isinstance(size, str) and size not in SIZES:
        raise ValueError("size should be 'half', 'full' or (width, height) in inches; "
                         f"got {size!r}")
    with style():
        figure = Figure(figsize=SIZES[size] if isinstance(size, str) else size,
                        layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)      # inches of white around
        FigureCanvasAgg(figure)
        return figure.subplots(1, columns)


def show(figure, alt, caption=None):
    """Show a figure in the notebook, with words for those who cannot see it, and close it.

    Parameters
    ----------
    figure : matplotlib Axes, Figure, or array of Axes of one figure
    alt : str
        What one should see, in a sentence: "The loss falls from 2.3 to 0.1 in five epochs".
    caption : str, optional
        A line under the picture, for everyone.

    Raises
    ------
    ValueError
        If `alt` is missing or too short to say anything, or `figure` is no figure.

    Notes
    -----
    JupyterLab drops the alt text of an `image/png` output. The picture is therefore sent as HTML,
    `<img alt="…">`, which JupyterLab, nbconvert and GitHub all keep, and the words once more as
    plain text, for terminals and diffs.
    """
    alt = _checked_alt(alt)
    owner = _figure_of(figure)
    png, width = to_png(owner)
    _close(owner)
    words = f"Figure: {alt}" + (f"\n{caption}" if caption else "")
    _display({"text/html": _as_html(png, width, alt, caption), "text/plain": words})


def to_png(figure):
    """The picture as a small PNG.

    Parameters
    ----------
    figure : matplotlib Axes or Figure

    Returns
    -------
    png : bytes
    width : int
        The width at which it should be shown, in screen pixels.
    """
    from PIL import Image

    owner = _figure_of(figure)
    raw = io.BytesIO()
    with style():
        owner.savefig(raw, format="png", dpi=_DPI)
    picture = Image.open(raw).convert("RGB")
    # 128 colours are enough for lines and text, and a notebook that stores them stays small. But
    # this quick choice of colours knows 16 greys only, and the sky of a photograph gets steps.
    colours, method = ((64, Image.Quantize.MEDIANCUT) if _has_photograph(owner)
                       else (128, Image.Quantize.FASTOCTREE))
    picture = picture.quantize(colours, method=method, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)
    return small.getvalue(), round(owner.get_figwidth() * 96)


def _has_photograph(figure):
    """Whether an image is drawn in it that is larger than digits and feature maps are."""
    from matplotlib.image import AxesImage

    return any(image.get_array().size > 64 * 64 for image in figure.findobj(AxesImage))


def _checked_alt(alt):
    """`alt` without the blanks around it, or a sentence about what it should be."""
    if not isinstance(alt, str) or len(alt.strip()) < _SHORTEST_ALT:
        raise ValueError(
            f"show(…, alt=…) should say in words what one sees, at least {_SHORTEST_ALT} "
            f"characters; got {alt!r}. For example: alt='The loss falls from 2.3 to 0.1'.")
    return " ".join(alt.split())


def _figure_of(thing):
    """The matplotlib Figure that an Axes, an array of Axes or a Figure belongs to."""
    for candidate in (thing, *(thing.ravel() if hasattr(thing, "ravel") else ())):
        if hasattr(candidate, "savefig"):
            return candidate
        if hasattr(candidate, "get_figure") and candidate.get_figure() is not None:
            return candidate.get_figure()
    raise ValueError(f"show should get a matplotlib figure or axes; got {type(thing).__name__}. "
                     "Most plot functions return one: show(plot_history(h), alt='…').")


def _as_html(png, width, alt, caption):
    data = base64.b64encode(png).decode("ascii")
    below = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    # It grows with the words around it where JupyterLab is set to larger ones (Presentation Mode).
    grown = f"calc(var(--jp-content-font-size1, {_WORDS}px) * {width / _WORDS:.2f})"
    return (f'<figure style="margin:0"><img alt="{html.escape(alt)}" width="{width}" '
            f'style="width:{grown};max-width:100%;height:auto" src="data:image/png;base64,{data}">'
            f"{below}</figure>")


def _close(figure):
    """Close a figure that was made through pyplot, so that the notebook does not show it twice."""
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)


def _display(bundle):
    """Send the bundle to the notebook; outside of one, print the words."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True)
