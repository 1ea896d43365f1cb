"""Run a command that can reach this machine and nothing else, as far as the system allows.

    python -m helpers.commands.offline COMMAND ...

The course promises to work without a network; a test that quietly downloads something would hide
that it does not. On Linux the command gets a network of its own that holds only the loopback
device. Elsewhere, or where the system forbids that, every proxy is set to a port on which nothing
listens.
"""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
DEAD_PROXY = "http://127.0.0.1:9"   # port 9, "discard": nothing listens there


def main(command: list[str]) -> int:
    """Cut this process off and become the command."""
    way = "a network of its own" if cut_off() else "proxies that lead nowhere"
    print(f"Without a network ({way}).", flush=True)
    if os.name != "nt":
        os.execvpe(command[0], command, os.environ)
    import subprocess

    return subprocess.call(command)


def cut_off() -> bool:
    """Take the network away from this process and its children; True if nothing can leak."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = DEAD_PROXY
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = "localhost,127.0.0.1,::1"
    if not sys.platform.startswith("linux"):
        return False
    try:
        own_network()
        loopback_up()
    except OSError:
        return False
    return True


def own_network() -> None:
    """Move into a new network namespace; who is not root needs a user namespace for it.

    Raises
    ------
    OSError
        If the system does not allow it, as in many containers.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET) == 0:
        return
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # Stay who we are: files keep belonging to the user who started the tests.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def loopback_up() -> None:
    """Switch on the device `lo`, which a new network namespace has, but off."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | IFF_UP))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
