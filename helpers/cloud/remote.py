"""A network that is somewhere else: the last layer of it asks a server."""

import numpy as np

from helpers import nn
from helpers.cloud import serving

TINY = 1e-30     # so that a probability of 0 has a logarithm


def network(url):
    """A network for 28×28 pixels that sends them to a model server.

    Everything that takes an `nn.Sequential` takes it, such as chapter 3's pad to draw on:
    ``draw_digit(network=remote.network(server.url))``. It cannot be trained.

    Parameters
    ----------
    url : str
        Of the model, such as `serving.Server.url`.

    Returns
    -------
    nn.Sequential
        Inputs (n, 28, 28, 1) from 0 to 1, outputs scores (n, 10).
    """
    made = nn.Sequential([RemoteModel(url)])
    made.build((28, 28, 1))
    return made


class RemoteModel(nn.Layer):
    """One layer, which hands its input to a server: the probabilities' logarithms come back."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def output_shape(self, input_shape):
        return (10,)

    def forward(self, x, training=False):
        images = serving.pixels(np.clip(x, 0, 1)).reshape(-1, 28, 28)
        return np.log(serving.ask(self.url, images) + TINY).astype(x.dtype)

    def backward(self, dout):
        raise NotImplementedError("A model on a server gives answers, not gradients.")
