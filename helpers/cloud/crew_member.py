"""A member of a `crew`: a process that waits for work. Started as `python -m …crew_member PORT`."""

import os
import socket
import sys
import time

import numpy as np

from helpers.cloud.crew import WAIT, receive, send
from helpers.nn.functional import softmax

PIECE = 256     # rows of a batch at once: 256 kB for 256 hidden units


def main(port):
    """Do what comes over the connection, until it is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        send(connection, {"token": os.environ.pop("COURSE_CREW", "")})
        connection.settimeout(None)     # the lifeline ends a member that nobody needs any more
        memory = {}
        while True:
            try:
                words, arrays = receive(connection)
            except ConnectionError:
                return
            try:
                said, results = WORK[words["do"]](memory, arrays, **words)
            except Exception as problem:
                said, results = {"error": f"{type(problem).__name__}: {problem}"}, ()
            send(connection, said, *results)


def burn(memory, arrays, turns, do):
    """Multiply small matrices, over and over: nothing but computing."""
    a = np.eye(64, dtype=np.float32)
    started = time.perf_counter()
    for _ in range(turns):
        a @ a
    return {"seconds": time.perf_counter() - started}, ()


def pin(memory, arrays, cores, do):
    """Use only these cores from now on (Linux)."""
    os.sched_setaffinity(0, cores)
    return {"cores": sorted(os.sched_getaffinity(0))}, ()


def hold(memory, arrays, do):
    """Keep a batch for `gradient`: x (n, d), y (n,)."""
    memory["x"], memory["y"] = arrays
    return {}, ()


def gradient(memory, arrays, rows, do):
    """Sum of the gradients of a slice of the batch, for weights W1 (d, h), W2 (h, k).

    In pieces that fit into a core's own cache: memory is shared by all cores, see `roofline`.
    """
    started = time.perf_counter()
    W1, W2 = arrays
    dW1, dW2 = np.zeros_like(W1), np.zeros_like(W2)
    for start in range(*rows, PIECE):
        piece = slice(start, min(start + PIECE, rows[1]))
        x, y = memory["x"][piece], memory["y"][piece]
        hidden = np.maximum(x @ W1, 0)
        dscores = softmax(hidden @ W2)
        dscores[np.arange(len(y)), y] -= 1
        dhidden = (dscores @ W2.T) * (hidden > 0)
        dW1 += x.T @ dhidden
        dW2 += hidden.T @ dscores
    return {"seconds": time.perf_counter() - started}, (dW1, dW2)


WORK = {"burn": burn, "pin": pin, "hold": hold, "gradient": gradient}


if __name__ == "__main__":
    from helpers.cloud import lifeline

    lifeline.watch()
    main(int(sys.argv[1]))
