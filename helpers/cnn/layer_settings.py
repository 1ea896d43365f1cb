"""The settings of a layer, read from whatever a layer is: `helpers.nn`, Keras, or a dict."""

from __future__ import annotations

from dataclasses import dataclass, replace

POOLS = ("MaxPooling2D", "AveragePooling2D", "Subsampling")
GLOBAL = ("GlobalMaxPooling2D", "GlobalAveragePooling2D")
UNCHANGED = ("ReLU", "Tanh", "Sigmoid", "Activation", "Softmax", "Dropout", "Rescaling")
NAMES = {
    **{"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d"},
    **{"AveragePooling2D": "average_pooling2d", "Subsampling": "subsampling"},
    **{"GlobalMaxPooling2D": "global_max_pooling2d"},
    **{"GlobalAveragePooling2D": "global_average_pooling2d"},
}


@dataclass(frozen=True)
class Settings:
    """One layer as its settings; what `described` makes of everything that is a layer."""

    kind: str  # Keras's class name, or "Subsampling" (LeNet's pooling, with a weight for each map)
    name: str = ""
    filters: int = 0  # also the units of a Dense layer
    kernel: tuple = (1, 1)
    strides: tuple = (1, 1)
    padding: str = "valid"
    groups: int = 1  # AlexNet's half convolutions: each group sees only its share of the channels
    pairs: int | None = None  # connected pairs (input map, output map), where not all are


def described(layer) -> Settings:
    """Read the settings of a layer.

    Parameters
    ----------
    layer : object
        A layer of `helpers.nn` or Keras, a `Settings`, or a dict with "kind" (Keras's class name)
        and, where they mean something, "filters" (also a Dense layer's units), "kernel", "stride"
        (as numbers or pairs), "padding", "groups", "pairs", "name".

    Returns
    -------
    Settings

    Raises
    ------
    ValueError
        If it is of a kind that is not known here.
    """
    if isinstance(layer, Settings):
        return layer
    is_dict = isinstance(layer, dict)
    kind = layer.get("kind") if is_dict else type(layer).__name__
    known = ("Conv2D", "Dense", "Flatten", *POOLS, *GLOBAL, *UNCHANGED)
    if kind not in known:
        raise ValueError(f"{kind!r} is no kind of layer that can be counted here; "
                         f"known are {', '.join(known)}.")

    def setting(key, attribute=None, default=None):
        # Keras's layers have a `kernel` too: their weights
        value = layer.get(key) if is_dict else getattr(layer, attribute or key, None)
        return default if value is None else value

    settings = Settings(kind, name=setting("name", default=""),
                        padding=setting("padding", default="valid"))
    if kind in ("Conv2D", "Dense"):
        many = setting("filters", "filters" if kind == "Conv2D" else "units", 1)
        settings = replace(settings, filters=int(many))
    if kind == "Conv2D":
        if pair(setting("dilation_rate", default=1)) != (1, 1):
            raise ValueError("A dilated convolution cannot be counted here.")
        return replace(settings, kernel=pair(setting("kernel", "kernel_size", 3)),
                       strides=pair(setting("stride", "strides", 1)), pairs=setting("pairs"),
                       groups=int(setting("groups", default=1)))
    if kind in POOLS:
        kernel = pair(setting("kernel", "pool_size", 2))
        return replace(settings, kernel=kernel, strides=pair(setting("stride", "strides", kernel)))
    return settings


def named(settings: Settings, counts: dict) -> Settings:
    """Give a layer without a name the one that Keras would give it: conv2d, conv2d_1, …"""
    if settings.name not in ("", settings.kind.lower()):  # `helpers.nn` before it is built
        return settings
    stem = NAMES.get(settings.kind, settings.kind.lower())
    counts[stem] = counts.get(stem, -1) + 1
    return replace(settings, name=stem if counts[stem] == 0 else f"{stem}_{counts[stem]}")


def pair(value) -> tuple:
    """Turn 3 into (3, 3); leave a pair as it is."""
    pair = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    return tuple(int(n) for n in pair)
