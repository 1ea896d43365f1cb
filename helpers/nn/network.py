"""Sequential: layers in a row, trained and used with Keras's words."""

import math

import numpy as np

from helpers.nn import losses, optimizers
from helpers.nn.checks import check_features
from helpers.nn.checks_images import shapes_through
from helpers.nn.stack import Stack
from helpers.nn.training import Training

PIECE_BYTES = 2**23
"""What the largest output of a layer may take while a network is used, in bytes."""


class Sequential(Stack):
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
        super().__init__(layers, seed, dtype)
        self.optimizer = None
        self.loss = None
        self.history = None
        self.stop_training = False

    def astype(self, dtype):
        """Return a copy of the network with parameters of another dtype, and steps forgotten."""
        twin = super().astype(dtype)
        if twin.optimizer:
            twin.optimizer.reset()
        return twin

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
        self.fill_grads(self.loss.gradient(outputs, y))
        return self.loss.value(outputs, y) + self.penalty(), self.grads

    def penalty(self):
        """Return what weight decay adds to the loss; float."""
        return sum(layer.penalty() for layer in self.layers)

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

    def predict(self, x, batch_size=None):
        """Return the outputs (scores, for a classifier) for x (N, *input_shape); array (N, …).

        `batch_size` is how many examples go through the network at once. Left out: 1024, or fewer
        where a layer's output would take more than 8 MiB, as it soon does for images.
        """
        x = check_features(self, x)
        if batch_size is None:
            largest = max(math.prod(s) for s in shapes_through(self.layers, self.input_shape))
            batch_size = min(max(PIECE_BYTES // (largest * self.dtype.itemsize), 1), 1024)
        parts = [self.forward(x[i : i + batch_size]) for i in range(0, len(x), batch_size)]
        return np.concatenate(parts)

    def evaluate(self, x, y, batch_size=None, return_dict=False):
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

    def _needs_compile(self):
        if self.loss is None:
            raise ValueError(
                "The network does not know yet how to learn: call "
                "model.compile(optimizer=nn.Adam(1e-3)) first."
            )
