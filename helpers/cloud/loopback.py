"""A network that holds this machine only: for programs that listen on more than they should.

On Linux a process can get a network of its own, in which 127.0.0.1 is the only address. What it and
its children listen on cannot be reached from anywhere else, whatever address they ask for.
"""

import ctypes
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


def enter():
    """Move this process, and children that it starts, into such a network; False if it cannot be.

    Call it before any thread is started.
    """
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
