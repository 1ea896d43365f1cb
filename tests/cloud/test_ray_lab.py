"""Ray starts the workers of the same training: the same weights come out, and nothing stays."""

import os
import sys
import threading

import numpy as np
import psutil
import pytest

from helpers.cloud import ray_lab, ray_workers, task, training
from tests.cloud.extras import needs

JOB = training.Job(steps=30)          # an epoch has 23, the last of them a short one


@pytest.fixture(scope="module")
def alone():
    """The same training with the layers of chapter 2, in this process."""
    return training.one_process(JOB)


def as_one(result, alone):
    """Float32 sums in another order, 30 steps: 2e-7 was seen; 1e-5 is what chapter 5 promises."""
    assert training.largest_difference(result, alone) <= 1e-5
    assert np.allclose(result.losses, alone.losses, atol=1e-5)
    assert result.identical                     # both workers ended with the same bits


def family():
    return {process.pid for process in psutil.Process().children(recursive=True)}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@needs("ray", "tensorflow", "jax")
def test_the_same_training_started_by_ray(alone):
    """Nobody else can reach it while it runs, and afterwards no process of it is left."""
    before, results, seen = family(), [], set()
    thread = threading.Thread(target=lambda: results.extend(ray_lab.train_with_each(JOB)))
    thread.start()
    while thread.is_alive():
        thread.join(0.5)
        seen |= listening(family() - before)
    assert [result.who for result in results] == [
        "2 workers, Ray with TensorFlow", "2 workers, Ray with JAX"]
    for result in results:
        as_one(result, alone)
    # Where the system gives nobody a network of their own, the results say so instead.
    assert seen and (seen <= {"127.0.0.1", "::ffff:127.0.0.1", "own network"}
                     or all(result.beware for result in results))
    assert not family() - before


def listening(pids):
    """Addresses on which these processes listen; "own network" where nobody can come."""
    found = set()
    for pid in pids:
        try:
            if os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net"):
                found.add("own network")
                continue
            found |= {one.laddr.ip for one in psutil.Process(pid).net_connections("tcp")
                      if one.status == psutil.CONN_LISTEN}
        except (OSError, psutil.Error):        # it has just ended
            continue
    return found


def test_workers_shards_make_up_the_batches():
    """Also the short one at the end of an epoch: filled up, and its examples count more."""
    x, y = task.course_digits()
    parts = [ray_workers.own_batches(JOB, x, y, rank) for rank in range(2)]
    lengths = []
    for step in range(JOB.steps):
        rows = task.batch_at(JOB.seed, step, len(x), JOB.batch_size)
        now = slice(32 * step, 32 * (step + 1))
        counted = 0.0
        for rank, (own_x, own_y, counts) in enumerate(parts):
            mine, real = rows[rank::2], counts[now] > 0
            assert (own_x[now][real] == x[mine]).all() and (own_y[now][real] == y[mine]).all()
            assert np.allclose(counts[now][real], 64 / len(rows))
            counted += counts[now].sum()
        assert counted == pytest.approx(64)
        lengths.append(len(rows))
    assert min(lengths) < 64


def test_a_batch_that_cannot_be_divided_is_not_for_jax(tmp_path, monkeypatch):
    monkeypatch.setattr(ray_lab.importlib.util, "find_spec", lambda name: name)
    with pytest.raises(ValueError, match="a batch of 63 cannot be divided among 2 workers"):
        ray_lab.train(training.Job(batch_size=63), "jax", folder=tmp_path)


def test_without_ray_the_command_that_installs_it_is_named(monkeypatch, capsys):
    monkeypatch.setattr(ray_lab.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install -e \.\[cluster\]"):
        ray_lab.train(JOB)
    assert ray_lab.main(["--backend", "jax"]) == 1
    assert "stopped: This needs ray and jax" in capsys.readouterr().out


def test_backends_that_ray_lab_does_not_know():
    with pytest.raises(ValueError, match="expected \"tensorflow\" or \"jax\"; got 'torch'"):
        ray_lab.train(JOB, "torch")
