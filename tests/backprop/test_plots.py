"""What single plots make of their numbers, also of unusual ones; tests/plots tests all of them."""

import numpy as np
import pytest

from helpers.backprop import plots
from helpers.kit import figures
from tests.backprop.pictures import all_words
from tests.backprop.plot_examples import EXAMPLES


def test_the_weights_of_one_neuron_are_green_one_for_each_input_and_one_bias():
    ax = plots.plot_network([3, 4, 2], highlight=(1, 2))
    green = [line for line in ax.lines if line.get_color() == figures.COLOURS["parameters"]]
    assert len(green) == 3 + 1
    assert len(ax.lines) == (3 * 4 + 4) + (4 * 2 + 2)
    assert {"$w_1$", "$w_2$", "$w_3$", "$b$", "3 inputs", "2 outputs"} <= set(all_words(ax))


def test_a_large_layer_is_cut_but_its_true_size_is_written():
    ax = plots.plot_network([64, 64, 10])
    assert "64 hidden" in all_words(ax) and "⋮" in all_words(ax)
    assert len(ax.lines) == (8 * 8 + 8) * 2


@pytest.mark.parametrize("predict", [
    lambda x: (x[:, 0] > 0).astype(int), lambda x: (x[:, 0] > 0) * 0.8,
    lambda x: (x[:, :1] > 0) * 0.8, lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1)])
def test_classes_scores_and_probabilities_give_the_same_regions(predict):
    x = np.array([[-2.0, 0], [3, 1]])
    assert plots._as_classes(predict(x)).tolist() == [0, 1]
    plots.plot_decision(predict, x, np.array([0, 1]))


def test_wrong_digits_are_marked_by_more_than_colour():
    ax = plots.plot_digits(np.zeros((3, 64)), [3, 5, 7], [3, 8, 7])
    assert [t for t in all_words(ax) if "✗" in t] == ["5 ✗ 8"]
    assert sum(line.get_linewidth() > 2 for line in ax.lines) == 1


def test_the_fitted_slope_of_the_noise_is_written():
    assert "measured: slope -1.00" in all_words(EXAMPLES.calls["noise"]())
    ax = plots.plot_noise([1, 10], {"half": [1, 10 ** -0.5]})
    assert "half: slope -0.50" in all_words(ax)


def test_runs_that_diverge_leave_a_gap_instead_of_an_error():
    ax = plots.plot_curves({"a": [1, np.inf, 2, np.nan], "b": [3]}, ylabel="loss", log=True)
    assert np.isnan(ax.lines[0].get_ydata()).tolist() == [False, True, False, True]
    ax = plots.plot_depth({"a": [1, 0, np.inf]})
    assert np.isnan(ax.lines[0].get_ydata()).tolist() == [False, True, True]
    figures.to_png(plots.plot_descent(np.eye(2), {"out": [[1, 1], [1e9, 1e9], [np.inf, 0]]}))


def test_an_error_of_zero_stands_at_the_lower_edge():
    ax = plots.plot_step_error([1e-3, 1e-2], {"a": [0, 1e-4]})
    assert ax.lines[0].get_ydata().tolist() == [1e-16, 1e-4]


def test_a_history_with_accuracy_has_two_panels_and_takes_what_fit_returns():
    class History:
        history = {"loss": [2, 1], "val_loss": [2, 2], "accuracy": [0.5, 0.9]}
    loss, accuracy = plots.plot_history(History())
    assert [line.get_label() for line in loss.lines] == ["training", "held out"]
    assert [line.get_label() for line in accuracy.lines] == ["training"]


def test_a_bowl_is_drawn_as_narrow_as_it_is():
    ax = EXAMPLES.calls["descent"]()
    ax.figure.draw_without_rendering()
    left, low, right, high = ax.get_position().transformed(ax.figure.transFigure).extents
    across, along = np.diff(ax.get_xlim())[0], np.diff(ax.get_ylim())[0]
    # Half a pixel of rounding on some 200.
    assert (right - left) / across == pytest.approx((high - low) / along, rel=.01)
    assert right - left > .75 * ax.figure.bbox.width        # and it fills its picture


def test_the_learning_curve_shows_means_bars_and_comparison():
    ax = plots.plot_learning_curve([50, 100], [.8, .9], [.02, .01], baseline=[.7, .8])
    assert ax.lines[0].get_ydata().tolist() == [.7, .8]
    (bars,) = ax.containers[0].lines[2]
    assert [seg[:, 1].round(2).tolist() for seg in bars.get_segments()] == [[.78, .82], [.89, .91]]
