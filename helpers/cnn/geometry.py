"""Where on the image the cells of a layer's maps look: what shifts and explanations need.

Along one side of the image, cell i of a layer sees the pixels from `start + i · jump` on,
`field` of them. Cells at the border may see padding too: their first pixel is below 0.
"""

from typing import NamedTuple

import numpy as np

from helpers.cnn.accounting import trace


class Cells(NamedTuple):
    """The cells of one layer; each entry is a pair, down and across.

    Attributes
    ----------
    size : (int, int)
        How many cells.
    start : (int, int)
        First pixel that cell 0 sees.
    jump : (int, int)
        Pixels from one cell to the next.
    field : (int, int)
        Pixels that a cell sees: its receptive field.
    """

    size: tuple
    start: tuple
    jump: tuple
    field: tuple

    def inside(self, side, pixels):
        """The cells that see no padding: first, and last + 1, on an image of so many pixels.

        Parameters
        ----------
        side : 0 (down) or 1 (across)
        pixels : int
        """
        firsts = self.start[side] + self.jump[side] * np.arange(self.size[side])
        good = np.flatnonzero((firsts >= 0) & (firsts + self.field[side] <= pixels))
        return (int(good[0]), int(good[-1]) + 1) if len(good) else (0, 0)

    def middles(self, side):
        """Where the middle of each cell's field lies, in pixels (the first pixel's middle is 0)."""
        firsts = self.start[side] + self.jump[side] * np.arange(self.size[side])
        return firsts + (self.field[side] - 1) / 2


def cells(network):
    """The geometry of every layer whose outputs are maps.

    Parameters
    ----------
    network : nn.Sequential, built for (height, width, channels)

    Returns
    -------
    dict layer name → Cells
        In the order of the layers. Layers that come after the maps were given up, such as Dense,
        are not in it.

    Notes
    -----
    Worked out by `accounting.trace`, where the equations stand.
    """
    rows = trace(network.layers, network.input_shape)
    return {row.name: Cells(row.shape[:2], row.first, row.jump, row.field)
            for row in rows if len(row.shape) == 3}


def image_for(network, image):
    """One image as the network takes it.

    Parameters
    ----------
    network : nn.Sequential, built
    image : (H, W) or (H, W, C) array

    Returns
    -------
    (H, W, C) array of the network's dtype

    Raises
    ------
    ValueError
        If the network was built for another shape, or for rows and not for images.
    """
    image = np.asarray(image, network.dtype)
    expected = network.input_shape
    if expected is None or len(expected) != 3:
        raise ValueError("The network should be built for images: network.build((28, 28, 1)); it "
                         f"is built for {expected}")
    if image.ndim == 2:
        image = image[..., None]
    if image.shape != tuple(expected):
        raise ValueError(f"The network expects one image of shape {tuple(expected)}; got "
                         f"{image.shape}. One image of a batch is x[0]")
    return image
