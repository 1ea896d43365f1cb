"""The ring on real sockets: one process for each worker, a connection to each neighbour.

Worker r sends to worker r + 1 and receives from worker r − 1; the last one sends to the first.
How the connections are made stands in `ring_joining`.
"""

import select
import socket
import struct

import numpy as np

FRAME = struct.Struct("<QQ4sI")    # before each chunk: call, elements of the vector, dtype, step
DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


class Ring:
    """This worker's place in a ring of N workers. Made by `connect`.

    Attributes
    ----------
    rank, n : int
        Number of this worker, and of all workers.
    bytes_sent : int
        Bytes of chunks sent to the right since the ring was joined (24 bytes of heading a chunk,
        and what TCP adds, are not counted).
    """

    def __init__(self, rank, addresses, left, right, timeout):
        self.rank, self.n = int(rank), len(addresses)
        self.timeout = float(timeout)
        self.bytes_sent = 0
        self._addresses, self._left, self._right = addresses, left, right
        self._calls = 0
        for end in (left, right):
            if end is not None:
                end.setblocking(False)
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def all_reduce(self, vector):
        """Return the sum of the vectors of all workers: s = Σᵣ vᵣ, shape (M,).

        Reduce-scatter: in N−1 steps each chunk goes round the ring and each worker adds its own
        part. All-gather: in N−1 further steps the finished chunks go round. A chunk is summed in
        one place, in the order of the ring, and then copied: the result is bit for bit the same on
        all workers, and in every run.

        Parameters
        ----------
        vector : float32 or float64, shape (M,)
            The same M and the same type on all workers; M may be less than N, or 0.

        Returns
        -------
        total : same type, shape (M,)
            A new array; `vector` stays as it is.

        Raises
        ------
        ValueError
            On another shape or type, and when the left neighbour brought another.
        ConnectionError
            When a neighbour has ended, or did nothing for `timeout` seconds. The ring is then
            closed, so that the news goes round.

        References
        ----------
        P. Patarasuk, X. Yuan: Bandwidth optimal all-reduce algorithms for clusters of
        workstations. Journal of Parallel and Distributed Computing 69, 2009.
        """
        total = _vector(vector)
        self._calls += 1
        if self.n == 1:
            return total
        chunks = np.array_split(total, self.n)    # views: writing into a chunk writes into total
        arrived = np.empty(chunks[0].size, total.dtype)
        try:
            for step in range(self.n - 1):                        # reduce-scatter
                give, take = self.rank - step, self.rank - step - 1
                target = chunks[take % self.n]
                received = arrived[:target.size]
                self._exchange(chunks[give % self.n], received, total, step)
                target += received
            for step in range(self.n - 1):                        # all-gather
                give, take = self.rank + 1 - step, self.rank - step
                self._exchange(chunks[give % self.n], chunks[take % self.n], total,
                               self.n - 1 + step)
        except BaseException:
            self.close()
            raise
        return total

    def close(self):
        """Leave the ring. May be called more than once."""
        for end in (self._left, self._right):
            if end is not None:
                end.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"Ring(rank {self.rank} of {self.n}, {self.bytes_sent:,} bytes sent)"

    def _exchange(self, chunk, space, total, step):
        """Send `chunk` to the right and fill `space` from the left, both at once.

        One after the other would not do: a long chunk does not fit into the buffers of a socket,
        and a ring in which all send and none receives stands still.
        """
        if self._left.fileno() < 0:
            raise ConnectionError("This ring is closed: join a new one with ring.connect.")
        heading = FRAME.pack(self._calls, total.size, total.dtype.str.encode(), step)
        outgoing = [memoryview(heading), _bytes(chunk)]
        expected = bytearray(FRAME.size)
        incoming = [memoryview(expected), _bytes(space)]
        outgoing, incoming = [o for o in outgoing if o.nbytes], [i for i in incoming if i.nbytes]
        checked = False
        while outgoing or incoming:
            moved = self._send_some(outgoing)
            moved = self._receive_some(incoming) or moved
            if not checked and len(incoming) <= (space.size > 0):
                self._check(bytes(expected), heading)
                checked = True
            if not moved:
                self._wait(outgoing, incoming)
        self.bytes_sent += chunk.nbytes

    def _send_some(self, parts):
        """Send what fits, and cut it off `parts`; return whether anything went."""
        if not parts:
            return False
        try:
            done = self._right.send(parts[0])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as problem:
            raise self._gone(self.rank + 1) from problem
        parts[0] = parts[0][done:]
        if not parts[0].nbytes:
            parts.pop(0)
        return True

    def _receive_some(self, parts):
        """Receive what is there, and cut it off `parts`; return whether anything came."""
        if not parts:
            return False
        try:
            done = self._left.recv_into(parts[0])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as problem:
            raise self._gone(self.rank - 1) from problem
        if done == 0:
            raise self._gone(self.rank - 1)
        parts[0] = parts[0][done:]
        if not parts[0].nbytes:
            parts.pop(0)
        return True

    def _wait(self, outgoing, incoming):
        """Sleep until a neighbour is ready, at most `timeout` seconds."""
        readers = [self._left] if incoming else []
        writers = [self._right] if outgoing else []
        if not any(select.select(readers, writers, [], self.timeout)):
            late = self.rank - 1 if incoming else self.rank + 1
            raise ConnectionError(
                f"{self._name(late)} did nothing for {self.timeout:g} s in an all-reduce: it has "
                "stopped, or waits somewhere else. Every worker must call all_reduce the same "
                "number of times.")

    def _check(self, came, sent):
        """Complain when the left neighbour is in another all-reduce than this worker."""
        call, elements, dtype, _ = FRAME.unpack(came)
        here = FRAME.unpack(sent)
        if came != sent:
            raise ValueError(
                f"{self._name(self.rank - 1)} is in all-reduce number {call} with {elements} "
                f"numbers of type {dtype.rstrip(bytes(1)).decode(errors='replace')}, this worker "
                f"(rank {self.rank}) in number {here[0]} with {here[1]} of type "
                f"{here[2].rstrip(bytes(1)).decode()}. All must call it equally often, with "
                "vectors of the same length and type.")

    def _gone(self, rank):
        return ConnectionError(
            f"{self._name(rank)} closed its connection in an all-reduce: it has ended or failed. "
            f"Its log says why; this ring (rank {self.rank} of {self.n}) is closed too.")

    def _name(self, rank):
        host, port = self._addresses[rank % self.n]
        return f"Worker {rank % self.n} ({host}:{port})"


def _vector(vector):
    """Return a copy of `vector` that lies in one piece, or say what is wrong with it."""
    array = np.asarray(vector)
    if array.ndim != 1 or array.dtype not in DTYPES:
        raise ValueError(f"vector: expected float32 or float64 of shape (M,), got {array.dtype} of "
                         f"shape {array.shape}. Put gradients into one vector first: "
                         "np.concatenate([g.ravel() for g in gradients]).")
    return np.array(array, order="C")


def _bytes(array):
    return memoryview(array.view(np.uint8)) if array.size else memoryview(b"")
