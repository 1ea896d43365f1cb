"""The exercises of all chapters, from tests/<room>/bank.py of each room."""

import importlib
from pathlib import Path

from helpers.commands import rooms
from helpers.kit.exercise import find

ROOT = Path(__file__).parents[2]
ROOMS = rooms.ROOMS


def _bank(room):
    importlib.import_module(f"helpers.{room}.exercises")
    return importlib.import_module(f"tests.{room}.bank").BANK


BANKS = [_bank(room) for room in ROOMS.values()]
ALL_FUNCTIONS = [id for bank in BANKS for id in bank.functions]
ELSEWHERE = {id: file for bank in BANKS for id, file in bank.elsewhere.items()}
FUNCTIONS = [id for id in ALL_FUNCTIONS if id not in ELSEWHERE]
CLASSES = [id for id in FUNCTIONS if isinstance(find(id).reference_fn, type)]
NUMBERS = [id for bank in BANKS for id in bank.numbers]
QUESTIONS = [id for bank in BANKS for id in bank.questions]


def merged(name):
    """One table of all chapters: `merged("further")["2.6"]`."""
    found = [getattr(bank, name) for bank in BANKS]
    if isinstance(found[0], dict):
        return {key: value for table in found for key, value in table.items()}
    return [entry for table in found for entry in table]
