"""The bridge to Keras: copy networks across, and compare what both compute, number by number.

Keras is imported inside the functions that need it, and `ladder` needs it not at all.
"""

from dataclasses import dataclass

import numpy as np

from helpers import nn
from helpers.kit.parity_layers import keras_layer, own_layer
from helpers.kit.precision import keras_floats
from helpers.kit.rungs import ladder

__all__ = [
    "TrainingComparison",
    "compare",
    "compare_training",
    "copy_from_keras",
    "copy_to_keras",
    "keras_gradients",
    "ladder",
]


def copy_to_keras(network):
    """Build the Keras model that computes the same: layers, weights, loss and optimiser settings.

    Parameters
    ----------
    network : nn.Sequential
        Built. If it is compiled, the Keras model is compiled to match, with a fresh optimiser.

    Returns
    -------
    keras.Sequential
        Of the network's dtype, layers named as in the network. It has copies of the weights:
        training one does not change the other.
    """
    import keras

    network._needs_build("copy_to_keras")
    dtype = network.dtype.name
    with keras_floats(dtype):
        layers = [keras.Input(network.input_shape, dtype=dtype)]
        layers += [keras_layer(layer, dtype) for layer in network.layers]
        model = keras.Sequential(layers)
        model.set_weights(network.get_weights())
        if network.loss is not None:
            model.compile(_keras_optimizer(network.optimizer), *_keras_loss(network.loss))
    return model


def _keras_optimizer(optimizer):
    import keras

    settings = optimizer.config()
    kind = getattr(keras.optimizers, settings.pop("optimizer"))
    # A Python float would reach TensorFlow as float32, 0.9 as 0.89999998, even in a float64 model.
    return kind(**{name: np.float64(value) for name, value in settings.items()})


def _keras_loss(loss):
    """Return (loss, loss weights, metrics), in the order of `compile`."""
    import keras

    if isinstance(loss, nn.SparseCategoricalCrossentropy):
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True), None, [accuracy]
    return keras.losses.MeanSquaredError(), None, []


def copy_from_keras(keras_model):
    """Build the network that computes the same as a Keras model.

    Parameters
    ----------
    keras_model : keras.Sequential or a functional model whose layers follow one another
        Built, of layers that `helpers.nn` has; images with channels last.

    Returns
    -------
    nn.Sequential
        Built, with copies of the weights; not compiled.

    Raises
    ------
    ValueError
        For a layer that the library does not have.
    """
    layers = [la for la in keras_model.layers if type(la).__name__ != "InputLayer"]
    dtype = layers[0].dtype if layers else "float32"
    network = nn.Sequential([own_layer(layer) for layer in layers], dtype=dtype)
    network.build(tuple(keras_model.input_shape))
    network.set_weights(keras_model.get_weights())
    return network


def keras_gradients(keras_model, x, y):
    """Loss and gradients on one batch, by TensorFlow's GradientTape; nothing is learned.

    Parameters
    ----------
    keras_model : keras.Model, compiled
    x : array (N, …)
    y : array
        What the model's loss expects.

    Returns
    -------
    loss : float
    grads : dict of str to array
        {"dense_1.W": (D, H), "dense_1.b": (H,), …}: for a model from `copy_to_keras` the names are
        those of `network.gradients`.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "keras_gradients needs GradientTape, and so the TensorFlow backend; Keras runs on "
            f"{keras.backend.backend()}. Set KERAS_BACKEND=tensorflow and restart the kernel."
        )
    import tensorflow as tf

    dtype = keras_model.layers[-1].dtype
    with keras_floats(dtype), tf.GradientTape() as tape:
        outputs = keras_model(tf.constant(x, dtype), training=False)
        loss = keras_model.compute_loss(x=x, y=tf.constant(y), y_pred=outputs)
    grads = tape.gradient(loss, [w.value for w in keras_model.trainable_weights])
    names = [_own_name(layer, w) for layer in keras_model.layers for w in layer.trainable_weights]
    return float(loss), dict(zip(names, (g.numpy() for g in grads), strict=True))


def _own_name(layer, weight):
    return f"{layer.name}.{ {'kernel': 'W', 'bias': 'b'}.get(weight.name, weight.name) }"


def compare(network, x, y):
    """Compare outputs, loss and gradients of a network with those of its copy in Keras.

    Parameters
    ----------
    network : nn.Sequential, compiled
    x, y : arrays
        One batch.

    Returns
    -------
    differences : dict of str to float
        Largest absolute difference of "outputs", "loss", and each gradient ("dense_1.W", …).
    """
    loss, grads = network.gradients(x, y)
    outputs = network.predict(x)
    model = copy_to_keras(network)
    keras_loss, keras_grads = keras_gradients(model, np.asarray(x, network.dtype), y)
    with keras_floats(network.dtype.name):
        keras_outputs = np.asarray(model(np.asarray(x, network.dtype), training=False))
    differences = {"outputs": _largest(outputs, keras_outputs), "loss": abs(loss - keras_loss)}
    differences.update({name: _largest(g, keras_grads[name]) for name, g in grads.items()})
    return differences


@dataclass
class TrainingComparison:
    """How far two trainings that began alike are apart.

    Attributes
    ----------
    steps : int
    dtype : str
    weights : float
        max |Δw| over all parameters after the last step.
    outputs : float
        Largest absolute difference of the outputs on the whole of x after the last step.
    losses, keras_losses : arrays (steps,)
        Loss of each step's batch, before the step.
    moved : float
        Largest distance that a parameter has gone from its start, to judge `weights` by.
    """

    steps: int
    dtype: str
    weights: float
    outputs: float
    losses: np.ndarray
    keras_losses: np.ndarray
    moved: float

    def __repr__(self):
        return (
            f"after {self.steps} steps in {self.dtype}: max |Δw| = {self.weights:.1e} "
            f"(weights moved by up to {self.moved:.2g}), outputs differ by {self.outputs:.1e}, "
            f"losses by {_largest(self.losses, self.keras_losses):.1e}"
        )


def compare_training(network, x, y, steps=50, batch_size=32, seed=0):
    """Train a network and its copy in Keras on the same batches, and see how far they part.

    Parameters
    ----------
    network : nn.Sequential, compiled
        Left as it is: copies are trained, both with fresh optimisers.
    x, y : arrays
    steps, batch_size, seed : int
        `seed` chooses the batches.

    Returns
    -------
    TrainingComparison
    """
    if any(isinstance(layer, nn.Dropout) and layer.rate for layer in network.layers):
        raise ValueError(
            "Dropout draws other random numbers in Keras, so the trainings cannot agree; compare a "
            "network without Dropout."
        )
    network.gradients(x[:1], y[:1])  # builds it, and says what does not fit
    own, start = network.astype(network.dtype), network.get_weights()
    model = copy_to_keras(own)
    x = np.asarray(x, network.dtype)
    y = own.loss.check(y, own.predict(x))
    rng = np.random.default_rng(seed)
    losses, keras_losses = [], []
    with keras_floats(network.dtype.name):
        for _ in range(steps):
            rows = rng.choice(len(x), size=min(batch_size, len(x)), replace=False)
            losses.append(own.train_on_batch(x[rows], y[rows]))
            keras_losses.append(_keras_step(model, x[rows], y[rows]))
        keras_outputs = np.asarray(model(x, training=False))
    pairs = zip(own.get_weights(), model.get_weights(), strict=True)
    return TrainingComparison(
        steps=steps,
        dtype=network.dtype.name,
        weights=max(_largest(a, b) for a, b in pairs),
        outputs=_largest(own.predict(x), keras_outputs),
        losses=np.array(losses),
        keras_losses=np.array(keras_losses),
        moved=max(_largest(a, b) for a, b in zip(own.get_weights(), start, strict=True)),
    )


def _keras_step(model, x, y):
    """One step of Keras's own `train_on_batch`; returns this batch's loss alone."""
    model.reset_metrics()
    return float(model.train_on_batch(x, y, return_dict=True)["loss"])


def _largest(a, b):
    return float(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)).max())
