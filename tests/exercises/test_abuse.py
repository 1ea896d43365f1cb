"""Whatever students hand in to the exercises of any chapter, it ends in a sentence."""

import re

import numpy as np
import pytest

from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import WRONG
from tests.exercises.abuses import ABUSES, each_array
from tests.exercises.banks import CLASSES, FUNCTIONS, merged

TOLERATED = merged("tolerated")


@pytest.mark.parametrize("abuse", ABUSES)
@pytest.mark.parametrize("id", [id for id in FUNCTIONS if id not in CLASSES])
def test_abuse_ends_in_a_sentence(id, abuse, monkeypatch):
    exercise = find(id)
    monkeypatch.setattr(exercise, "time_limit", 0.3)
    verdict = judge(exercise, ABUSES[abuse](exercise.reference_fn))
    expected = TOLERATED.get((id, abuse), ())
    if isinstance(expected, str):
        return   # no wrong answer, for the reason that stands there
    if expected:
        assert verdict.mistakes == expected
    assert verdict.state == WRONG
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline
    assert "Traceback" not in str(verdict)


@pytest.mark.parametrize("id", merged("single"))
def test_single_precision_is_called_what_it_is(id):
    wrong = each_array(lambda a: a.astype(np.float32))(find(id).reference_fn)
    verdict = judge(find(id), wrong)
    assert verdict.state == WRONG and "float32" in str(verdict)
