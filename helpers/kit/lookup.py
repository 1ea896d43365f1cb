"""Find the exercise that a call in a notebook names, or say in one sentence why there is none."""

from __future__ import annotations

from helpers.kit.exercise import REGISTRY, Entry, Exercise, Number, Question, find
from helpers.kit.values import capital, kind_of
from helpers.kit.verdict import NOT_ATTEMPTED, Note, display_or_print, plain, strict

_FOR = {"predict": (Number, Question), "quiz": Question, "check": (Exercise, Number)}
"""What each call is for, so that it is not explained with an exercise that it refuses."""


def refuse(sentence: str) -> None:
    """Say why a call cannot be answered.

    Raises
    ------
    ValueError
        Only while a solution is built or tested (COURSE_STRICT=1): there it is a fault.
    """
    if strict():
        raise ValueError(plain(sentence))
    display_or_print(Note(sentence, NOT_ATTEMPTED))


def look_up(id, call: str) -> Entry | None:
    """The exercise called `id`; None, after a sentence, if there is none.

    Parameters
    ----------
    id : str
        As the student wrote it.
    call : str
        Name of the function that was called, for the sentence.
    """
    fits = [x for x, entry in REGISTRY.items() if isinstance(entry, _FOR.get(call, Entry))]
    example = next((x for x in fits if x == str(id).strip()), next(iter(fits), "2.6"))
    write = f'`{call}("{example}")`' if call == "hint" else f'`{call}("{example}", …)`'
    if not isinstance(id, str):  # Python reads 2.10 as 2.1
        refuse(f"The number of the exercise comes first, in quotes: {write}; here came "
               f"{kind_of(id)}.")  # fmt: skip
        return None
    if not str(id).strip():
        refuse(f"Say which exercise: {write}.")
        return None
    try:
        return find(id)
    except ValueError as problem:
        refuse(f"{capital(str(problem))}.")
        return None
