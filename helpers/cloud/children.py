"""Processes that this notebook starts: each has a name, a log, a time limit, and an end.

    server = children.start("helpers.cloud.server", "--folder", "models", name="server")
    server.tail()          # the last lines of what it said
    server.stop()          # asks it to end (SIGTERM), and kills it if it does not

Nothing started here outlives the notebook: see `lifeline`. A child must call `lifeline.watch()`.
"""

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from helpers.cloud.lifeline import MARK, ORPHANED, OUT_OF_TIME

ROOT = Path(__file__).parents[2]
_STARTED = {}   # pid -> Child, of those that were not seen to end


class Child:
    """A process that was started by `start`.

    Attributes
    ----------
    name : str
    pid : int
    log : pathlib.Path
        Where all goes that it prints.
    process : subprocess.Popen
    """

    def __init__(self, name, process, log):
        self.name, self.process, self.log, self.pid = name, process, log, process.pid
        _STARTED[self.pid] = self

    @property
    def returncode(self):
        """None while it runs; then its exit status, negative for the signal that ended it."""
        status = self.process.poll()
        if status is not None:
            self._ended()
        return status

    @property
    def running(self):
        return self.returncode is None

    def wait(self, timeout=None):
        """Wait until it ends, at most `timeout` seconds; returns its exit status.

        Raises
        ------
        TimeoutError
            If it still runs then. It goes on running.
        """
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.name} (pid {self.pid}) has not ended after {timeout:g} s. "
                               f"Its log: {self.log}") from None
        return self.returncode

    def kill(self):
        """End it at once (SIGKILL): it gets no chance to tidy up. Returns its exit status."""
        if self.running:
            self.process.kill()
        return self.wait()

    def stop(self, grace=5):
        """Ask it to end (SIGTERM), and kill it after `grace` seconds. Returns its exit status."""
        if self.running:
            self.process.terminate()
            with contextlib.suppress(TimeoutError):
                return self.wait(grace)
        return self.kill()

    def tail(self, lines=20):
        """The last lines of its log, as text."""
        return tail(self.log, lines)

    def _ended(self):
        _STARTED.pop(self.pid, None)
        with contextlib.suppress(OSError):      # the lifeline's end in this process
            self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def __repr__(self):
        return f"{self.name} (pid {self.pid}): {ending(self.returncode)}; log {self.log}"


def start(module, *arguments, name=None, folder=None, env=None, seconds=300):
    """Start `python -m module arguments…` as a child of this process.

    Parameters
    ----------
    module : str
        Such as "helpers.cloud.server"; it calls `lifeline.watch()`.
    *arguments
        Handed to it as text.
    name : str, optional
        For its log and for messages; by default the module's last name.
    folder : path-like, optional
        Where its log `<name>.log` is kept; a temporary folder by default. An older log goes on
        below, it is not overwritten.
    env : dict, optional
        Changes of the environment; None as a value takes a variable away.
    seconds : float
        After so long it ends itself, whatever it is doing.

    Returns
    -------
    Child

    Raises
    ------
    ValueError
        If there is no such module, or no time is given.
    """
    if not seconds > 0:
        raise ValueError(f"start: expected a time limit above 0 seconds; got {seconds!r}.")
    name = name or module.rpartition(".")[2]
    folder = Path(folder if folder is not None else tempfile.mkdtemp(prefix="course-"))
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    command = [sys.executable, "-u", "-m", module, *map(str, arguments)]
    with open(log, "ab") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT,
            env=_environment(env, seconds), **_own_group())
    return Child(name, process, log)


def _environment(changes, seconds):
    wanted = {**os.environ, MARK: str(seconds), **(changes or {})}
    paths = [str(ROOT), *filter(None, [wanted.get("PYTHONPATH")])]
    wanted["PYTHONPATH"] = os.pathsep.join(paths)
    return {key: str(value) for key, value in wanted.items() if value is not None}


def _own_group():
    """Ctrl-C in the terminal, or "interrupt kernel", is for the notebook, not for its children."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def tail(path, lines=20):
    """The last lines of a log, as text; "" where there is none yet."""
    text = path.read_text("utf-8", errors="replace") if path.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


def running():
    """List of all children that run."""
    return [child for child in list(_STARTED.values()) if child.running]


def stop_all(grace=5):
    """End all children that run: first all are asked, then those that do not go are killed."""
    left = running()
    for child in left:
        child.process.terminate()
    deadline = time.monotonic() + grace
    for child in left:
        child.stop(max(0.1, deadline - time.monotonic()))


atexit.register(stop_all, 2)


def ending(status):
    """What an exit status means, in words."""
    known = {None: "running", 0: "ended", ORPHANED: "ended because its parent was gone",
             OUT_OF_TIME: "ended because its time was up"}
    if status in known:
        return known[status]
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(-status).name}"
    return f"failed with exit status {status}"


def free_port():
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
