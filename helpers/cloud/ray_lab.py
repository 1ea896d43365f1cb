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

from helpers.cloud import children, lifeline, ray_workers, task, training, worker
from helpers.cloud.store import StoreError, open_store

BACKENDS = {"tensorflow": ("ray", "tensorflow"), "jax": ("ray", "jax")}
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
FOR_JAX = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}


class NotUp(RuntimeError):
    """Ray itself has not started."""


def train(job, backend="tensorflow", folder=None, seconds=300):
    """Train with Ray on this machine; Ray itself runs in processes that end with the training.

    Parameters
    ----------
    job : training.Job
    backend : "tensorflow" or "jax"
        A loop of one's own under TensorFlow's strategy, or Keras's `fit` on JAX.
    folder : path-like or str, optional
        The store; by default a new folder.
    seconds : float
        Time limit of the whole.

    Returns
    -------
    training.Result

    Raises
    ------
    ModuleNotFoundError
        If Ray or JAX is not installed; with the command that installs them.
    RuntimeError
        If the training did not get through; with the end of its log.
    """
    _check_installed(backend)
    began, logs = time.perf_counter(), tempfile.mkdtemp(prefix="course-logs-")
    store = open_store(folder or tempfile.mkdtemp(prefix="course-run-"))
    _publish(job, store, backend)
    for _ in range(1 + RESTARTS):
        with children.start("helpers.cloud.ray_lab", "--folder", store.address, "--backend",
                            backend, "--workers", job.workers, name="ray-lab", folder=logs,
                            seconds=seconds) as child:
            if (status := child.wait(seconds + 10)) != NOT_UP:
                break
    if status != 0:
        raise RuntimeError(f"Ray did not get the training through:\n{child.tail(12)}")
    result = training.collect(job, store, "tensorflow", child.log.parent,
                              time.perf_counter() - began)
    name = {"tensorflow": "TensorFlow", "jax": "JAX"}[backend]
    return result._replace(who=f"{job.workers} workers, Ray with {name}", restarts=0)


def parser():
    """The arguments of this program."""
    made = argparse.ArgumentParser(
        prog="python -m helpers.cloud.ray_lab",
        description="Trains with several workers that Ray starts on this machine.")
    made.add_argument("--folder", metavar="URL", help="the job's store; default: a new folder")
    made.add_argument("--backend", choices=tuple(BACKENDS), default="tensorflow")
    made.add_argument("--workers", type=int, default=2, help="default 2")
    worker.job_arguments(made)
    return made


def main(arguments=None):
    """Train; returns the exit status."""
    given = parser().parse_args(arguments)
    lifeline.watch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _check_installed(given.backend)
        store = open_store(given.folder or tempfile.mkdtemp(prefix="course-run-"))
        job = worker.existing_job(store) or worker.job_from(given, given.workers)
        _publish(job, store, given.backend)
        _run(job, store, given.backend)
    except NotUp as problem:
        worker.say(f"stopped: {problem}")
        return NOT_UP
    except (ModuleNotFoundError, StoreError, ValueError) as problem:
        worker.say(f"stopped: {problem}")
        return 1
    loss = json.loads(store.get("worker-0.json"))["loss"]
    worker.say(f"done: loss {loss:.4f} after {job.steps} steps; {store}")
    return 0


def _publish(job, store, backend):
    """Put job and data into the store, and see at once whether JAX can divide the batches."""
    task.publish(job, store)
    if backend == "jax":
        ray_workers.own_batches(job, *task.read_data(store), rank=0)


def _run(job, store, backend):
    """Start Ray, let it train, and end it."""
    os.environ.update({**SETTINGS, **(FOR_JAX if backend == "jax" else {})})
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig

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
        trainer = _trainer(backend)(
            getattr(ray_workers, backend), train_loop_config={
                "folder": store.address, "meeting": f"127.0.0.1:{children.free_port()}"},
            scaling_config=ScalingConfig(num_workers=job.workers, resources_per_worker={"CPU": 1}),
            run_config=RunConfig(name="ray-lab", storage_path=os.path.join(home, "results"),
                                 failure_config=FailureConfig(max_failures=RESTARTS)))
        trainer.fit()
        worker.say(f"Ray has trained after {time.perf_counter() - began:.1f} s")
    finally:
        ray.shutdown()
        shutil.rmtree(home, ignore_errors=True)


def _trainer(backend):
    if backend == "jax":
        from ray.train.v2.jax import JaxTrainer

        return JaxTrainer
    from helpers.kit import runtime

    runtime.tensorflow()            # Ray imports it here, too, and would show its notes
    from ray.train.tensorflow import TensorflowTrainer

    return TensorflowTrainer


def _check_installed(backend):
    if backend not in BACKENDS:
        raise ValueError(f'backend: expected "tensorflow" or "jax"; got {backend!r}.')
    missing = [name for name in BACKENDS[backend] if importlib.util.find_spec(name) is None]
    if missing:
        raise ModuleNotFoundError(
            f"This needs {' and '.join(missing)}, which the course does not install by itself. In "
            "the course's folder: pip install -e .[cluster] (0.6 GB). Everything else works "
            "without.")


if __name__ == "__main__":
    sys.exit(main())
