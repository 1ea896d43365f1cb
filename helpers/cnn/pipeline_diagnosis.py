"""What is the matter with a program that prepares data? Seven questions, each with an experiment.

Two people who repair exercise 3.9 choose other networks, other shares for the test and other ways
to scale, so their results cannot be compared number by number. Instead `diagnose` looks at what
comes out for images that it knows: which image is which can be seen in the result, and what depends
on what is found out by changing some images and running again. No answer depends on the others.
"""

import copy
from typing import NamedTuple

import numpy as np

from helpers import nn

YES = "yes"
_SEEDS = 12     # runs in which a digit is looked for that went to the test part with all its copies


class Made(NamedTuple):
    """What a program returned."""

    model: nn.Sequential
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def diagnose(prepare, images, labels):
    """Ask a program that prepares data seven questions.

    Parameters
    ----------
    prepare : callable
        ``prepare(images, labels, augment, rng) -> model, (x_train, y_train), (x_test, y_test)``.
    images : ndarray, shape (n, height, width)
        All different, and each like noise, so that they can be told apart however they are scaled.
        Ink from 0 to 16.
    labels : ndarray, shape (n,)
        Class numbers 0 to 9.

    Returns
    -------
    tuple of str, or None or `...` if `prepare` returned that
        "yes" or what is the matter: are the test digits new; is the scale that of the training
        part; are labels class numbers; is there a channel axis; may scores be negative; are they
        scores and no probabilities; and is the rest in order? What cannot be found out is answered
        with "yes".

    Raises
    ------
    ValueError
        If `prepare` returns anything but a network and two pairs of arrays.
    """
    made = _run(prepare, images, labels)
    if made is None or made is ...:
        return made     # the generic sentences say what is missing
    again = _run(prepare, images, labels)
    if not all(np.array_equal(a, b) for a, b in zip(made[1:], again[1:], strict=True)):
        return (YES,) * 6 + ("no: every run is different",)
    scores, far = _scores(made.model, images)
    probabilities = scores.min() >= 0 and np.allclose(scores.sum(axis=-1), 1)
    train, test = _origins(made.x_train, images), _origins(made.x_test, images)
    return (
        _judge_split(train, test, len(images)),
        _judge_scale(prepare, images, labels, made),
        _in_parts([np.ndim(y) == 1 for y in (made.y_train, made.y_test)]),
        _in_parts([x.ndim == 4 for x in (made.x_train, made.x_test)]),
        "no" if _cut_off(np.log(scores) if probabilities else scores) else YES,
        "no" if probabilities else YES,
        _judge_rest(made, train, test, labels, far, probabilities),
    )


def double(images, labels):
    """Stand in for `augment`: all images, and all of them turned round by one pixel."""
    return (np.concatenate([images, np.roll(images, 1, axis=2)]),
            np.concatenate([labels, labels]))


def _run(prepare, images, labels, seed=0):
    """Call a program with copies and a fresh generator that always starts alike."""
    result = prepare(images.copy(), labels.copy(), double, np.random.default_rng(seed))
    if result is None or result is ...:
        return result
    try:
        model, (x_train, y_train), (x_test, y_test) = result
    except (TypeError, ValueError):
        raise ValueError(
            "Return the network and two pairs: return model, (x_train, y_train), (x_test, y_test)."
        ) from None
    if not isinstance(model, nn.Sequential):
        raise ValueError(f"The first thing to return is the network, an nn.Sequential; "
                         f"{type(model).__name__} came.")
    parts = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    if any(part is ... or part is None for part in parts.values()):
        return ...
    arrays = {name: np.asarray(part) for name, part in parts.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf" or array.size == 0:
            raise ValueError(f"{name} should be an array of numbers with at least one row; "
                             f"{type(parts[name]).__name__} of shape {array.shape} came.")
    for name in ("x_train", "x_test"):
        array, image = arrays[name], images.shape[1:]
        if array.shape[1:] not in (image, (*image, 1)):
            raise ValueError(f"{name} should have shape (n, height, width, 1), for images of "
                             f"{image} so (n, {image[0]}, {image[1]}, 1); it has {array.shape}.")
        if len(array) != len(arrays[name.replace("x", "y", 1)]):
            raise ValueError(f"{name} and {name.replace('x', 'y', 1)} should have as many rows as "
                             f"each other; they have {len(array)} and "
                             f"{len(arrays[name.replace('x', 'y', 1)])}.")
    return Made(model, *arrays.values())


# --- the data ------------------------------------------------------------------------------------


def _origins(x, images):
    """For every row of `x`, the number of the image in `double(images)` that it is most like.

    Numbers from n on are turned copies. Likeness is the correlation, which does not mind how an
    image was scaled.
    """
    known = _unit(double(images, np.zeros(len(images)))[0])
    return (_unit(x) @ known.T).argmax(axis=1)


def _unit(x):
    rows = x.reshape(len(x), -1).astype(float)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def _judge_split(train, test, n):
    """Say whether no image of the test part, nor a copy of it, is in the training part."""
    if set(train) & set(test):
        return "no: the very same images"
    return "no" if set(train % n) & set(test % n) else YES


def _judge_scale(prepare, images, labels, made):
    """Say whether both parts are scaled, alike, and by numbers of the training part alone."""
    # Ink counts to 16; whatever the way of scaling, nothing is further out than 4 afterwards.
    raw = [np.abs(x).max() > 4 for x in (made.x_train, made.x_test)]
    if raw[0]:
        return "no: nothing is scaled"
    if raw[1]:
        return "no: the test part is not scaled"
    n = len(images)
    for seed in range(_SEEDS):
        run = _run(prepare, images, labels, seed)
        train, test = _origins(run.x_train, images), _origins(run.x_test, images)
        hidden = sorted(set(test % n) - set(train % n))     # the training part has not seen these
        if hidden:
            break
    else:
        return YES
    changed = images.copy()
    changed[hidden] *= 2
    if not np.allclose(_run(prepare, changed, labels, seed).x_train, run.x_train):
        return "no"
    # The same picture on both sides must look the same on both sides.
    here = [k for k, origin in enumerate(test) if origin in hidden]     # untouched, not a copy
    there = [k for k, origin in enumerate(train) if origin < n]
    if here and there:
        twins = images.copy()
        twins[train[there[0]]] = images[test[here[0]]]
        run = _run(prepare, twins, labels, seed)
        if not np.allclose(run.x_train[there[0]], run.x_test[here[0]]):
            return "no: the test part by its own numbers"
    return YES


def _in_parts(right):
    """Put what holds for the training part and for the test part into words."""
    if all(right):
        return YES
    return "no" if not any(right) else f"no: not in the {'test' if right[0] else 'training'} part"


# --- the network ---------------------------------------------------------------------------------


def _scores(model, images):
    """What a fresh float64 copy of the network answers to noise, and to the same far out."""
    if model.built:
        twin = model.astype("float64")
    else:
        twin = copy.deepcopy(model)
        twin.dtype, twin.rng = np.dtype("float64"), np.random.default_rng(0)
        twin.build((*images.shape[1:], 1))
    noise = np.random.default_rng(1).normal(size=(32, *twin.input_shape))
    return np.split(twin.predict(np.concatenate([noise, 1e4 * noise])), 2)


def _cut_off(scores):
    """Whether the lowest score is often shared: what ReLU sets to 0, and nothing else does."""
    lowest = scores - scores.min(axis=-1, keepdims=True) < 1e-12
    return bool((lowest.sum(axis=-1) > 1).mean() > 0.2)


def _judge_rest(made, train, test, labels, far, probabilities):
    """Say whether nothing else has been broken: digits, labels, copies, scores."""
    n = len(labels)
    split = not set(train % n) & set(test % n)
    for y, origins in ((made.y_train, train), (made.y_test, test)):
        numbers = y.argmax(axis=-1) if y.ndim > 1 else y
        if not np.array_equal(numbers, labels[origins % n]):
            return "no: images carry other labels"
    if len(set(train % n) | set(test % n)) < n:
        return "no: digits are missing"
    if split and len(set(test % n)) > n / 2:
        return "no: more digits to be asked about than to learn from"
    if split and not (train >= n).any():
        return "no: nothing is multiplied"
    if split and (test >= n).any():
        return "no: the test part is multiplied too"
    if far.ndim != 2 or far.shape[1] != 10:
        return "no: not one score for each of ten classes"
    # What grows without bound with its input is no sigmoid and no tanh.
    return "no: scores are squashed" if not probabilities and np.abs(far).max() < 1.01 else YES
