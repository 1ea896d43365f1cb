"""The plots of chapter 03, for the tests in tests/plots."""

import numpy as np

from helpers.cnn import accounting, plots
from helpers.kit.comparison import Comparison
from tests.plots.examples import Examples

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

EXAMPLES = Examples(
    calls=CALLS,
    drawings=("images", "maps", "filtered", "heat", "support", "products", "im2col", "pool",
              "wiring", "matrix", "padding", "shapes", "receptive", "blocks", "equivariance"),
    rows=("comparison",),
    wide=("products", "shapes", "padding", "blocks"),
    largest={"filtered": 60_000, "blocks": 35_000},      # photographs, and a wide scheme
    more=MORE,
    refused=REFUSED,
)
