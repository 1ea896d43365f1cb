"""W5.1 and W5.3 without a browser: what is computed, shown and refused."""

import json

import numpy as np
import pytest

from helpers.cloud.operations import OPERATIONS, Operation, Operations
from helpers.cloud.roofline import Roof
from helpers.cloud.roofline_explorer import RooflineExplorer
from helpers.cloud.speedup import Timing, Timings, amdahl
from helpers.cloud.speedup_explorer import EXAMPLE, SpeedupExplorer
from helpers.kit.widget import plain


def answer(widget, **changes):
    return widget.compute({**widget.initial, **changes})


# --- W5.1 ---


def test_without_messages_it_is_amdahls_law():
    a = answer(SpeedupExplorer, share=0.05, workers=8)
    assert a["speedup"] == pytest.approx(amdahl(0.95, 8)) and a["limit"] == pytest.approx(20)
    np.testing.assert_allclose(a["amdahl"], a["with_messages"])
    assert a["best"] == 512 and "With messages" not in a["summary"]
    assert a["words"]["speedup"] == "5.93" and "beyond 20" in a["summary"]


@pytest.mark.parametrize(("share", "cost"), [(0.05, 0.002), (0.0, 0.01), (0.3, 0.0005)])
def test_with_messages_there_is_a_best_number(share, cost):
    """The derivative of s + (1 − s)/n + c·(n − 1) is zero at n = √((1 − s)/c)."""
    a = answer(SpeedupExplorer, share=share, messages=cost, workers=16)
    assert abs(a["best"] - np.sqrt((1 - share) / cost)) <= 1
    assert sum(a["parts"].values()) == pytest.approx(1 / a["speedup"])
    best = answer(SpeedupExplorer, share=share, messages=cost, workers=a["best"], most="512")
    for other in (a["best"] - 2, a["best"] + 2):
        near = answer(SpeedupExplorer, share=share, messages=cost, workers=other, most="512")
        assert near["speedup"] < best["speedup"]


def test_all_that_is_shown_fits_under_the_top():
    for changes in ({"gustafson": True}, {"measured": [[1, 1], [4, 9.5]]}, {"share": 1.0},
                    {"share": 0.0, "most": "512", "workers": 512}):
        a = answer(SpeedupExplorer, **changes)
        shown = [a["speedup"], *a["amdahl"]] + [g for _, g in a["measured"]]
        shown += list(a["gustafson"]) if changes.get("gustafson") else []
        assert max(shown) < a["top"]


def test_measurements_come_in_as_timings_or_pairs_and_others_are_refused():
    rows = Timings([Timing(1, 2.0, 2, 2, 2, 0), Timing(2, 1.25, 1, 2, 1, 0)], 2)
    assert SpeedupExplorer(rows).result["measured"] == [[1, 1.0], [2, 1.6]]
    assert SpeedupExplorer([(1, 1), (3, 2)]).result["measured"] == [[1, 1.0], [3, 2.0]]
    assert SpeedupExplorer().result["measured"] == [list(point) for point in EXAMPLE]
    assert answer(SpeedupExplorer, most="8", measured=[[2, 1.5], [9, 3]])["measured"] == [[2, 1.5]]
    for wrong in ([], [(1,)], [(0, 1)], [(1, -1)], "ab", 3):
        with pytest.raises(ValueError, match="pairs of a number of workers"):
            SpeedupExplorer(wrong)


def test_the_twin_of_the_explorer_draws_what_is_switched_on():
    a = answer(SpeedupExplorer, gustafson=True, messages=0.01)
    curves, times = SpeedupExplorer.picture(a).get_axes()
    assert len(curves.get_lines()) == 6
    widths = [bar.get_width() for bar in times.patches]
    assert sum(widths[3:]) == pytest.approx(1 / a["speedup"]) and sum(widths[:3]) == 1


# --- W5.3 ---


def test_all_operations_lie_on_the_roof_and_the_bytes_are_those_of_the_counts():
    a = answer(RooflineExplorer, operation="conv 1→32", batch=32)
    roof = Roof(a["roof"]["flops"], a["roof"]["bandwidth"])
    for dot in a["dots"]:
        work = OPERATIONS[dot["name"]](32)
        assert dot["intensity"] == work.intensity
        assert dot["speed"] == pytest.approx(work.flops / roof.seconds(work.flops, work.nbytes))
    work = OPERATIONS["conv 1→32"](32)
    assert sum(a["bytes"].values()) == work.nbytes and a["bytes"]["outgoing"] == work.outgoing
    assert (a["compute"] > a["fetch"]) == (a["bound"] == "compute")


def test_a_larger_batch_carries_the_dense_layer_over_the_ridge_and_leaves_the_relu():
    bounds = [answer(RooflineExplorer, batch=n)["bound"] for n in (1, 1024)]
    assert bounds == ["memory", "compute"]
    trails = {name: [i for i, _ in answer(RooflineExplorer, operation=name)["trail"]]
              for name in OPERATIONS}
    assert np.ptp(trails["ReLU"]) == 0
    assert trails["dense 1600→64"][-1] > 50 * trails["dense 1600→64"][0]
    assert trails["conv 1→32"][-1] < 1.1 * trails["conv 1→32"][0]


def test_a_faster_processor_helps_only_right_of_the_ridge():
    def least(name, **changes):
        a = answer(RooflineExplorer, operation=name, batch=32, **changes)
        return max(a["compute"], a["fetch"])

    assert least("ReLU", processor=8) == least("ReLU")
    assert least("ReLU", memory=8) == pytest.approx(least("ReLU") / 8)
    assert least("conv 32→64", processor=8) == pytest.approx(least("conv 32→64") / 8)


def test_a_roof_and_times_of_ones_own():
    roof = Roof(1e12, 1e11)
    work = OPERATIONS["add"](4)
    rows = Operations([Operation("add", 4, work.flops, work.nbytes, 1e-3)], roof)
    own = RooflineExplorer(roof, rows, operation="add", batch=4).result
    assert own["roof"] == {"flops": 1e12, "bandwidth": 1e11, "ridge": 10}
    assert own["measured"] == [[4, work.intensity, work.flops / 1e-3]]
    assert "Measured: 1 ms" in own["summary"]
    assert RooflineExplorer(roof).result["measured"] == []      # not those of another machine
    assert "Measured" in RooflineExplorer().result["summary"]
    json.dumps(plain(own), allow_nan=False)


@pytest.mark.parametrize(("arguments", "said"), [
    ({"roof": 3e9}, "roofline.measure"), ({"operation": "LSTM"}, "one of conv 1→32, ReLU")])
def test_what_is_no_roof_and_no_operation_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        RooflineExplorer(**arguments)


@pytest.mark.parametrize("changes", [
    {"roof": [0, 1]}, {"roof": "x"}, {"roof": [1, 2, 3]}, {"measured": [["add", 0, 1]]},
    {"measured": [1]}, {"measured": "abc"}, {"roof": [1e20, 1e4]}])
def test_odd_roofs_from_a_browser_are_answered(changes):
    json.dumps(plain(answer(RooflineExplorer, **changes)), allow_nan=False)


def test_the_twin_of_the_roofline_has_all_dots():
    a = answer(RooflineExplorer, batch=32)
    (ax,) = RooflineExplorer.picture(a).get_axes()
    assert len(ax.get_lines()) == 2 + len(OPERATIONS) + 1
