"""What a client may ask, and what it is told when it asks something else.

A server must expect anything. Whatever comes is either an array of the right shape with numbers
in it, or answered by a sentence and a status of 400 to 499: the fault is the client's, and the
sentence says which. A status of 500 would say that it is the server's.
"""

import json

import numpy as np

MOST_BYTES = 4 * 2**20      # of a request's body
MOST_ROWS = 256             # images in one request


class Refused(Exception):
    """A request that is answered by `status` and a reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason


def read(body, shape, largest):
    """Images from the body of a predict request.

    Parameters
    ----------
    body : bytes
        JSON: {"instances": [image, …]} or {"inputs": [image, …]}, each image a nested list.
    shape : tuple
        Of one image.
    largest : float
        Values are from 0 to this.

    Returns
    -------
    rows : float32 (n, *shape)
    key : str
        "predictions" or "outputs", under which the answer is given.

    Raises
    ------
    Refused
        With status 400, or 413 for too many images.
    """
    asked = _json(body)
    if not isinstance(asked, dict) or ("instances" in asked) == ("inputs" in asked):
        raise Refused(400, 'expected a JSON object with "instances" (or "inputs"): a list of '
                           f"images of shape {list(shape)}")
    signature = asked.get("signature_name", "serving_default")
    if signature != "serving_default":
        raise Refused(400, f"there is no signature {str(signature)[:40]!r}; leave it out")
    key, answer = (("instances", "predictions") if "instances" in asked
                   else ("inputs", "outputs"))
    return _array(asked[key], key, shape, largest), answer


def _json(body):
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8; expected JSON") from None
    except RecursionError:
        raise Refused(400, "the body is nested too deeply") from None
    except ValueError as error:
        raise Refused(400, f"the body is not JSON: {error}") from None


def _no_number(word):
    raise ValueError(f"{word} is no JSON, and no brightness")


def _array(value, key, shape, largest):
    if not isinstance(value, list) or not value:
        raise Refused(400, f"{key} should be a list of at least one image; got "
                           f"{'an empty list' if value == [] else type(value).__name__}")
    if len(value) > MOST_ROWS:
        raise Refused(413, f"at most {MOST_ROWS} images in a request; got {len(value)}")
    try:
        rows = np.array(value)
    except (ValueError, TypeError, OverflowError):       # lists of different lengths
        rows = np.array(None)
    if rows.shape != (len(value), *shape) or rows.dtype.kind not in "iuf":
        got = "numbers of another shape" if rows.dtype.kind in "iuf" else "something else"
        found = f", {list(rows.shape[1:])}" if rows.dtype.kind in "iuf" else ""
        raise Refused(400, f"each image should be nested lists of numbers of shape {list(shape)}; "
                           f"got {got}{found}")
    if not (rows.min() >= 0 and rows.max() <= largest):
        raise Refused(400, f"values should be from 0 to {largest:g}; got from {rows.min():g} to "
                           f"{rows.max():g}")
    return rows.astype(np.float32)
