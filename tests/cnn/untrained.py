"""Networks that are there at once, for tests of what widgets show and not of what is learned."""

from helpers.cnn import equivariance_meter, inside, networks


def stand_ins(monkeypatch):
    """Hand out untrained networks instead of trained ones while the generator waits.

    What widgets remember of other networks is forgotten before and after. Yields the function that
    stands for `networks.trained`.
    """
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
