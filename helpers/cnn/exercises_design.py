"""Exercise 3.10: design a network that reads roaming digits with at most 25 000 parameters.

Reference answer, the check, named mistakes and hints. The check has two parts. On 40 digits it
trains the design six times: what changes with the seed, with the test part, with the labels? That
takes a few seconds and finds all mistakes that have a name. Only then it trains for good, with
two seeds, and measures on places that nobody has seen.
"""

import sys
import time
from contextlib import contextmanager
from functools import cache
from types import FunctionType

import numpy as np

from helpers import nn
from helpers.cnn.exercises_predict import SOLUTION
from helpers.kit import data
from helpers.kit.exercise import exercise
from helpers.kit.split import Split

PARTS = ("x_train", "y_train", "x_test", "y_test")

X3_10 = exercise(
    "3.10",
    title="A small network for roaming digits",
    kind="design",
    minutes=25,
    difficulty=4,
    importance=4,
    outputs=("number of parameters", "test part", "another seed", "same seed",
             "digits handed in", "accuracy on fresh places"),
    hints=(
        "Where do the parameters of the article's network sit? And which of its layers knows at "
        "which place something was found, although that does not matter?",
        "Convolutions with pools between them, padding=\"same\" so that the edge is seen, then "
        "nn.GlobalMaxPooling2D() in the place of Flatten, and one Dense(10). With 16, 32 and 64 "
        "filters that is 23 946 parameters. Give `seed` to Sequential and to fit.",
        SOLUTION,
    ),
    time_limit=180.0,
)

@X3_10.reference
def design(digits, seed):
    """Split of roaming digits, x_train (n, 28, 28, 1) -> trained network, ≤ 25 000 parameters."""
    model = nn.Sequential([
        nn.Conv2D(16, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
        nn.Conv2D(32, 3, padding="same", activation="relu"), nn.MaxPooling2D(),
        nn.Conv2D(64, 3, padding="same", activation="relu"), nn.GlobalMaxPooling2D(),
        nn.Dense(10)], seed=seed)
    model.compile(optimizer=nn.Adam(1e-3))
    model.fit(digits.x_train, digits.y_train, epochs=8, seed=seed, verbose=0)
    return model


@X3_10.probes
def _(rng):
    return [(25_000, 0.88)]


@X3_10.harness
def _(fn, most_parameters, least_accuracy):
    if fn is design:    # known to be right: tests/cnn/test_design.py trains it
        return _answers(most_parameters, least_accuracy)
    return examine(fn, most_parameters, least_accuracy)


def _answers(most, least, **wrong):
    """What a right design is answered with, except for what is `wrong`."""
    right = {"parameters": f"at most {most:,}".replace(",", " "), "test": "left alone",
             "another_seed": "another network", "same_seed": "the same network",
             "digits": "learned from", "accuracy": f"{least} or more"}
    return tuple({**right, **wrong}.values())


def examine(design, most_parameters, least_accuracy, seeds=(0, 1), measure=None):
    """Find out whether a design keeps to the rules, and if so, how well it reads.

    Parameters
    ----------
    design : callable
        ``design(digits, seed)`` → a trained network with `get_weights`, `count_params` and
        `predict`, as those of nn and of Keras have them.
    most_parameters : int
    least_accuracy : float
        Asked of the mean over the seeds.
    seeds : sequence of int
    measure : callable, optional
        ``measure(design, seed)`` → accuracy; `fresh_accuracy` if not given.

    Returns
    -------
    tuple of str, or None or `...` if `design` returned that
        One answer for each of the exercise's outputs.

    Raises
    ------
    ValueError
        If `design` returns no trained network.
    """
    few = _few()
    began = time.monotonic()
    first = design(_copy(few), 0)
    if first is None or first is ...:
        return first    # the generic sentences say what is missing
    weights = _weights(first)
    wrong = {}
    if first.count_params() > most_parameters:
        wrong["parameters"] = f"more than {most_parameters:,}".replace(",", " ")
    if not _same(weights, _weights(design(_copy(few), 0))):
        wrong["same_seed"] = "another network"
    else:   # where every run differs anyway, nothing can be concluded from a difference
        other_test = _copy(few)._replace(x_test=few.x_test[::-1].copy(), y_test=9 - few.y_test)
        other_labels = _copy(few)._replace(y_train=9 - few.y_train)
        if not _same(weights, _weights(design(other_test, 0))):
            wrong["test"] = "changes the network"
        if _same(weights, _weights(design(_copy(few), 1))):
            wrong["another_seed"] = "the same network"
        if _same(weights, _weights(design(other_labels, 0))):
            wrong["digits"] = "not learned from"
        if not _same(weights, _weights(in_other_notebook(design)(_copy(few), 0))):
            wrong["digits"] = "not the only ones learned from"
    if wrong:
        return _answers(most_parameters, least_accuracy, **wrong, accuracy="not measured")
    with _in_time(began):
        found = [(measure or fresh_accuracy)(design, seed) for seed in seeds]
    if np.mean(found) < least_accuracy:
        each = ", ".join(f"{a:.3f} with seed {s}" for a, s in zip(found, seeds, strict=True))
        wrong["accuracy"] = f"{np.mean(found):.3f} ({each})"
    return _answers(most_parameters, least_accuracy, **wrong)


class _TooLongError(Exception):
    """The time for training is up; raised in the middle of it."""


@contextmanager
def _in_time(began):
    """Stop what is no endless loop, only too much work, with a sentence, before the check does.

    The small trainings have come to an end, so the large ones will. The clock is looked at whenever
    this thread calls something.
    """
    seconds = 0.9 * X3_10.time_limit

    def look(*_):
        if time.monotonic() - began > seconds:
            raise _TooLongError

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    except _TooLongError:    # raised anew here: there is no line of the student's to be blamed
        raise ValueError(
            f"Training took longer than {seconds:g} seconds on this machine, after six small "
            "trainings on 40 digits, which came to an end. Use fewer epochs or a smaller network."
        ) from None
    finally:
        sys.setprofile(before)


def in_other_notebook(design):
    """The same function, in a notebook whose large arrays are all in reverse order.

    What trains on one of them, beside what it is handed, then ends with other weights. What it
    loads by itself, with data.roaming() or from a file, stays unseen. Nothing that belongs to the
    student is changed: the function is made again from its code, and so are those that it calls.
    """
    if not isinstance(design, FunctionType):
        return design
    here = design.__globals__
    there = dict(here)

    def moved(function):
        twin = FunctionType(function.__code__, there, function.__name__, function.__defaults__,
                            function.__closure__)
        twin.__kwdefaults__ = function.__kwdefaults__
        return twin

    for name, value in here.items():
        if isinstance(value, np.ndarray) and value.size > 100:
            there[name] = value[::-1]
        elif isinstance(value, Split):
            there[name] = value._replace(**{part: getattr(value, part)[::-1] for part in PARTS})
        elif isinstance(value, FunctionType) and value.__globals__ is here:
            there[name] = moved(value)
    return moved(design)


def fresh_accuracy(design, seed):
    """Train a design with `seed`; its accuracy on 360 test digits at places nobody has seen."""
    network = design(_copy(_roaming(0)), seed)
    _weights(network)
    return _accuracy(network, _roaming(1000 + seed))


def _accuracy(network, split):
    scores = np.asarray(network.predict(split.x_test))
    return float((scores.argmax(axis=-1) == split.y_test).mean())


@cache
def _roaming(seed):
    return data.roaming(seed=seed).with_channel()


def _few():
    """40 training and 20 test digits: enough to see what an answer depends on."""
    whole = _roaming(0)
    return whole._replace(x_train=whole.x_train[:40], y_train=whole.y_train[:40],
                          x_test=whole.x_test[:20], y_test=whole.y_test[:20])


def _copy(split):
    return split._replace(**{part: getattr(split, part).copy() for part in PARTS})


def _weights(network):
    """Copies of all parameters of what a design returned; a sentence if it is no network."""
    if not all(hasattr(network, name) for name in ("get_weights", "count_params", "predict")):
        raise ValueError(f"Return the trained network itself, an nn.Sequential; "
                         f"{type(network).__name__} came.")
    return [np.array(w) for w in network.get_weights()]


def _same(weights, others):
    return len(weights) == len(others) and all(map(np.array_equal, weights, others))


# --- what people do instead: small networks, so that it takes no time to see it ------------------


def _quick(seed, units=8):
    """A small dense network, compiled."""
    model = nn.Sequential([nn.Flatten(), nn.Dense(units, activation="relu"), nn.Dense(10)],
                          seed=seed)
    model.compile(optimizer=nn.Adam(3e-3))
    return model


def _fit(model, x, y, seed):
    model.fit(x, y, epochs=1, seed=seed, verbose=0)
    return model


@X3_10.mistake("parameter limit exceeded", why="The network has more than 25 000 parameters; "
               "model.summary() shows where. A dense layer after Flatten has one for every value "
               "of every map.")
def _(digits, seed):
    return _fit(_quick(seed, units=40), digits.x_train, digits.y_train, seed)


@X3_10.mistake("trained on the test part", why="With another test part and the same seed another "
               "network comes out: the test digits take part, in fit or in the choice of an epoch. "
               "Take digits for validation out of the training part.")
def _(digits, seed):
    x = np.concatenate([digits.x_train, digits.x_test])
    return _fit(_quick(seed), x, np.concatenate([digits.y_train, digits.y_test]), seed)


@X3_10.mistake("one single lucky seed", why="Whatever `seed` is, the same network comes out, so "
               "two seeds are one measurement counted twice. Hand it on: "
               "nn.Sequential(…, seed=seed) and fit(…, seed=seed).")
def _(digits, seed):
    return _fit(_quick(0), digits.x_train, digits.y_train, 0)


@X3_10.mistake("not repeatable", why="The same seed gives another network each time, so nobody can "
               "check your number. Hand the seed on to nn.Sequential and to fit.")
def _(digits, seed):
    return _fit(_quick(None), digits.x_train, digits.y_train, None)


@X3_10.mistake("does not learn from the digits handed in", why="With other labels the same network "
               "comes out, so it has learned from other digits or not at all. Train on "
               "digits.x_train and digits.y_train.")
def _(digits, seed):
    own = _few()
    return _fit(_quick(seed), own.x_train, own.y_train, seed)


x_test, y_test = np.zeros((101, 28, 28, 1), np.float32), np.arange(101) % 10   # of a notebook


@X3_10.mistake("uses digits of the notebook", why="When x_train, x_test or other arrays of the "
               "notebook are changed, another network comes out, though design got the same "
               "digits. Use only those that are handed in: digits.x_train, digits.y_train.")
def _(digits, seed):
    x = np.concatenate([digits.x_train, x_test])
    return _fit(_quick(seed), x, np.concatenate([digits.y_train, y_test]), seed)
