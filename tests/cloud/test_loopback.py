"""A network that holds this machine only: entered, or said to be impossible."""

import errno
import json
import os
import sys

import pytest

from helpers.cloud import loopback, training

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a network of one's own")


class Begun(Exception):
    """The program has begun again, which ends this one."""


@pytest.fixture
def refused(monkeypatch):
    """A system that says no in a certain way; what would be executed again is kept."""
    begun = []

    def execv(path, command):
        begun.append((path, command))
        raise Begun

    def refuse(number):
        def no():
            raise OSError(number, os.strerror(number))
        monkeypatch.setattr(loopback, "own_network", no)
        return begun
    for name in (*loopback.THREADS, loopback.AGAIN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(loopback.os, "execv", execv)
    return refuse


def test_with_threads_a_program_begins_again_without_them_once(refused, monkeypatch):
    """What is not root may leave the network only while it has a single thread."""
    begun = refused(errno.EINVAL)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with pytest.raises(Begun):
        loopback.enter()
    assert begun == [(sys.executable, [sys.executable, *sys.orig_argv[1:]])]
    assert {os.environ[name] for name in loopback.THREADS} == {"1"}
    assert json.loads(os.environ[loopback.AGAIN])["OMP_NUM_THREADS"] == "3"
    # the second time it gives up, and its children find the environment as it was
    assert loopback.enter() is False and len(begun) == 1
    assert os.environ["OMP_NUM_THREADS"] == "3" and loopback.AGAIN not in os.environ
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_nothing_begins_again_where_it_would_not_help(refused):
    begun = refused(errno.EPERM)
    assert loopback.enter() is False and begun == []


def test_a_result_says_that_its_workers_could_be_reached():
    quiet = training.Result("2 workers", [], [2.0, 1.0], 0.01, 1.0)
    said = repr(quiet._replace(beware=True)).splitlines()
    assert "Beware" not in repr(quiet) and said[1].startswith("Beware: ")
    assert max(map(len, said)) <= 96
