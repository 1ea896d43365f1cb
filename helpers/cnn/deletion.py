"""Test of explanations: do the pixels that a map calls important carry the answer?"""

from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.cnn.explanation_maps import (
    grad_cam_map,
    ink_map,
    occlusion_map,
    saliency_map,
)
from helpers.cnn.geometry import image_for


def _quick_occlusion(network, image, label):
    return occlusion_map(network, image, label, step=2)


METHODS = {"occlusion": _quick_occlusion, "saliency": saliency_map, "Grad-CAM": grad_cam_map,
           "brightest pixels": ink_map, "random pixels": None}


class Deletion(NamedTuple):
    """Result of `deletion_test`.

    Attributes
    ----------
    fractions : (k,) float
        Share of the pixels that were removed.
    curves : dict name → (mean (k,), standard error (k,))
        Probability of the right class, over the images.
    areas : dict name → (mean, standard error)
        Mean of the curve from the first fraction to the last: the lower, the better the map found
        what counts.
    against_brightest : dict name → (mean, standard error)
        Difference of the areas to those of "brightest pixels", image by image: below 0, the map
        knows more than where ink is. Empty if that method was left out.
    n : int
        Images.
    """

    fractions: np.ndarray
    curves: dict
    areas: dict
    against_brightest: dict
    n: int

    def __repr__(self):
        lines = [f"mean probability of the right class while pixels go, {self.n} images:"]
        for name, (mean, se) in sorted(self.areas.items(), key=lambda item: item[1][0]):
            line = f"{name:<17} {mean:.3f} ± {se:.3f}"
            if name in self.against_brightest:
                mean, se = self.against_brightest[name]
                verdict = ("no difference that can be told" if abs(mean) <= 2 * se else
                           "better" if mean < 0 else "worse")
                line += f"   {mean:+.3f} ± {se:.3f} to the brightest pixels: {verdict}"
            lines.append(line)
        return "\n".join(lines)


def deletion_test(network, x, y, methods=tuple(METHODS), fractions=None, seeds=3, fill=0.0):
    """Remove the pixels that a map calls most important first, and watch the right class fall.

    Parameters
    ----------
    network : nn.Sequential, built for images
    x : (n, H, W) or (n, H, W, C) array
        Two images or more.
    y : (n,) int
        Right classes.
    methods : sequence of str, or dict name → function (network, image, label) → (H, W)
        Names out of `METHODS`.
    fractions : (k,) float, optional
        Shares of all pixels to remove, ascending from 0. 0, 0.02 … 0.2 if not given: a digit
        covers about that part of its canvas.
    seeds : int
        How many random orders "random pixels" is the mean of.
    fill : float
        What a removed pixel becomes, and the verdict hangs on it. 0 is the background: a pixel
        that is background already cannot be removed, so maps that point beside the ink lose. 0.5
        is a grey that no digit has, which brings strokes as well as it takes them away.

    Returns
    -------
    Deletion

    Notes
    -----
    A map made by covering with `fill` has an advantage: it asks what this test asks.
    """
    maps = methods if isinstance(methods, dict) else {name: _method(name) for name in methods}
    fractions = np.linspace(0, 0.2, 11) if fractions is None else np.asarray(fractions, float)
    if len(x) < 2 or len(x) != len(y):
        raise ValueError(f"two images or more, each with its label; got {len(x)} images and "
                         f"{len(y)} labels")
    if (np.diff(fractions) <= 0).any() or fractions.min() < 0 or fractions.max() > 1:
        raise ValueError("fractions go up, from 0 to at most 1; got "
                         f"{np.round(fractions, 3).tolist()}")
    rng = np.random.default_rng(0)
    shares = {}                                                 # name → (n, k)
    for name, function in maps.items():
        rows = []
        for image, label in zip(x, y, strict=True):
            image = image_for(network, image)
            if function is None:
                orders = [rng.permutation(image.shape[0] * image.shape[1]) for _ in range(seeds)]
            else:
                heat = np.asarray(function(network, image, int(label)), float)
                if heat.shape != image.shape[:2]:
                    raise ValueError(f"the map {name!r} should have a number for each pixel, "
                                     f"{image.shape[:2]}; got {heat.shape}")
                orders = [_order(heat, rng)]
            rows.append(np.mean([_curve(network, image, int(label), order, fractions, fill)
                                 for order in orders], axis=0))
        shares[name] = np.array(rows)
    areas = {name: rows @ _weights(fractions) for name, rows in shares.items()}
    bright = areas.get("brightest pixels")
    against = {} if bright is None else {
        name: mean_se(area - bright) for name, area in areas.items() if area is not bright}
    return Deletion(fractions, {name: mean_se(rows) for name, rows in shares.items()},
                    {name: mean_se(area) for name, area in areas.items()}, against, len(x))


def _method(name):
    if name not in METHODS:
        raise ValueError(f"deletion_test knows {', '.join(METHODS)}; got {name!r}")
    return METHODS[name]


def _order(heat, rng):
    """Pixels from the most important on; equal ones in random order, or the corner would win."""
    return np.lexsort((rng.random(heat.size), -heat.ravel()))


def _curve(network, image, label, order, fractions, fill):
    """Probability of `label` after each fraction of the pixels is gone: (k,) float."""
    pages = np.repeat(image[None], len(fractions), axis=0)
    flat = pages.reshape(len(fractions), -1, image.shape[-1])
    for page, fraction in zip(flat, fractions, strict=True):
        page[order[:round(fraction * len(order))]] = fill
    return nn.softmax(network.predict(pages).astype(float))[:, label]


def _weights(fractions):
    """What each point of a curve counts in its mean (trapezoid rule): (k,), sum 1."""
    weights = np.zeros(len(fractions))
    if len(fractions) < 2:
        return weights + 1
    half = np.diff(fractions) / 2
    weights[:-1] += half
    weights[1:] += half
    return weights / weights.sum()


def mean_se(values):
    """Mean over the images (first axis) and its standard error."""
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
