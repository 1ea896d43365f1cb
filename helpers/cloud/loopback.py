"""A network that holds this machine only: for programs that listen on more than they should.

On Linux a process can get a network of its own, in which 127.0.0.1 is the only address. What it and
its children listen on cannot be reached from anywhere else, whatever address they ask for.
"""

import ctypes
import errno
import json
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


BEWARE = ("Beware: these workers listen on all addresses of this machine while they run, and let "
          "anybody in. Here they cannot be shut off from the network.")
"""What a program says that starts such workers and could not `enter`."""

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""What libraries for products ask how many threads they may have."""

AGAIN = "COURSE_BEGUN_AGAIN"     # in the environment of a program that was: what THREADS were


def enter():
    """Move this process, and children that it starts, into such a network; False if it cannot be.

    For programs, before they do anything: whoever is not root can do it only while the process has
    a single thread, and NumPy's library for products keeps some ready from its import on. So the
    program may begin again, from its command line and as the same process, without those threads.
    """
    if not sys.platform.startswith("linux"):
        return False
    before = os.environ.pop(AGAIN, None)
    if before is not None:      # for children all is as it was
        for name, value in json.loads(before).items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    try:
        own_network()
        loopback_up()
    except OSError as problem:
        if before is None and problem.errno == errno.EINVAL:
            _begin_again()
        return False
    return True


def shut_off(folder, say, program):
    """Enter, before workers start that listen to anybody; where that cannot be, say `BEWARE`.

    Parameters
    ----------
    folder : str or None
        The job's store. A bucket is elsewhere, so whoever writes to one stays in the network.
    say : callable
    program : bool
        Whether this process is a program of its own. Who only calls one's `main` is not moved.
    """
    if not (program and "://" not in (folder or "") and enter()):
        say(BEWARE)


def _begin_again():
    os.environ[AGAIN] = json.dumps({name: os.environ.get(name) for name in THREADS})
    os.environ.update(dict.fromkeys(THREADS, "1"))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


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
