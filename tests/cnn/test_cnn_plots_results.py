"""What a reader sees of measurements: the right numbers in the right line, at the right place."""

import numpy as np
from matplotlib.colors import same_color

from helpers.cnn import plots
from helpers.kit.comparison import Comparison
from helpers.kit.figures import SERIES
from tests.backprop.pictures import all_words, line_named, painted, points_of, words
from tests.cnn.plot_reading import table_at


def test_models_have_means_bars_and_runs_on_their_own_line():
    runs = {"softmax": np.array([0.2, 0.3]), "MLP": np.array([0.7, 0.7])}
    ax = plots.plot_comparison(Comparison(runs, {}, 400))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["softmax", "MLP"]
    assert ax.yaxis_inverted() and ax.get_xlim() == (0, 1)
    means = [points_of(c.lines[0])[0].tolist() for c in ax.containers]
    np.testing.assert_allclose(means, [[0.25, 0], [0.7, 1]])
    lengths = [np.ptp(c.lines[2][0].get_segments()[0][:, 0]) / 2 for c in ax.containers]
    # luck of the seeds: (0.05²·2)/1/2 = 0.0025; MLP: none, only sqrt(.7·.3/400)
    np.testing.assert_allclose(lengths, [np.sqrt(0.25 * 0.75 / 400 + 0.0025),
                                         np.sqrt(0.7 * 0.3 / 400)])
    small = [points_of(line)[:, 0].tolist() for line in ax.lines
             if line.get_markersize() == 3.5]
    assert small == [[0.2, 0.3], [0.7, 0.7]]
    assert any(set(points_of(line)[:, 0]) == {0.1} for line in ax.lines if len(line.get_xdata()))
    assert "guessing" in all_words(ax) and "360" not in ax.get_xlabel() and "400" in ax.get_xlabel()
    assert "guessing" not in all_words(plots.plot_comparison(Comparison(runs, {}), 10, guess=None))


def test_two_comparisons_have_two_signs_and_a_legend():
    one = Comparison({"MLP": np.array([0.7, 0.72])}, {}, 360)
    two = Comparison({"CNN": np.array([0.8, 0.82]), "MLP": np.array([0.1, 0.12])}, {}, 360)
    ax = plots.plot_comparison({"roaming": one, "centred": two})
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["roaming", "centred"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["MLP", "CNN"]
    assert {c.lines[0].get_marker() for c in ax.containers} == {"o", "s"}
    heights = [points_of(c.lines[0])[0, 1] for c in ax.containers]      # MLP, CNN, MLP
    assert round(heights[1]) == 1 and heights[0] < 0 < heights[2] < 0.5


def test_gradients_stand_at_their_layers_on_a_logarithmic_axis_and_zeros_leave_gaps():
    ax = plots.plot_residual([0, 1e-5, 1], [0.5, 0.7, 1])
    plain = points_of(line_named(ax, "plain"))
    assert plain[1:].tolist() == [[2, 1e-5], [3, 1]] and np.isnan(plain[0, 1])
    assert points_of(line_named(ax, "residual")).tolist() == [[1, 0.5], [2, 0.7], [3, 1]]
    assert ax.get_yscale() == "log"
    ax = plots.plot_residual([1, 2], [3, 4], layers=[0, 2])
    assert points_of(line_named(ax, "residual")).tolist() == [[0, 3], [2, 4]]


def test_agreement_stands_above_the_name_of_the_layer_with_its_error():
    ax = plots.plot_sanity(["dense_2", "dense_1"], {"saliency": ([0.8, 0.1], [0.05, 0.1])})
    assert [t.get_text() for t in ax.get_xticklabels()] == ["dense_2", "dense_1"]
    assert points_of(line_named(ax, "saliency")).tolist() == [[0, 0.8], [1, 0.1]]
    edge = ax.collections[0].get_paths()[0].vertices
    assert {0.0, 0.2} <= set(edge[edge[:, 0] == 1, 1].round(6))


def test_deletion_curves_have_bands_of_one_standard_error():
    ax = plots.plot_deletion([0, 0.1, 0.2], {"a": ([1, 0.8, 0.4], [0, 0.1, 0.05]),
                                             "b": ([1, 0.9, 0.9], [0, 0.02, 0.02])})
    assert points_of(line_named(ax, "b")).tolist() == [[0, 1], [0.1, 0.9], [0.2, 0.9]]
    for band, line in zip(ax.collections, ax.lines, strict=True):
        assert same_color(band.get_facecolor()[0][:3], line.get_color())
    edge = ax.collections[0].get_paths()[0].vertices
    assert {0.7, 0.9} <= set(edge[np.isclose(edge[:, 0], 0.1), 1].round(6))
    assert ax.get_ylim()[0] == 0


def test_gaps_stand_in_the_row_of_their_layer_and_the_column_of_their_shift():
    gaps = {"conv": [1e-9, 0, 1e-9], "pool": [0.5, 0, 0.25], "scores": [1, 0, 12.4]}
    ax = plots.plot_equivariance([-1, 0, 2], gaps)
    texts = words(ax)
    top, left = 1.1, texts["−1"][0] - 0.5
    np.testing.assert_allclose(table_at(ax, left, top, (3, 3)),
                               [[0, 0, 0], [0.5, 0, 0.25], [1, 0, 12]])
    assert [texts[name][1] for name in gaps] == [top + 0.5, top + 1.5, top + 2.5]
    colour_at = painted(ax)
    shades = [colour_at(left + 2.15, top + row + 0.15).mean() for row in range(3)]
    assert shades[0] > 0.99 and shades[0] > shades[1] > shades[2]
    assert "image moved to the right by … pixels" in texts
    aside = all_words(plots.plot_equivariance([(0, -4), (0, 3)], {"a": [np.inf, 0.2]}))
    assert {"−4", "3", "–", ".20", "image moved to the right by … pixels"} <= set(aside)
    moved = plots.plot_equivariance([(0, 1), (-2, 3)], {"a": [0.1, 0.2]})
    assert {"(0, 1)", "(−2, 3)"} <= set(all_words(moved))


def test_all_signs_of_a_series_differ_in_every_way():
    """Colour is never the only sign: the frames of im2col and the boxes of fields rely on it."""
    for kind in zip(*SERIES, strict=True):
        assert len({str(sign) for sign in kind}) == len(SERIES)
