"""Exercise 3.9: each fault is called by its name, whatever else is wrong and however it is written.

The general tests of exercises would run 200 further inputs for every mutant; here each input means
that networks are built, so there are fewer.
"""

import re
import warnings

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import pipeline
from helpers.cnn.exercises_pipeline import prepare
from helpers.cnn.pipeline import FAULTS, NAMES, Softmax, augment, faulty_prepare, make_prepare
from helpers.cnn.pipeline_diagnosis import diagnose, double
from helpers.kit.exercise import find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import RIGHT, WRONG
from tests.cnn.pipelines import RIGHT_PROGRAMS, WRONG_PROGRAMS
from tests.exercises.abuses import ABUSES, after
from tests.mutation import mutants

X = find("3.9")


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def noise():
    rng = np.random.default_rng(3)
    return np.floor(rng.uniform(0, 17, (30, 8, 9))), rng.permutation(np.arange(30) % 10)


# --- right and wrong ---


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_reference_is_right(seed):
    assert judge(X, prepare, seed).state == RIGHT


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("answer", RIGHT_PROGRAMS, ids=lambda f: f.__name__)
def test_other_right_programs_are_right(answer, seed):
    verdict = judge(X, answer, seed)
    assert verdict.state == RIGHT, verdict


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(("names", "answer"), WRONG_PROGRAMS, ids=lambda f: getattr(f, "__name__",
                                                                                  ""))
def test_faults_are_recognised_as_students_leave_them(names, answer, seed):
    verdict = judge(X, answer, seed)
    assert (verdict.state, set(verdict.mistakes)) == (WRONG, set(names)), verdict


def test_every_named_mistake_is_called_by_its_name():
    assert len(X.mistakes) == len({m.name for m in X.mistakes}) >= 2 ** 6 - 2 + 10
    for mistake in X.mistakes:
        verdict = judge(X, mistake.fn)
        assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
        assert mistake.why in verdict.sentences or verdict.faults


def test_no_two_mistakes_look_alike():
    assert collisions(X) == []


def test_what_is_left_is_counted():
    two = judge(X, make_prepare(("early", "relu")))
    assert two.headline == "4 of 6 repaired, 2 to go. Next: augmentation before the split."
    one = judge(X, make_prepare(("softmax",)))
    assert one.headline == "5 of 6 repaired, 1 to go. The last: double softmax."


@pytest.mark.parametrize("fault", NAMES)
def test_one_fault_changes_one_answer(noise, fault):
    """Whatever else is wrong: the answer to one question does not depend on another fault."""
    assert diagnose(make_prepare(()), *noise) == ("yes",) * 7
    place = NAMES.index(fault)
    alone = diagnose(make_prepare((fault,)), *noise)
    assert [i for i, answer in enumerate(alone) if answer != "yes"] == [place]
    for other in NAMES:
        assert diagnose(make_prepare({fault, other}), *noise)[place] == "no"


def test_the_code_as_handed_out_has_all_six_faults(noise):
    assert diagnose(faulty_prepare, *noise) == ("no",) * 6 + ("yes",)
    made = faulty_prepare(*noise, double, np.random.default_rng(0))
    built = make_prepare(NAMES)(*noise, double, np.random.default_rng(0))
    for a, b in zip((*made[1], *made[2]), (*built[1], *built[2]), strict=True):
        np.testing.assert_array_equal(a, b)


# --- whatever is handed in ---


@pytest.mark.parametrize("abuse", ABUSES)
def test_abuse_ends_in_a_sentence(abuse, monkeypatch):
    if abuse == "changes its input":
        return   # prepare() gets copies, which it may change
    monkeypatch.setattr(X, "time_limit", 0.3)
    verdict = judge(X, ABUSES[abuse](prepare))
    assert verdict.state == WRONG
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline
    assert "Traceback" not in str(verdict)


@pytest.mark.parametrize(("change", "said"), [
    (lambda r: r[0], "return model, (x_train, y_train), (x_test, y_test)."),
    (lambda r: (r[0], *r[1], *r[2]), "return model, (x_train, y_train), (x_test, y_test)."),
    (lambda r: (None, *r[1:]), "an nn.Sequential; NoneType came"),
    (lambda r: (r[0], (r[1][0][:, 1:], r[1][1]), r[2]), "x_train should have shape (n, height"),
    (lambda r: (r[0], r[1], (r[2][0], r[2][1][1:])), "x_test and y_test should have as many rows"),
    (lambda r: (r[0], r[1], (r[2][0], list("abcdef"))), "y_test should be an array of numbers"),
    (lambda r: (nn.Sequential([nn.Dense(10)]), *r[1:]), "Flatten"),
])
def test_what_must_be_returned_is_said_in_a_sentence(change, said):
    verdict = judge(X, after(change)(prepare))
    assert verdict.state == WRONG and said in str(verdict), verdict


def test_a_half_finished_answer_is_not_attempted():
    verdict = judge(X, after(lambda r: (r[0], (..., r[1][1]), r[2]))(prepare))
    assert verdict.state == "not attempted"


def test_mutants_of_the_reference_are_rejected(record_property):
    """A changed copy is rejected, or does the same on 12 further inputs of other sizes."""
    rng = np.random.default_rng(0)
    inputs = [(int(rng.integers(25, 40)), *map(int, rng.integers(6, 12, 2)), k) for k in range(12)]
    rejected, same, through = 0, 0, []
    for description, answer in mutants(prepare):
        if judge(X, answer).state != RIGHT:
            rejected += 1
        elif all(X.call(answer, args) == ("yes",) * 7 for args in inputs):
            same += 1
        else:
            through.append(description)
    record_property("measured", f"mutants of 3.9 : {rejected} rejected, {len(through)} accepted, "
                                f"{same} equivalent")
    assert rejected / (rejected + len(through)) >= 0.95, through
    assert rejected > 60 and same < rejected / 2


# --- what the faults leave to be seen ---


def test_copies_are_half_a_pixel_off():
    image = np.zeros((1, 5, 6))
    image[0, 2, 3] = 8
    images, labels = augment(image, np.array([7]))
    assert images.shape == (5, 5, 6) and labels.tolist() == [7] * 5
    np.testing.assert_array_equal(images[0], image[0])
    for copy, (row, column) in zip(images[1:], ((1, 3), (3, 3), (2, 2), (2, 4)), strict=True):
        assert copy[2, 3] == copy[row, column] == 4 and copy.sum() == 8
    corner = np.zeros((1, 3, 3, 1))
    corner[0, 0, 0, 0] = 8
    moved, one_hot = augment(corner, np.eye(10)[[7]])
    assert moved.shape == (5, 3, 3, 1) and one_hot.shape == (5, 10)
    assert moved[:, 0, 0, 0].tolist() == [8, 4, 4, 4, 4]   # what leaves the picture is lost
    assert moved.sum(axis=(1, 2, 3)).tolist() == [8, 4, 8, 4, 8]


def test_the_softmax_layer_has_the_right_gradient():
    model = nn.Sequential([nn.Dense(4), Softmax()], seed=0, dtype="float64")
    model.compile(loss="mse")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    model.build(3)
    assert max(nn.check_gradients(model, x, y).values()) < 1e-7   # smooth, float64
    np.testing.assert_allclose(model.predict(x).sum(axis=1), 1)


@pytest.fixture(scope="module")
def found():
    return pipeline.symptoms(seeds=3)


def test_two_faults_stop_with_a_sentence(found):
    for fault in ("one-hot", "channel"):
        for trial in found[FAULTS[fault][0]]:
            assert trial.says.startswith("ValueError: ") and trial.claimed is None


def test_four_faults_are_silent_and_look_different(found):
    """Means of three seeds, 360 fresh digits each; intervals from eight seeds, ± 3 errors."""
    def mean(name, what):
        return float(np.mean([getattr(trial, what) for trial in found[name]]))

    fresh = mean("none of them", "fresh")
    assert 0.68 < fresh < 0.86
    early = FAULTS["early"][0]
    assert 0.86 < mean(early, "claimed") < 0.97                      # looks better than it is:
    assert 0.69 < mean(early, "fresh") < 0.86
    assert abs(mean(FAULTS["scaler"][0], "fresh") - fresh) < 0.05    # leaves no trace
    assert mean(FAULTS["relu"][0], "fresh") < fresh - 0.03
    assert mean(FAULTS["relu"][0], "never") >= 1                     # whole classes are gone
    assert mean(FAULTS["softmax"][0], "fresh") < fresh - 0.03


def test_the_table_names_every_fault(found):
    table = repr(found)
    assert all(name in table for name, _ in FAULTS.values()) and "none of them" in table
    trial = found["none of them"][0]    # ten digits of its own: a share alone would say too much
    assert str(trial).startswith(
        f"on its own test part {trial.claimed:.3f} ({round(10 * trial.claimed)} of 10), on 360 ")


def test_trying_out_the_code_as_handed_out_ends_in_a_sentence():
    assert "x[..., None]" in pipeline.try_out(faulty_prepare).says
    assert pipeline.try_out(lambda *args: 3).says.startswith("TypeError: ")
    assert pipeline.try_out(lambda *args: 1 / 0).says == "ZeroDivisionError: division by zero"
