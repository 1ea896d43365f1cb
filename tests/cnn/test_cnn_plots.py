"""The chapter's pictures can be drawn, stored small and read, and refuse what they cannot show."""

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes

from helpers.cnn import accounting, plots
from helpers.kit import figures
from helpers.kit.comparison import Comparison

RNG = np.random.default_rng(0)
DIGIT = np.zeros((28, 28))
DIGIT[6:22, 12:16] = 1.0
ROWS = accounting.trace([{"kind": "Conv2D", "kernel": 3, "filters": 32}, {"kind": "MaxPooling2D"},
                         {"kind": "Conv2D", "kernel": 3, "filters": 64}, {"kind": "MaxPooling2D"},
                         {"kind": "Flatten"}, {"kind": "Dense", "filters": 64},
                         {"kind": "Dense", "filters": 10}], (28, 28, 1))
PHOTO = RNG.random((107, 160))
MODELS = {"softmax": np.array([0.2, 0.24]), "MLP": np.array([0.68, 0.7])}
COMPARED = Comparison(MODELS, {"MLP": (0.47, 0.02)}, 360)
POOLED = ([[1, 3, 2, 0], [5, 2, 1, 4], [0, 1, 7, 2], [2, 6, 3, 3]], [[5, 4], [6, 7]],
          [[0, 0, 0, 0], [0.5, 0, 0, -1], [0, 0, 0.3, 0], [0, 2, 0, 0]])
SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
SHIFTS = [-2, -1, 0, 1, 2]
GAPS = {"conv2d": [0] * 5, "dense": [1, 0.5, 0, 0.5, 1]}
CALLS = {
    "images": lambda **k: plots.plot_images(np.zeros((10, 28, 28)), range(10), **k),
    "maps": lambda **k: plots.plot_maps(DIGIT[:, :, None] * RNG.random(32), **k),
    "filtered": lambda **k: plots.plot_filtered(PHOTO, {"edges": PHOTO[2:, 2:] - 0.5}, **k),
    "heat": lambda **k: plots.plot_heat(DIGIT, {"Grad-CAM": RNG.random((11, 11)),
                                                "occlusion": DIGIT - 0.5}, **k),
    "support": lambda **k: plots.plot_support({"conv2d": DIGIT > 0, "pool": DIGIT > 0}, **k),
    "products": lambda **k: plots.plot_products(np.arange(36.0).reshape(6, 6), SOBEL, 1, 2, **k),
    "im2col": lambda **k: plots.plot_im2col(np.arange(16).reshape(4, 4), [[1, 0], [-1, 2]], **k),
    "pool": lambda **k: plots.plot_pool(*POOLED, **k),
    "wiring": plots.plot_wiring,
    "matrix": lambda **k: plots.plot_matrix(np.eye(20)[:, :9], **k),
    "padding": plots.plot_padding,
    "shapes": lambda **k: plots.plot_shapes(ROWS, **k),
    "receptive": lambda **k: plots.plot_receptive(DIGIT, ROWS, **k),
    "blocks": plots.plot_blocks,
    "comparison": lambda **k: plots.plot_comparison(COMPARED, **k),
    "residual": lambda **k: plots.plot_residual([1e-3, 1e-2, 1], [0.9, 1, 1], **k),
    "deletion": lambda **k: plots.plot_deletion([0, 0.1], {"a": ([1, 0.5], [0, 0.02])}, **k),
    "equivariance": lambda **k: plots.plot_equivariance(SHIFTS, GAPS, **k),
    "sanity": lambda **k: plots.plot_sanity(["dense_2", "conv2d_1"], {"a": ([.9, .2], [0, .1])},
                                            **k),
    "history": lambda **k: plots.plot_history({"loss": [2, 1]}, **k),
}
WITH_AXES = ("comparison", "residual", "deletion", "sanity", "history")
LARGEST = {"filtered": 60_000}      # bytes: photographs; everything else stays below 25,000


def words_and_places(ax):
    """All texts that can be seen: (text, its box in dots)."""
    ax.figure.draw_without_rendering()
    found = [(t, t.get_window_extent()) for t in ax.findobj(matplotlib.text.Text)
             if t.get_text().strip() and t.get_visible()]
    return [(text, box) for text, box in found if box.width > 0]


def clashes(found):
    """Pairs of words that lie on each other."""
    seen = [(text.get_text(), box.shrunk(0.9, 0.7)) for text, box in found]
    return [(one, other) for i, (one, box) in enumerate(seen) for other, box2 in seen[:i]
            if box.overlaps(box2)]


def outside(ax, found):
    """Words that the edge of the picture cuts; not the ticks, which matplotlib looks after."""
    paper = ax.figure.bbox.padded(1)        # a dot of rounding
    ticks = {*ax.get_xticklabels(which="both"), *ax.get_yticklabels(which="both")}
    return [text.get_text() for text, box in found if text not in ticks
            and not (paper.x0 <= box.x0 and box.x1 <= paper.x1
                     and paper.y0 <= box.y0 and box.y1 <= paper.y1)]


def covered(ax, found):
    """Words that stand on an image."""
    images = [image.get_window_extent() for image in ax.images]
    return [text.get_text() for text, box in found
            if any(box.shrunk(0.9, 0.6).overlaps(image) for image in images)]


def test_every_plot_is_listed_here():
    assert {f"plot_{name}" for name in CALLS} == set(plots.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_draws_on_the_given_axes_and_changes_no_setting(name):
    ax = figures.new_axes()
    before = dict(matplotlib.rcParams)
    assert CALLS[name](ax=ax) is ax
    assert ax.has_data() or words_and_places(ax)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", CALLS)
def test_a_plot_makes_its_own_axes_that_stay_small_when_stored(name):
    ax = CALLS[name]()
    assert isinstance(ax, Axes)
    png, width = figures.to_png(ax)
    assert len(png) < LARGEST.get(name, 25_000)     # some 25 of them in a notebook of 1 MB
    assert 200 < width <= 720                       # screen pixels; as wide as JupyterLab's outputs
    assert "matplotlib.pyplot" not in type(ax.figure).__module__


@pytest.mark.parametrize("name", WITH_AXES)
def test_axes_have_names(name):
    ax = CALLS[name]()
    assert ax.get_xlabel() and (ax.get_ylabel() or ax.get_title(loc="left") or ax.get_yticklabels())


@pytest.mark.parametrize("name", CALLS)
def test_each_docstring_says_how_the_plot_can_mislead(name):
    doc = getattr(plots, f"plot_{name}").__doc__
    assert "mislead" in doc and "Returns" in doc


MORE = {
    "an image without numbers": lambda: plots.plot_products(DIGIT, SOBEL, 8, 11),
    "a large kernel": lambda: plots.plot_products(RNG.random((8, 8)), RNG.random((5, 5)), 1, 2),
    "many small maps": lambda: plots.plot_maps(np.ones((11, 11, 64)), columns=16),
    "wide images": lambda: plots.plot_images(np.zeros((4, 8, 40)), "abcd", columns=2),
    "negative kernels": lambda: plots.plot_maps(RNG.normal(size=(3, 3, 16))),
    "even kernel": lambda: plots.plot_padding(7, 4, 3),
    "a small matrix": lambda: plots.plot_matrix([[1, 0], [2, 1], [0, 2]]),
    "patches of nine": lambda: plots.plot_im2col(np.arange(25).reshape(5, 5) / 10, np.eye(3)),
    "three comparisons": lambda: plots.plot_comparison(dict.fromkeys("abc", COMPARED)),
    "moves in two directions": lambda: plots.plot_equivariance(
        [(0, 1), (-12, -10)], {"a very long layer name": [1e-9, 12.3]}),
    "one move": lambda: plots.plot_equivariance([3], {"conv2d": [0], "a": [0.5]}),
    "one image": lambda: plots.plot_images(DIGIT[None], ["a 7"]),
    "a deep network": lambda: plots.plot_shapes(accounting.trace(
        [{"kind": "Conv2D", "kernel": 3, "filters": 384, "padding": "same"}] * 12
        + [{"kind": "GlobalAveragePooling2D"}, {"kind": "Dense", "filters": 1000}],
        (227, 227, 3))),
    "five heats": lambda: plots.plot_heat(DIGIT, {f"map {i}": DIGIT * 1e-7 for i in range(5)}),
    "one photograph and three": lambda: plots.plot_filtered(
        PHOTO, {f"filter {i}": PHOTO - 0.5 for i in range(3)}),
}


@pytest.mark.parametrize("call", [*CALLS.values(), *MORE.values()], ids=[*CALLS, *MORE])
def test_words_lie_neither_on_each_other_nor_over_the_edge(call):
    ax = call()
    found = words_and_places(ax)
    assert found
    assert clashes(found) == []
    assert covered(ax, found) == []
    assert outside(ax, found) == []


REFUSED = {
    "images": (lambda: plots.plot_images(DIGIT), r"plot_images: .*got \(28, 28\).*image\[None\]"),
    "channels": (lambda: plots.plot_images(np.zeros((2, 8, 8, 2))), r"got \(2, 8, 8, 2\)"),
    "titles": (lambda: plots.plot_images(np.zeros((2, 8, 8)), "abc"), "each of the 2 .*got 3"),
    "columns": (lambda: plots.plot_maps(np.zeros((2, 8, 8)), columns=0), "1 or more; got 0"),
    "batch": (lambda: plots.plot_maps(np.zeros((1, 8, 8, 2))), r"got \(1, 8, 8, 2\).*maps\[0\]"),
    "filtered": (lambda: plots.plot_filtered(PHOTO, {"a": PHOTO[None]}), "'a' should be one"),
    "heat": (lambda: plots.plot_heat(DIGIT, {"a": np.zeros(3)}), r"got \(28, 28\) and .*\(3,\)"),
    "no heat": (lambda: plots.plot_heat(DIGIT, {}), "heats should be a dict"),
    "support": (lambda: plots.plot_support(np.zeros(3)), r"got \[\(3,\)\]"),
    "matrix": (lambda: plots.plot_matrix(np.zeros((40, 40))), r"1,000 entries.*got shape \(40,"),
    "place": (lambda: plots.plot_products(DIGIT, SOBEL, 26, 0), "from 0 to 25 .*got 26 and 0"),
    "kernel": (lambda: plots.plot_products(np.eye(2), SOBEL, 0, 0), r"got \(2, 2\) and \(3, 3\)"),
    "patches": (lambda: plots.plot_im2col(np.zeros((6, 6)), SOBEL[:2]), "16 patches.*got 20 of 6"),
    "padding": (lambda: plots.plot_padding(stride=0), "stride 1 or more; got 6, 3 and 0"),
    "pool": (lambda: plots.plot_pool(np.zeros((5, 4)), np.zeros((2, 2)), np.zeros((5, 4))),
             r"sides that divide it; got \(5, 4\)"),
    "shapes": (lambda: plots.plot_shapes([]), "at least one layer"),
    "receptive": (lambda: plots.plot_receptive(DIGIT, ROWS[-2:]), "with places.*2 rows"),
    "comparison": (lambda: plots.plot_comparison(Comparison(MODELS, {})), "2 models, n = None"),
    "residual": (lambda: plots.plot_residual([[1]], [1]), r"got \[\(1, 1\), \(1,\)\]"),
    "deletion": (lambda: plots.plot_deletion([0], {}), "got none"),
    "sanity": (lambda: plots.plot_sanity(["a"], {}), "plot_sanity: .*got none"),
    "gaps": (lambda: plots.plot_equivariance(SHIFTS, {"a": [1, 2]}), "each of the 5 shifts; got 2"),
    "no gaps": (lambda: plots.plot_equivariance(SHIFTS, {}), "got none"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(name):
    call, sentence = REFUSED[name]
    with pytest.raises(ValueError, match=sentence):
        call()


def test_photographs_keep_more_greys_than_the_quick_choice_of_colours_knows():
    import io

    from PIL import Image

    ramp = np.tile(np.linspace(0, 1, 160), (100, 1))
    png, _ = figures.to_png(plots.plot_filtered(ramp, {"the same": ramp}))
    shades = np.unique(np.asarray(Image.open(io.BytesIO(png)).convert("L")))
    assert len(shades) > 40         # 16 without special care
