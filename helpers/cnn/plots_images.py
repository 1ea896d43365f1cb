"""Pictures of images: digits, filtered photographs, feature maps, explanations, what is seen."""

import numpy as np

from helpers.cnn.plots_sheet import (
    WIDEST,
    caption,
    fewer,
    frame,
    greys,
    number,
    paint,
    sheet,
    size_in_words,
    white_to,
)
from helpers.kit.figures import COLOURS, styled

_FINEST = 160           # pixels across one photograph in a figure: more make the notebook large


@styled
def plot_images(images, titles=None, columns=8, ink=True, ax=None):
    """Images in rows, each with its title above.

    Parameters
    ----------
    images : (n, H, W), (n, H, W, 1) or (n, H, W, 3) float in [0, 1]
    titles : n of str or int, optional
    columns : int
        Images in a row.
    ink : bool
        Of grey images: 1 is black, as ink on paper; False: 1 is white, as light.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: you recognise a digit at a glance; the network is given H × W numbers, in
    which nothing says that two pixels are neighbours.
    """
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if len(images) == 0 or images.ndim not in (3, 4) or (images.ndim == 4
                                                         and images.shape[3] != 3):
        raise ValueError("plot_images: images should have shape (n, H, W), (n, H, W, 1) or "
                         f"(n, H, W, 3), n at least 1; got {images.shape}. "
                         "One image alone: image[None].")
    ax, places, width = _grid(len(images), images.shape[1:3], _titles(titles, len(images)),
                              columns, ax)
    for image, (left, top) in zip(images, places, strict=True):
        paint(ax, image, left, top, width, 1.0, cmap="gray_r" if ink else "gray")
        frame(ax, left, top, width, 1.0)
    return ax


@styled
def plot_maps(maps, titles=None, columns=8, ax=None):
    """Feature maps of one image, or the kernels of a layer, all on one scale.

    Parameters
    ----------
    maps : (H, W, C) float
        Without negative values white is 0 and the darkest blue the largest value of all. With
        negative ones 0 is the middle grey, black the most negative, white the most positive.
    titles : C of str or int, optional
        0, 1, 2 … if not given.
    columns : int
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a map that looks empty is small beside the largest, not always zero. And
    one sees shapes in it that the layer above may never use.
    """
    maps = np.asarray(maps, float)
    if maps.ndim != 3 or maps.shape[2] == 0:
        raise ValueError("plot_maps: maps should have shape (H, W, C), of one image; "
                         f"got {maps.shape}. Of a batch take one: maps[0].")
    count = maps.shape[2]
    titles = _titles(range(count) if titles is None else titles, count)
    ax, places, width = _grid(count, maps.shape[:2], titles, columns, ax, foot=0.22)
    low, high = (0.0, float(maps.max()) or 1.0) if maps.min() >= 0 else greys(maps)
    cmap = "gray" if low < 0 else white_to(COLOURS["forward"])
    for channel, (left, top) in enumerate(places):
        paint(ax, maps[:, :, channel], left, top, width, 1.0, cmap, low, high)
        frame(ax, left, top, width, 1.0)
    words = (f"black {number(low)}, grey 0, white {number(high)}" if low < 0
             else f"white 0, darkest {number(high)}")
    caption(ax, 0.0, ax.get_ylim()[0], words, ha="left", va="bottom", color=COLOURS["prediction"])
    return ax


def _titles(titles, count):
    titles = [None] * count if titles is None else [str(title) for title in titles]
    if len(titles) != count:
        raise ValueError(f"There should be one title for each of the {count} images; "
                         f"got {len(titles)}")
    return titles


def _grid(count, shape, titles, columns, ax, foot=0.0):
    """A sheet for images of height 1 in rows: axes, their corners (left, top), their width.

    Room for words is counted in inches, `foot` too: letters stay as large where images get small.
    """
    if columns < 1:
        raise ValueError(f"columns should be 1 or more; got {columns}")
    columns = min(columns, count)
    width = shape[1] / shape[0]
    across = width + 0.12
    unit = min(0.86, 1.6 / max(width, 1), (WIDEST - 0.2) / (columns * across - 0.12))
    above = 0.18 / unit if any(titles) else 0.0
    down = 1 + above + 0.1
    rows = -(-count // columns)
    ax = sheet(columns * across - 0.12, rows * down - 0.1 + foot / unit, unit, ax)
    places = [((k % columns) * across, (k // columns) * down + above) for k in range(count)]
    for (left, top), title in zip(places, titles, strict=True):
        if title:
            caption(ax, left + width / 2, top - 0.03 / unit, title, va="bottom")
    return ax, places, width


@styled
def plot_filtered(photo, results, ax=None):
    """A photograph, and beside it what filters make of it.

    Parameters
    ----------
    photo : (H, W) or (H, W, 3) float in [0, 1]
    results : dict title → (H′, W′) float
        Where there are negative values 0 is the middle grey, black negative, white positive;
        otherwise black is 0. The numbers below each say what black and white stand for.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: each result has its own scale, so a weak one looks as strong as the rest.
    A large photograph is drawn smaller: each dot is a mean over a few pixels, in which fine
    stripes of opposite sign vanish.
    """
    photo = np.asarray(photo, float)
    pictures = [("photograph", photo),
                *((title, np.asarray(result, float)) for title, result in results.items())]
    for place, (title, picture) in enumerate(pictures):
        if picture.ndim != 2 and not (place == 0 and photo.shape[2:] == (3,)):
            raise ValueError(f"plot_filtered: '{title}' should be one image of shape (H, W); got "
                             f"shape {picture.shape}. Of a batch with channels take y[0, :, :, 0].")
    columns = min(len(pictures), 3 if len(pictures) != 4 else 2)
    rows = -(-len(pictures) // columns)
    height = photo.shape[0] / photo.shape[1]
    unit = min(WIDEST / columns, 3.0)           # inches across one photograph
    above, below = 0.2 / unit, 0.2 / unit       # room for one line of words
    down = height + above + below
    ax = sheet(columns * 1.04 - 0.04, rows * down, unit, ax)
    for place, (title, picture) in enumerate(pictures):
        left, top = (place % columns) * 1.04, (place // columns) * down + above
        low, high = greys(picture) if place else (0.0, 1.0)
        # one scale of length for all: a result that lost its border is drawn smaller by that much
        wide, tall = (n / photo.shape[1] for n in picture.shape[1::-1])
        paint(ax, fewer(picture, _FINEST), left, top, wide, tall, "gray", low, high)
        caption(ax, left, top - 0.015, title, ha="left", va="bottom")
        if place:
            middle = "grey 0, " if low < 0 else ""
            caption(ax, left, top + height + 0.015, ha="left", color=COLOURS["prediction"],
                    words=f"black {number(low)}, {middle}white {number(high)}")
    return ax


@styled
def plot_heat(image, heats, ax=None):
    """Where a method says that the answer comes from, laid over the image.

    Parameters
    ----------
    image : (H, W) or (H, W, 1) float in [0, 1]
        Drawn in grey, 1 is ink.
    heats : dict title → (h, w) float
        Each is stretched to the size of the image. Orange: positive, the darker the more; blue
        with a dotted edge: negative. The number below is the largest |value|.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: a map always shows something, also for a network whose weights are drawn at
    random. Each map has its own scale.
    """
    image = np.asarray(image, float)
    image = image[..., 0] if image.shape[2:] == (1,) else image
    maps = {title: np.asarray(heat, float) for title, heat in heats.items()}
    if image.ndim != 2 or not maps or any(heat.ndim != 2 for heat in maps.values()):
        raise ValueError("plot_heat: image should have shape (H, W), and heats should be a dict of "
                         f"title → (h, w); got {image.shape} and "
                         f"{ {title: heat.shape for title, heat in maps.items()} }")
    columns = min(len(maps) + 1, 5)
    rows = -(-(len(maps) + 1) // columns)
    ax = sheet(columns * 1.08 - 0.08, rows * 1.33, 1.5, ax)
    for place, title in enumerate(["image", *maps]):
        left, top = (place % columns) * 1.08, (place // columns) * 1.33 + 0.16
        heat = maps.get(title) if place else None
        if heat is not None:
            largest = _lay(ax, heat, left, top)
            caption(ax, left + 0.5, top + 1.02, f"at most {size_in_words(largest)}",
                    color=COLOURS["prediction"])
        paint(ax, np.ones_like(image), left, top, 1, 1, "gray_r", zorder=2,
              alpha=(0.9 if heat is None else 0.55) * np.clip(image, 0, 1))
        frame(ax, left, top, 1, 1)
        caption(ax, left + 0.5, top - 0.02, title, va="bottom")
    return ax


def _lay(ax, heat, left, top):
    """Colour for one heat map, in a square of one unit; returns its largest |value|."""
    largest = float(np.abs(heat).max())
    share = heat / (largest or 1.0)
    for sign, role in ((1, "backward"), (-1, "data")):
        paint(ax, np.ones_like(share), left, top, 1, 1, white_to(COLOURS[role]), high=2.0,
              zorder=1, alpha=np.clip(sign * share, 0, 1))
    if share.min() < -0.1:
        rows, columns = share.shape
        across, down = ((np.arange(n) + 0.5) / n for n in (columns, rows))
        ax.contour(left + across, top + down, share, levels=[-0.1], colors=COLOURS["data"],
                   linewidths=1, linestyles=":")
    return largest


@styled
def plot_support(support, ax=None):
    """Which input pixels can change a unit.

    Parameters
    ----------
    support : (H, W) bool, or dict title → (H, W) bool
        True where they can. The side of the smallest box around them is written below.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    How it can mislead: every pixel of the field is painted alike, but those in its middle reach
    the unit on many more ways than those at its edge, and count for more.
    """
    panels = support if isinstance(support, dict) else {"": support}
    panels = {title: np.asarray(seen, bool) for title, seen in panels.items()}
    if not panels or any(seen.ndim != 2 for seen in panels.values()):
        raise ValueError("plot_support: support should be (H, W) of True and False, or a dict of "
                         f"such; got {[seen.shape for seen in panels.values()] or 'none'}")
    ax = sheet(len(panels) * 1.08 - 0.08, 1.33, 1.6, ax)
    for place, (title, seen) in enumerate(panels.items()):
        left, top = 1.08 * place, 0.16
        paint(ax, seen.astype(float), left, top, 1, 1, white_to(COLOURS["data"]), high=2.0)
        frame(ax, left, top, 1, 1)
        caption(ax, left + 0.5, top - 0.02, title, va="bottom")
        caption(ax, left + 0.5, top + 1.02, _box_of(seen), color=COLOURS["data"])
    return ax


def _box_of(seen):
    rows, columns = np.nonzero(seen)
    if not len(rows):
        return "no pixel"
    return f"{np.ptp(rows) + 1} × {np.ptp(columns) + 1} pixels"
