"""What people write instead of the gradient check of exercise 2.8, by name."""

import numpy as np

from helpers.backprop.exercises_gradcheck import X2_8, gradcheck


def _check(difference=None, error=None, collect=max, entries=None, restore=True, names=None):
    """Build a gradient check with one thing replaced.

    difference(loss_at, old) -> numeric slope, where loss_at(value) is the loss with the entry at
    that value; error(numeric, given) -> error of one entry; collect(errors) -> answer;
    entries(w) -> indices to look at; names(params) -> parameters to look at.
    """

    def centred(loss_at, old):
        return (loss_at(old + 1e-6) - loss_at(old - 1e-6)) / 2e-6

    def relative(numeric, given):
        return abs(numeric - given) / max(abs(numeric) + abs(given), 1e-12)

    def wrong(loss, params, grads):
        errors = [0.0]
        for name in names(params) if names else params:
            w = params[name]
            for i in entries(w) if entries else np.ndindex(w.shape):
                old = w[i]

                def loss_at(value, w=w, i=i):
                    w[i] = value
                    return loss(params)

                numeric = (difference or centred)(loss_at, old)
                if restore:
                    w[i] = old
                with np.errstate(all="ignore"):
                    errors.append((error or relative)(numeric, grads[name][i]))
        return collect(errors)

    return wrong


def _centred(h, over=2.0, cast=float):
    return lambda at, old: (cast(at(old + h)) - cast(at(old - h))) / cast(over * h)


def _forward(h, sign=1.0):
    return lambda at, old: (at(old + sign * h) - at(old)) / (sign * h)


def _on_single_params(check):
    """The same check on copies of the parameters in float32."""
    return lambda loss, params, grads: check(
        loss, {k: p.astype(np.float32) for k, p in params.items()}, grads)


def _by_the_larger(numeric, given):
    """The other usual relative error; a right one, but it gives other numbers."""
    return abs(numeric - given) / max(abs(numeric), abs(given), 1e-12)


def _absolute(numeric, given):
    return abs(numeric - given)


_FORWARD = ("forward difference", "(L(w + h) − L(w)) / h is off by about h. The centred "
            "difference, (L(w + h) − L(w − h)) / 2h, is off by about h² and some rounding: "
            "thousands of times less.")
_TINY = ("h too small, such as 1e-12", "Near h = 1e-12 both losses agree in almost all digits, "
         "and what is left is rounding, divided by h. About 1e-6 is best in float64.")
_LARGE = ("h too large", "The centred difference is off by about h². With float64 h can be 1e-6.")
_ABSOLUTE = ("absolute error", "An error of 1e-6 is nothing for a gradient of 1000 and everything "
             "for one of 1e-6. Divide by the size |numeric| + |given|.")
_HALF = ("off by a factor of two", "Either the 2 in 2h is missing, or the second nudge only comes "
         "back to w: after w + h it must be w − h. From there to w + h is a way of 2h.")
_SINGLE = ("float32", "float32 keeps 7 digits, and the nudge of 1e-6 changes only the last ones. "
           "Gradient checks need float64.")
_NOT_BACK = ("parameter not restored", "The entry keeps its nudge, so all later slopes are taken "
             "somewhere else, and the network has changed. Put the old value back.")

# What is wrong here shows with either relative error, in other numbers: both are registered.
for (_name, _why), _changes in [
    (_FORWARD, {"difference": _forward(1e-6)}),
    (_FORWARD, {"difference": _forward(1e-5)}),
    (_FORWARD, {"difference": _forward(1e-7)}),
    (_TINY, {"difference": _centred(1e-12)}),
    (_TINY, {"difference": _centred(1e-10)}),
    (_TINY, {"difference": _centred(1e-14)}),
    (_TINY, {"difference": _centred(1e-15)}),
    (_LARGE, {"difference": _centred(1e-1)}),
    (_LARGE, {"difference": _centred(1e-2)}),
    (_LARGE, {"difference": _centred(1e-3)}),
    (_SINGLE, {"difference": _centred(1e-6, cast=np.float32)}),
    (_NOT_BACK, {"restore": False}),
    (_HALF, {"difference": _centred(1e-6, over=1.0)}),
    (_HALF, {"difference": lambda at, old: (at(old + 1e-6) - at(old)) / 2e-6}),
    (("divides by 2, then multiplies by h", "Python reads `/ 2 * h` from left to right, as (… / 2) "
      "· h, a number close to 0. Both belong below the line: `/ (2 * h)`."),
     {"difference": lambda at, old: (at(old + 1e-6) - at(old - 1e-6)) / 2 * 1e-6}),
    (("the loss never sees a nudge", "Every call of the loss got the same parameters. Nudge the "
      "array that you hand to loss(params), not a copy of it, and not by so little that w + h is "
      "w."), {"difference": lambda at, old: (at(old) - at(old)) / 2e-6}),
    (("never looks at b", "Biases have gradients too, and db is where mistakes like to sit. Loop "
      "over all of params."), {"names": lambda p: [k for k in p if k.startswith("W")]}),
    (("looks at the first parameter only", "Loop over all of params, not just one of them."),
     {"names": lambda p: list(p)[:1]}),
    (("looks at one entry of each parameter", "A wrong gradient may be right in its first entry. "
      "np.ndindex(w.shape) runs over all of them."), {"entries": lambda w: [(0,) * w.ndim]}),
    (("average instead of the worst", "One wrong entry among many right ones disappears in an "
      "average. Return the largest error."), {"collect": lambda e: float(np.mean(e[1:]))}),
    (("sum instead of the worst", "The sum grows with the number of parameters. Return the largest "
      "error."), {"collect": lambda e: float(np.sum(e))}),
    (("last instead of the worst", "Only the last entry's error survives. Keep the largest: "
      "worst = max(worst, error)."), {"collect": lambda e: e[-1]}),
    (("smallest instead of the worst", "The smallest error is nearly always tiny. Keep the "
      "largest."), {"collect": lambda e: min(e[1:])}),
]:
    for _error in (None, _by_the_larger):
        X2_8.mistake(_name, why=_why)(_check(**_changes, error=_error))

X2_8.mistake(_SINGLE[0], why=_SINGLE[1])(_on_single_params(_check()))

for (_name, _why), _fn in [
    (_ABSOLUTE, _check(error=_absolute)),
    ((f"{_FORWARD[0]}, and {_ABSOLUTE[0]}", f"{_FORWARD[1]} Then: {_ABSOLUTE[1]}"),
     _check(_forward(1e-6), error=_absolute)),
    (("absolute error for small gradients", "max(1, …) below the line turns the check off for "
      "gradients much smaller than 1. Put the floor at 1e-12."),
     _check(error=lambda a, b: abs(a - b) / max(1.0, abs(a) + abs(b)))),
    (("forgot the absolute value", "A gradient that is too large gives a negative difference, and "
      "max passes over it. Take abs first."),
     _check(error=lambda a, b: (a - b) / max(abs(a) + abs(b), 1e-12))),
    (("forgot the absolute values below the line", "numeric + given can be zero or negative when "
      "the signs differ. Use |numeric| + |given|."),
     _check(error=lambda a, b: abs(a - b) / max(a + b, 1e-12))),
    (("0/0 where the gradient is zero", "Where both gradients are 0 the error is 0/0. Put at least "
      "1e-12 below the line."),
     _check(error=lambda a, b: np.float64(abs(a - b)) / (abs(a) + abs(b)),
            collect=lambda e: float(np.max(e)))),
]:
    X2_8.mistake(_name, why=_why)(_fn)


@X2_8.mistake("one ratio for all entries", why="‖numeric − given‖ / (‖numeric‖ + ‖given‖) lets "
              "many right entries hide a wrong one. Compare entry by entry and return the largest.")
def _(loss, params, grads):
    numeric = {k: np.zeros_like(w) for k, w in params.items()}
    for name, w in params.items():
        for i in np.ndindex(w.shape):
            old = w[i]
            w[i] = old + 1e-6
            up = loss(params)
            w[i] = old - 1e-6
            numeric[name][i] = (up - loss(params)) / 2e-6
            w[i] = old
    a = np.concatenate([numeric[k].ravel() for k in params])
    b = np.concatenate([grads[k].ravel() for k in params])
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


@X2_8.mistake("all entries nudged at once", why="Moving the whole array gives the sum of its "
              "slopes. Nudge one entry at a time, with all others where they were.")
def _(loss, params, grads):
    worst = 0.0
    for name, w in params.items():
        up = loss({**params, name: w + 1e-6})
        down = loss({**params, name: w - 1e-6})
        error = np.abs((up - down) / 2e-6 - grads[name])
        worst = max(worst, float(np.max(error / (abs((up - down) / 2e-6) + np.abs(grads[name])))))
    return worst


@X2_8.mistake("keeps the worst of the last parameter only", why="worst is set back to 0 for each "
              "parameter, and what the earlier ones showed is lost. Start it once, before the "
              "loops.")
def _(loss, params, grads):
    last = list(params)[-1]
    return gradcheck(lambda p: loss({**params, **p}), {last: params[last]}, grads)
