"""A training's state in a store, so that whoever is killed can go on where the last one stopped.

A checkpoint is one object: some lines of text, then the arrays as NumPy writes them (npz, read
without pickle: a file from a stranger can be wrong, but it cannot run code). The first line gives
the length and a checksum of all the rest. So a file of which an end is missing, or in which a bit
has changed, is known for what it is.
"""

import contextlib
import io
import json
import re
import warnings
import zipfile
import zlib

import numpy as np

from helpers.cloud.store import StoreError

KEEP = 2
"""How many are kept: the newest, and one for the case that the newest is damaged."""

NAME = re.compile(r"step-(\d{9})\.ckpt")
HEAD = re.compile(rb"course-checkpoint-1 (\d+) (\d+)")


class Damaged(ValueError):
    """These bytes are not what `pack` made."""


def save(store, step, arrays, state=None):
    """Write the checkpoint of a step, and then take those away that are no longer needed.

    Parameters
    ----------
    store : helpers.cloud.store.Store
    step : int
        How many steps are done.
    arrays : dict of str to array
        Weights, the optimiser's memory: all that is large.
    state : dict, optional
        What JSON can hold, such as the state of a random generator.

    Raises
    ------
    StoreError
        If it cannot be written; then nothing has been taken away.
    """
    store.put(f"step-{step:09d}.ckpt", pack(step, arrays, state or {}))
    older = [name for name, number in found(store) if number < step]
    for name in older[KEEP - 1:]:
        store.delete(name)


def restore(store):
    """Read the newest checkpoint that is whole.

    Returns
    -------
    (step, arrays, state) or None
        None if there is none. Damaged ones are named in a warning and set aside under
        "damaged/"; nothing is thrown away.

    Raises
    ------
    StoreError
        If the store cannot be read at all.
    """
    for name, _ in found(store):
        data = store.get(name)
        try:
            return unpack(data)
        except Damaged as problem:
            warnings.warn(f"The checkpoint {name} cannot be used ({problem}); it is set aside and "
                          "the one before it is tried.", stacklevel=2)
        with contextlib.suppress(StoreError):      # where nothing can be written it just stays
            store.put(f"damaged/{name}", data)
            store.delete(name)
    return None


def found(store):
    """Names and steps of all checkpoints, the newest first."""
    matches = [(name, NAME.fullmatch(name)) for name in store.list("step-")]
    steps = [(name, int(match[1])) for name, match in matches if match]
    return sorted(steps, key=lambda entry: -entry[1])


def pack(step, arrays, state):
    """The bytes of a checkpoint."""
    file = io.BytesIO()
    text = json.dumps({"step": int(step), "state": state}).encode()
    np.savez(file, about=np.frombuffer(text, np.uint8), **arrays)
    body = file.getvalue()
    return b"course-checkpoint-1 %d %d\n" % (len(body), zlib.crc32(body)) + body


def unpack(data):
    """Step, arrays and state from the bytes of a checkpoint.

    Raises
    ------
    Damaged
        If anything is missing or has changed.
    """
    head, newline, body = data.partition(b"\n")
    match = HEAD.fullmatch(head)
    if not newline or not match:
        raise Damaged("its beginning is missing or is something else")
    length, checksum = int(match[1]), int(match[2])
    if len(body) != length:
        raise Damaged(f"{len(body)} bytes instead of {length}")
    if zlib.crc32(body) != checksum:
        raise Damaged("some of its bytes have changed")
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = json.loads(arrays.pop("about").tobytes())
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Damaged(f"it is not a checkpoint of this course: {error}") from None
    return about["step"], arrays, about["state"]
