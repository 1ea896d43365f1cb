"""The exercises of chapter 05, for the tests in tests/exercises: its parts put together."""

from tests.cloud import (
    bank_load,
    bank_manifest,
    bank_preempt,
    bank_ring,
    bank_roof,
    bank_serve,
    bank_survive,
)
from tests.exercises.bank import Bank

PARTS = [bank_roof, bank_ring, bank_survive, bank_preempt, bank_serve, bank_load, bank_manifest]


def _list(name):
    """What all parts have under this name, one after another."""
    return [entry for part in PARTS for entry in getattr(part, name, ())]


def _table(name):
    return {key: value for part in PARTS for key, value in getattr(part, name, {}).items()}


BANK = Bank(
    chapter="05",
    functions=_list("FUNCTIONS"),
    numbers=_list("NUMBERS"),
    questions=_list("QUESTIONS"),
    demanded=_table("DEMANDED"),
    keys=_table("KEYS"),
    right_numbers=_table("RIGHT_NUMBERS"),
    alternatives=_table("ALTERNATIVES"),
    wrong_answers=_list("WRONG_ANSWERS"),
    further=_table("FURTHER"),
    tolerated=_table("TOLERATED"),
    elsewhere=_table("ELSEWHERE"),
)
