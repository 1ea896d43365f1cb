"""`python3 -m helpers lab`: open the first chapter in JupyterLab, on this machine only."""

import argparse
import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

from helpers.commands.environment import ROOT, Trouble, say

# The class of a kernel's websocket: the server's own, and ours that answers without a delay.
USUAL = "jupyter_server.services.kernels.connection.channels"
NO_DELAY = "--ServerApp.kernel_websocket_connection_class=helpers.commands.nodelay.NoDelay"
CONFIG = Path(__file__).with_name("jupyter")    # JupyterLab without its prompt about news


def main(arguments: list[str]) -> int:
    """Start JupyterLab and stay until it ends.

    Parameters
    ----------
    arguments : list of str
        `--port N`, `--no-browser`; whatever else is there goes to JupyterLab as it is.

    Raises
    ------
    Trouble
        If the port that was asked for is in use, or the course has no chapter.
    """
    parser = argparse.ArgumentParser(prog="python3 -m helpers lab", description=__doc__)
    parser.add_argument("--port", type=int, help="listen here; the next free port if left out")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options, passed_on = parser.parse_known_args(arguments)
    if options.port is not None:
        check_port(options.port)
    command = lab_command(options.port, options.no_browser, passed_on)
    os.environ["JUPYTER_CONFIG_PATH"] = config_path(os.environ)
    say(f"Opening {first_chapter()}. To end: Ctrl-C here, then y.")
    sys.stdout.flush()
    if os.name != "nt":
        os.chdir(ROOT)
        os.execv(command[0], command)
    return subprocess.call(command, cwd=ROOT)


def first_chapter() -> str:
    """Path, from the course's folder, of the chapter with the lowest number."""
    chapters = sorted(path for path in Path(ROOT, "chapters").glob("[0-9][0-9]_*.ipynb")
                      if ".mine-" not in path.name)
    if not chapters:
        raise Trouble("There is no chapter in chapters/. Get a complete copy of the course, or "
                      "build the chapters: python3 -m helpers build")
    return chapters[0].relative_to(ROOT).as_posix()


def lab_command(port: int | None, no_browser: bool, passed_on: list[str]) -> list[str]:
    """The command line for JupyterLab: for this machine only."""
    # The chapter is in the address, not an argument: otherwise the file browser would show nothing
    # but its folder, and with --no-browser the printed address would not lead to it.
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}",
               f"--LabApp.default_url=/lab/tree/{first_chapter()}",
               "--ServerApp.ip=127.0.0.1", "--log-level=WARN", *no_delay()]
    if port is not None:
        # The reader asked for this one: moving silently to another would only confuse.
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")   # in containers there often is no other user
    return command + passed_on


def no_delay() -> list[str]:
    """The option that has widgets answered at once; none if this JupyterLab is built otherwise.

    The server can import the class: it is started in the course's folder, with `python -m`.
    """
    try:
        found = importlib.util.find_spec(USUAL)
    except ImportError:     # not even the package around it
        found = None
    return [NO_DELAY] if found else []


def config_path(environ) -> str:
    """JUPYTER_CONFIG_PATH with the course's folder in it; the reader's own settings stay.

    The folder switches off the part of JupyterLab that asks at the first start whether one wants
    news. `--LabApp.news_url` only changes where the news come from: JupyterLab 4.6 asks anyway.
    """
    others = [path for path in environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if path]
    return os.pathsep.join([*others, str(CONFIG)])


def check_port(port: int) -> None:
    """Raise Trouble, with a free port to use instead, if nothing can listen on `port`."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return
        except OverflowError:
            raise Trouble(f"{port} is no port: they go from 1024 to 65535.") from None
        except PermissionError:
            raise Trouble(f"Port {port} is kept for the system: take one above 1023.") from None
        except OSError:
            pass
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = other.getsockname()[1]
    raise Trouble(f"Port {port} is in use, perhaps by a JupyterLab that is still open. Close it, "
                  "leave --port out, or take another:\n\n"
                  f"    python3 -m helpers lab --port {free}")
