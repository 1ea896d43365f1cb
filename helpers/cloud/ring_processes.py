"""An all-reduce between real processes, timed, and beside it what the α–β model says."""

import argparse
import json
import os
import statistics
import tempfile
import time
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers.cloud import links, ring

SECONDS = 60        # after which a worker ends itself


class Run(NamedTuple):
    """One ring of `n` processes.

    Attributes
    ----------
    n, nbytes : int
        Workers, and bytes of the vector that is summed.
    seconds, low, high : float
        Median time of one all-reduce on worker 0, and the quartiles.
    sent : int
        Bytes that the busiest worker sent in one all-reduce.
    equal : bool
        Whether all workers ended with the same bits.
    model : float
        Seconds that `links.ring_time` predicts.
    """

    n: int
    nbytes: int
    seconds: float
    low: float
    high: float
    sent: int
    equal: bool
    model: float


class Runs(list):
    """Several `Run`; the repr is a table."""

    def __repr__(self):
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        lines = [f"{'workers':>7}{'sent by each':>16}{'median':>11}{'quartiles':>18}{'model':>11}"
                 "   same bits"]
        for run in self:
            low, high = 1e3 * run.low, 1e3 * run.high
            over = f"   more workers than the {cores} cores" if run.n > cores else ""
            lines.append(f"{run.n:>7}{run.sent:>14,} B{1e3 * run.seconds:>8.2f} ms"
                         f"{low:>9.2f} … {high:<6.2f}{1e3 * run.model:>8.2f} ms   "
                         f"{'yes' if run.equal else 'NO'}{over}")
        return "\n".join(lines)


def measure(workers=(2, 3, 4), nbytes=links.ARTICLE, link=None, repeats=40):
    """Sum a vector in rings of real processes on this machine.

    Parameters
    ----------
    workers : sequence of int, or int
    nbytes : int
        Bytes of the vector, float32.
    link : Link, optional
        What `links.measure` found, for the model; measured now if not given.
    repeats : int
        How many all-reduces are timed.

    Returns
    -------
    Runs
        With the defaults in some 5 seconds. The model knows neither the additions nor that all
        workers share the machine: where there are more of them than cores, they also wait for
        each other.

    Raises
    ------
    ValueError
        For fewer than two workers, no bytes or no repetition.
    RuntimeError
        When a worker failed; with the last lines of its log.
    """
    workers = [workers] if isinstance(workers, int) else list(workers)
    if not workers or min(workers) < 2 or nbytes < 4 or repeats < 2:
        raise ValueError("measure: expected 2 workers or more, 4 bytes or more and 2 repeats or "
                         f"more; got {workers}, {nbytes} and {repeats}.")
    link = links.measure() if link is None else link
    return Runs(_run(n, nbytes, link, repeats) for n in workers)


def _run(n, nbytes, link, repeats):
    from helpers.cloud import children

    addresses = [f"127.0.0.1:{children.free_port()}" for _ in range(n)]
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.json")
        asked = ["--addresses", ",".join(addresses), "--elements", str(nbytes // 4),
                 "--repeats", str(repeats), "--result", str(result)]
        started = []
        try:
            for rank in range(n):
                started.append(children.start(
                    "helpers.cloud.ring_processes", "--rank", str(rank), *asked,
                    name=f"ring-{rank}", folder=folder, seconds=SECONDS))
            for child in started:
                if child.wait(SECONDS) != 0:
                    raise RuntimeError(f"{child.name} failed:\n{child.tail()}")
        finally:
            for child in started:
                child.stop()
        found = json.loads(result.read_text("utf-8"))
    low, middle, high = statistics.quantiles(found["seconds"], n=4)
    model = float(links.ring_time(n, nbytes, link.alpha, link.bandwidth))
    return Run(n, nbytes, middle, low, high, found["sent"], found["equal"], model)


def work(rank, addresses, elements, repeats):
    """Do what one worker does: join, sum `repeats` times, compare the bits.

    Returns
    -------
    dict
        seconds of each all-reduce, sent (bytes of the busiest worker in one), equal.
    """
    vector = np.random.default_rng(rank).normal(size=elements).astype(np.float32)
    seconds = []
    with ring.connect(rank, addresses, timeout=20) as joined:
        joined.all_reduce(vector)           # the first also fills buffers and caches
        for _ in range(repeats):
            joined.all_reduce(np.zeros(1))  # all start together
            before, started = joined.bytes_sent, time.perf_counter()
            total = joined.all_reduce(vector)
            seconds.append(time.perf_counter() - started)
            sent = joined.bytes_sent - before
        table = np.zeros((2, joined.n))
        table[:, rank] = zlib.crc32(total.tobytes()), sent
        checks, sent = joined.all_reduce(table.ravel()).reshape(2, -1)
    return {"seconds": seconds, "sent": int(sent.max()), "equal": len(set(checks)) == 1}


def main(arguments=None):
    """Run one worker, as `measure` starts it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--addresses", required=True, help="host:port,host:port,…")
    parser.add_argument("--elements", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--result", type=Path, required=True, help="where worker 0 writes JSON")
    given = parser.parse_args(arguments)
    found = work(given.rank, given.addresses.split(","), given.elements, given.repeats)
    if given.rank == 0:
        given.result.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    from helpers.cloud import lifeline

    lifeline.watch()
    main()
