"""What is the matter with a training loop? Six questions, each answered by an experiment.

Two people who repair the loop of exercise 2.7 choose different starting weights and step sizes, so
their results cannot be compared number by number. Instead `diagnose` puts six questions to a
training function, each answered by a small experiment whose outcome does not depend on the other
answers. It is also a pattern for real life: this is how one finds out which part of a training loop
is at fault.
"""

from functools import lru_cache

import numpy as np

from helpers.backprop.bughunt import (
    averaged_bias_gradients,
    flat_gradients,
    make_train,
    stale_gradients,
    step_gradients,
    three_arms,
)


def diagnose(train, x, y, sizes):
    """Ask a training function six questions.

    Parameters
    ----------
    train : callable
        ``train(x, y, sizes, epochs, batch_size, rng) -> [W1, b1, W2, b2], losses``.
    x, y : ndarray, shapes (n, d) and (n,)
        A few points and their labels, in which every class occurs.
    sizes : tuple of int
        (d, units, classes).

    Returns
    -------
    tuple of str, or None or `...` if `train` returned that
        "yes" or what is the matter: do the hidden units start different; is the step size stable;
        do image and label stay together; do all steps go downhill; does the hidden gradient belong
        to the same weights; and is the bookkeeping right (every batch makes one step, the loss is
        the mean before the steps)? What cannot be found out is answered with "yes": the middle four
        where two runs with the same generator differ, and all that follows from a step where the
        step is along no gradient that is known here.

    Raises
    ------
    ValueError
        If `train` returns anything but the weights and the list of losses.
    """
    n, classes = len(x), sizes[2]
    result = _run(train, x, y, sizes, 0, n)
    if result is None or result is ...:
        return result   # the generic sentences say what is missing
    if not _well_formed(result, sizes):
        raise ValueError(_what_to_return(result, sizes))
    start = [np.array(p, dtype=float) for p in result[0]]
    batch = max(n // 2 - 1, 1)
    first, again = (_run(train, x, y, sizes, 1, batch)[0] for _ in range(2))
    if not all(np.array_equal(p, q, equal_nan=True) for p, q in zip(first, again, strict=True)):
        return _judge_start(start, x, y), "yes", "yes", "yes", "yes", "no: every run is different"
    one_class = np.full(n, classes - 1)   # with a single label no shuffle can hurt
    after, losses = _run(train, x, one_class, sizes, 1, n)
    rates, belongs = _read_step(start, after, x, one_class)
    if rates is None:
        return _judge_start(start, x, y), "yes", "yes", "yes", belongs, "yes"
    same = np.repeat(x[:1], n, axis=0)    # with equal images any batch is as good as the next
    batches, batch_losses = _run(train, same, one_class, sizes, 1, batch)
    counts = [min(batch, n - k) for k in range(0, n, batch)]
    expected, one_by_one = _follow(start, rates, belongs, same, one_class, counts)
    mixed, mixed_losses = _run(train, x, y, sizes, 3, n)
    paired = _alike(mixed, _follow(start, rates, belongs, x, y, [n] * 3)[0])
    meant = (
        np.allclose(losses, [step_gradients(start, x, one_class)[0]], rtol=1e-6)
        and len(mixed_losses) == 3
        and np.allclose(batch_losses, [np.average(one_by_one, weights=counts)], rtol=1e-6)
    )
    return (
        _judge_start(start, x, y),
        _judge_rate(float(f"{np.max(np.abs(rates)):.6g}")),
        "yes" if paired else "no",
        "yes" if np.all(np.array(rates) < 0) else "no",
        belongs,
        "yes" if meant and _alike(batches, expected) else "no",
    )


def _run(train, x, y, sizes, epochs, batch_size):
    """Call a training function with copies and a fresh generator that always starts alike."""
    with np.errstate(over="ignore"):
        return train(x.copy(), y.copy(), sizes, epochs, batch_size, np.random.default_rng(7))


def _well_formed(result, sizes):
    """True if the result is four weight arrays of the right shapes and a list of losses."""
    if not (isinstance(result, (tuple, list)) and len(result) == 2):
        return False
    weights, losses = result
    if not isinstance(weights, (list, tuple)) or not isinstance(losses, (list, tuple, np.ndarray)):
        return False
    return len(_shape(losses)) == 1 and [_shape(p) for p in weights] == _shapes(sizes)


def _shape(thing):
    """Shape of an array or list; (None, None) where its rows have different lengths."""
    try:
        return np.shape(thing)
    except ValueError:
        return (None, None)


def _shapes(sizes):
    """Shapes of W1, b1, W2, b2."""
    d, units, classes = sizes
    return [(d, units), (units,), (units, classes), (classes,)]


def _what_to_return(result, sizes):
    """Say in a sentence what a training function should have returned."""
    whole = isinstance(result, (list, tuple)) and len(result) == 2
    weights = result[0] if whole and isinstance(result[0], (list, tuple)) else ()
    if len(weights) == 4:
        for name, p, shape in zip(("W1", "b1", "W2", "b2"), weights, _shapes(sizes), strict=True):
            if _shape(p) != shape:
                return f"{name} should have shape {shape}; it has {_shape(p)}."
    return "Return the list of weights and the losses: return [W1, b1, W2, b2], losses."


def _judge_start(params, x, y):
    """Say whether the hidden units start different, and not absurdly far out.

    A network that guesses has a loss of log(classes), about 1; one above 10 is certain and wrong.
    """
    W1, b1, W2, _ = params
    if np.ptp(W1, axis=1).max() + np.ptp(b1) + np.ptp(W2, axis=0).max() == 0:
        return "no"
    return "yes" if step_gradients(params, x, y)[0] < 10 else "yes, but far too large"


GRADIENTS = {
    "yes": lambda params, x, y, rate: step_gradients(params, x, y)[1],
    "no: to the updated W2": stale_gradients,
    "no: h (1 − h) is missing": lambda params, x, y, rate: flat_gradients(params, x, y)[1],
    "no: biases are averaged": lambda params, x, y, rate: averaged_bias_gradients(params, x, y)[1],
}
"""What a loop may step along: the answer to "does the gradient belong to the weights", and the
gradients [dW1, db1, dW2, db2] that it means, at a signed step size `rate`."""


def _read_step(start, after, x, y):
    """Find the signed rate of each parameter in one full-batch step, and which gradient it took.

    The rate is the factor of the gradient in ``after - start``: negative when going downhill. It is
    the same for all four parameters but for its sign. None for rates that no known gradient fits.
    """
    moves = [np.array(a, dtype=float) - s for a, s in zip(after, start, strict=True)]
    rate = _factor(moves[2], step_gradients(start, x, y)[1][2])    # W2's gradient is always right
    for belongs, gradients in GRADIENTS.items():
        grads = gradients(start, x, y, 0.0 if rate is None else rate)
        rates = [_factor(m, g) for m, g in zip(moves, grads, strict=True)]
        known = [r for r in rates if r is not None]
        rates = [known[-1] if r is None else r for r in rates]
        fits = all(np.allclose(m, r * g, rtol=1e-6, atol=1e-9 * abs(r))
                   for m, r, g in zip(moves, rates, grads, strict=True))
        if fits and np.allclose(np.abs(rates), abs(rates[0]), rtol=1e-4):
            return rates, belongs
    return None, "no: to none that is known here"


def _factor(move, grad):
    """Least-squares factor between a move and a gradient; None where the gradient vanishes."""
    size = np.sum(grad * grad)
    return float(np.sum(move * grad) / size) if size > 1e-20 else None


def _follow(start, rates, belongs, x, y, counts):
    """Take a step for each batch that a loop with these rates would take, with `counts` images.

    Returns the last parameters and all losses.
    """
    params, losses = start, []
    for count in counts:
        losses.append(step_gradients(params, x[:count], y[:count])[0])
        grads = GRADIENTS[belongs](params, x[:count], y[:count], rates[2])
        params = [p + r * g for p, r, g in zip(params, rates, grads, strict=True)]
    return params, losses


def _alike(params, others):
    return all(np.allclose(p, q, rtol=1e-5, atol=1e-7) for p, q in zip(params, others, strict=True))


@lru_cache(maxsize=64)
def _judge_rate(lr):
    """Say whether a loop without faults learns the spiral with this step size.

    Too large: it jumps about and ends no better than guessing; too small: it has hardly moved.
    """
    x, y = three_arms(150, seed=3)
    losses = make_train((), lr)(x, y, (2, 16, 3), 40, 25, np.random.default_rng(3))[1]
    guessing = np.log(3)
    if not np.isfinite(losses).all() or max(losses[-10:]) > guessing:
        return "no: too large" if lr > 1e-2 else "too small"
    return "yes" if losses[-1] < 0.8 * guessing else "too small"
