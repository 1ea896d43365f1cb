"""Maps that are said to explain a network: one number for each pixel of one image.

Each is (H, W) float64, larger where the pixel counts for more, and made for one class. What such a
map is worth is tested in `explanations`.
"""

import numpy as np

from helpers import nn
from helpers.cnn.geometry import cells, image_for


def occlusion_map(network, image, label, patch=5, step=1, fill=0.0):
    """How much the probability of a class falls when a patch of the image is covered.

    Parameters
    ----------
    network : nn.Sequential, built for images
    image : (H, W) or (H, W, C) array
    label : int
        The class that is asked for.
    patch : int
        Side of the square patch in pixels.
    step : int
        Pixels from one place of the patch to the next; 1 is finest, 2 four times as quick.
    fill : float
        What the patch is painted with; 0 is the digits' background.

    Returns
    -------
    (H, W) float64
        For each pixel the mean fall over all places of the patch that cover it. Negative where
        covering makes the class more probable.

    """
    image = image_for(network, image)
    label = _class(network, image, label)
    height, width = image.shape[:2]
    if not 1 <= patch <= min(height, width):
        raise ValueError(f"patch should be 1 to {min(height, width)} pixels; got {patch}")
    places = [(top, left) for top in _places(height, patch, step)
              for left in _places(width, patch, step)]
    covered = np.repeat(image[None], len(places), axis=0)
    for page, (top, left) in zip(covered, places, strict=True):
        page[top:top + patch, left:left + patch] = fill
    falls = (_probability(network, image[None], label)
             - _probability(network, covered, label))
    total, times = np.zeros((2, height, width))
    for fall, (top, left) in zip(falls, places, strict=True):
        total[top:top + patch, left:left + patch] += fall
        times[top:top + patch, left:left + patch] += 1
    return total / np.maximum(times, 1)


def saliency_map(network, image, label):
    """|∂ score of a class / ∂ pixel|: how strongly a tiny change of each pixel moves the score.

    Parameters and return value: as for `occlusion_map`; of several channels the largest counts.

    """
    image = image_for(network, image)
    label = _class(network, image, label)
    outputs = network.forward(image[None])
    slope = network.backward(_one_hot(outputs, label))
    return np.abs(slope[0]).max(axis=-1).astype(float)


def grad_cam_map(network, image, label, layer=None):
    """Grad-CAM: the maps of one layer, added up with weights that say how each moves the score.

    Parameters
    ----------
    network : nn.Sequential, built for images
    image : (H, W) or (H, W, C) array
    label : int
    layer : str, optional
        Name of a layer whose outputs are maps. The last convolution, if not given.

    Returns
    -------
    (H, W) float64, ≥ 0
        Enlarged to the image: between the middles of the receptive fields of the cells in
        straight lines; beyond the outermost middles the outermost values.

    Notes
    -----
    heat = relu(Σ_c α_c A_c),  α_c = mean over places of ∂ score / ∂ A_c. Selvaraju et al. (2017),
    equations 1 and 2. They stretch the small map over the whole image; a cell of a network without
    padding does not look there, but at the middle of its field.
    """
    image = image_for(network, image)
    label = _class(network, image, label)
    places = cells(network)
    layer = layer or _last_convolution(network)
    if layer not in places:
        raise ValueError(f"layer is one of those with maps, {', '.join(places)}; got {layer!r}")
    maps = network.activations(image[None])[layer][0].astype(float)
    outputs = network.forward(image[None])
    slopes = network.gradient_at(layer, image[None], _one_hot(outputs, label))[0]
    alpha = slopes.mean(axis=(0, 1))
    return enlarged(np.maximum(maps @ alpha, 0), places[layer], image.shape)


def enlarged(heat, places, shape):
    """A small map as one of the image's size, each value where its cell looks.

    Parameters
    ----------
    heat : (h, w) array
    places : geometry.Cells
    shape : (H, W, …)

    Returns
    -------
    (H, W) float64
    """
    rows = np.array([np.interp(np.arange(shape[1]), places.middles(1), row) for row in heat])
    columns = [np.interp(np.arange(shape[0]), places.middles(0), column) for column in rows.T]
    return np.array(columns).T


def ink_map(network, image, label):
    """The image itself: bright pixels count. It asks no network, and is what others must beat."""
    return image_for(network, image).max(axis=-1).astype(float)


def _places(size, patch, step):
    """First pixels of the patch along one side; the last place always touches the edge."""
    return sorted({*range(0, size - patch + 1, step), size - patch})


def _probability(network, x, label):
    return nn.softmax(network.predict(x).astype(float))[:, label]


def _one_hot(outputs, label):
    dout = np.zeros_like(outputs)
    dout[:, label] = 1
    return dout


def _class(network, image, label):
    classes = network.forward(image[None]).shape[-1]
    if isinstance(label, (bool, np.bool_)) or int(label) != label or not 0 <= label < classes:
        raise ValueError(f"label is a class, 0 to {classes - 1}; got {label!r}")
    return int(label)


def _last_convolution(network):
    names = [layer.name for layer in network.layers if isinstance(layer, nn.Conv2D)]
    if not names:
        raise ValueError("Grad-CAM needs a layer with maps; this network has no convolution")
    return names[-1]
