"""What `speed` measures: the same step in all ways, in turns. Never how many seconds."""

import numpy as np
import pytest

from helpers.cnn import networks, speed
from helpers.cnn.speed_textbook import TextbookCNN

X, Y = np.random.default_rng(0).random((6, 28, 28, 1)).astype(np.float32), np.arange(6)


def test_the_textbook_s_network_trains_as_ours_does():
    own = networks.article_cnn(dtype="float64")
    own.compile("adam")
    textbook = TextbookCNN(own.get_weights())
    np.testing.assert_allclose(textbook.forward(X), own.predict(X), atol=1e-12)
    losses = [(own.train_on_batch(X, Y), textbook.train_on_batch(X, Y)) for _ in range(5)]
    # float64 on both sides. Where ReLU leaves a window all zero, equal maxima share in the
    # textbook's way and the first takes all in ours; ReLU's slope of 0 stops both.
    np.testing.assert_allclose(*zip(*losses, strict=True), atol=1e-9)
    assert losses[-1][0] < losses[0][0]


def test_the_plain_network_trains_as_ours_does():
    own = networks.article_cnn(dtype="float64")
    own.compile("adam")
    expected = own.gradients(X, Y)[1]
    for layer in own.layers:
        if type(layer).__name__ == "Conv2D":
            layer.__class__ = speed.PlainConv2D
    for name, a in own.gradients(X, Y)[1].items():
        np.testing.assert_allclose(a, expected[name], atol=1e-12)


def test_a_measurement_tells_ratios_of_what_was_measured():
    result = speed.measure(8, repeats=2, keras=False, names=("products",))
    assert list(result.milliseconds) == ["ours", "products"]
    ms = result.milliseconds
    assert result.ratios == {"products": ms["ours"] / ms["products"]}
    assert result.numbers()["ours_over_products"] == result.ratios["products"]
    assert {"ours_ms", "products_ms"} <= set(result.numbers())
    text = repr(result)
    assert "8 images of 28 × 28" in text and f"{ms['products']:.1f}" in text


@pytest.mark.parametrize("ours, busy", [(10.0, False), (3.0, True)])
def test_a_busy_machine_is_told(ours, busy):
    times = {"ours": ours, "products": 4.0}
    result = speed.Speed(32, times, {name: (ms, ms) for name, ms in times.items()})
    assert ("busy" in repr(result)) == busy


def test_medians_and_quartiles_are_of_a_single_step(monkeypatch):
    clock = iter(float(t) for t in np.cumsum([0, 8, 0, 16, 0, 24]))
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(speed, "_ours", lambda x, y, batch_size: (lambda: None, 4))
    result = speed.measure(64, repeats=3, names=())
    assert result.milliseconds == {"ours": pytest.approx(4000)}    # of 2000, 4000, 6000
    assert result.quartiles["ours"] == pytest.approx((3000, 5000))


def test_keras_trains_the_same_network(monkeypatch):
    x, y = np.zeros((64, 28, 28, 1), np.float32), np.zeros(64, int)
    run, steps = speed._keras(x, y, 32)
    assert steps == 2
    history = run().history
    assert history["loss"][0] < np.log(10) + 0.1
