"""The networks of the chapter have the sizes that it states, and a trained one is safe to share."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import networks

PARAMETERS = {"softmax": 7_850, "MLP": 121_645, "article's CNN": 121_930,
              "global-pool CNN": 23_946, "LeNet-5": 61_706}


@pytest.fixture
def quick(monkeypatch):
    """Training of one epoch on 64 digits, remembered by nobody else."""
    split = networks.digits("centred")
    few = split._replace(x_train=split.x_train[:64], y_train=split.y_train[:64])
    monkeypatch.setattr(networks, "digits", lambda kind="roaming": few)
    monkeypatch.setattr(networks, "EPOCHS", 1)
    monkeypatch.delenv("COURSE_TRAINED", raising=False)
    networks._trained.cache_clear()
    yield few
    networks._trained.cache_clear()


@pytest.mark.parametrize("name", PARAMETERS)
def test_it_has_as_many_parameters_as_the_chapter_says(name):
    network = networks._ALL[name]()
    assert network.count_params() == PARAMETERS[name]
    assert network.predict(np.zeros((2, 28, 28, 1), np.float32)).shape == (2, 10)


def test_the_four_that_are_compared():
    assert list(networks.NETWORKS) == ["softmax", "MLP", "article's CNN", "global-pool CNN"]


def test_the_articles_parameters_layer_by_layer():
    sizes = [sum(w.size for w in layer.params.values()) for layer in networks.article_cnn().layers]
    assert [size for size in sizes if size] == [320, 18_496, 102_464, 650]


def test_lenet_has_the_papers_numbers_where_its_layers_are_todays():
    sizes = [sum(w.size for w in layer.params.values()) for layer in networks.lenet5().layers]
    assert [size for size in sizes if size] == [156, 2_416, 48_120, 10_164, 850]


def test_the_articles_network_takes_no_8_by_8_digits_and_10_is_the_smallest():
    with pytest.raises(ValueError):
        networks.article_cnn(input_shape=(8, 8, 1))
    with pytest.raises(ValueError):
        networks.article_cnn(input_shape=(9, 9, 1))
    assert networks.article_cnn(input_shape=(10, 10, 1)).built


def test_seed_dtype_and_shape_are_the_callers():
    one, same, other = (networks.mlp(seed=s).get_weights()[0] for s in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert networks.softmax(dtype="float64").get_weights()[0].dtype == np.float64
    assert not networks.global_pool_cnn(input_shape=None).built
    assert networks.global_pool_cnn(input_shape=(8, 8, 1)).count_params() == 23_946


def test_every_pixel_reaches_the_global_pool_networks_last_maps():
    """What "same" padding is there for: with "valid", two rows and columns would be lost."""
    from helpers.cnn.accounting import trace
    row = next(r for r in trace(networks.global_pool_cnn().layers, (28, 28, 1))
               if r.name == "conv2d_3")
    last = row.first[0] + row.jump[0] * (row.shape[0] - 1) + row.field[0]
    assert row.first[0] <= 0 and last >= 28


def test_digits_are_shared_and_have_a_channel():
    assert networks.digits() is networks.digits("roaming")
    assert networks.digits("centred").x_test.shape == (360, 28, 28, 1)
    centred = networks.digits("centred").x_train.max(axis=0)[..., 0]
    assert not centred[:6].any() and not centred[22:].any() and centred[6:22].any()


def test_a_training_is_kept_and_repeatable(quick):
    first = networks.trained("softmax", "centred", seed=3)
    assert networks.trained("softmax", train="centred", seed=np.int64(3)) is first
    assert networks.trained("softmax", "centred", seed=4) is not first
    weights = first.get_weights()
    networks._trained.cache_clear()
    again = networks.trained("softmax", "centred", seed=3).get_weights()
    assert all(map(np.array_equal, weights, again))


def test_a_training_can_be_kept_on_disk_too(quick, monkeypatch, tmp_path):
    """Another process gets the same bits, and takes no step for them."""
    alone = networks.trained("article's CNN", "centred", seed=3).get_weights()
    monkeypatch.setenv("COURSE_TRAINED", str(tmp_path))
    for _ in range(2):
        networks._trained.cache_clear()
        kept = networks.trained("article's CNN", "centred", seed=3)
        assert all(map(np.array_equal, alone, kept.get_weights()))
        assert len(kept.history.history["loss"]) == 1
        monkeypatch.setattr(nn.Adam, "apply", lambda *_: pytest.fail("trained again"))
    assert [path.name for path in tmp_path.iterdir()] == ["article-s-CNN-centred-3-1.npz"]


def test_it_has_learned_from_all_the_training_digits_for_all_epochs(quick, monkeypatch):
    calls = []
    fit = nn.Sequential.fit
    monkeypatch.setattr(nn.Sequential, "fit", lambda self, x, y, **more: calls.append(
        (len(x), len(y), more)) or fit(self, x, y, **more))
    monkeypatch.setattr(networks, "EPOCHS", 3)
    network = networks.trained("softmax", "centred", seed=5)
    assert calls == [(64, 64, {"batch_size": 32, "epochs": 3, "seed": 5, "verbose": 0,
                               "checkpoint": None})]
    assert len(network.history.history["loss"]) == 3
    assert network.optimizer.learning_rate == 1e-3


def test_a_shared_network_cannot_be_changed_and_its_copy_can(quick):
    network = networks.trained("MLP", "centred")
    before = network.get_weights()
    with pytest.raises(ValueError):
        network.fit(quick.x_train, quick.y_train, verbose=0)
    with pytest.raises(ValueError):
        network.set_weights([w + 1 for w in before])
    assert all(map(np.array_equal, before, network.get_weights()))
    copy = network.astype("float32")
    copy.fit(quick.x_train, quick.y_train, verbose=0)
    assert not all(map(np.array_equal, before, copy.get_weights()))
    assert all(map(np.array_equal, before, network.get_weights()))


@pytest.mark.parametrize("call, words", [
    (lambda: networks.trained("ResNet"), "trained knows softmax, MLP, .*; got 'ResNet'"),
    (lambda: networks.trained("MLP", "moving"), "'roaming' or 'centred'; got 'moving'"),
    (lambda: networks.digits("moving"), "'roaming' or 'centred'; got 'moving'"),
])
def test_an_unknown_name_is_answered_with_the_known_ones(call, words):
    with pytest.raises(ValueError, match=words):
        call()
