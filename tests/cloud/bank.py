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


def _all(name):
    """One list, or one table, of all parts."""
    found = [getattr(part, name) for part in PARTS]
    if isinstance(found[0], dict):
        return {key: value for table in found for key, value in table.items()}
    return [entry for table in found for entry in table]


BANK = Bank(
    chapter="05",
    functions=_all("FUNCTIONS"),
    numbers=_all("NUMBERS"),
    questions=_all("QUESTIONS"),
    demanded=_all("DEMANDED"),
    keys=_all("KEYS"),
    right_numbers=_all("RIGHT_NUMBERS"),
    alternatives=_all("ALTERNATIVES"),
    wrong_answers=_all("WRONG_ANSWERS"),
    further=_all("FURTHER"),
    run=_all("RUN"),
    stubs=_all("STUBS"),
    tolerated=_all("TOLERATED"),
    single=_all("SINGLE"),
    elsewhere=_all("ELSEWHERE"),
)
