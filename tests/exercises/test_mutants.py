"""Do the checks of all chapters notice small random changes to a right answer?

Each reference is changed in every small way that `tests/mutation.py` knows. A changed copy must be
rejected, or it must be shown to compute the same: on 200 further inputs of other shapes and sizes
than the check's own. What is neither is a hole in the probes.
"""

from functools import lru_cache

import numpy as np
import pytest

from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.outcome import attempt, same, tolerance_for
from helpers.kit.verdict import RIGHT
from tests.exercises.banks import BANKS, FUNCTIONS, merged
from tests.mutation import mutants

FURTHER, RUN = merged("further"), merged("run")
FURTHER_INPUTS = 200


@lru_cache
def further_outcomes(id):
    """200 further inputs, and what the reference makes of them."""
    rng = np.random.default_rng(20_26)
    inputs = [FURTHER[id](rng) for _ in range(FURTHER_INPUTS)]
    return inputs, [run_once(id, find(id).reference_fn, args) for args in inputs]


def run_once(id, answer, args):
    exercise = find(id)
    call = RUN.get(id, lambda fn, *rest: exercise.call(fn, rest))
    n_outputs = 1 if id in RUN else len(exercise.outputs)
    return attempt(lambda *rest: call(answer, *rest), args, n_outputs)


def equivalent(id, answer):
    """Whether `answer` agrees with the reference on all further inputs."""
    inputs, expected = further_outcomes(id)
    return all(
        same(run_once(id, answer, args), right, tolerance_for(args))
        for args, right in zip(inputs, expected, strict=True)
    )


@lru_cache
def hunt(id):
    """(rejected, equivalent, descriptions of those that got through) of all mutants."""
    exercise = find(id)
    rejected, same_thing, through = 0, 0, []
    for description, answer in mutants(exercise.reference_fn):
        if judge(exercise, answer).state != RIGHT:
            rejected += 1
        elif equivalent(id, answer):
            same_thing += 1
        else:
            through.append(description)
    return rejected, same_thing, through


def rate(rejected, through):
    return rejected / (rejected + len(through))


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Mutants may run for ever: cut them short."""
    for id in FUNCTIONS:
        monkeypatch.setattr(find(id), "time_limit", 1.0)


@pytest.mark.parametrize("id", FUNCTIONS)
def test_mutants_of_the_reference_are_rejected(id, record_property):
    rejected, same_thing, through = hunt(id)
    record_property("measured", f"mutants of {id:<4}: {rejected:3d} rejected, "
                                f"{len(through)} accepted, {same_thing} equivalent; "
                                f"kill rate {rate(rejected, through):.1%}")
    assert rejected >= 10
    assert rate(rejected, through) >= 0.95, through


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.chapter)
def test_kill_rate_of_all_exercises_together(bank, record_property):
    totals = [hunt(id) for id in bank.functions if id in FUNCTIONS]
    rejected = sum(t[0] for t in totals)
    through = [d for t in totals for d in t[2]]
    record_property("measured", f"mutants of chapter {bank.chapter}: {rejected} of "
                                f"{rejected + len(through)} that are not equivalent rejected; "
                                f"kill rate {rate(rejected, through):.1%}")
    assert rate(rejected, through) >= 0.95, through
    # Where nearly everything counts as equivalent, the inputs would prove nothing.
    assert sum(t[1] for t in totals) < 0.15 * rejected
