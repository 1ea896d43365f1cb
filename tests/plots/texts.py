"""Where the words of a picture stand, and what they lie on."""

from matplotlib.colors import to_rgb
from matplotlib.text import Text


def words_and_places(ax):
    """All texts that can be seen: (text, its box in dots)."""
    ax.figure.draw_without_rendering()
    found = [(t, t.get_window_extent()) for t in ax.findobj(Text)
             if t.get_text().strip() and t.get_visible()]
    return [(text, box) for text, box in found if box.width > 0]


def clashes(found):
    """Pairs of words that lie on each other."""
    seen = [(text.get_text(), box.shrunk(0.9, 0.7)) for text, box in found]
    return [(one, other) for i, (one, box) in enumerate(seen) for other, box2 in seen[:i]
            if box.overlaps(box2)]


def outside(ax, found):
    """Words that the edge of the picture cuts; not the ticks, which matplotlib looks after."""
    paper = ax.figure.bbox.padded(1)        # a dot of rounding
    ticks = {*ax.get_xticklabels(which="both"), *ax.get_yticklabels(which="both")}
    return [text.get_text() for text, box in found if text not in ticks
            and not (paper.x0 <= box.x0 and box.x1 <= paper.x1
                     and paper.y0 <= box.y0 and box.y1 <= paper.y1)]


def covered(ax, found):
    """Words that stand on an image."""
    images = [image.get_window_extent() for image in ax.images]
    return [text.get_text() for text, box in found
            if any(box.shrunk(0.9, 0.6).overlaps(image) for image in images)]


def contrast(colour):
    """How a colour stands out from white, as WCAG 2 counts it: 21 is black."""
    channels = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    light = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
    return 1.05 / (light + 0.05)
