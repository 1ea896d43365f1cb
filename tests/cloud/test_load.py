"""The load generator against a server whose service time is known."""

import json
import subprocess
import sys

import numpy as np
import pytest

from helpers.cloud import children, load, load_result
from helpers.commands.environment import ROOT
from tests.cloud.loaded_server import serving
from tests.cloud.waiting import in_a_thread

PAYLOAD = {"instances": [[0.5, 1.0]]}


def quick(url, *arguments):
    """A load test in this process, without waiting for another to start."""
    return in_a_thread(load.measure, load._settings([url, *map(str, arguments)]))


# --- closed loop ---


def test_one_user_is_answered_once_in_each_service_time():
    with serving(service=0.010) as server:
        found = quick(server["url"], "--users", 1, "--seconds", 0.8, "--warm-up", 0.2)
    assert found.errors == {} and found.late == 0 and found.how == "1 user"
    # never quicker than the service; how much slower is up to the machine
    assert found.latencies.min() >= 0.0095
    assert 10 < found.throughput <= 100
    assert len(found.due) == pytest.approx(0.8 * found.throughput, rel=0.1)
    assert (found.due >= 0).all()           # the warm-up is left out


def test_users_beyond_the_first_wait_in_line_and_little_holds():
    with serving(service=0.005) as server:
        found = quick(server["url"], "--users", 6, "--seconds", 0.8, "--warm-up", 0.2)
    # six users are always there: L = λ·W, apart from the ends
    assert found.throughput * found.latencies.mean() == pytest.approx(6, rel=0.15)
    assert found.throughput <= 200


def test_the_payload_arrives_as_it_is_and_a_process_of_its_own_sends_it():
    with serving() as server:
        found = load.closed(server["url"], PAYLOAD, users=2, seconds=0.3, warm_up=0.1)
        assert {json.loads(body)["instances"][0][1] for body in server["bodies"]} == {1.0}
    assert len(found.due) > 3 and found.p50 <= found.p95 <= found.p99
    assert children.running() == []
    assert found.how in repr(found) and "p99" in repr(found)


# --- open loop ---


def test_an_open_loop_keeps_its_rate_and_its_moments_are_those_of_a_poisson_stream():
    with serving(service=0.0005) as server:
        found = quick(server["url"], "--rate", 150, "--seconds", 1.5, "--warm-up", 0.2)
    assert found.rate == 150 and found.errors == {}
    assert len(found.due) == pytest.approx(225, abs=60)         # 4 standard deviations, √225 each
    gaps = np.diff(found.due)
    assert 0.7 < gaps.std() / gaps.mean() < 1.4                 # exponential: 1
    assert (found.sent >= found.due).all() and (found.done > found.sent).all()


def test_a_stall_shows_in_the_corrected_percentiles_and_hides_in_the_others():
    """Everything stands still for 0.7 s, and only four connections can notice."""
    with serving(service=0.001, stall=(60, 0.7)) as server:
        found = quick(server["url"], "--rate", 120, "--seconds", 1.8, "--warm-up", 0,
                      "--connections", 4)
    def slow(seconds):
        return (seconds > 0.2).mean()

    # 120/s · 0.5 s of 216 requests, or more, waited longer than 0.2 s; 4 of them had been sent
    assert slow(found.latencies) > 0.15
    assert slow(found.uncorrected) < 0.06
    assert found.p95 > 0.3 > 5 * np.median(found.uncorrected)
    assert found.late > 0.15 and "counted from sending" in repr(found)


def test_the_same_stall_in_a_closed_loop_is_noted_once_by_each_user():
    with serving(service=0.001, stall=(60, 0.7)) as server:
        found = quick(server["url"], "--users", 4, "--seconds", 1.5, "--warm-up", 0)
    assert (found.latencies > 0.2).sum() <= 4


def test_refusals_and_time_outs_are_counted_by_what_they_are():
    with serving(service=0.001, status=lambda n: 429 if n % 3 == 0 else 200) as server:
        found = quick(server["url"], "--rate", 100, "--seconds", 0.6, "--warm-up", 0)
    assert set(found.errors) == {"status 429"}
    assert len(found.latencies) == (found.status == 200).sum() > 0
    assert "× status 429" in repr(found)
    with serving(service=3.0) as server:
        found = quick(server["url"], "--users", 2, "--seconds", 0.3, "--patience", 0.2,
                      "--warm-up", 0)
    assert set(found.errors) == {"no answer in time"} and found.throughput == 0
    assert found.p50 >= 0.19            # what got no answer has waited all the same


def test_nobody_listens():
    port = children.free_port()
    found = quick(f"http://127.0.0.1:{port}/predict", "--rate", 100, "--seconds", 0.2,
                  "--warm-up", 0)
    assert set(found.errors) == {"connection broken"}
    assert np.isnan(found.p99) and "–" in repr(found)


# --- results ---


def test_a_result_survives_being_written_and_read():
    rows = [(0.5, 0.6, 0.7, 200), (0.1, 0.1, 0.3, 200), (1.5, 1.5, 1.6, 429)]
    made = load_result.made_of(rows, "2 users", 1.0, 0.4)
    assert made.due.tolist() == pytest.approx([0.1, 1.1])       # in order, warm-up dropped
    again = load_result.read(made.to_json())
    assert again.to_json() == made.to_json() and repr(again) == repr(made)
    assert load_result.made_of([], "nobody", 1, 0).throughput == 0


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"due": [1], "sent": [1], "done": [1]}',
                                  '{"how": "x", "seconds": 1, "due": [1, 2], "sent": [1], '
                                  '"done": [1], "status": [200]}'])
def test_what_is_no_result_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        load_result.read(text)


def test_several_results_side_by_side():
    made = load_result.made_of([(0, 0, 0.02, 200), (0, 0, 0.01, 429)], "5 requests/s", 1, 0, 5)
    lines = load.table([made, made]).splitlines()
    assert len(lines) == 3 and "20.0 ms" in lines[1] and "50.0%" in lines[1]


# --- bad input, command line ---


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["http://example.com/x", "--rate", "1"], "on this machine.*example.com"),
    (["https://127.0.0.1/x", "--rate", "1"], "on this machine"),
    (["ftp"], "on this machine"),
    (["http://127.0.0.1:1/x"], "either users"),
    (["http://127.0.0.1:1/x", "--rate", "1", "--users", "1"], "either users"),
    (["http://127.0.0.1:1/x", "--users", "0"], "users: expected 1 or more; got 0"),
    (["http://127.0.0.1:1/x", "--rate", "nan"], "rate: expected a number above 0; got nan"),
    (["http://127.0.0.1:1/x", "--rate", "-5"], "rate: expected"),
    (["http://127.0.0.1:1/x", "--rate", "5", "--seconds", "0"], "seconds: expected"),
    (["http://127.0.0.1:1/x", "--rate", "5", "--warm-up", "-1"], "warm_up: expected 0"),
    (["http://127.0.0.1:1/x", "--rate", "fast"], "invalid float value: 'fast'"),
])
def test_bad_settings_are_refused_with_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        load._settings(arguments)


def test_a_notebook_gets_the_sentence_without_a_process():
    with pytest.raises(ValueError, match="users: expected 1 or more; got 0"):
        load.closed("http://127.0.0.1:1/x", {}, users=0)
    with pytest.raises(ValueError, match="an attack"):
        load.open_loop("http://10.0.0.1/x", {}, rate=5)
    for payload in ({"instances": np.zeros(2)}, [float("nan")]):
        with pytest.raises(ValueError, match=r"arrays as lists \(images.tolist"):
            load.closed("http://127.0.0.1:1/x", payload)


def test_the_command_line(tmp_path):
    request, out = tmp_path / "request.json", tmp_path / "found.json"
    request.write_text(json.dumps(PAYLOAD))

    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "helpers.cloud.load", *map(str, arguments)],
                              cwd=ROOT, text=True, capture_output=True, timeout=60)

    with serving() as server:
        done = run(server["url"], "--payload", request, "--users", 2, "--seconds", 0.3,
                   "--warm-up", 0.1, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    found = load_result.read(out.read_text())
    assert str(found) == done.stdout.strip() and [*tmp_path.glob("*.part")] == []
    refused = run("http://example.com", "--rate", 5)
    assert refused.returncode == 2 and "--help" in refused.stdout and refused.stderr == ""
