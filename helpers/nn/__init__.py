"""The network library that chapters 2 to 4 derive, in full: NumPy only.

    from helpers import nn

    model = nn.Sequential([nn.Dense(64, activation="relu"), nn.Dense(10)], seed=0)
    model.compile(optimizer=nn.Adam(1e-3))
    history = model.fit(x_train, y_train, epochs=20, validation_data=(x_val, y_val), seed=0)

`functional` computes, `layers` hold parameters, `network` trains. Read them in this order.
"""

from helpers.nn.autograd import Value
from helpers.nn.callbacks import Callback, EarlyStopping, History
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
from helpers.nn.losses import MeanSquaredError, SparseCategoricalCrossentropy
from helpers.nn.network import Sequential
from helpers.nn.optimizers import SGD, Adam, Optimizer

__all__ = [
    "L2",
    "SGD",
    "Adam",
    "Callback",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "History",
    "Layer",
    "MeanSquaredError",
    "Optimizer",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SparseCategoricalCrossentropy",
    "Tanh",
    "Value",
    "check_gradients",
    "cross_entropy",
    "cross_entropy_backward",
    "dense",
    "dense_backward",
    "dropout",
    "dropout_backward",
    "mse",
    "mse_backward",
    "numerical_gradient",
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
