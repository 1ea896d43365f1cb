"""A data set in two parts: one to learn from, one to be tested on."""

from typing import NamedTuple

import numpy as np


class Split(NamedTuple):
    """A data set, split once and for all into a part to learn from and a part to be tested on.

    Attributes
    ----------
    x_train, x_test : (n, height, width) float32 in [0, 1]
    y_train, y_test : (n,) int64, the class of each image
    name : str
        What was really loaded: "digits" also where MNIST was asked for and could not be had.
    source : str
        Who collected it, where it comes from.
    real : bool
        True for measured data, False for generated data.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str
    source: str
    real: bool

    def flat(self):
        """The same split with each image as one row: x of shape (n, height·width)."""
        return self._replace(x_train=self.x_train.reshape(len(self.x_train), -1),
                             x_test=self.x_test.reshape(len(self.x_test), -1))

    def with_channel(self):
        """The same split with an axis for the channels: x of shape (n, height, width, 1).

        A convolution wants it, even where there is one channel only: grey.

        Raises
        ------
        ValueError
            If the images are rows already, so that nobody can know their height and width.
        """
        if self.x_train.ndim == 2:
            raise ValueError("with_channel: expected images, x of shape (n, height, width); these "
                             f"are rows, {self.x_train.shape}. Leave out .flat().")
        if self.x_train.ndim == 4:      # they have one: asking twice does no harm
            return self
        return self._replace(x_train=self.x_train[..., None], x_test=self.x_test[..., None])

    def __repr__(self):
        return (f"<{self.name}: x_train {self.x_train.shape}, x_test {self.x_test.shape}, "
                f"{'real' if self.real else 'generated'}>")
