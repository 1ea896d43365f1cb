"""While a student's function runs, `exit`, `quit` and `input` do no harm.

In a notebook `exit()` does not raise anything: it asks the kernel to end, seconds later. And
`input()` would wait for somebody to type. Both get a stand-in for as long as a check runs.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator

_MISSING = object()


def leave(code=None):
    """Stand in for `exit` and `quit`: do what `sys.exit` does."""
    raise SystemExit(*(() if code is None else (code,)))


def ask(prompt=""):
    """Stand in for `input`."""
    raise RuntimeError("input() waits for the keyboard; use the arguments")


STAND_INS = {"exit": leave, "quit": leave, "input": ask}


def namespace_of(answer) -> dict:
    """The global names that a function, a class or a callable object sees; {} if unknown."""
    if isinstance(answer, type):
        inside = list(vars(answer).values())
    else:
        inside = [answer, getattr(answer, "__func__", None), getattr(answer, "func", None),
                  vars(type(answer)).get("__call__")]  # fmt: skip
    found = (getattr(f, "__globals__", None) for f in inside)
    return next((space for space in found if isinstance(space, dict)), {})


@contextlib.contextmanager
def harmless(answer) -> Iterator[None]:
    """Put the stand-ins in the place of Python's and IPython's own functions, and take them back.

    A function that the student has called `exit` or `input` stays.
    """
    own = namespace_of(answer)
    spaces = [(vars(builtins), name) for name in STAND_INS]
    spaces += [(own, name) for name in STAND_INS if name in own and not _written_here(own[name])]
    before = [(space, name, space.get(name, _MISSING)) for space, name in spaces]
    for space, name in spaces:
        space[name] = STAND_INS[name]
    try:
        yield
    finally:
        for space, name, value in before:
            if value is _MISSING:
                space.pop(name, None)
            else:
                space[name] = value


def _written_here(value) -> bool:
    """Whether `value` is the student's, not one of IPython's or Python's own objects."""
    module = getattr(value, "__module__", None) or type(value).__module__
    return not str(module).startswith(("IPython", "ipykernel", "_sitebuiltins", "builtins"))
