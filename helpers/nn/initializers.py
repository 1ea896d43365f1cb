"""Where training starts: random weights, scaled so that signals neither die out nor explode.

The normal ones are whole normal distributions; Keras's of the same names are cut off at two
standard deviations and widened to the same variance.
"""

import numpy as np


def glorot_uniform(shape, rng):
    """Uniform on ±sqrt(6 / (fan_in + fan_out)), variance 2 / (fan_in + fan_out).

    The default of Keras and of this library. Glorot & Bengio (2010).
    """
    limit = np.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def glorot_normal(shape, rng):
    """Normal with variance 2 / (fan_in + fan_out). Glorot & Bengio (2010)."""
    return rng.normal(0, np.sqrt(2 / sum(fans(shape))), shape)


def he_uniform(shape, rng):
    """Uniform on ±sqrt(6 / fan_in), variance 2 / fan_in: for ReLU. He et al. (2015)."""
    limit = np.sqrt(6 / fans(shape)[0])
    return rng.uniform(-limit, limit, shape)


def he_normal(shape, rng):
    """Normal with variance 2 / fan_in: for ReLU. He et al. (2015)."""
    return rng.normal(0, np.sqrt(2 / fans(shape)[0]), shape)


def zeros(shape, rng):
    """All zero: right for biases, fatal for weights (all units of a layer stay alike)."""
    return np.zeros(shape)


def fans(shape):
    """Return (fan_in, fan_out): how many inputs a unit sees, and how many units see an input."""
    *window, n_in, n_out = shape
    return n_in * int(np.prod(window)), n_out * int(np.prod(window))


INITIALIZERS = {
    f.__name__: f for f in (glorot_uniform, glorot_normal, he_uniform, he_normal, zeros)
}


def get(initializer):
    """Return the function `(shape, rng) -> array` for a name; a function is returned as it is.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    if callable(initializer):
        return initializer
    if initializer not in INITIALIZERS:
        raise ValueError(
            f"An initializer is one of {', '.join(INITIALIZERS)}, or a function (shape, rng) -> "
            f"array; {initializer!r} came."
        )
    return INITIALIZERS[initializer]
