"""Pictures made of images: what a reader sees of them."""

import io

import numpy as np
from PIL import Image

from helpers.cnn import plots
from helpers.kit import figures


def test_photographs_keep_more_greys_than_the_quick_choice_of_colours_knows():
    ramp = np.tile(np.linspace(0, 1, 160), (100, 1))
    png, _ = figures.to_png(plots.plot_filtered(ramp, {"the same": ramp}))
    shades = np.unique(np.asarray(Image.open(io.BytesIO(png)).convert("L")))
    assert len(shades) > 40         # 16 without special care
