"""Exercise 3.10: what the check of a design finds, and that the course's own design passes.

Training is what takes time here, so the mistakes are made by small networks, and how well they read
is measured in one test only: the course's own answer, with the two seeds that the check takes.
"""

import re

import numpy as np
import pytest

from helpers import nn
from helpers.cnn import exercises_design
from helpers.cnn.exercises_design import design, examine, fresh_accuracy, in_other_notebook
from helpers.kit import data
from helpers.kit.exercise import find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG

X = find("3.10")
ALL_RIGHT = ("at most 25 000", "left alone", "another network", "the same network", "learned from",
             "0.88 or more")


def quick(digits, seed, units=8, train=("x_train", "y_train"), epochs=1, **fit):
    """A small dense network, trained so quickly that it reads badly."""
    model = nn.Sequential([nn.Flatten(), nn.Dense(units), nn.Dense(10)], seed=seed)
    model.compile(optimizer=nn.Adam(1e-3))
    model.fit(getattr(digits, train[0]), getattr(digits, train[1]), seed=seed, verbose=0,
              epochs=epochs, **fit)
    return model


@pytest.fixture
def good(monkeypatch):
    """Let every design read well, so that only the rules count."""
    monkeypatch.setattr(exercises_design, "fresh_accuracy", lambda design, seed: 0.9)


# --- the course's own answer ---


def test_the_courses_design_reads_well_enough():
    """Three seeds gave 0.94, 0.96 and 0.90; a single one varies by 0.03, the mean of two by 0.02.

    0.88 is what the exercise asks for. The check takes the course's own answer for granted, and
    this is the reason why it may.
    """
    found = [fresh_accuracy(design, seed) for seed in (0, 1)]
    assert 0.89 < np.mean(found) < 0.99


def test_the_courses_design_keeps_to_the_rules():
    assert examine(design, 25_000, 0.88, measure=lambda design, seed: 0.88) == ALL_RIGHT
    assert judge(X, design).state == RIGHT


# --- what is found ---


@pytest.mark.parametrize("mistake", X.mistakes, ids=lambda m: m.name)
def test_every_mistake_is_called_by_its_name(mistake):
    verdict = judge(X, mistake.fn)
    assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
    assert mistake.why in verdict.sentences


def test_no_two_mistakes_look_alike():
    assert collisions(X) == []


def test_the_stub_is_not_attempted():
    assert judge(X, lambda digits, seed: ...).state == NOT_ATTEMPTED


def too_large(digits, seed):
    return quick(digits, seed, units=40)


def looks_at_the_test(digits, seed):
    """The test part chooses the epoch."""
    best = nn.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True)
    return quick(digits, seed, epochs=8, validation_data=(digits.x_test, digits.y_test),
                 callbacks=[best])


def takes_the_test(digits, seed):
    return quick(digits, seed, train=("x_test", "y_test"))


def two_at_once(digits, seed):
    return quick(digits, 0, units=40)


LUCKY = {}


def keeps_the_best(digits, seed):
    """Trains once and hands out the same network for ever."""
    if "model" not in LUCKY:
        LUCKY["model"] = quick(digits, 3)
    return LUCKY["model"]


x_train, y_train = np.ones((200, 28, 28, 1), np.float32), np.arange(200) % 10


def notebook_fit(model):
    model.fit(x_train, y_train, verbose=0, seed=1)


def uses_a_function_of_the_notebook(digits, seed):
    model = quick(digits, seed)
    notebook_fit(model)
    return model


@pytest.mark.parametrize(("names", "answer"), [
    (["parameter limit exceeded"], too_large),
    (["trained on the test part"], looks_at_the_test),
    (["trained on the test part", "does not learn from the digits handed in"], takes_the_test),
    (["parameter limit exceeded", "one single lucky seed"], two_at_once),
    (["one single lucky seed", "does not learn from the digits handed in"], keeps_the_best),
    (["uses digits of the notebook"], uses_a_function_of_the_notebook),
], ids=lambda v: getattr(v, "__name__", ""))
def test_mistakes_are_recognised_as_students_make_them(names, answer):
    verdict = judge(X, answer)
    assert (verdict.state, set(verdict.mistakes)) == (WRONG, set(names)), verdict


def test_good_manners_pass(good):
    assert judge(X, quick).state == RIGHT

    def with_validation(digits, seed):
        n = len(digits.x_train) * 4 // 5
        own = digits._replace(x_train=digits.x_train[:n], y_train=digits.y_train[:n])
        rest = (digits.x_train[n:], digits.y_train[n:])
        return quick(own, seed, epochs=3, validation_data=rest)

    def looks_once(digits, seed):
        model = quick(digits, seed)
        model.evaluate(digits.x_test, digits.y_test)    # measured, not used
        return model

    for answer in (with_validation, looks_once):
        verdict = judge(X, answer)
        assert verdict.state == RIGHT, verdict


def test_how_far_it_is_from_the_goal_is_said(monkeypatch):
    monkeypatch.setattr(exercises_design, "fresh_accuracy",
                        lambda design, seed: [0.90, 0.85][seed])
    verdict = judge(X, quick)
    assert verdict.state == WRONG
    assert verdict.headline == ("Accuracy on fresh places should be 0.88 or more; it is 0.875 "
                                "(0.900 with seed 0, 0.850 with seed 1).")


def test_one_good_seed_is_not_enough():
    bad = examine(quick, 25_000, 0.88, measure=lambda design, seed: [0.97, 0.75][seed])
    assert bad == (*ALL_RIGHT[:5], "0.860 (0.970 with seed 0, 0.750 with seed 1)")


def test_it_is_not_trained_for_good_while_a_rule_is_broken():
    def never(design, seed):
        raise AssertionError("trained for good")

    assert examine(too_large, 25_000, 0.88, measure=never)[-1] == "not measured"


def test_it_is_measured_on_the_same_digits_at_other_places():
    seen = []

    class Spy:
        def get_weights(self):
            return []

        def count_params(self):
            return 0

        def predict(self, x):
            seen.append(x)
            return np.eye(10)[data.roaming().y_test]

    assert fresh_accuracy(lambda digits, seed: Spy(), 0) == 1.0     # the labels are the same
    handed_out, fresh = data.roaming().x_test[..., None], seen[0]
    moved = (handed_out != fresh).any(axis=(1, 2, 3)).mean()
    assert fresh.shape == handed_out.shape and moved > 0.95         # 1 of 169 stays by chance
    kept = np.sort(handed_out.reshape(360, -1)) == np.sort(fresh.reshape(360, -1))
    assert kept.all()                                               # not a pixel is another


def test_a_function_made_again_leaves_the_students_names_alone():
    before = x_train, y_train, notebook_fit
    again = in_other_notebook(uses_a_function_of_the_notebook)
    assert again.__globals__ is not globals() and again.__globals__["y_train"][0] == 199 % 10
    assert again.__globals__["notebook_fit"].__globals__ is again.__globals__
    assert (x_train, y_train, notebook_fit) == before or all(
        a is b for a, b in zip((x_train, y_train, notebook_fit), before, strict=True))
    assert y_train[0] == 0
    assert in_other_notebook(print) is print


@pytest.mark.parametrize(("answer", "said"), [
    (lambda digits, seed: 3, "Return the trained network itself, an nn.Sequential; int came."),
    (lambda digits, seed: None, "returns nothing"),
    (lambda digits: 3, "2 parameters"),
    (lambda digits, seed: 1 / 0, "ZeroDivisionError"),
    (lambda digits, seed: nn.Sequential([nn.Flatten(), nn.Dense(10)], seed=seed), "build"),
    (42, "A function is expected here"),
])
def test_whatever_is_handed_in_ends_in_a_sentence(answer, said):
    verdict = judge(X, answer)
    assert verdict.state == WRONG and said in str(verdict), verdict
    assert re.match(r"\S.*[.!?]$", verdict.headline), verdict.headline


def test_a_training_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(X, "time_limit", 0.3)

    def endless(digits, seed):
        while True:
            pass

    assert judge(X, endless).mistakes == ("does not end",)


def test_too_much_work_is_not_called_a_loop_without_end(monkeypatch):
    def slow(digits, seed):
        return quick(digits, seed, epochs=1 if len(digits.x_train) < 100 else 10_000)

    judge(X, lambda digits, seed: 1)    # the digits are loaded, so the clock is about training
    monkeypatch.setattr(X, "time_limit", 5.0)
    verdict = judge(X, slow)
    assert verdict.state == WRONG and "use fewer epochs" in verdict.headline.lower(), verdict
    assert "condition" not in str(verdict)
