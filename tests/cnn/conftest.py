"""What the tests of chapter 03's room share."""

import pytest

from tests.cnn.untrained import stand_ins


@pytest.fixture
def untrained(monkeypatch):
    yield from stand_ins(monkeypatch)
