"""What one answer costs, in four ways to ask the same network for it."""

import statistics
import tempfile
import time
from typing import NamedTuple

import numpy as np

from helpers.cloud import exporting

MANY = 128


class Call(NamedTuple):
    """One way to ask: its name, images in a call, median seconds for one *image*, quartiles."""

    name: str
    images: int
    seconds: float
    low: float
    high: float


class Calls(list):
    """Several `Call`; the repr is a table, as multiples of the exported model for one image."""

    def __repr__(self):
        one = next(call for call in self if call.images == 1 and "exported" in call.name)
        lines = [f"{'':<28}{'images':>7}{'for one image':>16}{'quartiles':>18}{'':>10}"]
        for call in self:
            ms = [1e3 * t for t in (call.seconds, call.low, call.high)]
            lines.append(f"{call.name:<28}{call.images:>7}{ms[0]:>13.3f} ms{ms[1]:>9.3f} … "
                         f"{ms[2]:<6.3f}{call.seconds / one.seconds:>8.2f} ×")
        return "\n".join(lines)


def compare(network, repeats=15):
    """Time Keras's predict, Keras's call, and the exported model, on one image and on many.

    Parameters
    ----------
    network : nn.Sequential
        As `exporting.network` returns it.
    repeats : int
        Of each; predict gets a third of them.

    Returns
    -------
    Calls
    """
    from helpers.kit import runtime

    runtime.keras()
    model = exporting.serving_model(network)
    with tempfile.TemporaryDirectory() as folder:
        exported = exporting.load(exporting.export(network, folder, 1))
    many = np.random.default_rng(0).integers(0, 256, (MANY, 28, 28)).astype(np.float32)
    one = many[:1]
    ways = [("Keras, model.predict(x)", one, lambda x: model.predict(x, verbose=0), repeats // 3),
            ("Keras, model(x)", one, lambda x: np.asarray(model(x)), repeats),
            ("exported model", one, exported, 4 * repeats),
            ("exported model, batch", many, exported, repeats)]
    return Calls(_timed(*way) for way in ways)


def _timed(name, x, call, repeats):
    call(x)
    call(x)
    seconds = []
    for _ in range(max(repeats, 3)):
        began = time.perf_counter()
        call(x)
        seconds.append((time.perf_counter() - began) / len(x))
    low, middle, high = statistics.quantiles(seconds, n=4)
    return Call(name, len(x), middle, low, high)
