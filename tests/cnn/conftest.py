"""What the tests of chapter 03's room share."""

import pytest

from helpers.cnn import equivariance_meter, inside, networks


@pytest.fixture
def untrained(monkeypatch):
    """Networks that are there at once; what widgets remember of others is forgotten."""
    made = {}

    def give(name, train="roaming", seed=0):
        key = name, train
        if key not in made:
            made[key] = networks.NETWORKS[name](seed + 7 * (train == "centred"))
        return made[key]

    monkeypatch.setattr(networks, "trained", give)
    caches = (inside.explained, inside.shuffled)
    monkeypatch.setattr(inside, "KNOWN", set())
    monkeypatch.setattr(equivariance_meter, "KNOWN", {})
    for cache in caches:
        cache.cache_clear()
    yield give
    for cache in caches:
        cache.cache_clear()
