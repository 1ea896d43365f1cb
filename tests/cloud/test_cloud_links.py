"""The α–β model: fitted, measured between processes, and used for ring and star."""

import numpy as np
import pytest

from helpers.cloud import children, links, ring_processes


def test_the_numbers_of_the_articles_network():
    """487 720 bytes, 8 workers; in ms."""
    slow, fast = links.NETWORKS["10 Gbit Ethernet"], links.NETWORKS["fast link"]
    assert 1e3 * links.ring_time(8, links.ARTICLE, *slow) == pytest.approx(1.38, abs=0.005)
    assert 1e3 * links.star_time(8, links.ARTICLE, *slow) == pytest.approx(6.34, abs=0.005)
    assert 1e3 * links.ring_time(8, links.ARTICLE, *fast) == pytest.approx(0.073, abs=5e-4)
    assert 1e3 * links.star_time(8, links.ARTICLE, *fast) == pytest.approx(0.036, abs=5e-4)
    rows = links.table().splitlines()
    assert len(rows) == 2 + 2 * 4 and "1.383     6.343" in rows[4] and "0.073     0.036" in rows[8]


@pytest.mark.parametrize("n", [2, 3, 8, 64])
def test_at_the_crossover_ring_and_star_take_equally_long(n):
    size = links.crossover(n, 5e-6, 1e9)
    assert links.ring_time(n, size, 5e-6, 1e9) == pytest.approx(
        links.star_time(n, size, 5e-6, 1e9))
    assert size == 0 if n == 2 else size > 0


def test_a_line_is_recovered_also_from_noisy_times():
    rng = np.random.default_rng(0)
    sizes = np.array(links.SIZES, float)
    exact = 2e-5 + sizes / 2e9
    assert links.fit(sizes, exact) == (pytest.approx(2e-5), pytest.approx(2e9))
    noisy = exact * rng.uniform(0.95, 1.05, len(sizes))
    alpha, bandwidth = links.fit(sizes, noisy)
    assert alpha == pytest.approx(2e-5, rel=0.05) and bandwidth == pytest.approx(2e9, rel=0.05)


def test_times_without_latency_give_no_negative_one():
    alpha, bandwidth = links.fit([1e3, 2e3, 4e3], [0.8e-6, 2e-6, 4.2e-6])
    assert alpha == 0 and 0.9e9 < bandwidth < 1.2e9


def test_a_measured_link_of_this_machine():
    """Bounds that any machine keeps, busy or not: no message in 0.1 µs, none in 50 ms."""
    link = links.measure((8, 4096, 1_000_000), seconds=0.03)
    assert link.sizes.tolist() == [8, 4096, 1_000_000]
    assert (link.low <= link.seconds).all() and (link.seconds <= link.high).all()
    assert 1e-7 < link.seconds[0] < 0.05 and link.seconds[2] > link.seconds[0]
    assert 0 <= link.alpha < 0.05 and link.bandwidth > 1e6 and link.misfit < 10
    assert repr(link).startswith("α = ") and len(repr(link).splitlines()) == 5
    assert not [child for child in children.running() if child.name == "echo"]


@pytest.mark.parametrize("sizes", [(), (8,), (8, 8), (0, 8)])
def test_too_few_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="at least two different"):
        links.measure(sizes)


# --- rings of processes ---


def test_real_processes_end_with_the_same_bits_and_send_what_the_model_says():
    link = links.Link(1e-5, 1e9, *[np.ones(2)] * 4)
    runs = ring_processes.measure((2, 3), nbytes=120_000, link=link, repeats=4)
    assert [run.n for run in runs] == [2, 3]
    for run in runs:
        assert run.equal and run.sent == 2 * (run.n - 1) * 120_000 // run.n
        assert run.low <= run.seconds <= run.high
        assert run.model == pytest.approx(links.ring_time(run.n, 120_000, 1e-5, 1e9))
    assert "120,000 B" in repr(runs) and "yes" in repr(runs)
    assert not [child for child in children.running() if child.name.startswith("ring-")]


def test_a_ring_that_cannot_be_joined_is_told_with_its_log(monkeypatch):
    monkeypatch.setattr(children, "free_port", lambda: 1)       # privileged, or taken by the first
    link = links.Link(1e-5, 1e9, *[np.ones(2)] * 4)
    with pytest.raises(RuntimeError, match=r"ring-\d failed:(.|\n)*ConnectionError"):
        ring_processes.measure(2, nbytes=400, link=link, repeats=2)
    assert not [child for child in children.running() if child.name.startswith("ring-")]


@pytest.mark.parametrize("asked", [{"workers": 1}, {"workers": []}, {"nbytes": 3}, {"repeats": 1}])
def test_measurements_that_cannot_be_are_refused(asked):
    with pytest.raises(ValueError, match="2 workers or more"):
        ring_processes.measure(**{"link": object(), **asked})
