"""What this process may use of the machine under it, and where the system says so.

A cloud hands out parts of machines in three wrappings. A process shares everything but its memory;
a container is a group of processes with limits of its own (Linux: cgroups) and its own view of the
files; a virtual machine brings a whole operating system, on a processor that is pretended.
"""

import contextlib
import html
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from helpers.kit.machine import cpu_name

NO_LIMIT = 2**60        # cgroup v1 says "none" with a number of this size
TURNS = 60_000          # of the work that `isolation` does, some 0.5 s
NOTHING_GAINED = 1.5    # times as long on one core; below that two cores were not there to use


class Fact(NamedTuple):
    """One thing found out: what, the value, and the file or call that says so."""

    what: str
    value: str
    source: str


class Facts(list):
    """Several `Fact`: a table in a notebook, lines in a terminal."""

    def __getitem__(self, key):
        """The value of the fact called `key`; a number gives the fact at that place."""
        if isinstance(key, str):
            return next(fact.value for fact in self if fact.what == key)
        return super().__getitem__(key)

    def __repr__(self):
        wide, long = (max(len(fact[k]) for fact in self) for k in (0, 1))
        return "\n".join(f"{what:<{wide}}  {value:<{long}}  {source}".rstrip()
                         for what, value, source in self)

    def _repr_html_(self):
        left = 'style="text-align:left"'
        rows = "".join(f'<tr><th scope="row" {left}>{html.escape(what)}</th><td {left}>'
                       f"{html.escape(value)}</td><td {left}><code>{html.escape(source)}</code>"
                       "</td></tr>" for what, value, source in self)
        return (f"<table><thead><tr><th {left}></th><th {left}>value</th><th {left}>read from</th>"
                f"</tr></thead><tbody>{rows}</tbody></table>")


def describe(root="/"):
    """What this process may use, as a table with the sources.

    Parameters
    ----------
    root : path-like
        Where /proc and /sys are looked for; another one than "/" is for tests.

    Returns
    -------
    Facts
        Where a system says nothing, as Windows and macOS do of most, the fact says "unknown".
    """
    root = Path(root)
    usable, how = _usable_cores()
    cpu, cpu_file = cpu_limit(root)
    memory, memory_file = memory_limit(root)
    return Facts([
        Fact("processor", cpu_name(), "/proc/cpuinfo"),
        Fact("cores of the machine", str(os.cpu_count() or "unknown"), "os.cpu_count()"),
        Fact("cores that this process may use", str(usable), how),
        Fact("limit on processor time", "none found" if cpu is None else f"{cpu:g} cores",
             cpu_file),
        Fact("memory of the machine", *_memory(root)),
        Fact("limit on memory", "none found" if memory is None else _gib(memory), memory_file),
        Fact("container", *container(root)),
        Fact("virtual machine", *virtual_machine(root)),
    ])


def cpu_limit(root="/"):
    """Processor time that a cgroup allows this process, in cores: (float or None, source).

    Quota / period: cpu.max of cgroup v2 says "150000 100000" for one core and a half, and "max"
    for no limit. Limits of all groups above hold as well; the smallest counts.
    """
    found = [(None, "cpu.max, cpu.cfs_quota_us")]
    for folder in _groups(root, "cpu"):
        text = _read(folder / "cpu.max")
        if text is not None:
            found.append((_quota(*text.split()[:2]), str(folder / "cpu.max")))
        quota = _read(folder / "cpu.cfs_quota_us")
        if quota is not None:
            period = _read(folder / "cpu.cfs_period_us") or "100000"
            found.append((_quota(quota, period), str(folder / "cpu.cfs_quota_us")))
    return _smallest(found)


def memory_limit(root="/"):
    """Bytes of memory that a cgroup allows this process: (int or None, source)."""
    found = [(None, "memory.max, memory.limit_in_bytes")]
    for folder in _groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = _read(folder / name)
            if text is not None:
                limited = text.isdigit() and int(text) < NO_LIMIT
                found.append((int(text) if limited else None, str(folder / name)))
    return _smallest(found)


def container(root="/"):
    """Whether signs of a container are there: (words, source)."""
    root = Path(root)
    for name, words in ((".dockerenv", "yes: Docker"), ("run/.containerenv", "yes: Podman")):
        if (root / name).exists():
            return words, f"/{name}"
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "yes: Kubernetes", "KUBERNETES_SERVICE_HOST"
    groups = _read(root / "proc/self/cgroup") or ""
    for sign in ("docker", "kubepods", "containerd", "lxc", "podman"):
        if sign in groups:
            return f"yes: {sign}", "/proc/self/cgroup"
    if (root / "proc").exists():
        return "no sign of one", "/.dockerenv, /proc/self/cgroup"
    return "unknown", ""


def virtual_machine(root="/"):
    """Whether the processor is pretended: (words, source)."""
    root = Path(root)
    info = _read(root / "proc/cpuinfo")
    vendor = _read(root / "sys/class/dmi/id/sys_vendor")
    if info and " hypervisor" in info:
        return "yes" + (f": {vendor}" if vendor else ""), "/proc/cpuinfo, flag hypervisor"
    if info is None:
        return "unknown", ""
    return "no sign of one", "/proc/cpuinfo, flag hypervisor"


def _groups(root, controller):
    """Folders of this process's cgroups, the innermost first, up to the outermost."""
    root = Path(root)
    top = root / "sys/fs/cgroup"
    for line in (_read(root / "proc/self/cgroup") or "").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            base = top
        elif controller in controllers.split(","):
            base = next((top / name for name in (controllers, controller)
                         if (top / name).exists()), top / controller)
        else:
            continue
        here = base / path.strip("/") if ".." not in path else base
        yield from (folder for folder in (here, *here.parents) if folder.is_relative_to(base))


def _quota(quota, period):
    return None if quota in ("max", "-1") else int(quota) / int(period)


def _smallest(found):
    limited = [entry for entry in found if entry[0] is not None]
    return min(limited, key=lambda entry: entry[0]) if limited else found[-1]


def _read(path):
    """The text of a small file of the system, None where there is none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return Path(path).read_text("utf-8").strip()
    return None


def _usable_cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)), "os.sched_getaffinity(0)"
    return os.cpu_count() or "unknown", "os.cpu_count()"


def _memory(root):
    for line in (_read(root / "proc/meminfo") or "").splitlines():
        if line.startswith("MemTotal:"):
            return _gib(1024 * int(line.split()[1])), "/proc/meminfo"
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return _gib(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")), "os.sysconf"
    return "unknown", ""


def _gib(count):
    return f"{count / 2**30:.1f} GiB"


class Isolation(NamedTuple):
    """Two processes at the same work: seconds on one core together, and on a core each.

    Attributes
    ----------
    seconds : (float, float), or None where a system does not let a program choose cores
    cores : int
        How many there are to use; with one, both times are of that one.
    """

    seconds: tuple | None
    cores: int

    @property
    def ratio(self):
        """How many times as long both take on one core."""
        return self.seconds[0] / self.seconds[1]

    def __repr__(self):
        if self.seconds is None:
            return (f"{sys.platform} does not let a program say which cores a process may use, so "
                    "nothing was measured. On Linux two processes that share one core take twice "
                    "as long as on two.")
        one, each = self.seconds
        if self.cores == 1:
            return f"Two processes on the only core that we may use: {one:.2f} s, {each:.2f} s."
        return (f"two processes, the same work each\n"
                f"  both on one core       {one:.2f} s\n"
                f"  on a core each         {each:.2f} s\n"
                f"{self.ratio:.1f} times as long. {self._why()}")

    def _why(self):
        if self.ratio < NOTHING_GAINED:
            return "Other programs use the cores, too. Run it again when they rest."
        return "The operating system keeps them on their core; neither knows of the other."


def isolation(turns=TURNS):
    """Let two processes compute at the same time: on one core together, then on a core each.

    Parameters
    ----------
    turns : int
        How much each of them computes.

    Returns
    -------
    Isolation
        In some 2 s. On two idle cores the ratio is near 2.
    """
    from helpers.cloud.crew import Crew

    if not hasattr(os, "sched_setaffinity"):
        return Isolation(None, os.cpu_count() or 1)
    usable = sorted(os.sched_getaffinity(0))
    seconds = []
    with Crew(2) as crew:
        for places in ([usable[0], usable[0]], [usable[0], usable[-1]]):
            crew.ask([{"do": "pin", "cores": [core]} for core in places])
            crew.ask([{"do": "burn", "turns": turns // 10}] * 2)     # warms up
            started = time.perf_counter()
            crew.ask([{"do": "burn", "turns": turns}] * 2)
            seconds.append(time.perf_counter() - started)
    return Isolation(tuple(seconds), len(usable))
