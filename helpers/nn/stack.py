"""Layers in a row: how they are built, what passes through them, and their parameters."""

import contextlib
import copy

import numpy as np

from helpers.nn.checks import check_features
from helpers.nn.checks_images import shapes_through
from helpers.nn.parallel import one_core_for_a_product


class Stack:
    """What a network is before it can learn: see `Sequential`, which adds training to it."""

    def __init__(self, layers=(), seed=None, dtype="float32"):
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.layers = []
        self.input_shape = None
        for layer in layers:
            self.add(layer)

    def add(self, layer):
        """Append a layer."""
        if self.built:
            raise ValueError("Layers can be added only before the network is built or used.")
        if layer in self.layers:
            raise ValueError(
                f"The same {type(layer).__name__} object came twice; each layer keeps its own "
                "weights, so make a new one for every place."
            )
        self.layers.append(layer)
        same = sum(type(other) is type(layer) for other in self.layers)
        layer.name = f"{type(layer).__name__.lower()}_{same}"

    @property
    def built(self):
        """Whether the parameters exist."""
        return self.input_shape is not None

    def build(self, input_shape):
        """Make all parameters.

        Parameters
        ----------
        input_shape : int or tuple
            Shape of one example, without N: 64 or (64,), or for images (28, 28, 1). Keras's
            (None, 64) is understood too.

        Raises
        ------
        ValueError
            If a layer cannot take what the one before it gives.
        """
        shape = (input_shape,) if np.isscalar(input_shape) else tuple(input_shape)
        shape = tuple(int(size) for size in (shape[1:] if shape[:1] == (None,) else shape))
        if self.built and shape != self.input_shape:
            raise ValueError(
                f"The network was built for examples of shape {self.input_shape}; {shape} came. "
                "Make a new Sequential for other inputs."
            )
        if self.built:
            return
        if not self.layers:
            raise ValueError("The network has no layers: Sequential([nn.Dense(10)]) has one.")
        for layer, one_input in zip(self.layers, shapes_through(self.layers, shape), strict=False):
            layer.build(one_input, self.rng, self.dtype)
        self.input_shape = shape

    # -- forward and backward ---------------------------------------------------------------------

    def forward(self, x, training=False):
        """Return the outputs for x (N, *input_shape); the layers keep what `backward` needs."""
        with self.cores():
            for layer in self.layers:
                x = layer.forward(x, training)
        return x

    __call__ = forward

    def backward(self, dout):
        """Return ∂L/∂x, given dout = ∂L/∂outputs; fill every layer's `grads`."""
        return self._backward(dout, self.layers)

    def _backward(self, dout, layers):
        with self.cores():
            for layer in reversed(layers):
                dout = layer.backward(dout)
        return dout

    def cores(self):
        """Where layers use all cores by themselves, no single product needs to."""
        if any(layer.uses_all_cores for layer in self.layers):
            return one_core_for_a_product()
        return contextlib.nullcontext()

    def activations(self, x):
        """What every layer puts out for a batch.

        Parameters
        ----------
        x : array (N, *input_shape)

        Returns
        -------
        outputs : dict of str to array
            Name of the layer to its output (N, …), from the first layer to the last.
        """
        x = check_features(self, x)
        outputs = {}
        with self.cores():
            for layer in self.layers:
                x = outputs[layer.name] = layer.forward(x)
        return outputs

    def gradient_at(self, layer_name, x, dout):
        """How a sum of the network's outputs depends on what one layer puts out.

        Parameters
        ----------
        layer_name : str
            As in `activations`.
        x : array (N, *input_shape)
        dout : array (N, …), of the outputs' shape
            How much each output counts: 1 at one class and 0 elsewhere asks for that score.

        Returns
        -------
        gradient : array
            ∂(Σ dout ∘ outputs) / ∂(output of the layer), of that output's shape.

        Raises
        ------
        ValueError
            If there is no layer of that name, or dout has another shape than the outputs.
        """
        names = [layer.name for layer in self.layers]
        if layer_name not in names:
            raise ValueError(
                f"The layers of this network are {', '.join(names)}; {layer_name!r} came."
            )
        outputs = self.forward(check_features(self, x))
        if np.shape(dout) != outputs.shape:
            raise ValueError(
                f"dout needs the shape of the outputs, {outputs.shape}; {np.shape(dout)} came."
            )
        return self._backward(
            np.asarray(dout, self.dtype), self.layers[names.index(layer_name) + 1 :]
        )

    def fill_grads(self, dout):
        """Fill every layer's `grads` as `backward` does, without the work that only ∂L/∂x needs."""
        first = next((i for i, layer in enumerate(self.layers) if layer.params), len(self.layers))
        with self.cores():
            dout = self._backward(dout, self.layers[first + 1 :])
            for layer in self.layers[first : first + 1]:
                layer.fill_grads(dout)

    # -- parameters -------------------------------------------------------------------------------

    @property
    def params(self):
        """All parameters by name: {"dense_1.W": array, …}. The network's own arrays, no copies."""
        return {f"{la.name}.{key}": w for la in self.layers for key, w in la.params.items()}

    @property
    def grads(self):
        """The gradients of the last `backward`, named as in `params`."""
        return {f"{la.name}.{key}": la.grads[key] for la in self.layers for key in la.grads}

    def get_weights(self):
        """Return copies of all parameters in Keras's order: [W, b, W, b, …]."""
        self._needs_build("get_weights")
        return [w.copy() for w in self.params.values()]

    def set_weights(self, weights):
        """Copy weights in, in the order of `get_weights` (and of Keras's `model.get_weights()`)."""
        self._needs_build("set_weights")
        came = [np.shape(w) for w in weights]
        expected = [w.shape for w in self.params.values()]
        if came != expected:
            raise ValueError(f"This network has weights of shapes {expected}; {came} came.")
        for own, new in zip(self.params.values(), weights, strict=True):
            own[...] = new

    def count_params(self):
        """Return the number of parameters, weights and biases; int."""
        self._needs_build("count_params")
        return sum(w.size for w in self.params.values())

    def astype(self, dtype):
        """Return a copy with parameters of another dtype."""
        twin = copy.deepcopy(self)
        twin.dtype = np.dtype(dtype)
        for layer in twin.layers:
            layer.params = {key: w.astype(twin.dtype) for key, w in layer.params.items()}
            layer.grads = {}
        return twin

    def summary(self):
        """Print layers, output shapes and numbers of parameters."""
        self._needs_build("summary")
        shapes = shapes_through(self.layers, self.input_shape)[1:]
        texts = [f"(N, {', '.join(map(str, shape))})" for shape in shapes]
        left = max(14, *(len(layer.name) + 2 for layer in self.layers))
        middle = max(16, *(len(text) + 2 for text in texts))
        print(f"{'layer':<{left}}{'output shape':<{middle}}{'parameters':>10}")
        for layer, text in zip(self.layers, texts, strict=True):
            size = sum(w.size for w in layer.params.values())
            print(f"{layer.name:<{left}}{text:<{middle}}{size:>10,}")
        print(f"{'all':<{left + middle}}{self.count_params():>10,}")

    def __repr__(self):
        size = f"{self.count_params():,} parameters" if self.built else "not built yet"
        return f"<Sequential of {len(self.layers)} layers, {self.dtype.name}, {size}>"

    def _needs_build(self, what):
        declared = getattr(self.layers[0], "input_dim", None) if self.layers else None
        if not self.built and declared:
            self.build(declared)
        if not self.built:
            raise ValueError(
                f"{what} needs the weights, which do not exist before the number of features is "
                "known: call model.build(64) first (with your number; for images, such as "
                "model.build((28, 28, 1)), height, width and channels), or fit."
            )
