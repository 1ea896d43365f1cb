"""Load tests of a server on this machine, from a notebook or from the command line.

    load.closed(url, payload, users=8)          # 8 users who wait for each answer
    load.open_loop(url, payload, rate=100)      # 100 requests/s, whether it keeps up or not

    python -m helpers.cloud.load URL --payload request.json --rate 100 --seconds 10

The requests are sent by a process of its own, so that this one does not slow them down. It takes
its share of the processor all the same: on few cores a server looks slower than it is.
"""

import argparse
import asyncio
import json
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from helpers.cloud import load_generator, load_result
from helpers.cloud.load_result import LoadResult, table

__all__ = ["LoadResult", "closed", "main", "open_loop", "sweep", "table"]

HERE = ("127.0.0.1", "localhost", "::1")
PATIENCE = 10.0         # s after which a request is given up


def closed(url, payload, users=8, seconds=5.0, warm_up=1.0, patience=PATIENCE):
    """Load a server with users who each ask, wait for the answer, and ask again.

    Parameters
    ----------
    url : str
        On this machine; the payload is posted to it.
    payload : dict or list
        Sent as JSON, such as {"instances": …}.
    users : int
    seconds, warm_up : float
        Measured for so long, after so long that is not counted.
    patience : float
        Seconds after which a request is given up.

    Returns
    -------
    LoadResult

    Raises
    ------
    ValueError
        For an address that is not on this machine, or numbers that make no load.
    RuntimeError
        If the generator failed; with the end of its log.
    """
    return _in_a_process(url, payload, ["--users", users], seconds, warm_up, patience)


def open_loop(url, payload, rate, seconds=5.0, warm_up=1.0, connections=64, seed=0,
              patience=PATIENCE):
    """Load a server with requests at random moments, whether it keeps up or not.

    Latency counts from the moment when a request was due, even if no connection was free then: so
    nothing is left out while the server stands still (no *coordinated omission*).

    Parameters
    ----------
    rate : float
        Requests/s.
    connections : int
        Most requests on the way at the same time.
    seed : int
        Of the moments.
    url, payload, seconds, warm_up, patience
        As in `closed`.

    Returns
    -------
    LoadResult
    """
    how = ["--rate", rate, "--connections", connections, "--seed", seed]
    return _in_a_process(url, payload, how, seconds, warm_up, patience)


def sweep(url, payload, rates, seconds=3.0, warm_up=0.5, **more):
    """One `open_loop` after the other, with these rates; `table` lays them side by side."""
    return [open_loop(url, payload, rate, seconds, warm_up, **more) for rate in rates]


def _in_a_process(url, payload, how, seconds, warm_up, patience):
    from helpers.cloud import children

    with tempfile.TemporaryDirectory(prefix="course-load-") as folder:
        request, out = Path(folder, "request.json"), Path(folder, "result.json")
        request.write_text(_as_json(payload), "utf-8")
        arguments = [url, "--payload", request, "--out", out, "--seconds", seconds,
                     "--warm-up", warm_up, "--patience", patience, *how]
        _settings([str(argument) for argument in arguments])      # a mistake is told here
        limit = seconds + warm_up + patience + 30
        with children.start("helpers.cloud.load", *arguments, name="load", folder=folder,
                            seconds=limit) as child:
            if child.wait(limit + 5) != 0 or not out.exists():
                raise RuntimeError(f"The load generator failed:\n{child.tail(8)}")
        return load_result.read(out.read_text("utf-8"))


def _as_json(payload):
    try:
        return json.dumps(payload, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"payload: expected what JSON can hold, arrays as lists (images.tolist()) "
                         f"and no NaN; {problem}.") from None


# --- command line ------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def parser():
    """The arguments of `python -m helpers.cloud.load`."""
    made = _Parser(prog="python -m helpers.cloud.load", allow_abbrev=False, description=(
        "Load a server on this machine with POST requests, and say how long they take."))
    made.add_argument("url", help="such as http://127.0.0.1:8501/v1/models/digits:predict")
    made.add_argument("--payload", metavar="FILE", help="JSON to be posted; default: {}")
    made.add_argument("--users", type=int, help="closed loop: users who wait for each answer")
    made.add_argument("--rate", type=float, help="open loop: requests/s at random moments")
    made.add_argument("--seconds", type=float, default=5.0, help="how long to measure")
    made.add_argument("--warm-up", type=float, default=1.0, help="seconds before, not counted")
    made.add_argument("--patience", type=float, default=PATIENCE,
                      help="seconds after which a request is given up")
    made.add_argument("--connections", type=int, default=64,
                      help="open loop: most requests on the way at the same time")
    made.add_argument("--seed", type=int, default=0, help="open loop: seed of the moments")
    made.add_argument("--out", metavar="FILE", help="write all moments there, as JSON")
    return made


def _settings(arguments):
    """Parsed arguments; a ValueError says what is wrong with them."""
    given = parser().parse_args(arguments)
    parts = urlsplit(given.url)
    if parts.scheme != "http" or parts.hostname not in HERE:
        raise ValueError(f"expected an address on this machine, http://127.0.0.1:…; got "
                         f"{given.url!r}. To load other people's servers is an attack on them.")
    if (given.users is None) == (given.rate is None):
        raise ValueError("expected either users (closed loop) or a rate (open loop).")
    for name, least in (("users", 1), ("connections", 1), ("seed", 0), ("warm_up", 0)):
        if getattr(given, name) is not None and not getattr(given, name) >= least:
            raise ValueError(f"{name}: expected {least} or more; got {getattr(given, name)}.")
    for name in ("rate", "seconds", "patience"):
        if getattr(given, name) is not None and not 0 < getattr(given, name) < float("inf"):
            raise ValueError(f"{name}: expected a number above 0; got {getattr(given, name)}.")
    return given


def measure(given):
    """Run the load test that parsed arguments ask for; returns its LoadResult."""
    body = Path(given.payload).read_bytes() if given.payload else b"{}"
    whole = given.warm_up + given.seconds
    if given.users is not None:
        loop = load_generator.closed_loop(given.url, body, given.users, whole, given.patience)
        how = f"{given.users} user{'s' * (given.users > 1)}"
    else:
        loop = load_generator.open_loop(given.url, body, given.rate, whole, given.patience,
                                        given.connections, given.seed)
        how = f"{given.rate:g} requests/s"
    return load_result.made_of(asyncio.run(loop), how, given.seconds, given.warm_up, given.rate)


def main(arguments=None):
    """Run a load test from the command line; returns the exit status."""
    from helpers.cloud import lifeline

    lifeline.watch()
    try:
        given = _settings(arguments)
        result = measure(given)
        if given.out:
            half_done = Path(f"{given.out}.part")
            half_done.write_text(result.to_json(), "utf-8")
            os.replace(half_done, given.out)
    except (ValueError, OSError) as problem:
        print(f"{problem}\nSee python -m helpers.cloud.load --help")
        return 2
    print(result)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
