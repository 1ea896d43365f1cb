"""Stacks of layers with a name, as settings: what W3.2 and W3.4 begin with.

Sources: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
recognition", Proc. IEEE 86, section II.B and table I; Krizhevsky, Sutskever & Hinton (2012),
"ImageNet classification with deep convolutional neural networks", section 3.5 (the text says
224×224; the sizes of the layers that follow need 227).
"""

from __future__ import annotations


def conv(filters: int, kernel: int = 3, stride: int = 1, padding: str = "valid", **more) -> dict:
    """The settings of a Conv2D layer, as `helpers.cnn.accounting.trace` reads them."""
    return {"kind": "Conv2D", "filters": filters, "kernel": kernel, "stride": stride,
            "padding": padding, **more}


def pool(kernel: int = 2, stride: int | None = None, kind: str = "MaxPooling2D") -> dict:
    """The settings of a pooling layer."""
    return {**conv(32), "kind": kind, "kernel": kernel, "stride": stride or kernel}


def dense(units: int) -> dict:
    """The settings of a Dense layer; its window only matters should it become another layer."""
    return {**conv(units), "kind": "Dense"}


def plain_layer(kind: str) -> dict:
    """The settings of a layer that has none: Flatten or a global pooling."""
    return {**conv(32), "kind": kind}


def article() -> list:
    """The article's network, line by line."""
    return [conv(32), pool(), conv(64), pool(), plain_layer("Flatten"), dense(64), dense(10)]


def lenet5() -> list:
    """LeNet-5 up to F6: 60 000 trainable parameters.

    C3 connects 60 of the 96 pairs of maps; S2 and S4 have a weight and a bias for each map; the
    ten output units that follow compare with fixed patterns and are not trained.
    """
    small = {"kind": "Subsampling"}
    return [conv(6, 5), pool(**small), conv(16, 5, pairs=60), pool(**small), conv(120, 5),
            plain_layer("Flatten"), dense(84)]


def alexnet() -> list:
    """AlexNet; layers 3, 6 and 7 were cut in two for two graphics cards."""
    return [
        conv(96, 11, 4), pool(3, 2), conv(256, 5, 1, "same", groups=2), pool(3, 2),
        conv(384, 3, 1, "same"), conv(384, 3, 1, "same", groups=2),
        conv(256, 3, 1, "same", groups=2), pool(3, 2), plain_layer("Flatten"),
        dense(4096), dense(4096), dense(1000),
    ]


def global_pool() -> list:
    """Three convolutions that pad, and the maximum of each map instead of Flatten."""
    return [conv(16, padding="same"), pool(), conv(32, padding="same"), pool(),
            conv(64, padding="same"), plain_layer("GlobalMaxPooling2D"), dense(10)]


def mlp() -> list:
    """No convolution at all: about as many parameters as the article's network."""
    return [plain_layer("Flatten"), dense(153), dense(10)]


# name -> (layers, side of the image, channels)
PRESETS = {
    "article": (article, 28, 1),
    "global": (global_pool, 28, 1),
    "mlp": (mlp, 28, 1),
    "lenet5": (lenet5, 32, 1),
    "alexnet": (alexnet, 227, 3),
}
