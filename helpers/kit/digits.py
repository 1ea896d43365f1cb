"""Handwritten digits that need no network: as they were scanned, and placed on a larger canvas."""

import numpy as np

from helpers.kit.split import Split

CANVAS, ENLARGED = 28, 16                       # side of the roaming images, of the digit on them
MARGIN = (CANVAS - ENLARGED) // 2               # 6: where a centred digit's top left corner lies


def digits():
    """1,797 real digits, 13 writers, 8×8 cells that count ink from 0 to 16 (UCI, 1998).

    The split is drawn at random, so the same people wrote the images to learn from and the images
    to be tested on. Who wrote which is not recorded.

    Returns
    -------
    Split
        x_train (1437, 8, 8), x_test (360, 8, 8)
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    x = (images / 16).astype(np.float32).reshape(-1, 8, 8)
    x_train, x_test, y_train, y_test = train_test_split(
        x, labels.astype(np.int64), test_size=360, stratify=labels, random_state=0)
    return Split(x_train, y_train, x_test, y_test, "digits",
                 "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI 1998, "
                 "as shipped with scikit-learn", real=True)


def roaming(reach=6, seed=0):
    """The digits, enlarged to 16×16, each at a place of its own on an empty canvas of 28×28.

    The ink is real, the place is generated. A digit's top left corner lies at
    (6 + dy, 6 + dx), where dy and dx are drawn independently, each whole number from −reach to
    reach as often as any other.

    Parameters
    ----------
    reach : int, 0 … 6
        0: every digit lies in the middle. 6: it may touch the edge, and never leaves the canvas.
    seed : int
        Another seed gives other places to the same digits.

    Returns
    -------
    Split
        x_train (1437, 28, 28), x_test (360, 28, 28) float32; the labels and the order are those of
        `data.load("digits")`. The name is "roaming", or "centred digits" for reach 0. Training
        and test images are placed independently.

    Raises
    ------
    ValueError
        If `reach` is no whole number from 0 to 6, or `seed` none from 0 on.
    """
    _whole("reach", reach, MARGIN)
    _whole("seed", seed)
    split = digits()
    rng = np.random.default_rng(seed)
    x_train = placed(split.x_train, rng.integers(-reach, reach + 1, (len(split.x_train), 2)))
    x_test = placed(split.x_test, rng.integers(-reach, reach + 1, (len(split.x_test), 2)))
    where = f"placed at random, up to {reach} pixels off the middle" if reach else "centred"
    return split._replace(x_train=x_train, x_test=x_test, real=False,
                          name="roaming" if reach else "centred digits",
                          source=f"{split.source}; enlarged to 16×16, {where}")


def placed(images, offsets):
    """Each 8×8 image, enlarged, on a canvas of its own.

    Parameters
    ----------
    images : (n, 8, 8) float32
    offsets : (n, 2) int
        (dy, dx) from the middle, in pixels, each from −6 to 6; down and right are positive.

    Returns
    -------
    (n, 28, 28) float32
    """
    canvas = np.zeros((len(images), CANVAS, CANVAS), np.float32)
    for page, image, (top, left) in zip(canvas, enlarged(images), MARGIN + np.asarray(offsets),
                                        strict=True):
        page[top:top + ENLARGED, left:left + ENLARGED] = image
    return canvas


def enlarged(images):
    """Images of twice the side: linear interpolation, corners on corners.

    Pixel i of the 16 lies at 7i/15 of the 8, and its value on the straight line between its two
    neighbours there, first along the rows' axis, then along the columns'. All of it is done
    element by element, so that every machine computes the same bits.

    Parameters
    ----------
    images : (n, 8, 8) float32

    Returns
    -------
    (n, 16, 16) float32
    """
    for axis in (1, 2):
        side = images.shape[axis]
        at = np.arange(2 * side) * (side - 1) / (2 * side - 1)
        below = np.minimum(at.astype(int), side - 2)
        share = (at - below).astype(np.float32)         # of the neighbour above
        share = share[:, None] if axis == 1 else share
        images = (np.take(images, below, axis) * (1 - share)
                  + np.take(images, below + 1, axis) * share)
    return images


def _whole(name, value, most=None):
    """Refuse what is no whole number from 0 to `most`."""
    number = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not number or value < 0 or (most is not None and value > most):
        limits = "from 0 on" if most is None else f"from 0 to {most}"
        raise ValueError(f"roaming: {name} should be a whole number {limits}; got {value!r}")
