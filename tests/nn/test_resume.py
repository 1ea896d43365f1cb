"""Training that was interrupted ends exactly as if it had not been."""

import json
import pickle
import warnings

import numpy as np
import pytest

from helpers import nn
from helpers.nn import checkpoint

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 5)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)
OPTIMIZERS = {
    "sgd": lambda: nn.SGD(0.1),
    "momentum": lambda: nn.SGD(0.1, momentum=0.9),
    "adam": lambda: nn.Adam(0.01),
}


class PowerCut(nn.Callback):
    """Raises in the middle of the given epoch; a checkpoint does not depend on it."""

    def __init__(self, epoch, batch):
        self.epoch, self.batch = epoch, batch

    def on_train_batch_end(self, batch, logs):
        if (len(self.model.history.epoch), batch) == (self.epoch, self.batch):
            raise KeyboardInterrupt


def build(optimizer="adam", seed=0):
    layers = [nn.Dense(8, activation="relu"), nn.Dropout(0.3), nn.Dense(2)]
    model = nn.Sequential(layers, seed=seed)
    model.compile(OPTIMIZERS[optimizer]())
    return model


def fit(model, path=None, cut=None, **settings):
    settings = {"epochs": 6, "batch_size": 16, "verbose": 0, "seed": 1, **settings}
    settings["callbacks"] = [*settings.get("callbacks", []), cut or PowerCut(-1, -1)]
    return model.fit(X, Y, validation_data=(X[:30], Y[:30]), checkpoint=path, **settings)


def assert_same(model, history, other, other_history):
    assert history.history == other_history.history
    assert model.optimizer.iterations == other.optimizer.iterations
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(model.optimizer.slots, other.optimizer.slots, strict=True):
        for name in a:
            np.testing.assert_array_equal(a[name], b[name])
    assert model.rng.bit_generator.state == other.rng.bit_generator.state


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("seed", [1, None])
def test_cut_in_mid_epoch_and_resumed_in_a_new_network(optimizer, seed, tmp_path):
    path = tmp_path / "training.npz"
    whole = build(optimizer)
    expected = fit(whole, seed=seed)
    with pytest.raises(KeyboardInterrupt):
        fit(build(optimizer), path, PowerCut(3, 2), seed=seed)
    fresh = build(optimizer, seed=99)  # other initial weights: all must come from the file
    history = fit(fresh, path, seed=seed)
    assert_same(fresh, history, whole, expected)


def test_cut_again_and_again_in_the_same_network(tmp_path):
    path, whole, model = tmp_path / "training.npz", build(), build()
    expected = fit(whole)
    for epoch, batch in [(1, 0), (1, 5), (4, 3)]:
        with pytest.raises(KeyboardInterrupt):
            fit(model, path, PowerCut(epoch, batch))
    assert_same(model, fit(model, path), whole, expected)


def test_cut_before_the_first_epoch_is_over_leaves_nothing_to_resume(tmp_path):
    path = tmp_path / "training.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(build(), path, PowerCut(0, 3))
    assert list(tmp_path.iterdir()) == []


def test_a_finished_training_is_not_repeated_and_can_be_prolonged(tmp_path, capsys):
    path, whole, model = tmp_path / "deep" / "training.npz", build(), build()
    expected = fit(whole)
    fit(model, path, epochs=4)
    before = path.read_bytes()
    again = build(seed=5)
    fit(again, path, epochs=4, verbose=1)
    assert "resumed after epoch 4 of 4" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert_same(again, fit(again, path, epochs=6), whole, expected)


def test_early_stopping_remembers_across_the_cut(tmp_path):
    def stopping():
        return nn.EarlyStopping("val_loss", 2, min_delta=0.05, restore_best_weights=True)

    path, whole, model = tmp_path / "training.npz", build(), build(seed=9)
    expected_stop, stop = stopping(), stopping()
    expected = fit(whole, epochs=50, callbacks=[expected_stop])
    assert expected_stop.best_epoch < expected_stop.stopped_epoch < 49
    with pytest.raises(KeyboardInterrupt):  # while it waits for an improvement
        cut = PowerCut(expected_stop.stopped_epoch, 1)
        fit(build(), path, cut, epochs=50, callbacks=[stopping()])
    history = fit(model, path, epochs=50, callbacks=[stop])
    assert_same(model, history, whole, expected)
    assert stop.best_epoch == expected_stop.best_epoch
    later = build(seed=3)  # stopped is stopped, and the best weights come back
    assert_same(later, fit(later, path, epochs=50, callbacks=[stopping()]), whole, expected)


def write_checkpoint(path):
    fit(build(), path, epochs=2)
    return path.read_bytes()


def harm(path, how):
    data = write_checkpoint(path)
    if how == "pickle":
        with open(path, "wb") as file:
            np.savez(file, state=np.array([{"format": 1}], dtype=object))
    elif how == "no state":
        with open(path, "wb") as file:
            np.savez(file, weights=np.zeros(3))
    elif how == "bare pickle":
        path.write_bytes(pickle.dumps({"format": 1}))
    elif how == "flipped":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
    else:
        path.write_bytes(data[: int(how * len(data))])
    return path.read_bytes()


@pytest.mark.parametrize(
    "how", [0.0, 0.1, 0.5, 0.9, 0.999, "flipped", "pickle", "bare pickle", "no state"]
)
def test_a_damaged_file_is_set_aside_and_training_starts_anew(how, tmp_path):
    path, whole, model = tmp_path / "training.npz", build(), build()
    damaged = harm(path, how)
    with pytest.warns(UserWarning, match=r"damaged.*set aside as training\.npz\.damaged-1"):
        history = fit(model, path)
    assert (tmp_path / "training.npz.damaged-1").read_bytes() == damaged
    assert_same(model, history, whole, fit(whole))
    path.unlink()
    harm(path, how)
    with pytest.warns(UserWarning, match=r"damaged-2"):
        fit(build(), path)
    assert (tmp_path / "training.npz.damaged-1").read_bytes() == damaged


class Intruder:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, footprint):
        self.footprint = footprint

    def __reduce__(self):
        return open, (str(self.footprint), "w")


def test_a_checkpoint_cannot_run_code(tmp_path):
    path, footprint = tmp_path / "training.npz", tmp_path / "footprint"
    with open(path, "wb") as file:
        np.savez(file, state=np.array([Intruder(footprint)], dtype=object))
    with pytest.warns(UserWarning, match="damaged"):
        fit(build(), path)
    assert not footprint.exists()
    with np.load(path.with_name("training.npz.damaged-1"), allow_pickle=True) as file:
        file["state"]
    assert footprint.exists(), "the trap must work, or the test above shows nothing"


def flips(data):
    """Every eleventh byte with a bit flipped; then what zipfile refuses in words of its own."""
    for k in range(0, len(data), 11):
        yield data[:k] + bytes([data[k] ^ 1 << k % 8]) + data[k + 1 :]
    entry = data.index(b"PK\x01\x02")  # in the zip's directory: flags at 8, compression at 10
    for k in (entry + 8, entry + 10):
        yield data[:k] + bytes([data[k] ^ 1]) + data[k + 1 :]


def test_no_flipped_bit_leads_to_a_traceback(tmp_path):
    data = write_checkpoint(tmp_path / "training.npz")
    outcomes = []
    for k, flipped in enumerate(flips(data)):
        path = tmp_path / f"{k}.npz"
        path.write_bytes(flipped)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcomes.append(checkpoint.load(path) is None)
    assert set(outcomes) == {True, False}  # damaged, and flips in what is not read (time stamps)
    assert outcomes[-2:] == [True, True]


def rewrite(path, change):
    """Write the checkpoint again after `change(state, arrays)`."""
    with np.load(path) as file:
        arrays = dict(file)
    state = json.loads(arrays.pop("state").tobytes())
    change(state, arrays)
    with open(path, "wb") as file:
        np.savez(file, state=np.frombuffer(json.dumps(state).encode(), np.uint8), **arrays)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda state, arrays: state.update(format=99), "format 99"),
        (lambda state, arrays: arrays.pop("weights/dense_1.W"), "not complete"),
        (lambda state, arrays: arrays.update({"m/dense_1.W": np.zeros(2)}), "not complete"),
        (lambda state, arrays: state.pop("rng"), "not complete"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence_and_stays(change, says, tmp_path):
    path = tmp_path / "training.npz"
    write_checkpoint(path)
    rewrite(path, change)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=says):
        fit(build(), path)
    assert path.read_bytes() == before


def test_the_old_checkpoint_survives_a_write_that_fails(tmp_path, monkeypatch):
    path, whole, model = tmp_path / "training.npz", build(), build()
    before = write_checkpoint(path)

    def disk_full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpers.nn.checkpoint.os.fsync", disk_full)
    with pytest.warns(UserWarning, match="could not be written.*No space left"):
        history = fit(model, path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    assert_same(model, history, whole, fit(whole))


def test_a_folder_as_checkpoint_is_a_sentence(tmp_path):
    with pytest.raises(ValueError, match="is a folder"):
        fit(build(), tmp_path)
