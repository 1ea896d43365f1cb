"""Moved digits, what a unit sees, what follows a shift: checked against what can be worked out."""

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import experiments, experiments_shifts, networks
from helpers.cnn.geometry import cells, image_for
from helpers.kit import data

# --- moving -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dy, dx", [(0, 0), (1, 0), (-1, 0), (0, 2), (0, -2), (3, -1), (4, 0)])
def test_an_image_is_moved_and_what_comes_in_is_empty(dy, dx):
    x = np.random.default_rng(0).uniform(1, 2, (2, 4, 5, 3))
    by_hand = np.zeros_like(x)
    for row in range(4):
        for column in range(5):
            if 0 <= row - dy < 4 and 0 <= column - dx < 5:
                by_hand[:, row, column] = x[:, row - dy, column - dx]
    assert np.array_equal(experiments.shifted(x, dy, dx), by_hand)


@pytest.mark.parametrize("dy, dx", [(5, 0), (0, -9), (-4, 5)])
def test_an_image_moved_out_of_its_frame_is_empty(dy, dx):
    assert not experiments.shifted(np.ones((4, 5, 1)), dy, dx).any()


@pytest.fixture(scope="module")
def still():
    return experiments.shifted_digits(seeds=2)


def test_digits_that_stand_still_need_no_convolution(still):
    """One standard error of .97 is .009; intervals are three of these wide."""
    for name in ("MLP", "softmax", "CNN", "CNN, rearranged"):
        assert still.still.accuracies[name].shape == (2,)
        assert .945 < still.still.accuracies[name].mean() < .995
    mean, se = still.still.difference["CNN"]
    assert abs(mean) < .025 and .002 < se < .02     # measured: +.006 ± .007, no difference shown
    assert still.still.n == 360


def test_one_pixel_undoes_the_mlp_and_dents_the_cnn(still):
    """Measured over three seeds: MLP .46 to .48, softmax .42 to .43, CNN .62 to .64."""
    mlp, softmax, cnn = (still.moved[name].mean() for name in ("MLP", "softmax", "CNN"))
    assert .38 < mlp < .56 and .34 < softmax < .51 and .55 < cnn < .72
    assert cnn > mlp + .07
    assert list(still.moved) == ["MLP", "softmax", "CNN"]


def test_the_table_of_shifted_digits_names_both_parts(still):
    lines = repr(still).splitlines()
    assert lines[0] == "as they are, 360 test digits:" and "CNN, rearranged" in lines[5]
    assert lines[7].startswith("moved by one pixel") and len(lines) == 11
    assert lines[1].split()[0] == "mean"


def test_the_small_cnn_has_6090_parameters():
    network = experiments.small_cnn()
    network.build((8, 8, 1))
    assert network.count_params() == 6_090


def test_digits_are_moved_in_four_directions_and_rearranged_in_one_way(monkeypatch):
    seen = {}

    class Sees:
        def predict(self, x):
            seen.setdefault("test", []).append(x)
            return np.zeros((len(x), 10))

    def learn(name, x, y, seed):
        seen.setdefault("train", []).append(x)
        return Sees()

    monkeypatch.setattr(experiments_shifts, "_learn", learn)
    experiments.shifted_digits(seeds=2)
    split = data.load("digits")
    x = split.x_test[..., None]         # seed 0, MLP: as they are, then up, down, left, right
    for given, (dy, dx) in zip(seen["test"], [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)],
                               strict=False):
        assert np.array_equal(given, experiments.shifted(x, dy, dx))
    plain = split.x_train.reshape(1437, 64)
    mixed = [x.reshape(1437, 64) for x in seen["train"][3::4]]          # the fourth of each seed
    assert len(mixed) == 2 and not np.array_equal(mixed[0], mixed[1])
    for learned in mixed:
        assert np.array_equal(np.sort(learned, axis=1), np.sort(plain, axis=1))
        assert not np.array_equal(learned, plain)
    tested = [x.reshape(360, 64) for x in seen["test"][15::16]]         # 3 · (1 + 4) before it
    for learned, test in zip(mixed, tested, strict=True):
        columns = {plain[:, old].tobytes(): old for old in range(64)}
        known = [(new, columns[learned[:, new].tobytes()]) for new in range(64)]
        varied = [(new, old) for new, old in known if plain[:, old].any()]
        flat = split.x_test.reshape(360, 64)
        assert all(np.array_equal(test[:, new], flat[:, old]) for new, old in varied)


def test_what_shifted_digits_learn_from_does_not_hold_test_digits(monkeypatch):
    learned = []
    real = experiments_shifts._learn
    monkeypatch.setattr(experiments_shifts, "_learn",
                        lambda name, x, y, seed: learned.append((x, y)) or real("softmax", x, y, 0))
    monkeypatch.setattr(experiments_shifts, "_EPOCHS", 1)
    experiments.shifted_digits(seeds=2)
    split = data.load("digits")
    for x, y in learned:
        assert x.shape == (1437, 8, 8, 1) and np.array_equal(y, split.y_train)


# --- what a unit sees -------------------------------------------------------------------------


@pytest.mark.parametrize("layer, field", [("conv2d_1", 3), ("maxpooling2d_1", 4), ("conv2d_2", 8),
                                          ("maxpooling2d_2", 10)])
def test_the_receptive_fields_of_the_articles_network(layer, field):
    support = experiments.gradient_support(networks.article_cnn(), layer)
    rows, columns = np.flatnonzero(support.any(axis=1)), np.flatnonzero(support.any(axis=0))
    assert len(rows) == len(columns) == field
    assert np.ptp(rows) == np.ptp(columns) == field - 1        # one block …
    assert support.sum() == field ** 2                         # … without holes


def test_the_support_lies_where_the_geometry_says():
    network = nn.Sequential([nn.Conv2D(4, (2, 3), strides=(1, 2), activation="relu"),
                             nn.AveragePooling2D((3, 2), strides=2), nn.Conv2D(5, (1, 2))], seed=0)
    network.build((14, 19, 2))
    for layer, places in cells(network).items():
        support = experiments.gradient_support(network, layer)
        expected = np.zeros((14, 19), bool)
        first = [places.start[s] + places.jump[s] * (places.size[s] // 2) for s in (0, 1)]
        expected[first[0]:first[0] + places.field[0], first[1]:first[1] + places.field[1]] = True
        assert np.array_equal(support, expected)


def test_the_support_of_a_dense_layer_is_the_whole_image_at_any_size():
    network = networks.article_cnn()
    weights = network.get_weights()
    # 26 → 13 → 11 → 5: the second pool drops nothing that the first cells have not seen … of 28
    # pixels the last two belong to no complete pooling window of 10 + 4·4 = 26.
    support = experiments.gradient_support(network, "dense_1")
    assert support[:26, :26].all() and not support[26:].any() and not support[:, 26:].any()
    assert experiments.gradient_support(network, "flatten_1", size=12).shape == (12, 12)
    assert experiments.gradient_support(network, "conv2d_1", size=(9, 7)).shape == (9, 7)
    assert all(map(np.array_equal, weights, network.get_weights()))


def test_support_says_what_it_needs():
    with pytest.raises(ValueError, match="layer_name is one of conv2d_1, .*; got 'conv2d_9'"):
        experiments.gradient_support(networks.article_cnn(), "conv2d_9")
    with pytest.raises(ValueError, match="size should say how large the image is"):
        experiments.gradient_support(networks.article_cnn(input_shape=None), "conv2d_1")
    unbuilt = networks.article_cnn(input_shape=None)
    assert experiments.gradient_support(unbuilt, "conv2d_2", size=28).sum() == 64


# --- what follows a shift ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def digit():
    return networks.digits("centred").x_test[0]


def test_convolution_follows_every_shift_and_pooling_whole_cells(digit):
    network = networks.article_cnn(seed=1, dtype="float64")
    found = experiments.equivariance(network, digit, [-4, -3, -1, 0, 1, 2, 4, (1, 0), (3, -2)])
    gaps = {name: values.round(12) for name, values in found.gaps.items()}
    assert (gaps["conv2d_1"] == 0).all()
    whole = {2: [True, False, False, True, False, True, True, False, False],
             4: [True, False, False, True, False, False, True, False, False]}
    for name, jump in (("maxpooling2d_1", 2), ("conv2d_2", 2), ("maxpooling2d_2", 4)):
        assert ((gaps[name] == 0) == whole[jump]).all()
        assert (gaps[name][~np.array(whole[jump])] > .05).all()
    assert (gaps["dense_2"][[0, 1, 2, 4, 5, 6]] > 1e-3).all() and gaps["dense_2"][3] == 0
    assert found.probabilities.shape == (9, 10)
    assert np.allclose(found.probabilities.sum(axis=1), 1)


def test_the_gap_by_hand_where_no_cell_fits(digit):
    """One pixel to the right, cells two pixels apart: the better of no cell and one cell."""
    network = networks.article_cnn(seed=1, dtype="float64")
    found = experiments.equivariance(network, digit, [1])
    f = {name: network.activations(x[None].astype(float))["maxpooling2d_1"][0]
         for name, x in (("x", digit), ("Tx", experiments.shifted(digit, 0, 1)))}
    none = np.linalg.norm(f["Tx"] - f["x"])
    one = np.linalg.norm(f["Tx"][:, 1:] - f["x"][:, :-1])
    expected = min(none, one) / np.linalg.norm(f["x"])
    assert found.gaps["maxpooling2d_1"][0] == pytest.approx(expected, rel=1e-10)
    flat = {name: network.activations(x[None].astype(float))["flatten_1"][0]
            for name, x in (("x", digit), ("Tx", experiments.shifted(digit, 0, 1)))}
    assert found.gaps["flatten_1"][0] == pytest.approx(
        np.linalg.norm(flat["Tx"] - flat["x"]) / np.linalg.norm(flat["x"]), rel=1e-10)


def test_cells_that_see_padding_are_not_asked():
    """On an image full of ink, "same" padding breaks equivariance at the border, and only there."""
    image = np.random.default_rng(0).uniform(size=(12, 12))
    network = nn.Sequential([nn.Conv2D(3, 3, padding="same"), nn.Conv2D(3, 5, padding="same")],
                            seed=0, dtype="float64")
    network.build((12, 12, 1))
    found = experiments.equivariance(network, image, [1, (-2, 1)])
    assert all((values < 1e-12).all() for values in found.gaps.values())
    out = network.activations(np.stack([image, np.roll(image, 1, axis=1)])[..., None])["conv2d_2"]
    assert np.linalg.norm(out[1][:, 1:] - out[0][:, :-1]) > 1e-3      # were the border in it


def test_global_max_pooling_forgets_whole_steps(digit):
    network = networks.global_pool_cnn(seed=0, dtype="float64")
    gaps = experiments.equivariance(network, digit, [1, 2, 4]).gaps["globalmaxpooling2d_1"]
    assert gaps[0] > .02 and gaps[1] > .02 and gaps[2] < .02


def test_a_shift_that_leaves_no_cell_gives_no_number():
    network = networks.article_cnn(seed=0, dtype="float64")
    found = experiments.equivariance(network, np.ones((28, 28)), [27])
    assert np.isnan(found.gaps["conv2d_2"][0]) and np.isfinite(found.gaps["dense_1"][0])


def test_the_table_of_equivariance_has_a_line_for_each_layer(digit):
    lines = repr(experiments.equivariance(networks.softmax(), digit, [(1, 0), 2])).splitlines()
    assert "(1, 0)" in lines[0] and "(0, 2)" in lines[0]
    assert [line.split()[0] for line in lines[1:]] == ["flatten_1", "dense_1"]


@pytest.mark.parametrize("shape", [(28, 27), (1, 28, 28), (28, 28, 3)])
def test_another_image_than_the_networks_is_refused(shape):
    with pytest.raises(ValueError, match=r"one image of shape \(28, 28, 1\); got"):
        image_for(networks.softmax(), np.zeros(shape))


def test_a_network_for_rows_is_refused():
    network = nn.Sequential([nn.Dense(10)], seed=0)
    network.build(64)
    with pytest.raises(ValueError, match="should be built for images"):
        image_for(network, np.zeros((8, 8)))
