"""Children have a log, a time limit and an end, also when their parent is killed."""

import os
import signal
import subprocess
import sys

import pytest

from helpers.cloud import children
from helpers.cloud.lifeline import ORPHANED, OUT_OF_TIME
from tests.cloud.waiting import SOON, alive, until

CHILD = '''"""A child for the tests."""
import os, signal, sys, time
from helpers.cloud import children, lifeline
lifeline.watch()
task = sys.argv[1]
print("hello from", os.getpid(), flush=True)
if task == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
if task == "parent":
    grandchild = children.start("toy_child", "sleep", name="grandchild", folder=sys.argv[2])
    print("grandchild", grandchild.pid, flush=True)
if task == "fail":
    sys.exit(3)
if task != "quick":
    time.sleep(60)
'''


@pytest.fixture
def toy(tmp_path, monkeypatch):
    (tmp_path / "toy_child.py").write_text(CHILD, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def start(*arguments, **options):
        return children.start("toy_child", *arguments, folder=tmp_path / "logs", **options)
    yield start
    children.stop_all(grace=0.1)


def test_a_child_ends_and_its_log_can_be_read(toy):
    child = toy("quick", name="quick")
    assert child.wait(SOON) == 0
    assert child.tail() == f"hello from {child.pid}"
    assert "ended" in repr(child) and str(child.log) in repr(child)
    assert child not in children.running()


def test_a_second_child_of_the_same_name_does_not_overwrite_the_log(toy):
    for _ in range(2):
        child = toy("quick", name="same")
        child.wait(SOON)
    assert len(child.tail().splitlines()) == 2


def test_failure_is_seen(toy):
    child = toy("fail")
    assert child.wait(SOON) == 3
    assert "failed with exit status 3" in repr(child)


def test_stop_asks_and_then_kills(toy):
    child = toy("sleep")
    until(lambda: "hello" in child.tail())
    assert child in children.running()
    assert child.stop() == -signal.SIGTERM
    deaf = toy("deaf", name="deaf")
    until(lambda: "deaf" in deaf.tail())
    assert deaf.stop(grace=0.2) == -signal.SIGKILL
    assert "SIGKILL" in repr(deaf)
    assert deaf.stop() == -signal.SIGKILL      # once more changes nothing


def test_a_child_ends_itself_when_its_time_is_up(toy):
    child = toy("sleep", seconds=0.5)
    assert child.wait(SOON) == OUT_OF_TIME
    assert "0.5 s" in child.tail()


def test_waiting_has_an_end(toy):
    child = toy("sleep")
    with pytest.raises(TimeoutError, match=r"has not ended after 0.1 s. Its log"):
        child.wait(0.1)
    assert child.running


def test_leaving_the_with_block_stops_it(toy):
    with toy("sleep") as child:
        assert child.running
    assert not child.running


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_and_grandchildren_end_with_a_parent_that_is_killed(toy, tmp_path):
    parent = toy("parent", tmp_path / "logs")
    until(lambda: "grandchild" in parent.tail())
    grandchild = int(parent.tail().split()[-1])
    assert alive(grandchild)
    parent.kill()
    until(lambda: not alive(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_children_end_with_an_interpreter_that_is_killed_or_ends(toy, tmp_path):
    code = ("from helpers.cloud import children\nimport sys\n"
            f"child = children.start('toy_child', 'sleep', folder={str(tmp_path)!r})\n"
            "print(child.pid, flush=True)\nsys.stdin.readline()\n")
    for how in ("killed", "ends"):
        parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        child = int(parent.stdout.readline())
        assert alive(child)
        if how == "killed":
            parent.kill()
        parent.communicate("\n")
        until(lambda: not alive(child))        # noqa: B023  (used at once)


def test_orphaned_is_told_in_words():
    assert "parent was gone" in children.ending(ORPHANED)
    assert children.ending(None) == "running"


def test_no_time_is_refused():
    with pytest.raises(ValueError, match="above 0 seconds; got 0"):
        children.start("toy_child", seconds=0)


def test_a_free_port_can_be_bound():
    import socket

    with socket.socket() as own:
        own.bind(("127.0.0.1", children.free_port()))


def test_interrupting_the_notebook_does_not_interrupt_its_children(toy):
    child = toy("sleep")
    if os.name != "nt":
        assert os.getpgid(child.pid) != os.getpgid(os.getpid())
