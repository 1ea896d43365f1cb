"""Real data, without waiting for the network.

The default, scikit-learn's handwritten digits, comes with an installed package. MNIST and
Fashion-MNIST are fetched once, checked, and kept where Keras keeps them, so that
`keras.datasets.mnist.load_data()` finds the same files. Without a network the course says so and
goes on with the digits. What is generated instead of measured carries `real = False`.

This module is the counter; the goods lie in `digits` (with the roaming ones), `generated` (points
in the plane) and `pictures` (photographs).
"""

import contextlib
import gzip
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.kit.digits import digits, roaming
from helpers.kit.generated import Points, moons, spiral
from helpers.kit.pictures import photo, read_image
from helpers.kit.split import Split

__all__ = ["NAMES", "Points", "Split", "cache_folder", "load", "moons", "photo", "read_image",
           "roaming", "set_aside", "spiral"]

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_SILENCE = 20.0     # seconds without a byte from the server after which a download is given up


class Remote(NamedTuple):
    """One file of a data set: where Keras keeps it, how large it is, what it should contain."""

    folder: str     # inside Keras's cache
    name: str
    megabytes: float
    sha256: str


# The first checksum is the one in keras/src/datasets/mnist.py. Keras checks no checksum for
# Fashion-MNIST; those here belong to the files that Zalando Research published in 2017.
_REMOTE = {
    "mnist": (
        Remote("datasets", "mnist.npz", 11.5,
               "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    ),
    "fashion_mnist": (
        Remote("datasets/fashion-mnist", "train-images-idx3-ubyte.gz", 26.4,
               "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        Remote("datasets/fashion-mnist", "train-labels-idx1-ubyte.gz", 0.03,
               "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        Remote("datasets/fashion-mnist", "t10k-images-idx3-ubyte.gz", 4.4,
               "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        Remote("datasets/fashion-mnist", "t10k-labels-idx1-ubyte.gz", 0.005,
               "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
}
_LOCAL = {"digits": digits, "roaming": roaming}
NAMES = (*_LOCAL, *_REMOTE)


def load(name="digits", instead="digits"):
    """A data set, split for training and testing, always in the same way.

    Parameters
    ----------
    name : "digits", "roaming", "mnist" or "fashion_mnist"
        "digits" and "roaming" need no network; for other places of the roaming digits see
        `data.roaming`. The other two are downloaded once (11 and 31 MB).
    instead : "digits" or "roaming"
        What comes where a download fails: "roaming" for a network that needs 28×28 pixels.

    Returns
    -------
    Split
        digits: 1,437 and 360 images of 8×8; roaming: the same on 28×28; MNIST, Fashion-MNIST:
        60,000 and 10,000 of 28×28.
        If a download fails, a sentence says so and `instead` comes; see `Split.name`.

    Raises
    ------
    ValueError
        For an unknown name.
    """
    if instead not in _LOCAL:
        raise ValueError(f"data.load: instead is one of {', '.join(_LOCAL)}, which need no "
                         f"network; got {instead!r}")
    if name in _LOCAL:
        return _LOCAL[name]()
    if name not in _REMOTE:
        raise ValueError(f"data.load knows {', '.join(NAMES)}; got {name!r}")
    try:
        paths = [_cached(remote) for remote in _REMOTE[name]]
    except (OSError, http.client.HTTPException) as error:
        what = "roaming digits" if instead == "roaming" else instead
        print(f"{name} could not be fetched ({_reason(error)}). The course goes on with the "
              f"{what}, which need no network. Results will differ from the text about {name}.")
        return _LOCAL[instead]()
    return _mnist(*paths) if name == "mnist" else _fashion_mnist(*paths)


def _mnist(path):
    # allow_pickle=False: a file from the network may hold numbers, never code.
    with np.load(path, allow_pickle=False) as stored:
        return _split(stored["x_train"], stored["y_train"], stored["x_test"], stored["y_test"],
                      "mnist", "MNIST, Y. LeCun, C. Cortes, C. Burges, CC BY-SA 3.0")


def _fashion_mnist(train_images, train_labels, test_images, test_labels):
    return _split(_idx(train_images, 16).reshape(-1, 28, 28), _idx(train_labels, 8),
                  _idx(test_images, 16).reshape(-1, 28, 28), _idx(test_labels, 8),
                  "fashion_mnist", "Fashion-MNIST, Zalando Research 2017, MIT licence")


def _idx(path, header):
    """The bytes after the header of an IDX file (LeCun's format for MNIST)."""
    with gzip.open(path, "rb") as packed:
        return np.frombuffer(packed.read(), np.uint8, offset=header)


def _split(x_train, y_train, x_test, y_test, name, source):
    return Split((x_train / np.float32(255)).astype(np.float32), y_train.astype(np.int64),
                 (x_test / np.float32(255)).astype(np.float32), y_test.astype(np.int64),
                 name, source, real=True)


def cache_folder():
    """Where Keras keeps its files: $KERAS_HOME, or `.keras` in the home directory."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def _cached(remote):
    """The path of a file that is there and right, fetching it if need be. Raises OSError."""
    path = cache_folder() / remote.folder / remote.name
    if path.exists():
        if _sha256(path) == remote.sha256:
            return path
        aside = set_aside(path)
        print(f"{path} is damaged or incomplete. It was set aside as {aside.name} and is fetched "
              "again.")
    _fetch(remote, path)
    return path


def _fetch(remote, path):
    """Download to a temporary file beside `path`, and move it there only if it is right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if remote.megabytes > 1:
        print(f"Fetching {remote.name} ({remote.megabytes:.0f} MB) …")
    _forget_old_parts(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with (open(temporary, "wb") as out,
              urllib.request.urlopen(_ORIGIN + remote.name, timeout=_SILENCE) as answer):
            shutil.copyfileobj(answer, out)
        if _sha256(temporary) != remote.sha256:
            raise OSError("what came is not the expected file: its checksum differs")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _forget_old_parts(path):
    """Remove what a download that was killed has left behind, a day ago or longer."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > 24 * 3600:
                part.unlink()


def set_aside(path):
    """Rename a damaged file or folder to `<name>.damaged-1`, -2 …; returns the new path."""
    path = Path(path)
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    return aside


def _sha256(path):
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _reason(error):
    """A short reason for people: a URLError hides the real one inside."""
    inner = getattr(error, "reason", None)
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {inner}"
    return str(inner or error) or type(error).__name__
