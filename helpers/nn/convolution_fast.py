"""The convolution that layers use: `convolution`'s results, arranged so that a CPU is quick.

Read `convolution` first. The sums are the same; only their order differs, and so the last bits.
What is gained where is measured by `helpers.cnn.speed` and noted at each trick.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from helpers.nn.windows import pad

BLOCK_BYTES = 2**20
"""What one block of images may take, so that it stays in a core's own cache (often 1 MiB)."""


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
    saves going through z once again for + b (and in `backward` for Σ dout).
    """
    kh, kw, n_channels, n_filters = W.shape
    dtype = np.result_type(x, W)
    weights = np.concatenate([W.reshape(-1, n_filters), b[None]]).astype(dtype, copy=False)
    z = np.empty((len(x), *windows.out, n_filters), dtype)
    for images, rows in _blocks(x, windows, len(weights), n_filters, dtype):
        here = z[images].reshape(-1, n_filters)   # a view: z is filled through it
        np.matmul(_rows_of_patches(x[images], windows, rows), weights, out=here)
        if relu:
            np.clip(here, 0, np.inf, out=here)    # np.maximum(here, 0) takes three times as long
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
        Whether dx is wanted. A first layer saves half of the work without it.

    Returns
    -------
    dx : array (N, H, W, C), or None
    dW : array (kh, kw, C, F)
    db : array (F,)

    Notes
    -----
    The rows are made anew: that takes less time than to fetch them back from main memory, and no
    memory is held between forward and backward.
    """
    kh, kw, n_channels, n_filters = W.shape
    dtype = np.result_type(x, W)
    dweights = np.zeros((kh * kw * n_channels + 1, n_filters), dtype)
    kernels = W.reshape(kh * kw, n_channels, n_filters).transpose(0, 2, 1).astype(dtype)
    dpadded = shares = None
    if input_gradient:
        dpadded = np.zeros((len(x), *windows.padded, n_channels), dtype)
    for images, rows in _blocks(x, windows, len(dweights), n_filters, dtype):
        dz = dout[images]
        if relu_output is not None:
            dz = dz * (relu_output[images] > 0)
        dz = dz.reshape(-1, n_filters)
        dweights += _rows_of_patches(x[images], windows, rows).T @ dz
        if not input_gradient:
            continue
        # One product for each position inside the kernel, and not one for all: what is added below
        # then lies in memory as it is added, H′ runs of W′ C numbers. (All at once: runs of C.)
        if shares is None or shares.shape[1] != len(dz):
            shares = np.empty((kh * kw, len(dz), n_channels), dtype)
        np.matmul(dz, kernels, out=shares)
        here = dpadded[images]
        for share, (_, down, across) in zip(shares, windows.slices(), strict=True):
            target = here[:, down, across]
            target += share.reshape(target.shape)
    dx = dpadded[(slice(None), *windows.inner)] if input_gradient else None
    return dx, dweights[:-1].reshape(W.shape), dweights[-1]


def _blocks(x, windows, row_length, n_filters, dtype):
    """Cut a batch into blocks of images whose patches and outputs together fit into the cache.

    Yields
    ------
    images : slice
    rows : array (images in this block · H′ W′, row_length)
        To be filled with patches; the last column is 1.
    """
    places = windows.out[0] * windows.out[1]
    one_image = places * (row_length + n_filters) * np.dtype(dtype).itemsize
    size = min(max(BLOCK_BYTES // one_image, 1), len(x))
    rows = np.ones((size * places, row_length), dtype)
    for start in range(0, len(x), size):
        images = slice(start, min(start + size, len(x)))
        yield images, rows[: (images.stop - images.start) * places]


def _rows_of_patches(x, windows, rows):
    """Copy every patch of the images x into one row of `rows`, and return `rows`."""
    padded = pad(x, windows)
    n, _, width, n_channels = padded.shape
    kw = windows.kernel[1]
    patches = rows.reshape(n, *windows.out, -1)
    if n_channels == 1:
        for k, (_, down, across) in enumerate(windows.slices()):
            patches[..., k] = padded[:, down, across, 0]
        return rows
    # Neighbouring pixels of a row and their channels lie side by side in memory, so that a kernel's
    # whole row, kw · C numbers, is copied as one run.
    run = kw * n_channels
    lines = sliding_window_view(padded.reshape(n, -1, width * n_channels), run, axis=2)
    lines = lines[:, :, :: windows.strides[1] * n_channels]
    for i in range(windows.kernel[0]):
        patches[..., i * run : (i + 1) * run] = lines[:, windows.down(i)]
    return rows
