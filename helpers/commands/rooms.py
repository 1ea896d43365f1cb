"""Which room of `helpers` belongs to which chapter: the one place where this stands."""

import importlib

ROOMS = {"02": "backprop", "03": "cnn", "05": "cloud"}   # chapter's number -> package in helpers/


def exercises(chapter: str) -> list:
    """The chapter's exercises, in the order of their numbers.

    Parameters
    ----------
    chapter : str
        Such as "02".

    Returns
    -------
    list of helpers.kit.exercise.Entry
    """
    from helpers.kit.exercise import REGISTRY

    importlib.import_module(f"helpers.{ROOMS[chapter]}.exercises")
    own = [entry for entry in REGISTRY.values() if entry.id.split(".")[0] == str(int(chapter))]
    return sorted(own, key=lambda entry: order(entry.id))


def widgets(chapter: str) -> dict:
    """The chapter's widget classes by their id, such as "W2.1"."""
    return dict(importlib.import_module(f"helpers.{ROOMS[chapter]}.widgets").WIDGETS)


def order(name: str) -> tuple:
    """A key that sorts "2.2" before "2.10", and numbers before letters."""
    tail = name.split(".", 1)[-1]
    return (not tail.isdigit(), int(tail) if tail.isdigit() else 0, tail)
