"""Layers: they hold the parameters and what backward needs; `functional` does the mathematics.

A new layer needs three things: `build` puts arrays into `self.params`, `forward` keeps what
`backward` will need, `backward` puts gradients of the same names into `self.grads` and returns dx.
"""

from dataclasses import dataclass

import numpy as np

from helpers.nn import functional as F
from helpers.nn import initializers


class Layer:
    """What all layers have in common.

    Attributes
    ----------
    params : dict of str to array
        What the optimiser changes, in Keras's order of weights. Empty for a layer without any.
    grads : dict of str to array
        ∂L/∂parameter, same names and shapes; filled by `backward`.
    name : str
        Given by the network: "dense_1", "dense_2", …
    built : bool
        Whether `params` exist.
    uses_all_cores : bool
        Whether it cuts a batch into parts, one for each core (see `parallel`).
    """

    uses_all_cores = False

    def __init__(self):
        self.params = {}
        self.grads = {}
        self.name = type(self).__name__.lower()
        self.built = False

    def build(self, input_shape, rng, dtype):
        """Make the parameters for inputs of shape (N, *input_shape)."""
        self.built = True

    def output_shape(self, input_shape):
        """Return the shape of one output, without N, for one input of `input_shape`.

        A network asks for this before it builds its layers.
        """
        return input_shape

    def forward(self, x, training=False):
        """Return the output for x (N, …); keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, dout):
        """Return dx for the x of the last `forward`; fill `grads`."""
        raise NotImplementedError

    def fill_grads(self, dout):
        """Fill `grads` as `backward` does; a layer that can save work without dx does it here.

        Training asks this of the first layer with parameters: nobody needs its dx.
        """
        self.backward(dout)

    def penalty(self):
        """Return what this layer adds to the loss (see `L2`); float."""
        return 0.0

    def config(self):
        """Return the settings that make two layers the same, as JSON can hold them."""
        return {"layer": type(self).__name__}

    def __call__(self, x, training=False):
        return self.forward(x, training)


class ReLU(Layer):
    """`functional.relu` as a layer."""

    def forward(self, x, training=False):
        self.z = x
        return F.relu(x)

    def backward(self, dout):
        return F.relu_backward(dout, self.z)


class Tanh(Layer):
    """`functional.tanh` as a layer."""

    def forward(self, x, training=False):
        self.z = x
        return F.tanh(x)

    def backward(self, dout):
        return F.tanh_backward(dout, self.z)


class Sigmoid(Layer):
    """`functional.sigmoid` as a layer."""

    def forward(self, x, training=False):
        self.z = x
        return F.sigmoid(x)

    def backward(self, dout):
        return F.sigmoid_backward(dout, self.z)


ACTIVATIONS = {"relu": ReLU, "tanh": Tanh, "sigmoid": Sigmoid}


@dataclass(frozen=True)
class L2:
    """Weight decay: adds l2 · Σ W² to the loss, and so 2 · l2 · W to dW, as Keras's L2 does.

    Goodfellow, Bengio & Courville (2016), §7.1.1.
    """

    l2: float = 0.01

    def penalty(self, W):
        """Return l2 · Σ W²; float."""
        return self.l2 * float(np.vdot(W, W))

    def gradient(self, W):
        """Return 2 · l2 · W, of W's shape."""
        return (2 * self.l2) * W


class Dense(Layer):
    """Every unit sees every feature: out = activation(x W + b).

    Parameters
    ----------
    units : int
        Number of units H.
    activation : None, "relu", "tanh" or "sigmoid"
        None for scores (logits): the losses here apply softmax themselves.
    kernel_initializer : str or function (shape, rng) -> array
        See `helpers.nn.initializers`. Biases start at zero.
    kernel_regularizer : None or L2
        Weight decay on W (not on b).
    input_dim : int, optional
        Number of features D, to have the parameters at once; else the first batch tells it.

    Notes
    -----
    params: W (D, H) and b (H,), Keras's `kernel` and `bias`.
    """

    def __init__(
        self,
        units,
        activation=None,
        kernel_initializer="glorot_uniform",
        kernel_regularizer=None,
        input_dim=None,
    ):
        super().__init__()
        if int(units) != units or units < 1:
            raise ValueError(f"units counts the units of the layer, 1 or more; {units!r} came.")
        self.units = int(units)
        self.activation = activation_layer(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = check_regularizer(kernel_regularizer)
        self.input_dim = input_dim

    def build(self, input_shape, rng, dtype):
        if len(input_shape) != 1:
            raise ValueError(
                f"Dense expects one row of features per example, x of shape (N, D); examples of "
                f"shape {tuple(input_shape)} came. Flatten them first: put nn.Flatten() before "
                f"{self.name}, or give the network x.reshape(len(x), -1)."
            )
        shape = (input_shape[0], self.units)
        if self.input_dim not in (None, shape[0]):
            raise ValueError(
                f"This Dense layer was made for {self.input_dim} features (input_dim), and "
                f"{shape[0]} features came. Leave input_dim out, or give the right number."
            )
        W = np.asarray(self.kernel_initializer(shape, rng), dtype=dtype)
        if W.shape != shape:
            raise ValueError(f"The initializer must return shape {shape}; {W.shape} came.")
        self.params = {"W": W.copy(), "b": np.zeros(self.units, dtype)}
        self.built = True

    def output_shape(self, input_shape):
        return (self.units,)

    def forward(self, x, training=False):
        if not self.built:
            dtype = np.result_type(x.dtype, np.float32)
            self.build(x.shape[1:], np.random.default_rng(), dtype)
        self.x = x
        z = F.dense(x, self.params["W"], self.params["b"])
        return self.activation.forward(z, training) if self.activation else z

    def backward(self, dout):
        W = self.params["W"]
        dz = self.activation.backward(dout) if self.activation else dout
        dx, dW, db = F.dense_backward(dz, self.x, W)
        if self.kernel_regularizer:
            dW += self.kernel_regularizer.gradient(W)
        self.grads = {"W": dW, "b": db}
        return dx

    def penalty(self):
        regularizer = self.kernel_regularizer
        return regularizer.penalty(self.params["W"]) if regularizer else 0.0

    def config(self):
        activation = type(self.activation).__name__ if self.activation else None
        l2 = self.kernel_regularizer.l2 if self.kernel_regularizer else 0.0
        return {"layer": "Dense", "units": self.units, "activation": activation, "l2": l2}


class Dropout(Layer):
    """Switches entries off at random while training; passes everything on otherwise.

    Parameters
    ----------
    rate : float, 0 ≤ rate < 1
        Probability that an entry is switched off (as in Keras; some books give the probability to
        keep it).
    """

    def __init__(self, rate):
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(
                f"rate is the part that is switched off, from 0 to below 1; {rate!r} came."
            )
        self.rate = float(rate)
        self.rng = None

    def build(self, input_shape, rng, dtype):
        self.rng = rng
        self.built = True

    def forward(self, x, training=False):
        self.mask = None
        if not training or self.rate == 0:
            return x
        if self.rng is None:
            self.rng = np.random.default_rng()
        out, self.mask = F.dropout(x, self.rate, self.rng)
        return out

    def backward(self, dout):
        return dout if self.mask is None else F.dropout_backward(dout, self.mask)

    def config(self):
        return {"layer": "Dropout", "rate": self.rate}


def activation_layer(activation):
    """Return a fresh activation layer for a name, or None for none."""
    if activation in (None, "linear"):
        return None
    if activation == "softmax":
        raise ValueError(
            "activation='softmax' is not needed: leave the last Dense without an activation. The "
            "loss takes its scores (logits) and applies softmax itself, exact for scores of any "
            "size; nn.softmax(model.predict(x)) gives probabilities."
        )
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation is None or one of {', '.join(ACTIVATIONS)}; {activation!r} came."
        )
    return ACTIVATIONS[activation]()


def check_regularizer(regularizer):
    """Return a regulariser, None or L2, as it is; refuse what is neither."""
    if regularizer is None or isinstance(regularizer, L2):
        return regularizer
    raise ValueError(
        f"kernel_regularizer is None or nn.L2(factor), e.g. nn.L2(1e-4); {regularizer!r} came."
    )
