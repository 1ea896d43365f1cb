"""Exercise 3.3: cross-correlation of one image with one kernel.

Reference answer, probes, hints and named mistakes. The reference of a fill-in exercise is the same
text as the solution in the notebook; everything else here is what people really write instead.
"""

import numpy as np

from helpers.kit.exercise import exercise

SOLUTION = "The whole answer stands in [the solution](../solutions/03_cnn.ipynb)."

X3_3 = exercise(
    "3.3",
    title="Slide a kernel over an image",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=5,
    outputs=("y",),
    hints=(
        "At how many places does a window of kh rows fit into H rows? Try H = 4, kh = 3 on paper. "
        "Then fill one entry of the result for each place.",
        "y has shape (H − kh + 1, W − kw + 1), and "
        "y[i, j] = Σ_a Σ_b x[i + a, j + b] · k[a, b]. The window is x[i:i + kh, j:j + kw]; "
        "multiply it by k entry by entry and add everything up.",
        SOLUTION,
    ),
)


@X3_3.reference
def xcorr(x, k):
    """Cross-correlation: image x (H, W), kernel k (kh, kw) -> (H − kh + 1, W − kw + 1)."""
    kh, kw = k.shape
    rows, columns = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            y[i, j] = np.sum(x[i:i + kh, j:j + kw] * k)
    return y


@X3_3.probes
def _(rng):
    # All sizes different, then squares, where what is transposed raises no error. A kernel of even
    # size has no middle, one of a single row no height; the last kernel is as large as its image.
    cases = [((4, 6), (2, 3)), ((5, 5), (3, 3)), ((7, 5), (3, 2)), ((4, 4), (2, 2)),
             ((3, 7), (1, 4)), ((5, 6), (4, 1)), ((3, 4), (3, 4))]
    return [(rng.normal(size=image).round(1), rng.normal(size=kernel).round(1) + 0.05)
            for image, kernel in cases]


@X3_3.caveat("an image of whole numbers, such as pixels from 0 to 255, makes np.zeros_like(x) an "
             "array of whole numbers too, and it cuts off the fractions of every sum. np.zeros "
             "takes fractions.")
def _():
    return np.arange(20).reshape(4, 5), np.array([[0.25, 0.5], [-0.5, 1.25]])


def _flip(k):
    return k[::-1, ::-1]


def _same(x, k):
    (kh, kw), above, left = k.shape, (k.shape[0] - 1) // 2, (k.shape[1] - 1) // 2
    return np.pad(x, [(above, kh - 1 - above), (left, kw - 1 - left)])


def _same_extra_first(x, k):
    (kh, kw) = k.shape
    return np.pad(x, [(kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2)])


def _full(x, k):
    return np.pad(x, [(s - 1, s - 1) for s in k.shape])


def _last_missing(y):
    y[-1], y[:, -1] = 0.0, 0.0
    return y


def _xcorr(kernel=None, padded=None, change=None):
    """A cross-correlation with another kernel, of a padded image, or with its result changed."""

    def wrong(x, k):
        k = kernel(k) if kernel else k
        y = xcorr(padded(x, k) if padded else x, k)
        return change(y) if change else y

    return wrong


_KERNELS = [
    ("flipped kernel", "That is the convolution of the textbooks. A network's layer does not turn "
     "the kernel: x[i + a, j + b] meets k[a, b], without k[::-1, ::-1] and without i − a.", _flip),
    ("kernel flipped top to bottom", "The kernel is laid on the window as it is: its first row on "
     "the window's first row.", lambda k: k[::-1]),
    ("kernel flipped left to right", "The kernel is laid on the window as it is: its first column "
     "on the window's first column.", lambda k: k[:, ::-1]),
    ("transposed kernel", "Rows of the kernel meet rows of the window: multiply by k, not k.T.",
     np.transpose),
    ("kernel turned by a quarter", "The kernel is laid on the window as it is, not turned.",
     np.rot90),
]
_BORDERS = [
    ("same instead of valid", "Zeros around the image keep its size. Here the window must lie "
     "inside the image: (H − kh + 1, W − kw + 1), nothing padded.", {"padded": _same}),
    ("same instead of valid", "Zeros around the image keep its size. Here the window must lie "
     "inside the image: (H − kh + 1, W − kw + 1), nothing padded.", {"padded": _same_extra_first}),
    ("full instead of valid", "Here windows also count that overlap the image by one pixel only. "
     "The window must lie inside it: (H − kh + 1, W − kw + 1).", {"padded": _full}),
    ("one row and one column too few (H − kh)", "A window of 3 rows fits into 4 rows at 2 places: "
     "H − kh + 1, not H − kh.", {"change": lambda y: y[:-1, :-1]}),
    ("last row and column never computed", "range(n) already stops before n. The loops must run "
     "over all H − kh + 1 rows and W − kw + 1 columns.", {"change": _last_missing}),
    ("transposed result", "Row i of the result belongs to windows that start in row i: y[i, j] "
     "from x[i:i + kh, j:j + kw].", {"change": np.transpose}),
    ("sign flipped", "The products are added, not subtracted.", {"change": np.negative}),
]

for _name, _why, _kernel in _KERNELS:
    X3_3.mistake(_name, why=_why)(_xcorr(kernel=_kernel))
for _name, _why, _changes in _BORDERS:
    X3_3.mistake(_name, why=_why)(_xcorr(**_changes))
    for _first, _reason, _kernel in _KERNELS[:1] + _KERNELS[3:4]:
        X3_3.mistake(f"{_first}, and {_name}", why=f"{_reason} Then: {_why}")(
            _xcorr(kernel=_kernel, **_changes))


def _windows(entry, size=None, start=lambda i, k: i):
    """Fill y[i, j] with entry(window, k); `size(H, kh)` and `start(i, kh)` may be wrong."""

    def wrong(x, k):
        kh, kw = k.shape
        rows, columns = (size or (lambda n, m: n - m + 1))(x.shape[0], kh), \
            (size or (lambda n, m: n - m + 1))(x.shape[1], kw)
        y = np.zeros((rows, columns))
        for i in range(rows):
            for j in range(columns):
                a, b = start(i, kh), start(j, kw)
                y[i, j] = entry(x[a:a + kh, b:b + kw], k)
        return y

    return wrong


_NOT_SUMMED = ("forgot the sum", "window * k is still a (kh, kw) array of products. One entry of "
               "y is their sum: np.sum(window * k).")
_MATRIX = ("matrix product instead of element-wise", "window @ k is a matrix product: rows times "
           "columns. Here each pixel meets the weight that lies on it: window * k.")
_MEAN = ("mean instead of sum", "Add the products up and divide by nothing: a kernel that should "
         "average brings its 1/9 along in its weights.")
for (_name, _why), _entry in [
    (_NOT_SUMMED, lambda w, k: w * k),
    (_MATRIX, lambda w, k: np.sum(w @ k)),
    (_MATRIX, lambda w, k: np.sum(np.dot(w, k))),
    (_MEAN, lambda w, k: np.mean(w * k)),
    (("divided by the sum of the kernel", "Many kernels sum to zero, such as one that finds edges. "
      "Add the products up and divide by nothing."), lambda w, k: np.sum(w * k) / np.sum(k)),
    (("adds the kernel instead of multiplying", "Each pixel is multiplied by its weight: window * "
      "k, then the sum."), lambda w, k: np.sum(w + k)),
    (("maximum instead of sum", "The largest product is max-pooling's idea. A convolution adds all "
      "of them up."), lambda w, k: np.max(w * k)),
    (("forgot the kernel", "That is the sum of the pixels under the window. Multiply them by k "
      "first."), lambda w, k: np.sum(w)),
    (("product of two sums", "Σ window · Σ k multiplies all pixels by all weights. Multiply entry "
      "by entry first, then add: np.sum(window * k)."), lambda w, k: np.sum(w) * np.sum(k)),
    (("flipped kernel, and mean instead of sum", f"{_KERNELS[0][1]} Then: {_MEAN[1]}"),
     lambda w, k: np.mean(w * _flip(k))),
]:
    X3_3.mistake(_name, why=_why)(_windows(_entry))


def _products(window, k):
    return np.sum(window * k)


_OVER = ("windows run over the border", "The last window would start too far down or right, and "
         "part of it lies outside the image. There are H − kh + 1 places, not H.")
X3_3.mistake(*_OVER)(_windows(_products, size=lambda n, m: n))
X3_3.mistake(*_OVER)(_windows(_products, size=lambda n, m: n - m + 2))


@X3_3.mistake(*_OVER)
def _(x, k):
    return [[sum(x[i + a, j + b] * k[a, b] for a, b in np.ndindex(k.shape))
             for j in range(x.shape[1])] for i in range(x.shape[0])]


X3_3.mistake("windows do not overlap", why="The window moves by one pixel at a time, not by its "
             "own width: x[i:i + kh, j:j + kw].")(
    _windows(_products, size=lambda n, m: n // m, start=lambda i, m: i * m))


_AS_LARGE = ("as large as the image, the rest zeros", "np.zeros_like(x) has room for H·W "
             "entries, but the window has only (H − kh + 1)·(W − kw + 1) places. All other entries "
             "stay 0: make y of the shape (H − kh + 1, W − kw + 1).")


def _framed(place, kernel=None):
    """The right entries inside zeros, x.shape in all; the first one `place(kh)` rows down."""

    def wrong(x, k):
        y, inner = np.zeros(x.shape), xcorr(x, kernel(k) if kernel else k)
        top, left = map(place, k.shape)
        y[top:top + len(inner), left:left + inner.shape[1]] = inner
        return y

    return wrong


for _place in (lambda m: 0, lambda m: (m - 1) // 2, lambda m: m // 2):
    X3_3.mistake(*_AS_LARGE)(_framed(_place))
    for _first, _reason, _kernel in _KERNELS[:1] + _KERNELS[3:4]:
        X3_3.mistake(f"{_first}, and {_AS_LARGE[0]}", why=f"{_reason} Then: {_AS_LARGE[1]}")(
            _framed(_place, _kernel))


@X3_3.mistake("slice ends at kh instead of i + kh", why="The window moves: its rows are i to "
              "i + kh, x[i:i + kh, j:j + kw].")
def _(x, k):
    kh, kw = k.shape
    y = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(x[i:kh, j:kw] * k)
    return y


@X3_3.mistake("the window does not move", why="Every entry of y is made from the same corner of "
              "the image. The window starts at [i, j]: x[i:i + kh, j:j + kw].")
def _(x, k):
    return np.full_like(xcorr(x, k), np.sum(x[:k.shape[0], :k.shape[1]] * k))


@X3_3.mistake("i and j swapped in the window", why="i counts rows and j columns: "
              "x[i:i + kh, j:j + kw].")
def _(x, k):
    kh, kw = k.shape
    y = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(x[j:j + kh, i:i + kw] * k)
    return y


@X3_3.mistake("height and width of the kernel swapped", why="k.shape is (kh, kw), rows first. With "
              "a square kernel this would not show.")
def _(x, k):
    kw, kh = k.shape
    y = np.zeros((x.shape[0] - kh + 1, x.shape[1] - kw + 1))
    for i, j in np.ndindex(y.shape):
        y[i, j] = np.sum(x[i:i + kh, j:j + kw] * k)
    return y


@X3_3.mistake("overwrites instead of adding up", why="Each of the kh·kw products must be added to "
              "what is there: `+=`. With `=` only the kernel's last weight is left.")
def _(x, k):
    return xcorr(x[k.shape[0] - 1:, k.shape[1] - 1:], k[-1:, -1:])


@X3_3.mistake("returns inside the loop", why="The function ends at its first `return`. Put it "
              "behind both loops, as far left as the first `for`.")
def _(x, k):
    y = np.zeros_like(xcorr(x, k))
    y[0, 0] = xcorr(x, k)[0, 0]
    return y


@X3_3.mistake("returns inside the loop", why="The function ends at its first `return`. Put it "
              "behind both loops, as far left as the first `for`.")
def _(x, k):
    y = xcorr(x, k)
    y[1:] = 0.0
    return y


@X3_3.mistake("one number instead of an image", why="Every place of the window gives one entry of "
              "y; do not add them up over the image.")
def _(x, k):
    return xcorr(x, k).sum()


@X3_3.mistake("a long list instead of an image", why="The entries are right; y needs "
              "H − kh + 1 rows: fill y[i, j], or reshape.")
def _(x, k):
    return xcorr(x, k).ravel()
