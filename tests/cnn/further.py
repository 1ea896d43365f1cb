"""Further inputs for the exercises of chapter 03: any shape, any size; see tests/exercises."""


def numbers(rng, *shape):
    """Numbers of any size, of both signs."""
    return rng.normal(size=shape) * 10.0 ** rng.uniform(-2, 2)


def between(rng, low, high, n):
    return [int(k) for k in rng.integers(low, high + 1, n)]


def for_xcorr(rng):
    kh, kw = between(rng, 1, 4, 2)
    more = between(rng, 0, 5, 2)
    return numbers(rng, kh + more[0], kw + more[1]), numbers(rng, kh, kw)


def for_conv2d(rng):
    n, channels, filters = between(rng, 1, 3, 3)
    kh, kw = between(rng, 1, 4, 2)
    stride, more = between(rng, 1, 3, 1)[0], between(rng, 0, 6, 2)
    padding = ["valid", "same"][rng.integers(2)]
    return (numbers(rng, n, kh + more[0], kw + more[1], channels),
            numbers(rng, kh, kw, channels, filters), numbers(rng, filters), stride, padding)


def for_max_pool(rng):
    n, channels = between(rng, 1, 3, 2)
    size, stride = between(rng, 1, 3, 2)
    height, width = (size + k for k in between(rng, 0, 5, 2))
    # Whole numbers from a short range have ties.
    x = [rng.integers(-2, 3, (n, height, width, channels)).astype(float),
         numbers(rng, n, height, width, channels)][rng.integers(2)]
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    return x, numbers(rng, n, rows, columns, channels), size, stride


def for_conv2d_backward(rng):
    n, channels, filters = between(rng, 1, 3, 3)
    kh, kw, rows, columns = between(rng, 1, 4, 4)
    return (numbers(rng, n, rows, columns, filters),
            numbers(rng, n, rows + kh - 1, columns + kw - 1, channels),
            numbers(rng, kh, kw, channels, filters))


def for_receptive_field(rng):
    return ([tuple(between(rng, 1, 7, 2)) for _ in range(rng.integers(1, 9))],)


def for_grad_cam(rng):
    h, w, channels, classes = between(rng, 1, 5, 4)
    return (numbers(rng, h, w, channels), numbers(rng, classes, h, w, channels),
            int(rng.integers(classes)))


FURTHER = {
    "3.3": for_xcorr, "3.4": for_conv2d, "3.5": for_max_pool, "3.6": for_conv2d_backward,
    "3.7": for_receptive_field, "3.11": for_grad_cam,
}
