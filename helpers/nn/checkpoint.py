"""A training's state on disk, so that a closed laptop costs one epoch at most.

The file is an npz: plain arrays, and one of them is JSON text. It is read with
`allow_pickle=False`: a file from somebody else can be wrong, but it cannot run code.
"""

import json
import os
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np

FORMAT = 1
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,  # zipfile's word for a flipped bit in a header: "encrypted", "not supported"
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise on a file that is not what `save` wrote."""


def save(path, state, arrays):
    """Write a checkpoint in one step: a reader finds the old file or the new, never half of one.

    Parameters
    ----------
    path : path-like
    state : dict
        What JSON can hold.
    arrays : dict of str to array

    Notes
    -----
    Written beside the target, forced to disk (fsync), then renamed over it (os.replace). A full
    disk is a warning and not an error: training itself need not stop for it.
    """
    path = Path(path)
    text = json.dumps({"format": FORMAT, **state}, default=_plain).encode()
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "wb") as file:
            np.savez(file, state=np.frombuffer(text, np.uint8), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        warnings.warn(
            f"The checkpoint {path} could not be written ({error.strerror or error}). Training "
            "goes on, but could not resume from here: free some disk space or choose another path.",
            stacklevel=2,
        )
    finally:
        temporary.unlink(missing_ok=True)


def load(path):
    """Read a checkpoint.

    Returns
    -------
    (state, arrays) or None
        None where there is no file, or only a damaged one. A damaged file is set aside under
        another name, with a warning; it is never deleted.
    """
    path = Path(path)
    if not path.exists():
        return None
    if path.is_dir():
        raise ValueError(f"checkpoint names a file, such as 'training.npz'; {path} is a folder.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        state = json.loads(arrays.pop("state").tobytes())
        if not isinstance(state["format"], int):
            raise ValueError("no format number")
    except PermissionError:
        raise
    except DAMAGE as error:
        aside = _set_aside(path)
        warnings.warn(
            f"The checkpoint {path} is damaged ({type(error).__name__}) and cannot be used. It was "
            f"set aside as {aside.name}; training starts from the beginning.",
            stacklevel=2,
        )
        return None
    if state["format"] != FORMAT:
        raise ValueError(
            f"The checkpoint {path} has format {state['format']}; this version of the course reads "
            f"format {FORMAT}. Use the version that wrote it, or give fit another checkpoint path."
        )
    return state, arrays


def _set_aside(path):
    """Rename a damaged file to the first free name, and return that name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    os.replace(path, aside)
    return aside


def fingerprint(*arrays):
    """Return a number that tells two data sets apart (CRC-32 of the bytes); int."""
    crc = 0
    for array in arrays:
        crc = zlib.crc32(np.ascontiguousarray(array).view(np.uint8).reshape(-1), crc)
    return crc


def explain_difference(saved, now, path):
    """Return a sentence that says how two configurations (dicts) differ, or None if they do not."""
    now = json.loads(json.dumps(now, default=_plain))  # tuples become lists, as in the file
    differences = [
        f"{name} was {saved.get(name)!r} and is now {now[name]!r}"
        for name in now
        if saved.get(name) != now[name]
    ]
    if not differences:
        return None
    return (
        f"The checkpoint {path} belongs to another training: {'; '.join(differences)}. To resume "
        "it, use the same settings and data; to start anew, give fit another checkpoint path or "
        "remove the file."
    )


def _plain(number):
    """Let JSON write NumPy's numbers."""
    return number.item()
