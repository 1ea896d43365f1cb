"""Run a student's function so that nothing it does can hang or flood the notebook.

It runs in a thread of its own. When its time is up, an exception is thrown into it, again and
again, as `while True: try: … except: pass` catches some; a thread that survives (it sleeps, or
waits) is abandoned. What it prints is kept, up to a limit; so are the warnings that NumPy gives.

One thing cannot be stopped from inside the same process: a single call into C that never gives the
interpreter back, such as `10 ** 10 ** 10`. For that there is JupyterLab's "Restart Kernel".
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

KEEP_CHARACTERS, KEEP_WARNINGS = 2000, 20
_KIT = str(Path(__file__).parent)
INSIST_SECONDS = 0.5
"""How long the check waits for a thread that was told to stop before it goes on without it."""

AFTERWARDS_SECONDS = 60
"""How long it is still tried, in the background, to stop that thread."""


class Stop(BaseException):
    """Thrown into a student's thread whose time is up; no `except Exception` catches it.

    A bare `except:` does. So this exception, made in the student's thread, also sets a trap there:
    the next line of the student's code that runs, which is in the handler, throws another one.
    """

    def __init__(self, *args):
        super().__init__(*args)
        frame = sys._getframe(1)
        while frame is not None:
            if not _ours(frame):
                frame.f_trace = _trap
            frame = frame.f_back
        sys.settrace(_trap)


def _trap(frame: FrameType, event: str, arg):
    if _ours(frame):
        return None
    if event == "line":
        raise Stop
    return _trap


def _ours(frame: FrameType) -> bool:
    """Whether a frame belongs to the check itself, or to the thread that it runs in."""
    return frame.f_code.co_filename.startswith((_KIT, threading.__file__))


@dataclass
class Printed:
    """What a student's code printed: the first characters, and how much there was in all."""

    text: str = ""
    total: int = 0
    lines: int = 0
    stopped: bool = False

    def write(self, text: str) -> int:
        """Take `text` down as far as there is room."""
        if self.stopped:
            raise Stop
        self.text += text[: KEEP_CHARACTERS - len(self.text)]
        self.total += len(text)
        self.lines += text.count("\n")
        return len(text)


class Router:
    """Stands in for `sys.stdout`: what a watched thread writes goes to its `Printed`."""

    def __init__(self, stream):
        self.stream = stream
        self.watched: dict[int, Printed] = {}

    def write(self, text: str) -> int:
        """Write to where the calling thread's output belongs."""
        printed = self.watched.get(threading.get_ident())
        return (printed or self.stream).write(text)

    def __getattr__(self, name: str):
        return getattr(self.stream, name)


@dataclass
class Record:
    """What happened while the calls ran.

    `results` holds those that came to an end. `timed_out` says that the time was up during the next
    one; `where` is then the stack of the thread at that moment, `alive` whether it runs on.
    """

    results: list = field(default_factory=list)
    printed: Printed = field(default_factory=Printed)
    warnings: list[warnings.WarningMessage] = field(default_factory=list)
    timed_out: bool = False
    where: list[tuple[str, int, str]] = field(default_factory=list)
    alive: bool = False


class _Worker(threading.Thread):
    """Makes the calls one after the other and can be told to stop."""

    def __init__(self, calls: list[Callable], record: Record):
        super().__init__(name="student", daemon=True)
        self.calls, self.record, self.finished = calls, record, False
        self.ready = threading.Event()  # set as soon as its output is watched

    def run(self) -> None:
        """Make the calls; called by `start`."""
        results = self.record.results
        try:
            self.ready.wait()
            for call in self.calls:
                results.append(call())
        except Stop:
            sys.settrace(None)
        finally:
            while not self.finished:  # a late Stop may arrive in here
                try:
                    self.finished = True
                except Stop:
                    continue

    def insist(self, seconds: float, pause: float = 0.005) -> None:
        """Throw Stop into the thread until it ends or `seconds` have passed."""
        end = time.monotonic() + seconds
        while self.is_alive() and not self.finished and time.monotonic() < end:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident), ctypes.py_object(Stop)
            )
            self.join(pause)
        self.join(0.05 if self.finished else 0)


def run(calls: list[Callable], limit: float) -> Record:
    """Make the calls one after the other, in a thread, for at most `limit` seconds.

    Parameters
    ----------
    calls : list of callables without arguments
        They should catch what they want to report as a result, but not `Stop`.
    limit : float
        Seconds for all of them together.

    Returns
    -------
    Record
        Always, and at most about a second after the limit.

    Notes
    -----
    A KeyboardInterrupt of the person at the notebook stops the thread too and is then passed on.
    """
    record = Record()
    worker = _Worker(calls, record)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = _collector(record.warnings)
        routers = _watch(worker, record.printed)
        try:
            worker.join(limit)
            if worker.is_alive():
                record.timed_out = True
                record.where = _stack(sys._current_frames().get(worker.ident))
        finally:
            if worker.is_alive():
                record.printed.stopped = True
                worker.insist(INSIST_SECONDS)
            record.alive = worker.is_alive()
            if record.alive:
                threading.Thread(target=_bury, args=(worker, routers), daemon=True).start()
            else:
                _unwatch(worker, routers)
    record.results = list(record.results)  # an abandoned thread must not add to it later
    return record


def _collector(kept: list) -> Callable:
    def collect(message, category, filename, lineno, file=None, line=None):
        if len(kept) < KEEP_WARNINGS:
            kept.append(warnings.WarningMessage(message, category, filename, lineno))

    return collect


def _watch(worker: _Worker, printed: Printed) -> list[tuple[str, Router]]:
    """Start `worker` with its output going to `printed`."""
    routers = []
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        router = stream if isinstance(stream, Router) else Router(stream)
        setattr(sys, name, router)
        routers.append((name, router))
    worker.start()
    for _, router in routers:
        router.watched[worker.ident] = printed
    worker.ready.set()
    return routers


def _unwatch(worker: _Worker, routers: list[tuple[str, Router]]) -> None:
    """Put the ordinary streams back, unless another thread is still watched."""
    for name, router in routers:
        router.watched.pop(worker.ident, None)
        if not router.watched:  # also where the student's code has put something else there
            setattr(sys, name, router.stream)


def _bury(worker: _Worker, routers: list[tuple[str, Router]]) -> None:
    """Stay behind with an abandoned thread: silence it, and stop it when it can be stopped."""
    worker.insist(AFTERWARDS_SECONDS, pause=0.05)
    if not worker.is_alive():
        _unwatch(worker, routers)


def _stack(frame: FrameType | None) -> list[tuple[str, int, str]]:
    """(file, line, function) from the innermost frame outwards."""
    found = []
    while frame is not None:
        found.append((frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name))
        frame = frame.f_back
    return found
