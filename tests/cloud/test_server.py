"""The server answers right, switches versions without losing a request, and ends gracefully."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest

from helpers import nn
from helpers.cloud import exporting, serving
from helpers.cnn import networks
from tests.cloud.waiting import SOON, until

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28))


def expected(network, images=IMAGES):
    return nn.softmax(network.predict(np.float32(images)[..., None] / np.float32(255)))


@pytest.fixture(scope="module")
def nets():
    return [networks.global_pool_cnn(seed) for seed in (0, 1)]


@pytest.fixture
def folder(tmp_path, nets):
    exporting.export(nets[0], tmp_path / "digits", 1, kind="numpy")
    return tmp_path / "digits"


@pytest.fixture
def server(folder):
    with serving.serve(folder) as running:
        yield running


def test_answers_are_those_of_the_network(server, nets):
    assert np.abs(serving.ask(server.url, IMAGES) - expected(nets[0])).max() < 1e-6
    one = serving.ask(server.url, IMAGES[0])
    assert one.shape == (10,) and abs(one.sum() - 1) < 1e-6
    body = json.dumps({"inputs": IMAGES.tolist()}).encode()
    assert list(serving.post(server.url + ":predict", body)) == ["outputs"]
    assert "running" in repr(server)


def test_status_metadata_health_and_metrics(server):
    serving.ask(server.url, IMAGES)
    assert json.loads(serving.get(server.url)) == {"model_version_status": [
        {"version": "1", "state": "AVAILABLE",
         "status": {"error_code": "OK", "error_message": ""}}]}
    about = json.loads(serving.get(server.url + "/metadata"))
    assert about["inputs"]["pixels"]["shape"] == [-1, 28, 28]
    assert json.loads(serving.get(server.root + "/healthz")) == {"status": "ok"}
    found = serving.metrics(server.root)
    assert found['predict_requests_total{status="200"}'] == 1
    assert found["batch_rows_sum"] == 5 and found["model_version"] == 1


def test_a_new_version_takes_over_and_one_goes_back(server, folder, nets):
    exporting.export(nets[1], folder, 2, kind="numpy")
    until(lambda: 2 in serving.status(server.url))
    assert np.abs(serving.ask(server.url, IMAGES) - expected(nets[1])).max() < 1e-6
    old = serving.ask(server.url, IMAGES, version=1)
    assert np.abs(old - expected(nets[0])).max() < 1e-6
    serving.go_back(folder, 1)
    until(lambda: serving.metrics(server.root)["model_version"] == 1)
    assert np.abs(serving.ask(server.url, IMAGES) - expected(nets[0])).max() < 1e-6
    with pytest.raises(serving.Refusal, match="404.*version 7 is not loaded"):
        serving.ask(server.url, IMAGES, version=7)
    with pytest.raises(ValueError, match="no version 7"):
        serving.go_back(folder, 7)
    serving.go_back(folder, None)
    until(lambda: serving.metrics(server.url)["model_version"] == 2)


def test_a_broken_version_never_takes_over(server, folder):
    (folder / "2").mkdir()
    (folder / "2" / exporting.NPZ).write_bytes(b"broken")
    until(lambda: serving.status(server.url).get(2) == "END")
    assert serving.metrics(server.root)["model_version"] == 1
    assert serving.ask(server.url, IMAGES).shape == (5, 10)


def test_a_version_that_answers_something_else_never_takes_over(server, folder):
    seven = nn.Sequential([nn.Flatten(), nn.Dense(7)], seed=0)
    seven.build((28, 28, 1))
    exporting.export(seven, folder, 2, kind="numpy")
    until(lambda: serving.status(server.url).get(2) == "END")
    newest, _ = json.loads(serving.get(server.url))["model_version_status"]
    assert "10 probabilities" in newest["status"]["error_message"]
    assert serving.metrics(server.root)["model_version"] == 1


def test_no_request_is_lost_while_versions_change(server, folder, nets):
    wanted, problems, answered, stop = [expected(n) for n in nets], [], [], threading.Event()

    def client():
        while not stop.is_set():
            try:
                got = serving.ask(server.url, IMAGES)
                nearest = [np.abs(got - w).max() < 1e-6 for w in wanted]
                answered.append(nearest.index(True))
            except Exception as error:
                problems.append(error)
    clients = [threading.Thread(target=client) for _ in range(4)]
    for one in clients:
        one.start()
    for version in (2, 3, 4):
        exporting.export(nets[version % 2 == 0], folder, version, kind="numpy")
        until(lambda: serving.metrics(server.root)["model_version"] == version)   # noqa: B023
    stop.set()
    for one in clients:
        one.join(SOON)
    assert not problems and set(answered) == {0, 1}


def test_many_at_once_go_through_together_and_get_their_own_answers(folder, nets):
    many = np.random.default_rng(1).integers(0, 256, (48, 28, 28))
    wanted, got = expected(nets[0], many), {}
    with serving.serve(folder, max_wait=0.2, max_batch=64) as server:
        def client(i):
            got[i] = serving.ask(server.url, many[i:i + 1 + i % 3])
        clients = [threading.Thread(target=client, args=(i,)) for i in range(40)]
        for one in clients:
            one.start()
        for one in clients:
            one.join(SOON)
        counted = serving.metrics(server.root)
    assert all(np.abs(got[i] - wanted[i:i + 1 + i % 3]).max() < 1e-6 for i in range(40))
    assert counted["batch_rows_sum"] == sum(1 + i % 3 for i in range(40))
    assert counted["batch_rows_count"] < 20


def test_too_many_are_told_to_come_back(folder):
    statuses = []
    with serving.serve(folder, queue=2, max_wait=0.3) as server:
        def client():
            try:
                serving.ask(server.url, IMAGES[:1])
                statuses.append(200)
            except serving.Refusal as refusal:
                statuses.append(refusal.status)
        clients = [threading.Thread(target=client) for _ in range(30)]
        for one in clients:
            one.start()
        for one in clients:
            one.join(SOON)
        assert serving.ask(server.url, IMAGES[:1]).shape == (1, 10)      # it is well again
    assert set(statuses) == {200, 429} and len(statuses) == 30


def test_answers_under_way_are_given_before_it_ends(folder):
    got = []
    server = serving.serve(folder, max_wait=0.5)
    client = threading.Thread(target=lambda: got.append(serving.ask(server.url, IMAGES)))
    client.start()
    time.sleep(0.2)                         # the request waits for company
    assert server.stop() in (0, -signal.SIGTERM)
    client.join(SOON)
    assert got and got[0].shape == (5, 10)


def test_a_server_that_is_gone_is_a_sentence(folder):
    with serving.serve(folder) as server:
        pass
    with pytest.raises(ConnectionError, match="Nobody answers at .*Does the server still run"):
        serving.ask(server.url, IMAGES)


@pytest.mark.parametrize(("names", "words"), [
    ([], "There is no version in its folder"), (["1"], "Version 1: .*neither a SavedModel nor")])
def test_a_server_without_a_model_says_why(tmp_path, names, words):
    for name in names:
        (tmp_path / name).mkdir()
    with pytest.raises(RuntimeError, match=f"did not become ready. {words}"):
        serving.serve(tmp_path)


def test_it_listens_on_this_machine_only(server):
    sockets = psutil.Process(server.child.pid).net_connections("inet")
    assert {s.laddr.ip for s in sockets if s.status == "LISTEN"} == {"127.0.0.1"}


def test_a_port_that_is_taken_is_a_sentence(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RuntimeError, match="address already in use"):
            serving.serve(folder, port=taken.getsockname()[1])


def test_another_server_is_not_taken_for_ones_own(server, folder):
    port = int(server.root.rpartition(":")[2])
    with pytest.raises(RuntimeError, match="address already in use"):
        serving.serve(folder, port=port)
    assert serving.ask(server.url, IMAGES).shape == (5, 10)


def test_the_program_explains_itself_and_refuses_nonsense(tmp_path):
    program = [sys.executable, "-m", "helpers.cloud.server"]
    done = subprocess.run([*program, "--help"], text=True, capture_output=True)
    assert done.returncode == 0 and "--max-batch" in done.stdout
    done = subprocess.run([*program, "--folder", tmp_path, "--queue", "0"], text=True,
                          capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and "expected a name of letters" in done.stderr


# --- exporting ---------------------------------------------------------------------------------

def test_savedmodel_and_numpy_and_keras_agree(tmp_path, nets):
    path = exporting.export(nets[0], tmp_path, 1)
    assert (path / "saved_model.pb").exists()
    served = exporting.load(path)(np.float32(IMAGES))
    assert np.abs(served - expected(nets[0])).max() < 1e-5
    again = exporting.load(exporting.export(nets[0], tmp_path, 2, kind="numpy"))
    assert np.abs(again(IMAGES) - expected(nets[0])).max() < 1e-6
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1", "2"]


@pytest.mark.parametrize("make", [networks.article_cnn, networks.mlp, networks.lenet5])
def test_every_kind_of_layer_comes_back_from_a_file(tmp_path, make):
    network = make(3)
    load = exporting.load(exporting.export(network, tmp_path, 1, kind="numpy"))
    assert np.abs(load(IMAGES) - expected(network)).max() < 1e-6


def test_versions_are_never_changed(folder, nets):
    with pytest.raises(FileExistsError, match="Export as version 2"):
        exporting.export(nets[1], folder, 1, kind="numpy")


@pytest.mark.parametrize(("version", "kind"), [(0, "numpy"), ("1", "numpy"), (1, "onnx")])
def test_versions_and_kinds_that_cannot_be(tmp_path, nets, version, kind):
    with pytest.raises(ValueError, match="expected a version of 1, 2, 3"):
        exporting.export(nets[0], tmp_path, version, kind)


def test_a_failed_export_leaves_nothing(tmp_path, monkeypatch, nets):
    def fail(*_, **__):
        raise OSError("disk full")
    monkeypatch.setattr(exporting.np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        exporting.export(nets[0], tmp_path, 1, kind="numpy")
    assert not list(tmp_path.iterdir())
