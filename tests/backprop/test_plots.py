"""The pictures show the numbers they were given, and refuse what they cannot show."""

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes

from helpers.backprop import plots
from helpers.kit import data, figures

DESCENT = {"short": np.array([[-9.0, 2], [-4, 1], [-1, 0.2]])}
CALLS = {
    "network": lambda **k: plots.plot_network([3, 4, 2], highlight=(1, 2), **k),
    "decision": lambda **k: plots.plot_decision(lambda x: x[:, 0], *data.moons(20), **k),
    "surprise": plots.plot_surprise,
    "graph": lambda **k: plots.plot_graph([("x", (32, 64)), ("loss", ())], **k),
    "step_error": lambda **k: plots.plot_step_error([1e-3, 1e-2], {"a": [1e-6, 1e-4]}, **k),
    "history": lambda **k: plots.plot_history({"loss": [2, 1]}, **k),
    "descent": lambda **k: plots.plot_descent(np.diag([1.0, 10]), DESCENT, **k),
    "noise": lambda **k: plots.plot_noise([1, 4, 16], [1, 0.25, 0.0625], **k),
    "curves": lambda **k: plots.plot_curves({"a": [1, 2, 3]}, ylabel="loss", **k),
    "depth": lambda **k: plots.plot_depth({"a": [1, 0.1, 0.01]}, **k),
    "learning_curve": lambda **k: plots.plot_learning_curve([50, 100], [.8, .9], [.01, .01], **k),
    "digits": lambda **k: plots.plot_digits(np.zeros((3, 8, 8)), [1, 2, 3], **k),
}


def words(ax):
    """All that is written in a picture."""
    ax.figure.draw_without_rendering()
    return [t.get_text() for t in ax.findobj(matplotlib.text.Text) if t.get_text()]


def test_every_plot_is_listed_here():
    assert {f"plot_{name}" for name in CALLS} == set(plots.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_draws_on_the_given_axes_and_changes_no_setting(name):
    ax = figures.new_axes()
    before = dict(matplotlib.rcParams)
    assert CALLS[name](ax=ax) is ax
    assert ax.has_data() or words(ax)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_makes_its_own_axes_that_stay_small_when_stored(name):
    ax = CALLS[name]()
    assert isinstance(ax, Axes)
    png, width = figures.to_png(ax)
    assert len(png) < 25_000            # some 25 of them in a notebook of at most 1 MB
    assert width <= 720                 # screen pixels; JupyterLab's outputs are about so wide
    assert "matplotlib.pyplot" not in type(ax.figure).__module__


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"network", "graph", "digits"}))
def test_axes_have_names(name):
    ax = CALLS[name]()
    assert ax.get_xlabel() and (ax.get_ylabel() or ax.get_title(loc="left"))


@pytest.mark.parametrize("name", CALLS)
def test_each_docstring_says_how_the_plot_can_mislead(name):
    doc = getattr(plots, f"plot_{name}").__doc__
    assert "mislead" in doc and "Returns" in doc


@pytest.mark.parametrize("name", CALLS)
def test_no_two_texts_lie_on_each_other(name):
    ax = CALLS[name]()
    ax.figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in ax.findobj(matplotlib.text.Text)
             if t.get_text().strip() and t.get_visible() and t.get_window_extent().width > 0]
    clashes = [(i, j) for i, one in enumerate(boxes) for j, other in enumerate(boxes[:i])
               if one.shrunk(0.9, 0.7).overlaps(other.shrunk(0.9, 0.7))]
    assert clashes == []


def test_the_weights_of_one_neuron_are_green_one_for_each_input_and_one_bias():
    ax = plots.plot_network([3, 4, 2], highlight=(1, 2))
    green = [line for line in ax.lines if line.get_color() == figures.COLOURS["parameters"]]
    assert len(green) == 3 + 1
    assert len(ax.lines) == (3 * 4 + 4) + (4 * 2 + 2)
    assert {"$w_1$", "$w_2$", "$w_3$", "$b$", "3 inputs", "2 outputs"} <= set(words(ax))


def test_a_large_layer_is_cut_but_its_true_size_is_written():
    ax = plots.plot_network([64, 64, 10])
    assert "64 hidden" in words(ax) and "⋮" in words(ax)
    assert len(ax.lines) == (8 * 8 + 8) * 2


@pytest.mark.parametrize("sizes, highlight", [([3], None), ([3, 0], None), ([3, 2], (0, 1)),
                                              ([3, 2], (1, 2)), ([3, 2], (2, 0))])
def test_a_network_that_cannot_be_drawn_is_refused(sizes, highlight):
    with pytest.raises(ValueError, match="plot_network: .*; got"):
        plots.plot_network(sizes, highlight)


@pytest.mark.parametrize("predict", [
    lambda x: (x[:, 0] > 0).astype(int), lambda x: (x[:, 0] > 0) * 0.8,
    lambda x: (x[:, :1] > 0) * 0.8, lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1)])
def test_classes_scores_and_probabilities_give_the_same_regions(predict):
    x = np.array([[-2.0, 0], [3, 1]])
    assert plots._as_classes(predict(x)).tolist() == [0, 1]
    plots.plot_decision(predict, x, np.array([0, 1]))


def test_points_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"x should have shape \(n, 2\).*got \(3, 3\)"):
        plots.plot_decision(lambda x: x[:, 0], np.zeros((3, 3)), np.zeros(3))


def test_wrong_digits_are_marked_by_more_than_colour():
    ax = plots.plot_digits(np.zeros((3, 64)), [3, 5, 7], [3, 8, 7])
    assert [t for t in words(ax) if "✗" in t] == ["5 ✗ 8"]
    assert sum(line.get_linewidth() > 2 for line in ax.lines) == 1


def test_images_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"got \(3, 65\)"):
        plots.plot_digits(np.zeros((3, 65)))


def test_the_fitted_slope_of_the_noise_is_written():
    assert "measured: slope -1.00" in words(CALLS["noise"]())
    ax = plots.plot_noise([1, 10], {"half": [1, 10 ** -0.5]})
    assert "half: slope -0.50" in words(ax)


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
    with pytest.raises(ValueError, match=r"got \['mae'\]"):
        plots.plot_history({"mae": [1]})


def test_a_bowl_is_drawn_as_narrow_as_it_is():
    ax = CALLS["descent"]()
    ax.figure.draw_without_rendering()
    left, low, right, high = ax.get_position().transformed(ax.figure.transFigure).extents
    across, along = np.diff(ax.get_xlim())[0], np.diff(ax.get_ylim())[0]
    # Half a pixel of rounding on some 200.
    assert (right - left) / across == pytest.approx((high - low) / along, rel=.01)
    assert right - left > .75 * ax.figure.bbox.width        # and it fills its picture


def test_a_bowl_that_is_no_bowl_is_refused():
    with pytest.raises(ValueError, match="symmetric, with positive eigenvalues"):
        plots.plot_descent(np.diag([1.0, -1]), DESCENT)


def test_curves_without_the_right_number_of_places_are_refused():
    with pytest.raises(ValueError, match="'a' should have one value for each of the 2 places"):
        plots.plot_curves({"a": [1, 2, 3]}, ylabel="loss", x=[1, 2])
    with pytest.raises(ValueError, match="got none"):
        plots.plot_curves({}, ylabel="loss")


def test_the_learning_curve_shows_means_bars_and_comparison():
    ax = plots.plot_learning_curve([50, 100], [.8, .9], [.02, .01], baseline=[.7, .8])
    assert ax.lines[0].get_ydata().tolist() == [.7, .8]
    (bars,) = ax.containers[0].lines[2]
    assert [seg[:, 1].round(2).tolist() for seg in bars.get_segments()] == [[.78, .82], [.89, .91]]
