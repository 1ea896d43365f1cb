"""What can be wrong with the data that a network is given, said in sentences."""

import math
import warnings

import numpy as np

from helpers.nn.checks_images import wrong_images


def check_labels(y, scores):
    """Return y as integer class numbers, or say what is wrong with it.

    Parameters
    ----------
    y : array-like (N,)
    scores : array (N, C)

    Raises
    ------
    ValueError
        For one-hot labels, another number of labels than rows, fractions, labels outside 0 … C−1.
    """
    y = np.asarray(y)
    if scores.ndim != 2:
        raise ValueError(f"Scores have a row for each example, (N, C); {scores.shape} came.")
    n, n_classes = scores.shape
    if y.ndim != 1:
        advice = "flatten them: y.ravel()" if y.shape[1:] == (1,) else "y.argmax(axis=1) makes them"
        raise ValueError(
            f"Labels are class numbers in one row, shape ({n},); shape {y.shape} came, "
            f"as for one-hot labels or a column. To get class numbers: {advice}."
        )
    if len(y) != n:
        raise ValueError(f"{n} rows of scores need {n} labels; {len(y)} labels came.")
    if y.dtype.kind not in "iu":
        y = _as_whole_numbers(y)
    if n and not 0 <= y.min() <= y.max() < n_classes:
        raise ValueError(
            f"With {n_classes} outputs the labels must be 0 to {n_classes - 1}; labels from "
            f"{y.min()} to {y.max()} came. Give the last layer {int(y.max()) + 1} units, or number "
            "the classes from 0 without gaps: np.unique(y, return_inverse=True)[1]."
        )
    return y


def _as_whole_numbers(y):
    """Return labels that came as floats or booleans as int64, if that loses nothing."""
    if y.dtype.kind not in "bf" or not np.all(np.isfinite(y)) or np.any(y != np.rint(y)):
        raise ValueError(
            f"Labels must be whole numbers (class 0, 1, 2 …); {y.dtype} values such as "
            f"{y.ravel()[:3].tolist()} came. To predict numbers and not classes, use loss='mse'."
        )
    return y.astype(np.int64)


def check_same_shape(pred, y):
    """Refuse predictions and targets of different shapes."""
    if pred.shape != np.shape(y):
        raise ValueError(
            f"mse expects predictions and targets of one shape; predictions {pred.shape} and "
            f"targets {np.shape(y)} came. Shapes such as (N, 1) and (N,) would be broadcast to "
            "(N, N): make the targets a column with y.reshape(-1, 1)."
        )


def check_features(network, x, training=False):
    """Return x as an array of the network's dtype, or say what is wrong with it.

    Parameters
    ----------
    network : Sequential
        Built here if it is not yet.
    x : array-like (N, *input_shape)
    training : bool
        Whether to look for missing and unscaled values as well.

    Raises
    ------
    ValueError
        For no examples, another shape than the network's, or values that are not finite.
    """
    raw = np.asarray(x)
    if raw.dtype.kind not in "fiub":
        raise ValueError(f"x must hold numbers; values of type {raw.dtype} came.")
    if raw.ndim < 2 or len(raw) == 0:
        raise ValueError(
            f"x must hold at least one example per row, shape (N, D); shape {raw.shape} came. "
            "A single example becomes a batch of one with x[None]."
        )
    if not network.built:
        network.build(raw.shape[1:])
    if raw.shape[1:] != network.input_shape:
        raise ValueError(_wrong_shape(raw.shape, network.input_shape))
    if training:
        _check_values(raw)
    return raw.astype(network.dtype, copy=False)


def _wrong_shape(shape, expected):
    size = math.prod(shape[1:])
    text = f"The network expects x of shape (N, {', '.join(map(str, expected))}); {shape} came. "
    if advice := wrong_images(shape, expected):
        return text + advice
    if size == math.prod(expected):
        return text + f"It has as many numbers: x.reshape(len(x), {', '.join(map(str, expected))})."
    return text + "Give it the features it was built for, or build a new network for these."


def _check_values(x):
    """Refuse missing values; warn of whole numbers such as pixels 0 … 255."""
    lost = x.size - np.count_nonzero(np.isfinite(x))
    if lost:
        raise ValueError(
            f"x holds {lost} values that are nan or infinite; a network cannot learn from them. "
            "Remove or replace them first."
        )
    largest = np.abs(x).max()
    if largest > 1 and np.array_equal(x, np.rint(x)):
        warnings.warn(
            f"x holds whole numbers up to {largest:g}, as unscaled images do. Training is slow or "
            f"fails with inputs that large: divide by {largest:g} to bring them into 0 … 1.",
            stacklevel=5,
        )


def whole_number(name, value):
    """Return value as an int ≥ 1, or say that `name` must be one."""
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} is a whole number, 1 or more; {value!r} came.")
    return int(value)
