"""Two workers end with the weights of one process; a supervisor starts a broken gang again."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from helpers.cloud import checkpoints, children, supervisor, task, training, worker
from helpers.cloud.store import open_store
from helpers.cloud.task import Job
from tests.cloud.waiting import alive, until

JOB = Job(steps=30)
SAME = 1e-5     # sums in another order in float32; measured 3.6e-7


@pytest.fixture(scope="module")
def alone():
    return training.one_process(JOB)


@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
def test_two_workers_equal_one_process(alone, backend):
    pair = training.two_workers(JOB, backend=backend)
    assert training.largest_difference(pair, alone) <= SAME
    assert pair.identical and pair.restarts == 0
    assert np.abs(np.subtract(pair.losses, alone.losses)).max() <= SAME
    assert pair.losses[-1] < pair.losses[0] / 3
    assert "worker 1 of 2" in pair.log(rank=1) and "done: loss" in pair.log(rank=1)
    assert "2 workers" in repr(pair)


def test_three_workers_equal_one_process_with_uneven_shards(alone):
    """A batch of 64 is 22 + 21 + 21, and the last of an epoch, 29, is 10 + 10 + 9."""
    three = training.two_workers(Job(steps=30, workers=3), backend="numpy")
    assert training.largest_difference(three, alone) <= SAME


def test_a_training_goes_on_in_the_other_library(tmp_path, alone):
    half = Job(steps=15, checkpoint_every=15, workers=1)
    training.two_workers(half, backend="numpy", folder=tmp_path)
    store = open_store(tmp_path)
    job = Job(steps=30, workers=1)
    store.put("job.json", json.dumps(job.__dict__).encode())
    whole = training.two_workers(job, backend="tensorflow", folder=tmp_path)
    assert "resumes at step 15" in whole.log(rank=0)
    assert training.largest_difference(whole, alone) <= SAME


def test_batches_are_a_function_of_seed_and_step():
    first = [task.batch_at(3, step, 100, 16) for step in range(14)]
    again = [task.batch_at(3, step, 100, 16) for step in reversed(range(14))]
    assert all((a == b).all() for a, b in zip(first, reversed(again), strict=True))
    assert sorted(np.concatenate(first[:7])) == list(range(100))       # an epoch: each row once
    assert len(first[6]) == 4 and not (first[0] == first[7]).all()
    assert not (first[0] == task.batch_at(4, 0, 100, 16)).all()


def test_shards_are_a_partition_of_the_batch():
    rows = np.arange(29)
    parts = [task.shard_of(rows, rank, 3) for rank in range(3)]
    assert sorted(np.concatenate(parts)) == list(rows)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(("changes", "words"), [
    ({"steps": 0}, "steps should be 1 or more; got 0"),
    ({"lr": -1.0}, "lr > 0"),
    ({"momentum": 1.0}, "momentum from 0 to below 1"),
    ({"batch_size": 1}, "a batch of 1 leaves some of 2 workers without an example"),
])
def test_jobs_that_cannot_be_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        Job(**changes)


def test_a_folder_with_another_job_is_refused_and_stays_as_it_is(tmp_path):
    store = open_store(tmp_path)
    task.publish(JOB, store)
    with pytest.raises(ValueError, match="holds another job.*Choose another folder"):
        training.two_workers(Job(steps=31), backend="numpy", folder=tmp_path)
    assert task.read_job(store) == JOB


def test_an_unknown_backend_is_refused(tmp_path):
    with pytest.raises(ValueError, match='expected "tensorflow" or "numpy"; got "torch"'.replace(
            '"torch"', "'torch'")):
        training.two_workers(JOB, backend="torch")


def test_a_store_in_memory_is_refused(tmp_path):
    with pytest.raises(ValueError, match="in this process's memory.*Expected a folder or a bucket"):
        training.two_workers(JOB, backend="numpy", folder="memory://run")


def test_a_training_that_takes_too_long_is_ended(tmp_path):
    with pytest.raises(TimeoutError, match="supervisor .* has not ended"):
        training.two_workers(Job(steps=10_000, pause=0.01), "numpy", tmp_path, seconds=1.5)
    assert not children.running()


def test_a_drill_as_the_notebook_runs_it(alone):
    """A job without a pause gets one, so that all kills find somebody; the bits stay the same."""
    job = Job(steps=40)
    done = training.drill(job, kills=2)
    calm = training.two_workers(job, backend="numpy")
    assert len(done) == 2 and done.result.identical and done.result.restarts >= 1
    assert training.largest_difference(done.result, calm) == 0
    table = repr(done).splitlines()
    assert len(table) == 4 and "last step saved" in table[0] and "2 workers, NumPy" in table[-1]


def test_a_drill_with_too_few_steps_says_how_many_it_needs():
    with pytest.raises(ValueError, match="need more than 60 steps; the job has 60"):
        training.drill(Job(steps=60), kills=12)


def test_a_gang_that_cannot_train_is_given_up_with_a_sentence(tmp_path):
    store = open_store(tmp_path)
    store.put("data.npz", b"not a data file")
    with pytest.raises(RuntimeError, match=r"did not get through(.|\n)*started 3 times"):
        training.two_workers(JOB, backend="numpy", folder=tmp_path, restarts=2)
    assert not children.running()


# --- programs ----------------------------------------------------------------------------------

@pytest.mark.parametrize("program", ["worker", "supervisor"])
def test_each_program_explains_itself(program):
    done = subprocess.run([sys.executable, "-m", f"helpers.cloud.{program}", "--help"], text=True,
                          capture_output=True)
    assert done.returncode == 0 and "--folder" in done.stdout and "--batch-size" in done.stdout


def test_one_worker_from_the_terminal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "helpers.cloud.worker", "--folder", tmp_path / "run", "--backend",
         "numpy", "--steps", "4"], text=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert "starts at step 0" in done.stdout and "after 4 steps" in done.stdout
    assert checkpoints.restore(open_store(tmp_path / "run"))[0] == 4


def test_a_worker_that_cannot_start_says_why(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-m", "helpers.cloud.worker", "--folder", tmp_path / "file", "--backend",
         "numpy"], text=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 1 and done.stdout.startswith("stopped: ") and not done.stderr


@pytest.mark.parametrize(("arguments", "environment", "expected"), [
    (["--rank", "1", "--addresses", "a:1,b:2"], {}, (1, ["a:1", "b:2"])),
    ([], {"TF_CONFIG": '{"cluster": {"worker": ["a:1", "b:2"]}, "task": {"index": 1}}'},
     (1, ["a:1", "b:2"])),
    ([], {"TF_CONFIG": '{"cluster": {"chief": ["c:0"], "worker": ["a:1", "b:2"]}, '
          '"task": {"type": "worker", "index": 1}}'}, (2, ["c:0", "a:1", "b:2"])),
    (["--addresses", "a:1,b:2"], {"JOB_COMPLETION_INDEX": "1"}, (1, ["a:1", "b:2"])),
])
def test_rank_and_addresses_come_from_arguments_or_environment(arguments, environment, expected):
    given = worker.parser().parse_args(["--folder", "x", *arguments])
    assert worker.place(given, environment) == expected


def test_one_worker_alone_takes_a_free_port_of_this_machine():
    rank, (address,) = worker.place(worker.parser().parse_args(["--folder", "x"]), {})
    assert rank == 0 and address.startswith("127.0.0.1:")


def test_a_rank_without_an_address_is_refused():
    given = worker.parser().parse_args(["--folder", "x", "--rank", "2", "--addresses", "a:1,b:2"])
    with pytest.raises(ValueError, match="expected a rank from 0 to 1"):
        worker.place(given, {})


def test_supervisor_ends_its_workers_when_asked_to_stop(tmp_path):
    store = open_store(tmp_path)
    child = training.start(Job(steps=10_000, pause=0.01), store, "numpy")
    logs = child.log.parent
    import psutil

    until(lambda: (logs / supervisor.GANG).exists())
    gang = [process.pid for process in psutil.Process(child.pid).children()]
    assert gang
    child.stop()
    until(lambda: not any(alive(pid) for pid in gang))


def test_workers_in_numpy_listen_on_this_machine_only(tmp_path):
    """TensorFlow's listen on all addresses and cannot be told otherwise; its module says so."""
    import psutil

    child = training.start(Job(steps=10_000, pause=0.01), open_store(tmp_path), "numpy")
    try:
        def sockets():
            return [c for p in psutil.Process(child.pid).children(recursive=True)
                    for c in p.net_connections("inet")]
        until(lambda: len([c for c in sockets() if c.status == "ESTABLISHED"]) >= 4)
        assert {c.laddr.ip for c in sockets()} <= {"127.0.0.1"}
    finally:
        child.stop()
    assert os.path.exists(child.log)


@pytest.mark.skipif(sys.platform != "linux", reason="a network of one's own")
def test_tensorflows_workers_cannot_be_reached_from_the_network(tmp_path):
    """They listen on all addresses; so the only network they have is this machine's own."""
    trial = subprocess.run([sys.executable, "-c", "from helpers.cloud import loopback as l\n"
                            "print(l.enter())"], text=True, capture_output=True)
    if trial.stdout.strip() != "True":
        pytest.skip("this system gives nobody a network of their own")
    child = training.start(Job(steps=10_000, pause=0.01), open_store(tmp_path))
    try:
        until(lambda: (child.log.parent / supervisor.GANG).exists())
        gang = json.loads((child.log.parent / supervisor.GANG).read_text("utf-8"))["pids"]
        for pid in [child.pid, *gang]:
            assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
            with open(f"/proc/{pid}/net/dev", encoding="utf-8") as devices:
                names = [line.split(":")[0].strip() for line in devices if ":" in line]
            assert names == ["lo"]
        assert "Beware" not in child.tail()
    finally:
        child.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM")
def test_a_worker_ends_when_asked_to(tmp_path):
    child = children.start("helpers.cloud.worker", "--folder", tmp_path, "--backend", "numpy",
                           "--steps", "100000", "--pause", "0.01", name="worker")
    until(lambda: "starts at step 0" in child.tail())
    assert child.stop(grace=20) == 143
