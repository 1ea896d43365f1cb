"""predict is the slow way to ask for one answer; a pad to draw on can ask a server."""

import numpy as np
import pytest

from helpers import nn
from helpers.cloud import calls, exporting, remote, serving
from helpers.cnn import networks, widgets


def test_predict_for_one_image_is_far_slower_than_the_exported_model():
    found = calls.compare(networks.global_pool_cnn(), repeats=9)
    predict, call, exported, batch = (one.seconds for one in found)
    assert predict > 5 * exported           # measured: 30 to 150
    assert batch < exported                 # for each image
    assert predict > call
    assert "for one image" in repr(found) and len(repr(found).splitlines()) == 5


@pytest.fixture
def server(tmp_path):
    exporting.export(networks.global_pool_cnn(), tmp_path, 1, kind="numpy")
    with serving.serve(tmp_path) as running:
        yield running


def test_a_remote_network_answers_like_the_network(server):
    x = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    got = nn.softmax(remote.network(server.url).predict(x))
    wanted = nn.softmax(networks.global_pool_cnn().predict(np.round(x * 255) / np.float32(255)))
    assert np.abs(got - wanted).max() < 1e-6


def test_the_pad_of_chapter_3_can_ask_a_server(server):
    pad = widgets.draw_digit(network=serving.remote(server.url))
    before = serving.metrics(server.root)["batch_rows_sum"]
    found = type(pad).compute({**type(pad).initial, **pad.state})
    assert abs(sum(found["probabilities"]) - 1) < 1e-6
    assert serving.metrics(server.root)["batch_rows_sum"] > before


def test_a_remote_network_has_no_gradients(server):
    with pytest.raises(NotImplementedError, match="not gradients"):
        remote.network(server.url).layers[0].backward(np.zeros((1, 10)))


def test_the_network_of_chapter_3_is_taken_where_it_is(tmp_path, monkeypatch):
    import hashlib
    import json

    from helpers.kit import parity, runtime
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    assert exporting.trained_in_chapter_3() is None
    runtime.keras()
    own = networks.article_cnn(seed=9)
    folder = tmp_path / "roaming-cnn"
    folder.mkdir()
    file = folder / "epoch-3.weights.h5"
    parity.copy_to_keras(own).save_weights(file)
    whole = {"epoch": 3, "sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}}
    (folder / "whole.json").write_text(json.dumps(whole), encoding="utf-8")
    found = exporting.trained_in_chapter_3()
    assert all((a == b).all() for a, b in zip(found.get_weights(), own.get_weights(), strict=True))
    assert "chapter 3" in found.origin
    file.write_bytes(file.read_bytes()[:-1])          # damaged: not taken, and left alone
    assert exporting.trained_in_chapter_3() is None and file.exists()


def test_without_chapter_3_a_small_network_is_trained(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    found = exporting.network()
    digits = networks.digits()
    right = found.predict(digits.x_test).argmax(axis=1) == digits.y_test
    assert right.mean() > 0.9               # measured: 0.947 of 360
    assert "trained now" in found.origin and exporting.network() is found
