"""Exercise 3.7: the receptive field after each layer.

Reference answer, probes, named mistakes and hints.
"""

import numpy as np

from helpers.cnn.exercises_xcorr import SOLUTION
from helpers.kit.exercise import exercise

X3_7 = exercise(
    "3.7",
    title="The receptive field after each layer",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=4,
    outputs=("receptive fields",),
    hints=(
        "Draw two 3×3 layers in one dimension: how many pixels does a unit of the second one see? "
        "And how far apart are neighbouring units, in pixels, after a stride of 2?",
        "Keep two numbers, both 1 for the input: the field r and the step, the distance of "
        "neighbouring units in pixels. A layer adds kernel − 1 units, each one step apart: "
        "r ← r + (kernel − 1)·step. After that its stride makes the step larger: "
        "step ← step·stride, so that it is all strides so far, multiplied. Pooling counts like a "
        "convolution.",
        SOLUTION,
    ),
)


@X3_7.reference
def receptive_field(layers):
    """(kernel, stride) of each layer -> receptive field in pixels after each, a list."""
    field, jump, fields = 1, 1, []
    for kernel, stride in layers:
        field += (kernel - 1) * jump   # jump: pixels between neighbouring units below
        jump *= stride
        fields.append(field)
    return fields


ARTICLE = [(3, 1), (2, 2), (3, 1), (2, 2)]
LENET = [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]


@X3_7.probes
def _(rng):
    random = [(int(k), int(s)) for k, s in rng.integers(1, 6, (7, 2))]
    return [([(3, 2), (3, 1)],), (ARTICLE,), (LENET,), (ALEXNET,),
            ([(5, 3), (1, 2), (4, 1), (2, 3), (3, 2)],), (random,)]


def _stack(field=lambda r, k, s, jump: r + (k - 1) * jump, jump=lambda j, s: j * s, first=1,
           early=False, skip=None):
    """A receptive field with a rule replaced.

    field(r, kernel, stride, jump) and jump(jump, stride) -> their new values; `first`: the field
    before any layer; `early`: the stride counts for its own layer already; `skip(kernel, stride)`:
    layers that change nothing.
    """

    def wrong(layers):
        r, j, fields = first, 1, []
        for k, s in layers:
            if not (skip and skip(k, s)):
                j = jump(j, s) if early else j
                r = field(r, k, s, j)
                j = j if early else jump(j, s)
            fields.append(r)
        return fields

    return wrong


_STRIDES = ("ignores the strides", "Behind a stride of 2 neighbouring units are 2 pixels apart, so "
            "a further 3×3 kernel adds 4 pixels, not 2: multiply by the product of all strides so "
            "far.")
_ADDS_K = ("adds k instead of k − 1", "A kernel of 3 reaches over 3 units, one of which was there "
           "before: it adds k − 1.")
_EARLY = ("a layer's own stride counted too early", "The stride moves the window; what one window "
          "sees does not depend on it. It counts for the layers behind: first make the field "
          "larger, then multiply by the stride.")
_LAST = ("only the last stride instead of the product", "After two strides of 2 neighbouring units "
         "are 4 pixels apart: multiply all strides so far.")
_ADDED = ("strides added instead of multiplied", "After strides of 2 and 3 neighbouring units are "
          "6 pixels apart, not 5: multiply.")
_POOL = ("pooling ignored", "A unit of a pooling layer sees all of its window, and the units "
         "behind are further apart: pooling counts like a convolution.")
_ZERO = ("starts at 0 instead of 1", "Before any layer a unit is one pixel and sees one pixel: "
         "start with 1.")


def _adds_k(r, k, s, jump):
    return r + k * jump


for (_name, _why), _changes in [
    (_STRIDES, {"jump": lambda j, s: j}),
    (_ADDS_K, {"field": _adds_k}),
    (_EARLY, {"early": True}),
    (_LAST, {"jump": lambda j, s: s}),
    (_ADDED, {"jump": lambda j, s: j + s}),
    (_ADDED, {"jump": lambda j, s: j + s - 1}),
    (_POOL, {"skip": lambda k, s: k == s}),
    (_POOL, {"skip": lambda k, s: s > 1}),
    (_ZERO, {"first": 0}),
    (("kernel of pooling ignored", "A unit of a pooling layer sees all of its window: it adds "
      "(k − 1) · the strides before, multiplied, like a convolution."),
     {"field": lambda r, k, s, jump: r + (k - 1) * jump * (k != s)}),
    (("kernel of pooling ignored", "A unit of a pooling layer sees all of its window: it adds "
      "(k − 1) · the strides before, multiplied, like a convolution."),
     {"field": lambda r, k, s, jump: r + (k - 1) * jump * (s == 1)}),
    (("fields multiplied", "Two 3×3 layers see 5 pixels, not 9: each kernel adds k − 1."),
     {"field": lambda r, k, s, jump: r * k}),
    (("fields multiplied", "Two 3×3 layers see 5 pixels, not 9: each kernel adds k − 1."),
     {"field": lambda r, k, s, jump: r * k * s}),
    (("rule for the way back, used forward", "r ← (r − 1)·stride + kernel runs from the last layer "
      "to the first. From the first on it is r ← r + (kernel − 1) · the strides before, "
      "multiplied."),
     {"field": lambda r, k, s, jump: (r - 1) * s + k}),
    (("field multiplied by the stride", "A stride does not make the field larger, but the distance "
      "of the units: the layers behind add (k − 1) · the strides before them, multiplied."),
     {"field": lambda r, k, s, jump: (r + k - 1) * s, "jump": lambda j, s: j}),
    (("field divided by the stride", "That is the number of units of a map. A field is counted in "
      "pixels of the input: a stride makes it grow faster."),
     {"field": lambda r, k, s, jump: (r + k - 1) // s, "jump": lambda j, s: j}),
    ((f"{_ADDS_K[0]}, and {_ZERO[0]}", "It makes the first layer right and all others too large: "
      "start with 1 and add (k − 1) · the strides before, multiplied."),
     {"field": _adds_k, "first": 0}),
    ((f"{_STRIDES[0]}, and {_ADDS_K[0]}", f"{_STRIDES[1]} Then: {_ADDS_K[1]}"),
     {"field": _adds_k, "jump": lambda j, s: j}),
    ((f"{_STRIDES[0]}, {_ADDS_K[0]}, and {_ZERO[0]}", f"{_STRIDES[1]} Then start with 1 and add "
      "k − 1 of these distances."), {"field": _adds_k, "jump": lambda j, s: j, "first": 0}),
    ((f"{_EARLY[0]}, and {_ADDS_K[0]}", f"{_EARLY[1]} Then: {_ADDS_K[1]}"),
     {"field": _adds_k, "early": True}),
    ((f"{_EARLY[0]}, and {_LAST[0]}", f"{_EARLY[1]} Then: {_LAST[1]}"),
     {"early": True, "jump": lambda j, s: s}),
    ((f"{_LAST[0]}, and {_ADDS_K[0]}", f"{_LAST[1]} Then: {_ADDS_K[1]}"),
     {"field": _adds_k, "jump": lambda j, s: s}),
    (("adds half the kernel", "k//2 is the reach to one side. The field grows on both sides, by "
      "k − 1 in all."), {"field": lambda r, k, s, jump: r + k // 2 * jump}),
    (("adds k − stride", "The stride plays no part in what one window sees: add (k − 1) · "
      "the strides before, multiplied."), {"field": lambda r, k, s, jump: r + (k - s) * jump}),
    (("forgets the layers below", "Every layer sees through those below: add to the field so far, "
      "`+=`."), {"field": lambda r, k, s, jump: 1 + (k - 1) * jump}),
]:
    X3_7.mistake(_name, why=_why)(_stack(**_changes))


@X3_7.mistake("kernel and stride swapped", why="A layer is (kernel, stride), in this order.")
def _(layers):
    return receptive_field([(s, k) for k, s in layers])


@X3_7.mistake("only the last field", why="Asked for is a list: the field after each layer. Append "
              "in the loop.")
def _(layers):
    return receptive_field(layers)[-1]


@X3_7.mistake("only the first field", why="The function ends at its first `return`. Put it behind "
              "the loop.")
def _(layers):
    return receptive_field(layers)[:1]


@X3_7.mistake("the input counted as a layer", why="The list has one entry for each layer; the 1 "
              "before the first one is not among them.")
def _(layers):
    return [1, *receptive_field(layers)]


@X3_7.mistake("the field before each layer", why="First make the field larger, then append it: the "
              "first entry is the first kernel.")
def _(layers):
    return [1, *receptive_field(layers)[:-1]]


@X3_7.mistake("from the last layer to the first", why="The list begins with the layer next to the "
              "image.")
def _(layers):
    return receptive_field(layers[::-1])


@X3_7.mistake("from the last layer to the first", why="The list begins with the layer next to the "
              "image.")
def _(layers):
    return receptive_field(layers)[::-1]


@X3_7.mistake("area instead of width", why="A field of 3×3 pixels is called 3 here, its width.")
def _(layers):
    return [r * r for r in receptive_field(layers)]


@X3_7.mistake("the strides multiplied instead of the fields", why="The product of the strides says "
              "how far apart units are. What they see grows by (kernel − 1) times that.")
def _(layers):
    return np.cumprod([s for _, s in layers]).tolist()


@X3_7.mistake("the sizes of the maps", why="A receptive field grows from layer to layer; it is "
              "what one unit sees of the input, not how many units there are.")
def _(layers, size=28):
    return [size := (size - k) // s + 1 for k, s in layers]
