"""Work in parts: everything done once, results in order, products on all cores again afterwards."""

import threading

import numpy as np
import pytest

from helpers import nn
from helpers.nn import parallel


class Library:
    """Plays what NumPy's products come from, with three threads."""

    filepath, threads = "numpy", 3

    def get_num_threads(self):
        return self.threads

    def set_num_threads(self, number):
        self.threads = number


@pytest.fixture
def blas(monkeypatch):
    library = Library()
    monkeypatch.setattr(parallel, "_blas", lambda: library)
    return library


def test_parts_cover_the_batch_once_and_in_order(blas):
    parts = parallel.in_parts(14, lambda part: (part.start, part.stop))
    assert parts == [(0, 4), (4, 9), (9, 14)]


def test_each_part_has_a_thread_and_a_product_one_core(blas):
    everyone_is_here = threading.Barrier(3, timeout=30)    # passed only by three at the same time
    seen = []

    def work(part):
        everyone_is_here.wait()
        seen.append((threading.current_thread().name, blas.threads))

    parallel.in_parts(12, work)
    assert len({name for name, _ in seen}) == 3 and {threads for _, threads in seen} == {1}
    assert blas.threads == 3


@pytest.mark.parametrize(("size", "parts"), [(1, 1), (7, 1), (8, 2), (11, 2), (12, 3), (99, 3)])
def test_a_small_batch_is_cut_less(blas, size, parts):
    assert len(parallel.in_parts(size, lambda part: part)) == parts


def test_one_core_means_one_part(blas):
    blas.threads = 1
    assert parallel.in_parts(50, lambda part: part) == [slice(0, 50)]


def test_what_cannot_be_limited_is_left_alone(monkeypatch):
    monkeypatch.setattr(parallel, "_blas", lambda: None)
    assert parallel.in_parts(50, lambda part: part) == [slice(0, 50)]


@pytest.mark.parametrize("failing", [0, 9])
def test_an_error_in_a_part_comes_out_and_cores_come_back(blas, failing):
    def work(part):
        if part.start <= failing < part.stop:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        parallel.in_parts(12, work)
    assert blas.threads == 3


def test_inside_and_outside_one_core_for_a_product(blas):
    with parallel.one_core_for_a_product():
        with parallel.one_core_for_a_product():
            assert blas.threads == 1
        assert blas.threads == 1
        assert len(parallel.in_parts(12, lambda part: part)) == 3, "parts are still for all cores"
    assert blas.threads == 3


def test_overflow_is_treated_in_all_threads_as_where_the_work_was_asked_for(blas):
    big = np.full(1, 1e300)
    with np.errstate(over="ignore"):
        parallel.in_parts(12, lambda part: big * big)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        # the last part, which another thread has
        parallel.in_parts(12, lambda part: part.stop == 12 and big * big)


def test_the_real_library_gets_its_threads_back():
    library = parallel._blas()
    if library is None:
        pytest.skip("what NumPy's products come from cannot be asked for its threads here")
    before = library.get_num_threads()
    model = nn.Sequential([nn.Conv2D(4, 3, activation="relu"), nn.Flatten(), nn.Dense(2)], seed=0)
    model.compile()
    model.fit(np.zeros((20, 6, 6, 1), np.float32), np.arange(20) % 2, verbose=0)
    assert library.get_num_threads() == before


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_do_not_depend_on_the_number_of_cores(blas, threads):
    """But for the order in which the parts' gradients are added: 1e-12 in float64."""
    x, y = np.random.default_rng(0).random((23, 6, 7, 2)), np.arange(23) % 3

    def gradients(number):
        blas.threads = number
        model = nn.Sequential([nn.Conv2D(4, 3, activation="relu"), nn.MaxPooling2D(), nn.Flatten(),
                               nn.Dense(3)], seed=0, dtype="float64")
        model.compile()
        return model.gradients(x, y)[1]

    for a, b in zip(gradients(threads).values(), gradients(3).values(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_the_real_library_listens_to_every_thread():
    """A cell trains in one thread, and a widget of JupyterLab looks into a network in another."""
    library = parallel._blas()
    if library is None:
        pytest.skip("what NumPy's products come from cannot be asked for its threads here")
    before = library.get_num_threads()
    seen = []

    def look():
        with parallel.one_core_for_a_product():
            seen.append(library.get_num_threads())

    look()
    for _ in range(2):      # each in a thread of its own
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert seen == [1, 1, 1] and library.get_num_threads() == before


def test_whoever_is_last_gives_the_real_library_its_threads_back():
    library = parallel._blas()
    if library is None:
        pytest.skip("what NumPy's products come from cannot be asked for its threads here")
    before = library.get_num_threads()
    entered, leave = threading.Event(), threading.Event()

    def stay():
        with parallel.one_core_for_a_product():
            entered.set()
            leave.wait(timeout=30)

    other = threading.Thread(target=stay)
    with parallel.one_core_for_a_product():
        other.start()
        assert entered.wait(timeout=30)
    assert library.get_num_threads() == 1       # the other thread still wants it so
    leave.set()
    other.join()
    assert library.get_num_threads() == before
