"""W5.4 without a browser: its numbers are those of the formulas, and it is quick."""

import time

import numpy as np
import pytest

from helpers.cloud import preemption
from helpers.cloud.preemption_roulette import ENDS, PreemptionRoulette, words


def compute(**changes):
    return PreemptionRoulette.compute({**PreemptionRoulette.initial, **changes})


def test_numbers_are_those_of_the_formulas():
    result = compute(saving=60, life=4, interval=60, restart=3, ratio=50)
    expected = preemption.expected_time(24, 1 / 60, 4, 1, 0.05)
    assert result["hours"] == pytest.approx(expected)
    assert result["cost"] == pytest.approx(0.5 * expected / 24)
    assert result["overhead"] == pytest.approx(expected / 24 - 1)
    assert result["written"] == pytest.approx(1 / 60)
    assert result["young"] == pytest.approx(21.9, abs=0.05)
    # an hour goes 24 times into the work: the point lies on the curve
    assert np.interp(60, result["minutes"], result["total"]) == pytest.approx(
        result["overhead"], rel=0.01)


def test_the_task_can_be_done_and_shows_what_it_should():
    start = compute()
    best = compute(interval=start["young"])
    assert best["cost"] < 0.9 * start["cost"]
    assert all(best["cost"] < compute(interval=best["young"] * part)["cost"] for part in (0.4, 2.5))
    assert compute(saving=240)["young"] == pytest.approx(2 * start["young"])
    end = compute(interval=1440)
    assert end["cost"] > 10 and end["spread"] is None and "at the end only" in end["summary"]
    assert "no end in sight" in compute(interval=1440, life=0.25)["summary"]


def test_the_trainings_shown_are_whole_and_keep_their_luck():
    result, dearer = compute(), compute(ratio=70)
    for training in result["trainings"]:
        kept = sum(machine[1] for machine in training["machines"])
        saves = sum(machine[2] for machine in training["machines"])
        assert training["done"] and kept == pytest.approx(24 + saves / 60)
        assert training["taken"] == len(training["machines"]) - 1
    assert dearer["trainings"] == result["trainings"]
    assert compute(seed=1)["trainings"] != result["trainings"]
    first = [run["machines"][0] for run in result["trainings"]]
    again = [run["machines"][0] for run in compute(interval=45)["trainings"]]
    assert [a[1] + a[3] for a in first] == pytest.approx([b[1] + b[3] for b in again])


def test_the_spread_is_around_what_is_expected_and_axes_hold_it():
    result = compute(interval=21.9)
    low, high = result["spread"]
    assert low < result["cost"] < high and result["until"] in ENDS
    assert max(run["end"] for run in result["trainings"]) <= result["until"]
    hopeless = compute(interval=1440)
    assert hopeless["until"] == 72 and not all(run["done"] for run in hopeless["trainings"])


@pytest.mark.parametrize(("minutes", "text"), [(0.5, "30 s"), (21.9089, "21.9 min"), (240, "4 h")])
def test_intervals_are_said_in_their_own_unit(minutes, text):
    assert words(minutes).replace("\u00a0", " ") == text


def test_even_the_most_machines_take_a_fraction_of_a_second(record_property):
    """Usual moves take a few ms; many short lives, the worst, some ten times as long."""
    times = {}
    short = {"life": 0.25, "saving": 60, "interval": 5}
    for name, changes in {"usual": {}, "worst": short}.items():
        began = time.process_time()
        compute(**changes)
        times[name] = time.process_time() - began
    record_property("measured", f"W5.4: {times}")
    assert times["worst"] < 1
