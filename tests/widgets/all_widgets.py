"""All widgets of all chapters, for tests that hold for each of them."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from helpers.commands import rooms

# how many widgets a chapter has
COUNTS = {"02": 5, "03": 6, "05": 5}


def packages() -> dict:
    """Chapter's number -> its package, wherever there are widgets."""
    here = Path(rooms.__file__).parents[1]
    return {number: name for number, name in rooms.ROOMS.items()
            if (here / name / "widgets.py").exists()}


def module_of(chapter: str):
    """The chapter's module with its constructors."""
    return importlib.import_module(f"helpers.{packages()[chapter]}.widgets")


def constructor_of(widget: type) -> str:
    """What a cell calls: ShapeLens is made by shape_lens()."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", widget.__name__).lower()


def folder_of(widget: type) -> Path:
    """Where the widget's JavaScript lies."""
    return Path(importlib.import_module(widget.__module__).__file__).parent


EVERY = [(chapter, widget) for chapter in packages()
         for widget in module_of(chapter).WIDGETS.values()]
NAMES = [widget.id for _, widget in EVERY]
