"""What `test` runs can reach this machine and nothing else."""

import socket
import subprocess
import sys

import pytest

from helpers.commands import environment, offline, test

PROBE = """
import socket, urllib.request
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), timeout=5).close()
print("here: reached")
try:
    # An address kept for documentation: without a network of its own this would time out, not fail.
    socket.create_connection(("192.0.2.1", 80), timeout=3)
except OSError as error:
    print("elsewhere:", type(error).__name__, error.errno)
try:
    urllib.request.urlopen("http://example.org", timeout=5)
except OSError:
    print("proxy: nothing")
"""


def test_command_reaches_this_machine_and_nothing_else():
    done = subprocess.run([sys.executable, "-m", "helpers.commands.offline",
                           sys.executable, "-c", PROBE],
                          cwd=environment.ROOT, text=True, capture_output=True)
    assert "here: reached" in done.stdout and "proxy: nothing" in done.stdout, done
    if "a network of its own" not in done.stdout:
        pytest.skip("this system does not let a process have a network of its own")
    assert "elsewhere: OSError 101" in done.stdout   # ENETUNREACH: there is no way out


def test_pytest_gets_further_arguments_and_two_processes(monkeypatch):
    started = []

    class Process:
        def __init__(self, command, cwd):
            started.append(command)

        def wait(self):
            return 5

    monkeypatch.setattr(test.subprocess, "Popen", Process)
    assert test.main(["tests/nn", "-x"]) == 5
    assert started[0][-5:] == ["2", "--dist", "loadfile", "tests/nn", "-x"]
    test.main(["-n", "4"])
    assert "loadfile" not in started[1]


def test_dead_proxy_is_dead():
    host, port = offline.DEAD_PROXY.removeprefix("http://").split(":")
    with pytest.raises(OSError), socket.create_connection((host, int(port)), timeout=5):
        pass
