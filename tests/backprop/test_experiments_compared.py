"""Ways to train, compared: what the chapter says holds, and nothing has looked at the test digits.

Accuracies are means over seeds on 360 images: one standard error of .97 is .009, of .85 it is
.019. Intervals here are some three of these wide to either side.
"""

import numpy as np
import pytest

from helpers import nn
from helpers.backprop import experiments, experiments_compared
from helpers.kit import data


def test_seeds_draw_other_images_and_the_same_seed_the_same_ones():
    one, same, other = (experiments_compared._some(50, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.x_train, same.x_train)
    assert not np.array_equal(one.x_train, other.x_train)
    assert len(one.x_test) == 360


def test_softmax_and_mlp_tie_on_digits():
    result = experiments.compare_softmax_mlp(seeds=3)
    for accuracies in result.accuracies.values():
        assert accuracies.shape == (3,) and .945 < accuracies.mean() < .99
    mean, se = result.difference["MLP 64-64-10"]
    assert abs(mean) < .02 and .002 < se < .02
    assert abs(mean) < 2 * se and repr(result).endswith("within two standard errors")


def test_a_paired_difference_that_is_there_is_found():
    """A way that never learns must come out clearly worse, and by how much."""
    def untrained(split, seed):
        return experiments.train(split.x_train, split.y_train, seed=seed, steps=1,
                                 learning_rate=1e-9)

    def trained(split, seed):
        return experiments.train(split.x_train, split.y_train, seed=seed, steps=300)

    ways = {"trained": trained, "untrained": untrained}
    result = experiments_compared._compare(ways, seeds=2, n=400)
    mean, se = result.difference["untrained"]
    by_hand = result.accuracies["untrained"].mean() - result.accuracies["trained"].mean()
    assert mean == pytest.approx(by_hand, abs=1e-12)
    assert mean < -.6 and abs(mean) > 10 * se
    assert repr(result).endswith("more than two standard errors")


def test_on_all_digits_the_hidden_layer_is_ahead():
    """360 digits cannot show a point; 1 797, each tested on once, can."""
    result = experiments.compare_on_all_digits(draws=1)
    for accuracies in result.accuracies.values():
        assert accuracies.shape == (1,) and .95 < accuracies[0] < .99
    mean, se = result.difference["MLP 64-64-10"]
    # Six deals gave .004 to .013, each with an error of about .0025.
    assert 0 < mean < .03 and .001 < se < .005


def test_each_digit_is_tested_on_once_and_not_learned_from_there(monkeypatch):
    x, y = np.arange(40.0)[:, None].astype(np.float32), np.arange(40) % 2
    monkeypatch.setattr(experiments_compared, "_all_digits", lambda: (x, y))
    tested = []

    class Remembers:
        def __init__(self, seen):
            self.seen = set(seen[:, 0])

        def predict(self, x):
            tested.extend(x[:, 0])
            assert not self.seen & set(x[:, 0])
            return np.eye(2)[(x[:, 0] % 2).astype(int)]

    monkeypatch.setattr(experiments_compared, "train", lambda x, *args, **kwargs: Remembers(x))
    result = experiments.compare_on_all_digits(draws=2, folds=4)
    assert sorted(tested) == sorted([*range(40)] * 4)      # two draws, two kinds of network
    assert all((a == 1).all() for a in result.accuracies.values())


def test_few_labels_and_the_remedies():
    """Early stopping pays with a fifth of its labels; the others change little."""
    result = experiments.compare_regularisers(n=100, seeds=3)
    assert list(result.accuracies) == ["none", "early stopping", "none, a fifth less",
                                       "weight decay", "dropout"]
    for accuracies in result.accuracies.values():
        assert .77 < accuracies.mean() < .94
    assert result.difference["early stopping"][0] < 0
    assert result.difference["none, a fifth less"][0] < 0
    gap = result.difference["early stopping"][0] - result.difference["none, a fifth less"][0]
    assert abs(gap) < .04     # the missing digits are the price, not the stopping
    for name in ("weight decay", "dropout"):
        mean, se = result.difference[name]
        assert abs(mean) < .04 and 0 < se < .04


def test_stopping_pays_where_labels_are_guesses_and_right_labels_pay_more():
    result = experiments.compare_stopping(seeds=3)
    end, early, both = (a.mean() for a in result.accuracies.values())
    # Five seeds: .80, .86, .89; one standard error of a mean over three is about .012.
    assert .73 < end < .85 and end + .02 < early < .90 and early < both + .01 < .95


# --- what the networks were trained with, and on ---


@pytest.fixture
def models(monkeypatch):
    """A function (comparison) -> the networks it tested, in order."""
    kept, real = [], experiments_compared._right

    def right(model, split):
        kept.append(model)
        return real(model, split)

    monkeypatch.setattr(experiments_compared, "_right", right)

    def run(comparison):
        kept.clear()
        comparison()
        return list(kept)

    return run


def with_other_test_labels(monkeypatch):
    """Replace the labels of the test digits by noise: nothing but the accuracy may notice."""
    split = data.load("digits")
    noise = np.random.default_rng(0).permutation(split.y_test)
    monkeypatch.setattr(data, "load", lambda name="digits": split._replace(y_test=noise))


@pytest.mark.parametrize("comparison", [
    lambda: experiments.compare_regularisers(n=100, seeds=2),
    lambda: experiments.compare_stopping(seeds=2),
    lambda: experiments.compare_softmax_mlp(seeds=2, n=200),
], ids=["remedies", "stopping", "softmax"])
def test_no_network_has_seen_the_labels_it_is_tested_on(models, monkeypatch, comparison):
    before = [model.get_weights() for model in models(comparison)]
    with_other_test_labels(monkeypatch)
    after = [model.get_weights() for model in models(comparison)]
    assert len(before) == len(after) >= 4
    for one, other in zip(before, after, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_no_learning_rate_is_chosen_by_the_labels_it_is_tested_on(monkeypatch):
    before = experiments.compare_optimizers(seeds=2, epochs=2)
    with_other_test_labels(monkeypatch)
    after = experiments.compare_optimizers(seeds=2, epochs=2)
    assert before.rates == after.rates
    assert all(np.array_equal(before.loss[name], after.loss[name]) for name in before.rates)
    assert all(a.mean() < .2 for a in after.accuracies.values())    # 0.1 is guessing


def test_the_remedies_are_really_given(models):
    found = models(lambda: experiments.compare_regularisers(n=100, seeds=2))
    plain, decayed, dropped = found[0:2], found[6:8], found[8:10]     # two seeds each
    size = [sum(np.sum(w**2) for m in two for w in m.get_weights()) for two in (plain, decayed)]
    assert size[1] < 0.5 * size[0]      # about a quarter; without decay they would be equal
    split = experiments_compared._some(100, 0), experiments_compared._some(100, 1)
    losses = [sum(m.evaluate(s.x_train, s.y_train)[0] for m, s in zip(two, split, strict=True))
              for two in (plain, dropped)]
    assert losses[1] > 1.6 * losses[0]  # half the neurons missing: two to five times


def test_the_usual_learning_rates():
    x, y = np.zeros((32, 64), np.float32), np.zeros(32, int)
    rates = [experiments.train(x, y, hidden, steps=1).optimizer.learning_rate
             for hidden in ((64,), ())]
    assert rates == [0.01, 0.03]


def test_the_network_of_the_chapter_has_4810_parameters():
    model = experiments.train(np.zeros((32, 64), np.float32), np.zeros(32, int), steps=1)
    assert model.count_params() == 4810
    assert isinstance(model, nn.Sequential)
