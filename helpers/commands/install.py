"""Fill `.venv` with the packages of requirements.txt: once, behind a progress bar, and repairably.

Runs inside `.venv`, with the standard library only. The stamp `course-ready` is written after
everything has succeeded and taken away before anything is changed; so whatever stops an
installation, the next call finds no stamp and repairs.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from helpers.commands.environment import READY, ROOT, VENV, Trouble, read, say, stamp
from helpers.commands.installers import PipWatcher, UvWatcher, Watcher
from helpers.commands.progressbar import ProgressBar

GIGABYTE = 1024**3
SPACE = 4.0   # GB: 2.8 for the packages, the rest while TensorFlow (0.6 GB packed) is unpacked
LOG = Path(VENV, "install.log")

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
    with only_one():
        if stamp() == read(READY):
            return   # another window has just done it
        before = read(READY)
        if not before:
            check_space()
        Path(READY).unlink(missing_ok=True)
        remove_half_installed()
        try:
            run_installers()
        except NoNetwork:
            if not before:
                raise
            # Installers fetch everything before they change anything: what was there still works.
            say("No network: going on with the packages of last time.")
            write_stamp(before)
            return
        write_stamp(stamp())


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
            "-r", "requirements.txt"]


def pip_command() -> list[str]:
    command = [sys.executable, "-m", "pip", "install", "--no-input", "--retries", "2",
               "--disable-pip-version-check", "-r", "requirements.txt"]
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
    if importlib.util.find_spec("pip.__main__") is not None and pip_version() > (0, 0):
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
    already = sum(file.stat().st_size for file in site_packages().rglob("*") if file.is_file())
    free = shutil.disk_usage(ROOT).free
    if free + already < SPACE * GIGABYTE:
        raise Trouble(f"Too little disk space: the course needs {SPACE:.0f} GB (TensorFlow is "
                      f"large), and {ROOT} has {free / GIGABYTE:.1f} GB free. Free some, and call "
                      "again.")


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


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let one process install at a time; the system lifts the lock when its holder dies."""
    with open(Path(VENV, "install.lock"), "a+b") as file:
        waited = False
        while not try_lock(file):
            if not waited:
                say("Another window is installing the packages; waiting for it …")
            waited = True
            time.sleep(0.5)
        yield


def try_lock(file) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
