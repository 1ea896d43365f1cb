"""One at a time: two windows that start the course must not both make or fill its environment."""

import contextlib
import os
import time
from collections.abc import Iterator

from helpers.commands.environment import say


@contextlib.contextmanager
def only_one(path: str | os.PathLike, doing: str) -> Iterator[None]:
    """Let one process in at a time; the system lifts the lock when its holder dies.

    Parameters
    ----------
    path : path
        A file, made if it is not there. Where it cannot be opened, nobody is kept waiting.
    doing : str
        What the other process does, for the sentence to whoever has to wait.
    """
    with contextlib.ExitStack() as held:
        try:
            file = held.enter_context(open(path, "a+b"))
        except OSError:
            yield
            return
        waited = False
        while not try_lock(file):
            if not waited:
                say(f"{doing}; waiting for it …")
            waited = True
            time.sleep(0.5)
        yield


def try_lock(file) -> bool:
    """Take the lock if it is free; it is held until the file is closed."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
