"""How workers join a ring: each listens, calls its right neighbour, and answers its left one."""

import contextlib
import socket
import struct
import time

import numpy as np

from helpers.cloud.ring_sockets import Ring

HELLO = struct.Struct("<8sII")     # who speaks: b"ring v1", rank, number of workers
MARK = b"ring v1\0"
STRANGER = 2.0    # seconds in which a caller must say who it is


def connect(rank, addresses, timeout=20.0):
    """Join the ring of workers; all workers call this at about the same time.

    Parameters
    ----------
    rank : int
        Number of this worker, 0 … N−1. It listens on `addresses[rank]`.
    addresses : list of N strings "host:port", or of N pairs (host, port)
        Where each worker listens; the same list in every worker.
    timeout : float, in s
        How long to wait for the neighbours here, and later in every `all_reduce`.

    Returns
    -------
    ring : Ring

    Raises
    ------
    ValueError
        On a rank or an address that cannot be.
    ConnectionError
        When the neighbours have not come in time, or the own address is taken.
    """
    addresses = [_address(entry) for entry in addresses]
    n = len(addresses)
    if not isinstance(rank, (int, np.integer)) or not 0 <= rank < n:
        raise ValueError(f"rank: expected a whole number from 0 to {n - 1}, one for each of the "
                         f"{n} addresses, got {rank!r}.")
    if not timeout > 0:
        raise ValueError(f"timeout: expected seconds > 0, got {timeout!r}.")
    if n == 1:
        return Ring(0, addresses, None, None, timeout)
    until = time.monotonic() + timeout
    with _listener(addresses[rank]) as listener, contextlib.ExitStack() as opened:
        right = _call((rank + 1) % n, addresses, until)
        opened.callback(right.close)
        right.sendall(HELLO.pack(MARK, rank, n))
        left = _answer(listener, (rank - 1) % n, addresses, until)
        opened.pop_all()    # both are there: the ring closes them
        return Ring(rank, addresses, left, right, timeout)


def _address(entry):
    """Return (host, port) from "host:port" or from a pair."""
    try:
        host, port = entry.rsplit(":", 1) if isinstance(entry, str) else entry
        if host and 0 < int(port) < 65536:
            return host.strip("[]"), int(port)
    except (TypeError, ValueError, AttributeError):
        pass
    raise ValueError('addresses: expected "host:port" or (host, port) with a port from 1 to '
                     f"65535 for each worker, got {entry!r}.")


def _listener(address):
    """Return a socket that listens at `address`."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=8)
    except OSError as problem:
        raise ConnectionError(f"Cannot listen at {address[0]}:{address[1]} ({problem}): another "
                              "process has this port. Take a free one.") from problem


def _call(rank, addresses, until):
    """Return a connection to worker `rank`; wait for it until the time is up."""
    reason = None
    while (left := until - time.monotonic()) > 0:
        try:
            connection = socket.create_connection(addresses[rank], timeout=left)
            # Where nobody listens yet, Linux may connect a socket with itself.
            if connection.getsockname() != connection.getpeername():
                return connection
            connection.close()
        except OSError as problem:
            reason = problem
        time.sleep(0.02)
    host, port = addresses[rank]
    raise ConnectionError(f"Worker {rank} did not listen at {host}:{port} in time ({reason}): it "
                          "has not started, or has failed. Its log says why.")


def _answer(listener, rank, addresses, until):
    """Return the connection that worker `rank` opens; others are turned away."""
    expected = HELLO.pack(MARK, rank, len(addresses))
    while (left := until - time.monotonic()) > 0:
        listener.settimeout(left)
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        with contextlib.suppress(OSError):
            connection.settimeout(min(left, STRANGER))
            came = b""
            while len(came) < HELLO.size and (more := connection.recv(HELLO.size - len(came))):
                came += more
            if came == expected:
                return connection
        connection.close()
    raise ConnectionError(f"Worker {rank} did not connect in time: it has not started, or has "
                          "failed, or has another list of addresses. Its log says why.")
