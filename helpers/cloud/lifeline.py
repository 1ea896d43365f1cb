"""How a child process learns that it is no longer wanted: its parent's end of a pipe closes.

A program that is killed with SIGKILL cannot tell its children anything. But the operating system
closes all its files, also the pipe that its children read from, and that wakes them. So no child
outlives its parent, whichever way that ends, and children's children neither.
"""

import os
import sys
import threading

MARK = "COURSE_LIFELINE"
"""Set in the environment of processes that `children` starts; others have no lifeline to watch."""

ORPHANED = 125
"""Exit status of a process whose parent is gone."""

OUT_OF_TIME = 124
"""Exit status of a process that has used up its seconds."""


def watch(seconds=None, leave=os._exit):
    """End this process when its parent is gone, or after some seconds. Returns at once.

    Parameters
    ----------
    seconds : float, optional
        How long this process may live. Default: what `children.start` was told, if that started it;
        else without limit.
    leave : callable
        Called with the exit status; by default the process ends without any farewell.

    Notes
    -----
    The parent never writes: to read from the pipe waits, until it is closed.
    """
    limit = os.environ.pop(MARK, None)   # not handed on: a grandchild has a pipe of its own
    if seconds is None and limit:
        seconds = float(limit)
    if limit is not None:
        threading.Thread(target=_until_closed, args=(leave,), daemon=True).start()
    if seconds is not None:
        timer = threading.Timer(seconds, _out_of_time, (seconds, leave))
        timer.daemon = True
        timer.start()


def _until_closed(leave):
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    leave(ORPHANED)


def _out_of_time(seconds, leave):
    try:
        print(f"Ended after {seconds:g} s, the time it was given.", file=sys.stderr, flush=True)
    finally:
        leave(OUT_OF_TIME)
