"""Shapes, parameters, work and receptive fields: against Keras, brute force and gradients."""

import itertools

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import accounting
from helpers.cnn.accounting import IllegalStack, receptive_field, smallest_side, trace
from helpers.cnn.layer_settings import described
from helpers.cnn.stacks import PRESETS, article, conv, dense, lenet5, plain_layer, pool

FLATTEN = plain_layer("Flatten")


def pooled(kernel, stride, padding, kind="MaxPooling2D"):
    return {**pool(kernel, stride, kind), "padding": padding}


# ---- the numbers that the chapter quotes


def test_the_articles_network():
    rows = trace(article(), (28, 28, 1))
    assert [row.shape for row in rows] == [(26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64),
                                           (1600,), (64,), (10,)]
    assert [row.parameters for row in rows] == [320, 0, 18_496, 0, 0, 102_464, 650]
    assert (rows.parameters, rows.macs) == (121_930, 2_528_000)
    assert [row.receptive_field for row in rows[:4]] == [3, 4, 8, 10]
    assert [row.name for row in rows][:4] == ["conv2d", "max_pooling2d", "conv2d_1",
                                              "max_pooling2d_1"]
    shown = repr(rows)
    assert "121\u202f930" in shown and "11×11×64" in shown and len(shown.splitlines()) == 10


def test_lenet5_has_the_parameters_that_the_paper_counts():
    rows = trace(lenet5(), (32, 32, 1))
    assert [row.parameters for row in rows if row.parameters] == [156, 12, 1_516, 32, 48_120,
                                                                  10_164]
    assert rows.parameters == 60_000


def test_alexnet_fits_227_pixels_and_not_the_224_of_its_text():
    make, side, channels = PRESETS["alexnet"]
    rows = trace(make(), (side, side, channels))
    assert rows.parameters == 60_965_224
    assert [row.shape[0] for row in rows[:8]] == [55, 27, 27, 13, 13, 13, 13, 6]
    assert trace(make(), (224, 224, 3))[0].shape == (54, 54, 96)  # the paper has 55


# ---- against Keras

STACKS = [
    [conv(5, 3, 2, "same"), pooled(3, 2, "same"), conv(4, 2, 1, "valid"), FLATTEN, dense(7)],
    [conv(6, 4, 3, "same"), pooled(2, 1, "valid", "AveragePooling2D"), conv(3, 1), FLATTEN],
    [conv(8, 5, 2), conv(4, 3, 1, "same", groups=2), plain_layer("GlobalAveragePooling2D"),
     dense(3)],
    [pooled(3, 3, "valid"), conv(2, 2, 2), plain_layer("GlobalMaxPooling2D")],
]


def keras_layer(settings):
    import keras

    kind, k, s = settings["kind"], settings["kernel"], settings["stride"]
    if kind == "Conv2D":
        return keras.layers.Conv2D(settings["filters"], k, s, padding=settings["padding"],
                                   groups=settings.get("groups", 1))
    if "Pooling" in kind and "Global" not in kind:
        return getattr(keras.layers, kind)(k, s, padding=settings["padding"])
    return keras.layers.Dense(settings["filters"]) if kind == "Dense" else getattr(
        keras.layers, kind)()


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("size", [(17, 14, 3), (12, 19, 2)])
def test_shapes_and_parameters_are_those_of_keras(stack, size):
    import keras

    model = keras.Sequential([keras.Input(size), *map(keras_layer, stack)])
    rows = trace(stack, size)
    assert [row.shape for row in rows] == [tuple(x.output.shape[1:]) for x in model.layers]
    assert [row.parameters for row in rows] == [x.count_params() for x in model.layers]
    again = trace(model, size)  # read from Keras's own layers
    assert [(r.shape, r.parameters, r.macs, r.field) for r in again] == [
        (r.shape, r.parameters, r.macs, r.field) for r in rows]


def test_a_network_of_our_own_is_read_as_its_settings():
    network = nn.Sequential([
        nn.Conv2D(4, (2, 3), strides=(2, 1), padding="same", activation="relu"),
        nn.MaxPooling2D(2), nn.Flatten(), nn.Dense(6, activation="relu"), nn.Dropout(0.5),
        nn.Dense(3)])
    network.build((9, 8, 2))
    rows = trace(network, (9, 8, 2))
    arrays = [sum(p.size for p in layer.params.values()) for layer in network.layers]
    assert [row.parameters for row in rows] == arrays
    assert network.predict(np.zeros((1, 9, 8, 2))).shape[1:] == rows[-1].shape
    assert rows[0].receptive_field == (2, 3) and rows[0].jump == (2, 1)


# ---- against brute force


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (2, 1), (3, 2), (5, 3), (4, 4)])
def test_windows_are_where_sliding_them_by_hand_puts_them(kernel, stride, padding):
    for size in range(kernel, kernel + 9):
        out, before = accounting.window(size, kernel, stride, padding)
        assert out == nn.output_size(size, kernel, stride, padding)
        if padding == "same":   # as TensorFlow's documentation has it
            lacking = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            assert (out, before) == (-(-size // stride), lacking // 2)
        assert before == nn.padding_of(size, kernel, stride, padding)[0]
        if padding == "valid":
            assert out == len(range(0, size - kernel + 1, stride)) and before == 0


@pytest.mark.parametrize("settings", [conv(4, 3), conv(6, 2, 2, "same"), conv(4, 3, groups=2)])
def test_every_multiplication_is_counted_once(settings):
    height, width, channels = 7, 6, 2
    (row,) = trace([settings], (height, width, channels))
    k, groups = settings["kernel"], settings.get("groups", 1)
    wired = [(c, f) for c, f in itertools.product(range(channels), range(settings["filters"]))
             if c * groups // channels == f * groups // settings["filters"]]
    places = list(np.ndindex(row.shape[:2]))
    assert row.macs == sum(1 for _ in itertools.product(places, range(k), range(k), wired))
    assert row.parameters == k * k * len(wired) + settings["filters"]


def test_a_dense_layer_multiplies_once_for_each_weight():
    rows = trace([FLATTEN, dense(7)], (3, 4, 2))
    assert (rows[1].macs, rows[1].parameters) == (24 * 7, 24 * 7 + 7)


FIELD_STACKS = [
    [(3, 1, "valid"), (2, 2, "valid"), (3, 1, "valid"), (2, 2, "valid")],
    [(3, 2, "same"), (3, 1, "same"), (2, 2, "same")],
    [(5, 3, "valid"), (2, 1, "same"), (3, 1, "valid")],
    [(4, 1, "same"), (1, 2, "valid"), (3, 2, "same")],
]


@pytest.mark.parametrize("stack", FIELD_STACKS)
def test_a_value_depends_on_the_pixels_of_its_box_and_on_no_others(stack):
    """The support of its gradient, with weights of 1 so that nothing cancels."""
    layers = [nn.Conv2D(1, k, s, padding=p, kernel_initializer=np_ones) for k, s, p in stack]
    size = (29, 26)
    network = nn.Sequential(layers, dtype="float64")
    network.build((*size, 1))
    row = trace(network, (*size, 1))[-1]
    image = np.zeros((1, *size, 1))
    out = network.forward(image)
    for i, j in itertools.product((0, row.shape[0] // 2, row.shape[0] - 1), repeat=2):
        j = min(j, row.shape[1] - 1)
        dout = np.zeros_like(out)
        dout[0, i, j, 0] = 1
        network.forward(image)
        for layer in reversed(layers):
            dout = layer.backward(dout)
        support = dout[0, :, :, 0] != 0
        top, left, high, wide = row.box(i, j)
        box = np.zeros(size, bool)
        box[max(top, 0) : max(top + high, 0), max(left, 0) : max(left + wide, 0)] = True
        np.testing.assert_array_equal(support, box)


def np_ones(shape, rng):
    return np.ones(shape)


def test_what_the_articles_dense_layer_sees_leaves_out_two_rows_and_columns():
    rows = trace(article(), (28, 28, 1))
    assert rows[5].box(0, 0) == (0, 0, 26, 26)
    # 11 rows into a 2×2 pool: the last is dropped, and with it the image's last two rows
    assert trace(article(), (30, 30, 1))[5].field == (30, 30)


def test_receptive_field_reads_pairs_and_layers():
    assert receptive_field([(3, 1), (2, 2), (3, 1), (2, 2)]) == [3, 4, 8, 10]
    assert receptive_field(article())[:4] == [3, 4, 8, 10]
    assert receptive_field([nn.Conv2D(2, 5, 2), nn.MaxPooling2D(3)]) == [5, 9]


def test_central_box_is_the_one_nearest_to_the_middle():
    row = trace([conv(1, 3, 2)], (11, 20, 1))[0]
    top, left, high, wide = row.central_box((11, 20))
    middles = [abs(row.box(i, 0)[0] + 1.5 - 5.5) for i in range(row.shape[0])]
    assert abs(top + high / 2 - 5.5) == min(middles)
    assert abs(left + wide / 2 - 10) <= 1  # half of the jump


# ---- what cannot be


def test_8_pixels_are_too_few_for_the_article_and_10_are_not():
    with pytest.raises(IllegalStack, match=r"Layer 4 .*2×2 does not fit into the 1×1") as problem:
        trace(article(), (8, 8, 1))
    assert problem.value.at == 3 and len(problem.value.rows) == 3
    assert smallest_side(article()) == 10


def gets_through(stack, side):
    try:
        return bool(trace(stack, (side, side, 1)))
    except IllegalStack:
        return False


@pytest.mark.parametrize("stack", [*STACKS, article(), lenet5(), [conv(2, 11, 4), pool(3, 2)]])
def test_the_smallest_side_is_the_first_of_all_that_get_through(stack):
    stack = [x for x in stack if "groups" not in x]
    smallest = next(side for side in range(1, 100) if gets_through(stack, side))
    assert smallest_side(stack) == smallest
    assert all(gets_through(stack, side) for side in range(smallest, 100))


@pytest.mark.parametrize(("stack", "words"), [
    ([conv(4), dense(3)], "put Flatten or a global pooling before it"),
    ([FLATTEN, conv(4)], "before Flatten"),
    ([conv(4), conv(4, groups=3)], "3 groups do not divide"),
    ([conv(4, padding="full")], '"valid" or "same"'),
    ([conv(4, 0)], "at least 1"),
    ([conv(0)], "at least one filter"),
])
def test_a_stack_that_cannot_be_says_what_is_wrong(stack, words):
    with pytest.raises(IllegalStack, match=words):
        trace(stack, (9, 9, 1))
    assert smallest_side(stack) is None


@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 1), (28, 28, 1.5), "abc", None])
def test_a_shape_that_is_none_is_refused_with_an_example(shape):
    with pytest.raises(ValueError, match=r"such as \(28, 28, 1\)"):
        trace(article(), shape)


def test_what_is_no_layer_is_named():
    with pytest.raises(ValueError, match="'LSTM' is no kind"):
        described({"kind": "LSTM"})
    with pytest.raises(ValueError, match="dilated"):
        described({"kind": "Conv2D", "dilation_rate": 2})
