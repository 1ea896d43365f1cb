"""Pooling: by its definition, by finite differences, and who gets the gradient of equal maxima."""

import numpy as np
import pytest

from helpers import nn

SMOOTH, KINKED = 1e-7, 1e-4
WINDOWS = [
    (2, None, "valid"),
    (2, None, "same"),
    ((3, 2), None, "valid"),
    (3, 2, "same"),
    (3, 1, "valid"),
    (2, 3, "valid"),  # steps longer than the window: some pixels are never read
    (2, (1, 2), "same"),
    (1, 1, "valid"),
]
PAIRS = {
    "max": (nn.max_pool2d, nn.max_pool2d_backward, np.max, KINKED),
    "avg": (nn.avg_pool2d, nn.avg_pool2d_backward, np.mean, SMOOTH),
}
LAYERS = {"max": nn.MaxPooling2D, "avg": nn.AveragePooling2D}


def draw(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def by_definition(x, take, pool_size, strides, padding):
    """Take each window out of x, as far as it lies inside, and ask `take` for its number."""
    kh, kw = pool_size if isinstance(pool_size, tuple) else (pool_size, pool_size)
    sh, sw = (kh, kw) if strides is None else np.broadcast_to(strides, 2)
    n, height, width, channels = x.shape
    top, left = nn.padding_of(height, kh, sh, padding)[0], nn.padding_of(width, kw, sw, padding)[0]
    shape = nn.output_size(height, kh, sh, padding), nn.output_size(width, kw, sw, padding)
    y = np.empty((n, *shape, channels))
    for image, r, c, d in np.ndindex(y.shape):
        rows = slice(max(r * sh - top, 0), r * sh - top + kh)
        columns = slice(max(c * sw - left, 0), c * sw - left + kw)
        y[image, r, c, d] = take(x[image, rows, columns, d])
    return y


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("settings", WINDOWS)
def test_forward_is_what_the_definition_says(kind, settings):
    pool, _, take, _ = PAIRS[kind]
    x = draw(2, 7, 8, 3) - 5  # below zero: padding with zeros would be the maximum
    expected = by_definition(x, take, *settings)
    np.testing.assert_allclose(pool(x, *settings), expected, atol=1e-12)
    np.testing.assert_allclose(LAYERS[kind](*settings).forward(x), expected, atol=1e-12)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("settings", WINDOWS)
def test_backward_against_finite_differences(kind, settings):
    pool, backward, _, tolerance = PAIRS[kind]
    x = draw(2, 6, 7, 2)
    dout = draw(*pool(x, *settings).shape, seed=1)
    numerical = nn.numerical_gradient(lambda a: np.sum(dout * pool(a, *settings)), x)
    assert nn.relative_error(backward(dout, x, *settings), numerical) < tolerance


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("settings", WINDOWS)
def test_layers_and_functions_give_the_same_gradient(kind, settings):
    pool, backward, _, _ = PAIRS[kind]
    x = np.random.default_rng(0).integers(0, 3, (13, 7, 8, 2)).astype(float)  # many equal maxima
    layer = LAYERS[kind](*settings)
    dout = draw(*layer.forward(x).shape, seed=1)
    np.testing.assert_array_equal(layer.backward(dout), backward(dout, x, *settings))


def test_of_equal_maxima_the_first_in_row_major_order_gets_it_all():
    x = np.array([[1.0, 2, 0, 0], [2, 2, 0, 0]])[None, :, :, None]
    dx = nn.max_pool2d_backward(np.array([7.0, 5]).reshape(1, 1, 2, 1), x)
    assert dx[0, :, :, 0].tolist() == [[0, 7, 5, 0], [0, 0, 0, 0]]


def test_a_pixel_in_two_windows_gets_a_share_of_both():
    x = np.array([0.0, 9, 1])[None, None, :, None]
    dout = np.array([2.0, 3]).reshape(1, 1, 2, 1)
    assert nn.max_pool2d_backward(dout, x, (1, 2), 1).ravel().tolist() == [0, 5, 0]
    assert nn.avg_pool2d_backward(dout, x, (1, 2), 1).ravel().tolist() == [1, 2.5, 1.5]


def test_a_mean_at_the_edge_counts_only_pixels():
    x = np.ones((1, 3, 3, 1))
    np.testing.assert_array_equal(nn.avg_pool2d(x, 2, 2, "same"), np.ones((1, 2, 2, 1)))


@pytest.mark.parametrize(
    ("pool", "backward", "tolerance"),
    [
        (nn.global_max_pool2d, nn.global_max_pool2d_backward, KINKED),
        (nn.global_avg_pool2d, nn.global_avg_pool2d_backward, SMOOTH),
    ],
)
def test_global_pooling(pool, backward, tolerance):
    x, dout = draw(3, 4, 5, 2), draw(3, 2, seed=1)
    numerical = nn.numerical_gradient(lambda a: np.sum(dout * pool(a)), x)
    assert pool(x).shape == (3, 2)
    assert nn.relative_error(backward(dout, x), numerical) < tolerance


def test_global_maxima_and_means_are_those_of_a_whole_map():
    x = draw(3, 4, 5, 2)
    np.testing.assert_array_equal(nn.global_max_pool2d(x), x.reshape(3, 20, 2).max(axis=1))
    np.testing.assert_allclose(nn.global_avg_pool2d(x), x.reshape(3, 20, 2).mean(axis=1))


def test_equal_global_maxima_share_the_gradient():
    x = np.array([[4.0, 1], [4, 4]])[None, :, :, None]
    dx = nn.global_max_pool2d_backward(np.array([[6.0]]), x)
    assert dx[0, :, :, 0].tolist() == [[2, 0], [2, 2]]


@pytest.mark.parametrize("kind", PAIRS)
def test_the_dtype_is_kept(kind):
    pool, backward, _, _ = PAIRS[kind]
    x = draw(2, 5, 5, 3).astype(np.float32)
    y = pool(x, 2, 2, "same")
    assert y.dtype == backward(y, x, 2, 2, "same").dtype == np.float32


X = draw(2, 6, 7, 3)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nn.max_pool2d(X[..., 0]), r"x\[\.\.\., None\]"),
        (lambda: nn.avg_pool2d(X[0, 0]), r"\(N, H, W, C\); \(7, 3\) came"),
        (lambda: nn.global_avg_pool2d(X[..., 0]), r"x\[\.\.\., None\]"),
        (lambda: nn.max_pool2d(X[:, :1]), "window of 2 pixels does not fit into 1"),
        (lambda: nn.max_pool2d(X, 0), "pool_size is a whole number.*0 came"),
        (lambda: nn.max_pool2d(X, 2, -1), "strides is a whole number.*-1 came"),
        (lambda: nn.avg_pool2d(X, 2, 2, "SAME"), "'SAME' came"),
    ],
)
def test_what_does_not_fit_is_explained(call, says):
    with pytest.raises(ValueError, match=says):
        call()
