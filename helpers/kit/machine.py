"""What the machine under the notebook is, found out without importing anything large."""

import contextlib
import html
import importlib.metadata
import os
import platform
import shutil
import socket
import subprocess
import sys
import threading

PACKAGES = ("numpy", "matplotlib", "scikit-learn", "tensorflow", "keras", "ipywidgets",
            "jupyterlab")


class Description(list):
    """Rows (what, value) that a notebook shows as a table and a terminal as lines."""

    def __repr__(self):
        width = max(len(what) for what, _ in self)
        return "\n".join(f"{what:<{width}}  {value}" for what, value in self)

    def _repr_html_(self):
        rows = "".join(f'<tr><th scope="row" style="text-align:left">{html.escape(what)}</th>'
                       f'<td style="text-align:left">{html.escape(value)}</td></tr>'
                       for what, value in self)
        return f"<table><caption>This machine</caption><tbody>{rows}</tbody></table>"


def describe(backend, profile):
    """What this machine is, as a table; see `runtime.describe`.

    Parameters
    ----------
    backend, profile : str
        What Keras computes with, and how much is to be computed: the rows that are no machine's.

    Returns
    -------
    Description
    """
    rows = [("Python", f"{platform.python_version()} on {platform.system()} "
                       f"{platform.machine()}")]
    rows += [(package, _version(package)) for package in PACKAGES]
    rows += [
        ("processor", f"{cpu_name()}, {_cores()} cores"),
        ("memory", _memory()),
        ("graphics card", _graphics_card() or "none found; the course does not need one"),
        ("Keras backend", backend),
        ("network", "online" if online() else "offline; the course does not need it"),
        ("profile", profile),
    ]
    return Description(rows)


def online(host="storage.googleapis.com", port=443, seconds=1.5):
    """Whether the data's server can be reached. Never takes longer than `seconds`.

    The attempt runs in a thread: looking up a name has no time limit of its own.
    """
    answer = []

    def attempt():
        with contextlib.suppress(OSError):
            socket.create_connection((host, port), timeout=seconds).close()
            answer.append(True)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answer)


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _cores():
    """Cores that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_name():
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine() or "processor"


def _memory():
    """Installed memory, as text."""
    with contextlib.suppress(AttributeError, ValueError, OSError):
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return f"{total / 2**30:.1f} GiB"
    return "unknown"    # Windows has no sysconf, and a guess would be worse


def _graphics_card():
    """Names of NVIDIA cards, or of an Apple processor, without importing anything large."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return "Apple GPU (TensorFlow uses the processor unless tensorflow-metal is installed)"
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run([program, "--query-gpu=name", "--format=csv,noheader"],
                                capture_output=True, text=True, timeout=3)
        if answer.returncode == 0 and answer.stdout.strip():
            return ", ".join(answer.stdout.strip().splitlines())
    return None
