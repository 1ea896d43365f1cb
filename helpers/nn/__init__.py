"""The network library that chapters 2 to 4 derive, in full: NumPy only.

    from helpers import nn

    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=0)
    model.compile(optimizer=nn.Adam(1e-3))
    history = model.fit(x_train, y_train, epochs=20, validation_data=(x_val, y_val), seed=0)

`functional` computes, `layers` hold parameters, `stack` and `network` put them in a row and train.
Read them in this order. For images there are also `windows`, `convolution` and `pooling`,
`layers_images`, and what makes them fast: `convolution_fast` and `parallel`.
"""

from helpers.nn.autograd import Value
from helpers.nn.callbacks import Callback, EarlyStopping, History
from helpers.nn.convolution import conv2d, conv2d_backward
from helpers.nn.functional import (
    cross_entropy,
    cross_entropy_backward,
    dense,
    dense_backward,
    dropout,
    dropout_backward,
    mse,
    mse_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    tanh,
    tanh_backward,
)
from helpers.nn.gradcheck import check_gradients, numerical_gradient, relative_error
from helpers.nn.layers import L2, Dense, Dropout, Layer, ReLU, Sigmoid, Tanh
from helpers.nn.layers_images import (
    AveragePooling2D,
    Conv2D,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from helpers.nn.losses import MeanSquaredError, SparseCategoricalCrossentropy
from helpers.nn.network import Sequential
from helpers.nn.optimizers import SGD, Adam, Optimizer
from helpers.nn.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from helpers.nn.windows import output_size, padding_of

__all__ = [
    "L2",
    "SGD",
    "Adam",
    "AveragePooling2D",
    "Callback",
    "Conv2D",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "History",
    "Layer",
    "MaxPooling2D",
    "MeanSquaredError",
    "Optimizer",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SparseCategoricalCrossentropy",
    "Tanh",
    "Value",
    "avg_pool2d",
    "avg_pool2d_backward",
    "check_gradients",
    "conv2d",
    "conv2d_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "dense",
    "dense_backward",
    "dropout",
    "dropout_backward",
    "global_avg_pool2d",
    "global_avg_pool2d_backward",
    "global_max_pool2d",
    "global_max_pool2d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "mse",
    "mse_backward",
    "numerical_gradient",
    "output_size",
    "padding_of",
    "relative_error",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
    "tanh",
    "tanh_backward",
]
