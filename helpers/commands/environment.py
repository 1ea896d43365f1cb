"""What every command stands on: where the course is, how it speaks, which Python it needs.

This file, `venv.py`, `start.py` and what they are imported through must run on every Python 3,
however old, because they have to say in a clear sentence that it is too old. So: standard library
only, and no syntax younger than 3.6.
"""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

OLDEST, NEWEST = (3, 10), (3, 13)   # the Pythons for which TensorFlow 2.21 has wheels


class Trouble(Exception):
    """Something that the reader of the message can put right; shown without a traceback."""


def say(text):
    """Print at once, also into a pipe and on terminals that know few letters."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    print(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def read(path):
    """The text of a small file without blanks around it; "" if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def has(*packages):
    """Whether all of these can be imported; nothing is imported to find out."""
    return all(importlib.util.find_spec(package) is not None for package in packages)


# --- which Python ---------------------------------------------------------------------------------

def supported(version):
    return OLDEST <= tuple(version[:2]) <= NEWEST


def unsupported_message(words):
    """Say which Python was called, which are needed, and the exact command that will work here.

    `words` are the command with its arguments, a list.
    """
    rest = " -m helpers " + " ".join(quoted(word) for word in words)
    lines = ["This is Python {}.{}, and the course needs one from {}.{} to {}.{}: TensorFlow has no"
             .format(*(sys.version_info[:2] + OLDEST + NEWEST)), "package for any other.", ""]
    found = other_python()
    if found:
        return "\n".join(lines + ["There is one on this machine. Type:", "",
                                  "    " + quoted(found) + rest])
    if shutil.which("uv"):
        return "\n".join(lines + ["uv can fetch one. Type:", "",
                                  "    uv run --no-project --python 3.12 python" + rest])
    return "\n".join(lines + ["Install Python 3.12 (https://www.python.org/downloads/), open a new "
                              "terminal, and type:", "", "    python3.12" + rest])


def other_python():
    """A supported Python elsewhere on this machine, or None. Each one is asked its version."""
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    candidates = [shutil.which("python3.{}".format(minor)) for minor in minors]
    candidates += [shutil.which("python3"), shutil.which("python")]
    home = os.path.expanduser("~")
    pyenv = os.path.join(os.environ.get("PYENV_ROOT", os.path.join(home, ".pyenv")), "versions")
    for version in sorted(os.listdir(pyenv), reverse=True) if os.path.isdir(pyenv) else []:
        candidates.append(os.path.join(pyenv, version, "bin", "python3"))
    for minor in minors:
        candidates.append("/opt/homebrew/bin/python3.{}".format(minor))
        candidates.append("/Library/Frameworks/Python.framework/Versions/3.{0}/bin/python3.{0}"
                          .format(minor))
        if os.name == "nt":
            local = os.environ.get("LOCALAPPDATA", "")
            candidates.append(os.path.join(local, "Programs", "Python", "Python3{}".format(minor),
                                           "python.exe"))
    for candidate in candidates:
        if candidate and os.path.exists(candidate) and supported(ask_version(candidate)):
            return candidate
    return None


def ask_version(python):
    """(major, minor) of another Python, or (0, 0) if it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        answer = subprocess.check_output([python, "-c", code], timeout=20,
                                         stderr=subprocess.DEVNULL)
        return tuple(int(word) for word in answer.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return (0, 0)


def quoted(path):
    """A path as it can be pasted into a shell."""
    if os.name == "nt":
        return '"{}"'.format(path) if " " in path else path
    return shlex.quote(path)
