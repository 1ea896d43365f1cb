"""`python3 -m helpers ...`: from whichever Python was called to the command in the course's own.

Like `environment.py`, this file must be readable by every Python 3.
"""

import importlib
import os
import signal
import subprocess
import sys

from helpers.commands.environment import ROOT, Trouble, has, read, supported, unsupported_message
from helpers.commands.venv import (
    READY,
    VENV,
    healthy_venv,
    in_some_venv,
    inside_venv,
    make_venv,
    stamp,
    venv_python,
)

COMMANDS = {
    "lab": "open the course in JupyterLab (options: --port N, --no-browser)",
    "test": "run every test (further arguments go to pytest)",
    "build": "write both notebooks of a chapter from its source (options: NAME, --check)",
    "catalogue": "list every exercise and widget (option: --json)",
    "bench": "measure speed, as ratios (option: --json)",
}
# These may also run in another environment that you have activated and that has what they need.
RUN_ANYWHERE = {
    "build": ("nbclient", "jupytext", "anywidget", "sklearn", "tensorflow"),
    "catalogue": ("numpy", "anywidget"),
    "bench": ("nbclient", "anywidget", "sklearn", "tensorflow"),
}


def main(arguments):
    """Run one command and return its exit status; every foreseeable trouble ends in a sentence."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        sys.stderr.write("There is no command {!r}.\n\n{}\n".format(name, usage()))
        return 2
    try:
        return enter(name, rest)
    except Trouble as trouble:
        sys.stderr.write("\n{}\n".format(trouble))
        return 1
    except BrokenPipeError:   # the reader of a pipe, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command goes on from here.\n")
        return 130


def usage():
    lines = ["python3 -m helpers COMMAND", ""]
    lines += ["  {:<10} {}".format(name, text) for name, text in COMMANDS.items()]
    lines += ["", "With --here right after the command, it uses the Python that you called as it",
              "is and installs nothing; otherwise the course has its own environment, in .venv."]
    return "\n".join(lines)


def enter(name, rest):
    """Go on in the right Python: this one, if it is the course's own, else the one in `.venv`."""
    if rest[:1] == ["--here"]:
        return run(name, rest[1:])
    if not inside_venv():
        if in_some_venv() and name in RUN_ANYWHERE and has(*RUN_ANYWHERE[name]):
            return run(name, rest)
        if not healthy_venv():
            make_venv([name] + rest)
        return hand_over(name, rest)
    if not supported(sys.version_info):
        healthy_venv()   # says what is wrong with a `.venv` that is not the course's to remake
        raise Trouble(unsupported_message([name] + rest))
    install = importlib.import_module("helpers.commands.install")
    if stamp() != read(READY) or not install.complete():
        install.install()
    return run(name, rest)


def run(name, rest):
    """The command itself; from here on, modern Python and every package may be used."""
    if not supported(sys.version_info):
        raise Trouble(unsupported_message([name] + rest))
    # `import tensorflow` takes five times as long where Python may not keep what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # A kernel that the user installed under the same name must not hide the course's own.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    return importlib.import_module("helpers.commands." + name).main(rest) or 0


def hand_over(name, rest):
    """Start the same command again with the Python in `.venv`, and be replaced by it."""
    environment = dict(os.environ)
    for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "__PYVENV_LAUNCHER__"):
        environment.pop(variable, None)
    environment["VIRTUAL_ENV"] = VENV
    folder = os.path.dirname(venv_python())
    environment["PATH"] = folder + os.pathsep + environment.get("PATH", os.defpath)
    os.chdir(ROOT)
    command = [venv_python(), "-m", "helpers", name] + list(rest)
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, environment)
    # Windows has no exec: wait for the child, and leave Ctrl-C to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command, env=environment)
