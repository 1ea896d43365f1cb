"""Layers for images: convolution, pooling, and the way from maps to rows of numbers.

Named, and set, as in Keras with its default data format: maps are (N, H, W, C).
"""

import math

import numpy as np

from helpers.nn import convolution_fast, initializers, pooling
from helpers.nn.checks import whole_number
from helpers.nn.checks_images import check_conv2d, check_image_shape
from helpers.nn.layers import Layer, ReLU, activation_layer, check_regularizer
from helpers.nn.parallel import LEAST, in_parts
from helpers.nn.windows import check_padding, pad, pair, windows_of

PART_BYTES = 2**20
"""Pooling takes so little time that another thread is worth it only for this many bytes of maps."""


class Conv2D(Layer):
    """Slides kernels over the images: out = activation(conv2d(x, W, b)).

    Parameters
    ----------
    filters : int
        Number of kernels F, and so of channels that come out.
    kernel_size, strides : int or (int, int)
        Height and width of the kernels, and their steps down and across, in pixels.
    padding : "valid" or "same"
        See `helpers.nn.padding_of`.
    activation : None, "relu", "tanh" or "sigmoid"
    kernel_initializer, kernel_regularizer
        As for `Dense`.

    Notes
    -----
    params: W (kh, kw, C, F) and b (F,), Keras's `kernel` and `bias`.
    """

    uses_all_cores = True

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        activation=None,
        kernel_initializer="glorot_uniform",
        kernel_regularizer=None,
    ):
        super().__init__()
        self.filters = whole_number("filters", filters)
        self.kernel_size = pair("kernel_size", kernel_size)
        self.strides = pair("strides", strides)
        check_padding(padding)
        self.padding = padding
        self.activation = activation_layer(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = check_regularizer(kernel_regularizer)

    def build(self, input_shape, rng, dtype):
        check_image_shape(self, input_shape)
        shape = (*self.kernel_size, input_shape[-1], self.filters)
        W = np.asarray(self.kernel_initializer(shape, rng), dtype=dtype)
        if W.shape != shape:
            raise ValueError(f"The initializer must return shape {shape}; {W.shape} came.")
        self.params = {"W": W.copy(), "b": np.zeros(self.filters, dtype)}
        self.built = True

    def output_shape(self, input_shape):
        check_image_shape(self, input_shape)
        windows = windows_of(input_shape[:2], self.kernel_size, self.strides, self.padding)
        return (*windows.out, self.filters)

    def forward(self, x, training=False):
        if not self.built:
            dtype = np.result_type(x.dtype, np.float32)
            self.build(x.shape[1:], np.random.default_rng(), dtype)
        W, b = self.params["W"], self.params["b"]
        check_conv2d(x, W, b)
        self.x = x
        self.windows = windows_of(x.shape[1:3], self.kernel_size, self.strides, self.padding)
        relu = isinstance(self.activation, ReLU)    # computed along, while z is in the cache
        self.out = convolution_fast.forward(x, W, b, self.windows, relu)
        if self.activation and not relu:
            self.out = self.activation.forward(self.out, training)
        return self.out

    def backward(self, dout):
        return self._backward(dout, input_gradient=True)

    def fill_grads(self, dout):
        self._backward(dout, input_gradient=False)

    def _backward(self, dout, input_gradient):
        W = self.params["W"]
        relu = isinstance(self.activation, ReLU)
        if self.activation and not relu:
            dout = self.activation.backward(dout)
        dx, dW, db = convolution_fast.backward(
            dout, self.x, W, self.windows, self.out if relu else None, input_gradient
        )
        if self.kernel_regularizer:
            dW += self.kernel_regularizer.gradient(W)
        self.grads = {"W": dW, "b": db}
        return dx

    def penalty(self):
        return self.kernel_regularizer.penalty(self.params["W"]) if self.kernel_regularizer else 0.0

    def config(self):
        return {
            "layer": "Conv2D",
            "filters": self.filters,
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "activation": type(self.activation).__name__ if self.activation else None,
            "l2": self.kernel_regularizer.l2 if self.kernel_regularizer else 0.0,
        }


class _Pooling2D(Layer):
    """What both poolings share."""

    def __init__(self, pool_size=2, strides=None, padding="valid"):
        super().__init__()
        self.pool_size = pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else pair("strides", strides)
        check_padding(padding)
        self.padding = padding

    def build(self, input_shape, rng, dtype):
        check_image_shape(self, input_shape)
        self.built = True

    def output_shape(self, input_shape):
        check_image_shape(self, input_shape)
        windows = windows_of(input_shape[:2], self.pool_size, self.strides, self.padding)
        return (*windows.out, input_shape[-1])

    def _least(self, maps):
        """How many images a part needs to be worth another thread; int."""
        return max(PART_BYTES // (maps.itemsize * math.prod(maps.shape[1:])), LEAST)

    def config(self):
        settings = {"pool_size": list(self.pool_size), "strides": list(self.strides)}
        return {"layer": type(self).__name__, **settings, "padding": self.padding}


class MaxPooling2D(_Pooling2D):
    """`max_pool2d` as a layer: the largest of each window.

    Parameters
    ----------
    pool_size : int or (int, int)
    strides : int or (int, int), optional
        Left out: `pool_size`.
    padding : "valid" or "same"
    """

    def forward(self, x, training=False):
        self.windows = pooling.windows_for(x, self.pool_size, self.strides, self.padding)
        padded = self.padded = pad(x, self.windows, -np.inf)
        y = np.empty((len(x), *self.windows.out, x.shape[-1]), x.dtype)

        def work(part):
            pooling.largest(padded[part], self.windows, out=y[part])

        in_parts(len(x), work, self._least(padded))
        self.y = y    # kept, so that backward need not search again
        return y

    def backward(self, dout):
        dpadded = np.empty(self.padded.shape, dout.dtype)

        def work(part):
            pooling.give_to_largest(
                dout[part], self.padded[part], self.y[part], self.windows, out=dpadded[part]
            )

        in_parts(len(dout), work, self._least(dpadded))
        return dpadded[(slice(None), *self.windows.inner)]


class AveragePooling2D(_Pooling2D):
    """`avg_pool2d` as a layer: the mean of each window. Parameters as for `MaxPooling2D`."""

    def forward(self, x, training=False):
        self.x = x
        return pooling.avg_pool2d(x, self.pool_size, self.strides, self.padding)

    def backward(self, dout):
        return pooling.avg_pool2d_backward(
            dout, self.x, self.pool_size, self.strides, self.padding
        )


class _GlobalPooling2D(Layer):
    """What both global poolings share; `pool` and `pool_backward` are the functions."""

    pool = pool_backward = None

    def build(self, input_shape, rng, dtype):
        check_image_shape(self, input_shape)
        self.built = True

    def output_shape(self, input_shape):
        check_image_shape(self, input_shape)
        return (input_shape[-1],)

    def forward(self, x, training=False):
        self.x = x
        return self.pool(x)

    def backward(self, dout):
        return self.pool_backward(dout, self.x)


class GlobalMaxPooling2D(_GlobalPooling2D):
    """`global_max_pool2d` as a layer: one number for each map, its largest."""

    pool = staticmethod(pooling.global_max_pool2d)
    pool_backward = staticmethod(pooling.global_max_pool2d_backward)


class GlobalAveragePooling2D(_GlobalPooling2D):
    """`global_avg_pool2d` as a layer: one number for each map, its mean."""

    pool = staticmethod(pooling.global_avg_pool2d)
    pool_backward = staticmethod(pooling.global_avg_pool2d_backward)


class Flatten(Layer):
    """Lays each example out as one row, so that `Dense` can read it: (N, H, W, C) → (N, H W C)."""

    def output_shape(self, input_shape):
        return (int(np.prod(input_shape)),)

    def forward(self, x, training=False):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dout):
        return dout.reshape(self.shape)
