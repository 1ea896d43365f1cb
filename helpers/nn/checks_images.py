"""What can be wrong with images and with networks for them, said in sentences."""

import math

from helpers.nn.windows import TooSmall

LARGEST_SIDE = 4096
"""Where the search for images that would be large enough ends, in pixels."""


def check_maps(x):
    """Refuse what is not a batch of maps (N, H, W, C)."""
    if x.ndim != 4:
        raise ValueError(
            f"Expected images with channels, x of shape (N, H, W, C); {x.shape} came."
            + _missing_axis(x.shape)
        )


def check_conv2d(x, W, b):
    """Refuse images, kernels and biases that do not fit together."""
    check_maps(x)
    if W.ndim != 4 or W.shape[2] != x.shape[3] or b.shape != W.shape[3:]:
        raise ValueError(
            "conv2d expects x (N, H, W, C), W (kh, kw, C, F) and b (F,); "
            f"x {x.shape}, W {W.shape} and b {b.shape} came. The kernels must have as many "
            "channels C as the images, and b has one number for each of the F kernels."
        )


def _missing_axis(shape):
    if len(shape) == 3:
        return " If the images have no axis for channels, x[..., None] adds it: (N, H, W, 1)."
    if len(shape) == 2:
        return (
            " These are rows of numbers; if they are images of H × W pixels, "
            "x.reshape(len(x), H, W, 1) makes images of them again."
        )
    return ""


def check_image_shape(layer, input_shape):
    """Refuse a shape of examples, without N, that a layer for images cannot take."""
    kind = type(layer).__name__
    if len(input_shape) == 3:
        return
    text = (
        f"{layer.name}: {kind} expects images with channels, examples of shape (H, W, C); examples "
        f"of shape {tuple(input_shape)} came. "
    )
    if len(input_shape) == 1:
        raise ValueError(
            text + f"Flatten and Dense lose where a pixel was: put {kind} before them, or give the "
            "network images, x.reshape(len(x), H, W, C)."
        )
    raise ValueError(text + "If the axis for channels is missing, x[..., None] adds it.")


def shapes_through(layers, input_shape):
    """Return the shape of one example, without N, before the first layer and after each.

    Raises
    ------
    ValueError
        If images become smaller than a window; it names the layer, and images large enough.
    """
    shapes = [tuple(input_shape)]
    for place, layer in enumerate(layers):
        try:
            shapes.append(tuple(layer.output_shape(shapes[-1])))
        except TooSmall:
            raise ValueError(_too_small(layers[: place + 1], shapes)) from None
    return shapes


def _too_small(layers, shapes):
    """Say that the last of `layers` has nothing left to look at; shapes: of all examples so far."""
    layer, (height, width, _) = layers[-1], shapes[-1]
    kernel = getattr(layer, "kernel_size", None) or layer.pool_size
    came = f"{shapes[0][0]} × {shapes[0][1]}"
    text = (
        f"Images of {came} pixels are too small for this network: {layer.name} gets maps of "
        f"{height} × {width} and needs {kernel[0]} × {kernel[1]} or more, so that nothing would be "
        "left. "
    )
    if len(layers) == 1:
        return text + "Use larger images, a smaller window, or padding='same'."
    side = smallest_side(layers, shapes[0][-1])
    enough = f" The smallest square images that pass are {side} × {side}." if side else ""
    return text + "Use larger images, fewer poolings, or padding='same'." + enough


def smallest_side(layers, channels):
    """Return the side in pixels of the smallest square images that pass all layers; None if none.

    Past a flattening any size counts as passed.
    """
    for side in range(1, LARGEST_SIDE + 1):
        shape = (side, side, channels)
        try:
            for layer in layers:
                shape = layer.output_shape(shape)
        except TooSmall:
            continue
        return side
    return None


def wrong_images(shape, expected):
    """Say what to do with x of `shape` (N, …) where examples of `expected` (H, W, C) are needed.

    Returns
    -------
    advice : str or None
        None where the general advice is as good.
    """
    if len(expected) != 3:
        return None
    if shape[1:] == expected[:2] and expected[2] == 1:
        return "The axis for channels is missing: x[..., None] adds it."
    if len(shape) == 4 and shape[1:3] == expected[:2]:
        return (
            f"The network was built for {_channels(expected[2])}, and these images have "
            f"{_channels(shape[3])}. Give it such images, or build a new network for these."
        )
    if len(shape) == 4 and shape[3] == expected[2] and math.prod(shape[1:]) != math.prod(expected):
        return (
            f"Images of {shape[1]} × {shape[2]} pixels came, and the network was built for "
            f"{expected[0]} × {expected[1]}. Give it such images, or build a new network for these."
        )
    return None


def _channels(number):
    return f"{number} channel{'s' if number != 1 else ''}"
