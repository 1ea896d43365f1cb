"""The roof over a program's speed: how fast this machine computes, and how fast it fetches numbers.

An operation with F FLOPs that moves Q bytes between processor and memory takes at least

    T ≥ max(F / peak, Q / bandwidth)        so that   F / T ≤ min(peak, I · bandwidth),   I = F / Q

I is its arithmetic intensity, in FLOP/byte. Left of the ridge, I < peak / bandwidth, memory is what
one waits for, right of it the processor.

Source: Williams, Waterman & Patterson (2009), "Roofline", CACM 52(4).
"""

import contextlib
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

SIDE = 1024                 # of the square matrices that are multiplied
ELEMENTS = 10_000_000       # of each array that is added: 40 MB, more than most caches hold
REPEATS = 9


@dataclass(frozen=True)
class Roof:
    """What a machine can do at best.

    Attributes
    ----------
    flops : float
        Peak, in FLOP/s of float32: the fastest of several matrix products.
    bandwidth : float
        In byte/s: the fastest of several additions of two long arrays.
    cores : int
        How many worked.
    usual_flops, usual_bandwidth : float
        The medians. Far below the fastest, other programs have been at work.
    """

    flops: float
    bandwidth: float
    cores: int = 1
    usual_flops: float = 0.0
    usual_bandwidth: float = 0.0

    @property
    def ridge(self):
        """FLOP/byte from which on the processor is what one waits for."""
        return self.flops / self.bandwidth

    def attainable(self, intensity):
        """Largest FLOP/s at some FLOP/byte: min(peak, intensity · bandwidth)."""
        return np.minimum(self.flops, np.asarray(intensity, float) * self.bandwidth)

    def seconds(self, flops, nbytes):
        """Shortest time for so many FLOPs and bytes."""
        return max(flops / self.flops, nbytes / self.bandwidth)

    def bound(self, intensity):
        """What one waits for at this intensity: "memory" or "compute"."""
        return "memory" if intensity < self.ridge else "compute"

    def __repr__(self):
        cores = "one core" if self.cores == 1 else f"{self.cores} cores"
        lines = [f"roof of {cores}       fastest      median",
                 f"peak            {self.flops / 1e9:>10.1f}  {self.usual_flops / 1e9:>10.1f}"
                 "  GFLOP/s, matrix product in float32",
                 f"bandwidth       {self.bandwidth / 1e9:>10.1f}  "
                 f"{self.usual_bandwidth / 1e9:>10.1f}  GB/s, a sum of two long arrays",
                 f"ridge           {self.ridge:>10.1f}              FLOP/byte"]
        return "\n".join(lines)


def measure(cores=1, repeats=REPEATS, side=SIDE, elements=ELEMENTS):
    """Measure the roof of this machine.

    Parameters
    ----------
    cores : int or "all"
        On how many cores to compute, each on its own part.
    repeats : int
        How often each of the two is timed.
    side : int
        Rows and columns of the matrices.
    elements : int
        Of each of the three arrays a, b, c in a = b + c. They must not fit into a cache.

    Returns
    -------
    Roof
        In about a second with the defaults.

    Raises
    ------
    ValueError
        If there are not so many cores, or nothing to measure.
    """
    cores = cores_for(cores)
    if min(repeats, side, elements) < 1:
        raise ValueError("measure: expected repeats, side and elements of 1 or more; got "
                         f"{repeats}, {side} and {elements}.")
    product, total = multiplying(side), adding(elements)
    with on_cores(cores) as run:
        flops = [2 * side**3 / t for t in timed(lambda: run(side, product), repeats)]
        moved = [12 * elements / t for t in timed(lambda: run(elements, total), repeats)]
    return Roof(max(flops), max(moved), cores, statistics.median(flops), statistics.median(moved))


def multiplying(side):
    """A product of two (side, side) matrices: function of the slice of rows it shall compute."""
    rng = np.random.default_rng(0)
    a, b = rng.random((2, side, side), dtype=np.float32)
    c = np.empty_like(a)
    return lambda rows: np.matmul(a[rows], b, out=c[rows])


def adding(elements):
    """A sum of two (elements,) arrays: function of the slice it shall compute.

    Each entry moves 12 bytes: two numbers of 4 bytes come, one goes. (Many processors also fetch
    what they are about to overwrite, which nobody asked for; it is not counted.)
    """
    b, c = np.ones(elements, np.float32), np.ones(elements, np.float32)
    a = np.zeros_like(b)
    return lambda part: np.add(b[part], c[part], out=a[part])


class Scaling(dict):
    """Seconds by operation and number of cores; the repr is a table."""

    def gain(self, name):
        """How many times as fast the most cores are as one."""
        return self[name][1] / self[name][max(self[name])]

    def __repr__(self):
        lines = ["one core, and more of them"]     # what is seen while the output is folded
        for name, seconds in self.items():
            times = ", ".join(f"{1e3 * t:.2f} ms on {n}" for n, t in seconds.items())
            lines.append(f"{name:<28}{times}: {self.gain(name):.2f} times as fast")
        return "\n".join(lines)


def scaling(cores="all", repeats=REPEATS):
    """Time a matrix product and a sum of two arrays of ten million, on one core and on several.

    Returns
    -------
    Scaling
        {"matrix product": {1: s, n: s}, "sum of two long arrays": {1: s, n: s}}, the fastest of
        `repeats` each. On one core alone, of both the same.
    """
    cores = cores_for(cores)
    found = Scaling()
    for name, size, work in [("matrix product", SIDE, multiplying(SIDE)),
                             ("sum of two long arrays", ELEMENTS, adding(ELEMENTS))]:
        found[name] = {}
        for count in dict.fromkeys([1, cores]):
            with on_cores(count) as run:
                found[name][count] = min(timed(lambda: run(size, work), repeats))  # noqa: B023
    return found


@contextlib.contextmanager
def on_cores(cores):
    """Hand out `run(size, work)`: `work` on slices of 0 … size, one for each core, at once.

    NumPy lets other threads of Python run while it computes. Its matrix product would take all
    cores by itself; here it stays on the one that asks.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), ThreadPoolExecutor(cores) as threads:
        def run(size, work):
            parts = [slice(size * k // cores, size * (k + 1) // cores) for k in range(cores)]
            if cores == 1:
                return work(parts[0])
            return list(threads.map(work, parts))

        yield run


def timed(work, repeats):
    """Seconds that each of so many calls takes, after one that warms up; list of float."""
    work()
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return seconds


def cores_for(cores):
    """How many cores are meant by a number or "all"; int."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") \
        else os.cpu_count() or 1
    if cores == "all":
        return usable
    if not isinstance(cores, int) or not 1 <= cores <= usable:
        raise ValueError(f"expected a number of cores from 1 to {usable}, which is what this "
                         f'process may use, or "all"; got {cores!r}.')
    return cores
