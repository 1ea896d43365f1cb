"""What a reader sees in the pictures: the right numbers in the right line, at the right place."""

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.text import Text

from helpers.backprop import plots
from helpers.kit.figures import COLOURS, SERIES
from tests.backprop.pictures import line_named, painted, points_of, tint, words

BOWL = np.array([[3.0, 1], [1, 2]])


def class_of(colour):
    """The class whose tint this is."""
    apart = [np.abs(colour - tint(sign.colour, 0.16)).max() for sign in SERIES[:3]]
    assert min(apart) < 0.01, f"no class has this colour: {colour}"
    return int(np.argmin(apart))


CORNERS = np.array([[-2.0, -1], [4, -1], [-2, 3], [4, 3.0]])


@pytest.mark.parametrize(
    ("predict", "seen"),
    [
        # a score means class 1 above one half
        (lambda x: x[:, 0], {(0.3, 2.5): 0, (0.7, -0.5): 1, (-1.5, 2.5): 0, (3.5, 0): 1}),
        (lambda x: x[:, 1:], {(3.5, 0.3): 0, (-1.5, 0.7): 1}),
        (lambda x: (x[:, 1] > 1.5).astype(int), {(3.5, 1.3): 0, (-1.5, 1.7): 1, (0, -0.5): 0}),
        # of several scores the largest wins: left, right, and high up in the middle
        (lambda x: np.stack([-x[:, 0], x[:, 0] - 2, x[:, 1] - 1], axis=1),
         {(-1.5, 0): 0, (3.5, 0): 1, (1, 2.5): 2}),
    ],
    ids=["score across", "score upwards", "class", "three scores"],
)
def test_the_plane_has_the_colour_of_the_class_that_the_model_gives_there(predict, seen):
    colour_at = painted(plots.plot_decision(predict, CORNERS, np.array([0, 1, 0, 1])))
    assert {place: class_of(colour_at(*place)) for place in seen} == seen


def test_each_point_stands_at_its_two_inputs_in_the_colour_of_its_class():
    x, y = np.array([[-1.0, 2], [2, -1], [3, 2]]), np.array([0, 1, 1])
    ax = plots.plot_decision(lambda x: np.zeros(len(x), int), x, y)
    colour_at = painted(ax)
    for place, label in zip(x, y, strict=True):
        assert np.abs(colour_at(*place) - tint(SERIES[label].colour, 1)).max() < 0.02
    assert {"class 0", "class 1"} <= {t.get_text() for t in ax.get_legend().get_texts()}


def test_surprise_is_the_natural_logarithm_and_the_other_line_the_square():
    ax = plots.plot_surprise()
    texts = {text.get_text().split(" ")[0]: text.get_color() for text in ax.findobj(Text)}
    at = np.array([0.01, 1 / np.e, 0.5, 0.9, 1])
    for word, expected in (("surprise", -np.log(at)), ("squared", (1 - at) ** 2)):
        (line,) = (line for line in ax.lines if same_color(line.get_color(), texts[word]))
        p, loss = points_of(line).T
        # the line consists of straight pieces 0.0025 long: at 0.01 they lie 0.01 too high
        np.testing.assert_allclose(np.interp(at, p, loss), expected, atol=0.01)
    assert ax.get_xlim() == (0, 1)


def test_a_history_has_training_and_held_out_values_in_their_own_lines():
    history = {"loss": [2.0, 1, 0.5], "val_loss": [2.2, 1.5, 1.4],
               "accuracy": [0.5, 0.7, 0.9], "val_accuracy": [0.4, 0.6, 0.65]}
    panels = plots.plot_history(history)
    for ax, name, title in zip(panels, ("loss", "accuracy"), ("mean loss", "share right"),
                               strict=True):
        assert ax.get_title(loc="left") == title and ax.get_xlabel() == "epoch"
        for label, key in (("training", name), ("held out", f"val_{name}")):
            expected = np.stack([[1, 2, 3], history[key]], axis=1)
            np.testing.assert_array_equal(points_of(line_named(ax, label)), expected)


def test_contours_of_the_bowl_join_places_of_equal_height():
    ax = plots.plot_descent(BOWL, {"path": [[-4.0, 3], [-1, 1]]})
    rings = [ring for drawn in ax.collections for ring in drawn.get_paths() if len(ring.vertices)]
    heights = []
    for ring in rings:
        w = ring.vertices
        height = 0.5 * np.einsum("ni,ij,nj->n", w, BOWL, w)
        # drawn from 120 × 120 places: between two of them a curve is taken for a line
        assert np.ptp(height) < 0.02 * height.mean() + 0.02
        heights.append(height.mean())
    assert len({round(height, 2) for height in heights}) > 4


def test_steps_of_descent_stand_where_they_were_and_the_minimum_at_zero():
    path = np.array([[-4.0, 3], [-1, 1], [0.5, -0.2]])
    ax = plots.plot_descent(BOWL, {"a path": path})
    np.testing.assert_array_equal(points_of(line_named(ax, "a path")), path)
    assert points_of(line_named(ax, "minimum")).tolist() == [[0, 0]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w_1$", "$w_2$")
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert left < path[0, 0] < right and low < path[0, 1] < high


def test_the_line_to_compare_noise_with_falls_like_one_over_the_batch_size():
    sizes, variances = [2, 8, 32], [0.6, 0.2, 0.01]
    ax = plots.plot_noise(sizes, {"network": variances})
    np.testing.assert_array_equal(
        points_of(line_named(ax, "network")), np.stack([sizes, variances], axis=1))
    np.testing.assert_allclose(
        points_of(line_named(ax, "slope −1")), [[2, 0.6], [8, 0.15], [32, 0.0375]])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert [t.get_text() for t in ax.get_xticklabels()] == ["2", "8", "32"]


def test_curves_have_their_own_values_and_names_and_start_at_step_one():
    ax = plots.plot_curves({"slow": [3.0, 2, 1], "fast": [3.0, 1]}, ylabel="loss", log=True)
    assert points_of(line_named(ax, "slow")).tolist() == [[1, 3], [2, 2], [3, 1]]
    assert points_of(line_named(ax, "fast")).tolist() == [[1, 3], [2, 1]]
    assert (ax.get_yscale(), ax.get_ylabel(), ax.get_xlabel()) == ("log", "loss", "epoch")
    signs = {(line.get_color(), str(line.get_linestyle()), line.get_marker()) for line in ax.lines}
    assert len(signs) == 2 and all(len(set(kind)) == 2 for kind in zip(*signs, strict=True))


def test_curves_over_given_places_carry_a_mark_with_its_words():
    ax = plots.plot_curves({"a": [5.0, 6, 7]}, ylabel="y", xlabel="step size", x=[0.1, 0.2, 0.3],
                           mark=(0.2, "the cliff"))
    assert points_of(ax.lines[0]).tolist() == [[0.1, 5], [0.2, 6], [0.3, 7]]
    (mark,) = (line for line in ax.lines if len(set(points_of(line)[:, 0])) == 1)
    assert points_of(mark)[0, 0] == words(ax)["the cliff"][0] == 0.2
    assert ax.get_xlabel() == "step size" and ax.get_yscale() == "linear"


def test_errors_of_nudges_stand_above_their_nudge_on_two_logarithmic_axes():
    ax = plots.plot_step_error([1e-8, 1e-4], {"one side": [1e-3, 1e-5], "both": [1e-6, 1e-9]})
    assert points_of(line_named(ax, "one side")).tolist() == [[1e-8, 1e-3], [1e-4, 1e-5]]
    assert points_of(line_named(ax, "both")).tolist() == [[1e-8, 1e-6], [1e-4, 1e-9]]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_depth_counts_layers_from_one():
    ax = plots.plot_depth({"He": [1.0, 0.9], "tiny": [1.0, 0.01]}, ylabel="spread")
    assert points_of(line_named(ax, "tiny")).tolist() == [[1, 1], [2, 0.01]]
    assert (ax.get_yscale(), ax.get_ylabel(), ax.get_xlabel()) == ("log", "spread", "layer")


def test_the_learning_curve_stands_at_its_sample_sizes_and_names_both_curves():
    ax = plots.plot_learning_curve([50, 100], [0.8, 0.9], [0.02, 0.01], baseline=0.7,
                                   names=("network", "softmax"))
    (mean, *_) = ax.containers[0]
    assert points_of(mean).tolist() == [[50, 0.8], [100, 0.9]]
    assert points_of(line_named(ax, "softmax")).tolist() == [[50, 0.7], [100, 0.7]]
    assert "network ± standard error" in [t.get_text() for t in ax.get_legend().get_texts()]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["50", "100"]


def test_digits_stand_upright_in_reading_order_with_their_own_label():
    images = np.zeros((14, 8, 8))
    images[:, 0, :3] = 1.0  # ink in the upper left corner
    images[13, 0, :3], images[13, 7, 5:] = 0.0, 1.0  # the last one: in the lower right
    ax = plots.plot_digits(images, labels=[*range(10), 0, 1, 2, 7])
    texts = [text for text in ax.findobj(Text) if text.get_text()]
    assert [t.get_text() for t in texts] == [*"0123456789", *"0127"]
    # the second in the second row; rows are counted downwards
    (column, row), (_, first_row) = texts[13].get_position(), texts[0].get_position()
    assert column == texts[1].get_position()[0] and row > first_row

    # an image is one unit wide, and its label stands above its middle
    colour_at = painted(ax)

    def ink(text, dx, dy):
        x, y = text.get_position()
        return 1 - colour_at(x + dx, y + 0.06 + dy).mean()

    assert ink(texts[0], -0.3, 0.06) > 0.9 > 0.1 > ink(texts[0], 0.3, 0.94)
    assert ink(texts[13], 0.3, 0.94) > 0.9 > 0.1 > ink(texts[13], -0.3, 0.06)


def test_the_graph_reads_from_left_to_right_with_each_shape_below_its_name():
    ax = plots.plot_graph([("X", (32, 64)), ("Z = X W + b", (32, 10)), ("L", ())])
    at = words(ax)
    for place, (name, size) in enumerate([("X", "32 × 64"), ("Z", "32 × 10"), ("L", "one number")]):
        assert at[name][0] == at[size][0] == place and at[size][1] < at[name][1]
    assert at["X W + b"][0] == 1 and at["X W + b"][1] > at["Z"][1]
    (loss,) = (t for t in ax.findobj(Text) if t.get_text() == "one number")
    assert same_color(loss.get_color(), COLOURS["prediction"])
