"""Batches, the line before them, and what becomes of requests under way when versions change."""

import asyncio
import threading

import numpy as np
import pytest

from helpers.cloud.batcher import Batcher, Full
from helpers.cloud.request_body import Refused
from helpers.cloud.server_app import ModelServer, Options, make_app
from helpers.cloud.versions import Versions
from tests.cloud.waiting import in_a_thread

ROW = np.ones((1, 3))


def with_batcher(scenario, predict=lambda rows: rows * 2, **options):
    """Run `scenario(batcher)` while the batcher serves; returns what it returns."""
    async def main():
        batcher = Batcher(predict, np.concatenate, **options)
        task = asyncio.create_task(batcher.run())
        try:
            return await asyncio.wait_for(scenario(batcher), 20)
        finally:
            task.cancel()
    return in_a_thread(asyncio.run, main())


def test_each_gets_the_answers_to_its_own_rows():
    sizes = []

    async def scenario(batcher):
        return await asyncio.gather(*[batcher.ask(np.full((1 + i % 3, 2), i)) for i in range(20)])
    found = with_batcher(scenario, max_batch=8, max_wait=0.01, seen=sizes.append)
    assert all((got == 2 * i).all() and len(got) == 1 + i % 3 for i, got in enumerate(found))
    assert sum(sizes) == sum(1 + i % 3 for i in range(20)) and max(sizes) <= 8


def test_a_request_larger_than_a_batch_goes_alone():
    async def scenario(batcher):
        return await batcher.ask(np.ones((20, 2)))
    assert with_batcher(scenario, max_batch=8, limit=4).shape == (20, 2)


def test_who_finds_the_line_full_is_turned_away():
    async def scenario(batcher):
        first = [asyncio.ensure_future(batcher.ask(ROW)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await batcher.ask(ROW)
        return await asyncio.gather(*first)
    assert len(with_batcher(scenario, limit=3, max_wait=0.05)) == 3


def test_a_network_that_fails_fails_its_own_batch_only():
    def predict(rows):
        if rows.max() > 5:
            raise RuntimeError("no")
        return rows

    async def scenario(batcher):
        with pytest.raises(RuntimeError, match="no"):
            await batcher.ask(9 * ROW)
        return await batcher.ask(ROW)
    assert (with_batcher(scenario, predict) == ROW).all()


def test_a_client_that_has_gone_harms_nobody():
    async def scenario(batcher):
        gone = asyncio.ensure_future(batcher.ask(ROW))
        stays = asyncio.ensure_future(batcher.ask(ROW))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays
    assert with_batcher(scenario, max_wait=0.02).shape == (1, 3)


def test_a_request_under_way_is_answered_though_its_version_goes(tmp_path):
    """Two switches while the first version still computes: it is out of memory, not out of work."""
    started, go_on = threading.Event(), threading.Event()

    def load(path):
        def predict(rows, version=int(path.name)):
            if version == 1:
                started.set()
                assert go_on.wait(20)
            return rows * 0 + version
        return predict

    async def main():
        server = ModelServer(Versions(tmp_path, load), Options(max_wait=0))
        (tmp_path / "1").mkdir()
        await server.refresh()
        early = asyncio.create_task(server.predict(ROW))
        await asyncio.to_thread(started.wait, 20)
        for version in ("2", "3"):
            (tmp_path / version).mkdir()
            await server.refresh()
        assert server.versions.current == 3 and 1 not in server.versions.loaded
        late = await server.predict(ROW)
        with pytest.raises(Refused, match="version 1 is not loaded"):
            await server.predict(ROW, version=1)
        go_on.set()
        found = await asyncio.wait_for(early, 20)
        await server.refresh()
        assert set(server.batchers) == {3}           # the others' tasks have ended
        for task in server.tasks.values():
            task.cancel()
        return found, late
    early, late = in_a_thread(asyncio.run, main())
    assert (early == 1).all() and (late == 3).all()


def test_a_version_that_is_taken_away_hands_over_to_the_one_before(tmp_path):
    versions = Versions(tmp_path, lambda path: path.name)
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
    versions.refresh()
    assert versions.serving == (2, "2")
    (tmp_path / "2").rmdir()
    versions.refresh()
    assert versions.serving == (1, "1") and list(versions.loaded) == [1]


def test_a_version_that_was_still_being_copied_is_tried_again(tmp_path):
    tried = []

    def load(path):
        tried.append(path.name)
        text = (path / "weights").read_text()
        if text != "all of it":
            raise ValueError("half a file")
        return text
    versions = Versions(tmp_path, load)
    (tmp_path / "1").mkdir()
    file = tmp_path / "1" / "weights"
    file.write_text("all")
    assert not versions.refresh() and not versions.refresh()
    assert tried == ["1"] and "half a file" in versions.states()[0]["status"]["error_message"]
    file.write_text("all of it")
    assert versions.refresh() and versions.serving == (1, "all of it") and not versions.failed


@pytest.mark.filterwarnings("ignore:Using `httpx`")
def test_a_model_that_fails_is_a_500_with_a_sentence_and_the_next_answer_is_right(tmp_path, capfd):
    pytest.importorskip("httpx", reason="FastAPI's test client needs it")
    from fastapi.testclient import TestClient

    def load(path):
        def predict(rows):
            if rows.max() > 100:
                raise RuntimeError("out of memory")
            return np.full((len(rows), 10), 0.1)
        return predict
    (tmp_path / "1").mkdir()
    with TestClient(make_app(Versions(tmp_path, load))) as client:
        def ask(value):
            image = np.full((1, 28, 28), value).tolist()
            return client.post("/v1/models/digits:predict", json={"instances": image})
        bad, good = ask(200), ask(50)
        assert bad.status_code == 500 and "log says why" in bad.json()["error"]
        assert good.status_code == 200
        assert 'predict_requests_total{status="500"} 1.0' in client.get("/metrics").text
    assert "out of memory" in capfd.readouterr().err
