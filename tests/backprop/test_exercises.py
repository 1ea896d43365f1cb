"""The exercises of chapter 02: right answers pass, every named mistake is caught under its name."""

import warnings

import numpy as np
import pytest

import helpers.backprop.exercises as bank
import tests.backprop.alternatives_training  # noqa: F401  (adds the longer ones)
import tests.backprop.wrong_answers_training  # noqa: F401  (as well)
from helpers.backprop.bughunt import CURVES, FAULTS, make_train, three_arms
from helpers.backprop.diagnosis import diagnose
from helpers.backprop.mistakes_autograd import make_value
from helpers.kit.exercise import REGISTRY, Exercise, Number, Question, find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG
from tests.backprop.alternatives import ALTERNATIVES
from tests.backprop.wrong_answers import WRONG_ANSWERS

FUNCTIONS = ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.10", "2.11"]
NUMBERS = ["2.1", "2.9", "2.p3"]
PREDICTED = ["2.p2", "2.p4", "2.p5", "2.p7", "2.p10", "2.p11", "2.p12"]
QUESTIONS = [*PREDICTED, *(f"2.{letter}" for letter in "abcdefghijkl")]

# What the design of the chapter asks for by name; more is welcome.
DEMANDED = {
    "2.1": ["one weight per node", "forgot the biases", "counted input biases"],
    "2.2": ["transposed W", "bias along rows", "bias after the activation", "missing bias"],
    "2.3": ["softmax over wrong axis", "overflow", "sum over whole batch", "softmax twice"],
    "2.4": ["sum instead of mean", "log2", "binary cross-entropy over all classes", "mean over n·C",
            "log 0"],
    "2.5": ["forgot to divide by batch size", "divided twice by the batch size", "divided by n·C",
            "sign flipped (Y − P)", "gradient with respect to P"],
    "2.6": ["transposed dW", "W instead of Wᵀ", "db not summed", "db averaged again", "forgot f′",
            "f′(a) instead of f′(z)", "returns the update, not the gradient"],
    "2.7": [name for name, _ in FAULTS.values()],
    "2.8": ["forward difference", "h too small, such as 1e-12", "absolute error", "float32",
            "parameter not restored", "never looks at b"],
    "2.9": ["1/λmax", "2/λmin", "2/(λmin + λmax)"],
    "2.10": ["`=` instead of `+=`", "no topological order", "root grad not 1",
             "grads not reset between calls"],
    "2.11": ["no bias correction", "ε inside the root", "β's swapped", "bias correction from t=0",
             "squares m"],
}


def known_mistakes():
    for id in FUNCTIONS:
        for number, mistake in enumerate(find(id).mistakes):
            yield pytest.param(id, mistake, id=f"{id}-{number}-{mistake.name}")


@pytest.fixture(autouse=True)
def quiet():
    """Wrong answers divide by zero on purpose; NumPy's warnings about it are no news."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# --- the bank as a whole ---


def test_every_exercise_is_declared_and_described():
    assert set(FUNCTIONS + NUMBERS + QUESTIONS) == {id for id in REGISTRY if id.startswith("2.")}
    for id in FUNCTIONS + NUMBERS:
        entry = find(id)
        assert entry.title and entry.minutes > 0, id
        assert len(entry.hints) >= 3, id
        assert "(../solutions/02_backprop.ipynb)" in entry.hints[-1], id
        assert not any("solutions/" in hint for hint in entry.hints[:-1]), id


@pytest.mark.parametrize("id", DEMANDED)
def test_the_mistakes_of_the_design_are_there(id):
    assert set(DEMANDED[id]) <= {m.name for m in find(id).mistakes}


@pytest.mark.parametrize("id", FUNCTIONS + NUMBERS)
def test_no_two_mistakes_look_alike(id):
    assert collisions(find(id)) == []


def test_reasons_are_sentences_of_their_own():
    for id in FUNCTIONS + NUMBERS:
        for mistake in find(id).mistakes:
            assert len(mistake.why) > 20 and mistake.why.endswith((".", "?", ")")), mistake
            assert mistake.why.rstrip(".") != mistake.name


# --- right answers ---


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_reference_is_right(id, seed):
    verdict = judge(find(id), find(id).reference_fn, seed)
    assert verdict.state == RIGHT, verdict


@pytest.mark.parametrize("id", FUNCTIONS)
def test_alternatives_are_right(id):
    assert len(ALTERNATIVES[id]) >= 2
    for answer in ALTERNATIVES[id]:
        for seed in (0, 1):
            verdict = judge(find(id), answer, seed)
            assert verdict.state == RIGHT, (answer.__name__, verdict)


def test_the_numbers_accept_formulas_and_give_mistakes_their_names():
    right = {"2.1": ["64*64+64+64*10+10", "4,810", 4810.0], "2.9": ["2/10", 0.2, "1/5"],
             "2.p3": ["log(10)", 2.3026]}
    for id, answers in right.items():
        for answer in answers:
            assert judge(find(id), answer).state == RIGHT, (id, answer)
        for mistake in find(id).mistakes:
            verdict = judge(find(id), mistake.value)
            assert verdict.state == WRONG and verdict.mistakes == (mistake.name,), verdict
    # The best step, 2/11, is not the largest stable one, however it is rounded.
    for best in ("2/11", 0.18, 0.1818):
        assert judge(find("2.9"), best).state == WRONG


# --- wrong answers ---


@pytest.mark.parametrize(("id", "mistake"), list(known_mistakes()))
def test_each_mistake_is_called_by_its_name(id, mistake):
    verdict = judge(find(id), mistake.fn)
    assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
    assert mistake.why in verdict.sentences


@pytest.mark.parametrize(("id", "names", "answer"), WRONG_ANSWERS)
def test_mistakes_are_recognised_as_students_write_them(id, names, answer):
    verdict = judge(find(id), answer)
    assert (verdict.state, set(verdict.mistakes)) == (WRONG, set(names)), verdict


# --- answers not begun ---


def stub_of(id):
    """The answer as the chapter hands it out: every body is `return ...`, or the faulty code."""
    exercise = find(id)
    if exercise.untouched_fn is not None:
        return exercise.untouched_fn
    if isinstance(exercise.reference_fn, type):
        class Value(exercise.reference_fn):
            def __add__(self, other):
                return ...

            def __mul__(self, other):
                return ...

            def backward(self):
                return ...

        return Value
    return lambda *args, **kwargs: ...


@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_stub_is_not_attempted(id):
    assert judge(find(id), stub_of(id)).state == NOT_ATTEMPTED


def test_a_class_with_only_the_operations_is_not_finished():
    class Value(make_value()):
        def backward(self):
            return ...

    assert judge(find("2.10"), Value).state == NOT_ATTEMPTED


# --- 2.7: the bug hunt ---


def test_the_five_faults_draw_five_different_curves():
    curves, chance = bank.loss_curves(), np.log(3)
    by_fault = {CURVES[letter]: curves[letter] for letter in CURVES}
    assert set(by_fault) == set(FAULTS)
    x, y = three_arms(300)
    healthy = make_train(())(x, y, (2, 16, 3), 60, 30, np.random.default_rng(1))[1]
    assert healthy[-1] < 0.2
    assert by_fault["stale"][-1] < 0.2                       # looks healthy
    assert abs(by_fault["shuffle"][-20:].mean() - chance) < 0.1   # nothing to learn
    assert 0.6 < by_fault["zero"][-20:].mean() < 0.9         # one unit's worth
    assert by_fault["uphill"].min() > 3 * chance             # up, and then flat:
    assert np.ptp(by_fault["uphill"][-20:]) < 0.1
    assert by_fault["step"][-20:].mean() > 2 * chance        # jumps
    assert np.ptp(by_fault["step"][-20:]) > 1.0
    for letter, again in bank.loss_curves(epochs=3).items():
        np.testing.assert_array_equal(again, curves[letter][:3])


def test_the_matching_question_is_about_these_curves():
    said = dict(o.text.split(": ", 1) for o in find("2.f").options if o.right)
    assert said == {letter: FAULTS[fault][0] for letter, fault in CURVES.items()}


def test_diagnosis_does_not_depend_on_how_the_loop_was_repaired():
    rng = np.random.default_rng(5)
    x, y, sizes = rng.normal(size=(11, 3)), np.arange(11) % 4, (3, 6, 4)
    for lr in (0.1, 1.0, 5.0):
        for fault in FAULTS:
            plain = diagnose(make_train((fault,)), x, y, sizes)
            assert diagnose(make_train((fault,), lr), x, y, sizes) == plain
            assert sum(answer != "yes" for answer in plain) == 1, fault


# --- questions ---


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_option_has_a_reason(id):
    question = find(id)
    assert isinstance(question, Question)
    assert len(question.options) >= 3 and question.right_letters
    assert all(len(o.reason) > 20 for o in question.options)
    assert judge(question, ", ".join(question.right_letters)).state == RIGHT
    for option in question.options:
        if not option.right:
            assert judge(question, option.letter).state == WRONG


KEYS = {"2.p2": "a", "2.p4": "c", "2.p5": "b", "2.p7": "d", "2.p10": "b", "2.p11": "c",
        "2.p12": "d", "2.a": "b", "2.b": "d", "2.c": "c", "2.d": "d", "2.e": "c",
        "2.f": "bcfhi", "2.g": "a", "2.h": "c", "2.i": "d", "2.j": "b", "2.k": "c", "2.l": "a"}
"""The right letters, written down a second time: a slip in the questions must not pass unseen."""


def test_the_right_options_are_those_that_were_meant():
    assert {id: "".join(find(id).right_letters) for id in QUESTIONS} == KEYS


def test_wrong_numbers_are_what_their_names_say():
    """Computed here as somebody who makes the mistake would."""
    nodes, neurons, edges = 64 + 64 + 10, 64 + 10, 64 * 64 + 64 * 10
    meant = {"one weight per node": {2 * neurons, 2 * nodes}, "forgot the biases": {edges},
             "counted input biases": {edges + nodes},
             "forgot the biases of the output layer": {edges + 64},
             "forgot the biases of the hidden layer": {edges + 10},
             "only the hidden layer": {64 * 64 + 64}, "only the output layer": {64 * 10 + 10},
             "one hidden layer too many": {2 * (64 * 64 + 64) + 64 * 10 + 10},
             "multiplied the layers": {64 * 64 * 10, 64 * 64 * 10 + 10},
             "counted the nodes": {nodes}, "counted only the biases": {neurons}}
    found = {}
    for mistake in find("2.1").mistakes:
        found.setdefault(mistake.name, set()).add(mistake.value)
    assert found == meant
    steps = {m.name: m.value for m in find("2.9").mistakes}
    low, middle, high = 1, 4, 10
    assert steps == pytest.approx({
        "1/λmax": 1 / high, "2/λmin": 2 / low, "2/(λmin + λmax)": 2 / (low + high),
        "1/λmin": 1 / low, "2/λ of the middle one": 2 / middle, "λmax": high, "λmax/2": high / 2,
        "2 over the mean curvature": 2 / ((low + middle + high) / 3), "2·λmax": 2 * high,
        "2 over the sum of the curvatures": 2 / (low + middle + high)})


def test_kinds():
    assert all(isinstance(find(id), Exercise) for id in FUNCTIONS)
    assert all(isinstance(find(id), Number) for id in NUMBERS)


def test_the_predictions_say_what_the_chapter_then_measures():
    draw = np.random.default_rng(0)   # twenty ReLU layers of 64 units, weights of spread 0.01
    h = draw.normal(size=(500, 64))
    for _ in range(20):
        h = np.maximum(h @ (0.01 * draw.normal(size=(64, 64))), 0)
    assert 1e-26 < h.std() < 1e-24   # one order either way: 64 units leave it a good deal to chance
    assert "1e-25" in find("2.p11").options[2].text and find("2.p11").right_letters == ("c",)
    steps = np.logspace(-12, -1, 111)
    errors = np.abs((np.tanh(0.7 + steps) - np.tanh(0.7 - steps)) / (2 * steps)
                    - (1 - np.tanh(0.7) ** 2))
    # Single errors may vanish by chance, so the worst of each decade counts.
    decades = {k: errors[(steps >= 10.0**k) & (steps < 10.0 ** (k + 1))].max()
               for k in range(-12, -1)}
    assert min(decades, key=decades.get) in (-6, -5) and decades[-6] < 1e-9
    assert find("2.p5").options[1].text == "Between 1e-6 and 1e-5"
    assert find("2.p5").right_letters == ("b",)
