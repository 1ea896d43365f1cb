"""For every layer of `helpers.nn` the one of Keras that computes the same, and back again."""

import numpy as np

from helpers import nn

POOLING = ("MaxPooling2D", "AveragePooling2D")
NO_SETTINGS = ("GlobalMaxPooling2D", "GlobalAveragePooling2D", "Flatten")
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
KNOWN = "Dense, Conv2D, pooling, global pooling, Flatten, Dropout, ReLU, Tanh and Sigmoid"


def keras_layer(layer, dtype):
    """Return the Keras layer for a layer of `helpers.nn`, of the same name and without weights.

    Raises
    ------
    ValueError
        For a layer that it does not know.
    """
    import keras

    kind = type(layer).__name__
    common = {"name": layer.name, "dtype": dtype}
    if isinstance(layer, (nn.Dense, nn.Conv2D)):
        common["activation"] = (
            type(layer.activation).__name__.lower() if layer.activation else None
        )
        common["kernel_regularizer"] = _keras_regularizer(layer.kernel_regularizer)
        if isinstance(layer, nn.Dense):
            return keras.layers.Dense(layer.units, **common)
        window = (layer.kernel_size, layer.strides, layer.padding)
        return keras.layers.Conv2D(layer.filters, *window, data_format="channels_last", **common)
    if isinstance(layer, nn.Dropout):
        return keras.layers.Dropout(layer.rate, **common)
    if isinstance(layer, tuple(ACTIVATIONS.values())):
        return keras.layers.Activation(kind.lower(), **common)
    if kind in POOLING:
        window = (layer.pool_size, layer.strides, layer.padding)
        return getattr(keras.layers, kind)(*window, data_format="channels_last", **common)
    if kind in NO_SETTINGS:
        return getattr(keras.layers, kind)(data_format="channels_last", **common)
    raise ValueError(
        f"copy_to_keras knows {KNOWN}; {kind} ({layer.name}) came. Build the Keras model by hand "
        "and give it the weights: keras_model.set_weights(network.get_weights())."
    )


def _keras_regularizer(regularizer):
    import keras

    if regularizer is None:
        return None
    own = keras.regularizers.L2(regularizer.l2)
    own.l2 = np.float64(regularizer.l2)  # a Python float would reach TensorFlow as float32
    return own


def own_layer(layer):
    """Return the layer of `helpers.nn` for a Keras layer, without weights.

    Raises
    ------
    ValueError
        For a layer, or a setting of one, that the library does not have.
    """
    kind = type(layer).__name__
    settings = layer.get_config()
    name = getattr(getattr(layer, "activation", None), "__name__", None)
    last = settings.get("data_format", "channels_last") == "channels_last"
    if kind == "Dense" and layer.use_bias:
        return nn.Dense(layer.units, name, kernel_regularizer=_own_regularizer(layer))
    plain = settings.get("groups") == 1 and tuple(settings.get("dilation_rate", ())) == (1, 1)
    if kind == "Conv2D" and layer.use_bias and last and plain:
        window = (layer.kernel_size, layer.strides, layer.padding)
        return nn.Conv2D(layer.filters, *window, name, kernel_regularizer=_own_regularizer(layer))
    if kind in POOLING and last:
        return getattr(nn, kind)(*(settings[key] for key in ("pool_size", "strides", "padding")))
    if kind in NO_SETTINGS and last and not settings.get("keepdims"):
        return getattr(nn, kind)()
    if kind == "Dropout":
        return nn.Dropout(layer.rate)
    name = "relu" if kind == "ReLU" else name
    if kind in ("ReLU", "Activation") and name in ACTIVATIONS:
        return ACTIVATIONS[name]()
    raise ValueError(
        f"copy_from_keras knows {KNOWN} (Dense and Conv2D with bias; channels last; no groups and "
        f"no dilation); {kind} ({layer.name}) came. Build the network by hand and give it the "
        "weights: network.set_weights(keras_model.get_weights())."
    )


def _own_regularizer(layer):
    l2 = getattr(layer.kernel_regularizer, "l2", None)
    return None if l2 is None else nn.L2(float(l2))
