"""Losses: how wrong the network is, as one number, and which way to push its outputs."""

import numpy as np

from helpers.nn import functional as F
from helpers.nn.checks import check_labels, check_same_shape


class Loss:
    """What a loss offers to a network; see the two below."""

    name = "loss"
    metric = None  # a second, more readable measure, and its name

    def check(self, y, outputs):
        """Return y as the loss needs it for `outputs`, or raise a ValueError that explains."""
        raise NotImplementedError

    def value(self, outputs, y):
        """Return the loss, the mean over the batch; float."""
        raise NotImplementedError

    def gradient(self, outputs, y):
        """Return ∂loss/∂outputs, of outputs' shape."""
        raise NotImplementedError


class SparseCategoricalCrossentropy(Loss):
    """Softmax and cross-entropy, from scores (logits) and class numbers.

    Keras's `SparseCategoricalCrossentropy(from_logits=True)`; the mathematics is in
    `functional.softmax_cross_entropy`.
    """

    name = "sparse_categorical_crossentropy"
    metric = "accuracy"

    def check(self, y, outputs):
        return check_labels(y, outputs)

    def value(self, outputs, y):
        return F.softmax_cross_entropy(outputs, y)

    def gradient(self, outputs, y):
        return F.softmax_cross_entropy_backward(outputs, y)

    def measure(self, outputs, y):
        """Return the part of the examples whose highest score is the true class; float."""
        return float((outputs.argmax(axis=-1) == y).mean())


class MeanSquaredError(Loss):
    """Mean squared error; see `functional.mse`."""

    name = "mean_squared_error"

    def check(self, y, outputs):
        y = np.asarray(y, dtype=outputs.dtype)
        check_same_shape(outputs, y)
        return y

    def value(self, outputs, y):
        return F.mse(outputs, y)

    def gradient(self, outputs, y):
        return F.mse_backward(outputs, y)


LOSSES = {
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
}


def get(loss):
    """Return the Loss for a name; a Loss is returned as it is."""
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        advice = (
            " It wants one-hot labels; use 'sparse_categorical_crossentropy' with class numbers."
            if loss == "categorical_crossentropy"
            else ""
        )
        raise ValueError(f"loss is one of {', '.join(LOSSES)}; {loss!r} came.{advice}")
    return LOSSES[loss]()
