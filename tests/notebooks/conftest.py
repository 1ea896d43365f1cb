"""The sources of all chapters, each read once, and what their notebooks hold."""

import json
from pathlib import Path

import pytest

from helpers.commands import build
from helpers.commands.environment import ROOT

SOURCES = build.find_sources([])


@pytest.fixture(scope="session", params=SOURCES, ids=lambda path: path.stem)
def source_path(request):
    """The source of one chapter."""
    return request.param


@pytest.fixture(scope="session")
def derived(source_path):
    """Both notebooks as a build would make them, not executed: "solution" and "chapter"."""
    return build.derive(source_path)[1]


@pytest.fixture(scope="session")
def number(source_path):
    """The chapter's number, such as "02"."""
    return source_path.stem[:2]


@pytest.fixture(scope="session")
def design(number):
    """What the chapter has to teach: rows of the seed map, parts, errata."""
    table = Path(ROOT, "tests", "notebooks", "seed_rows.json").read_text(encoding="utf-8")
    return json.loads(table)[number]
