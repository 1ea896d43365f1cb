"""What a stack of layers costs and sees, worked out without building it.

For a window of k pixels, stride s and the input's n pixels (each axis for itself):

    "valid"   n′ = ⌊(n − k)/s⌋ + 1          no padding; what does not fit is dropped
    "same"    n′ = ⌈n/s⌉                    max((n′ − 1)s + k − n, 0) zeros, the smaller half first
    receptive field   r = r₋ + (k − 1)·j₋   jump j = j₋·s,   starting from r = j = 1

A convolution of (kh, kw, C, F) has kh·kw·C·F + F parameters and multiplies kh·kw·C·F times at each
of its output's places. One multiplication with its addition is one MAC (multiply–accumulate);
biases, activations and the comparisons of a pool are not counted.

Each of them is tested against Keras, by brute force, and by gradients.
"""

from __future__ import annotations

from helpers.cnn.layer_settings import GLOBAL, UNCHANGED, Settings, described, named
from helpers.cnn.rows import IllegalStack, Row, Trace, by, product, spaced
from helpers.nn import output_size, padding_of

__all__ = ["IllegalStack", "Row", "Trace", "receptive_field", "smallest_side", "spaced", "trace",
           "window"]

LARGEST = 512  # a side that every sensible stack of a picture network can take


def trace(layers, input_shape) -> Trace:
    """Follow one image through a stack of layers.

    Parameters
    ----------
    layers : sequence
        Layers of `helpers.nn` or Keras (or a network that has ``.layers``), or dicts of settings
        as `described` reads them.
    input_shape : tuple of int
        (height, width, channels), or (values,) for a stack without images.

    Returns
    -------
    Trace
        One `Row` for each layer.

    Raises
    ------
    IllegalStack
        If a layer cannot take what the one before it hands on; the sentence says which, and what
        it would need.
    ValueError
        If something is no layer, or the shape is none.
    """
    shape = _shape(input_shape)
    rows, counts = Trace(), {}
    rows.input_shape = shape
    image = shape[:2] if len(shape) == 3 else (1, 1)
    seen = {"field": (1, 1), "jump": (1, 1), "first": (0, 0), "grid": image}
    for at, layer in enumerate(_layers(layers)):
        settings = named(described(layer), counts)
        try:
            row, seen = _step(settings, shape, seen, image)
        except ValueError as problem:
            text = f"Layer {at + 1} ({settings.name}, {settings.kind}): {problem}"
            raise IllegalStack(text, at, rows) from None
        rows.append(row)
        shape = row.shape
    return rows


def receptive_field(layers) -> list:
    """Receptive field after each layer: r = r₋ + (k − 1)·j₋, j = j₋·s.

    Parameters
    ----------
    layers : sequence
        Pairs (kernel, stride), or layers with windows as for `trace`; others leave it as it is.

    Returns
    -------
    list of int
        In pixels of the image along one axis (the vertical one).
    """
    fields, r, j = [], 1, 1
    for layer in _layers(layers):
        is_pair = isinstance(layer, (tuple, list)) and len(layer) == 2
        settings = described({"kind": "Conv2D", "kernel": layer[0], "stride": layer[1]}
                         if is_pair else layer)
        r, j = r + (settings.kernel[0] - 1) * j, j * settings.strides[0]
        fields.append(r)
    return fields


def smallest_side(layers, channels: int = 1) -> int | None:
    """Smallest square image that gets through; None if none of up to 512 pixels does."""
    stack = [described(layer) for layer in _layers(layers)]

    def gets_through(side):
        try:
            trace(stack, (side, side, channels))
        except IllegalStack:
            return False
        return True

    if not gets_through(LARGEST):
        return None
    too_small, enough = 0, LARGEST
    while enough - too_small > 1:  # a larger image always gets at least as far: halve the rest
        middle = (too_small + enough) // 2
        if gets_through(middle):
            enough = middle
        else:
            too_small = middle
    return enough


def window(size: int, kernel: int, stride: int, padding: str) -> tuple:
    """Output size along one axis and the zeros before its first pixel, as in `helpers.nn`."""
    zeros_before, _ = padding_of(size, kernel, stride, padding)
    return output_size(size, kernel, stride, padding), zeros_before


def _step(settings: Settings, shape: tuple, seen: dict, image: tuple):
    """One layer: its row, and what the next one has to know."""
    if settings.kind in UNCHANGED:
        return _row(settings, shape, shape, 0, 0, seen), seen
    if settings.kind == "Dense":
        if len(shape) == 3:
            raise ValueError(f"it wants a plain row of numbers and gets {by(shape)}; "
                             "put Flatten or a global pooling before it.")
        seen = _all_of(seen, image)
        macs = shape[0] * settings.filters
        return _row(settings, shape, (settings.filters,), macs + settings.filters, macs, seen), seen
    if len(shape) != 3:
        if settings.kind == "Flatten":
            return _row(settings, shape, shape, 0, 0, seen), seen
        raise ValueError(f"it wants an image and gets a row of {shape[0]} numbers; "
                         "it has to stand before Flatten.")
    if settings.kind == "Flatten":
        return _row(settings, shape, (product(shape),), 0, 0, seen), seen
    if settings.kind in GLOBAL:
        seen = _all_of(seen, image)
        return _row(settings, shape, (shape[2],), 0, 0, seen), seen
    return _windowed(settings, shape, seen)


def _windowed(settings: Settings, shape: tuple, seen: dict):
    """A convolution or a pool."""
    if settings.padding not in ("valid", "same"):
        raise ValueError(f'padding is "valid" or "same", not {settings.padding!r}.')
    if min(*settings.kernel, *settings.strides) < 1:
        raise ValueError("kernel and stride are at least 1.")
    axes = list(zip(shape[:2], settings.kernel, settings.strides, strict=True))
    if settings.padding == "valid" and any(size < kernel for size, kernel, _ in axes):
        raise ValueError(f"its window of {by(settings.kernel)} does not fit into the "
                         f"{by(shape[:2])} that it gets.")
    along = [window(*axis, settings.padding) for axis in axes]
    grid = tuple(out for out, _ in along)
    old = list(zip(seen["field"], seen["jump"], seen["first"], axes, along, strict=True))
    seen = {
        "field": tuple(r + (kernel - 1) * j for r, j, _, (_, kernel, _), _ in old),
        "jump": tuple(j * stride for _, j, _, (_, _, stride), _ in old),
        "first": tuple(a - before * j for _, j, a, _, (_, before) in old),
        "grid": grid,
    }
    places, channels = product(grid), shape[2]
    if settings.kind == "Conv2D":
        pairs = _pairs(settings, channels)
        weights, out = product(settings.kernel) * pairs, settings.filters
        return _row(settings, shape, (*grid, out), weights + out, weights * places, seen), seen
    # LeNet's subsampling multiplies each sum of four by a weight of its map and adds a bias.
    weights, macs = (2 * channels, places * channels) if settings.kind == "Subsampling" else (0, 0)
    return _row(settings, shape, (*grid, channels), weights, macs, seen), seen


def _pairs(settings: Settings, channels: int) -> int:
    """How many pairs of an input and an output map a convolution connects."""
    if settings.filters < 1:
        raise ValueError("it needs at least one filter.")
    if settings.pairs is not None:
        return min(settings.pairs, channels * settings.filters)
    if channels % settings.groups or settings.filters % settings.groups:
        raise ValueError(f"{settings.groups} groups do not divide {channels} channels and "
                         f"{settings.filters} filters.")
    return channels * settings.filters // settings.groups


def _all_of(seen: dict, image: tuple) -> dict:
    """What a value sees that depends on every place of the map: the image without the padding."""
    spans = zip(seen["field"], seen["jump"], seen["first"], seen["grid"], image, strict=True)
    ends = [(max(a, 0), min(a + r + (n - 1) * j, size)) for r, j, a, n, size in spans]
    return {"field": tuple(high - low for low, high in ends), "jump": (0, 0),
            "first": tuple(low for low, _ in ends), "grid": (1, 1)}


def _row(settings, before, after, parameters, macs, seen) -> Row:
    places = (seen[name] for name in ("field", "jump", "first"))
    return Row(settings.name, settings.kind, after, before, parameters, macs, *places, settings)


def _layers(layers):
    """The layers of a network or list, without Keras's input layer."""
    return [x for x in getattr(layers, "layers", layers) if type(x).__name__ != "InputLayer"]


def _shape(shape) -> tuple:
    try:
        numbers = (shape,) if isinstance(shape, int) else tuple(shape)
        whole = tuple(int(n) for n in numbers)
    except (TypeError, ValueError):
        numbers, whole = (), ()
    if len(whole) not in (1, 3) or whole != numbers or min(whole) < 1:
        raise ValueError("input_shape is (height, width, channels), each at least 1, such as "
                         f"(28, 28, 1); got {shape!r}.")
    return whole
