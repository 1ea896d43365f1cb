"""What a way around the layers does: gradients through 30 layers, with and without skips."""

from typing import NamedTuple

import numpy as np

from helpers import nn
from helpers.kit import data


class Skip(nn.Layer):
    """Layers with a way around them: out = x + F(x), and so dx = dout + (gradient through F).

    Parameters
    ----------
    layers : list of nn.Layer
        F; what comes out must have the shape of what goes in.

    Notes
    -----
    The Jacobian is I + J_F: whatever F does, one part of the gradient passes unchanged.
    He, Zhang, Ren & Sun (2016).
    """

    def __init__(self, layers):
        self.layers = list(layers)
        super().__init__()

    @property
    def params(self):
        """The arrays of the layers inside: {"0.W": …, "0.b": …, "1.W": …}."""
        return {f"{i}.{key}": w for i, la in enumerate(self.layers) for key, w in la.params.items()}

    @params.setter
    def params(self, arrays):
        for name, array in arrays.items():
            i, key = name.split(".")
            self.layers[int(i)].params[key] = array

    @property
    def grads(self):
        """The gradients of the layers inside, named as in `params`."""
        return {f"{i}.{key}": g for i, la in enumerate(self.layers) for key, g in la.grads.items()}

    @grads.setter
    def grads(self, arrays):
        for layer in self.layers:
            layer.grads = {}

    def build(self, input_shape, rng, dtype):
        shape = tuple(input_shape)
        for layer in self.layers:
            layer.build(shape, rng, dtype)
            shape = tuple(layer.output_shape(shape))
        if shape != tuple(input_shape):
            raise ValueError(f"x + F(x) needs an F(x) of x's shape {tuple(input_shape)}; F gives "
                             f"{shape}")
        self.built = True

    def forward(self, x, training=False):
        out = x
        for layer in self.layers:
            out = layer.forward(out, training)
        return x + out

    def backward(self, dout):
        through = dout
        for layer in reversed(self.layers):
            through = layer.backward(through)
        return dout + through

    def penalty(self):
        return sum(layer.penalty() for layer in self.layers)

    def config(self):
        return {"layer": "Skip", "layers": [layer.config() for layer in self.layers]}


class Residual(NamedTuple):
    """Result of `residual_gradients`.

    Attributes
    ----------
    layers : (k,) int
        Number of layers of the stack that lie below: 0, 2, 4 … depth.
    plain, residual : (k,) float
        Norm of ∂L/∂h there, before any learning; geometric mean over the seeds.
    plain_accuracy, residual_accuracy : (seeds,) float
        Share of the training digits that are right after `steps` steps.
    steps : int
    """

    layers: np.ndarray
    plain: np.ndarray
    residual: np.ndarray
    plain_accuracy: np.ndarray
    residual_accuracy: np.ndarray
    steps: int

    def __repr__(self):
        lines = []
        for name, norms, right in (("plain", self.plain, self.plain_accuracy),
                                   ("with skips", self.residual, self.residual_accuracy)):
            lines.append(f"{name:<11}{norms[0] / norms[-1]:>18.2g}{right.mean():>18.3f}"
                         f"  ({right.min():.3f} to {right.max():.3f})")
        head = f"{'':<11}{'gradient, first':>18}{f'right after {self.steps}':>18}"
        below = f"{'':<11}{'÷ last layer':>18}{'steps':>18}"
        return "\n".join([head, below, *lines])


def residual_gradients(depth=30, seeds=3, kind="dense", initializer="glorot_uniform", steps=225):
    """A stack of ReLU layers on 8×8 digits, with a way around every two of them, and without.

    Both have the same layers, the same first weights and the same batches. Two layers of the
    plain stack are h ← relu(W₂ relu(W₁ h)); with the skip, h ← relu(h + W₂ relu(W₁ h)).

    Parameters
    ----------
    depth : int, even
        Layers in the stack. One more comes before them and one after.
    seeds : int
    kind : "dense" (64 units) or "conv" (8 kernels of 3×3)
    initializer : str or function (shape, rng) → array
        Of all weights. "glorot_uniform" is what Keras takes if nothing is said. "he_normal" keeps
        the gradients of the plain stack about as they are.
    steps : int
        Of Adam, rate 0.001, batches of 32; 45 are one epoch. 0: no training.

    Returns
    -------
    Residual
    """
    if depth < 2 or depth % 2:
        raise ValueError(f"depth should be an even number of layers, 2 or more; got {depth}")
    split = data.load("digits")
    x, y = split.x_train[..., None], split.y_train
    norms = {True: [], False: []}
    right = {True: [], False: []}
    for seed in range(seeds):
        for skips in (False, True):
            network = deep_network(depth, skips, seed, kind, initializer)
            norms[skips].append(gradient_norms(network, x[:256], y[:256], depth))
            right[skips].append(_share_learned(network, x, y, steps, seed))
    plain, residual = (np.exp(np.log(norms[skips]).mean(axis=0)) for skips in (False, True))
    return Residual(np.arange(0, depth + 1, 2), plain, residual, np.array(right[False]),
                    np.array(right[True]), steps)


def deep_network(depth, skips, seed=0, kind="dense", initializer="glorot_uniform"):
    """One of the two networks of `residual_gradients`, compiled and built for 8×8 digits.

    Returns
    -------
    nn.Sequential
        Its last layers: the stack, in pairs, each followed by a ReLU; [Flatten;] Dense.
    """
    def layer(activation=None):
        if kind == "dense":
            return nn.Dense(64, activation=activation, kernel_initializer=initializer)
        return nn.Conv2D(8, 3, padding="same", activation=activation,
                         kernel_initializer=initializer)

    if kind not in ("dense", "conv"):
        raise ValueError(f"kind is 'dense' or 'conv'; got {kind!r}")
    layers = [nn.Flatten(), layer("relu")] if kind == "dense" else [layer("relu")]
    for _ in range(depth // 2):
        pair = [layer("relu"), layer()]
        layers += [Skip(pair) if skips else _Pair(pair), nn.ReLU()]
    layers += [nn.Dense(10)] if kind == "dense" else [nn.Flatten(), nn.Dense(10)]
    network = nn.Sequential(layers, seed=seed)
    network.build((8, 8, 1))
    network.compile(optimizer=nn.Adam(1e-3))
    return network


class _Pair(Skip):
    """The same layers without the way around them."""

    def forward(self, x, training=False):
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dout):
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

    def config(self):
        return {**super().config(), "layer": "_Pair"}


def gradient_norms(network, x, y, depth):
    """‖∂L/∂h‖ at the stack's input, after every second of its layers, and at its end.

    Returns
    -------
    (depth/2 + 1,) float
    """
    outputs = network.forward(x)
    dout = network.loss.gradient(outputs, y)
    norms = []
    for layer in reversed(network.layers):
        if isinstance(layer, nn.ReLU):      # ends a pair: dout is the gradient at its output
            norms.append(np.linalg.norm(dout))
        dout = layer.backward(dout)
        if isinstance(layer, Skip):
            below = np.linalg.norm(dout)
    return np.array([*norms, below][::-1], float)


def _share_learned(network, x, y, steps, seed):
    """Share of the training digits right after some steps; a run that blows up counts as 0.1."""
    epochs = round(steps / -(-len(x) // 32))
    try:
        if epochs:
            network.fit(x, y, epochs=epochs, seed=seed, verbose=0)
    except FloatingPointError:
        return 0.1
    return network.evaluate(x, y)[1]
