"""Batches of a data set in memory, in an order that is a function of seed and epoch alone.

Keras draws the order of an epoch from a generator that has a past: how often it was asked before
depends on where the training began. A training that is resumed in epoch 7 needs the order of
epoch 7.
"""

import numpy as np


def order(n, seed, epoch):
    """In which order the n examples come in this epoch: (n,) int64, each index once."""
    return np.random.default_rng([seed, epoch]).permutation(n)


def batches(x, y, batch_size=32, seed=0, kept=False):
    """Batches for Keras's `fit`, on every backend.

    Parameters
    ----------
    x : (n, …) array
    y : (n, …) array
    batch_size : int
        The last batch of an epoch is smaller if n is no multiple of it.
    seed : int, from 0 on
    kept : bool
        On JAX: lay the data once where JAX computes, and gather each batch there.

    Returns
    -------
    An object that `fit` takes in the place of `x`: no `y` beside it, no batch size, no shuffling.
    `len` says how many batches an epoch has, `[i]` shows one. Its attribute `epoch` says which
    epoch comes next; each `fit` with a new object starts with epoch 0, and `runtime.resumable`
    sets it. On TensorFlow it feeds a `tf.data` pipeline whose autotuner is off: with it, some
    epochs stand still for up to their own length.

    Raises
    ------
    ValueError
        If x and y differ in length, are empty, or the batch size or the seed is none.
    """
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or not len(x):
        raise ValueError("batches: expected as many labels as examples, at least one; got x of "
                         f"shape {x.shape} and y of shape {y.shape}.")
    for name, value, least in (("batch_size", batch_size, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise ValueError(f"batches: {name} should be a whole number from {least} on; got "
                             f"{value!r}")
    from helpers.kit import runtime

    backend = runtime.keras().backend.backend()
    if kept and backend == "jax":
        x, y = _where_jax_computes(x), _where_jax_computes(y)
    made = _for_tensorflow if backend == "tensorflow" else _for_others
    return made()(x, y, int(batch_size), int(seed))


class Batches:
    """What the batches of all backends share."""

    def _fill(self, x, y, batch_size, seed):
        self.x, self.y, self.size, self.seed = x, y, batch_size, seed
        self.epoch, self.served = 0, 0
        # Keras may look at a batch before the first epoch begins, to learn its shapes.
        self.order = order(len(x), seed, 0)

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(f"batch {i} of {len(self)}")
        self.served += 1
        rows = self.order[i * self.size:(i + 1) * self.size]
        return self.x[rows], self.y[rows]

    def on_epoch_begin(self):
        """Keras calls this before it asks for the first batch of an epoch."""
        self.order = order(len(self.x), self.seed, self.epoch)
        self.served = 0

    def on_epoch_end(self):
        """Keras calls this after an epoch, and after it has only looked at how batches look."""
        if self.served >= len(self):
            self.epoch, self.served = self.epoch + 1, 0

    def __repr__(self):
        return (f"<{len(self)} batches of {self.size} from {len(self.x)} examples, "
                f"seed {self.seed}>")


def _for_others():
    """The class for JAX and PyTorch, made when Keras is there."""
    import keras

    class DatasetBatches(Batches, keras.utils.PyDataset):
        def __init__(self, x, y, batch_size, seed):
            super().__init__()
            self._fill(x, y, batch_size, seed)

    return DatasetBatches


def _for_tensorflow():
    """The class for TensorFlow: a data adapter of Keras, so that it hears when an epoch begins.

    A `tf.data.Dataset` does not hear it. It cannot count either: Keras asks for a new iterator
    twice an epoch and uses one.
    """
    try:
        from keras.src.trainers.data_adapters.data_adapter import DataAdapter
    except ImportError:         # a Keras that has moved it: slower by a millisecond or so a batch
        return _for_others()

    class AdapterBatches(Batches, DataAdapter):
        def __init__(self, x, y, batch_size, seed):
            self._fill(x, y, batch_size, seed)

        num_batches = property(Batches.__len__)
        batch_size = property(lambda self: self.size)
        has_partial_batch = property(lambda self: len(self.x) % self.size > 0)
        partial_batch_size = property(lambda self: len(self.x) % self.size)

        def get_tf_dataset(self):
            return _pipeline(self)

        def on_epoch_begin(self):
            super().on_epoch_begin()
            self.served = len(self)     # by the pipeline, which does not tell how many

        def get_numpy_iterator(self):
            return (self[i] for i in range(len(self)))

    return AdapterBatches


def _pipeline(source):
    """A `tf.data.Dataset` with the batches of one epoch, gathered while the last one is used."""
    import tensorflow as tf

    with tf.device("CPU:0"):
        x, y = tf.constant(source.x), tf.constant(source.y)
    epoch = tf.data.Dataset.from_generator(
        lambda: iter([source.order]), output_signature=tf.TensorSpec((len(source.x),), tf.int64))
    rows = epoch.flat_map(
        lambda order: tf.data.Dataset.from_tensor_slices(order).batch(source.size))
    options = tf.data.Options()
    options.autotune.enabled = False
    made = rows.map(lambda i: (tf.gather(x, i), tf.gather(y, i))).prefetch(2)
    return made.apply(tf.data.experimental.assert_cardinality(len(source))).with_options(options)


def _where_jax_computes(array):
    import jax

    return jax.device_put(array)
