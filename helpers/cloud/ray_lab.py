"""The same training once more, started by Ray: what people use who outgrow one machine.

    python -m helpers.cloud.ray_lab --backend tensorflow --workers 2

Ray starts the workers, tells them of each other, collects what they report, and starts them again
after a failure, on this machine or on a thousand. It is not installed with the course:

    pip install -e .[cluster]
"""

import argparse
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import time

from helpers.cloud import children, lifeline, loopback, ray_workers, task, training, worker
from helpers.cloud.store import StoreError, open_store

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}
SETTINGS = {
    "RAY_TRAIN_V2_ENABLED": "1",                # the current Ray Train
    "RAY_USAGE_STATS_ENABLED": "0",             # nothing is reported to Ray's makers
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # leaves CUDA_VISIBLE_DEVICES as it is
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",   # Ray listens on 127.0.0.1 only, as it does there
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",  # no one takes this machine away
    "RAY_enable_metrics_collection": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
RESTARTS = 2        # how often Ray starts the gang again, and this file Ray
NOT_UP = 75         # exit status where Ray has not started, for which it gives itself only 30 s


class NotUp(RuntimeError):
    """Ray itself has not started."""


def train(job, backend="tensorflow", folder=None, seconds=300):
    """Train with Ray on this machine, as `train_with_each` does, with one backend.

    Returns
    -------
    training.Result
    """
    return train_with_each(job, (backend,), folder, seconds)[0]


def train_with_each(job, backends=("tensorflow", "jax"), folder=None, seconds=300):
    """Train with Ray on this machine, once with each backend.

    Ray itself runs in processes of its own, which end when all is done.

    Parameters
    ----------
    job : training.Job
    backends : sequence of str
        "tensorflow" for a loop of one's own under TensorFlow's strategy, "jax" for Keras's `fit`.
    folder : path-like or str, optional
        Where each gets a store of its own; by default a new folder.
    seconds : float
        Time limit of the whole.

    Returns
    -------
    list of training.Result
        One for each backend.

    Raises
    ------
    ModuleNotFoundError
        If Ray or JAX is not installed; with the command that installs them.
    RuntimeError
        If a training did not get through; with the end of its log.
    """
    _check(backends)
    began, logs = time.perf_counter(), tempfile.mkdtemp(prefix="course-logs-")
    folder = str(folder or tempfile.mkdtemp(prefix="course-run-"))
    stores = _publish(job, folder, backends)
    for _ in range(1 + RESTARTS):
        with children.start("helpers.cloud.ray_lab", "--folder", folder, "--backend", *backends,
                            name="ray-lab", folder=logs, seconds=seconds) as child:
            if (status := child.wait(seconds + 10)) != NOT_UP:
                break
    if status != 0:
        raise RuntimeError(f"Ray did not get the training through:\n{child.tail(12)}")
    whole, beware = time.perf_counter() - began, loopback.BEWARE in child.tail(10_000)
    return [training.collect(job, store, "tensorflow", child.log.parent, whole)._replace(
        who=f"{job.workers} workers, Ray with {BACKENDS[backend]}", restarts=0, beware=beware)
        for backend, store in stores.items()]


def parser():
    """The arguments of this program."""
    made = argparse.ArgumentParser(
        prog="python -m helpers.cloud.ray_lab",
        description="Trains with several workers that Ray starts on this machine.")
    made.add_argument("--folder", metavar="URL",
                      help="where each backend gets a store; default: a new folder")
    made.add_argument("--backend", choices=tuple(BACKENDS), nargs="+", default=["tensorflow"])
    made.add_argument("--workers", type=int, default=2, help="default 2")
    worker.job_arguments(made)
    return made


def main(arguments=None):
    """Train; returns the exit status."""
    given = parser().parse_args(arguments)
    try:
        _check(given.backend)
    except ModuleNotFoundError as problem:
        worker.say(f"stopped: {problem}")
        return 1
    loopback.shut_off(given.folder, worker.say, program=arguments is None)
    lifeline.watch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = given.folder or tempfile.mkdtemp(prefix="course-run-")
    try:
        first = open_store(f"{folder}/{given.backend[0]}")
        job = worker.existing_job(first) or worker.job_from(given, given.workers)
        _run(job, _publish(job, folder, given.backend))
    except NotUp as problem:
        worker.say(f"stopped: {problem}")
        return NOT_UP
    except (StoreError, ValueError) as problem:
        worker.say(f"stopped: {problem}")
        return 1
    return 0


def _publish(job, folder, backends):
    """A store for each backend, with job and data in it: dict of str to Store."""
    if "jax" in backends and job.batch_size % job.workers:
        raise ValueError(f"JAX wants parts of one size: a batch of {job.batch_size} cannot be "
                         f"divided among {job.workers} workers. Take another batch_size.")
    stores = {backend: open_store(f"{folder}/{backend}") for backend in backends}
    for store in stores.values():
        task.publish(job, store)
    return stores


def _run(job, stores):
    """Start Ray, let it train once for each store, and end it."""
    os.environ.update(SETTINGS)
    import ray

    # A short path: Ray's sockets lie in it, and their names may have 107 characters.
    home = tempfile.mkdtemp(prefix="ray-")
    began = time.perf_counter()
    try:
        try:
            ray.init(num_cpus=job.workers + 1, include_dashboard=False, log_to_driver=False,
                     logging_level="ERROR", _node_ip_address="127.0.0.1", _temp_dir=home,
                     object_store_memory=100 * 2**20)
        except Exception as problem:        # Ray has no class of its own for it
            raise NotUp(f"Ray did not start: {problem}") from problem
        worker.say(f"Ray is up after {time.perf_counter() - began:.1f} s")
        for backend, store in stores.items():
            _fit(job, store, backend, home)
    finally:
        ray.shutdown()
        shutil.rmtree(home, ignore_errors=True)


def _fit(job, store, backend, home):
    """Let Ray train for one store."""
    from ray.train import FailureConfig, RunConfig, ScalingConfig

    began = time.perf_counter()
    meeting = f"127.0.0.1:{children.free_port()}"
    _trainer(backend)(
        getattr(ray_workers, backend),
        train_loop_config={"folder": store.address, "meeting": meeting},
        scaling_config=ScalingConfig(num_workers=job.workers, resources_per_worker={"CPU": 1}),
        run_config=RunConfig(name=backend, storage_path=os.path.join(home, "results"),
                             failure_config=FailureConfig(max_failures=RESTARTS))).fit()
    loss = json.loads(store.get("worker-0.json"))["loss"]
    worker.say(f"{BACKENDS[backend]}: loss {loss:.4f} after {job.steps} steps and "
               f"{time.perf_counter() - began:.1f} s; {store}")


def _trainer(backend):
    if backend == "jax":
        from ray.train.v2.jax import JaxTrainer

        return JaxTrainer
    from helpers.kit import runtime

    runtime.tensorflow()            # Ray imports it here, too, and would show its notes
    from ray.train.tensorflow import TensorflowTrainer

    return TensorflowTrainer


def _check(backends):
    """Whether these backends exist and are installed."""
    if not backends or not set(backends) <= set(BACKENDS):
        raise ValueError('backend: expected "tensorflow" or "jax"; got '
                         f"{', '.join(map(repr, backends))}.")
    missing = [name for name in ("ray", *backends) if importlib.util.find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"This needs {' and '.join(missing)}, which the course does not install by itself. In "
            "the course's folder: pip install -e .[cluster] (0.6 GB). Everything else works "
            "without.")


if __name__ == "__main__":
    sys.exit(main())
