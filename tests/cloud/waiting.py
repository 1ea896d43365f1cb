"""To wait for something, to see whether a process runs, and to start an event loop."""

import time
from concurrent.futures import ThreadPoolExecutor

SOON = 30   # seconds that a slow machine may take for what is done in less than one


def until(condition):
    """Wait until it holds; fail if it does not in time."""
    deadline = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid):
    """Whether a process runs; one that has ended and was not waited for does not."""
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def in_a_thread(function, *arguments):
    """What `function(*arguments)` returns, from a thread of its own.

    For what starts an event loop: a browser that other tests in this process have opened keeps
    one in the main thread.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *arguments).result()
