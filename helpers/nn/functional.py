"""The mathematics of a network, without state: every forward function beside its backward one.

Notation, here and in the whole course. N examples in a batch, D features, H units, C classes. A
batch is a matrix with one example per row. `dW` means ∂L/∂W and has W's shape; `dout` is the
gradient that arrives from above, ∂L/∂(output of the forward function), and has that output's shape.
A backward function takes `dout` and what the forward function was given, and returns the gradient
of every input.

All functions keep the dtype they are given: float32 to train, float64 to check. None changes an
input.
"""

import numpy as np

from helpers.nn.checks import check_labels, check_same_shape

SMALLEST_PROBABILITY = 1e-12


def dense(x, W, b):
    """Affine map of every row.

    Parameters
    ----------
    x : array (N, D), float
    W : array (D, H), float
        One column of weights per unit.
    b : array (H,), float

    Returns
    -------
    z : array (N, H)

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Notes
    -----
    z = x W + b, with b added to every row. Goodfellow, Bengio & Courville (2016), ch. 6.
    """
    if x.ndim != 2 or W.ndim != 2 or x.shape[1] != W.shape[0] or b.shape != W.shape[1:]:
        raise ValueError(
            "dense expects x (N, D), W (D, H) and b (H,); "
            f"x {x.shape}, W {W.shape} and b {b.shape} came. The columns of x must be as many as "
            "the rows of W, and b has one number for each column of W."
        )
    z = x @ W
    z += b
    return z


def dense_backward(dout, x, W):
    """Gradients of `dense`.

    Parameters
    ----------
    dout : array (N, H)
        ∂L/∂z, called Δ in the text.
    x : array (N, D)
    W : array (D, H)

    Returns
    -------
    dx : array (N, D)
    dW : array (D, H)
    db : array (H,)

    Notes
    -----
    dx = dout Wᵀ,  dW = xᵀ dout,  db = Σ_i dout[i, :].
    The 1/N of a mean belongs to the loss and is already in dout.
    Rumelhart, Hinton & Williams (1986); Goodfellow, Bengio & Courville (2016), §6.5.
    """
    return dout @ W.T, x.T @ dout, dout.sum(axis=0)


def relu(z):
    """max(z, 0), entry by entry. z and result: any shape."""
    return np.maximum(z, 0)


def relu_backward(dout, z):
    """Gradient of `relu`: dz = dout where z > 0, else 0.

    At the kink, z = 0, any number from 0 to 1 is a subgradient; 0 is the convention (Keras's too).
    dout, z and result have the same shape.
    """
    return dout * (z > 0)


def tanh(z):
    """Hyperbolic tangent, entry by entry. z and result: any shape."""
    return np.tanh(z)


def tanh_backward(dout, z):
    """Gradient of `tanh`: dz = dout (1 − tanh(z)²). dout, z and result have the same shape."""
    return dout * (1 - np.tanh(z) ** 2)


def sigmoid(z):
    """Logistic function 1 / (1 + exp(−z)), entry by entry. z and result: any shape.

    Notes
    -----
    Written as (1 + tanh(z/2)) / 2, which is the same function and cannot overflow.
    """
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_backward(dout, z):
    """Gradient of `sigmoid`: dz = dout s (1 − s), s = sigmoid(z). All shapes are the same."""
    s = sigmoid(z)
    return dout * s * (1 - s)


def softmax(z):
    """Turn each row of scores into probabilities.

    Parameters
    ----------
    z : array (N, C), float
        Scores, also called logits.

    Returns
    -------
    p : array (N, C)
        0 to 1; each row sums to 1. (Below e⁻¹⁰³ in float32, e⁻⁷⁴⁵ in float64, it is rounded to 0.)

    Notes
    -----
    p[i, k] = exp(z[i, k]) / Σ_j exp(z[i, j]). The row's largest score is taken off first: p stays
    the same and exp cannot overflow. Goodfellow, Bengio & Courville (2016), §6.2.2.3.
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    e /= e.sum(axis=-1, keepdims=True)
    return e


def softmax_backward(dout, z):
    """Gradient of `softmax`.

    Notes
    -----
    Each row's Jacobian is ∂p_k/∂z_j = p_k (δ_kj − p_j), so
    dz = p ∘ (dout − Σ_k dout[:, k] p[:, k]).
    dout, z and result: (N, C).
    """
    p = softmax(z)
    return p * (dout - (dout * p).sum(axis=-1, keepdims=True))


def cross_entropy(probs, y):
    """Mean surprise of the true classes.

    Parameters
    ----------
    probs : array (N, C), float
    y : array (N,), int
        True classes, 0 … C−1.

    Returns
    -------
    loss : float

    Notes
    -----
    L = −(1/N) Σ_i log probs[i, y[i]], with probabilities below 1e-12 counted as 1e-12.
    """
    y = check_labels(y, probs)
    p = probs[np.arange(len(y)), y]
    return float(-np.log(np.maximum(p, SMALLEST_PROBABILITY)).mean())


def cross_entropy_backward(probs, y):
    """Gradient of `cross_entropy` with respect to the probabilities.

    Notes
    -----
    dprobs[i, k] = −1 / (N probs[i, k]) at k = y[i], and 0 elsewhere (and where the clipping acts).
    probs and result: (N, C).
    """
    y = check_labels(y, probs)
    rows = np.arange(len(y))
    p = probs[rows, y]
    dprobs = np.zeros_like(probs)
    dprobs[rows, y] = np.where(
        p > SMALLEST_PROBABILITY, -1 / (len(y) * np.maximum(p, SMALLEST_PROBABILITY)), 0
    )
    return dprobs


def softmax_cross_entropy(logits, y):
    """`cross_entropy(softmax(logits), y)` in one step, exact for scores of any size.

    Parameters
    ----------
    logits : array (N, C), float
    y : array (N,), int
        True classes, 0 … C−1.

    Returns
    -------
    loss : float
        log C for a network that knows nothing (equal scores): ln 10 = 2.3026 for ten classes.

    Notes
    -----
    L = (1/N) Σ_i [ log Σ_k exp(logits[i, k]) − logits[i, y[i]] ].
    """
    y = check_labels(y, logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    true_scores = shifted[np.arange(len(y)), y]
    return float((np.log(np.exp(shifted).sum(axis=-1)) - true_scores).mean())


def softmax_cross_entropy_backward(logits, y):
    """Gradient of `softmax_cross_entropy`.

    Notes
    -----
    dlogits = (P − Y) / N with P = softmax(logits) and Y the labels one-hot: the whole Jacobian of
    softmax cancels against the 1/p of the logarithm. logits and result: (N, C); each row sums to 0.
    """
    y = check_labels(y, logits)
    dlogits = softmax(logits)
    dlogits[np.arange(len(y)), y] -= 1
    dlogits /= len(y)
    return dlogits


def mse(pred, y):
    """Mean squared error over all N·D entries: L = mean((pred − y)²). pred, y: the same shape."""
    check_same_shape(pred, y)
    return float(((pred - y) ** 2).mean())


def mse_backward(pred, y):
    """Gradient of `mse`: dpred = 2 (pred − y) / size, size = number of entries of pred."""
    check_same_shape(pred, y)
    return (pred - y) * (2 / pred.size)


def dropout(x, rate, rng):
    """Switch a random part of the entries off, while training.

    Parameters
    ----------
    x : array, any shape, float
    rate : float, 0 ≤ rate < 1
        Probability that an entry is switched off.
    rng : numpy.random.Generator

    Returns
    -------
    out : array, x's shape and dtype
    mask : array, x's shape and dtype
        0 where switched off, 1 / (1 − rate) elsewhere; `dropout_backward` needs it.

    Notes
    -----
    out = x ∘ mask. The factor 1 / (1 − rate) keeps the expected value, so that nothing needs
    scaling when the network is used. Goodfellow, Bengio & Courville (2016), §7.12.
    """
    mask = (rng.random(x.shape, dtype=np.float32) >= rate).astype(x.dtype)
    mask /= 1 - rate
    return x * mask, mask


def dropout_backward(dout, mask):
    """Gradient of `dropout`: dx = dout ∘ mask, with the mask of the forward pass."""
    return dout * mask
