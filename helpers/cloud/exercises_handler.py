"""Exercise 5.10: the function behind /predict.

Reference answer, requests on which answers are compared, named mistakes and hints.
"""

import json
from itertools import combinations

import numpy as np

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

SHADES = 16.0      # the grey levels of chapter 2's digits, by which the training divided

X5_10 = exercise(
    "5.10",
    title="The function behind /predict",
    kind="fill-in",
    minutes=12,
    difficulty=3,
    importance=5,
    outputs=("status", "probabilities", "can be sent as JSON", "times the model was loaded",
             "calls of the model"),
    hints=(
        "Three things in this order: read, check, predict. What comes from outside may be "
        "anything: what must never happen is an exception, for that is a status of 500.",
        "json.loads and np.array(…, float) inside try, ValueError, KeyError and TypeError → 400. "
        "Then the shape (n, 8, 8), n ≥ 1, and np.isfinite → 400. Then one call "
        "server.model(images / 16), and .tolist().",
        SOLUTION,
    ),
)


class Server:
    """What the function is given: a model, loaded when the server started.

    Attributes
    ----------
    loads, calls : int
        How often `load` and the model were called.
    """

    def __init__(self):
        self.loads = self.calls = 0

    def load(self):
        """Read the model from disk: takes seconds, in a real server."""
        self.loads += 1
        return self.model

    def model(self, images):
        """Images (n, 8, 8), scaled as in training: 0 to 1 -> probabilities float32 (n, 10)."""
        self.calls += 1
        x = np.asarray(images, np.float32)
        weights = np.random.default_rng(5).normal(size=(64, 10)).astype(np.float32)
        scores = x.reshape(len(x), 64) @ weights
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)


@X5_10.reference
def handle(body, server):
    """Body of a request, bytes -> status, and the answer as json.dumps takes it."""
    try:
        images = np.array(json.loads(body)["instances"], float)
    except (ValueError, KeyError, TypeError):
        return 400, {"error": 'expected JSON: {"instances": [image, ...]}'}
    if images.shape[1:] != (8, 8) or len(images) == 0 or not np.isfinite(images).all():
        return 400, {"error": f"expected finite numbers of shape (n, 8, 8), got {images.shape}"}
    return 200, {"predictions": server.model(images / 16).tolist()}


@X5_10.probes
def _(rng):
    digits = rng.integers(0, 17, (3, 8, 8)).tolist()
    spoilt = rng.integers(0, 17, (2, 8, 8)).astype(float)
    spoilt[1, 3, 4] = np.nan
    return [
        (json.dumps({"instances": digits[:1]}).encode(),),
        (json.dumps({"instances": digits}).encode(),),
        (b'{"instances": [[1, 2',),
        (b'{"images": []}',),
        (b"[1, 2, 3]",),
        (json.dumps({"instances": rng.integers(0, 17, (2, 5, 5)).tolist()}).encode(),),
        (json.dumps({"instances": rng.integers(0, 17, (8, 8)).tolist()}).encode(),),
        (b'{"instances": []}',),
        (b'{"instances": [[["a"]]]}',),
        (json.dumps({"instances": spoilt.tolist()}).encode(),),
        (json.dumps({"instances": np.where(np.isnan(spoilt), np.inf, spoilt).tolist()}).encode(),),
    ]


@X5_10.harness
def serve(fn, body):
    """Call the function as a server does: an exception is a status of 500.

    Where nothing is wrong with the request the exception itself helps more, as does a name that is
    not known.
    """
    server = Server()
    try:
        result = fn(body, server)
    except Exception as error:
        if type(error).__module__.startswith("helpers.") or isinstance(error, NameError) \
                or handle(body, Server())[0] == 200:      # the kit's own: out of time …
            raise
        return 500, np.zeros((0, 10)), "yes", server.loads, server.calls
    if result is None or result is ...:
        return result
    status, answer = result
    if isinstance(status, dict) or not isinstance(answer, (dict, list, str, np.ndarray)):
        raise TypeError("first the status, then the answer: return 200, {\"predictions\": …}")
    if isinstance(answer, str) and status == 200:
        raise TypeError("the answer is text already; return the dict, the server turns it into "
                        "JSON itself")
    if status == 400 and not (isinstance(answer, dict) and "error" in answer):
        raise TypeError("a request that is refused is answered by 400, {\"error\": …}: a dict that "
                        "says what was wrong")
    found = answer.get("predictions") if isinstance(answer, dict) else answer
    told = found if status == 200 and found is not None else np.zeros((0, 10))
    return int(status), np.array(told), _sendable(answer), server.loads, server.calls


def _sendable(answer):
    try:
        json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError):
        return "no"
    return "yes"


def _read(body, faults):
    """The images of a request, or None for one that is refused."""
    if "json" in faults and "key" in faults:
        return np.array(json.loads(body)["instances"], float)
    try:
        asked = json.loads(body)
    except ValueError:
        if "json" in faults:
            raise
        return None
    try:
        return np.array(asked["instances"], float)
    except (ValueError, KeyError, TypeError):
        if "key" in faults:
            raise
        return None


def _answer(faults, scale=SHADES, shown=None, refused=None):
    """Build a handler with these faults."""
    def wrong(body, server):
        model = server.load() if "load" in faults else server.model
        no = refused or (400, {"error": "expected images of 8×8"})
        images = _read(body, faults)
        if images is None:
            return no
        if "shape" not in faults and (images.shape[1:] != (8, 8) or not len(images)):
            return no
        if "nan" not in faults and not np.isfinite(images).all():
            return no
        if "items" in faults:
            found = np.concatenate([model(image[None] / scale) for image in images])
        else:
            found = model(images / scale)
        return 200, {"predictions": shown(found) if shown else found.tolist()}
    return wrong


CHECKS = {
    "json": ("broken JSON ends in a 500", "json.loads raises where the body is no JSON. That is "
             "the client's fault: catch ValueError and answer 400."),
    "key": ("a missing or strange “instances” ends in a 500", "A list has no keys, a word is no "
            "number: catch KeyError, TypeError and ValueError around reading, and answer 400."),
    "shape": ("a wrong shape is not noticed", "The model raises at images of 5×5, which is a 500. "
              "Check the shape first, and that there is an image at all: 400."),
    "nan": ("NaN is not noticed", "Python's json accepts NaN, and the network makes ten NaNs of "
            "it, an answer that is no JSON. Check np.isfinite: 400."),
}
for _count in range(1, len(CHECKS) + 1):
    for _names in combinations(CHECKS, _count):
        _whole = len(_names) == len(CHECKS)
        _name = ("no validation: 500 instead of 400" if _whole
                 else ", and ".join(CHECKS[k][0] for k in _names))
        _why = ("Whatever a client sends, the answer is a sentence and a status of 400 to 499. An "
                "exception is a 500: the server says that it is broken." if _whole
                else " ".join(CHECKS[k][1] for k in _names))
        X5_10.mistake(_name, why=_why)(_answer(_names))
        X5_10.mistake(f"not JSON: float32 or an array, and {_name}", why=_why)(
            _answer(_names, shown=lambda found: found))

def _checked(read, unfit):
    """A handler that reads in this way, and refuses what it finds unfit."""
    def wrong(body, server):
        images = read(body)
        if images is None or unfit(images):
            return 400, {"error": "expected images of 8×8"}
        return 200, {"predictions": server.model(images / SHADES).tolist()}
    return wrong


def _fits(images):
    return images.shape[1:] == (8, 8) and len(images) > 0 and np.isfinite(images).all()


def _catching(*errors):
    """Read inside a try that catches these."""
    def read(body):
        try:
            return np.array(json.loads(body)["instances"], float)
        except errors:
            return None
    return read


def _by_get(body):
    try:
        asked = json.loads(body).get("instances")
        return None if asked is None else np.array(asked, float)
    except ValueError:
        return None


_ALL = (ValueError, KeyError, TypeError)


def _reshaped(body):
    images = _catching(*_ALL)(body)
    return None if images is None or images.size % 64 else images.reshape(-1, 8, 8)


_LIST = ("a list instead of a dict ends in a 500", "JSON may be a list, or a number. Asked for a "
         "key, a list raises a TypeError, and it has no .get. Catch TypeError, too, or ask "
         "isinstance(…, dict) first, and answer 400.")
for _name, _why, _wrong in [
    ("a missing “instances” ends in a 500", "A dict without that key raises a KeyError, a list "
     "asked for a key a TypeError. Catch them, too, and answer 400.",
     _checked(_catching(ValueError), lambda images: not _fits(images))),
    ("a missing “instances” ends in a 500", "A dict without that key raises a KeyError. Catch it, "
     "too, and answer 400.",
     _checked(_catching(ValueError, TypeError), lambda images: not _fits(images))),
    (*_LIST, _checked(_catching(ValueError, KeyError), lambda images: not _fits(images))),
    (*_LIST, _checked(_by_get, lambda images: not _fits(images))),
    ("infinity is not noticed", "Python's json accepts Infinity, and the network makes NaNs of it. "
     "np.isfinite is False for both, np.isnan for NaN only.",
     _checked(_catching(*_ALL), lambda images: images.shape[1:] != (8, 8) or not len(images)
              or np.isnan(images).any())),
    ("pressed into shape", "reshape makes images of anything that has 64 numbers in it, such as of "
     "eight rows of eight. Look at the shape as it came: (n, 8, 8), or 400.",
     _checked(_reshaped, lambda images: not _fits(images))),
]:
    X5_10.mistake(_name, why=_why)(_wrong)


PLAIN = ".tolist() makes Python's own numbers, which json.dumps can write; it refuses NumPy's."
for _name, _why, _wrong in [
    ("model loaded for each request", "Loading takes seconds, an answer milliseconds. The server "
     "has loaded server.model when it started.", _answer(["load"])),
    ("one call of the model for each image", "Each call costs something by itself, for one "
     "image as for many. Give it all images at once.", _answer(["items"])),
    ("one call for each image, and the model loaded each time", "Loading belongs to the start of "
     "the server, and all images into one call.", _answer(["items", "load"])),
    ("not JSON: float32 or an array", PLAIN, _answer([], shown=lambda found: found)),
    ("not JSON: float32 or an array", PLAIN, _answer([], shown=list)),
    ("not JSON: float32 or an array", PLAIN,
     _answer([], shown=lambda found: [list(row) for row in found])),
    ("preprocessing skew: scaled otherwise than in training", "The training divided by 16, as "
     "these digits have 16 grey levels. Divided by 255 they are nearly white, and no error tells.",
     _answer([], scale=255.0)),
    ("preprocessing skew: not scaled", "The training divided by 16. Unscaled images are 16 times "
     "as strong as any the network has seen; no error tells.", _answer([], scale=1.0)),
    ("the class instead of the probabilities", "Asked for are ten probabilities for each image: "
     "the client decides what to make of them.",
     _answer([], shown=lambda found: found.argmax(axis=1).tolist())),
    ("refused with 500", "500 says that the server is broken. What the client has done wrong is "
     "answered by 400.", _answer([], refused=(500, {"error": "no"}))),
    ("refused with 200", "A client, a load balancer and every alarm look at the status first: a "
     "request that failed must not say 200.", _answer([], refused=(200, {"error": "no"}))),
    ("refused with 404", "404 says that there is nothing at this address. The address is right, "
     "the request is not: 400.", _answer([], refused=(404, {"error": "no"}))),
    ("refused with 422", "Some frameworks say so, and it is not wrong; here it is 400, as "
     "TensorFlow Serving does.", _answer([], refused=(422, {"error": "no"}))),
]:
    X5_10.mistake(_name, why=_why)(_wrong)
