"""What people write instead of the max-pooling of exercise 3.5, by name."""

import numpy as np

from helpers.cnn.exercises_pool import X3_5, max_pool

# --- windows, what is taken from them, and where the gradient goes --------------------------------


def floor_size(n, size, stride):
    """How many windows fit whole into n entries."""
    return (n - size) // stride + 1


def by_stride(i, size, stride):
    """Where window i starts."""
    return i * stride


def first_maximum(window):
    """One at the first maximum of a window, row by row, and zero elsewhere."""
    return _one_at(window, *divmod(window.argmax(), window.shape[1]))


def _one_at(window, row, column):
    share = np.zeros(window.shape)
    share[row, column] = 1.0
    return share


def _last_maximum(window):
    return first_maximum(window[::-1, ::-1])[::-1, ::-1]


def _add(dx, share, dy):
    dx += share * dy


def _set_entry(dx, share, dy):
    dx[share != 0] = (share * dy)[share != 0]


def _set_window(dx, share, dy):
    dx[...] = share * dy


def pool(pick=np.max, share=first_maximum, put=_add, count=floor_size, start=by_stride):
    """A max-pooling with a part replaced.

    pick(window) -> entry of y; share(window) -> how much of the gradient each entry gets;
    put(window of dx, share, dy); count(n, size, stride) -> number of windows;
    start(i, size, stride) -> first row of window i.
    """

    def wrong(x, dy, size, stride):
        rows, columns = count(x.shape[1], size, stride), count(x.shape[2], size, stride)
        y, dx = np.zeros((len(x), rows, columns, x.shape[3])), np.zeros(x.shape)
        for n, i, j, c in np.ndindex(y.shape):
            top, left = start(i, size, stride), start(j, size, stride)
            here = (n, slice(top, top + size), slice(left, left + size), c)
            y[n, i, j, c] = pick(x[here])
            put(dx[here], share(x[here]), dy[n, i, j, c])
        return y, dx

    return wrong


# --- y --------------------------------------------------------------------------------------------

for _name, _why, _pick in [
    ("mean instead of maximum", "Max-pooling hands on the largest entry of each window.", np.mean),
    ("minimum instead of maximum", "Max-pooling hands on the largest entry of each window.",
     np.min),
    ("sum instead of maximum", "Max-pooling hands on the largest entry of each window.", np.sum),
    ("takes the first entry of the window", "That only drops pixels. Max-pooling hands on the "
     "largest entry of each window.", lambda w: w[0, 0]),
    ("negative maxima become 0", "If y starts at 0 and only grows, a window of negative numbers "
     "gives 0. Its maximum is negative: take window.max().", lambda w: max(w.max(), 0.0)),
    ("largest absolute value", "The largest entry counts, not the one farthest from 0.",
     lambda w: np.abs(w).max()),
    ("position of the maximum instead of its value", "argmax says where the maximum is; y holds "
     "the maximum itself.", np.argmax),
]:
    X3_5.mistake(_name, why=_why)(pool(pick=_pick))


def _both(y=None, dx=None):
    """y(x, dy, size, stride) and dx(…) in the place of the right ones."""

    def wrong(*args):
        right = max_pool(*args)
        return y(*args) if y else right[0], dx(*args) if dx else right[1]

    return wrong


def _only_y(count, **changes):
    """The y of a pooling with another number of windows; no dy of the right size stops it."""

    def y(x, dy, size, stride):
        shape = (len(x), *(count(n, size, stride) for n in x.shape[1:3]), x.shape[3])
        return pool(count=count, **changes)(x, np.ones(shape), size, stride)[0]

    return y


X3_5.mistake("one maximum for all channels", why="Each channel is pooled for itself: the maximum "
             "over rows and columns of the window, axes 1 and 2, not over the channels.")(
    _both(y=lambda x, dy, size, stride: max_pool(np.broadcast_to(
        x.max(axis=3, keepdims=True), x.shape), dy, size, stride)[0]))
X3_5.mistake("one maximum for all images", why="Each image is pooled for itself: the maximum over "
             "rows and columns of the window, not over the batch.")(
    _both(y=lambda x, dy, size, stride: max_pool(np.broadcast_to(
        x.max(axis=0, keepdims=True), x.shape), dy, size, stride)[0]))

# --- dx -------------------------------------------------------------------------------------------

_TIES = ("gradient to all ties", "Where several entries are the maximum, the first one in the "
         "window gets the whole gradient: with x == max every one gets all of it, and the "
         "gradient multiplies.")
_EVENLY = ("gradient spread evenly (mean-pooling)", "Only the maximum was handed on, so only its "
           "place gets the gradient. Spreading it belongs to the mean.")
_SET = ("`=` instead of `+=`", "Where windows overlap, one entry of x may be the maximum of "
        "several, and their gradients add up: `+=`.")
_SHARES = [
    (*_TIES, lambda w: (w == w.max()) * 1.0),
    (*_EVENLY, lambda w: np.full(w.shape, 1 / w.size)),
    ("a tie shared among the maxima", "Here the first maximum of a window gets all, as in "
     "TensorFlow on a CPU; the others get nothing.",
     lambda w: (w == w.max()) / np.sum(w == w.max())),
    ("a tie goes to the last maximum", "The first one gets all: argmax returns it; `>=` in a "
     "search of your own ends at the last.", _last_maximum),
    ("a tie goes column by column", "Among equal maxima the first counts, row by row from the top: "
     "look along a row first, then go down.",
     lambda w: first_maximum(w.T).T),
]
_OTHER_SHARES = [
    ("gradient to every entry of the window", "Only the maximum was handed on, so only its place "
     "gets the gradient.", lambda w: np.ones(w.shape)),
    ("gradient to the first entry of the window", "The place of the maximum gets the gradient: "
     "divmod(window.argmax(), size) is its row and column.", lambda w: _one_at(w, 0, 0)),
    ("gradient to the minimum", "The entry that was handed on gets the gradient: argmax.",
     lambda w: first_maximum(-w)),
    ("row and column of the maximum swapped", "argmax counts row by row: "
     "divmod(window.argmax(), size) is (row, column).", lambda w: first_maximum(w).T),
    ("gradient times the maximum", "y = max has the slope 1 at the maximum: dy arrives there "
     "unchanged.", lambda w: first_maximum(w) * w.max()),
    ("gradient stopped where the maximum is not positive", "That is ReLU's rule. A maximum lets "
     "the gradient through whatever its sign.", lambda w: first_maximum(w) * (w.max() > 0)),
    ("gradient divided by the size of the window", "The maximum's place gets all of dy.",
     lambda w: first_maximum(w) / w.size),
    ("sign flipped", "y grows as its maximum grows: dx gets + dy.", lambda w: -first_maximum(w)),
]
for _name, _why, _share in _SHARES + _OTHER_SHARES:
    X3_5.mistake(_name, why=_why)(pool(share=_share))
for _put in (_set_entry, _set_window):
    X3_5.mistake(*_SET)(pool(put=_put))
    for _name, _why, _share in _SHARES:
        X3_5.mistake(f"{_name}, and {_SET[0]}", why=f"{_why} Then: {_SET[1]}")(
            pool(share=_share, put=_put))


def _in_the_image(shift):
    """Puts the gradient where `shift` says: (top, left, row, column, size, stride) -> place."""

    def dx(x, dy, size, stride):
        dx = np.zeros(x.shape)
        for n, i, j, c in np.ndindex(dy.shape):
            top, left = i * stride, j * stride
            window = x[n, top:top + size, left:left + size, c]
            row, column = shift(i, j, *divmod(window.argmax(), size), size, stride)
            dx[n, row, column, c] += dy[n, i, j, c]
        return dx

    return dx


for _name, _why, _shift in [
    ("place in the window taken as place in the image", "argmax counts from the window's corner: "
     "add i·stride to the row and j·stride to the column.",
     lambda i, j, row, column, size, stride: (row, column)),
    ("forgot the stride in dx", "The window starts in row i·stride: the maximum's row is "
     "i·stride + row.", lambda i, j, row, column, size, stride: (i + row, j + column)),
    ("gradient lands at [i, j]", "[i, j] is the window's place in y. In x the maximum lies at "
     "i·stride + row, j·stride + column.", lambda i, j, row, column, size, stride: (i, j)),
]:
    X3_5.mistake(_name, why=_why)(_both(dx=_in_the_image(_shift)))

X3_5.mistake("forgot dy", why="The place of the maximum has the slope 1, times what arrives from "
             "behind: dy[n, i, j, c].")(
    _both(dx=lambda x, dy, size, stride: max_pool(x, np.ones(dy.shape), size, stride)[1]))
X3_5.mistake("forgot dy, and gradient to all ties", why=f"Multiply by dy[n, i, j, c]. Then: "
             f"{_TIES[1]}")(
    _both(dx=lambda x, dy, size, stride:
          pool(share=_SHARES[0][2])(x, np.ones(dy.shape), size, stride)[1]))
X3_5.mistake("hands dy on as it is", why="dx has the shape of x. Each dy[n, i, j, c] lands at the "
             "place of its window's maximum.")(_both(dx=lambda x, dy, size, stride: dy))
X3_5.mistake("dx averaged over the batch", why="dy already carries the 1/n of the mean loss: do "
             "not divide by the number of images.")(
    _both(dx=lambda *args: max_pool(*args)[1] / len(args[0])))

# --- both -----------------------------------------------------------------------------------------

_KEPT = ("odd border kept", "A window that does not fit whole is left out: (H − size)//stride + 1 "
         "of them, rounded down. 5 columns give 2 windows of 2, not 3.")
_IGNORED = ("stride ignored", "The window moves by `stride`: it starts in row i·stride, and there "
            "are (H − size)//stride + 1 of them.")
_BY_SIZE = ("steps by size instead of stride", "The window is `size` wide and moves by `stride`. "
            "Only if both are the same do windows lie side by side.")
_HALVED = ("H//stride windows", "That counts the windows right only if size and stride are the "
           "same: (H − size)//stride + 1.")
_ONE_LESS = ("forgot the + 1 in the size", "(H − size)//stride steps lie between the first window "
             "and the last: that is one window more.")
for (_name, _why), _changes in [
    (_KEPT, {"count": lambda n, size, stride: max(-(-(n - size) // stride), 0) + 1}),
    (_IGNORED, {"count": lambda n, size, stride: n - size + 1,
                "start": lambda i, size, stride: i}),
    (_BY_SIZE, {"count": lambda n, size, stride: n // size,
                "start": lambda i, size, stride: i * size}),
    (_HALVED, {"count": lambda n, size, stride: n // stride}),
    (_ONE_LESS, {"count": lambda n, size, stride: (n - size) // stride}),
]:
    X3_5.mistake(_name, why=_why)(pool(**_changes))
    X3_5.mistake(_name, why=_why)(_both(y=_only_y(**_changes)))
    for _tie, _reason, _share in _SHARES[:2]:
        X3_5.mistake(f"{_name}, and {_tie}", why=f"{_why} Then: {_reason}")(
            pool(share=_share, **_changes))

_APART = ("windows one pixel apart, whatever the stride", "There are as many windows as there "
          "should be, but window i must start in row i·stride, not in row i.")
X3_5.mistake(*_APART)(pool(start=lambda i, size, stride: i))
X3_5.mistake(*_BY_SIZE)(pool(start=lambda i, size, stride: i * size))


@X3_5.mistake("windows made by reshape", why="reshape(N, H//size, size, …) needs sizes that "
              "divide, and windows side by side. Here a border may be left over, and stride may "
              "differ from size: take slices.")
def _(x, dy, size, stride):
    N, H, W, C = x.shape
    y = x.reshape(N, H // size, size, W // size, size, C).max(axis=(2, 4))
    wide = y.repeat(size, axis=1).repeat(size, axis=2)
    return y, (x == wide) * dy.repeat(size, axis=1).repeat(size, axis=2)


@X3_5.mistake("results in the wrong order", why="Both are right, but the order is y, dx.")
def _(x, dy, size, stride):
    return max_pool(x, dy, size, stride)[::-1]
