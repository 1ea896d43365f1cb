"""The exercises of all chapters: right answers pass, every named mistake is caught by its name."""

from pathlib import Path

import pytest

from helpers.kit.exercise import REGISTRY, Exercise, Number, Question, find
from helpers.kit.judge import collisions, judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT, WRONG
from tests.exercises.banks import (
    ALL_FUNCTIONS,
    BANKS,
    ELSEWHERE,
    FUNCTIONS,
    NUMBERS,
    QUESTIONS,
    ROOT,
    merged,
)

ALTERNATIVES, DEMANDED, STUBS = merged("alternatives"), merged("demanded"), merged("stubs")
RIGHT_NUMBERS = merged("right_numbers")


def per_chapter(banks=BANKS):
    return pytest.mark.parametrize("bank", banks, ids=lambda bank: bank.chapter)


def known_mistakes():
    for id in FUNCTIONS:
        for number, mistake in enumerate(find(id).mistakes):
            yield pytest.param(id, mistake, id=f"{id}-{number}-{mistake.name}")


# --- the bank as a whole ---


@per_chapter()
def test_every_exercise_is_declared_and_described(bank):
    prefix = f"{int(bank.chapter)}."
    declared = {id for id in REGISTRY if id.startswith(prefix)}
    assert set(bank.functions + bank.numbers + bank.questions) == declared
    source = next(ROOT.glob(f"solutions/{bank.chapter}_*.md"), None)
    name = source.stem if source else f"{bank.chapter}_"
    for id in bank.functions + bank.numbers:
        entry = find(id)
        assert entry.title and entry.minutes > 0, id
        assert len(entry.hints) >= 3, id
        assert f"(../solutions/{name}" in entry.hints[-1] and ".ipynb)" in entry.hints[-1], id
        assert not any("solutions/" in hint for hint in entry.hints[:-1]), id


@pytest.mark.parametrize("id", DEMANDED)
def test_the_mistakes_of_the_design_are_there(id):
    assert set(DEMANDED[id]) <= {m.name for m in find(id).mistakes}


@pytest.mark.parametrize("id", FUNCTIONS + NUMBERS)
def test_no_two_mistakes_look_alike(id):
    assert collisions(find(id)) == []


@per_chapter()
def test_reasons_are_sentences_of_their_own(bank):
    for id in bank.functions + bank.numbers:
        for mistake in find(id).mistakes:
            assert len(mistake.why) > 20 and mistake.why.endswith((".", "?", ")")), mistake
            assert mistake.why.rstrip(".") != mistake.name


@per_chapter()
def test_kinds(bank):
    assert all(isinstance(find(id), Exercise) for id in bank.functions)
    assert all(isinstance(find(id), Number) for id in bank.numbers)
    assert all(isinstance(find(id), Question) for id in bank.questions)


def test_exercises_tested_elsewhere_are_tested_there():
    for id, file in ELSEWHERE.items():
        assert f'find("{id}")' in Path(ROOT, file).read_text("utf-8"), id


# --- right answers ---


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_reference_is_right(id, seed):
    verdict = judge(find(id), find(id).reference_fn, seed)
    assert verdict.state == RIGHT, verdict
    assert not verdict.remarks   # caveats say nothing either


@pytest.mark.parametrize("id", FUNCTIONS)
def test_alternatives_are_right(id):
    assert len(ALTERNATIVES[id]) >= 2
    for answer in ALTERNATIVES[id]:
        for seed in (0, 1):
            verdict = judge(find(id), answer, seed)
            assert verdict.state == RIGHT, (answer.__name__, verdict)


@per_chapter()
def test_the_numbers_accept_formulas_and_give_mistakes_their_names(bank):
    assert set(RIGHT_NUMBERS) == set(NUMBERS)
    for id in bank.numbers:
        for answer in RIGHT_NUMBERS[id]:
            assert judge(find(id), answer).state == RIGHT, (id, answer)
        for mistake in find(id).mistakes:
            verdict = judge(find(id), mistake.value)
            assert verdict.state == WRONG and verdict.mistakes == (mistake.name,), verdict


# --- wrong answers ---


@pytest.mark.parametrize(("id", "mistake"), list(known_mistakes()))
def test_each_mistake_is_called_by_its_name(id, mistake):
    verdict = judge(find(id), mistake.fn)
    assert (verdict.state, verdict.mistakes) == (WRONG, (mistake.name,)), verdict
    assert mistake.why in verdict.sentences


@pytest.mark.parametrize(("id", "names", "answer"), merged("wrong_answers"))
def test_mistakes_are_recognised_as_students_write_them(id, names, answer):
    verdict = judge(find(id), answer)
    assert (verdict.state, set(verdict.mistakes)) == (WRONG, set(names)), verdict


# --- answers not begun ---


def stub_of(id):
    """The answer as the chapter hands it out: every body is `return ...`, or the faulty code."""
    if find(id).untouched_fn is not None:
        return find(id).untouched_fn
    return STUBS.get(id, lambda *args, **kwargs: ...)


@pytest.mark.parametrize("id", ALL_FUNCTIONS)
def test_the_stub_is_not_attempted(id):
    assert judge(find(id), stub_of(id)).state == NOT_ATTEMPTED


# --- questions ---


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_option_has_a_reason(id):
    question = find(id)
    assert len(question.options) >= 3 and question.right_letters
    assert all(len(o.reason) > 20 for o in question.options)
    assert judge(question, ", ".join(question.right_letters)).state == RIGHT
    for option in question.options:
        if not option.right:
            assert judge(question, option.letter).state == WRONG


@per_chapter()
def test_the_right_options_are_those_that_were_meant(bank):
    assert {id: "".join(find(id).right_letters) for id in bank.questions} == bank.keys
