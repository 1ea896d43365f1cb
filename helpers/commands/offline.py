"""Run a command that can reach this machine and nothing else, as far as the system allows.

    python -m helpers.commands.offline COMMAND ...

The course promises to work without a network; a test that quietly downloads something would hide
that it does not. On Linux the command gets a network of its own that holds only the loopback
device. Elsewhere, or where the system forbids that, every proxy is set to a port on which nothing
listens.
"""

import os
import sys

from helpers.cloud import loopback

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
    return loopback.enter()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
