"""Exercise 3.6: a convolutional layer backward.

Reference answer, probes, named mistakes and hints.
"""

import numpy as np

from helpers.cnn.exercises_xcorr import SOLUTION
from helpers.kit.exercise import exercise

X3_6 = exercise(
    "3.6",
    title="A convolutional layer backward",
    kind="fill-in",
    minutes=15,
    difficulty=4,
    importance=5,
    outputs=("dx", "dW", "db"),
    hints=(
        "Every gradient has the shape of the thing it belongs to. Which pixels has the weight "
        "W[i, j] met on its way over the image, and which entries of y has a pixel helped to make?",
        "Weight (i, j) meets pixels = x[:, i:i + H′, j:j + W′]. So "
        "dW[i, j] = Σ over images and places of pixelsᵀ dy, (C, F), and those pixels get back "
        "dy @ W[i, j].T, (N, H′, W′, C): add it to dx there. db = Σ dy over images, rows and "
        "columns. (Written out for dx, that is dy, with zeros around, under the flipped kernel.)",
        SOLUTION,
    ),
)


@X3_6.reference
def conv2d_backward(dy, x, W):
    """Layer y = conv2d(x, W, b, 1, "valid"); dy (N, H′, W′, F) is ∂L/∂y -> dx, dW, db."""
    dx, dW = np.zeros(x.shape), np.zeros(W.shape)
    rows, columns = dy.shape[1:3]
    for i, j in np.ndindex(*W.shape[:2]):
        pixels = x[:, i:i + rows, j:j + columns]   # those that weight (i, j) has met
        dW[i, j] = np.einsum("nhwc,nhwf->cf", pixels, dy)
        dx[:, i:i + rows, j:j + columns] += dy @ W[i, j].T
    return dx, dW, dy.sum(axis=(0, 1, 2))


@X3_6.probes
def _(rng):
    # (images, kernel, filters): small enough to be read; sizes all different; all equal; kernels
    # of even size, of one row, of one pixel.
    cases = [((1, 3, 4, 1), (2, 2), 1), ((2, 5, 6, 3), (3, 2), 4), ((3, 5, 5, 3), (3, 3), 3),
             ((4, 4, 5, 2), (2, 2), 3), ((2, 3, 6, 2), (1, 4), 3), ((2, 3, 4, 2), (1, 1), 3)]
    probes = []
    for images, (kh, kw), filters in cases:
        n, height, width, channels = images
        dy = rng.normal(size=(n, height - kh + 1, width - kw + 1, filters)).round(1) + 0.05
        probes.append((dy, rng.normal(size=images).round(1),
                       rng.normal(size=(kh, kw, channels, filters)).round(1) + 0.05))
    return probes


@X3_6.caveat("images of whole numbers, such as pixels from 0 to 255, make np.zeros_like(x) an "
             "array of whole numbers too, and it cuts off the fractions. np.zeros(x.shape) takes "
             "fractions.")
def _():
    return np.full((1, 2, 3, 1), 0.5), np.arange(12).reshape(1, 3, 4, 1), np.full((2, 2, 1, 1), 0.3)


# --- one output wrong -----------------------------------------------------------------------------


def _layer(name, why, dx=None, dW=None, db=None):
    """Register a mistake: the given outputs, functions of (dy, x, W), are wrong; the rest is right.
    """

    @X3_6.mistake(name, why=why)
    def wrong(dy, x, W):
        right = conv2d_backward(dy, x, W)
        made = zip((dx, dW, db), right, strict=True)
        return tuple(part(dy, x, W) if part else known for part, known in made)


def _full(dy, W):
    """dx for kernels W (kh, kw, C, F), which may be the wrong ones; its size follows from them."""
    n, rows, columns, _ = dy.shape
    kh, kw, channels, _ = W.shape
    dx = np.zeros((n, rows + kh - 1, columns + kw - 1, channels))
    for i, j in np.ndindex(kh, kw):
        dx[:, i:i + rows, j:j + columns] += dy @ W[i, j].T
    return dx


def _flip(W):
    return W[::-1, ::-1]


def _valid(dy, W):
    """Windows of dy under the flipped kernel, nothing padded."""
    kh, kw, channels, _ = W.shape
    out = np.zeros((len(dy), dy.shape[1] - kh + 1, dy.shape[2] - kw + 1, channels))
    rows, columns = out.shape[1:3]
    for i, j in np.ndindex(kh, kw):
        out += dy[:, i:i + rows, j:j + columns] @ W[kh - 1 - i, kw - 1 - j].T
    return out


def _same(dy, W):
    """Windows of dy under the flipped kernel, padded to keep the size of dy."""
    above, left = W.shape[0] // 2, W.shape[1] // 2
    return _full(dy, W)[:, above:above + dy.shape[1], left:left + dy.shape[2]]


def _overwritten(dy, x, W):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*W.shape[:2]):
        dx[:, i:i + dy.shape[1], j:j + dy.shape[2]] = dy @ W[i, j].T
    return dx


_NO_FLIP = ("dx without flip", "y[i, j] was made from x[i + a, j + b]; seen from a pixel that is "
            "y[p − a, q − b]: the kernel comes back turned, W[::-1, ::-1], if dy is padded and "
            "correlated. Adding dy @ W[i, j].T at x[:, i:, j:] turns it by itself.")
_VALID = ("dx “valid”", "dx must have the shape of x. A pixel at the border has helped to make y "
          "too: put kh − 1 and kw − 1 zeros around dy before the (flipped) kernel slides over it.")
_SAME = ("dx “same”", "dx must have the shape of x, which is larger than dy: put kh − 1 and kw − 1 "
         "zeros on each side of dy.")
_SWAPPED = ("channels and filters swapped in dx", "Going back swaps inputs and outputs: dy (…, F) "
            "times W[i, j].T (F, C). W[i, j] fits only if C = F, and then it is wrong.")
_RESHAPED = ("dx with a reshaped kernel", "reshape keeps the order of the numbers and only cuts it "
             "elsewhere, so weights land at the wrong channel and filter. To swap the axes takes "
             "a transpose: W.transpose(0, 1, 3, 2), or W[i, j].T.")


def _reshaped(W):
    """What W is taken for if `reshape(kh, kw, F, C)` stands where the transpose should."""
    kh, kw, channels, filters = W.shape
    return W.reshape(kh, kw, filters, channels).swapaxes(2, 3)


for (_name, _why), _turn in [
    (("", ""), lambda W: W),
    (_NO_FLIP, _flip),
    (("dx flipped in its rows only", "Both axes of the kernel turn: W[::-1, ::-1]."),
     lambda W: W[:, ::-1]),
    (("dx flipped in its columns only", "Both axes of the kernel turn: W[::-1, ::-1]."),
     lambda W: W[::-1]),
    (("dx with a transposed kernel", "Rows of the kernel belong to rows of the image: flip both "
      "axes, but do not swap them."), lambda W: W.transpose(1, 0, 2, 3)),
    (_SWAPPED, lambda W: W.swapaxes(2, 3)),
    (_RESHAPED, _reshaped),
]:
    for (_second, _then), _size in [(("", ""), _full), (_VALID, _valid), (_SAME, _same)]:
        if _name or _second:
            _layer(", and ".join(filter(None, (_name, _second))),
                   " Then: ".join(filter(None, (_why, _then))),
                   dx=lambda dy, x, W, turn=_turn, size=_size: size(dy, turn(W)))

_layer(f"{_SWAPPED[0]}, and dx without flip", f"{_SWAPPED[1]} Then: {_NO_FLIP[1]}",
       dx=lambda dy, x, W: _full(dy, _flip(W.swapaxes(2, 3))))
_layer(f"{_RESHAPED[0]}, and dx without flip", f"{_RESHAPED[1]} Then: {_NO_FLIP[1]}",
       dx=lambda dy, x, W: _full(dy, _flip(_reshaped(W))))
_layer("dx overwritten instead of added up", "A pixel has helped to make several entries of y, and "
       "gets something back from each: `+=`.", dx=_overwritten)
_layer("dx of the first image only", "Every image has its own pixels: dx has the shape of x.",
       dx=lambda dy, x, W: conv2d_backward(dy, x, W)[0][0])
_layer("dx summed over the images", "The weights are shared by the images, the pixels are not: dx "
       "has the shape of x.", dx=lambda dy, x, W: conv2d_backward(dy, x, W)[0].sum(axis=0))
_layer("dx of the first filter only", "A pixel has helped to make every map: add over the F "
       "filters.", dx=lambda dy, x, W: _full(dy[..., :1], W[..., :1]))


def _dW(dy, x, W):
    return conv2d_backward(dy, x, W)[1]


def _per_place(dy, x, W, dW):
    """dW from windows and single entries of dy: dW(windows (N, kh, kw, C), dy (N, F))."""
    return [[dW(x[:, i:i + W.shape[0], j:j + W.shape[1]], dy[:, i, j])
             for j in range(dy.shape[2])] for i in range(dy.shape[1])]


def _product(windows, dy):
    return np.einsum("nabc,nf->abcf", windows, dy)


_layer("filters and channels swapped in dW", "dW must have the shape of W, (kh, kw, C, F): pixelsᵀ "
       "dy, inputs first.", dW=lambda dy, x, W: _dW(dy, x, W).swapaxes(2, 3))
_layer("dW flipped", "dW[i, j] belongs to the pixels x[:, i:i + H′, j:j + W′]. Only dx needs the "
       "turned kernel.", dW=lambda dy, x, W: _flip(_dW(dy, x, W)))
_layer("dW transposed", "Rows of the kernel belong to rows of the image: dW[i, j], i down and j "
       "to the right.", dW=lambda dy, x, W: _dW(dy, x, W).transpose(1, 0, 2, 3))
_layer("batch not summed in dW", "One kernel serves all N images, so its gradient is the sum over "
       "them: dW has the shape of W.", dW=lambda dy, x, W: np.stack(
           [_dW(dy[n:n + 1], x[n:n + 1], W) for n in range(len(x))]))
for _which in (0, -1):
    _layer("dW of one image only", "One kernel serves all N images: add their shares up, `+=`.",
           dW=lambda dy, x, W, n=_which: _dW(dy[[n]], x[[n]], W))
_layer("places not summed in dW", "One weight serves every place of the window, so its gradient is "
       "the sum over all H′·W′ of them.",
       dW=lambda dy, x, W: np.array(_per_place(dy, x, W, _product)))
_layer("dW of one place only", "One weight serves every place of the window: add their shares up, "
       "`+=`.", dW=lambda dy, x, W: _per_place(dy, x, W, _product)[-1][-1])
_layer("dW of one place only", "One weight serves every place of the window: add their shares up, "
       "`+=`.", dW=lambda dy, x, W: _per_place(dy, x, W, _product)[0][0])
_layer("dW averaged over the batch", "dy already carries the 1/n of the mean loss: sum over the "
       "images, do not divide.", dW=lambda dy, x, W: _dW(dy, x, W) / len(x))
_layer("dW averaged over the places", "Each place where the weight is used adds its share: a sum, "
       "not a mean.", dW=lambda dy, x, W: _dW(dy, x, W) / (dy.shape[1] * dy.shape[2]))
_layer("dW averaged over images and places", "Each use of the weight adds its share: a sum, not a "
       "mean.", dW=lambda dy, x, W: _dW(dy, x, W) / dy[..., 0].size)
_layer("dW with the weights in it", "y is linear in W: its slope along a weight is the pixel that "
       "it met, without W.", dW=lambda dy, x, W: _dW(dy, x, W) * W)

for _name, _why, _db in [
    ("db averaged", "The bias is added at every place of every image, and each adds its share: a "
     "sum, not a mean.", lambda dy: dy.mean(axis=(0, 1, 2))),
    ("db averaged over the batch", "dy already carries the 1/n of the mean loss: sum over the "
     "images, do not divide.", lambda dy: dy.sum(axis=(0, 1, 2)) / len(dy)),
    ("db averaged over the places", "The bias is added at every place, and each adds its share: a "
     "sum, not a mean.", lambda dy: dy.sum(axis=0).mean(axis=(0, 1))),
    ("db summed over the images only", "One bias serves all places of its map: sum over rows and "
     "columns too, axis=(0, 1, 2).", lambda dy: dy.sum(axis=0)),
    ("db summed over the places only", "One bias serves all images: sum over the batch too, "
     "axis=(0, 1, 2).", lambda dy: dy.sum(axis=(1, 2))),
    ("db summed over the wrong axes", "A bias belongs to one filter, the last axis of dy: sum over "
     "the other three, axis=(0, 1, 2).", lambda dy: dy.sum(axis=(1, 2, 3))),
    ("db summed to one number", "Every filter has its own bias: sum over images, rows and columns, "
     "axis=(0, 1, 2).", lambda dy: dy.sum()),
    ("db not summed", "One bias serves all places of all images: its gradient is the sum of dy "
     "over them, shape (F,).", lambda dy: dy),
    ("db with axes too many", "db must have the shape of b, (F,): leave keepdims away.",
     lambda dy: dy.sum(axis=(0, 1, 2), keepdims=True)),
]:
    _layer(_name, _why, db=lambda dy, x, W, db=_db: db(dy))


# --- all outputs wrong ----------------------------------------------------------------------------


def _all(name, why, change, *parts):
    """Register a mistake: every output is changed by change(output, dy), after `parts` were."""

    @X3_6.mistake(name, why=why)
    def wrong(dy, x, W):
        dx, dW, db = conv2d_backward(dy, x, W)
        made = _full(dy, _flip(W)) if parts else dx
        return tuple(change(part, dy) for part in (made, dW, db))


_AVERAGED = ("averaged over the batch", "dy already carries the 1/n of the mean loss. Summing over "
             "the images is all that is left to do.")
_SIGN = ("sign flipped", "dy points uphill, and so must dx, dW and db. The minus sign comes in the "
         "update.")
for (_name, _why), _change in [(_AVERAGED, lambda part, dy: part / len(dy)),
                               (_SIGN, lambda part, dy: -part)]:
    _all(_name, _why, _change)
    _all(f"{_NO_FLIP[0]}, and {_name}", f"{_NO_FLIP[1]} Then: {_why}", _change, "dx")


@X3_6.mistake("loops over the rows of x", why="The window fits only as often as dy has rows and "
              "columns: take H′ and W′ from dy.shape.")
def _(dy, x, W):
    dx, dW = np.zeros(x.shape), np.zeros(W.shape)
    for i, j in np.ndindex(*x.shape[1:3]):
        window = x[:, i:i + W.shape[0], j:j + W.shape[1]]
        dW += np.einsum("nabc,nf->abcf", window, dy[:, i, j])
        dx[:, i:i + W.shape[0], j:j + W.shape[1]] += np.einsum("nf,abcf->nabc", dy[:, i, j], W)
    return dx, dW, dy.sum(axis=(0, 1, 2))


@X3_6.mistake("dx and dW in the wrong order", why="The three are right, but the order is dx, dW, "
              "db.")
def _(dy, x, W):
    dx, dW, db = conv2d_backward(dy, x, W)
    return dW, dx, db


@X3_6.mistake("results in the wrong order", why="The three are right, but the order is dx, dW, db.")
def _(dy, x, W):
    dx, dW, db = conv2d_backward(dy, x, W)
    return dW, db, dx


@X3_6.mistake("returns the update, not the gradient", why="A gradient points uphill. The minus "
              "sign and the step size are the optimiser's business.")
def _(dy, x, W):
    dx, dW, db = conv2d_backward(dy, x, W)
    return dx, -dW, -db


@X3_6.mistake("returns the new weights, not the gradient", why="W − dW is a step of gradient "
              "descent. Backprop only computes dW.")
def _(dy, x, W):
    dx, dW, db = conv2d_backward(dy, x, W)
    return dx, W - dW, db
