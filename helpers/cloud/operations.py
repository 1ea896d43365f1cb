"""The operations of the article's network under the roof: FLOPs, bytes, and the time they take.

FLOPs are additions, multiplications, comparisons and exponentials, one each; a bias is left out.
Bytes are what must be moved at least, in float32: every input and every weight comes once, every
output goes once.

    dense      2·N·D·H               4·(N·D + D·H + H + N·H)
    conv       2·N·H′·W′·F·k²·C      4·(N·H·W·C + k²·C·F + F + N·H′·W′·F)
    ReLU       N·H·W·C               4·2·N·H·W·C
    add        N·H·W·C               4·3·N·H·W·C
    pool 2×2   3·N·H′·W′·C           4·(N·H·W·C + N·H′·W′·C)
    softmax    5·N·K                 4·2·N·K
"""

import statistics
import time
from typing import NamedTuple

import numpy as np

from helpers.cloud.roofline import Roof, on_cores

COLD = 96 * 2**20       # bytes; inputs and outputs are spread over so many, more than caches hold
TURNS = 40              # most calls that one operation is timed in
N = -1                  # stands for the batch in a shape
SECONDS = 0.25          # … and the time after which it is enough


class Work(NamedTuple):
    """What one operation has to do at a batch size: FLOPs, and bytes that must move at least."""

    flops: int
    incoming: int
    weights: int
    outgoing: int

    @property
    def nbytes(self):
        """Bytes in all."""
        return self.incoming + self.weights + self.outgoing

    @property
    def intensity(self):
        """FLOP/byte."""
        return self.flops / self.nbytes


def conv(batch, side, channels, filters, kernel=3):
    """Convolution of (batch, side, side, channels), valid, with a bias."""
    out = batch * (side - kernel + 1)**2 * filters
    weights = kernel**2 * channels * filters + filters
    return Work(2 * out * kernel**2 * channels, 4 * batch * side**2 * channels, 4 * weights,
                4 * out)


def dense(batch, inputs, units):
    """x (batch, inputs) @ W (inputs, units) + b."""
    return Work(2 * batch * inputs * units, 4 * batch * inputs, 4 * (inputs * units + units),
                4 * batch * units)


def relu(batch, values):
    """max(z, 0) of so many values for each example."""
    return Work(batch * values, 4 * batch * values, 0, 4 * batch * values)


def add(batch, values):
    """Sum of two arrays, as at the end of a way around a layer."""
    return Work(batch * values, 8 * batch * values, 0, 4 * batch * values)


def pool(batch, side, channels):
    """2×2 maximum: three comparisons for each output."""
    out = batch * (side // 2)**2 * channels
    return Work(3 * out, 4 * batch * side**2 * channels, 0, 4 * out)


def softmax(batch, classes):
    """Largest, difference, exponential, sum and quotient: five FLOPs a value."""
    return Work(5 * batch * classes, 4 * batch * classes, 0, 4 * batch * classes)


#: The article's network on images of 28×28. ReLU and pool are the first ones, of 26×26×32; a sum
#: of two such maps it does not have.
OPERATIONS = {
    "conv 1→32": lambda n: conv(n, 28, 1, 32),
    "ReLU": lambda n: relu(n, 26 * 26 * 32),
    "max pool": lambda n: pool(n, 26, 32),
    "conv 32→64": lambda n: conv(n, 13, 32, 64),
    "dense 1600→64": lambda n: dense(n, 1600, 64),
    "softmax": lambda n: softmax(n, 10),
    "add": lambda n: add(n, 26 * 26 * 32),
}


class Operation(NamedTuple):
    """One operation, counted and timed.

    Attributes
    ----------
    name : str
    batch : int
    flops, nbytes : int
    seconds : float
        Median of one call.
    """

    name: str
    batch: int
    flops: int
    nbytes: int
    seconds: float

    @property
    def intensity(self):
        """FLOP/byte."""
        return self.flops / self.nbytes

    @property
    def speed(self):
        """FLOP/s that were reached."""
        return self.flops / self.seconds


class Operations(list):
    """Several `Operation`, with the roof they stand under; the repr is a table."""

    def __init__(self, rows, roof=None):
        super().__init__(rows)
        self.roof = roof

    def __repr__(self):
        head = f"{'operation':<18}{'batch':>6}{'MFLOP':>10}{'MB':>9}{'FLOP/byte':>11}"
        head += f"{'measured':>12}"
        head += f"{'roof':>11}   waits for" if self.roof else ""
        return "\n".join([head, *map(self._line, self)])

    def _line(self, row):
        line = (f"{row.name:<18}{row.batch:>6}{row.flops / 1e6:>10.3f}{row.nbytes / 1e6:>9.3f}"
                f"{row.intensity:>11.2f}{1e3 * row.seconds:>9.3f} ms")
        if self.roof is None:
            return line
        least = self.roof.seconds(row.flops, row.nbytes)
        return f"{line}{1e3 * least:>8.3f} ms   {self.roof.bound(row.intensity)}"


def operations(batch=32, roof=None):
    """Time the operations of the article's network, forward, on one core.

    Parameters
    ----------
    batch : int or sequence of int
        Images; several are measured one after the other.
    roof : Roof, optional
        For the table's last columns: the shortest time under it, and what one waits for there.

    Returns
    -------
    Operations
        One row for each operation and batch; some 2 s for one batch.

    Raises
    ------
    ValueError
        If a batch is no whole number of 1 or more.
    """
    batches = [batch] if np.ndim(batch) == 0 else list(batch)
    if not batches or any(int(n) != n or n < 1 for n in batches):
        raise ValueError(f"operations: expected a batch of 1 or more images; got {batch!r}.")
    if roof is not None and not isinstance(roof, Roof):
        raise ValueError("operations: expected a Roof, such as roofline.measure() gives; got "
                         f"{type(roof).__name__}.")
    return Operations((_timed(name, int(n)) for n in batches for name in OPERATIONS), roof)


def _timed(name, batch):
    work = OPERATIONS[name](batch)
    return Operation(name, batch, work.flops, work.nbytes, _time(name, batch))


def _time(name, batch):
    """Median seconds of one operation whose data come from memory: each call gets other arrays."""
    shapes, run = RUN[name]
    copies = min(max(COLD // OPERATIONS[name](batch).nbytes, 1), TURNS)
    some = np.random.default_rng(0).random(100_000, dtype=np.float32)
    prepared = [[np.resize(some, [batch if n == N else n for n in shape]) for shape in shapes]
                for _ in range(copies)]
    seconds, ending = [], time.perf_counter() + SECONDS
    with on_cores(1):
        run(*prepared[0])
        while len(seconds) < TURNS and (len(seconds) < 3 or time.perf_counter() < ending):
            arrays = prepared[len(seconds) % copies]
            started = time.perf_counter()
            run(*arrays)
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _convolve(x, W, b):
    from helpers.nn.convolution_fast import forward
    from helpers.nn.windows import windows_of

    return forward(x, W, b, windows_of(x.shape[1:3], W.shape[:2], (1, 1), "valid"))


def _dense(x, W, b, y):
    np.matmul(x, W, out=y)
    return np.add(y, b, out=y)


def _pool(x, y):
    np.maximum(x[:, ::2, ::2], x[:, ::2, 1::2], out=y)
    np.maximum(y, x[:, 1::2, ::2], out=y)
    return np.maximum(y, x[:, 1::2, 1::2], out=y)


def _softmax(z, y):
    np.exp(z - z.max(axis=-1, keepdims=True), out=y)
    return np.divide(y, y.sum(axis=-1, keepdims=True), out=y)


_MAPS = (N, 26, 26, 32)
RUN = {     # shapes of what each operation gets, its output included, and how it is done
    "conv 1→32": ([(N, 28, 28, 1), (3, 3, 1, 32), (32,)], _convolve),
    "ReLU": ([_MAPS, _MAPS], lambda z, y: np.maximum(z, 0, out=y)),
    "max pool": ([_MAPS, (N, 13, 13, 32)], _pool),
    "conv 32→64": ([(N, 13, 13, 32), (3, 3, 32, 64), (64,)], _convolve),
    "dense 1600→64": ([(N, 1600), (1600, 64), (64,), (N, 64)], _dense),
    "softmax": ([(N, 10), (N, 10)], _softmax),
    "add": ([_MAPS, _MAPS, _MAPS], lambda a, b, y: np.add(a, b, out=y)),
}
