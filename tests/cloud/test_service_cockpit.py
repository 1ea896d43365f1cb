"""W5.5 without a browser: its numbers are those of the simulation, and it is quick."""

import time

import numpy as np
import pytest

from helpers.cloud import batching, capacity, prices
from helpers.cloud.service_cockpit import ServiceCockpit


def compute(**changes):
    return ServiceCockpit.compute({**ServiceCockpit.initial, **changes})


def test_numbers_are_those_of_the_simulation():
    found = capacity.simulate(700, 3, 16, 0.005, boot=2, rush=2, seconds=10)
    result = compute(rate=700, replicas=3, wait=5, boot=2, grid="400")
    assert result["p99"] == pytest.approx(1e3 * found.p99)
    assert result["money"] == pytest.approx(found.money)
    assert result["ready"] == (0, 0, 0, 7, 7, 7)
    assert result["kept"] == (found.p99 <= 0.050)


def test_each_half_second_holds_the_requests_that_arrived_in_it():
    result = compute(rush="1", rate=1000)
    found = capacity.simulate(1000, 2, 16, seconds=10)
    early = found.latencies[found.arrivals < 0.5]
    assert result["p50_over_time"][0] == pytest.approx(1e3 * np.median(early), rel=0.02)
    assert (result["p99_over_time"] >= result["p50_over_time"]).all()
    assert len(result["edges"]) == 21 and np.isnan(compute(rate=1)["p50_over_time"]).any()


def test_the_task_can_be_done_and_shows_what_it_should():
    """Three replicas with a slow boot, two with none; one is not enough either way."""
    def kept(n, boot):
        return compute(rate=700, replicas=n, boot=boot)["kept"]

    assert [kept(n, 3) for n in (1, 2, 3)] == [False, False, True]
    assert [kept(n, 0) for n in (1, 2, 3)] == [False, True, True]
    assert compute(rate=700, replicas=2, boot=0)["money"] < 0.8 * compute(
        rate=700, replicas=3, boot=3)["money"]
    assert "3 more replicas after 3 s" in compute(rate=700, replicas=3)["summary"]


def test_what_is_overloaded_when():
    always, until_booted = compute(rate=1000, replicas=1), compute(rate=700, replicas=2)
    assert always["overload"] and always["offered"] > 1
    assert until_booted["overload"] and until_booted["offered"] < 1
    assert "full batches let out" in always["summary"]
    assert "Until the new replicas" in until_booted["summary"]
    assert not compute(rate=700, replicas=2, boot=0)["overload"]


def test_carbon_is_that_of_the_grid_and_a_server_of_ones_own_can_be_put_in():
    coal, water = compute(grid="900"), compute(grid="30")
    assert coal["grams"] / water["grams"] == pytest.approx(30) and coal["money"] == water["money"]
    slow = ServiceCockpit(fixed=0.04, each=0.002)
    assert slow.result["p50"] > 1e3 * batching.FIXED * 4
    with pytest.raises(ValueError, match="no setting 'queue'"):
        ServiceCockpit(queue=3)


def test_prices_of_ones_own_count(monkeypatch, tmp_path):
    before = compute()["money"]
    text = prices.OWN.read_text("utf-8").replace('"hour": 0.10', '"hour": 0.20')
    own = tmp_path / "own.json"
    own.write_text(text, "utf-8")
    monkeypatch.setenv(prices.VARIABLE, str(own))
    assert compute()["money"] == pytest.approx(2 * before)


def test_even_the_most_work_takes_a_fraction_of_a_second(record_property):
    """Usual moves take some 20 ms on a slow core; the worst, without batches, well below 1 s."""
    times = {}
    for name, changes in {"usual": {}, "worst": {"rate": 1200, "batch": 1, "replicas": 12}}.items():
        began = time.process_time()
        compute(**changes)
        times[name] = time.process_time() - began
    record_property("measured", f"W5.5: {times}")
    assert times["worst"] < 1
