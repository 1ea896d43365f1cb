"""Exercise 5.7: each fault is called by its name, whatever else is wrong and however it is written.

The general tests would run 200 further inputs for every mutant; here each is a whole training.
"""

import re

import numpy as np
import pytest

from helpers.cloud import distributed, simulated
from helpers.cloud.distributed import FAULTS, NAMES, faulty_train, make_train
from helpers.cloud.distributed_diagnosis import diagnose
from helpers.cloud.exercises_distributed import train
from helpers.kit.exercise import find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import RIGHT, WRONG
from tests.exercises.abuses import ABUSES, after
from tests.mutation import mutants

X = find("5.7")


# --- right and wrong ---


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_reference_is_right(seed):
    assert judge(X, train, seed).state == RIGHT


def broadcast_and_a_contiguous_part(me, x, y, lr, steps, batch):
    """The chief draws, the others get its weights by adding zeros; own seeds for all else."""
    w = np.random.default_rng().normal(size=(x.shape[1], 10)) * (me.rank == 0)
    w = me.all_reduce(w)
    order = np.random.default_rng(5).permutation(len(x))
    size = len(x) // me.n
    mine = order[me.rank * size:(me.rank + 1) * size]
    for start in range(0, steps * batch, batch):
        rows = mine[start:start + batch]
        w = w - lr * me.all_reduce(me.gradient(w, x[rows], y[rows]))    # n · lr · sum / n
    if me.rank == 0:
        me.save(w)
    me.barrier()
    return w


def global_batches(me, x, y, lr, steps, batch):
    """Each step takes the next rows for all, and every worker its own of them."""
    w = np.zeros((x.shape[1], 10))
    order = me.shuffle(len(x), 3)
    lr = lr * me.n
    for step in range(steps):
        rows = order[step * batch * me.n:][:batch * me.n][me.rank * batch:][:batch]
        g = me.gradient(w, x[rows], y[rows])
        w -= lr * (me.all_reduce(g) / me.n)
    me.barrier()
    if me.rank == 0:
        me.save(w)
    me.barrier()
    return w


def shards_first_then_own_order(me, x, y, lr, steps, batch):
    """Parts without any order, each shuffled by its owner: any seed will do."""
    w = 0.01 * np.ones((x.shape[1], 10))
    part = np.arange(me.rank, len(x), me.n)
    part = part[me.shuffle(len(part), seed=me.rank)]
    for rows in part[:steps * batch].reshape(steps, batch):
        w = w - lr * me.n * me.all_reduce(me.gradient(w, x[rows], y[rows])) / me.n
    if not me.rank:
        me.save(w)
    me.barrier()
    return w


@pytest.mark.parametrize("answer", [broadcast_and_a_contiguous_part, global_batches,
                                    shards_first_then_own_order], ids=lambda f: f.__name__)
def test_other_right_programs_are_right(answer):
    for seed in (0, 1):
        verdict = judge(X, answer, seed)
        assert verdict.state == RIGHT, verdict


def test_every_named_mistake_is_called_by_its_name():
    assert len(X.mistakes) == len({m.name for m in X.mistakes}) >= 2 ** 5 - 2 + 8
    for mistake in X.mistakes:
        verdict = judge(X, mistake.fn)
        assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
        assert mistake.why in verdict.sentences or verdict.faults


def test_no_two_mistakes_look_alike():
    assert collisions(X) == []


def test_what_is_left_is_counted():
    two = judge(X, make_train(("order", "barrier")))
    assert two.headline == "3 of 5 repaired, 2 to go. Next: shuffle without a common seed."
    one = judge(X, make_train(("rate",)))
    assert one.headline == "4 of 5 repaired, 1 to go. The last: learning rate not scaled."


@pytest.mark.parametrize("fault", NAMES)
def test_one_fault_changes_one_answer(fault):
    """Whatever else is wrong: the answer to one question does not depend on another fault."""
    assert diagnose(make_train(()), 3, 0.1, 5) == ("yes",) * 6
    place = NAMES.index(fault)
    for other in NAMES:
        answers = diagnose(make_train({fault, other}), 3, 0.1, 5)
        assert [i for i, a in enumerate(answers) if a != "yes"] == sorted(
            {place, NAMES.index(other)})


def test_the_code_as_handed_out_has_all_five_faults():
    assert diagnose(faulty_train, 3, 0.1, 5) == ("no",) * 5 + ("yes",)
    assert judge(X, faulty_train).state == "not attempted"


def without_a_seed(me, x, y, lr, steps, batch):
    w = np.random.default_rng().normal(size=(x.shape[1], 10))     # no seed: different everywhere
    order = np.random.default_rng(me.rank).permutation(len(x))
    mine = order[me.rank::me.n]
    for step in range(steps):
        rows = mine[step * batch:(step + 1) * batch]
        w = w - me.n * lr * me.all_reduce(me.gradient(w, x[rows], y[rows])) / me.n
    if me.rank == 0:
        me.save(w)
    me.barrier()
    return w


def test_own_generators_are_judged_too():
    verdict = judge(X, without_a_seed)
    assert set(verdict.mistakes) == {f"{FAULTS['start'][0]} + {FAULTS['order'][0]}"}, verdict


# --- whatever is handed in ---


@pytest.mark.parametrize("abuse", ABUSES)
def test_abuse_ends_in_a_sentence(abuse, monkeypatch):
    if abuse in ("changes its input", "half precision"):
        return   # workers get copies, which they may change; what is returned may be rounded
    monkeypatch.setattr(X, "time_limit", 0.3)
    verdict = judge(X, ABUSES[abuse](train))
    assert verdict.state == WRONG
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline
    assert "Traceback" not in str(verdict)


def test_random_numbers_are_the_same_in_each_run_of_a_worker_and_free_afterwards():
    """A program is run again from its beginning after each sum: it must do the same again."""
    drawn = []

    def program(me):
        drawn.append((me.rank, np.random.default_rng().random(), np.random.rand(),
                      tuple(me.shuffle(5))))
        me.all_reduce(0.0)

    state, real = np.random.get_state()[1].copy(), np.random.default_rng
    simulated.together(program, 2)
    assert len(drawn) == 4 and len(set(drawn)) == 2
    assert np.random.default_rng is real and np.array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize(("answer", "said"), [
    (after(lambda w: w.ravel())(train), r"floats of shape \(6, 10\).*\(60,\)"),
    (lambda me, x, y, lr, steps, batch: np.zeros((6, 10)), r"takes 2 steps.*me.gradient"),
    (lambda me, *rest: me.all_reduce(np.zeros(2 + me.rank)), "arrays differ in shape"),
    (lambda me, *rest: me.all_reduce(0.0) if me.rank else 0, "worker 0 has ended.*equally often"),
])
def test_what_cannot_be_judged_is_said_in_a_sentence(answer, said):
    verdict = judge(X, answer)
    assert verdict.state == WRONG and re.search(said, str(verdict), re.DOTALL), verdict


def test_mutants_of_the_reference_are_rejected(record_property):
    """A changed copy is rejected, or does the same on further inputs."""
    rejected, same, through = 0, 0, []
    for description, answer in mutants(train):
        if judge(X, answer).state != RIGHT:
            rejected += 1
        elif all(diagnose(answer, n, 0.2, n) == ("yes",) * 6 for n in (2, 4, 5)):
            same += 1       # another seed, another scale of the first weights
        else:
            through.append(description)
    record_property("measured", f"mutants of 5.7 : {rejected} rejected, {len(through)} accepted, "
                                f"{same} equivalent")
    assert rejected / (rejected + len(through)) >= 0.95, through
    assert rejected > 40 and same < rejected / 2


# --- what the faults leave to be seen ---


def test_each_fault_leaves_its_own_trace():
    found = distributed.symptoms()
    right = found["none of them"]
    assert right.apart == 0 and right.seen > 0.95
    assert found[FAULTS["start"][0]].apart > 0.1            # networks that never meet
    assert 0.5 < found[FAULTS["order"][0]].seen < 0.8       # 1 − (3/4)⁴ = 68 % of the rows
    assert 0.2 < found[FAULTS["shard"][0]].seen < 0.26      # a quarter
    assert found[FAULTS["rate"][0]].right < right.right - 0.05
    assert found[FAULTS["barrier"][0]].says == (
        "Deadlock: worker 0 waits at the barrier and workers 1, 2 and 3 have ended.")
    table = repr(found)
    assert all(name in table for name, _ in FAULTS.values())
    assert max(map(len, table.splitlines())) < 100          # or Presentation Mode breaks lines


def test_trying_out_any_program_ends_in_a_sentence():
    assert distributed.try_out(faulty_train).says.startswith("Deadlock: worker 0 waits")
    assert "rows were seen" in distributed.try_out(faulty_train, lenient=True).says
    assert distributed.try_out(lambda *args: 1 / 0).says == "ZeroDivisionError: division by zero"


def test_sums_and_barriers_bring_all_workers_together():
    def program(me):
        first = me.all_reduce([me.rank, 1])
        me.barrier()
        return first, me.all_reduce(me.rank ** 2)

    _, results = simulated.together(program, 4)
    for first, second in results:
        assert first.tolist() == [6, 4] and second == 14
