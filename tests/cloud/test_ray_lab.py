"""Ray starts the workers of the same training: the same weights come out, and nothing stays."""

import threading

import numpy as np
import psutil
import pytest

from helpers.cloud import ray_lab, ray_workers, task, training
from tests.cloud.extras import needs

JOB = training.Job(steps=20)


@pytest.fixture(scope="module")
def alone():
    """The same training with the layers of chapter 2, in this process."""
    return training.one_process(JOB)


def as_one(result, alone):
    """Float32 sums in another order, 20 steps: 2e-7 was seen; 1e-5 is what chapter 5 promises."""
    assert training.largest_difference(result, alone) <= 1e-5
    assert np.allclose(result.losses, alone.losses, atol=1e-5)
    assert result.identical                     # both workers ended with the same bits


def family():
    return {process.pid for process in psutil.Process().children(recursive=True)}


@needs("ray", "tensorflow")
def test_tensorflows_workers_started_by_ray(alone):
    """While it runs, Ray itself listens on 127.0.0.1 only; afterwards no process of it is left."""
    before, results, seen = family(), [], set()
    training_thread = threading.Thread(
        target=lambda: results.append(ray_lab.train(JOB, "tensorflow")))
    training_thread.start()
    while training_thread.is_alive():
        training_thread.join(0.5)
        seen |= listening(family() - before, ("raylet", "gcs_server"))
    as_one(results[0], alone)
    assert results[0].who == "2 workers, Ray with TensorFlow" and results[0].restarts == 0
    assert seen and seen <= {"127.0.0.1", "::ffff:127.0.0.1"}
    assert not family() - before


@needs("ray", "jax")
def test_kerass_fit_on_jax_started_by_ray(alone):
    before = family()
    as_one(ray_lab.train(JOB, "jax"), alone)
    assert not family() - before


def listening(pids, names):
    """Addresses on which processes of these names listen."""
    found = set()
    for pid in pids:
        try:
            process = psutil.Process(pid)
            if process.name() in names:
                found |= {one.laddr.ip for one in process.net_connections("tcp")
                          if one.status == psutil.CONN_LISTEN}
        except psutil.Error:        # it has just ended
            continue
    return found


def test_workers_shards_make_up_the_batches():
    x, y = task.course_digits()
    parts = [ray_workers.own_batches(JOB, x, y, rank) for rank in range(2)]
    for step in range(JOB.steps):
        rows = task.batch_at(JOB.seed, step, len(x), JOB.batch_size)
        for rank, (own_x, own_y) in enumerate(parts):
            now = slice(32 * step, 32 * (step + 1))
            assert (own_x[now] == x[rows[rank::2]]).all() and (own_y[now] == y[rows[rank::2]]).all()


@pytest.mark.parametrize("job", [training.Job(steps=60), training.Job(steps=20, batch_size=63)])
def test_shards_of_different_sizes_are_not_for_jax(job, tmp_path, monkeypatch):
    monkeypatch.setattr(ray_lab.importlib.util, "find_spec", lambda name: name)
    with pytest.raises(ValueError, match="With JAX, all workers need shards of one size"):
        ray_lab.train(job, "jax", folder=tmp_path)


def test_without_ray_the_command_that_installs_it_is_named(monkeypatch, capsys):
    monkeypatch.setattr(ray_lab.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install -e \.\[cluster\]"):
        ray_lab.train(JOB)
    assert ray_lab.main(["--backend", "jax"]) == 1
    assert "stopped: This needs ray and jax" in capsys.readouterr().out


def test_backends_that_ray_lab_does_not_know():
    with pytest.raises(ValueError, match='expected "tensorflow" or "jax"; got \'torch\''):
        ray_lab.train(JOB, "torch")
