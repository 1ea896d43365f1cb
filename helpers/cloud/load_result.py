"""What a load test has found, and how it is told."""

import json
from collections import Counter
from typing import NamedTuple

import numpy as np

from helpers.cloud.latencies import percentiles
from helpers.cloud.load_generator import BROKEN, TIMED_OUT

LATE = 0.010        # s after its moment: a request that was sent later is called late
WORDS = {TIMED_OUT: "no answer in time", BROKEN: "connection broken"}


class LoadResult(NamedTuple):
    """The requests of a load test, those of the warm-up left out; all times in s.

    Attributes
    ----------
    how : str
        "8 users" or "100 requests/s".
    seconds : float
        How long requests were due, warm-up left out.
    due, sent, done : (n,) float
        When each request should have been sent, was sent, and was answered.
    status : (n,) int
        HTTP status; 0 if no answer came in time, −1 if the connection broke.
    rate : float or None
        Requests/s of an open loop.
    """

    how: str
    seconds: float
    due: np.ndarray
    sent: np.ndarray
    done: np.ndarray
    status: np.ndarray
    rate: float | None = None

    @property
    def latencies(self):
        """Seconds from the moment when a request was due; sorted out are those that were refused.

        Answers 200, and requests that got no answer in time: leaving those out would make a server
        look good that answers none. A refusal such as 429 comes quickly and would do so as well.
        """
        return (self.done - self.due)[self._counted]

    @property
    def uncorrected(self):
        """The same from the moment when it was sent: what a generator finds that waits its turn."""
        return (self.done - self.sent)[self._counted]

    @property
    def _counted(self):
        return (self.status == 200) | (self.status == TIMED_OUT)

    p50 = property(lambda self: float(percentiles(self.latencies, 50)[0]), doc="Median latency, s.")
    p95 = property(lambda self: float(percentiles(self.latencies, 95)[0]), doc="In s.")
    p99 = property(lambda self: float(percentiles(self.latencies, 99)[0]), doc="In s.")

    @property
    def throughput(self):
        """Answers 200 in a second."""
        good = self.status == 200
        if not good.any():
            return 0.0
        return float(good.sum() / max(self.seconds, self.done[good].max() - self.due.min()))

    @property
    def errors(self):
        """Dict what happened instead of an answer 200 → how often."""
        found = Counter(self.status[self.status != 200].tolist())
        return {WORDS.get(status, f"status {status}"): n for status, n in sorted(found.items())}

    @property
    def late(self):
        """Share of the requests that were sent more than 10 ms after they were due."""
        return float((self.sent - self.due > LATE).mean()) if len(self.due) else 0.0

    def __repr__(self):
        lines = [f"{self.how}: {len(self.due)} requests in {self.seconds:g} s, "
                 f"{self.throughput:.0f} answers/s",
                 f"{'':<22}{'p50':>11}{'p95':>11}{'p99':>11}", _row("latency", self.latencies)]
        if self.late > 0:
            lines += [_row("counted from sending", self.uncorrected),
                      f"{self.late:.0%} were sent more than 10 ms late: no connection was free, or "
                      "the generator was too slow"]
        lines += [f"{n} × {what}" for what, n in self.errors.items()]
        return "\n".join(lines)

    def to_json(self):
        """The whole as text; `read` makes the same of it again."""
        return json.dumps({key: value.tolist() if isinstance(value, np.ndarray) else value
                           for key, value in self._asdict().items()})


def made_of(rows, how, seconds, warm_up, rate=None):
    """The LoadResult of rows (due, sent, done, status); those due in the warm-up are dropped."""
    table = np.array(sorted(rows), float).reshape(-1, 4)
    table = table[table[:, 0] >= warm_up]
    due, sent, done = table[:, :3].T - warm_up
    return LoadResult(how, float(seconds), due, sent, done, table[:, 3].astype(int), rate)


def read(text):
    """The LoadResult that `to_json` wrote; a ValueError if the text is something else."""
    try:
        entries = json.loads(text)
        arrays = {key: np.array(entries.pop(key), float) for key in ("due", "sent", "done")}
        status = np.array(entries.pop("status"), int)
        result = LoadResult(**entries, **arrays, status=status)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise ValueError("expected the result of a load test as `python -m helpers.cloud.load "
                         f"--out` writes it; got something else ({problem}).") from None
    if len({len(values) for values in (*arrays.values(), status)}) != 1:
        raise ValueError("expected as many moments as answers in the result of a load test.")
    return result


def table(results):
    """Lay several load tests side by side, as text."""
    lines = [f"{'':<18}{'answers/s':>10}{'p50':>11}{'p95':>11}{'p99':>11}{'refused or lost':>17}"]
    for result in results:
        lost = sum(result.errors.values()) / max(len(result.due), 1)
        times = "".join(f"{_ms(t):>11}" for t in (result.p50, result.p95, result.p99))
        lines.append(f"{result.how:<18}{result.throughput:>10.0f}{times}{lost:>17.1%}")
    return "\n".join(lines)


def _row(name, seconds):
    return f"{name:<22}" + "".join(f"{_ms(t):>11}" for t in percentiles(seconds))


def _ms(seconds):
    return "–" if not np.isfinite(seconds) else f"{1e3 * seconds:.1f} ms"
