"""Formulas of queues against simulations, latencies, and batches.

Simulations have a fixed seed; the tolerances are some four standard errors of their means.
"""

import numpy as np
import pytest

from helpers.cloud import batching, latencies, queues

# --- formulas ---


def test_numbers_of_the_chapter():
    assert queues.mm1(50, 0.010).response == pytest.approx(0.020)
    assert queues.mm1(90, 0.010).response == pytest.approx(0.100)       # five times
    assert queues.md1(90, 0.010).response == pytest.approx(0.055)
    assert queues.mm1_percentile(90, 0.010, 99) == pytest.approx(np.log(100) * 0.1)
    assert latencies.slow_share(10) == pytest.approx(0.0956, abs=1e-4)
    assert latencies.slow_share([1, 100]) == pytest.approx([0.01, 0.634], abs=1e-3)


def test_waiting_is_half_as_long_if_all_are_served_in_the_same_time():
    random, same = queues.mm1(70, 0.01), queues.md1(70, 0.01)
    assert same.waiting == pytest.approx(random.waiting / 2)
    assert random.number == pytest.approx(0.7 / 0.3)                    # ρ/(1 − ρ)


@pytest.mark.parametrize(("rate", "service", "sentence"), [
    (100, 0.01, "busy 100%.*grows without end"), (250, 0.01, "busy 250%"), (0, 0.01, "above 0"),
    (5, -1, "above 0"), (float("nan"), 1, "above 0"),
])
def test_no_queue_settles_where_more_comes_in_than_goes_out(rate, service, sentence):
    for law in (queues.mm1, queues.md1, queues.simulate):
        with pytest.raises(ValueError, match=sentence):
            law(rate, service)


def test_percentages_are_percentages():
    for percent in (0, 100, -1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 100"):
            queues.mm1_percentile(1, 0.1, percent)


# --- simulations ---


@pytest.mark.parametrize("busy", [0.3, 0.8])
@pytest.mark.parametrize(("kind", "law"), [("exponential", queues.mm1), ("constant", queues.md1)])
def test_formulas_and_simulation_agree(kind, law, busy):
    found = queues.simulate(100 * busy, 0.01, kind, n=400_000, seed=3)
    expected = law(100 * busy, 0.01)
    # the mean of M/M/1 at ρ = 0.8 has a standard error of 1.0 % with 400 000 requests
    assert found.responses.mean() == pytest.approx(expected.response, rel=0.04)
    assert found.utilisation == pytest.approx(busy, rel=0.01)
    assert found.number == pytest.approx(expected.number, rel=0.04)
    if kind == "exponential":
        assert found.percentile(99) == pytest.approx(queues.mm1_percentile(100 * busy, 0.01, 99),
                                                     rel=0.08)


@pytest.mark.parametrize("servers", [1, 3])
def test_littles_law_holds_however_many_serve(servers):
    found = queues.simulate(70 * servers, 0.01, "constant", servers=servers, n=20_000, seed=1)
    rate = len(found.arrivals) / found.ends.max()
    assert found.number == pytest.approx(queues.little(rate, found.responses.mean()))


def test_first_come_first_served_and_nobody_waits_beside_a_free_server():
    for servers in (1, 2):
        q = queues.simulate(150 / (3 - servers), 0.01, servers=servers, n=3000, seed=2)
        assert (np.diff(q.starts) >= -1e-9).all() and (q.starts >= q.arrivals - 1e-9).all()
        for k in range(servers, 3000, 97):
            if q.starts[k] > q.arrivals[k] + 1e-9:      # it waited: so all servers were at work
                at_work = (q.starts[:k] <= q.starts[k] - 1e-9) & (q.ends[:k] >= q.starts[k] - 1e-9)
                assert at_work.sum() >= servers


def test_the_running_maximum_is_the_recursion():
    rng = np.random.default_rng(0)
    arrivals, lengths = np.cumsum(rng.exponential(1, 300)), rng.exponential(0.9, 300)
    end, expected = 0.0, []
    for arrival, length in zip(arrivals, lengths, strict=True):
        end = max(arrival, end) + length
        expected.append(end)
    np.testing.assert_allclose(queues.one_by_one(arrivals, lengths), expected)


def test_two_servers_with_one_queue_beat_two_queues():
    alone = queues.simulate(80, 0.01, n=50_000, seed=4)
    together = queues.simulate(160, 0.01, servers=2, n=50_000, seed=4)
    assert together.responses.mean() < 0.75 * alone.responses.mean()


def test_a_kind_that_is_not_known():
    with pytest.raises(ValueError, match='"exponential" or "constant"; got .normal'):
        queues.simulate(1, 0.1, "normal")


def test_the_table_holds_formulas_and_simulations():
    lines = queues.table(rates=(50, 90), n=20_000).splitlines()
    assert len(lines) == 5 and len({len(line) for line in lines[2:]}) == 1
    assert lines[-1].split()[:3] == ["90/s", "90%", "100.0"]


# --- latencies ---


def test_percentiles_are_values_that_were_measured():
    assert latencies.percentiles(range(1, 101)).tolist() == [50, 95, 99]
    assert latencies.percentiles([3, 1, 2], (1, 34, 67, 100)).tolist() == [1, 2, 3, 3]
    assert np.isnan(latencies.percentiles([])).all()
    with pytest.raises(ValueError, match="at most 100"):
        latencies.percentiles([1], 101)
    with pytest.raises(ValueError, match="below 0 s"):
        latencies.percentiles([1, -1])


def test_what_a_waiting_user_left_out_is_filled_in():
    filled = latencies.filled_in([0.1, 1.0, 0.1], 0.25)
    assert sorted(filled) == pytest.approx([0.1, 0.1, 0.25, 0.5, 0.75, 1.0])
    assert latencies.filled_in([0.1], 0.5).tolist() == [0.1]
    with pytest.raises(ValueError, match="interval above 0"):
        latencies.filled_in([1], 0)
    with pytest.raises(ValueError, match="share from 0 to 1"):
        latencies.slow_share(3, 1.5)


# --- batches ---


def test_the_smallest_batch_that_keeps_up():
    for rate in (50, 300, 400, 900):
        smallest = batching.smallest_batch(rate)
        assert batching.throughput(smallest) > rate
        assert smallest == 1 or batching.throughput(smallest - 1) <= rate
    with pytest.raises(ValueError, match="stays below 1000"):
        batching.smallest_batch(1000)


@pytest.mark.parametrize(("rate", "batch"), [(300, 5), (400, 8), (400, 32), (100, 2)])
def test_latency_of_batches_against_a_simulation(rate, batch):
    """Kingman's middle part is an approximation: within a tenth, and too high rather than low."""
    arrivals = np.cumsum(np.random.default_rng(0).exponential(1 / rate, 60_000))
    _, ends, _ = batching.serve(arrivals, [0], batch, np.inf)
    assert (ends - arrivals).mean() == pytest.approx(batching.latency(batch, rate), rel=0.1)
    assert (ends - arrivals).mean() < 1.005 * batching.latency(batch, rate)


def test_there_is_a_best_batch_and_it_grows_with_the_load():
    best = [batching.best_batch(rate) for rate in (20, 200, 400, 800)]
    assert best[0] == 1 and best == sorted(best) and best[-1] > 10
    around = batching.latency([best[2] - 1, best[2], best[2] + 1], 400)
    assert around.argmin() == 1
    assert np.isinf(batching.latency(1, 400))


def test_fixed_and_each_are_found_again_in_times():
    sizes = np.array([1, 8, 32, 128])
    assert batching.fit(sizes, 0.008 + 0.001 * sizes) == pytest.approx((0.008, 0.001))
    with pytest.raises(ValueError, match="at least two sizes"):
        batching.fit([4, 4], [1, 1])


def test_batches_are_served_by_the_rules():
    arrivals = np.array([0.0, 0.001, 0.002, 0.5, 0.9])
    starts, ends, calls = batching.serve(arrivals, [0.0], 2, 0.1, fixed=0.01, each=0.0)
    # two at once; the third waits 0.1 s for company in vain; the fourth too; the fifth is
    # the last of all and is not kept waiting
    assert starts == pytest.approx([0.001, 0.001, 0.102, 0.6, 0.9])
    assert ends - starts == pytest.approx(0.01) and len(calls) == 4
    _, ends, calls = batching.serve(arrivals[:3], [0.0], 8, 0.0, fixed=0.01, each=0.0)
    assert ends == pytest.approx([0.01, 0.02, 0.02])        # what has piled up goes together
    _, ends, _ = batching.serve(arrivals[:3], [0.0, 0.0], 1, 0.0, fixed=0.01, each=0.0)
    assert ends == pytest.approx([0.01, 0.011, 0.02])
    _, ends, _ = batching.serve(arrivals[:2], [0.0, 5.0], 1, 0.0, fixed=10.0, each=0.0)
    assert ends == pytest.approx([10.0, 15.0])              # the second replica came at 5 s


def test_the_table_of_batches_says_which_do_not_keep_up():
    lines = batching.table(400, n=5000).splitlines()
    assert "does not keep up" in lines[3] and lines[-1].startswith("best for one that waits: ba")
    waits, free = ([float(line.split()[column]) for line in lines[6:-1]] for column in (5, 7))
    # who waits for full batches is late with large ones; who takes what is there is not
    assert waits[-1] > 8 * waits[0] and max(free) < 1.2 * min(free) and free[0] < waits[0]
