"""The first steps of every command: from whichever Python was called to the course's own.

The course's own lives in `.venv`. This file and what it is imported through must run on every
Python 3, however old, because they have to say in a clear sentence that it is too old. So: standard
library only, and no syntax younger than 3.6. What happens once `.venv` has a Python of its own is
in `install.py`.
"""

import hashlib
import importlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
MADE_BY_US = os.path.join(VENV, "made-by-course")
READY = os.path.join(VENV, "course-ready")

OLDEST, NEWEST = (3, 10), (3, 13)   # the Pythons for which TensorFlow 2.21 has wheels

COMMANDS = {
    "lab": "open the course in JupyterLab (options: --port N, --no-browser)",
    "test": "run every test (further arguments go to pytest)",
    "build": "write both notebooks of a chapter from its source (options: NAME, --check)",
    "catalogue": "list every exercise and widget (option: --json)",
    "bench": "measure speed, as ratios (option: --json)",
}
# These may also run in another environment that you have activated and that has what they need.
RUN_ANYWHERE = {"build": "nbclient", "catalogue": "numpy", "bench": "tensorflow"}


class Trouble(Exception):
    """Something that the reader of the message can put right; shown without a traceback."""


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
        if in_some_venv() and has(RUN_ANYWHERE.get(name)):
            return run(name, rest)
        if not healthy_venv():
            make_venv(name)
        return hand_over(name, rest)
    if stamp() != read(READY):
        importlib.import_module("helpers.commands.install").install()
    return run(name, rest)


def run(name, rest):
    """The command itself; from here on, modern Python and every package may be used."""
    if not supported(sys.version_info):
        raise Trouble(unsupported_message(name))
    # `import tensorflow` takes five times as long where Python may not keep what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # A kernel that the user installed under the same name must not hide the course's own.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    return importlib.import_module("helpers.commands." + name).main(rest) or 0


# --- which Python ---------------------------------------------------------------------------------

def supported(version):
    return OLDEST <= tuple(version[:2]) <= NEWEST


def unsupported_message(name):
    """Say which Python was called, which are needed, and the exact command that will work here."""
    lines = ["This is Python {}.{}, and the course needs one from {}.{} to {}.{}: TensorFlow has no"
             .format(*(sys.version_info[:2] + OLDEST + NEWEST)), "package for any other.", ""]
    found = other_python()
    if found:
        return "\n".join(lines + ["There is one on this machine. Type:", "",
                                  "    {} -m helpers {}".format(quoted(found), name)])
    if shutil.which("uv"):
        command = "    uv run --no-project --python 3.12 python -m helpers " + name
        return "\n".join(lines + ["uv can fetch one. Type:", "", command])
    return "\n".join(lines + ["Install Python 3.12 (https://www.python.org/downloads/), open a new "
                              "terminal, and type:", "", "    python3.12 -m helpers " + name])


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
    return '"{}"'.format(path) if " " in path else path


def has(package):
    return bool(package) and importlib.util.find_spec(package) is not None


# --- the course's own environment -----------------------------------------------------------------

def venv_python():
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, *parts)


def inside_venv():
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def in_some_venv():
    return sys.prefix != getattr(sys, "base_prefix", sys.prefix)


def stamp():
    """What `.venv` was made from: if any of it changes, `.venv` has to be looked at again."""
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n") + b"\0")
    where = (ROOT, "{}.{}".format(*sys.version_info[:2]), platform.machine())
    digest.update("\0".join(where).encode("utf-8"))
    return digest.hexdigest()


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""


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
    version, python = venv_version(), venv_python()
    runs = os.path.exists(python) and (read(READY) != "" or supported(ask_version(python)))
    if runs and supported(version):
        return True
    if os.path.isdir(VENV) and (os.path.exists(MADE_BY_US) or not os.listdir(VENV)):
        return False
    if runs or version != (0, 0) and not supported(version):
        problem = "was made by Python {}.{}, with which the course cannot work".format(*version)
    elif version != (0, 0):
        problem = "was made by a Python {}.{} that is no longer there".format(*version)
    else:
        problem = "is not an environment that the course can use"
    remove = 'rmdir /s /q "{}"' if os.name == "nt" else "rm -rf {}"
    raise Trouble("The folder .venv {}.\nIf nothing in it is needed, remove it and call again:\n\n"
                  "    {}".format(problem, remove.format(quoted(VENV))))


def make_venv(name):
    """Make `.venv` with this Python; one that an earlier call left half made is made anew."""
    if not supported(sys.version_info):
        raise Trouble(unsupported_message(name))
    say("Making the course's own environment in {} …".format(VENV))
    try:
        if os.path.lexists(VENV):
            shutil.rmtree(VENV)
        os.mkdir(VENV)
        with open(MADE_BY_US, "w", encoding="utf-8") as file:
            file.write("python3 -m helpers may remove and remake this folder.\n")
    except OSError as error:
        raise Trouble("The course cannot write in its own folder:\n\n    {}\n\nCopy the folder to "
                      "where you may write, or free some space, and call again."
                      .format(error)) from None
    # pip is left out where uv will do the installing: that saves several seconds.
    without_pip = ["--without-pip"] if shutil.which("uv") else []
    made = subprocess.run([sys.executable, "-m", "venv"] + without_pip + [VENV],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode or not os.path.exists(venv_python()):
        text = made.stdout.decode("utf-8", "replace").strip()
        if "ensurepip" in text or "No module named venv" in text:
            text = ("This Python came without the part that makes environments. On Debian and "
                    "Ubuntu:\n\n    sudo apt install python3-venv\n\nThen call again.")
        raise Trouble("The environment could not be made.\n\n" + text)


def say(text):
    """Print at once, also into a pipe and on terminals that know few letters."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    print(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


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
