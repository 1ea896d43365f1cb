"""Exercise 5.11 and what it stands on: the simulated service, what it costs, and its plans."""

import numpy as np
import pytest

from helpers.cloud import batching, capacity, queues
from helpers.cloud.capacity import simulate
from helpers.cloud.exercises_capacity import NEEDED, RUSH, examine, plan
from helpers.kit.exercise import find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG

X = find("5.11")

# --- the simulation ---


def test_one_replica_without_batches_is_the_queue_that_the_formula_knows():
    found = simulate(80, 1, batch=1, seconds=3000, fixed=0.010, each=0.0)
    expected = queues.md1(80, 0.010)
    # 240 000 requests: the standard error of the mean is below 1 %
    assert found.mean == pytest.approx(expected.response, rel=0.03)
    assert found.utilisation == pytest.approx(expected.utilisation, rel=0.02)
    assert found.offered == pytest.approx(0.8)


def test_a_rush_doubles_what_comes_in_and_the_ordered_replicas_come_when_they_have_booted():
    found = simulate(200, 2, rush=2, boot=3, seconds=40)
    assert found.ready == (0, 0, 23, 23)
    before, after = (found.arrivals < 20).sum(), (found.arrivals >= 20).sum()
    assert before == pytest.approx(4000, abs=260) and after == pytest.approx(8000, abs=360)  # 4 σ
    assert (found.latencies >= batching.FIXED).all()


def test_slower_boots_make_later_answers_and_no_rush_needs_no_more_replicas():
    late = [simulate(1000, 2, 32, boot=boot, rush=2).p99 for boot in (0, 2, 8)]
    assert late == sorted(late) and late[0] < 0.05 < late[2]
    assert simulate(100, 3).ready == (0, 0, 0)


def test_money_is_what_was_paid_for_what_was_answered():
    found = simulate(100, 3, seconds=50, seed=1)
    hours = 3 * 50 / 3600
    answered = (found.ends <= 50).sum()
    assert found.money == pytest.approx(0.10 * hours / answered * 1e6)
    # booting is paid: two more replicas for the second half, although they never came
    booting = simulate(100, 2, rush=2, boot=1000, seconds=50, seed=1)
    answered = (booting.ends <= 50).sum()
    assert booting.money == pytest.approx(0.10 * (2 * 50 + 2 * 25) / 3600 / answered * 1e6)


def test_the_same_seed_gives_the_same_and_curves_over_the_rate_are_smooth():
    assert simulate(300, 2, seed=5).p99 == simulate(300, 2, seed=5).p99
    assert simulate(300, 2, seed=5).p99 != simulate(300, 2, seed=6).p99
    p50 = np.array([simulate(rate, 2).p50 for rate in range(300, 320, 2)])
    assert np.abs(np.diff(p50)).max() < 0.03 * p50.mean()


@pytest.mark.parametrize("wrong", [
    {"rate": 0}, {"rate": float("nan")}, {"replicas": 0}, {"replicas": 1.5}, {"batch": 0},
    {"wait": -1}, {"boot": -1}, {"rush": 0.5}, {"seconds": 0},
])
def test_there_must_be_something_to_simulate(wrong):
    with pytest.raises(ValueError, match="expected a rate above 0"):
        simulate(**{"rate": 100, **wrong})


def test_a_single_request_is_enough_to_be_simulated():
    found = simulate(0.001, 1)
    assert len(found.arrivals) == 1 and "p99" in repr(found)


def test_the_table_says_where_replicas_do_not_keep_up():
    lines = capacity.table(1500, (1, 2, 4), batch=8).splitlines()
    assert len(lines) == 5 and lines[2].endswith("does not keep up") and lines[4].endswith(" g")


# --- the exercise ---


def test_the_courses_plan_is_right_and_no_plan_with_fewer_replicas_is():
    assert judge(X, plan).state == RIGHT
    for (rate, boot), fewest in NEEDED.items():
        best = min(simulate(rate, fewest - 1, batch, boot=boot, rush=RUSH, seed=s).p99
                   for batch in (8, 16, 20, 24, 28, 32, 48, 64) for s in (0, 1)) \
            if fewest > 1 else np.inf
        assert best > 1.2 * capacity.DEADLINE, (rate, boot)     # clear, whatever the seed
        found = [simulate(rate, fewest, 20, boot=boot, rush=RUSH, seed=s).p99 for s in range(6)]
        assert max(found) < 0.95 * capacity.DEADLINE, (rate, boot)


def from_a_table(rate, boot):
    return {(700, 0): [2, 64, 0.0], (1500, 0): [3, 12, 0.005], (500, 6): [2, 32, 0.0],
            (1650, 5): (np.int64(5), 20, 0)}[rate, boot]


def by_a_rule_of_thumb(rate, boot):
    """What full batches of 20 manage, with air of a third; the rush is carried while they boot."""
    peak = rate * (2 if boot else 1)
    each = batching.throughput(20) * (1 if boot else 0.75)
    return int(np.ceil(peak / each)), 20, 0.0


@pytest.mark.parametrize("answer", [from_a_table, by_a_rule_of_thumb])
def test_other_plans_are_right_too(answer):
    verdict = judge(X, answer)
    assert verdict.state == RIGHT, verdict


@pytest.mark.parametrize("mistake", X.mistakes, ids=lambda m: m.name)
def test_every_mistake_is_called_by_its_name(mistake):
    verdict = judge(X, mistake.fn)
    assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
    assert mistake.why in verdict.sentences


def test_no_two_mistakes_look_alike():
    assert collisions(X) == []


def search(good, **settings):
    """The fewest replicas for which a simulated service is good."""
    def answer(rate, boot):
        for replicas in range(1, 20):
            for batch in (16, 24, 32):
                how = {"boot": boot, "rush": 2, **settings}
                if good(simulate(rate, replicas, batch, **how)):
                    return replicas, batch, 0.0
    return answer


@pytest.mark.parametrize(("name", "answer"), [
    ("averages as SLO", search(lambda found: found.mean <= 0.05)),
    ("averages as SLO", search(lambda found: found.p50 <= 0.05)),
    ("ignores cold start", search(lambda found: found.p99 <= 0.05, boot=0)),
    ("ignores cold start", search(lambda found: found.p99 <= 0.05, rush=1)),
    ("utilisation > 1", lambda rate, boot: (1, 64, 0.0)),
    ("utilisation > 1", lambda rate, boot: (int(rate // 889), 64, 0.0) if rate > 889
     else (1, 1, 0.0)),
    ("more replicas than needed", lambda rate, boot: (20, 8, 0.0)),
    ("more replicas than needed", lambda rate, boot: (*plan(rate, boot)[:1], 16, 0.0)
     if rate < 1650 else (7, 64, 0.0)),
])
def test_mistakes_are_recognised_as_students_make_them(name, answer):
    verdict = judge(X, answer)
    assert (verdict.state, verdict.mistakes) == (WRONG, (name,)), verdict


def test_waiting_for_company_does_not_pay_here():
    plans = {setting: (n, 24, 0.040) for setting, n in NEEDED.items()}
    assert examine(plans)[1] != "in time"


@pytest.mark.parametrize("answer", [
    lambda rate, boot: 3, lambda rate, boot: (1, 2), lambda rate, boot: ("a", 1, 0),
    lambda rate, boot: (0, 8, 0.0), lambda rate, boot: (2.5, 8, 0.0),
    lambda rate, boot: (2, 8, -1.0), lambda rate, boot: (float("nan"), 8, 0.0),
    lambda rate, boot: (10**9, 8, 0.0), lambda rate, boot: 1 / 0, lambda rate: (1, 1, 0),
])
def test_what_is_no_plan_gets_a_sentence(answer):
    verdict = judge(X, answer)
    assert verdict.state == WRONG and "Traceback" not in str(verdict)


def test_the_stub_is_not_attempted():
    assert judge(X, lambda rate, boot: ...).state == NOT_ATTEMPTED
