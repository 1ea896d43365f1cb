"""What a network is said to look at, and whether that can be believed.

The maps are in `explanation_maps`, the test by deletion in `deletion`; all can be had from here.
"""

from typing import NamedTuple

import numpy as np

from helpers.cnn.deletion import METHODS, Deletion, deletion_test, mean_se
from helpers.cnn.explanation_maps import grad_cam_map, ink_map, occlusion_map, saliency_map

__all__ = ["METHODS", "Deletion", "SanityCheck", "agreement", "deletion_test", "grad_cam_map",
           "ink_map", "occlusion_map", "randomised", "saliency_map", "sanity_check"]


def randomised(network, seed=0, down_to=None):
    """A copy of a network in which what was learned is destroyed.

    Parameters
    ----------
    network : nn.Sequential, built
        Left as it is.
    seed : int
    down_to : str, optional
        Name of a layer: it and all layers above it lose what they learned, those below keep it
        (the cascade of Adebayo et al., from the scores downwards). All layers, if not given.

    Returns
    -------
    nn.Sequential
        In each layer the weights are the same numbers in another order: their size and spread
        stay, so a map cannot change for being made from larger or smaller numbers.

    Notes
    -----
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt & Kim (2018), who draw new weights.
    """
    names = [layer.name for layer in network.layers]
    if down_to is not None and down_to not in names:
        raise ValueError(f"down_to is one of {', '.join(names)}; got {down_to!r}")
    copy = network.astype(network.dtype)
    rng = np.random.default_rng(seed)
    for layer in copy.layers[names.index(down_to) if down_to else 0:]:
        for array in layer.params.values():
            array[...] = rng.permutation(array.ravel()).reshape(array.shape)
    return copy


def agreement(map_a, map_b):
    """Whether two maps rank the pixels alike: Spearman's rank correlation.

    Parameters
    ----------
    map_a, map_b : arrays of one shape

    Returns
    -------
    float
        1: the same order. 0: no relation. −1: opposite order. A map that is the same everywhere
        ranks nothing: nan.
    """
    from scipy.stats import rankdata

    a, b = np.asarray(map_a, float), np.asarray(map_b, float)
    if a.shape != b.shape:
        raise ValueError(f"the maps should have one shape; got {a.shape} and {b.shape}")
    a, b = (rankdata(m) - (m.size + 1) / 2 for m in (a, b))
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size else float("nan")


class SanityCheck(NamedTuple):
    """Result of `sanity_check`.

    Attributes
    ----------
    layers : tuple of str
        Lowest layer that lost what it learned; from the last layer downwards.
    agreements : dict name → (mean (layers,), standard error (layers,))
        Rank correlation of the map with that of the network as trained, over the images. A map
        that does not depend on what was learned stays near 1.
    with_ink : dict name → (mean, standard error)
        Rank correlation of the trained network's map with the image itself.
    n : int
        Images.
    """

    layers: tuple
    agreements: dict
    with_ink: dict
    n: int

    def __repr__(self):
        heads = "".join(f"{name:>16}" for name in self.layers)
        lines = [f"agreement with the map of the trained network, {self.n} images;",
                 "weights shuffled from the scores down to …",
                 f"{'':<12}{heads}{'(the image)':>16}"]
        for name, (means, errors) in self.agreements.items():
            pairs = [*zip(means, errors, strict=True), self.with_ink[name]]
            lines.append(f"{name:<12}" + "".join(f"{f'{m:+.2f} ± {se:.2f}':>16}"
                                                 for m, se in pairs))
        return "\n".join(lines)


def sanity_check(network, x, y, methods=("occlusion", "saliency", "Grad-CAM"), seeds=2):
    """Does a map change when the network forgets what it learned?

    Parameters
    ----------
    network : nn.Sequential, built for images
    x : (n, H, W) or (n, H, W, C) array
        Two images or more.
    y : (n,) int
        Class that the maps are made for.
    methods : sequence of str, or dict name → function (network, image, label) → (H, W)
        Names out of `METHODS`.
    seeds : int
        Shufflings; the agreement of each image is the mean over them.

    Returns
    -------
    SanityCheck
        A map that is the same everywhere agrees with nothing and counts as 0.

    Notes
    -----
    The cascading randomisation of Adebayo et al. (2018), §3.1.
    """
    maps = methods if isinstance(methods, dict) else {name: METHODS[name] for name in methods}
    layers = tuple(layer.name for layer in network.layers if layer.params)[::-1]
    copies = [[randomised(network, seed, layer) for seed in range(seeds)] for layer in layers]
    agreements, with_ink = {}, {}
    for name, function in maps.items():
        values, ink = np.empty((len(x), len(layers))), np.empty(len(x))
        for row, (image, label) in enumerate(zip(x, y, strict=True)):
            own = function(network, image, label)
            ink[row] = agreement(own, ink_map(network, image, label))
            for column, some in enumerate(copies):
                values[row, column] = np.mean([
                    np.nan_to_num(agreement(own, function(copy, image, label))) for copy in some])
        agreements[name] = mean_se(values)
        with_ink[name] = mean_se(np.nan_to_num(ink))
    return SanityCheck(layers, agreements, with_ink, len(x))
