"""The machine under the notebook: what it has, how much to ask of it, and a quiet start.

Nothing here imports TensorFlow until `tensorflow()`, `keras()` or `device()` is called, so that a
chapter that does not need it starts at once.
"""

import contextlib
import json
import os
import random
import sys
import tempfile
from typing import NamedTuple

import numpy as np

from helpers.kit import machine
from helpers.kit import plan as plans
from helpers.kit.checkpoint import resumable
from helpers.kit.machine import cpu_name, online
from helpers.kit.seeding import seed_keras

__all__ = ["describe", "device", "keras", "online", "plan", "profile", "resumable",
           "seed_everything", "tensorflow"]

_PROFILES = {"quick": "quick", "fast": "quick", "full": "full"}
_seed = None        # what seed_everything was last given, for a TensorFlow that starts later


class Device(NamedTuple):
    """What Keras computes on. Printed: `GPU: NVIDIA L4 (tensorflow)`."""

    kind: str       # "CPU", "GPU" or "TPU"
    name: str
    backend: str    # "tensorflow", "jax" or "torch"
    count: int
    capability: tuple | None = None     # of an NVIDIA card, such as (8, 9); None for others

    def __str__(self):
        several = f"{self.count} × " if self.count > 1 else ""
        return f"{self.kind}: {several}{self.name} ({self.backend})"


def profile(choice=None):
    """How much to compute: "quick" (a laptop, the default) or "full" (a GPU, or patience).

    Parameters
    ----------
    choice : str, optional
        Goes before the environment variable NB_PROFILE. "fast" is another word for "quick".

    Raises
    ------
    ValueError
        For any other word.
    """
    word = choice if choice is not None else os.environ.get("NB_PROFILE") or "quick"
    if str(word).strip().lower() not in _PROFILES:
        where = "runtime.profile" if choice is not None else "The environment variable NB_PROFILE"
        raise ValueError(f"{where} should be 'quick' or 'full'; got {word!r}")
    return _PROFILES[str(word).strip().lower()]


def seed_everything(seed=0):
    """Start every random generator from the same number.

    Python's, NumPy's, and Keras's with its backend. Where Keras is not loaded yet, it gets the
    seed as soon as `tensorflow()` or `keras()` loads it.

    Parameters
    ----------
    seed : int, 0 … 2³²−1

    Returns
    -------
    numpy.random.Generator
        A generator of its own, better than NumPy's global one: pass it on to what draws.
    """
    global _seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32:
        raise ValueError(f"seed should be a whole number from 0 to 2**32 - 1; got {seed!r}")
    _seed = int(seed)
    random.seed(_seed)
    np.random.seed(_seed)
    if "keras" in sys.modules:
        _give_seed_to_keras()
    return np.random.default_rng(_seed)


def _give_seed_to_keras():
    """Give Keras the pending seed, without touching Python's and NumPy's generators."""
    if _seed is None:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _quiet_start():    # on another backend too, Keras imports TensorFlow to seed it
        seed_keras(_seed)


def tensorflow():
    """Import TensorFlow quietly, and let it take GPU memory only as it needs it.

    Returns
    -------
    module
        The same as `import tensorflow as tf`, without some 1,300 characters of start-up notes.

    Raises
    ------
    ImportError
        With what TensorFlow itself said, if it cannot be imported.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _quiet_start():
        import tensorflow as tf
        gpus = [one for one in tf.config.list_physical_devices() if one.device_type == "GPU"]
    for gpu in gpus:
        with contextlib.suppress(RuntimeError, ValueError):     # too late, or not supported there
            tf.config.experimental.set_memory_growth(gpu, True)
    if _backend() == "tensorflow":
        _give_seed_to_keras()
    return tf


def keras():
    """Import Keras quietly, on the backend that KERAS_BACKEND names (TensorFlow by default)."""
    if "keras" in sys.modules:
        return sys.modules["keras"]
    if _backend() == "tensorflow":
        tensorflow()
    with _quiet_start():
        import keras as keras_module
    _give_seed_to_keras()
    return keras_module


@contextlib.contextmanager
def _quiet_start():
    """Keep a start from being heard, and from drawing random numbers that a notebook counts on.

    Where JAX is installed too, importing TensorFlow imports it, and it draws from NumPy's global
    generator. So Python's and NumPy's are put back to where they were.
    """
    before = random.getstate(), np.random.get_state()
    with _turned_away():
        yield
    random.setstate(before[0])
    np.random.set_state(before[1])


@contextlib.contextmanager
def _turned_away():
    """Turn file descriptor 2 away: the notes come from C++, which does not know `sys.stderr`.

    They are kept in a file, and shown after all if the block fails. Where descriptor 2 is closed
    there is nothing to turn away.
    """
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    with tempfile.TemporaryFile() as notes:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(notes.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            notes.seek(0)
            os.write(2, notes.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _backend():
    """The backend that Keras has, or would take if it were imported now."""
    if "keras" in sys.modules:
        return sys.modules["keras"].backend.backend()
    return os.environ.get("KERAS_BACKEND") or _configured_backend() or "tensorflow"


def _configured_backend():
    """What Keras's own settings file, ~/.keras/keras.json, says; None if it says nothing."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    try:
        with open(os.path.join(home, "keras.json"), encoding="utf-8") as file:
            return json.load(file).get("backend")
    except (OSError, ValueError, AttributeError):
        return None


def device():
    """What Keras computes on, found and named. Imports the backend, which takes seconds.

    Returns
    -------
    Device
        kind, name, backend, count
    """
    backend = _backend()
    finders = {"tensorflow": _tensorflow_device, "jax": _jax_device, "torch": _torch_device}
    if backend not in finders:
        raise ValueError(f"KERAS_BACKEND should be one of {', '.join(finders)}; got {backend!r}")
    found = finders[backend]()
    kind, name, count, capability = found or ("CPU", cpu_name(), 1, None)
    return Device(kind, name, backend, count, capability)


def plan(n_examples, batch_size=32):
    """How to train on this machine: batch size, numbers, compilation, data.

    Parameters
    ----------
    n_examples : int
        How many examples there are to learn from: `len(x_train)`.
    batch_size : int
        What you would choose on a laptop. A graphics card with enough examples gets more.

    Returns
    -------
    helpers.kit.plan.Plan
        Shown, a table with a reason for each choice. Used:

        >>> with plan.scope():
        ...     model = keras.Sequential([…, keras.layers.Dense(10, dtype="float32")])
        >>> model.compile(optimizer=keras.optimizers.Adam(1e-3 * plan.learning_rate_factor),
        ...               loss=…, **plan.compile)
        >>> model.fit(plan.batches(x_train, y_train, seed=0), epochs=10)

    Raises
    ------
    ValueError
        If one of the numbers is no whole number from 1 on.

    Notes
    -----
    The choices for a CPU were measured with this course's networks. Those for graphics cards follow
    what the makers of TensorFlow, JAX and the cards recommend.
    """
    return plans.plan(device(), n_examples, batch_size)


def _tensorflow_device():
    tf = tensorflow()
    for kind in ("TPU", "GPU"):
        found = tf.config.list_physical_devices(kind)
        if found:
            details = tf.config.experimental.get_device_details(found[0])
            return (kind, details.get("device_name") or found[0].name, len(found),
                    details.get("compute_capability"))
    return None


def _jax_device():
    with _quiet_start():
        import jax
        found = jax.devices()
    if found[0].platform == "cpu":
        return None
    kind = "TPU" if found[0].platform == "tpu" else "GPU"
    return kind, found[0].device_kind, len(found), _capability(found[0])


def _capability(card):
    """What JAX says of an NVIDIA card, such as "8.9", as numbers: (8, 9)."""
    with contextlib.suppress(AttributeError, ValueError):
        return tuple(map(int, card.compute_capability.split(".")))
    return None


def _torch_device():
    with _quiet_start():
        import torch
        if torch.cuda.is_available():
            return ("GPU", torch.cuda.get_device_name(0), torch.cuda.device_count(),
                    torch.cuda.get_device_capability(0))
        if torch.backends.mps.is_available():
            return "GPU", "Apple GPU (MPS)", 1, None
    return None


def describe():
    """What this machine is, as a table for a notebook's first cell.

    Returns
    -------
    Description
        Versions, cores, memory, graphics card, network, profile. Takes about a second, imports
        no TensorFlow, and does not hang where the network does.
    """
    return machine.describe(_backend(), profile())
