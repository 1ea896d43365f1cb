"""The store on a real S3 client: moto plays the bucket, on 127.0.0.1."""

import numpy as np
import pytest

from helpers.cloud import checkpoints, drill, training
from helpers.cloud.store import StoreError, open_store
from tests.cloud.extras import needs

pytestmark = needs("s3fs", "moto", "flask_cors")
BUCKET = "course-bucket"


@pytest.fixture(scope="module")
def server():
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    yield "http://{}:{}".format(*running.get_host_and_port())
    running.stop()


@pytest.fixture(autouse=True)
def bucket(server, monkeypatch):
    """Environment as a user of a bucket sets it; child processes inherit it."""
    import boto3

    for name, value in {"AWS_ENDPOINT_URL_S3": server, "AWS_ACCESS_KEY_ID": "nobody",
                        "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": "us-east-1",
                        "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def test_a_bucket_keeps_what_is_put_there():
    store = open_store(f"s3://{BUCKET}/runs/1")
    assert store.list() == []
    store.put("b.bin", b"two")
    store.put("a/c.bin", bytearray(b"three"))
    assert store.list() == ["a/c.bin", "b.bin"] and store.list("a") == ["a/c.bin"]
    assert open_store(store.address).get("a/c.bin") == b"three"
    first = store.etag("b.bin")
    store.put("b.bin", b"2")
    assert store.get("b.bin") == b"2" and store.etag("b.bin") != first
    store.delete("b.bin")
    store.delete("b.bin")
    assert store.list() == ["a/c.bin"]


def test_a_bucket_that_is_not_there_is_a_sentence():
    store = open_store("s3://no-such-bucket/runs/1")
    with pytest.raises(StoreError, match="could not be written: it is not there.*bucket's name"):
        store.put("a", b"1")
    with pytest.raises(StoreError, match="could not be read: it is not there"):
        store.get("a")


def test_a_damaged_object_in_a_bucket_is_skipped_for_the_one_before():
    store = open_store(f"s3://{BUCKET}/runs/2")
    for step in (1, 2):
        checkpoints.save(store, step, {"w": np.full(3, step)})
    newest = checkpoints.found(store)[0][0]
    store.put(newest, store.get(newest)[:-1])
    with pytest.warns(UserWarning):
        step, arrays, _ = checkpoints.restore(store)
    assert step == 1 and (arrays["w"] == 1).all()


def test_killed_and_resumed_from_a_bucket():
    """In the middle of a PUT, and everybody; all know nothing but the bucket's address."""
    job = training.Job(steps=60, checkpoint_every=3)
    done = drill.run(job, kills=2, seed=5, folder=f"s3://{BUCKET}/runs/3", wait=(0.0, 0.5),
                     victims=(drill.SAVING, "supervisor"))
    assert len(done) == 2
    assert done[-1][-1] > 0                     # something had been saved
    alone = training.one_process(job)
    assert training.largest_difference(done.result, alone) <= 1e-5
    assert done.result.identical and len(done.result.losses) == job.steps
