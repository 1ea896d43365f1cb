"""One worker of a training, as a program.

    python -m helpers.cloud.worker --folder s3://bucket/run-7 --rank 0 --addresses a:2222,b:2222

Rank and addresses may also come from the environment: from TF_CONFIG, as TensorFlow's tools,
Vertex AI and Kubeflow set it, or the rank alone from JOB_COMPLETION_INDEX, as a Kubernetes Job
sets it.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import signal
import sys

from helpers.cloud import lifeline
from helpers.cloud.children import free_port
from helpers.cloud.store import StoreError, open_store
from helpers.cloud.task import JOB, Job, publish, read_job

FIELDS = [field for field in dataclasses.fields(Job) if field.name != "workers"]


def parser():
    """The arguments of this program."""
    made = argparse.ArgumentParser(
        prog="python -m helpers.cloud.worker", description="One worker of a training: computes its "
        "shard of every batch, and saves checkpoints if it is the first worker.")
    made.add_argument("--folder", required=True, metavar="URL",
                      help="the job's store: a folder, s3://bucket/prefix, gs://bucket/prefix")
    made.add_argument("--backend", choices=("numpy", "tensorflow"), default="tensorflow")
    made.add_argument("--rank", type=int, help="which worker this is, from 0; default: from "
                      "TF_CONFIG or JOB_COMPLETION_INDEX")
    made.add_argument("--addresses", help="host:port of all workers, with commas; default: from "
                      "TF_CONFIG, or one worker alone")
    made.add_argument("--timeout", type=float, default=20.0, metavar="SECONDS",
                      help="how long to wait for another worker (default 20)")
    job_arguments(made)
    return made


def job_arguments(made):
    """Add an argument for each field of a Job; they describe a job that is not in the store yet."""
    group = made.add_argument_group("job", "what to train, if the store holds no job yet")
    for field in FIELDS:
        group.add_argument(f"--{field.name.replace('_', '-')}", type=field.type,
                           default=field.default, help=f"default {field.default}")


def job_from(given, workers):
    """The job that the arguments describe."""
    return Job(workers=workers, **{field.name: getattr(given, field.name) for field in FIELDS})


def place(given, environment=os.environ):
    """Rank and addresses, from the arguments or the environment.

    Raises
    ------
    ValueError
        If they are missing or do not fit each other.
    """
    config = json.loads(environment.get("TF_CONFIG") or "{}")
    chiefs, others = (config.get("cluster", {}).get(kind, []) for kind in ("chief", "worker"))
    addresses = given.addresses.split(",") if given.addresses else [*chiefs, *others]
    addresses = addresses or [f"127.0.0.1:{free_port()}"]
    own = config.get("task", {})
    rank = int(own.get("index", environment.get("JOB_COMPLETION_INDEX", 0)))
    if own.get("type") == "worker":      # Vertex AI counts its chief apart
        rank += len(chiefs)
    rank = rank if given.rank is None else given.rank
    if not 0 <= rank < len(addresses):
        raise ValueError(f"worker: rank {rank} among {len(addresses)} addresses; expected a rank "
                         f"from 0 to {len(addresses) - 1}. Give --rank and --addresses, or set "
                         "TF_CONFIG.")
    return rank, addresses


def main(arguments=None):
    """Train; returns the exit status."""
    given = parser().parse_args(arguments)
    lifeline.watch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))    # also as process 1 of a container
    try:
        rank, addresses = place(given)
        store = open_store(given.folder)
        job = existing_job(store) or job_from(given, len(addresses))
        publish(job, store)
        train = trainer(given.backend)
        weights, losses, seconds = train(job, store, rank, addresses, say, given.timeout)
        report(store, rank, weights, losses, seconds)
    except (ConnectionError, StoreError, ValueError) as problem:
        say(f"stopped: {problem}")
        return 1
    say(f"done: loss {losses[-1]:.4f} after {job.steps} steps")
    return 0


def existing_job(store):
    """The job in the store, or None."""
    return read_job(store) if JOB in store.list(JOB) else None


def trainer(backend):
    """The function that trains."""
    if backend == "numpy":
        from helpers.cloud.worker_numpy import train
    else:
        from helpers.cloud.worker_tensorflow import train
    return train


def report(store, rank, weights, losses, seconds):
    """Leave word in the store: a fingerprint of the weights, for comparison, and the time taken."""
    digest = hashlib.sha256(b"".join(w.tobytes() for w in weights)).hexdigest()
    known = {"sha256": digest, "loss": losses[-1], "seconds": seconds}
    store.put(f"worker-{rank}.json", json.dumps(known).encode())


def say(line):
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
