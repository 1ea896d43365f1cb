"""A crew of processes that do a piece of work side by side, as often as they are told.

    with Crew(4) as crew:
        answers = crew.ask([{"do": "burn", "turns": 100}] * 4)      # all at once

Each member is a child process of its own with one thread for matrix products. A message is a
head in JSON and the arrays that belong to it, raw; what a member can do stands in `crew_member`.
"""

import contextlib
import hmac
import json
import secrets
import socket
import time

import numpy as np

from helpers.cloud import children, links, loopback

SECONDS = 120               # a member ends itself after so long
WAIT = 60                   # seconds; longer than any start of a process or piece of work
ONE_THREAD = dict.fromkeys(loopback.THREADS, "1")
LONGEST = 4096              # bytes of a message's head
DTYPES = ("float32", "float64", "int64")


class Crew:
    """Processes that wait for work; a context manager that ends them.

    Parameters
    ----------
    size : int
        How many.

    Raises
    ------
    ValueError
        If there are none.
    ConnectionError
        If one of them does not come, or is gone when it is asked; with the end of its log.
    """

    def __init__(self, size):
        if not isinstance(size, int) or not 1 <= size <= 64:
            raise ValueError(f"Crew: expected 1 to 64 processes; got {size!r}.")
        self.members, self.connections = [], []
        token = secrets.token_hex(16)
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            with socket.create_server(("127.0.0.1", 0)) as door:
                door.settimeout(0.5)
                port = door.getsockname()[1]
                for number in range(size):
                    self.members.append(children.start(
                        "helpers.cloud.crew_member", port, name=f"member-{number}",
                        env={**ONE_THREAD, "COURSE_CREW": token}, seconds=SECONDS))
                ending = time.monotonic() + WAIT
                while len(self.connections) < size:
                    self._let_in(door, token, ending)
            undo.pop_all()

    def _let_in(self, door, token, ending):
        try:
            connection, _ = door.accept()
        except TimeoutError:
            if time.monotonic() < ending and all(member.running for member in self.members):
                return
            said = "\n".join(member.tail(3) for member in self.members)
            raise ConnectionError(f"Crew: {len(self.connections)} of {len(self.members)} processes "
                                  f"came. Their logs end with\n{said}") from None
        try:
            connection.settimeout(5)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            words, _ = receive(connection)
            connection.settimeout(WAIT)
        except (OSError, ValueError):
            words = {}
        if hmac.compare_digest(str(words.get("token", "")), token):
            self.connections.append(connection)
        else:                       # somebody else at the door
            connection.close()

    def ask(self, jobs, *arrays):
        """Give the first members a job each, then collect all answers.

        Parameters
        ----------
        jobs : list of dict
            For each of them "do" and what that needs.
        *arrays : ndarray
            Sent to all of them.

        Returns
        -------
        list of (dict, list of ndarray)
        """
        try:
            asked = self.connections[:len(jobs)]
            for connection, job in zip(asked, jobs, strict=True):
                send(connection, job, *arrays)
            answers = [receive(connection) for connection in asked]
        except OSError as problem:
            said = "\n".join(member.tail(3) for member in self.members)
            raise ConnectionError(f"Crew: a process did not answer ({problem}). Their logs end "
                                  f"with\n{said}") from problem
        for words, _ in answers:
            if "error" in words:
                raise ConnectionError(f"Crew: {words['error']}")
        return answers

    def close(self):
        """End all members. Nothing happens when they have ended."""
        for connection in self.connections:
            connection.close()      # which ends the member
        for member in self.members:
            member.stop(2)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def send(connection, words, *arrays):
    """Send a dict of plain words and numbers, and arrays with it."""
    kinds = [[str(array.dtype), list(array.shape)] for array in arrays]
    head = json.dumps({"words": words, "arrays": kinds}).encode()
    connection.sendall(b"".join([len(head).to_bytes(4, "little"), head,
                                 *(np.ascontiguousarray(a).tobytes() for a in arrays)]))


def receive(connection):
    """Take one message that `send` sent: (dict, list of ndarray).

    Raises
    ------
    ConnectionError
        If the other side is gone.
    ValueError
        If it is no message.
    """
    length = int.from_bytes(_exactly(connection, 4), "little")
    if length > LONGEST:
        raise ValueError(f"expected a message; got one whose head has {length} bytes")
    said = json.loads(_exactly(connection, length))
    arrays = []
    for dtype, shape in said["arrays"]:
        if dtype not in DTYPES:
            raise ValueError(f"expected an array of {', '.join(DTYPES)}; got {dtype}")
        arrays.append(np.empty(shape, dtype))
        if arrays[-1].size:
            links.receive(connection, memoryview(arrays[-1]).cast("B"))
    return said["words"], arrays


def _exactly(connection, count):
    room = bytearray(count)
    links.receive(connection, room)
    return room
