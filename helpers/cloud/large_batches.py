"""What more workers do to training: the same epochs with larger batches.

N workers with a batch of B each make steps of N·B examples, and N times fewer of them in an epoch.
The *linear scaling rule* makes each step N times as long: lr → N · lr. Goyal et al. (2017) found
that it holds up to a limit, and that the first epochs need care: their *warm-up* lets lr grow from
a small value.
"""

import numpy as np

from helpers import nn
from helpers.kit import data
from helpers.kit.comparison import at_least_two, got_right, paired
from helpers.nn.parallel import one_core_for_a_product

BATCH, RATE = 32, 0.1
RULES = ("fixed", "linear", "linear+warm-up")


def rate_at(step, batch_size, rule, steps_of_warmup, rate=RATE):
    """Return the learning rate of one step.

    Parameters
    ----------
    step : int
        From 0 on.
    batch_size : int
        Of all workers together; `rate` is right for a batch of 32.
    rule : "fixed", "linear" or "linear+warm-up"
    steps_of_warmup : int
        How many steps it takes to climb to the full rate.

    Raises
    ------
    ValueError
        For a rule of another name.
    """
    if rule not in RULES:
        raise ValueError(f"rule: expected {', '.join(map(repr, RULES))}; got {rule!r}.")
    if rule == "fixed":
        return rate
    full = rate * batch_size / BATCH
    if rule == "linear":
        return full
    return full * min(1.0, (step + 1) / max(steps_of_warmup, 1))


def train(batch_size, rule="fixed", epochs=40, warmup=20, seed=0, rate=RATE):
    """Train a small network on the digits, with plain gradient descent.

    Parameters
    ----------
    batch_size : int
        Of all workers together.
    rule : str
        What happens to the learning rate; see `rate_at`.
    epochs, warmup : int
        Epochs in all, and those in which a warm-up climbs.
    seed : int
        For the first weights and the order of the examples.

    Returns
    -------
    network : nn.Sequential
        64-32-10. One that was lost (numbers beyond all bounds) answers nothing sensible.
    """
    digits = data.load("digits")
    x, y = digits.x_train.reshape(len(digits.x_train), -1), digits.y_train
    network = nn.Sequential([nn.Dense(32, activation="relu"), nn.Dense(10)], seed=seed)
    network.compile(nn.SGD(rate))
    order = np.random.default_rng(seed)
    in_an_epoch = -(-len(x) // batch_size)
    step = 0
    # Too long steps overflow: that is what is to be seen. And products so small stay on one core.
    with np.errstate(all="ignore"), one_core_for_a_product():
        for _ in range(epochs):
            rows = order.permutation(len(x))
            for start in range(0, len(x), batch_size):
                network.optimizer.learning_rate = rate_at(step, batch_size, rule,
                                                          warmup * in_an_epoch, rate)
                batch = rows[start:start + batch_size]
                network.train_on_batch(x[batch], y[batch])
                step += 1
    return network


def compare(batches=(256, 512, 1024), rules=RULES, epochs=40, warmup=20, seeds=3):
    """Train with a batch of 32 and with larger ones, all for the same number of epochs.

    Parameters
    ----------
    batches : sequence of int
        Larger batches: 8, 16 and 32 times the first, as 8, 16 and 32 workers would make them.
    rules : sequence of str
        See `rate_at`.
    epochs, warmup, seeds : int

    Returns
    -------
    Comparison
        Share right of 360 test digits. With the defaults: some 5 seconds.
    """
    at_least_two(seeds)
    digits = data.load("digits")
    x, y = digits.x_test.reshape(len(digits.x_test), -1), digits.y_test
    ways = {f"{BATCH}": (BATCH, "fixed")}
    ways |= {f"{size} {rule}": (size, rule) for size in batches for rule in rules}
    answers = {}
    for name, (size, rule) in ways.items():
        runs = [train(size, rule, epochs, warmup, seed) for seed in range(seeds)]
        with np.errstate(all="ignore"):
            answers[name] = np.array([got_right(run, x, y) for run in runs])
    return paired(answers)._replace(n=len(x))
