"""Sequential: layers in a row, trained and used with Keras's words."""

import copy

import numpy as np

from helpers.nn import losses, optimizers
from helpers.nn.checks import check_features
from helpers.nn.checks_images import shapes_through
from helpers.nn.training import Training


class Sequential:
    """A network whose layers follow one another.

    Parameters
    ----------
    layers : list of Layer
    seed : int, optional
        For the initial weights, and for shuffling and dropout unless `fit` gets a seed of its own.
        Without it every network is different.
    dtype : str or dtype
        "float32" to train, "float64" to check gradients.

    Attributes
    ----------
    layers : list of Layer
    history : History or None
        Of the last `fit`, also of one that was interrupted.
    rng : numpy.random.Generator
        All its random numbers: initial weights, shuffling, dropout.
    stop_training : bool
        A callback sets it to end `fit` after the epoch.

    Examples
    --------
    >>> model = Sequential([Dense(64, activation="relu"), Dense(10)], seed=0)
    >>> model.compile(optimizer=Adam(1e-3))
    >>> history = model.fit(x, y, epochs=20, validation_data=(x_val, y_val), seed=0, verbose=0)
    >>> loss, accuracy = model.evaluate(x_test, y_test)
    """

    def __init__(self, layers=(), seed=None, dtype="float32"):
        self.seed = seed
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.layers = []
        self.input_shape = None
        self.optimizer = None
        self.loss = None
        self.history = None
        self.stop_training = False
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
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, dout):
        """Return ∂L/∂x, given dout = ∂L/∂outputs; fill every layer's `grads`."""
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return dout

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
        dout = np.asarray(dout, self.dtype)
        for layer in reversed(self.layers[names.index(layer_name) + 1 :]):
            dout = layer.backward(dout)
        return dout

    def loss_value(self, x, y, training=False):
        """Return the loss on one batch, weight decay included; float."""
        return self.loss.value(self.forward(x, training), y) + self.penalty()

    def gradients(self, x, y, training=False):
        """Loss and gradients on one batch; nothing is learned.

        Parameters
        ----------
        x : array (N, *input_shape)
        y : array
            What the loss expects: class numbers (N,), or targets of the outputs' shape.
        training : bool
            Whether dropout acts.

        Returns
        -------
        loss : float
        grads : dict of str to array
            {"dense_1.W": (D, H), "dense_1.b": (H,), …}, as in `params`.
        """
        self._needs_compile()
        x = check_features(self, x)
        outputs = self.forward(x, training)
        y = self.loss.check(y, outputs)
        self.backward(self.loss.gradient(outputs, y))
        return self.loss.value(outputs, y) + self.penalty(), self.grads

    def penalty(self):
        """Return what weight decay adds to the loss; float."""
        return sum(layer.penalty() for layer in self.layers)

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
        """Return a copy of the network with parameters of another dtype, and steps forgotten."""
        twin = copy.deepcopy(self)
        twin.dtype = np.dtype(dtype)
        for layer in twin.layers:
            layer.params = {key: w.astype(twin.dtype) for key, w in layer.params.items()}
            layer.grads = {}
        if twin.optimizer:
            twin.optimizer.reset()
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

    # -- training and use -------------------------------------------------------------------------

    def compile(self, optimizer="adam", loss="sparse_categorical_crossentropy", metrics=None):
        """Choose how to learn.

        Parameters
        ----------
        optimizer : Optimizer or "sgd", "adam"
        loss : Loss or "sparse_categorical_crossentropy" (from logits), "mse"
        metrics : list, optional
            What else to measure. Left out: accuracy, where the loss is one of classes.
        """
        self.optimizer = optimizers.get(optimizer)
        self.loss = losses.get(loss)
        possible = [self.loss.metric] if self.loss.metric else []
        self.metrics = possible if metrics is None else list(metrics)
        if any(metric not in possible for metric in self.metrics):
            raise ValueError(
                f"With {self.loss.name} the metrics can be {possible}; {self.metrics} came."
            )

    def fit(
        self,
        x,
        y,
        batch_size=32,
        epochs=1,
        verbose=1,
        callbacks=(),
        validation_data=None,
        shuffle=True,
        seed=None,
        checkpoint=None,
    ):
        """Train.

        Parameters
        ----------
        x : array (N, *input_shape)
        y : array
            Class numbers (N,), or for mse the targets, of the outputs' shape.
        batch_size, epochs : int
        verbose : 0 or 1
            1 prints a line for every epoch.
        callbacks : list of Callback
        validation_data : (x_val, y_val), optional
            Measured after every epoch; never trained on.
        shuffle : bool
            Whether every epoch takes the examples in a new order.
        seed : int, optional
            For shuffling and dropout. Without it the network's own random stream goes on.
        checkpoint : path, optional
            A file that holds the state after the last complete epoch. If it is there already,
            training resumes from it, and ends exactly as if it had never been interrupted.

        Returns
        -------
        history : History

        Raises
        ------
        ValueError
            For data that do not fit the network, and a checkpoint of another training.
        FloatingPointError
            When the loss becomes nan or infinite.
        """
        self._needs_compile()
        training = Training(self, x, y, batch_size, validation_data, shuffle, callbacks, seed)
        return training.run(epochs, verbose, checkpoint)

    def train_on_batch(self, x, y):
        """Take one step on one batch and return its loss before the step; float."""
        loss, grads = self.gradients(x, y, training=True)
        self.optimizer.apply(list(grads.values()), list(self.params.values()))
        return loss

    def predict(self, x, batch_size=1024):
        """Return the outputs (scores, for a classifier) for x (N, *input_shape); array (N, …)."""
        x = check_features(self, x)
        parts = [self.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
        return np.concatenate(parts)

    def evaluate(self, x, y, batch_size=1024, return_dict=False):
        """Measure on data that training has not seen.

        Returns
        -------
        [loss, accuracy], or the loss alone where the loss has no accuracy, or (return_dict) a dict
        """
        self._needs_compile()
        outputs = self.predict(x, batch_size)
        y = self.loss.check(y, outputs)
        logs = {"loss": self.loss.value(outputs, y) + self.penalty()}
        for metric in self.metrics:
            logs[metric] = self.loss.measure(outputs, y)
        if return_dict:
            return logs
        return list(logs.values()) if len(logs) > 1 else logs["loss"]

    __call__ = forward

    def _needs_compile(self):
        if self.loss is None:
            raise ValueError(
                "The network does not know yet how to learn: call "
                "model.compile(optimizer=nn.Adam(1e-3)) first."
            )

    def _needs_build(self, what):
        declared = getattr(self.layers[0], "input_dim", None) if self.layers else None
        if not self.built and declared:
            self.build(declared)
        if not self.built:
            raise ValueError(
                f"{what} needs the weights, which do not exist before the number of features is "
                "known: call model.build(64) first (with your number), or fit."
            )
