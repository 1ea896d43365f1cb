"""Convolution as the text derives it: one matrix product for each position inside the kernel.

The layer `Conv2D` computes the same with `convolution_fast`, which arranges the work differently.

Notation as in `functional`, and: maps are (N, H, W, C), N images of H × W pixels with C channels; a
kernel W is (kh, kw, C, F) and makes F channels, called filters; H′ × W′ is the size that comes out.
What is called convolution here, and in Keras, is cross-correlation: the kernel is not flipped.
"""

import numpy as np

from helpers.nn.checks_images import check_conv2d
from helpers.nn.windows import pad, pair, windows_of


def conv2d(x, W, b, strides=1, padding="valid"):
    """Slide the kernels over the images.

    Parameters
    ----------
    x : array (N, H, W, C), float
    W : array (kh, kw, C, F), float
    b : array (F,), float
    strides : int or (int, int)
        Pixels from one place of the kernel to the next: s, or (down, across).
    padding : "valid" or "same"
        "valid": only places wholly inside. "same": zeros around, see `padding_of`.

    Returns
    -------
    z : array (N, H′, W′, F)
        H′ and W′ are `output_size` of H and W.

    Raises
    ------
    ValueError
        If the shapes do not fit together, the images are smaller than the kernel, or a setting is
        none.

    Notes
    -----
    z[n, r, c, f] = b[f] + Σ_i Σ_j Σ_d  x̃[n, r s + i, c s + j, d] W[i, j, d, f],
    where x̃ is x with its padding, 0 ≤ i < kh, 0 ≤ j < kw, 0 ≤ d < C. For fixed i and j the sum
    over d is a matrix product, of all pixels that this position of the kernel meets, with W[i, j].
    Goodfellow, Bengio & Courville (2016), §9.1 and §9.5; LeCun et al. (1998).
    """
    check_conv2d(x, W, b)
    windows = windows_of(x.shape[1:3], W.shape[:2], pair("strides", strides), padding)
    padded = pad(x, windows)
    z = np.zeros((len(x), *windows.out, W.shape[-1]), np.result_type(x, W))
    for (i, j), rows, columns in windows.slices():
        z += padded[:, rows, columns] @ W[i, j]
    z += b
    return z


def conv2d_backward(dout, x, W, strides=1, padding="valid"):
    """Gradients of `conv2d`.

    Parameters
    ----------
    dout : array (N, H′, W′, F)
        ∂L/∂z.
    x : array (N, H, W, C)
    W : array (kh, kw, C, F)
    strides, padding
        As for `conv2d`.

    Returns
    -------
    dx : array (N, H, W, C)
    dW : array (kh, kw, C, F)
    db : array (F,)

    Notes
    -----
    W[i, j] is one matrix used at every place, so its gradient is the sum over all places:

        dW[i, j] = Σ_n Σ_r Σ_c  x̃[n, r s + i, c s + j, :] dout[n, r, c, :]ᵀ
        db       = Σ_n Σ_r Σ_c  dout[n, r, c, :]

    And every pixel gets something back from each output that has read it:

        dx̃[n, r s + i, c s + j, :] += W[i, j] dout[n, r, c, :]   for all i, j, r, c.

    dx is dx̃ without the padding. Goodfellow, Bengio & Courville (2016), §9.5.
    """
    windows = windows_of(x.shape[1:3], W.shape[:2], pair("strides", strides), padding)
    padded = pad(x, windows)
    dW = np.empty_like(W)
    dpadded = np.zeros_like(padded)
    for (i, j), rows, columns in windows.slices():
        dW[i, j] = np.tensordot(padded[:, rows, columns], dout, axes=([0, 1, 2], [0, 1, 2]))
        dpadded[:, rows, columns] += dout @ W[i, j].T
    return dpadded[(slice(None), *windows.inner)], dW, dout.sum(axis=(0, 1, 2))
