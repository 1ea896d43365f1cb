"""Starts a gang of workers and, whenever one of them dies, all of them again.

    python -m helpers.cloud.supervisor --folder runs/7 --workers 2

An all-reduce needs everybody, so a gang that has lost a worker cannot go on: the others stop as
well, and all start again from the last whole checkpoint. Kubernetes, Ray and the training services
of the clouds do the same on a larger scale.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

from helpers.cloud import children, lifeline, loopback, worker
from helpers.cloud.store import StoreError, open_store
from helpers.cloud.task import publish

GANG = "gang.json"   # in the folder of logs: who runs now
TICK = 0.02          # seconds between two looks at the workers


def parser():
    """The arguments of this program."""
    made = argparse.ArgumentParser(
        prog="python -m helpers.cloud.supervisor", description="Trains with several workers on "
        "this machine, and starts them again from the last checkpoint when one of them dies.")
    made.add_argument("--folder", required=True, metavar="URL",
                      help="the job's store: a folder, s3://bucket/prefix, gs://bucket/prefix")
    made.add_argument("--logs", metavar="FOLDER", help="where logs go; default: a new folder")
    made.add_argument("--workers", type=int, default=2, help="default 2")
    made.add_argument("--backend", choices=("numpy", "tensorflow"), default="tensorflow")
    made.add_argument("--restarts", type=int, default=20,
                      help="how often the gang may be started again (default 20)")
    made.add_argument("--seconds", type=float, default=300.0,
                      help="how long a gang may take (default 300)")
    worker.job_arguments(made)
    return made


def main(arguments=None):
    """Train until the job is done; returns the exit status."""
    given = parser().parse_args(arguments)
    if given.backend == "tensorflow":
        loopback.shut_off(given.folder, worker.say, program=arguments is None)
    lifeline.watch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))    # ends the workers, too: atexit
    try:
        store = open_store(given.folder)
        publish(worker.existing_job(store) or worker.job_from(given, given.workers), store)
    except (StoreError, ValueError) as problem:
        worker.say(f"stopped: {problem}")
        return 1
    logs = Path(given.logs or tempfile.mkdtemp(prefix="course-logs-"))
    worker.say(f"logs of the workers: {logs}")
    for attempt in range(given.restarts + 1):
        statuses = run_gang(given, logs, attempt)
        if not any(statuses):
            worker.say(f"done after {attempt} restarts")
            return 0
        words = ", ".join(f"worker {rank} {children.ending(status)}"
                          for rank, status in enumerate(statuses))
        worker.say(f"gang {attempt} is gone: {words}")
    worker.say(f"stopped: the gang was started {given.restarts + 1} times and did not get through. "
               f"The logs in {logs} say why; what is saved stays saved.")
    return 1


def run_gang(given, logs, attempt):
    """Start all workers, wait until all are through or one has died; returns exit statuses.

    Who has ended by itself keeps its own; the others are stopped, and theirs says so.
    """
    addresses = [f"127.0.0.1:{children.free_port()}" for _ in range(given.workers)]
    gang = [children.start(
        "helpers.cloud.worker", "--folder", given.folder, "--backend", given.backend,
        "--rank", rank, "--addresses", ",".join(addresses),
        name=f"worker-{rank}", folder=logs, seconds=given.seconds)
        for rank in range(given.workers)]
    note = {"attempt": attempt, "pids": [one.pid for one in gang]}
    (logs / GANG).write_text(json.dumps(note), encoding="utf-8")
    worker.say(f"gang {attempt}: pids {note['pids']}")
    while any(one.running for one in gang) and not any(one.returncode for one in gang):
        time.sleep(TICK)
    return [one.stop(grace=0.2) for one in gang]


if __name__ == "__main__":
    sys.exit(main())
