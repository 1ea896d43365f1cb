"""W3.1 without a browser: filtering against SciPy and Keras, and the products behind a pixel."""

import re

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d

from helpers.cnn import filtering
from helpers.cnn.filtering import PRESETS, correlate, kernel_fields
from helpers.cnn.kernel_bench import HIGH, OWN, WIDE, KernelBench, picture_of

RNG = np.random.default_rng(3)
EDGE = {f"k{at}": 0.25 * at for at in range(25)}  # nothing symmetric about it


def answer(**changes):
    return KernelBench.compute({**KernelBench.initial, **changes})


def kernel_of(fields, size):
    k = np.array([fields[f"k{at}"] for at in range(25)]).reshape(5, 5)
    return k if size == 5 else k[1:4, 1:4]


# ---- filtering


@pytest.mark.parametrize("size", [3, 5])
def test_without_a_stride_it_is_scipys_correlation(size):
    x, k = RNG.normal(size=(11, 14)), RNG.normal(size=(size, size))
    np.testing.assert_allclose(correlate(x, k), correlate2d(x, k, "valid"), atol=1e-12)
    np.testing.assert_allclose(correlate(x, k, 1, "same"), correlate2d(x, k, "same"), atol=1e-12)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_with_strides_and_padding_it_is_keras(stride, padding):
    import keras

    x, k = RNG.normal(size=(13, 10)), RNG.normal(size=(5, 5))
    theirs = keras.ops.conv(x[None, :, :, None].astype("float64"), k[:, :, None, None], stride,
                            padding)
    ours = correlate(x, k, stride, padding)
    np.testing.assert_allclose(ours, np.array(theirs)[0, :, :, 0], atol=1e-10)


@pytest.mark.parametrize("size", ["3", "5"])
@pytest.mark.parametrize("flip", [False, True])
def test_the_tick_makes_a_convolution_of_a_correlation(size, flip):
    result = answer(size=size, flip=flip, **EDGE)
    k = kernel_of(EDGE, int(size))
    operation = convolve2d if flip else correlate2d
    y = operation(picture_of("china") / 255, k, "valid")
    most = k.sum()  # white is what a white region becomes
    np.testing.assert_allclose(result["out"], 255 * y / most, atol=0.51)  # rounding to uint8


def test_a_3x3_kernel_ignores_the_outer_fields():
    outer = {f"k{at}": 9.0 for at in (0, 4, 12 + 12)}
    np.testing.assert_array_equal(answer(**outer)["out"], answer()["out"])
    assert (answer(size="5", **outer)["out"].shape) != answer()["out"].shape


def test_a_kernel_that_becomes_5x5_with_zeros_around_it_gives_the_same_pixels():
    small, large = answer(), answer(size="5")
    np.testing.assert_array_equal(small["out"][1:-1, 1:-1], large["out"])


# ---- the products of one pixel


@pytest.mark.parametrize("state", [
    {}, {"flip": True}, {"padding": "same", "row": 0, "column": 0}, {"size": "5", "stride": 3},
    {"padding": "same", "stride": 2, "row": 53, "column": 79, "size": "5"},
])
def test_the_products_add_up_to_the_pixel_of_the_result(state):
    result = answer(**state)
    assert result["products"].sum() == pytest.approx(result["total"], abs=1e-12)
    x = np.pad(picture_of("china") / 255, 8)
    top, left, size = result["top"] + 8, result["left"] + 8, result["size"]
    np.testing.assert_array_equal(result["patch"], x[top : top + size, left : left + size])
    shown = int(result["out"][result["row"], result["column"]])
    value = (shown - 128) / 127 if result["signed"] else shown / 255
    assert value * result["most"] == pytest.approx(result["total"], abs=result["most"] / 250)


def test_a_window_beyond_the_border_holds_zeros():
    patch = answer(padding="same", row=0, column=0)["patch"]
    assert (patch[0] == 0).all() and (patch[:, 0] == 0).all() and (patch[1:, 1:] > 0).all()


def test_a_pixel_beyond_the_result_is_taken_back_to_its_border():
    result = answer(stride=4, row=106, column=159)
    assert (result["row"], result["column"]) == (26, 39) and result["out"].shape == (27, 40)
    assert (result["state"]["row"], result["state"]["column"]) == (26, 39)


def test_the_sum_in_words_is_right():
    summary = answer()["summary"].split("= ", 1)[1].replace("−", "-")
    terms, total = summary.split(" = ")
    products = [float(x) * float(k.strip("()")) for x, k in
                (term.split("·") for term in terms.split(" + "))]
    assert len(products) == 6 and "left out: 3" in total
    # nine numbers of two decimals, three of them doubled
    assert sum(products) == pytest.approx(float(re.match(r"[-\d.]+", total)[0]), abs=0.05)


# ---- presets


@pytest.mark.parametrize("size", [3, 5])
def test_presets_do_what_their_names_say(size):
    kernels = {name: kernel_of(kernel_fields(name, size), size) for name in PRESETS}
    flat = {name: k.sum() for name, k in kernels.items()}
    # four decimals are kept of each weight
    for name in ("identity", "shift", "blur", "gauss", "sharpen", "emboss"):
        assert flat.pop(name) == pytest.approx(1, abs=25 * 5e-5), name
    assert list(flat.values()) == [0, 0, 0] and list(flat) == ["sobel_x", "sobel_y", "laplace"]
    for name, k in kernels.items():
        symmetric = name in ("identity", "blur", "gauss", "sharpen", "laplace")
        assert np.array_equal(k, k[::-1, ::-1]) == symmetric, name
    np.testing.assert_array_equal(kernels["sobel_x"], -kernels["sobel_x"][::-1, ::-1])
    np.testing.assert_array_equal(kernels["sobel_x"].T, kernels["sobel_y"])
    assert set(KernelBench.labels["presets"]) == set(PRESETS)


def test_shift_goes_one_way_and_as_a_convolution_the_other():
    x = picture_of("china")
    left, right = (answer(flip=flip, **kernel_fields("shift"))["out"] for flip in (False, True))
    np.testing.assert_array_equal(left, x[1:-1, 2:])
    np.testing.assert_array_equal(right, x[1:-1, :-2])


def test_sobels_arrows_point_across_the_edges_that_it_finds():
    x = np.zeros((9, 9))
    x[:, 5:] = 1  # an edge from top to bottom, bright on the right
    across, down = (correlate(x, np.array(PRESETS[name][0])) for name in ("sobel_x", "sobel_y"))
    assert across.max() == 4 and across.min() == 0 and not down.any()


def test_colours_have_a_sign_where_brightness_is_lost():
    signed = answer(**kernel_fields("sobel_x"))
    assert signed["signed"] and signed["out"].max() <= 255 and signed["out"].min() >= 1
    light = answer(**kernel_fields("sharpen"))
    assert not light["signed"] and light["most"] == 1
    nothing = answer(**dict.fromkeys(filtering.FIELDS, 0.0))
    assert nothing["signed"] and (nothing["out"] == 128).all()


# ---- pictures of one's own


def test_a_picture_of_ones_own_is_made_grey_and_small():
    photo = np.zeros((400, 200, 3))
    photo[:200, :, 0] = 1.0  # the upper half red
    before = photo.copy()
    widget = KernelBench(photo)
    x = picture_of(widget.result["state"]["photo"])
    assert x.shape == (HIGH, round(200 * HIGH / 400)) and x.dtype == np.uint8
    assert x[0, 0] == round(0.299 * 255) and x[-1, 0] == 0
    np.testing.assert_array_equal(photo, before)
    assert widget.result["pictures"] == ["china", "flower", widget.state["photo"]]
    many = len(OWN)
    KernelBench(photo)
    assert len(OWN) == many  # the same picture again
    # another picture may be chosen, and one's own found again
    widget.state = {**widget.state, "photo": "flower", "serial": 1}
    assert widget.state["own"] in widget.result["pictures"]


@pytest.mark.parametrize("size", [(5, 5), (107, 160), (108, 160), (333, 90), (60, 1000)])
def test_a_shrunk_picture_keeps_its_brightness(size):
    x = RNG.uniform(size=size)
    small = filtering.shrunk(x, HIGH, WIDE)
    assert small.shape[0] <= HIGH and small.shape[1] <= WIDE
    # blocks differ in size by a pixel
    assert small.mean() / 255 == pytest.approx(x.mean(), abs=0.02)
    if size in ((5, 5), (107, 160)):
        np.testing.assert_array_equal(small, np.round(255 * x))


@pytest.mark.parametrize(("photo", "words"), [
    ("holiday.jpg", "Read a picture file with data.read_image"),
    (np.zeros((3, 20)), r"at least 5×5 pixels; got shape \(3, 20\)"),
    (np.zeros((20, 20, 4)), r"\(H, W\) or \(H, W, 3\)"),
    (np.full((9, 9), 255.0), "these go from 255 to 255"),
    (np.full((9, 9), np.nan), "floats of 0 to 1"),
])
def test_what_is_no_picture_is_refused_with_a_sentence(photo, words):
    with pytest.raises(ValueError, match=words):
        KernelBench(photo)


def test_the_static_twin_shows_both_pictures_and_the_window():
    result = answer(flip=True)
    left, right = KernelBench.picture(result).get_axes()
    np.testing.assert_array_equal(left.images[0].get_array(), result["photo"])
    np.testing.assert_array_equal(right.images[0].get_array(), result["out"])
    window, pixel = left.patches[-1], right.patches[-1]
    assert window.get_xy() == (result["left"] - 0.5, result["top"] - 0.5)
    assert pixel.get_xy() == (result["column"] - 0.5, result["row"] - 0.5)
    assert (window.get_width(), pixel.get_width()) == (3, 1)
    assert left.get_xlim()[1] == WIDE - 0.5 and left.get_ylim()[0] > 0
