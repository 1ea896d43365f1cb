"""Exercise 2.7: one training loop, with any of five faults in it.

What the faults are called, loops that have some of them, and the loss curves that they leave. How a
student's loop is examined is in `diagnosis`.
"""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad

# What the faults are called in feedback, and why they are faults; in the order of the code.
FAULTS = {
    "zero": ("zero start (symmetry)",
             "All hidden units start alike, get the same gradient and stay alike for ever: the "
             "layer acts as one single unit. Draw the weights at random."),
    "step": ("step size too large (above 2/λmax)",
             "Each update lands higher on the other side of the valley. Choose a smaller lr; where "
             "the limit is, §9 says."),
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


def make_train(faults, lr=1.0, start=1.0, gradients=None):
    """Build the training function with the given faults (names from NAMES) left in it.

    `lr` is its step size where that is no fault, `start` a factor of its starting weights, and
    ``gradients(params, x, y)`` what it takes for loss and gradients in place of `step_gradients`.
    """
    gradients = gradients or step_gradients
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
                loss, grads, rates = *gradients(params, xb, yb), [sign * lr] * 4
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


def step_gradients(params, x, y, W2_back=None, bend=True):
    """Loss and gradients [dW1, db1, dW2, db2].

    `W2_back` is what the gradient goes back through, if not W2; without `bend` the slope of the
    sigmoid, h (1 − h), is left out.
    """
    W1, b1, W2, b2 = params
    with np.errstate(over="ignore"):
        h = 1 / (1 + np.exp(-(x @ W1 + b1)))
    logits = h @ W2 + b2
    dlogits = softmax_cross_entropy_grad(logits, y)
    dh = dlogits @ (W2 if W2_back is None else W2_back).T
    dz = dh * h * (1 - h) if bend else dh
    grads = [x.T @ dz, dz.sum(axis=0), h.T @ dlogits, dlogits.sum(axis=0)]
    return cross_entropy(softmax(logits), y), grads


def stale_gradients(params, x, y, rate):
    """Gradients as they come out when W2 has already moved by `rate` times its gradient."""
    dW2 = step_gradients(params, x, y)[1][2]
    return step_gradients(params, x, y, params[2] + rate * dW2)[1]


def flat_gradients(params, x, y):
    """Loss and gradients without the sigmoid's slope."""
    return step_gradients(params, x, y, bend=False)


def averaged_bias_gradients(params, x, y):
    """Loss and gradients, those of the biases divided by the number of images once more."""
    loss, (dW1, db1, dW2, db2) = step_gradients(params, x, y)
    return loss, [dW1, db1 / len(x), dW2, db2 / len(x)]


def other_gradients(params, x, y):
    """Loss, and for W1 something that is no gradient: one that belongs to doubled inputs."""
    loss, grads = step_gradients(params, x, y)
    return loss, [step_gradients(params, 2 * x, y)[1][0], *grads[1:]]


def three_arms(n, seed=0):
    """Three arms of a spiral (generated): points (n, 2) float64 and labels (n,) in 0, 1, 2."""
    rng = np.random.default_rng(seed)
    radius, y = rng.uniform(0.1, 1.0, n), np.arange(n) % 3
    angle = 2 * np.pi * y / 3 + 3.5 * radius + rng.normal(0, 0.12, n)
    return 2 * np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), y


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
