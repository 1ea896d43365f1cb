"""Serving as a notebook does it: start a server, ask it, look at its numbers, stop it.

    server = serving.serve(folder)
    serving.ask(server.url, images)
    server.stop()
"""

import json
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np

from helpers.cloud import children
from helpers.cloud.exporting import LARGEST, SHAPE

SOON = 120      # seconds that a server may take: TensorFlow needs 5, on a busy machine 20


class Refusal(ValueError):
    """The server has answered by a status of 400 or more; `status` and `reason` say which."""

    def __init__(self, status, reason):
        super().__init__(f"status {status}: {reason}")
        self.status, self.reason = status, reason


class Server:
    """A model server that runs as a child of this process.

    Attributes
    ----------
    url : str
        Of the model, such as http://127.0.0.1:8501/v1/models/digits.
    root : str
        Of the server: /metrics, /healthz and /readyz are there.
    child : helpers.cloud.children.Child
    folder : pathlib.Path
        Its versions.
    """

    def __init__(self, child, root, name, folder):
        self.child, self.root, self.folder = child, root, Path(folder)
        self.url = f"{root}/v1/models/{name}"

    def stop(self, grace=15):
        """Ask it to end; requests under way are answered first. Returns its exit status."""
        return self.child.stop(grace)

    def tail(self, lines=20):
        """The end of its log."""
        return self.child.tail(lines)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def __repr__(self):
        return f"{self.url} ({children.ending(self.child.returncode)}, pid {self.child.pid})"


def serve(folder, name="digits", seconds=900, **options):
    """Start a server, and wait until it is ready.

    Parameters
    ----------
    folder : path-like
        With numbered versions; see `exporting.export`.
    name : str
    seconds : float
        After so long it ends itself.
    **options
        Those of `python -m helpers.cloud.server`, with _ in place of -: max_batch, max_wait …

    Returns
    -------
    Server

    Raises
    ------
    RuntimeError
        If it does not become ready; with the end of its log.
    """
    port = options.pop("port", None) or children.free_port()
    flags = [word for key, value in options.items()
             for word in (f"--{key.replace('_', '-')}", value)]
    child = children.start("helpers.cloud.server", "--folder", folder, "--name", name,
                           "--port", port, *flags, name=f"server-{port}", seconds=seconds)
    server = Server(child, f"http://127.0.0.1:{port}", name, folder)
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline and child.running:
        try:
            if json.loads(get(server.root + "/readyz", seconds=2)).get("pid") == child.pid:
                return server
        except Refusal:         # it is up and has looked: no version could be loaded
            break
        except (OSError, ValueError, AttributeError):       # not yet up, or somebody else's port
            pass
        time.sleep(0.05)
    why = _reasons(server.url) if child.running else ""
    child.stop()
    raise RuntimeError(f"The server did not become ready. {why}\n{child.tail()}")


def _reasons(url):
    """Why no version could be loaded, as far as the server can say."""
    try:
        rows = json.loads(get(url, seconds=5))["model_version_status"]
    except OSError:
        return ""
    return " ".join(f"Version {row['version']}: {row['status']['error_message']}" for row in rows
                    ) or "There is no version in its folder: see exporting.export."


def ask(url, images, version=None):
    """Probabilities (n, 10) for images (n, 28, 28) or one image (28, 28), grey levels 0 … 255.

    Raises
    ------
    Refusal
        If the server answers by anything but 200.
    """
    images = np.asarray(images)
    one = images.ndim == len(SHAPE)
    body = json.dumps({"instances": (images[None] if one else images).tolist()}).encode()
    where = url if version is None else f"{url}/versions/{version}"
    answer = np.array(post(f"{where}:predict", body)["predictions"])
    return answer[0] if one else answer


def status(url):
    """{version: state} of all versions, such as {2: "AVAILABLE", 1: "AVAILABLE"}."""
    rows = json.loads(get(url))["model_version_status"]
    return {int(row["version"]): row["state"] for row in rows}


def metrics(url):
    """Names and values of what the server has counted: {"predict_requests_total{…}": 3.0, …}.

    `url` is a server's `url` or its `root`.
    """
    lines = get(url.partition("/v1/")[0] + "/metrics").decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def post(url, body):
    """Send bytes, return the JSON that comes back."""
    headers = {"Content-Type": "application/json"}
    return json.loads(get(urllib.request.Request(url, body, headers)))


def get(request, seconds=30):
    """The body of an answer, for which to wait so long at most."""
    try:
        with _direct().open(request, timeout=seconds) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode("utf-8", "replace")
        try:
            reason = json.loads(text)["error"]
        except (ValueError, KeyError, TypeError):
            reason = text
        raise Refusal(error.code, reason) from None
    except (urllib.error.URLError, ConnectionError) as error:
        where = getattr(request, "full_url", request)
        raise ConnectionError(f"Nobody answers at {where} ({getattr(error, 'reason', error)}). "
                              "Does the server still run? print(server), server.tail()") from None


def _direct():
    """No proxy: 127.0.0.1 is this machine."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def remote(url):
    """A network that asks this server; see `helpers.cloud.remote`. Chapter 3's pad takes it."""
    from helpers.cloud import remote as elsewhere

    return elsewhere.network(url)


def go_back(folder, version):
    """Pin a version: a server that watches the folder serves it until `go_back(folder, None)`."""
    from helpers.cloud.versions import PINNED

    file = Path(folder) / PINNED
    if version is None:
        file.unlink(missing_ok=True)
        return
    if not (Path(folder) / str(version)).is_dir():
        raise ValueError(f"go_back: there is no version {version} in {folder}.")
    temporary = file.with_suffix(".tmp")
    temporary.write_text(json.dumps({"version": int(version)}), encoding="utf-8")
    temporary.replace(file)


def folder(name="digits"):
    """A new folder for the versions of a model."""
    return Path(tempfile.mkdtemp(prefix="course-models-")) / name


def pixels(images):
    """Images with values from 0 to 1 as grey levels: uint8, 0 … 255."""
    return np.round(np.asarray(images) * LARGEST).astype(np.uint8)
