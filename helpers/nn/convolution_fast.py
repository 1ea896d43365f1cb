"""The convolution that layers use: `convolution`'s results, arranged so that a CPU is quick.

Read `convolution` first. The sums are the same; only their order differs, and so the last bits.
Each trick says what it gains: the article's CNN, 32 images, float32, one core, in milliseconds.
Read them as ratios; `helpers.cnn.speed` measures the whole.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from helpers.nn.parallel import in_parts
from helpers.nn.windows import pad

BLOCK_BYTES = 3 * 2**20
"""What one block of images may take, patches and maps together.

Large blocks fall out of the caches, and much memory asked for at once has to be fetched anew from
the system: a step of the whole network on one core, 11.5, and with 4 MiB 14.7. Small blocks are
many, and between any two operations the threads of Python wait for each other: on two cores a step
takes 5 to 12 % more with 1 MiB.
"""


def forward(x, W, b, windows, relu=False):
    """`conv2d`, and after it `relu` if wanted.

    Parameters
    ----------
    x : array (N, H, W, C), float
    W : array (kh, kw, C, F), float
    b : array (F,), float
    windows : Windows
    relu : bool

    Returns
    -------
    z : array (N, H′, W′, F)

    Notes
    -----
    Every patch under the kernel becomes one row of numbers, every kernel one column (im2col), so
    that the whole convolution is one matrix product:

        rows (N H′ W′, kh kw C + 1)  @  weights (kh kw C + 1, F)

    The bias is the weight of an additional input that is always 1: it costs one column more, and
    saves going through z once again for + b, and in `backward` through dout for its sum. First
    layer: forward 0.61 → 0.48, backward 0.79 → 0.44.
    """
    n_filters = W.shape[-1]
    dtype = np.result_type(x, W)
    weights = np.concatenate([W.reshape(-1, n_filters), b[None]]).astype(dtype, copy=False)
    z = np.empty((len(x), *windows.out, n_filters), dtype)

    def work(part):
        for images, rows in _blocks(x, part, windows, weights.shape, dtype):
            here = z[images].reshape(-1, n_filters)    # a view: z is filled through it
            np.matmul(rows, weights, out=here)
            if relu:
                np.clip(here, 0, np.inf, out=here)    # np.maximum(here, 0): 0.25 → 0.08

    in_parts(len(x), work)
    return z


def backward(dout, x, W, windows, relu_output=None, input_gradient=True):
    """`conv2d_backward`, and before it `relu_backward` if a ReLU came after.

    Parameters
    ----------
    dout : array (N, H′, W′, F)
    x : array (N, H, W, C)
    W : array (kh, kw, C, F)
    windows : Windows
    relu_output : array (N, H′, W′, F), optional
        What `forward(…, relu=True)` returned: it is above 0 exactly where its input was.
    input_gradient : bool
        Whether dx is wanted. A first layer's is not, when a network learns: 1.9 → 0.8.

    Returns
    -------
    dx : array (N, H, W, C), or None
    dW : array (kh, kw, C, F)
    db : array (F,)

    Notes
    -----
    The rows are made anew. In blocks that takes no more time than to fetch them back from main
    memory (second layer, 128 images: 18.3 and 19.0), and nothing is held meanwhile: 18 MB less.
    """
    kh, kw, n_channels, n_filters = W.shape
    dtype = np.result_type(x, W)
    shape = (kh * kw * n_channels + 1, n_filters)
    kernels = W.reshape(kh * kw, n_channels, n_filters).transpose(0, 2, 1).astype(dtype)
    dpadded = None
    if input_gradient:
        dpadded = np.empty((len(x), *windows.padded, n_channels), dtype)

    def work(part):
        dweights = np.zeros(shape, dtype)
        if input_gradient:
            dpadded[part] = 0
        for images, rows in _blocks(x, part, windows, shape, dtype):
            dz = dout[images]
            if relu_output is not None:
                dz = dz * (relu_output[images] > 0)
            dz = dz.reshape(-1, n_filters)
            dweights += rows.T @ dz
            if input_gradient:
                _give_back(dz, kernels, dpadded[images], windows)
        return dweights

    dweights = sum(in_parts(len(x), work))
    dx = dpadded[(slice(None), *windows.inner)] if input_gradient else None
    return dx, dweights[:-1].reshape(W.shape), dweights[-1]


def _give_back(dz, kernels, dpadded, windows):
    """Add to every pixel of `dpadded` what it gets from the places that have read it (col2im).

    One product for each position inside the kernel, and not one for all: what is added then lies in
    memory as it is added, in runs of W′ C numbers. (From one product for all: in runs of C.) Second
    layer, products included: 2.5 → 1.9, of which the product alone is 1.5.
    """
    shares = np.matmul(dz, kernels)    # (kh kw, places, C)
    for share, (_, down, across) in zip(shares, windows.slices(), strict=True):
        target = dpadded[:, down, across]
        target += share.reshape(target.shape)


def _blocks(x, part, windows, shape, dtype):
    """Cut a part of a batch into blocks of images that fit into the cache, with their patches.

    Yields
    ------
    images : slice
    rows : array (images in this block · H′ W′, kh kw C + 1)
        A patch in each row, and a 1. It is overwritten for the next block.
    """
    row_length, n_filters = shape
    places = windows.out[0] * windows.out[1]
    one_image = places * (row_length + n_filters) * np.dtype(dtype).itemsize
    size = max(min(BLOCK_BYTES // one_image, part.stop - part.start), 1)
    by_column = x.shape[-1] == 1    # see _fill
    rows = np.empty((size * places, row_length), dtype, order="F" if by_column else "C")
    rows[:, -1] = 1
    for start in range(part.start, part.stop, size):
        images = slice(start, min(start + size, part.stop))
        yield images, _fill(rows[: (images.stop - start) * places], x[images], windows)


def _fill(rows, x, windows):
    """Copy every patch of the images x into one row of `rows`, and return `rows`."""
    padded = pad(x, windows)
    n, _, width, n_channels = padded.shape
    kw = windows.kernel[1]
    if n_channels == 1:
        # The columns of `rows` lie in memory as runs of W′ numbers: 0.049 → 0.023.
        down, across = windows.strides
        places = sliding_window_view(padded[..., 0], windows.kernel, axis=(1, 2))
        columns = rows.T[:-1].reshape(*windows.kernel, n, *windows.out)
        columns[...] = places[:, ::down, ::across].transpose(3, 4, 0, 1, 2)
        return rows
    patches = rows.reshape(n, *windows.out, -1)
    # Neighbouring pixels of a row and their channels lie side by side in memory, so that a kernel's
    # whole row, kw · C numbers, is copied as one run: 0.37 → 0.26.
    run = kw * n_channels
    lines = sliding_window_view(padded.reshape(n, -1, width * n_channels), run, axis=2)
    lines = lines[:, :, :: windows.strides[1] * n_channels]
    for i in range(windows.kernel[0]):
        patches[..., i * run : (i + 1) * run] = lines[:, windows.down(i)]
    return rows
