"""The course's own environment, `.venv`: what state it is in, and how it is made.

What happens once `.venv` has a Python of its own is in `install.py`. Like `environment.py`, this
file must be readable by every Python 3.
"""

import hashlib
import importlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile

from helpers.commands.environment import (
    ROOT,
    Trouble,
    ask_version,
    has,
    quoted,
    read,
    say,
    supported,
    unsupported_message,
)

VENV = os.path.join(ROOT, ".venv")
MADE_BY_US = os.path.join(VENV, "made-by-course")
READY = os.path.join(VENV, "course-ready")

NOTE = "python3 -m helpers may remove and remake this folder.\n"
WHOLE = "It was made to the end.\n"   # added to the note when nothing is missing any more

GIGABYTE = 1024**3
SPACE = 4.0   # GB: 2.8 for the packages, the rest while TensorFlow (0.6 GB packed) is unpacked


def venv_python():
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, *parts)


def inside_venv():
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def in_some_venv():
    return sys.prefix != getattr(sys, "base_prefix", sys.prefix)


def lists():
    """Names of the lists of packages that are wanted; the last one includes those before it.

    COURSE_EXTRAS=cluster asks for what only chapter 5's tests with Ray and a bucket need.
    """
    names, extras = ["requirements.txt"], os.environ.get("COURSE_EXTRAS", "")
    if extras not in ("", "cluster"):
        raise Trouble("COURSE_EXTRAS is {!r}. Expected nothing, or cluster.".format(extras))
    return names + ["requirements-cluster.txt"] * (extras == "cluster")


def stamp():
    """What `.venv` was made from: if any of it changes, `.venv` has to be looked at again."""
    digest = hashlib.sha256()
    for name in lists() + ["pyproject.toml"]:
        with open(os.path.join(ROOT, name), "rb") as file:
            text = file.read().replace(b"\r\n", b"\n")
        # what follows are settings of tools; no package depends on them
        digest.update(text.split(b"\n[tool.")[0] + b"\0")
    where = (ROOT, "{}.{}".format(*sys.version_info[:2]), platform.machine())
    digest.update("\0".join(where).encode("utf-8"))
    return digest.hexdigest()


def venv_version():
    """(major, minor) of the Python that made `.venv`, as `.venv` itself says; else (0, 0)."""
    for line in read(os.path.join(VENV, "pyvenv.cfg")).splitlines():
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            numbers = value.strip().split(".")[:2]
            if len(numbers) == 2 and all(number.isdigit() for number in numbers):
                return tuple(int(number) for number in numbers)
    return (0, 0)


def healthy_venv():
    """True where `.venv` can be used, False where it must be made; Trouble if neither is safe."""
    if not os.path.lexists(VENV):
        return False
    made, python = venv_version(), venv_python()
    runs = ask_version(python) if os.path.exists(python) else (0, 0)
    ours = os.path.exists(MADE_BY_US) and not os.path.islink(VENV)
    half = ours and WHOLE.strip() not in read(MADE_BY_US) and not read(READY)
    if supported(runs) and runs == made and not half:
        return True
    if ours or os.path.isdir(VENV) and not os.path.islink(VENV) and not os.listdir(VENV):
        return False
    raise Trouble(_what_is_wrong(made, runs))


def _what_is_wrong(made, runs):
    """Say why a `.venv` that is not ours to remove cannot be used, and how to remove it."""
    if runs != (0, 0) and not supported(runs):
        problem = "has Python {}.{} in it, with which the course cannot work".format(*runs)
    elif made != (0, 0) and not supported(made):
        problem = "was made by Python {}.{}, with which the course cannot work".format(*made)
    elif made != (0, 0):
        problem = "was made by a Python {}.{} that is no longer there".format(*made)
    else:
        problem = "is not an environment that the course can use"
    remove = 'rmdir /s /q "{}"' if os.name == "nt" else "rm -rf {}"
    if os.path.islink(VENV):
        problem, remove = "is a link, and what it leads to cannot be used", remove[:2] + " {}"
    return ("The folder .venv {}.\nIf nothing in it is needed, remove it and call again:\n\n"
            "    {}".format(problem, remove.format(quoted(VENV))))


def make_venv(words):
    """Make `.venv` with this Python; one that an earlier call left half made is made anew.

    `words` are the command and its arguments, for the advice to somebody with another Python.
    """
    if not supported(sys.version_info):
        raise Trouble(unsupported_message(words))
    lock = importlib.import_module("helpers.commands.lock")
    with lock.only_one(_lock_file(), "Another window is making the environment"):
        if not healthy_venv():   # else the other window has just made it
            _make()


def _lock_file():
    """A file outside `.venv`, which may have to be removed; one for each user and folder."""
    user = os.getuid() if hasattr(os, "getuid") else ""
    name = hashlib.sha256(ROOT.encode("utf-8")).hexdigest()[:16]
    return os.path.join(tempfile.gettempdir(), "course-{}-{}.lock".format(user, name))


def _make():
    say("Making the course's own environment in {} …".format(VENV))
    try:
        if os.path.lexists(VENV):
            shutil.rmtree(VENV)
        check_space()
        os.mkdir(VENV)
        _write_note(NOTE)
    except OSError as error:
        raise Trouble("The course cannot write in its own folder:\n\n    {}\n\nCopy the folder to "
                      "where you may write, or free some space, and call again."
                      .format(error)) from None
    if not has("venv", "ensurepip"):
        raise Trouble("This Python came without the part that makes environments. On Debian and "
                      "Ubuntu:\n\n    sudo apt install python3-venv\n\nThen call again.")
    # pip is left out where uv will do the installing: that saves several seconds.
    without_pip = ["--without-pip"] if shutil.which("uv") else []
    made = subprocess.run([sys.executable, "-m", "venv"] + without_pip + [VENV],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode or not os.path.exists(venv_python()):
        text = made.stdout.decode("utf-8", "replace").strip()
        raise Trouble("The environment could not be made.\n\n" + text)
    _write_note(NOTE + WHOLE)


def _write_note(text):
    with open(MADE_BY_US, "w", encoding="utf-8") as file:
        file.write(text)


def check_space(already=0):
    """Raise Trouble before the first download if the packages will not fit.

    `already` are the bytes of those that are there.
    """
    free = shutil.disk_usage(ROOT).free
    if free + already < SPACE * GIGABYTE:
        raise Trouble("Too little disk space: the course needs {:.0f} GB (TensorFlow is large), "
                      "and {} has {:.1f} GB free. Free some, and call again."
                      .format(SPACE, ROOT, free / GIGABYTE))
