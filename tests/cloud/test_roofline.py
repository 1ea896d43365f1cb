"""The roof, counts of FLOPs and bytes, and times that are measured at all."""

import numpy as np
import pytest

from helpers.cloud import exercises, operations, roofline  # noqa: F401  (exercises declares them)
from helpers.cloud.operations import OPERATIONS, RUN, N
from helpers.cloud.roofline import Roof
from helpers.cnn.accounting import trace
from helpers.cnn.stacks import article
from helpers.kit.exercise import find

ROOF = Roof(100e9, 10e9, 1, 90e9, 9e9)


def test_the_roof_is_a_slope_and_a_flat_part_that_meet_at_the_ridge():
    assert ROOF.ridge == 10
    np.testing.assert_allclose(ROOF.attainable([0.1, 10, 1000]), [1e9, 100e9, 100e9])
    assert (ROOF.bound(9.9), ROOF.bound(10.1)) == ("memory", "compute")
    for flops, nbytes in ((1e6, 1e6), (1e9, 1e6)):     # F / T is what the roof allows at F / Q
        assert flops / ROOF.seconds(flops, nbytes) == pytest.approx(ROOF.attainable(flops / nbytes))


def test_the_table_of_a_roof():
    assert "roof of one core" in repr(ROOF) and "10.0" in repr(ROOF)
    assert "roof of 4 cores" in repr(Roof(1e9, 1e9, 4))


# --- counts ---


def shapes_of(name, batch):
    return [tuple(batch if n == N else n for n in shape) for shape in RUN[name][0]]


@pytest.mark.parametrize("name", OPERATIONS)
def test_bytes_are_those_of_the_arrays_that_are_really_used(name):
    """Of all that goes in, and of what the operation returns; a bias and an output are arrays."""
    shapes, run = shapes_of(name, 3), RUN[name][1]
    arrays = [np.ones(shape, np.float32) for shape in shapes]
    result = run(*arrays)
    has_output = any(result is array for array in arrays)
    moved = sum(a.nbytes for a in arrays) + (0 if has_output else result.nbytes)
    assert OPERATIONS[name](3).nbytes == moved
    assert OPERATIONS[name](3).outgoing == result.nbytes


def test_flops_are_twice_the_multiplications_that_chapter_3_counts():
    rows = {(row.kind, row.shape): row.macs for row in trace(article(), (28, 28, 1))}
    for name, kind, shape in [("conv 1→32", "Conv2D", (26, 26, 32)),
                              ("conv 32→64", "Conv2D", (11, 11, 64)),
                              ("dense 1600→64", "Dense", (64,))]:
        assert OPERATIONS[name](5).flops == 5 * 2 * rows[kind, shape]
    assert OPERATIONS["ReLU"](2).flops == 2 * 26 * 26 * 32
    assert OPERATIONS["max pool"](2).flops == 3 * 2 * 13 * 13 * 32


def test_the_exercises_quote_these_counts():
    assert find("5.2").answer == pytest.approx(OPERATIONS["conv 1→32"](32).intensity, rel=1e-4)
    said = [option.reason for option in find("5.p13").options]
    wanted = [OPERATIONS["add"](32), OPERATIONS["conv 1→32"](32), OPERATIONS["conv 32→64"](32),
              OPERATIONS["dense 1600→64"](1), OPERATIONS["dense 1600→64"](1024)]
    for text, work, digits in zip(said, wanted, ("0.08", "4.3", "81", "0.5", "29"), strict=True):
        assert digits in text and float(digits) == pytest.approx(work.intensity, rel=0.06)
        assert (work.intensity < 10) == find("5.p13").options[said.index(text)].right


def test_operations_compute_what_they_are_called():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4, 10)).astype(np.float32)
    y = RUN["softmax"][1](z, np.empty_like(z))
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)
    x = rng.normal(size=(2, 26, 26, 32)).astype(np.float32)
    pooled = RUN["max pool"][1](x, np.empty((2, 13, 13, 32), np.float32))
    np.testing.assert_array_equal(pooled, x.reshape(2, 13, 2, 13, 2, 32).max(axis=(2, 4)))


# --- times ---


def test_a_small_roof_is_measured_and_the_fastest_counts():
    roof = roofline.measure(repeats=3, side=64, elements=10_000)
    assert roof.flops >= roof.usual_flops > 0 and roof.bandwidth >= roof.usual_bandwidth > 0
    assert roof.cores == 1


def test_parts_on_several_cores_cover_all_of_it():
    done = np.zeros(101, int)

    def work(part):
        done[part] += 1

    with roofline.on_cores(3) as run:
        run(101, work)
    assert (done == 1).all()


def test_a_product_and_a_sum_are_what_they_should_be():
    product = roofline.multiplying(5)(slice(1, 4))
    assert product.shape == (3, 5) and product.dtype == np.float32
    assert (roofline.adding(7)(slice(2, 7)) == 2).all()


@pytest.mark.parametrize("cores", [0, 10_000, 1.5, "two", None])
def test_cores_that_are_not_there_are_refused(cores):
    with pytest.raises(ValueError, match=r'from 1 to \d+, .*or "all"'):
        roofline.cores_for(cores)


def test_scaling_tells_how_many_times_as_fast():
    found = roofline.Scaling({"sum": {1: 0.004, 2: 0.0039}})
    assert repr(found).endswith("1.03 times as fast")
    assert "times" not in repr(found).splitlines()[0]       # all that a folded output shows
    assert set(roofline.scaling(1, repeats=1)["matrix product"]) == {1}


def test_operations_are_timed_for_each_batch(monkeypatch):
    monkeypatch.setattr(operations, "COLD", 2**20)
    monkeypatch.setattr(operations, "SECONDS", 0.01)
    found = operations.operations([1, 2], ROOF)
    assert [row.batch for row in found] == [1] * 7 + [2] * 7
    assert all(row.seconds > 0 and row.speed == row.flops / row.seconds for row in found)
    lines = repr(found).splitlines()
    assert len(lines) == 15 and lines[0].endswith("waits for")
    assert {line.split()[-1] for line in lines[1:]} == {"memory", "compute"}
    assert not repr(operations.Operations(found[:1])).endswith("memory")


@pytest.mark.parametrize(("arguments", "said"), [
    ({"batch": 0}, "1 or more images; got 0"), ({"batch": []}, "got"), ({"batch": 1.5}, "got 1.5"),
    ({"batch": 1, "roof": 3e9}, "expected a Roof")])
def test_what_cannot_be_timed_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        operations.operations(**arguments)


def test_nothing_to_measure_is_refused():
    with pytest.raises(ValueError, match="1 or more; got 0"):
        roofline.measure(repeats=0)
