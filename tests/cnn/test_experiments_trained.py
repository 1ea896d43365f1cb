"""The chapter's main measurement: who reads digits that roam, and who learned that from where.

Accuracies are means over two seeds on 360 images; one standard error is .024 at .70, .02 at .84 and
.21, .012 at .95. Intervals here are some three of these wide to either side.
"""

import numpy as np
import pytest

from helpers.cnn import experiments, networks


def test_trained_on_roaming_digits():
    found = experiments.compare(("softmax", "MLP", "global-pool CNN"))
    softmax, mlp, pooled = (found.accuracies[name].mean() for name in found.accuracies)
    assert .16 < softmax < .29          # three seeds: .219 to .231
    assert .61 < mlp < .77              # .686 to .700
    assert .90 < pooled < .985          # .942 to .956
    for name in ("MLP", "global-pool CNN"):
        mean, se = found.difference[name]
        assert mean > 5 * se > 0
    assert found.n == 360 and "± 0.0" in repr(found)


def test_the_articles_network_is_not_invariant():
    """Trained on centred digits and nearly always right there, lost where they roam."""
    centred = experiments.compare(("MLP", "article's CNN"), "centred", "centred")
    roaming = experiments.compare(("MLP", "article's CNN"), "centred", "roaming")
    assert all(a.mean() > .94 for a in centred.accuracies.values())     # .964 to .978
    assert .11 < roaming.accuracies["MLP"].mean() < .24                 # .169 to .178
    assert .14 < roaming.accuracies["article's CNN"].mean() < .29       # .197 to .219


def test_the_first_way_is_the_one_compared_with(monkeypatch):
    """And each network is asked about the digits that were named, seed by seed."""
    asked = []

    class Guesses:
        def __init__(self, share):
            self.share = share

        def predict(self, x):
            asked.append(x)
            right = np.eye(10)[networks.digits("centred").y_test]
            right[int(self.share * 360):] = 0
            return right + 1e-3 * np.eye(10)[(networks.digits("centred").y_test + 1) % 10]

    monkeypatch.setattr(networks, "trained", lambda name, train, seed: Guesses(
        {"MLP": .5, "softmax": .75}[name] + .25 * (seed == 1) * (train == "roaming")))
    found = experiments.compare(("MLP", "softmax"), train="roaming", test="centred")
    assert found.accuracies["MLP"].tolist() == [.5, .75]
    assert found.accuracies["softmax"].tolist() == [.75, 1.]
    assert list(found.difference) == ["softmax"]
    assert found.difference["softmax"][0] == pytest.approx(.25)
    assert len(asked) == 4 and all(x is networks.digits("centred").x_test for x in asked)


@pytest.mark.parametrize("call, words", [
    (lambda: experiments.compare(seeds=1), "seeds should be 2 or more"),
    (lambda: experiments.compare(test="upside down"), "'roaming' or 'centred'"),
    (lambda: experiments.compare(("AlexNet",)), "trained knows softmax, .*; got 'AlexNet'"),
])
def test_what_cannot_be_compared_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
