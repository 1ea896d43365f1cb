"""Batches: every example once an epoch, in an order that seed and epoch fix."""

import numpy as np
import pytest

from helpers.kit import batches as batching
from helpers.kit import runtime


def made(n=50, batch_size=8, seed=3, **kwargs):
    x = np.arange(n, dtype=np.float32)[:, None] * [1, 10]
    return batching.batches(x.astype(np.float32), np.arange(n), batch_size, seed, **kwargs)


def epochs_of(source, epochs, model=None):
    """The labels of each batch, as Keras's `fit` gets them: (epochs, batches) lists."""
    keras = runtime.keras()
    seen = []

    class Spy(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    def loss(y_true, y_pred):
        # The labels leave the step as its loss, one batch at a time.
        return keras.ops.sum(0 * y_pred) + keras.ops.mean(y_true)

    class Note(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append([])

        def on_train_batch_end(self, batch, logs=None):
            seen[-1].append(float(logs["loss"]))

    model = Spy()
    model.compile("sgd", loss)
    model.fit(source, epochs=epochs, verbose=0, callbacks=[Note()])
    return seen


def running_means(source, epoch):
    """What Keras reports after each batch of this epoch: the mean label of all so far."""
    order = batching.order(len(source.x), source.seed, epoch)
    return [order[:end].mean() for end in
            [*range(source.size, len(order), source.size), len(order)]]


def test_an_order_has_each_example_once_and_belongs_to_seed_and_epoch():
    orders = {(seed, epoch): batching.order(40, seed, epoch)
              for seed in range(3) for epoch in range(3)}
    assert all(np.array_equal(np.sort(one), np.arange(40)) for one in orders.values())
    assert len({one.tobytes() for one in orders.values()}) == 9     # (1, 0) is not (0, 1)
    assert np.array_equal(orders[1, 2], batching.order(40, 1, 2))


def test_keras_gets_the_batches_of_each_epoch_in_their_order():
    source = made()
    seen = epochs_of(source, 3)
    for epoch in range(3):
        # float32 means of numbers below 50
        np.testing.assert_allclose(seen[epoch], running_means(source, epoch), rtol=1e-5)
    assert source.epoch == 3


def test_an_epoch_can_be_set():
    source = made()
    source.epoch = 7
    seen = epochs_of(source, 1)
    np.testing.assert_allclose(seen[0], running_means(source, 7), rtol=1e-5)


def test_batches_can_be_looked_at():
    source = made()
    assert len(source) == 7 and repr(source) == "<7 batches of 8 from 50 examples, seed 3>"
    x, y = source[6]
    assert x.shape == (2, 2) and y.shape == (2,)
    labels = np.concatenate([source[i][1] for i in range(7)])
    assert np.array_equal(labels, batching.order(50, 3, 0))
    assert all(np.array_equal(source[i][0][:, 0], source[i][1]) for i in range(7))
    for i in (-1, 7):
        with pytest.raises(IndexError):
            source[i]


def test_other_backends_get_the_same_batches_and_a_look_does_not_count_as_an_epoch():
    source = batching._for_others()(np.zeros((50, 2)), np.arange(50), 8, 3)
    labels = []
    for asked in (1, 7, 7):         # Keras on JAX takes one batch to learn the shapes; then epochs
        source.on_epoch_begin()
        labels.append(np.concatenate([source[i][1] for i in range(asked)]))
        source.on_epoch_end()
        source.on_epoch_end()       # Keras says it twice
    assert np.array_equal(labels[0], batching.order(50, 3, 0)[:8])
    assert np.array_equal(labels[1], batching.order(50, 3, 0))
    assert np.array_equal(labels[2], batching.order(50, 3, 1))


def test_the_data_are_not_changed_and_integers_stay_integers():
    x, y = np.arange(12).reshape(6, 2), np.arange(6, dtype=np.int32)
    before = x.copy(), y.copy()
    source = batching.batches(x, y, 4)
    assert source[0][1].dtype == np.int32 and source[0][0].dtype == x.dtype
    assert np.array_equal(x, before[0]) and np.array_equal(y, before[1])


@pytest.mark.parametrize("x, y", [(np.zeros((4, 2)), np.zeros(3)), (np.zeros((0, 2)), np.zeros(0)),
                                  (3, 4)])
def test_data_that_do_not_fit_are_refused(x, y):
    with pytest.raises(ValueError, match="as many labels as examples, at least one; got x of"):
        batching.batches(x, y)


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"batch_size": 2.5}, {"seed": -1},
                                   {"seed": None}, {"batch_size": True}])
def test_numbers_that_are_none_are_refused(wrong):
    name, = wrong
    with pytest.raises(ValueError, match=f"{name} should be a whole number from"):
        batching.batches(np.zeros((4, 2)), np.zeros(4), **wrong)
