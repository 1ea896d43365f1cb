"""W5.2 without a browser: what the table says is what the ring does."""

import numpy as np
import pytest

from helpers.cloud import ring
from helpers.cloud.links import ARTICLE
from helpers.cloud.ring_stepper import RingStepper, gradients, play


@pytest.mark.parametrize("n", range(2, 7))
def test_at_the_end_all_hold_what_the_algorithm_computes(n):
    end = play(n, 2 * (n - 1))
    sums = ring.all_reduce(list(gradients(n)))
    for row, right in zip(end["cells"], sums, strict=True):
        assert np.array_equal(np.concatenate([cell["values"] for cell in row]), right)
        assert all(cell["finished"] for cell in row)
    assert end["bytes"]["sent"] == pytest.approx(2 * (n - 1) / n * ARTICLE)
    assert not any(worker["waits"] for worker in end["workers"])


@pytest.mark.parametrize("n", range(2, 7))
def test_a_cell_names_the_workers_whose_parts_are_in_it(n):
    parts = [np.array_split(part, n) for part in gradients(n)]
    for upto in range(2 * n - 1):
        for row in play(n, upto)["cells"]:
            for k, cell in enumerate(row):
                np.testing.assert_allclose(cell["values"], sum(parts[r][k] for r in cell["who"]),
                                           atol=1e-15)     # another order of adding


def test_after_the_first_phase_each_worker_holds_one_finished_chunk():
    found = play(5, 4)
    finished = [[k for k, cell in enumerate(row) if cell["finished"]] for row in found["cells"]]
    assert finished == [[1], [2], [3], [4], [0]]


def test_behind_a_broken_link_one_more_worker_waits_in_each_step():
    """Link 1 → 2 is broken from step 2 on: worker 2 stays in step 2, worker 3 in the next …"""
    waiting = []
    for upto in range(7):
        found = play(4, upto, broken=1, since=2)
        waiting.append([w["rank"] for w in found["workers"] if w["waits"]])
    assert waiting == [[], [], [], [2], [2, 3], [0, 2, 3], [0, 1, 2, 3]]
    assert [w["done"] for w in found["workers"]] == [4, 5, 2, 3]
    assert not any(all(cell["finished"] for cell in row) for row in found["cells"])
    assert "Nobody can go on" in RingStepper(step=6, broken=1, since=2).result["summary"]


def test_a_link_broken_from_the_start_carries_nothing():
    found = play(3, 1, broken=0)
    assert [move["ok"] for move in found["moves"]] == [False, True, True]
    assert found["cells"][1][0]["who"] == [1]


def test_the_summary_counts_bytes_and_finished_chunks():
    said = RingStepper(step=3).result["summary"]
    assert said == ("4 workers, step 3 of 6 (reduce-scatter). Each worker holds 1 of 4 finished "
                    "chunks. Sent by each worker: 365,790 bytes.")
    assert "Every worker holds the sum" in RingStepper(step=6).result["summary"]


def test_how_much_there_will_be_to_send_is_left_to_the_vote_that_asks_for_it():
    for step in range(6):
        widget = RingStepper(step=step)
        assert "731,580" not in f"{widget.result} {widget.labels}"


def test_gradients_are_those_of_a_network_on_digits():
    found = gradients(6)
    assert found.shape == (6, 10) and len({row.tobytes() for row in found}) == 6
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-6)    # Σ (p − y) over classes, float32
