"""Convolution: by its definition, by finite differences, and the fast one beside the plain one."""

import numpy as np
import pytest

from helpers import nn
from helpers.nn import convolution_fast, windows

SMOOTH = 1e-7  # relative error of finite differences in float64 with h = 1e-6
# Some 500 products are summed, in another order; eps · sqrt(500) is 3e-6 and 5e-15.
ROUNDING = {"float32": 5e-6, "float64": 1e-13}
KERNELS = [(1, 1), (2, 3), (3, 3), (5, 4)]
STRIDES = [(1, 1), (2, 2), (3, 1), (3, 3)]
SIZES = [(9, 8), (6, 7)]


def draw(*shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def by_definition(x, W, b, strides, padding):
    """The sum as it stands in the docstring, number by number."""
    (n, height, width, _), (kh, kw, _, n_filters) = x.shape, W.shape
    (sh, sw) = strides
    rows = nn.output_size(height, kh, sh, padding)
    columns = nn.output_size(width, kw, sw, padding)
    top, left = nn.padding_of(height, kh, sh, padding)[0], nn.padding_of(width, kw, sw, padding)[0]
    z = np.empty((n, rows, columns, n_filters))
    for image, r, c, f in np.ndindex(z.shape):
        z[image, r, c, f] = b[f]
        for i, j in np.ndindex(kh, kw):
            row, column = r * sh + i - top, c * sw + j - left
            if 0 <= row < height and 0 <= column < width:
                z[image, r, c, f] += x[image, row, column] @ W[i, j, :, f]
    return z


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
@pytest.mark.parametrize("kernel", [(2, 3), (3, 1)])
def test_forward_is_the_sum_of_the_definition(kernel, strides, padding):
    x, W, b = draw(2, 6, 7, 3), draw(*kernel, 3, 4, seed=1), draw(4, seed=2)
    expected = by_definition(x, W, b, strides, padding)
    np.testing.assert_allclose(nn.conv2d(x, W, b, strides, padding), expected, atol=1e-12)


@pytest.mark.parametrize("which", ["x", "W", "b"])
@pytest.mark.parametrize(("strides", "padding"), [(1, "valid"), (2, "same"), ((2, 1), "valid")])
def test_backward_against_finite_differences(which, strides, padding):
    inputs = {"x": draw(2, 5, 6, 2), "W": draw(2, 3, 2, 3, seed=1), "b": draw(3, seed=2)}
    dout = draw(*nn.conv2d(*inputs.values(), strides, padding).shape, seed=3)
    grads = nn.conv2d_backward(dout, inputs["x"], inputs["W"], strides, padding)

    def total(a):
        return np.sum(dout * nn.conv2d(*{**inputs, which: a}.values(), strides, padding))

    numerical = nn.numerical_gradient(total, inputs[which])
    assert nn.relative_error(dict(zip("xWb", grads, strict=True))[which], numerical) < SMOOTH


@pytest.mark.parametrize("dtype", ROUNDING)
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", STRIDES)
def test_fast_and_plain_agree_to_the_last_bits(strides, padding, channels, dtype, monkeypatch):
    monkeypatch.setattr(convolution_fast, "BLOCK_BYTES", 8000)  # blocks of one or a few images
    for (height, width), kernel in [(size, kernel) for size in SIZES for kernel in KERNELS]:
        x = draw(11, height, width, channels, dtype=dtype)
        W, b = draw(*kernel, channels, 6, seed=1, dtype=dtype), draw(6, seed=2, dtype=dtype)
        places = windows.windows_of((height, width), kernel, strides, padding)
        z = nn.conv2d(x, W, b, strides, padding)
        dout = draw(*z.shape, seed=3, dtype=dtype)
        plain = (z, *nn.conv2d_backward(dout, x, W, strides, padding))
        fast = (
            convolution_fast.forward(x, W, b, places),
            *convolution_fast.backward(dout, x, W, places),
        )
        for a, other in zip(plain, fast, strict=True):
            assert a.shape == other.shape and a.dtype == other.dtype == np.dtype(dtype)
            assert nn.relative_error(a, other) < ROUNDING[dtype]


def test_fast_takes_relu_along():
    x, W, b = draw(9, 6, 7, 2), draw(3, 3, 2, 4, seed=1), draw(4, seed=2)
    places = windows.windows_of((6, 7), (3, 3), (1, 1), "valid")
    z = nn.conv2d(x, W, b)
    out = convolution_fast.forward(x, W, b, places, relu=True)
    np.testing.assert_allclose(out, nn.relu(z), atol=1e-12)
    dout = draw(*z.shape, seed=3)
    expected = nn.conv2d_backward(nn.relu_backward(dout, z), x, W)
    for a, other in zip(expected, convolution_fast.backward(dout, x, W, places, out), strict=True):
        np.testing.assert_allclose(a, other, atol=1e-12)
    dx, *grads = convolution_fast.backward(dout, x, W, places, out, input_gradient=False)
    assert dx is None
    for a, other in zip(expected[1:], grads, strict=True):
        np.testing.assert_allclose(a, other, atol=1e-12)


def test_no_input_is_changed():
    inputs = draw(9, 6, 7, 2), draw(3, 3, 2, 4, seed=1), draw(4, seed=2)
    dout = draw(9, 6, 7, 4, seed=3)
    before = [a.copy() for a in (*inputs, dout)]
    layer = nn.Conv2D(4, 3, padding="same", activation="relu")
    layer.build((6, 7, 2), np.random.default_rng(0), np.float64)
    layer.params = {"W": inputs[1], "b": inputs[2]}
    layer.forward(inputs[0]), layer.backward(dout)
    nn.conv2d(*inputs, padding="same"), nn.conv2d_backward(dout, *inputs[:2], padding="same")
    for a, b in zip(before, (*inputs, dout), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "places", "zeros"),
    [
        (28, 3, 1, "valid", 26, (0, 0)),
        (28, 3, 1, "same", 28, (1, 1)),
        (28, 3, 2, "same", 14, (0, 1)),  # one zero is needed, and it stands after
        (27, 3, 2, "same", 14, (1, 1)),
        (7, 2, 1, "same", 7, (0, 1)),
        (7, 4, 1, "same", 7, (1, 2)),
        (13, 2, 2, "valid", 6, (0, 0)),  # the last pixel is in no window
        (224, 11, 4, "valid", 54, (0, 0)),
        (227, 11, 4, "valid", 55, (0, 0)),
        (5, 1, 3, "same", 2, (0, 0)),  # steps longer than the window: nothing to pad
    ],
)
def test_sizes_and_padding(size, kernel, stride, padding, places, zeros):
    assert nn.output_size(size, kernel, stride, padding) == places
    assert nn.padding_of(size, kernel, stride, padding) == zeros


X, W, B = draw(2, 6, 7, 3), draw(3, 3, 3, 4), draw(4)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: nn.conv2d(X[..., 0], W, B), r"\(2, 6, 7\) came.*x\[\.\.\., None\]"),
        (lambda: nn.conv2d(X.reshape(2, -1), W, B), r"x\.reshape\(len\(x\), H, W, 1\)"),
        (lambda: nn.conv2d(X[..., :2], W, B), r"W \(3, 3, 3, 4\).*as many channels"),
        (lambda: nn.conv2d(X, W, B[:3]), r"b \(3,\) came"),
        (lambda: nn.conv2d(X, W, B, padding="full"), "'valid'.*'same'.*'full' came"),
        (lambda: nn.conv2d(X, W, B, padding=1), "'valid'.*'same'.*1 came"),
        (lambda: nn.conv2d(X, W, B, strides=0), r"strides is a whole number.*0 came"),
        (lambda: nn.conv2d(X, W, B, strides=1.5), "1.5 came"),
        (lambda: nn.conv2d(X, W, B, strides=True), "True came"),
        (lambda: nn.conv2d(X, W, B, strides=(1, 2, 3)), r"\(1, 2, 3\) came"),
        (lambda: nn.conv2d(X[:, :2], W, B), "window of 3 pixels does not fit into 2"),
        (lambda: nn.output_size(2, 3, 1, "valid"), "window of 3 pixels does not fit into 2"),
        (lambda: nn.padding_of(5, 3, 1, "half"), "'half' came"),
    ],
)
def test_what_does_not_fit_is_explained(call, says):
    with pytest.raises(ValueError, match=says):
        call()
