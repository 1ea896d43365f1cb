"""What the tests of a chapter's exercises need to know; tests/<room>/bank.py fills it in."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Bank:
    """The exercises of one chapter, and answers to them that are known to be right or wrong.

    Attributes
    ----------
    chapter : str
        Such as "02".
    functions, numbers, questions : list of str
        Ids of the exercises, by the kind of answer.
    demanded : dict
        id -> names of mistakes that the design of the chapter asks for; more is welcome.
    keys : dict
        id -> right letters, written down a second time: a slip in a question must not pass unseen.
    right_numbers : dict
        id -> right answers, as numbers and formulas.
    alternatives : dict
        id -> right answers by people who think differently from the reference.
    wrong_answers : list of (id, names, answer)
        As students write them, with the names of the mistakes that should be found.
    further : dict
        id -> function(rng) that returns further inputs, of any shape and size, to tell mutants that
        are right after all from those that slip through.
    run : dict, optional
        id -> function(answer, *further input) where that is not how the exercise calls an answer.
    stubs : dict, optional
        id -> the answer as handed out, where it is not a function that returns `...`.
    tolerated : dict, optional
        (id, name of an abuse) -> why it is no wrong answer, or the tuple of mistakes it shows.
    single : list of str
        Ids where a float32 result is called so.
    elsewhere : dict, optional
        id of a function -> the test file that judges answers to it, for checks that train networks.
    """

    chapter: str
    functions: list
    numbers: list
    questions: list
    demanded: dict
    keys: dict
    right_numbers: dict
    alternatives: dict
    wrong_answers: list
    further: dict
    run: dict[str, Callable] = field(default_factory=dict)
    stubs: dict = field(default_factory=dict)
    tolerated: dict = field(default_factory=dict)
    single: list = field(default_factory=list)
    elsewhere: dict = field(default_factory=dict)
