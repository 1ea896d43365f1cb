"""Fill `.venv` with the packages of requirements.txt: once, behind a progress bar, and repairably.

Runs inside `.venv`, with the standard library only. The stamp `course-ready` is written after
everything has succeeded. While an installer is at work it is called `course-ready.before`, and when
the installer begins to change packages that is taken away too. So whatever stops an installation,
the next call finds no stamp and repairs; and without a network it goes on with the packages of last
time, if nothing has been changed since.
"""

import importlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from helpers.commands import venv
from helpers.commands.environment import ROOT, Trouble, has, read, say
from helpers.commands.installers import PipWatcher, UvWatcher, Watcher
from helpers.commands.lock import only_one
from helpers.commands.progressbar import ProgressBar
from helpers.commands.venv import READY, SPACE, VENV, lists, stamp

LOG = Path(VENV, "install.log")
BEFORE = READY + ".before"       # the stamp while an installer is at work
OFFLINE = Path(VENV, "offline")  # the stamp that could not be reached for want of a network
OFFLINE_SECONDS = 24 * 3600      # after so long it is tried again in any case
# Where the name of a package is not the one that is imported.
MODULES = {"scikit-learn": "sklearn", "pytest-xdist": "xdist", "ipython": "IPython",
           "pyyaml": "yaml"}

NO_NETWORK = re.compile(
    r"name resolution|nodename nor servname|getaddrinfo|dns error"
    r"|connection (refused|reset|aborted)|NewConnectionError|ConnectTimeout|Read timed out"
    r"|network is unreachable|failed to fetch|error sending request|ProxyError"
    r"|client error \(Connect\)|operation timed out",
    re.IGNORECASE,
)
NO_SPACE = re.compile(r"no space left|os error 28|errno 28|not enough space|disk quota",
                      re.IGNORECASE)


def install() -> None:
    """Install what requirements.txt asks for into the environment that runs this.

    Raises
    ------
    Trouble
        If there is no network, no space, or the installer fails: with what to do about it.
    """
    with only_one(Path(VENV, "install.lock"), "Another window is installing the packages"):
        if stamp() == read(READY) and complete():
            return   # another window has just done it
        if os.path.exists(READY):
            os.replace(READY, BEFORE)
        before = read(BEFORE) if complete() else ""
        if before and still_offline():
            go_on_with(before)
            return
        if not before:
            check_space()
        remove_half_installed()
        try:
            run_installers()
        except NoNetwork:
            if not read(BEFORE) or not before:
                raise
            OFFLINE.write_text(stamp(), encoding="utf-8")
            go_on_with(before)
            return
        write_stamp(stamp())
        for file in (Path(BEFORE), OFFLINE):
            file.unlink(missing_ok=True)


def complete() -> bool:
    """Whether every package that is wanted can be imported, as far as a look can tell."""
    lines = [line for name in lists() for line in Path(ROOT, name).read_text("utf-8").splitlines()]
    names = [match[0] for line in lines if (match := re.match(r"[A-Za-z][\w.-]*", line))]
    return has(*(MODULES.get(name, name.replace("-", "_")) for name in names))


def go_on_with(before: str) -> None:
    """Use the packages of last time; the next call tries again."""
    say("No network: going on with the packages of last time.")
    write_stamp(before)


def still_offline() -> bool:
    """Whether the last try met no network, not long ago, and a look shows none now either.

    An installer takes ten seconds to find that out.
    """
    if read(OFFLINE) != stamp() or time.time() - OFFLINE.stat().st_mtime > OFFLINE_SECONDS:
        return False
    # In a process of its own: looking up a name knows no time limit.
    look = "import socket; socket.create_connection(('pypi.org', 443), 1).close()"
    try:
        return subprocess.run([sys.executable, "-c", look], timeout=1.5,
                              stderr=subprocess.DEVNULL).returncode != 0
    except subprocess.TimeoutExpired:
        return True


class NoNetwork(Trouble):
    """The packages could not be fetched."""


def run_installers() -> None:
    """Try uv where it is installed, then pip; stop at the first that succeeds."""
    say("Installing the course's packages (once; about 1 GB to download, 3 GB on disk) …")
    if shutil.which("uv"):
        if run_one(uv_command(), UvWatcher()) == 0:
            return
        say("uv did not succeed; trying with pip …")
    ensure_pip()
    if run_one(pip_command(), PipWatcher(site_packages())) != 0:
        tail = "\n".join(LOG.read_text("utf-8", "replace").splitlines()[-12:])
        raise Trouble(f"The packages could not be installed. pip's last lines were:\n\n{tail}\n\n"
                      f"All of them are in {LOG}. After a change, call the same command again.")


def uv_command() -> list[str]:
    """Compiling now saves the learner's first `import tensorflow` about seven seconds."""
    return [shutil.which("uv"), "pip", "install", "--python", sys.executable, "--compile-bytecode",
            "-r", lists()[-1]]


def pip_command() -> list[str]:
    command = [sys.executable, "-m", "pip", "install", "--no-input", "--retries", "2",
               "--disable-pip-version-check", "-r", lists()[-1]]
    if pip_version() >= (24, 1):
        command += ["--progress-bar", "raw"]   # lines that a program can read
    return command


def pip_version() -> tuple[int, ...]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return tuple(int(part) for part in re.findall(r"\d+", version("pip"))[:2])
    except PackageNotFoundError:
        return (0, 0)


def ensure_pip() -> None:
    """Bring pip into an environment that was made without it, or whose making was interrupted."""
    # `find_spec` of a part raises where the whole is missing, so it is asked for first.
    if has("pip") and has("pip.__main__") and pip_version() > (0, 0):
        return
    done = subprocess.run([sys.executable, "-m", "ensurepip", "--upgrade"], capture_output=True,
                          text=True, env=child_environment())
    if done.returncode:
        raise Trouble("This Python has neither pip nor uv to install packages with. On Debian and "
                      "Ubuntu:\n\n    sudo apt install python3-venv\n\nThen remove the folder "
                      f"{VENV} and call again.")
    importlib.invalidate_caches()


def run_one(command: list[str], watcher: Watcher) -> int:
    """Run an installer, turn its lines into a progress bar, and keep them in a log.

    Returns its exit status. Raises Trouble where the reason can be put in a sentence.
    """
    bar = ProgressBar()
    bar.update(0.0, "starting")
    process = subprocess.Popen(command, cwd=ROOT, env=child_environment(), text=True,
                               encoding="utf-8", errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with LOG.open("w", encoding="utf-8") as log:
        reader = threading.Thread(target=follow, args=(process.stdout, watcher, log), daemon=True)
        reader.start()
        try:
            while process.poll() is None:
                bar.update(watcher.fraction(), watcher.text)
                time.sleep(0.2)
        except BaseException:
            process.kill()
            process.wait()
            bar.close()
            raise
        reader.join(timeout=10)
    if process.returncode == 0:
        bar.update(1.0, "ready")
    bar.close()
    if process.returncode:
        explain_failure(LOG.read_text("utf-8", "replace"))
    return process.returncode


def follow(lines, watcher: Watcher, log) -> None:
    for line in lines:
        if not line.startswith("Progress "):
            log.write(line)
            log.flush()
        watcher.line(line)
        if watcher.changing:   # from here on the packages of last time are no longer whole
            Path(BEFORE).unlink(missing_ok=True)


def explain_failure(output: str) -> None:
    """Raise a Trouble where the installer's output shows a reason that the reader can remove."""
    if NO_SPACE.search(output):
        raise Trouble(f"The disk is full. The course needs {SPACE:.0f} GB in {ROOT} and, while it "
                      "installs, 1 GB in the folder for temporary files. Free some space, or set "
                      "TMPDIR to a larger folder, and call again.")
    if NO_NETWORK.search(output):
        raise NoNetwork("The packages could not be downloaded: there is no connection to the "
                        "package index (pypi.org).\nThe first start needs the network; later ones "
                        "do not. Connect, and call the same command again.\nBehind a proxy, set "
                        f"HTTPS_PROXY first. Details: {LOG}")


def child_environment() -> dict[str, str]:
    """The environment for an installer: no user settings that would lead packages elsewhere."""
    environment = dict(os.environ)
    for name in ("PYTHONDONTWRITEBYTECODE", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_HASHES"):
        environment.pop(name, None)
    environment.update(PIP_USER="0", PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8",
                       UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", NO_COLOR="1")
    return environment


def check_space() -> None:
    """Raise Trouble before the first download if the packages will not fit."""
    files = (file for file in site_packages().rglob("*") if file.is_file())
    venv.check_space(already=sum(file.stat().st_size for file in files))


def site_packages() -> Path:
    import sysconfig

    return Path(sysconfig.get_paths()["purelib"])


def remove_half_installed() -> None:
    """Forget packages whose installation was interrupted, or the installer would take them as done.

    Both pip and uv write the file INSTALLER after all other files of a package, so a `.dist-info`
    folder without it is a package of which something may be missing. Nothing else is removed: the
    installer writes over what is left. Folders that begin with "~" are pip's, from an interrupted
    upgrade.
    """
    folder = site_packages()
    for info in [*folder.glob("*.dist-info"), *folder.glob("~*")]:
        if info.is_dir() and (info.name.startswith("~") or not (info / "INSTALLER").exists()):
            shutil.rmtree(info, ignore_errors=True)


def write_stamp(text: str) -> None:
    """Write all of the stamp or nothing of it."""
    new = Path(READY + ".new")
    new.write_text(text + "\n", encoding="utf-8")
    os.replace(new, READY)
