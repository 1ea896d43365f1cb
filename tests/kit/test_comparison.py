"""Comparisons: what the table says is what was counted, and its errors are those by hand."""

import numpy as np
import pytest

from helpers.kit import comparison


def answers():
    rng = np.random.default_rng(0)
    return {"first": (rng.random((3, 50)) < .8).astype(float),
            "second": (rng.random((3, 50)) < .6).astype(float)}


def test_the_error_of_a_difference_is_that_of_images_and_that_of_seeds_by_hand():
    given = answers()
    result = comparison.paired(given)
    gain = given["second"] - given["first"]
    per_image = [sum(gain[s, i] for s in range(3)) / 3 for i in range(50)]
    per_seed = [sum(row) / 50 for row in gain]

    def squared_error(values):
        mean = sum(values) / len(values)
        return sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)

    mean, se = result.difference["second"]
    assert mean == pytest.approx(sum(per_seed) / 3)
    assert se == pytest.approx((squared_error(per_image) + squared_error(per_seed)) ** .5)
    assert result.accuracies["first"].tolist() == given["first"].mean(axis=1).tolist()
    assert list(result.difference) == ["second"] and result.n is None


def test_the_table_shows_the_error_of_each_accuracy_where_n_is_known():
    result = comparison.Comparison({"net": np.array([.8, .9])}, {}, 360)
    heading, row = repr(result).splitlines()
    assert heading.split() == ["mean", "±", "error", "(of", "the", "seeds)"]
    assert row == "net                 0.850 ± 0.019  (0.800 to 0.900)"
    heading, row = repr(result._replace(n=None)).splitlines()
    assert heading.split() == ["mean", "(of", "the", "seeds)"]
    assert row == "net                 0.850  (0.800 to 0.900)"


def test_every_column_stands_under_its_heading():
    values = np.array([.5, .5])
    result = comparison.Comparison({"a": values, "b": values}, {"b": (.02, .01)}, 360)
    heading, _, row = repr(result).splitlines()
    assert heading.index("mean") == row.index("0.500") and heading.index("(of") == row.index("(0.5")
    assert heading.index("minus a") == row.index("+0.020")


@pytest.mark.parametrize("mean, verdict", [(.021, "more than"), (-.021, "more than"),
                                           (.019, "within"), (-.019, "within")])
def test_the_verdict_is_two_standard_errors(mean, verdict):
    values = np.array([.5, .5])
    result = comparison.Comparison({"a": values, "b": values}, {"b": (mean, .01)})
    assert repr(result).splitlines()[2].endswith(f"± 0.010: {verdict} two standard errors")


def test_what_a_model_gets_right_is_its_largest_score():
    class Model:
        def predict(self, x):
            return x

    scores = np.array([[.1, .9], [.8, .2], [.3, .7]])
    assert comparison.got_right(Model(), scores, np.array([1, 1, 1])).tolist() == [1, 0, 1]


def test_the_binomial_error():
    assert comparison.accuracy_se(.97, 360) == pytest.approx(.009, abs=2e-4)
    assert comparison.accuracy_se([.5, 1.0], 100).tolist() == [.05, 0.0]


def test_one_run_is_no_comparison():
    comparison.at_least_two(2)
    with pytest.raises(ValueError, match="seeds should be 2 or more; got 1"):
        comparison.at_least_two(1)


def test_chapter_2_has_the_same_table():
    from helpers.backprop import experiments
    assert experiments.Comparison is comparison.Comparison
    assert experiments.accuracy_se is comparison.accuracy_se
