"""Are the gradients right? Nudge every parameter a little and see how far the loss moves.

Finite differences are slow and inexact, but they need no derivation: a mistake in a derivation
cannot hide in them.
"""

import copy

import numpy as np


def numerical_gradient(f, x, h=1e-6):
    """Gradient of f at x by centred differences.

    Parameters
    ----------
    f : function of one array of x's shape, returning a number
    x : array, any shape
        Used as float64; not changed.
    h : float
        The nudge. In float64 the error c h² + ε/h is smallest near h = 1e-6 … 1e-5.

    Returns
    -------
    gradient : array, x's shape, float64

    Notes
    -----
    gradient[k] = (f(x + h e_k) − f(x − h e_k)) / 2h for every entry k, where e_k is 1 at k and 0
    elsewhere.
    """
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for k in np.ndindex(x.shape):
        before = x[k]
        x[k] = before + h
        above = float(f(x))
        x[k] = before - h
        below = float(f(x))
        x[k] = before
        gradient[k] = (above - below) / (2 * h)
    return gradient


def relative_error(a, b):
    """Largest difference of two arrays, as a part of their largest entry.

    Parameters
    ----------
    a, b : arrays or numbers of one shape

    Returns
    -------
    error : float
        max|a − b| / max(max|a|, max|b|); 0 if all entries are zero; nan if any entry is nan.

    Notes
    -----
    Dividing entry by entry would report the rounding noise of entries that happen to be near zero.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"Only arrays of one shape can be compared; {a.shape} and {b.shape} came.")
    if a.size == 0:
        return 0.0
    scale = max(np.abs(a).max(), np.abs(b).max())
    return float(np.abs(a - b).max() / scale) if scale != 0 else 0.0


def check_gradients(network, x, y, h=1e-6):
    """Compare a network's gradients with finite differences of its loss.

    Parameters
    ----------
    network : Sequential, compiled
        Left as it is: the check works on a copy in float64, without dropout.
    x, y : arrays
        A small batch; two losses are computed for every single parameter.
    h : float
        The nudge.

    Returns
    -------
    errors : dict of str to float
        Relative error of each parameter's gradient, e.g. {"dense_1.W": 3e-10, …}. Right gradients
        give less than 1e-7; with ReLU less than 1e-4, because a nudge may cross the kink.
    """
    network = copy.deepcopy(network).astype(np.float64)
    _, grads = network.gradients(x, y)
    errors = {}
    for name, W in network.params.items():
        original = W.copy()

        def loss(nudged, W=W):
            W[...] = nudged
            return network.loss_value(x, y)

        errors[name] = relative_error(grads[name], numerical_gradient(loss, original, h))
        W[...] = original
    return errors
