"""Training: it learns, it is repeatable, measures as Keras does, and stops with a sentence."""

import numpy as np
import pytest

from helpers import nn

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 5)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)
X_VAL, Y_VAL = X[70:], Y[70:]


def build(seed=0, optimizer=None, units=8, **settings):
    model = nn.Sequential([nn.Dense(units, activation="tanh"), nn.Dense(2)], seed=seed)
    model.compile(optimizer or nn.Adam(0.02), **settings)
    return model


def fit(model, **settings):
    return model.fit(X, Y, **{"epochs": 3, "batch_size": 16, "verbose": 0, "seed": 1, **settings})


@pytest.mark.parametrize("optimizer", [nn.SGD(0.5), nn.SGD(0.1, momentum=0.9), nn.Adam(0.02)])
def test_it_learns_what_is_not_linear(optimizer):
    model = build(optimizer=optimizer)
    history = fit(model, epochs=60).history
    assert history["accuracy"][-1] > 0.95 > history["accuracy"][0]
    assert history["loss"][-1] < history["loss"][0] / 2


def test_it_learns_numbers_too():
    model = nn.Sequential([nn.Dense(16, activation="tanh"), nn.Dense(1)], seed=0)
    model.compile(nn.Adam(0.02), loss="mse")
    target = np.sin(X[:, :1])
    history = model.fit(X, target, epochs=60, verbose=0, seed=0).history
    assert set(history) == {"loss"} and history["loss"][-1] < np.var(target) / 10


def test_one_epoch_is_batches_in_order_then_updates():
    model, by_hand = build(), build()
    fit(model, epochs=1, shuffle=False, batch_size=40)
    losses = [by_hand.train_on_batch(X[i : i + 40], Y[i : i + 40]) for i in (0, 40, 80)]
    for a, b in zip(model.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    # The last batch has 10 examples and counts as 10.
    assert model.history.history["loss"][0] == pytest.approx(np.dot(losses, [40, 40, 10]) / 90)


def decaying(loss="sparse_categorical_crossentropy", rate=0.0):
    """A network with weight decay in both layers, of different strength."""
    layers = [
        nn.Dense(8, activation="tanh", kernel_regularizer=nn.L2(0.1)),
        nn.Dropout(rate),
        nn.Dense(2, kernel_regularizer=nn.L2(0.3)),
    ]
    model = nn.Sequential(layers, seed=0, dtype="float64")
    model.compile(nn.SGD(0.1), loss=loss)
    model.build(5)
    return model


@pytest.mark.parametrize(
    ("loss", "y", "without_decay"),
    [
        ("sparse_categorical_crossentropy", Y, nn.softmax_cross_entropy),
        ("mse", np.eye(2)[Y], nn.mse),
    ],
)
def test_weight_decay_is_part_of_every_loss_that_is_reported(loss, y, without_decay):
    model = decaying(loss)

    def by_hand():
        W1, _, W2, _ = model.get_weights()
        decay = 0.1 * (W1**2).sum() + 0.3 * (W2**2).sum()
        return float(without_decay(model.predict(X), y) + decay)

    before = by_hand()
    history = model.fit(X, y, batch_size=90, validation_data=(X, y), verbose=0).history
    after = by_hand()
    # In float64 only the order of a sum of some fifty numbers can differ: 1e-14.
    assert history["loss"] == [pytest.approx(before, rel=1e-12)]
    assert history["val_loss"] == [pytest.approx(after, rel=1e-12)]
    assert model.evaluate(X, y, return_dict=True)["loss"] == pytest.approx(after, rel=1e-12)
    assert before - after > 0.1, "one step must change the loss, or before could pass for after"


def test_fit_and_train_on_batch_take_the_same_step():
    """Dropout and weight decay act in both, and both report the loss before the step."""
    fitted, stepped = decaying(rate=0.5), decaying(rate=0.5)
    fit(fitted, epochs=1, batch_size=90, shuffle=False, seed=None)
    loss = stepped.train_on_batch(X, Y)
    assert fitted.history.history["loss"] == [pytest.approx(loss, rel=1e-12)]
    for a, b in zip(fitted.get_weights(), stepped.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_every_example_is_seen_once_in_every_epoch():
    seen = []
    model = build()
    forward = model.layers[0].forward
    model.layers[0].forward = lambda x, training=False: (
        (seen.append(x.copy()) if training else None) or forward(x, training)
    )
    fit(model, epochs=2)
    first, second = np.concatenate(seen)[:90], np.concatenate(seen)[90:]
    assert not np.array_equal(first, second) and not np.array_equal(first, X)
    for order in (first, second):
        np.testing.assert_array_equal(np.sort(order, axis=0), np.sort(X, axis=0))


def test_same_seeds_same_training_other_seeds_another():
    def losses(network_seed, fit_seed):
        return fit(build(network_seed), seed=fit_seed).history["loss"]

    assert losses(0, 1) == losses(0, 1)
    assert losses(0, 1) != losses(0, 2)
    assert losses(0, 1) != losses(1, 1)
    assert losses(0, None) == losses(0, None), "without a seed of its own, fit uses the network's"


def test_the_seed_of_fit_decides_whatever_was_drawn_before():
    def losses(draws):
        model = build()
        model.build(5)
        model.rng.random(draws)
        return fit(model, seed=0).history["loss"]

    assert losses(0) == losses(3)


def test_dropout_is_repeatable_too():
    def losses(seed):
        model = nn.Sequential([nn.Dense(8), nn.Dropout(0.5), nn.Dense(2)], seed=0)
        model.compile(nn.SGD(0.1))
        return fit(model, seed=seed).history["loss"]

    assert losses(1) == losses(1) != losses(2)


def test_validation_is_measured_after_each_epoch_and_never_trained_on():
    with_validation, without = build(), build()
    history = fit(with_validation, validation_data=(X_VAL, Y_VAL)).history
    fit(without)
    assert [len(history[k]) for k in ("loss", "accuracy", "val_loss", "val_accuracy")] == [3] * 4
    loss, accuracy = with_validation.evaluate(X_VAL, Y_VAL)
    assert (history["val_loss"][-1], history["val_accuracy"][-1]) == (loss, accuracy)
    np.testing.assert_array_equal(with_validation.get_weights()[0], without.get_weights()[0])


def test_a_second_fit_goes_on_where_the_first_ended():
    model, once = build(), build()
    fit(model, epochs=2)
    fit(model, epochs=1, seed=None)
    fit(once, epochs=3)
    np.testing.assert_array_equal(model.get_weights()[0], once.get_weights()[0])
    assert model.optimizer.iterations == once.optimizer.iterations == 18


def test_a_line_for_each_epoch(capsys):
    fit(build(), verbose=1, validation_data=(X_VAL, Y_VAL))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and "2/3" in lines[1] and "val_accuracy" in lines[1]
    fit(build(), verbose=0)
    assert capsys.readouterr().out == ""


class Replay(nn.Callback):
    """Puts made-up numbers in place of what was measured, and notes the weights."""

    def __init__(self, numbers):
        self.numbers, self.weights = numbers, []

    def on_epoch_end(self, epoch, logs):
        logs["val_loss"] = logs["val_accuracy"] = self.numbers[epoch]
        self.weights.append(self.model.get_weights())


@pytest.mark.parametrize(
    ("settings", "numbers", "epochs", "best"),
    [
        ({"patience": 2}, [5, 4, 3, 4, 3.5, 1], 5, 2),
        ({"patience": 2}, [5, 4, 4.5, 3, 4, 4, 1], 6, 3),
        ({"patience": 0}, [5, 6, 1], 2, 0),
        ({"patience": 1, "min_delta": 0.5}, [5, 4.5, 1], 2, 0),
        ({"patience": 1, "monitor": "val_accuracy"}, [0.5, 0.7, 0.6, 0.9], 3, 1),
        ({"patience": 9}, [5, 4, 6], 3, 1),
    ],
)
def test_early_stopping(settings, numbers, epochs, best):
    replay, stop = Replay(numbers), nn.EarlyStopping(restore_best_weights=True, **settings)
    model = build()
    history = fit(model, epochs=len(numbers), callbacks=[replay, stop])
    assert len(history.epoch) == epochs and stop.best_epoch == best
    assert stop.best == numbers[best]
    for a, b in zip(model.get_weights(), replay.weights[best], strict=True):
        np.testing.assert_array_equal(a, b)


def test_early_stopping_keeps_the_last_weights_unless_told():
    replay = Replay([5, 6, 7])
    model = build()
    fit(model, callbacks=[replay, nn.EarlyStopping(patience=1)])
    np.testing.assert_array_equal(model.get_weights()[0], replay.weights[1][0])


def test_early_stopping_without_validation_data_says_so():
    with pytest.raises(ValueError, match=r"validation_data=\(x_val, y_val\)"):
        fit(build(), callbacks=[nn.EarlyStopping()])


def test_a_loss_that_explodes_stops_with_epoch_and_causes(recwarn):
    model = nn.Sequential([nn.Dense(8, activation="relu"), nn.Dense(1)], seed=0)
    model.compile(nn.SGD(100.0), loss="mse")
    with pytest.raises(FloatingPointError, match=r"in epoch \d+, batch \d+.*rate \(100\)"):
        model.fit(X, X[:, :1], epochs=30, verbose=0)
    assert not recwarn.list, "NumPy's own overflow warnings would only confuse"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"epochs": 0}, "epochs is a whole number, 1 or more; 0 came"),
        ({"batch_size": 2.5}, "batch_size is a whole number"),
        ({"validation_data": X_VAL}, r"validation_data=\(x_val, y_val\)"),
        ({"validation_data": (X_VAL[:, :4], Y_VAL)}, r"\(N, 5\); \(20, 4\) came"),
    ],
)
def test_wrong_settings_are_explained(settings, says):
    with pytest.raises(ValueError, match=says):
        fit(build(), **settings)


def test_wrong_validation_data_are_found_before_an_epoch_is_spent():
    model = build()
    with pytest.raises(ValueError, match="labels from"):
        fit(model, validation_data=(X_VAL, Y_VAL + 1))
    assert model.optimizer.iterations == 0


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        (X, Y[:80], "90 examples and y 80 labels"),
        (X, np.eye(2)[Y], "argmax"),
        (X, Y + 1, "labels from 1 to 2 came.*3 units"),
        (np.where(X > 2, np.nan, X), Y, "nan or infinite"),
        (X[0], Y, r"shape \(5,\) came"),
    ],
)
def test_wrong_data_are_explained(x, y, says):
    with pytest.raises(ValueError, match=says):
        build().fit(x, y, verbose=0)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_unscaled_pixels_are_pointed_out_at_the_line_that_called_fit(dtype):
    pixels = RNG.integers(0, 256, (90, 5)).astype(dtype)
    with pytest.warns(UserWarning, match="whole numbers up to 25.*divide by") as caught:
        build().fit(pixels, Y, verbose=0)
    assert caught[0].filename == __file__


def test_scaled_and_binary_inputs_are_not_pointed_out(recwarn):
    build().fit(X, Y, verbose=0)
    build().fit((X > 0).astype(np.uint8), Y, verbose=0)
    assert not recwarn.list
