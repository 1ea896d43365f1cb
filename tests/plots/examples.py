"""What the tests of a chapter's plots need to know; tests/<room>/plot_examples.py fills it in."""

from dataclasses import dataclass, field


@dataclass
class Examples:
    """Calls of every plot of one chapter, and what is special about some of them.

    Attributes
    ----------
    calls : dict
        Name of a plot without "plot_" -> function(**keywords) that draws a plain example of it and
        hands its keywords, such as ``ax``, on.
    drawings : tuple of str
        Plots without axes: pictures of things, not of numbers against numbers.
    rows : tuple of str, optional
        Plots whose vertical axis has a word at each tick, and no name of its own.
    wide : tuple of str, optional
        Plots with so much to read that they take all the width.
    largest : dict, optional
        Name of a plot -> bytes that it may have when stored; all others have 25,000.
    more : dict, optional
        What is unusual -> function() that draws it, for words that might collide.
    refused : dict, optional
        What is wrong -> (function() that asks for it, pattern of the sentence it ends in).
    """

    calls: dict
    drawings: tuple
    rows: tuple = ()
    wide: tuple = ()
    largest: dict = field(default_factory=dict)
    more: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
