"""How much faster many workers are: Amdahl's and Gustafson's laws, and what is measured.

With p the share of the work that can be done side by side, and 1 − p the share that cannot:

    Amdahl (1967)       S(N) = 1 / ((1 − p) + p/N)   ≤ 1 / (1 − p)     the same work, sooner
    Gustafson (1988)    S(N) = (1 − p) + p·N                           more work, in the same time

In Gustafson's law p is the share of the time *with* N workers, in Amdahl's of the time with one.
"""

import statistics
import time
from typing import NamedTuple

import numpy as np

from helpers.cloud.roofline import cores_for, on_cores
from helpers.cloud.shards import sizes_for

BATCH, HIDDEN, HELD_OUT = 16_384, 256, 2048
STEPS = 20


def amdahl(p, n):
    """Speed-up of n workers on work of which a share p runs in parallel: 1/((1 − p) + p/n).

    Parameters
    ----------
    p : float or array
        From 0 to 1.
    n : float or array
        1 or more; np.inf is allowed.

    Returns
    -------
    float or array

    Raises
    ------
    ValueError
        If p is no share or n is below 1.
    """
    p, n = _checked(p, n)
    with np.errstate(divide="ignore"):
        return 1 / ((1 - p) + p / n)


def gustafson(p, n):
    """Work done by n workers in the time in which one would do 1: (1 − p) + p·n.

    Parameters and errors as in `amdahl`; p is the parallel share of the time of the n workers.
    """
    p, n = _checked(p, n)
    return (1 - p) + p * n


def efficiency(speedup, n):
    """Share of the n workers' time that was worth it: S/n."""
    return np.asarray(speedup, float) / n


def karp_flatt(speedup, n):
    """Serial share that a measured speed-up of n workers stands for: (1/S − 1/n)/(1 − 1/n).

    If it grows with n, the loss is not serial work alone: workers wait for each other, or for
    messages.

    Raises
    ------
    ValueError
        If the speed-up is not above 0, or n not above 1: one worker tells nothing.
    """
    speedup, n = np.asarray(speedup, float), np.asarray(n, float)
    if np.any(speedup <= 0) or np.any(n <= 1):
        raise ValueError("karp_flatt: expected a speed-up above 0 and more than one worker; got "
                         f"{speedup} and {n}.")
    return (1 / speedup - 1 / n) / (1 - 1 / n)


def fit_serial(workers, seconds):
    """Serial share s that fits measured times best: T(n) = T(1)·(s + (1 − s)/n).

    Parameters
    ----------
    workers : (k,) int
        1 must be among them.
    seconds : (k,) float

    Returns
    -------
    float
        By least squares, kept between 0 and 1.

    Raises
    ------
    ValueError
        If the time of one worker, or that of any other number, is missing.
    """
    n, t = np.asarray(workers, float), np.asarray(seconds, float)
    if n.shape != t.shape or n.ndim != 1 or not (n == 1).any() or not (n > 1).any() \
            or not (t > 0).all():
        raise ValueError("fit_serial: expected the seconds of 1 worker and of at least one other "
                         f"number, all above 0; got workers {workers} and seconds {seconds}.")
    gain = 1 - 1 / n
    lost = t / t[n == 1].mean() - 1 / n
    return float(np.clip(np.sum(lost * gain) / np.sum(gain**2), 0, 1))


def _checked(p, n):
    p, n = np.asarray(p, float), np.asarray(n, float)
    if not np.all((p >= 0) & (p <= 1)) or not np.all(n >= 1):
        raise ValueError("expected a share p from 0 to 1 and n of 1 worker or more; got "
                         f"p = {p} and n = {n}.")
    return p[()], n[()]


class Timing(NamedTuple):
    """Training steps with n workers.

    Attributes
    ----------
    n : int
    seconds, low, high : float
        Median of a step, and the quartiles.
    computing : float
        Of these, what the slowest worker computed: the work that is shared.
    serial : float
        What one process did alone.
    """

    n: int
    seconds: float
    low: float
    high: float
    computing: float
    serial: float

    @property
    def rest(self):
        """Messages, and waiting for a core: what is left."""
        return max(self.seconds - self.computing - self.serial, 0.0)


class Timings(list):
    """Several `Timing`; the repr is a table.

    Attributes
    ----------
    cores : int
        Of this machine. More workers than that take turns.
    """

    def __init__(self, rows, cores):
        super().__init__(rows)
        self.cores = cores

    @property
    def workers(self):
        return [row.n for row in self]

    @property
    def speedups(self):
        """T(1)/T(n) of each row."""
        one = next(row.seconds for row in self if row.n == 1)
        return [one / row.seconds for row in self]

    @property
    def serial(self):
        """Serial share by `fit_serial`, from as many workers as there are cores; None without."""
        rows = [row for row in self if row.n <= self.cores]
        if len(rows) < 2:
            return None
        return fit_serial([row.n for row in rows], [row.seconds for row in rows])

    @property
    def disturbed(self):
        """Whether other programs seem to have used the cores: n workers took over 1.4/n each."""
        one = next(row.computing for row in self if row.n == 1)
        return any(row.n * row.computing > 1.4 * one for row in self if row.n <= self.cores)

    def __repr__(self):
        lines = ["workers  step in ms (quartiles)  shared  alone  rest  speed-up  efficiency  "
                 "serial share"]
        for row, gain in zip(self, self.speedups, strict=True):
            share = "" if row.n == 1 else f"{max(karp_flatt(gain, row.n), 0):.0%}"
            low, step, high, shared, alone, rest = (
                1e3 * t for t in (row.low, row.seconds, row.high, row.computing, row.serial,
                                  row.rest))
            lines.append(f"{row.n:>5}{'*' if row.n > self.cores else ' '}{step:>9.1f} "
                         f"({low:.1f} … {high:.1f})".ljust(31)
                         + f"{shared:>8.1f}{alone:>7.1f}{rest:>6.1f}{gain:>10.2f}"
                         f"{gain / row.n:>12.0%}{share:>14}")
        if self[-1].n > self.cores:
            lines.append(f"* more workers than the {self.cores} cores: they take turns")
        if self.disturbed:
            lines.append("The shared work did not shrink as it should: other programs use the "
                         "cores. Run it again when they rest.")
        elif self.serial is not None:
            most = f", so at most {1 / self.serial:.1f} times as fast" if self.serial > 0 else ""
            lines.append(f"Amdahl's law fitted up to {self.cores} workers: serial share "
                         f"{self.serial:.0%}{most}.")
            one = next(row for row in self if row.n == 1)
            lines.append(f"Done alone is {one.serial / one.seconds:.0%} of one worker's step. What "
                         "else is lost: messages, waiting, cores that slow each other down.")
        return "\n".join(lines)


def measure(workers=(1, 2, 3, 4), steps=STEPS):
    """Time steps of a data-parallel training with real processes.

    In each step every worker computes the gradient of its shard of a batch of 16 384 digits; then
    one process alone adds the gradients up, changes the weights, and looks at 2048 images.

    Parameters
    ----------
    workers : sequence of int
        Numbers of processes; 1 must be among them.
    steps : int
        How many steps are timed for each.

    Returns
    -------
    Timings
        In some 4 s on two cores.

    Raises
    ------
    ValueError
        If 1 is missing or a number is not from 1 to 64.
    """
    from helpers.cloud.crew import Crew

    counts = sorted({int(n) for n in workers})
    if not counts or counts[0] != 1 or counts[-1] > 64 or steps < 3:
        raise ValueError("measure: expected numbers of workers from 1 to 64, with 1 among them, "
                         f"and 3 steps or more; got {list(workers)} and {steps}.")
    with Crew(counts[-1]) as crew, on_cores(1):
        training = _Training(crew)
        return Timings([training.timing(n, steps) for n in counts], cores_for("all"))


class _Training:
    """A network 64-256-10 whose gradients a crew computes: x W1, ReLU, W2, softmax."""

    def __init__(self, crew):
        from helpers.kit import data

        digits = data.load("digits")
        self.crew = crew
        x = np.resize(digits.x_train.reshape(-1, 64), (BATCH, 64)).astype(np.float32)
        self.held_out = x[:HELD_OUT]
        crew.ask([{"do": "hold"}] * len(crew.members), x, np.resize(digits.y_train, BATCH))

    def timing(self, n, steps):
        rng = np.random.default_rng(0)
        weights = [rng.normal(0, 0.1, size).astype(np.float32) for size in
                   ((64, HIDDEN), (HIDDEN, 10))]
        ends = np.cumsum([0, *sizes_for(BATCH, n)]).tolist()
        jobs = [{"do": "gradient", "rows": ends[k:k + 2]} for k in range(n)]
        times = []
        for _ in range(steps + 2):
            started = time.perf_counter()
            answers = self.crew.ask(jobs, *weights)
            alone = time.perf_counter()
            self._update(weights, answers)
            ended = time.perf_counter()
            slowest = max(words["seconds"] for words, _ in answers)
            times.append((ended - started, slowest, ended - alone))
        whole, computing, serial = zip(*times[2:], strict=True)     # the first two warm up
        low, middle, high = statistics.quantiles(whole, n=4)
        return Timing(n, middle, low, high, statistics.median(computing),
                      statistics.median(serial))

    def _update(self, weights, answers):
        """What one process does: add up, step, look at held-out images."""
        for k, W in enumerate(weights):
            W -= 0.1 / BATCH * sum(arrays[k] for _, arrays in answers)
        hidden = np.maximum(self.held_out @ weights[0], 0)
        return (hidden @ weights[1]).argmax(axis=1)
