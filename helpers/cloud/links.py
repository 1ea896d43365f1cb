"""How long a message takes: the α–β model, measured between two real processes.

A message of M bytes takes t = α + M/B: α seconds to get going, however short it is (the *latency*),
and then B bytes a second (the *bandwidth*). From these two numbers follows what a ring and what a
star need for an all-reduce.
"""

import socket
import statistics
import time
from typing import NamedTuple

import numpy as np

ARTICLE = 487_720       # bytes of the gradient of the article's CNN: 121 930 parameters in float32
SIZES = tuple(8 * 4 ** k for k in range(10)) + (4 * 2 ** 20,)    # bytes: 8 B … 2 MiB, 4 MiB
NETWORKS = {            # typical values: α in s, B in bytes/s
    "10 Gbit Ethernet": (50e-6, 1.25e9),
    "fast link": (5e-6, 300e9),          # between accelerators inside one machine
}


class Link(NamedTuple):
    """A measured connection.

    Attributes
    ----------
    alpha : float
        Latency in s.
    bandwidth : float
        In bytes/s.
    sizes : (k,) int
        Bytes of the messages.
    seconds, low, high : (k,) float
        Median time of one message one way, and the quartiles of the repetitions.
    """

    alpha: float
    bandwidth: float
    sizes: np.ndarray
    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def time(self, nbytes):
        """Return what the model says for messages of so many bytes: α + M/B, in s."""
        return self.alpha + np.asarray(nbytes, float) / self.bandwidth

    @property
    def misfit(self):
        """Largest distance of the model from a measured median, in parts of it."""
        return float(np.abs(self.time(self.sizes) / self.seconds - 1).max())

    def __repr__(self):
        lines = [f"α = {1e6 * self.alpha:.1f} µs a message, B = {self.bandwidth / 1e9:.2f} GB/s "
                 f"(the model misses a median by up to {self.misfit:.0%})",
                 f"{'message':>12}{'median':>12}{'quartiles':>22}{'α + M/B':>12}"]
        for size, *measured in zip(self.sizes, self.seconds, self.low, self.high, strict=True):
            middle, low, high = (1e6 * t for t in measured)
            lines.append(f"{size:>10,} B{middle:>9.1f} µs{low:>11.1f} … {high:<7.1f}"
                         f"{1e6 * float(self.time(size)):>9.1f} µs")
        return "\n".join(lines)


def measure(sizes=SIZES, seconds=0.12):
    """Play ping-pong with a second process on this machine, and fit α and B.

    Parameters
    ----------
    sizes : sequence of int
        Bytes of the messages, two different ones at least.
    seconds : float
        How long to play with each size; five rounds at least.

    Returns
    -------
    Link
        Half of the time there and back. With the defaults in some 2 seconds. Inside one machine a
        message is copied through memory: those that do not fit its caches take longer than the
        line says.

    Raises
    ------
    ValueError
        On fewer than two sizes.
    ConnectionError
        When the other process has not come, or ended.
    """
    from helpers.cloud import children

    sizes = sorted({int(size) for size in sizes})
    if len(sizes) < 2 or sizes[0] < 1:
        raise ValueError("sizes: expected at least two different numbers of bytes, each 1 or more; "
                         f"got {sizes}.")
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(30)
        port = door.getsockname()[1]
        with children.start("helpers.cloud.links_echo", str(port), name="echo", seconds=60):
            try:
                connection, _ = door.accept()
            except TimeoutError:
                raise ConnectionError("The echoing process did not come within 30 s.") from None
            with connection:
                connection.settimeout(20)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                times = [_ping_pong(connection, size, seconds) for size in sizes]
    low, middle, high = np.array([statistics.quantiles(one, n=4) for one in times]).T
    alpha, bandwidth = fit(sizes, middle)
    return Link(alpha, bandwidth, np.array(sizes), middle, low, high)


def fit(sizes, seconds):
    """Fit t = α + M/B to measured times, so that *relative* errors are smallest.

    Minimises Σ ((α + M/B)/t − 1)². With plain least squares the longest messages alone would
    decide, and α, which only short ones show, would be anything.

    Parameters
    ----------
    sizes : (k,) bytes
    seconds : (k,) s

    Returns
    -------
    alpha : float, in s (not below 0)
    bandwidth : float, in bytes/s
    """
    sizes, seconds = np.asarray(sizes, float), np.asarray(seconds, float)
    rows = np.stack([1 / seconds, sizes / seconds], axis=1)
    scale = np.abs(rows).max(axis=0)        # α and 1/B differ by many powers of ten
    alpha, slope = np.linalg.lstsq(rows / scale, np.ones(len(sizes)), rcond=None)[0] / scale
    if alpha < 0:
        alpha, slope = 0.0, rows[:, 1].sum() / (rows[:, 1] ** 2).sum()
    return float(alpha), float(1 / slope) if slope > 0 else float("inf")


def ring_time(n, nbytes, alpha, bandwidth):
    """Seconds of an all-reduce in a ring: 2(N−1)α + 2(N−1)/N · M/B.

    2(N−1) steps, in each of which every worker sends M/N bytes, all at the same time.

    Parameters
    ----------
    n : int
        Workers, N.
    nbytes : float
        Bytes of the vector, M.
    alpha, bandwidth : float
        Of each link, in s and bytes/s.

    References
    ----------
    P. Patarasuk, X. Yuan, Journal of Parallel and Distributed Computing 69, 2009.
    """
    n = np.asarray(n, float)
    return 2 * (n - 1) * alpha + 2 * (n - 1) / n * nbytes / bandwidth


def star_time(n, nbytes, alpha, bandwidth):
    """Seconds of an all-reduce through one server: 2α + 2N · M/B.

    All N send at once, and the server's one link carries N·M bytes in, then N·M bytes out.
    Parameters as in `ring_time`.
    """
    return 2 * alpha + 2 * np.asarray(n, float) * nbytes / bandwidth


def crossover(n, alpha, bandwidth):
    """Bytes at which ring and star take equally long; for shorter vectors the star wins.

    M* = (N−2)αB / (N − (N−1)/N), 0 for two workers.
    """
    n = np.asarray(n, float)
    return (n - 2) * alpha * bandwidth / (n - (n - 1) / n)


def table(nbytes=ARTICLE, workers=(2, 4, 8, 64), networks=None):
    """Lay ring and star side by side, as text.

    Parameters
    ----------
    nbytes : int
        Bytes of the vector; the gradient of the article's CNN if not given.
    workers : sequence of int
    networks : dict name → (alpha, bandwidth), or name → Link, optional
    """
    lines = [f"all-reduce of {nbytes:,} bytes; times in ms",
             f"{'':<22}{'workers':>8}{'ring':>10}{'star':>10}"]
    for name, link in (networks or NETWORKS).items():
        alpha, bandwidth = link[:2]
        for n in workers:
            times = (1e3 * float(f(n, nbytes, alpha, bandwidth)) for f in (ring_time, star_time))
            lines.append(f"{name:<22}{n:>8}" + "".join(f"{t:>10.3f}" for t in times))
    return "\n".join(lines)


def _ping_pong(connection, size, seconds):
    """Times of one message of `size` bytes one way, in s; what goes first is not counted."""
    message, back = bytes(size), bytearray(size)
    times = []
    connection.sendall(size.to_bytes(8, "little"))
    until = time.perf_counter() + seconds
    while len(times) < 6 or time.perf_counter() < until and len(times) < 2000:
        started = time.perf_counter()
        connection.sendall(b"\1" + message)
        receive(connection, back)
        times.append((time.perf_counter() - started) / 2)
    connection.sendall(b"\0")
    return times[1:]


def receive(connection, space):
    """Fill `space`, a bytearray, from a socket.

    Raises
    ------
    ConnectionError
        When the other side has closed the connection.
    """
    view = memoryview(space)
    while view.nbytes:
        came = connection.recv_into(view)
        if came == 0:
            raise ConnectionError("The other process closed the connection: it has ended.")
        view = view[came:]
