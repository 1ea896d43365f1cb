"""All plots of all chapters, for tests that hold for each of them."""

import importlib
from importlib.util import find_spec
from pathlib import Path

from helpers.commands import rooms

TESTS = Path(__file__).parents[1]
ROOMS = list(rooms.ROOMS.values())


def has_plots(room):
    """Whether there is a helpers.<room>.plots."""
    return find_spec(f"helpers.{room}.plots") is not None


def module_of(room):
    """The room's module with its plots."""
    return importlib.import_module(f"helpers.{room}.plots")


def has_examples(room):
    """Whether the room's tests have a list of examples."""
    return (TESTS / room / "plot_examples.py").exists()


def examples_of(room):
    """The room's list of examples; a room with plots must have one."""
    if not has_examples(room):
        raise LookupError(f"helpers/{room} has plots, which nothing tests: write "
                          f"tests/{room}/plot_examples.py with EXAMPLES = Examples(…)")
    return importlib.import_module(f"tests.{room}.plot_examples").EXAMPLES


# Rooms whose list is missing are not here: a test of their own says so.
EXAMPLES = {room: examples_of(room) for room in ROOMS if has_plots(room) and has_examples(room)}
