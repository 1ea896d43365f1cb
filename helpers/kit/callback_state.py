"""What the callbacks of a `fit` remember, to be kept on disk and given back.

Early stopping counts the epochs without progress and holds the best weights. Keras starts that
count anew in every `fit`, also in one that goes on where another was interrupted: the patience is
then longer than was asked for, and the best weights of the first part are lost.
"""

import sys

import numpy as np

# What each class of Keras remembers from epoch to epoch; subclasses remember the same.
_REMEMBERED = {
    "EarlyStopping": ("wait", "best", "best_epoch", "stopped_epoch", "best_weights"),
    "ReduceLROnPlateau": ("wait", "best", "cooldown_counter"),
    "ModelCheckpoint": ("best",),
    "History": ("epoch", "history"),
}


def fit_of(callback):
    """The callbacks and the data of the `fit` that is calling this callback.

    Keras tells a callback neither of the two. The functions that are waiting for it to return
    know both: the list of callbacks, and above it `fit` with its argument `x`.

    Returns
    -------
    list of keras.callbacks.Callback, and what `fit` was given as `x` (None if unknown)
    """
    import keras

    frame = sys._getframe(1)
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, keras.callbacks.CallbackList):
            fit = frame.f_back
            return list(caller.callbacks), fit.f_locals.get("x") if fit is not None else None
        frame = frame.f_back
    return [callback], None


def collect(callbacks):
    """What these callbacks remember.

    Returns
    -------
    plain : dict key → dict attribute → number, list or dict
        For a JSON file. The key says which callback: class and number.
    arrays : dict name → array
        For an NPZ file: the best weights.
    """
    plain, arrays = {}, {}
    for key, callback, attributes in _remembering(callbacks):
        values = {name: getattr(callback, name, None) for name in attributes}
        best = values.pop("best_weights", None)
        if best is not None:
            values["best_weights"] = len(best)
            arrays |= {f"{key}.{i}": np.asarray(weight) for i, weight in enumerate(best)}
        plain[key] = _plain(values)
    return plain, arrays


def give_back(callbacks, plain, arrays):
    """Let the callbacks remember what `collect` found. One that was not there then stays fresh."""
    for key, callback, attributes in _remembering(callbacks):
        values = dict(plain.get(key, {}))
        count = values.pop("best_weights", None)
        if count is not None:
            callback.best_weights = [arrays[f"{key}.{i}"] for i in range(count)]
        for name in attributes:
            if name in values:
                setattr(callback, name, values[name])


def _remembering(callbacks):
    """Those of the callbacks that remember something, as (key, callback, attributes)."""
    import keras

    seen = {}
    for callback in callbacks:
        for kind, attributes in _REMEMBERED.items():
            if isinstance(callback, getattr(keras.callbacks, kind)):
                seen[kind] = seen.get(kind, 0) + 1
                yield f"{kind}-{seen[kind]}", callback, attributes


def _plain(value):
    """Numbers, lists and dicts as JSON knows them. A float comes back from JSON bit by bit."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else array.tolist()
