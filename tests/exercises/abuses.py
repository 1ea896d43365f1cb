"""Things that are handed in and are no answer at all, made from the right answer."""

import numpy as np


def endless(*args):
    while True:
        pass


def flood(*args):
    for _ in range(20_000):
        print("so far so good", args[0])


def leave(*args):
    raise SystemExit("bye")


def divide(*args):
    return 1 / 0


def spoil(args):
    """Change the first array or list found among the arguments, in place."""
    for value in args:
        for array in value.values() if isinstance(value, dict) else [value]:
            if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                array += 1.0
                return
            if isinstance(array, list):
                array.append(array[0])
                return


def after(change):
    """The reference, with its result changed."""
    return lambda fn: lambda *args: change(fn(*args))


def each_array(change):
    """The reference, with each array of its result changed."""

    def apply(result):
        if isinstance(result, (tuple, list)) and not np.isscalar(result[0]):
            return type(result)(apply(part) for part in result)
        return change(np.asarray(result))

    return after(apply)


def spoiling(fn):
    def wrong(*args):
        result = fn(*args)
        spoil(args)
        return result

    return wrong


ABUSES = {
    "None": lambda fn: None,
    "a number": lambda fn: 42,
    "the result instead of the function": lambda fn: np.zeros((2, 3)),
    "returns nothing": after(lambda result: None),
    "returns a text": after(lambda result: "0.5"),
    "too many dimensions": each_array(lambda a: a[None, None]),
    "not a number": each_array(lambda a: a * np.nan),
    "half precision": each_array(lambda a: a.astype(np.float16)),
    "endless loop": lambda fn: endless,
    "print flood": lambda fn: flood,
    "changes its input": spoiling,
    "no parameters": lambda fn: lambda: 1.0,
    "raises": lambda fn: divide,
    "leaves Python": lambda fn: leave,
    "a generator": lambda fn: lambda *args: (yield 1),
}
