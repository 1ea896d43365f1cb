"""What the questions and hints of this chapter say is shown as it is written."""

import re

import pytest

from helpers.cloud import exercises  # noqa: F401  (registers them)
from helpers.kit.entries import Question
from helpers.kit.exercise import REGISTRY

EMPHASIS = re.compile(r"(?<![\w*])\*[A-Za-z][A-Za-z ]*\*(?![\w*])")
ENTRIES = [entry for id, entry in REGISTRY.items() if id.startswith("5.")]


def texts(entry):
    """The pieces of text that are shown, each by itself."""
    yield from (entry.title, *entry.hints, *(mistake.why for mistake in entry.mistakes))
    if isinstance(entry, Question):
        yield entry.prompt
        for option in entry.options:
            yield from (option.text, option.reason)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_no_star_is_left_and_no_price_becomes_a_formula(entry):
    for text in texts(entry):
        assert not EMPHASIS.search(text), "feedback and questions know **bold**, no *italics*"
        assert text.count("$") < 2, "JupyterLab sets what is between two dollar signs as a formula"
