"""What every chapter needs: checks, quizzes, progress, data, figures, runtime, parity.

A chapter starts with

    from helpers.kit import check, hint, predict, progress, quiz, reveal
    from helpers.kit import data, ladder, runtime, show

Importing this package is quick: nothing here loads TensorFlow, matplotlib or a widget library.
"""

from __future__ import annotations

import importlib

# `predict`, `progress` and `quiz` are modules too: these imports make the names mean the functions.
from helpers.kit.board import progress
from helpers.kit.checking import check, hint
from helpers.kit.predict import predict, reveal
from helpers.kit.quiz import quiz

__all__ = ["check", "data", "figures", "hint", "ladder", "predict", "progress", "quiz", "reveal",
           "runtime", "show"]  # fmt: skip

_ELSEWHERE = {
    "data": ("helpers.kit.data", None),
    "runtime": ("helpers.kit.runtime", None),
    "figures": ("helpers.kit.figures", None),
    "show": ("helpers.kit.figures", "show"),
    "ladder": ("helpers.kit.parity", "ladder"),
}
"""Names fetched at first use: name -> (module, attribute; None for the module itself)."""


def __getattr__(name: str):
    if name not in _ELSEWHERE:
        raise AttributeError(f"helpers.kit has no {name!r}")
    module, attribute = _ELSEWHERE[name]
    loaded = importlib.import_module(module)
    return loaded if attribute is None else getattr(loaded, attribute)
