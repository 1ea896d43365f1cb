"""Roaming digits: real ink, generated places, and nothing else changed."""

import hashlib

import numpy as np
import pytest
from scipy.ndimage import zoom

from helpers.kit import data, digits

REAL = data.load("digits")


def corner(image, ink):
    """Where `ink` lies on `image`: (top, left) pairs at which the image is the ink and no more."""
    found = []
    for top in range(13):
        for left in range(13):
            page = np.zeros((28, 28), np.float32)
            page[top:top + 16, left:left + 16] = ink
            if np.array_equal(page, image):
                found.append((top, left))
    return found


@pytest.mark.parametrize("reach", [0, 1, 6])
def test_every_digit_is_whole_and_lies_where_the_reach_allows(reach):
    split = data.roaming(reach, seed=3)
    for images, originals in ((split.x_train[:60], REAL.x_train), (split.x_test[:60], REAL.x_test)):
        for image, ink in zip(images, digits.enlarged(originals[:60]), strict=True):
            places = corner(image, ink)
            assert any(abs(top - 6) <= reach and abs(left - 6) <= reach for top, left in places)


def test_no_ink_is_lost_and_none_added():
    split = data.roaming()
    for images, originals in ((split.x_train, REAL.x_train), (split.x_test, REAL.x_test)):
        ink = np.sort(digits.enlarged(originals).reshape(len(originals), -1))
        canvas = np.sort(images.reshape(len(images), -1))
        assert np.array_equal(canvas[:, -256:], ink) and not canvas[:, :-256].any()


def test_labels_order_shapes_and_types_are_those_of_the_digits():
    split = data.roaming()
    assert split.x_train.shape == (1437, 28, 28) and split.x_test.shape == (360, 28, 28)
    assert split.x_train.dtype == split.x_test.dtype == np.float32
    assert split.x_train.min() == 0 and split.x_train.max() == 1
    assert np.array_equal(split.y_train, REAL.y_train)
    assert np.array_equal(split.y_test, REAL.y_test)
    assert split.y_train.dtype == np.int64


def test_it_says_what_it_is():
    roaming, centred = data.roaming(), data.roaming(reach=0)
    assert (roaming.name, centred.name) == ("roaming", "centred digits")
    assert not roaming.real and not centred.real
    assert REAL.source in roaming.source and "at random, up to 6 pixels" in roaming.source
    assert centred.source.endswith("centred") and "generated" in repr(roaming)


def test_each_place_is_as_likely_as_any_other_and_rows_do_not_follow_columns():
    """Offsets found again from the images, by the middle of their ink against the centred ones."""
    def middle(images):
        ink = images / images.sum((1, 2), keepdims=True)
        rows, columns = np.mgrid[:28, :28]
        return np.stack([(ink * rows).sum((1, 2)), (ink * columns).sum((1, 2))], 1)

    offsets = middle(data.roaming().x_train) - middle(data.roaming(reach=0).x_train)
    whole = np.rint(offsets).astype(int)
    assert np.abs(offsets - whole).max() < 1e-4         # sums of 784 float32 numbers below 28
    for axis in (0, 1):
        counts = np.bincount(whole[:, axis] + 6, minlength=13)
        # 13 places, 1 437 digits: χ² with 12 degrees of freedom is below 32.9 in 999 of 1 000.
        assert len(counts) == 13 and ((counts - 1437 / 13) ** 2 / (1437 / 13)).sum() < 32.9
    # The correlation of 1 437 independent pairs is within 3.3/√1437 in 999 of 1 000.
    assert abs(np.corrcoef(whole.T)[0, 1]) < 0.087


def test_the_same_seed_gives_the_same_bits_and_another_one_other_places():
    one, two, other = data.roaming(), data.roaming(seed=0), data.roaming(seed=1)
    assert one.x_train.tobytes() == two.x_train.tobytes()
    assert (one.x_test != other.x_test).any((1, 2)).mean() > 0.95       # 1 place in 169 is the same
    # Written out, so that no change of a library moves the digits that the text speaks of.
    assert hashlib.sha256(one.x_test.tobytes()).hexdigest()[:16] == "1aed735e393fe0b7"


def test_training_and_test_digits_are_placed_independently():
    split, still = data.roaming(), data.roaming(reach=0)
    moved = [(a != b).any((1, 2))[:360] for a, b in
             ((split.x_train, still.x_train), (split.x_test, still.x_test))]
    assert not np.array_equal(*moved)


def test_enlarging_is_linear_interpolation_with_corners_on_corners():
    large = digits.enlarged(REAL.x_test)
    scipy = np.stack([zoom(image, 2, order=1) for image in REAL.x_test])
    np.testing.assert_allclose(large, scipy, atol=3e-7)     # a few float32 roundings below 1
    assert np.array_equal(large[:, ::15, ::15], REAL.x_test[:, ::7, ::7])
    assert large.dtype == np.float32 and large.min() == 0 and large.max() == 1


def test_a_digit_can_be_placed_by_hand():
    page, = digits.placed(REAL.x_test[:1], [(-6, 6)])
    assert np.array_equal(page[:16, 12:], digits.enlarged(REAL.x_test[:1])[0])
    assert not page[16:].any() and not page[:, :12].any()


@pytest.mark.parametrize("reach", [-1, 7, 2.0, True, None, "6"])
def test_a_reach_that_would_leave_the_canvas_is_refused(reach):
    with pytest.raises(ValueError, match="reach should be a whole number from 0 to 6; got"):
        data.roaming(reach)


@pytest.mark.parametrize("seed", [-1, 0.5, None, True])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(ValueError, match="seed should be a whole number from 0 on; got"):
        data.roaming(seed=seed)


def test_the_roaming_digits_can_be_loaded_by_name():
    assert data.load("roaming").x_test.tobytes() == data.roaming().x_test.tobytes()


# --- The axis for the channels ------------------------------------------------------------------


def test_with_channel_adds_an_axis_and_nothing_else():
    split = data.roaming(reach=0)
    images = split.with_channel()
    assert images.x_train.shape == (1437, 28, 28, 1) and images.x_test.shape == (360, 28, 28, 1)
    assert np.shares_memory(images.x_train, split.x_train)      # no copy
    assert images.y_test is split.y_test and images.name == split.name
    assert images.with_channel() is images
    assert images.flat().x_train.shape == (1437, 784)


def test_rows_are_no_images():
    with pytest.raises(ValueError, match=r"these are rows, \(1437, 64\). Leave out .flat\(\)"):
        REAL.flat().with_channel()
