"""Exercise 2.7: five faults in one training loop, found by experiments on the loop itself.

Two people who repair the loop choose different starting weights and step sizes, so their results
cannot be compared number by number. Instead `diagnose` puts six questions to a training function,
each answered by a small experiment whose outcome does not depend on the other answers. It is also a
pattern for real life: this is how one finds out which part of a training loop is at fault.
"""

from functools import lru_cache

import numpy as np

from helpers.backprop.exercises_forward import softmax
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad

# What the faults are called in feedback, and why they are faults; in the order of the code.
FAULTS = {
    "zero": ("zero start (symmetry)",
             "All hidden units start alike, get the same gradient and stay alike for ever: the "
             "layer acts as one single unit. Draw the weights at random."),
    "step": ("step size above 2/λmax",
             "With a step beyond 2/λmax each update lands higher on the other side of the valley. "
             "Choose a smaller lr."),
    "shuffle": ("labels shuffled separately",
                "x and y were shuffled in two different orders, so images carry other images' "
                "labels. Use one permutation for both."),
    "uphill": ("ascent (+=)",
               "The gradient points uphill. To make the loss smaller, subtract it."),
    "stale": ("uses the updated W2 for the hidden gradient",
              "W2 was changed before the gradient was sent back through it. All gradients belong "
              "to the same weights: first compute, then update."),
}
NAMES = tuple(FAULTS)


def make_train(faults, lr=1.0, start=1.0):
    """Build the training function with the given faults (names from NAMES) left in it.

    `lr` is its step size where that is no fault, `start` a factor of its starting weights.
    """
    sign = 1.0 if "uphill" in faults else -1.0
    lr = 100.0 if "step" in faults else lr

    def train(x, y, sizes, epochs, batch_size, rng):
        params, losses = start_weights(sizes, rng, 0.0 if "zero" in faults else start), []
        for _ in range(epochs):
            order = rng.permutation(len(x))
            x, y = x[order], rng.permutation(y) if "shuffle" in faults else y[order]
            total = 0.0
            for k in range(0, len(x), batch_size):
                xb, yb = x[k : k + batch_size], y[k : k + batch_size]
                loss, grads, rates = *step_gradients(params, xb, yb), [sign * lr] * 4
                if "stale" in faults:
                    grads = stale_gradients(params, xb, yb, rates[2])
                total += loss * len(yb)
                params = [p + rate * g for p, rate, g in zip(params, rates, grads, strict=True)]
            losses.append(total / len(x))
        return params, losses

    return train


def faulty_train(x, y, sizes, epochs, batch_size, rng):
    """The loop as handed out, with all five faults: the very lines that stand in the chapter."""
    d, units, classes = sizes
    W1, b1 = np.zeros((d, units)), np.zeros(units)
    W2, b2 = np.zeros((units, classes)), np.zeros(classes)
    lr, losses = 100.0, []
    for _ in range(epochs):
        x, y = rng.permutation(x), rng.permutation(y)
        total = 0.0
        for start in range(0, len(x), batch_size):
            xb, yb = x[start:start + batch_size], y[start:start + batch_size]
            h = 1 / (1 + np.exp(-(xb @ W1 + b1)))
            logits = h @ W2 + b2
            total += cross_entropy(softmax(logits), yb) * len(yb)
            dlogits = softmax_cross_entropy_grad(logits, yb)
            W2 += lr * h.T @ dlogits
            b2 += lr * dlogits.sum(axis=0)
            dz = dlogits @ W2.T * h * (1 - h)
            W1 += lr * xb.T @ dz
            b1 += lr * dz.sum(axis=0)
        losses.append(total / len(x))
    return [W1, b1, W2, b2], losses


def start_weights(sizes, rng, scale=1.0):
    """Draw [W1, b1, W2, b2] for sizes (d, units, classes), all multiplied by `scale`."""
    d, units, classes = sizes
    return [scale * rng.normal(0, 1, (d, units)), np.zeros(units),
            scale * rng.normal(0, 0.5, (units, classes)), np.zeros(classes)]


def step_gradients(params, x, y, W2_back=None):
    """Loss and gradients [dW1, db1, dW2, db2]; `W2_back` is what the gradient goes back through."""
    W1, b1, W2, b2 = params
    with np.errstate(over="ignore"):
        h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    logits = h @ W2 + b2
    dlogits = softmax_cross_entropy_grad(logits, y)
    dz = dlogits @ (W2 if W2_back is None else W2_back).T * h * (1 - h)
    grads = [x.T @ dz, dz.sum(axis=0), h.T @ dlogits, dlogits.sum(axis=0)]
    return cross_entropy(softmax(logits), y), grads


def stale_gradients(params, x, y, rate):
    """Gradients as they come out when W2 has already moved by `rate` times its gradient."""
    dW2 = step_gradients(params, x, y)[1][2]
    return step_gradients(params, x, y, params[2] + rate * dW2)[1]


# --- the experiments ------------------------------------------------------------------------------


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
        the mean before the steps)? Where two runs with the same generator differ, the four answers
        in the middle cannot be found; they are "yes" then.

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
    rates, stale = _read_step(start, after, x, one_class)
    same = np.repeat(x[:1], n, axis=0)    # with equal images any batch is as good as the next
    batches, batch_losses = _run(train, same, one_class, sizes, 1, batch)
    counts = [min(batch, n - k) for k in range(0, n, batch)]
    expected, one_by_one = _follow(start, rates, stale, same, one_class, len(counts))
    mixed, mixed_losses = _run(train, x, y, sizes, 3, n)
    paired = _alike(mixed, _follow(start, rates, stale, x, y, 3)[0])
    booked = (
        np.allclose(losses, [step_gradients(start, x, one_class)[0]], rtol=1e-6)
        and len(mixed_losses) == 3
        and np.allclose(batch_losses, [np.average(one_by_one, weights=counts)], rtol=1e-6)
        and np.allclose(np.abs(rates), abs(rates[0]), rtol=1e-4)
        and _alike(batches, expected)
    )
    return (
        _judge_start(start, x, y),
        _judge_rate(float(f"{np.max(np.abs(rates)):.6g}")),
        "yes" if paired else "no",
        "yes" if np.all(np.array(rates) < 0) else "no",
        {False: "yes", True: "no: to the updated W2", None: "no: to none that I know"}[stale],
        "yes" if booked else "no",
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
    return np.ndim(losses) == 1 and [np.shape(p) for p in weights] == _shapes(sizes)


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
            if np.shape(p) != shape:
                return f"{name} should have shape {shape}; it has {np.shape(p)}."
    return "Return the list of weights and the losses: return [W1, b1, W2, b2], losses."


def _judge_start(params, x, y):
    """Say whether the hidden units start different, and not absurdly far out.

    A network that guesses has a loss of log(classes), about 1; one above 10 is certain and wrong.
    """
    W1, b1, W2, _ = params
    if np.ptp(W1, axis=1).max() + np.ptp(b1) + np.ptp(W2, axis=0).max() == 0:
        return "no"
    return "yes" if step_gradients(params, x, y)[0] < 10 else "yes, but far too large"


def _read_step(start, after, x, y):
    """Find the signed rate of each parameter in one full-batch step, and whether W2 was stale.

    The rate is the factor of the gradient in ``after - start``: negative when going downhill. Stale
    is False, True (the gradient went through the updated W2) or None (neither explains the step).
    """
    moves = [np.array(a, dtype=float) - s for a, s in zip(after, start, strict=True)]
    right = step_gradients(start, x, y)[1]
    late = step_gradients(start, x, y, start[2] + moves[2])[1]
    for stale, grads in ((False, right), (True, late)):
        rates = [_factor(m, g) for m, g in zip(moves, grads, strict=True)]
        known = [r for r in rates if r is not None]
        rates = [known[-1] if r is None else r for r in rates]
        if all(np.allclose(m, r * g, rtol=1e-6, atol=1e-9 * abs(r))
               for m, r, g in zip(moves, rates, grads, strict=True)):
            return rates, stale
    return rates, None


def _factor(move, grad):
    """Least-squares factor between a move and a gradient; None where the gradient vanishes."""
    size = np.sum(grad * grad)
    return float(np.sum(move * grad) / size) if size > 1e-20 else None


def _follow(start, rates, stale, x, y, steps):
    """Take the steps that a loop with these rates would take: last parameters, all losses."""
    params, losses = start, []
    for _ in range(steps):
        loss, grads = step_gradients(params, x, y)
        if stale:
            grads = stale_gradients(params, x, y, rates[2])
        params = [p + r * g for p, r, g in zip(params, rates, grads, strict=True)]
        losses.append(loss)
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


def three_arms(n, seed=0):
    """Three arms of a spiral (generated): points (n, 2) float64 and labels (n,) in 0, 1, 2."""
    rng = np.random.default_rng(seed)
    radius, y = rng.uniform(0.1, 1.0, n), np.arange(n) % 3
    angle = 2 * np.pi * y / 3 + 3.5 * radius + rng.normal(0, 0.12, n)
    return 2 * np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), y


# --- the matching figure --------------------------------------------------------------------------

CURVES = {"A": "shuffle", "B": "stale", "C": "zero", "D": "step", "E": "uphill"}


def loss_curves(epochs=60):
    """Loss per epoch of the loop with one single fault left, for the matching figure of 2.f.

    Returns
    -------
    dict of str to ndarray, shape (epochs,), float64
        Under the letters A to E; CURVES says which fault each letter stands for. Same numbers at
        every call.
    """
    x, y = three_arms(300, seed=0)
    return {
        letter: np.array(
            make_train((fault,))(x, y, (2, 16, 3), epochs, 30, np.random.default_rng(1))[1]
        )
        for letter, fault in CURVES.items()
    }
