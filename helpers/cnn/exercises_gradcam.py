"""Exercise 3.11: Grad-CAM, from maps and gradients to a heat map.

Reference answer, probes, named mistakes and hints. The method is Selvaraju et al. 2017.
"""

import numpy as np

from helpers.cnn.exercises_xcorr import SOLUTION
from helpers.kit.exercise import exercise

X3_11 = exercise(
    "3.11",
    title="Grad-CAM",
    kind="fill-in",
    minutes=8,
    difficulty=3,
    importance=3,
    outputs=("heat",),
    hints=(
        "Which maps speak for this class? Ask each map once, for the image as a whole: what would "
        "the logit of the class gain if the map were a little brighter everywhere?",
        "α = the mean of dscores[label], (H, W, C), over rows and columns, shape (C,). Then "
        "heat = max(Σ_c α_c · maps[:, :, c], 0), shape (H, W): maps @ α adds over the channels.",
        SOLUTION,
    ),
)


@X3_11.reference
def grad_cam(maps, dscores, label):
    """Maps (H, W, C), dscores = ∂logits/∂maps (K, H, W, C), a class -> heat map (H, W), ≥ 0."""
    alpha = dscores[label].mean(axis=(0, 1))   # one weight for each map
    return np.maximum(maps @ alpha, 0)


@X3_11.probes
def _(rng):
    # Small enough to be read; all sizes different; all equal. Maps are those of a ReLU layer, or
    # of one without.
    probes = []
    for (h, w, c, k), label, rectified in [
        ((2, 3, 2, 2), 1, True), ((3, 4, 2, 5), 2, True), ((3, 3, 3, 3), 1, True),
        ((4, 2, 5, 3), 1, False), ((2, 5, 3, 4), 2, True), ((5, 4, 6, 10), 7, True),
        ((3, 2, 4, 4), 0, False),
    ]:
        maps = rng.normal(size=(h, w, c)).round(1) + 0.05
        # Weights of both signs, so that the sum over the maps is above 0 in some places only.
        lean = np.where(np.arange(c) % 2, -0.4, 0.4)
        dscores = (rng.normal(size=(k, h, w, c)) + lean).round(1)
        probes.append((np.maximum(maps, 0) if rectified else maps, dscores, label))
    return probes


def _heat(weights=lambda g: g.mean(axis=(0, 1)), relu=lambda heat: np.maximum(heat, 0),
          maps=lambda a: a, pick=lambda d, label: d[label]):
    """A Grad-CAM with a part replaced.

    pick(dscores, label) -> g (H, W, C); weights(g) -> α, of a shape that fits (H, W, C);
    maps(maps) and relu(heat) -> changed.
    """

    def wrong(activations, dscores, label):
        alpha = weights(pick(dscores, label))
        return relu((maps(activations) * alpha).sum(axis=2))

    return wrong


_CHANNELS = ("averages over channels instead of space", "Each map gets one weight: the mean over "
             "its rows and columns, axis=(0, 1), shape (C,).")
_NO_RELU = ("no ReLU", "Places that speak against the class are negative; Grad-CAM shows only what "
            "speaks for it: np.maximum(…, 0).")
_PLACES = ("gradient times activation, place by place", "Grad-CAM first averages the gradient of "
           "each map over space, and gives the whole map that one weight.")
_SUM = ("sum instead of mean", "α is the mean of the gradient over the H·W places; the sum is H·W "
        "times as large.")
_FIRST = ("always class 0", "The map answers for the class that is asked for: dscores[label].")
_RELU_EARLY = ("ReLU on the weights", "Maps that speak against the class must count as such: first "
               "add up with their sign, then take the positive part.")
_SCALED = ("scaled to 0 … 1", "Useful for a picture, but then two heat maps cannot be compared: "
           "return the map as it is.")
_WEIGHTS = {
    _CHANNELS: lambda g: g.mean(axis=2, keepdims=True),
    _PLACES: lambda g: g,
    _SUM: lambda g: g.sum(axis=(0, 1)),
    _RELU_EARLY: lambda g: np.maximum(g.mean(axis=(0, 1)), 0),
    ("ReLU on the gradient", "Average the gradient with its sign; only the finished map loses its "
     "negative part."): lambda g: np.maximum(g, 0).mean(axis=(0, 1)),
    ("sign of the weights lost", "A negative weight means that the map speaks against the class: "
     "no abs."): lambda g: np.abs(g.mean(axis=(0, 1))),
    ("sign of the gradient lost", "A negative gradient means that the map speaks against the "
     "class: no abs."): lambda g: np.abs(g).mean(axis=(0, 1)),
    ("maximum instead of mean", "α is the mean of the gradient over rows and columns."):
        lambda g: g.max(axis=(0, 1)),
    ("averages over the rows only", "One weight for each map: the mean over rows and columns, "
     "axis=(0, 1)."): lambda g: g.mean(axis=0),
    ("averages over the columns only", "One weight for each map: the mean over rows and columns, "
     "axis=(0, 1)."): lambda g: g.mean(axis=1, keepdims=True),
    ("one weight for all maps", "mean() without axes gives one number. Each map needs its own: "
     "axis=(0, 1)."): lambda g: g.mean(),
    ("weights scaled to one", "α is the mean of the gradient as it is."):
        lambda g: g.mean(axis=(0, 1)) / np.abs(g.mean(axis=(0, 1))).sum(),
    ("weights put through softmax", "α is the mean of the gradient as it is, negative ones too."):
        lambda g: np.exp(g.mean(axis=(0, 1))) / np.exp(g.mean(axis=(0, 1))).sum(),
    ("forgot the weights", "That is the sum of all maps, the same for every class. Weigh each with "
     "its α."): lambda g: np.ones(g.shape[2]),
}
_PICKS = {
    _FIRST: lambda d, label: d[0],
    ("always the last class", "The map answers for the class that is asked for: dscores[label]."):
        lambda d, label: d[-1],
    ("next class", "Classes count from 0 here: dscores[label]."):
        lambda d, label: d[(label + 1) % len(d)],
    ("mean over the classes", "The map answers for the class that is asked for: dscores[label]."):
        lambda d, label: d.mean(axis=0),
    ("sum over the classes", "The map answers for the class that is asked for: dscores[label]."):
        lambda d, label: d.sum(axis=0),
    ("class with the largest gradient", "The map answers for the class that is asked for: "
     "dscores[label]."): lambda d, label: d[d.mean(axis=(1, 2, 3)).argmax()],
}
_AFTER = {
    _NO_RELU: lambda heat: heat,
    ("absolute value instead of ReLU", "What speaks against the class is not heat: "
     "np.maximum(…, 0), not np.abs."): np.abs,
    ("shows what speaks against the class", "The sign is turned: take the positive part of "
     "+ Σ α · maps."): lambda heat: np.maximum(-heat, 0),
    _SCALED: lambda heat: np.maximum(heat, 0) / heat.max(),
    ("transposed heat map", "Rows of the map are rows of the image: (H, W)."):
        lambda heat: np.maximum(heat, 0).T,
    ("an axis too many", "The heat map has shape (H, W): leave keepdims away."):
        lambda heat: np.maximum(heat, 0)[..., None],
    ("one number instead of a map", "Add over the channels only, not over rows and columns."):
        lambda heat: np.maximum(heat, 0).sum(),
}

for _part, _table in (("weights", _WEIGHTS), ("pick", _PICKS), ("relu", _AFTER)):
    for (_name, _why), _change in _table.items():
        X3_11.mistake(_name, why=_why)(_heat(**{_part: _change}))
X3_11.mistake(*_SCALED)(_heat(relu=lambda heat: (heat - heat.min()) / np.ptp(heat)))
X3_11.mistake("weights scaled to one", why="α is the mean of the gradient as it is.")(
    _heat(weights=lambda g: g.mean(axis=(0, 1)) / g.mean(axis=(0, 1)).sum()))

# With the ReLU forgotten, or the map scaled for a picture, the other mistake is still to be seen.
for _part, _table, _names, _seconds in [
    ("weights", _WEIGHTS, (_CHANNELS, _PLACES, _RELU_EARLY), (_NO_RELU, _SCALED)),
    ("weights", _WEIGHTS, (_SUM,), (_NO_RELU,)),   # scaled, a sum is no other than a mean
    ("pick", _PICKS, (_FIRST,), (_NO_RELU, _SCALED)),
]:
    for _first in _names:
        for _second in _seconds:
            _name, _why = f"{_first[0]}, and {_second[0]}", f"{_first[1]} Then: {_second[1]}"
            if (_first, _second) == (_RELU_EARLY, _NO_RELU):   # one ReLU in the wrong place
                _name, _why = "ReLU on the weights instead of on the sum", _RELU_EARLY[1]
            X3_11.mistake(_name, why=_why)(
                _heat(**{_part: _table[_first]}, relu=_AFTER[_second]))

for _name, _why, _wrong in [
    ("saliency instead of Grad-CAM", "The size of the gradient alone is saliency. Grad-CAM weighs "
     "the maps themselves: Σ α · maps.", lambda a, d, label: np.abs(d[label]).max(axis=2)),
    ("saliency instead of Grad-CAM", "The size of the gradient alone is saliency. Grad-CAM weighs "
     "the maps themselves: Σ α · maps.", lambda a, d, label: np.abs(d[label]).sum(axis=2)),
    ("saliency instead of Grad-CAM", "The size of the gradient alone is saliency. Grad-CAM weighs "
     "the maps themselves: Σ α · maps.", lambda a, d, label: np.maximum(d[label].sum(axis=2), 0)),
    ("saliency instead of Grad-CAM", "The size of the gradient alone is saliency. Grad-CAM weighs "
     "the maps themselves: Σ α · maps.", lambda a, d, label: np.maximum(d[label].mean(axis=2), 0)),
    ("maps and gradients swapped", "The gradient is averaged over space, the maps keep their "
     "places.", lambda a, d, label: np.maximum(d[label] @ a.mean(axis=(0, 1)), 0)),
    ("ReLU on each map before the sum", "Add up with the signs first: what one map says for the "
     "class, another may say against it.",
     lambda a, d, label: np.maximum(a * d[label].mean(axis=(0, 1)), 0).sum(axis=2)),
    ("maps not added up", "The heat map is the sum of the weighted maps over the channels: "
     "(H, W).", lambda a, d, label: np.maximum(a * d[label].mean(axis=(0, 1)), 0)),
    ("averaged over the channels at the end", "The weighted maps are added up, without dividing by "
     "C.", lambda a, d, label: grad_cam(a, d, label) / a.shape[2]),
    ("label taken on the wrong axis", "The first axis of dscores counts the classes: "
     "dscores[label], (H, W, C).",
     lambda a, d, label: np.maximum(a @ d[..., label].mean(axis=(0, 1)), 0)),
    ("label taken on the wrong axis", "The first axis of dscores counts the classes: "
     "dscores[label], (H, W, C).",
     lambda a, d, label: np.maximum(a @ d[:, label].mean(axis=(0, 1)), 0)),
    ("a map for every class", "Asked for is the map of one class: dscores[label].",
     lambda a, d, label: np.stack([grad_cam(a, d, k) for k in range(len(d))])),
    ("ReLU on the maps", "The maps come as they are; only the finished heat map loses its negative "
     "part.", lambda a, d, label: grad_cam(np.maximum(a, 0), d, label)),
]:
    X3_11.mistake(_name, why=_why)(_wrong)
