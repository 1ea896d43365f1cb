"""While a student's function runs, `exit`, `input` and the like do no harm.

In a notebook `exit()` does not raise anything: it asks the kernel to end, seconds later; `os._exit`
ends it at once. `input()` would wait for somebody to type, and `display()` in a loop would fill the
notebook. They get stand-ins for as long as a check runs.
"""

from __future__ import annotations

import builtins
import contextlib
import os
from collections.abc import Iterator

_MISSING = object()


def leave(code=None):
    """Stand in for `exit` and `quit`: do what `sys.exit` does."""
    raise SystemExit(*(() if code is None else (code,)))


def ask(prompt=""):
    """Stand in for `input`."""
    raise RuntimeError("input() waits for the keyboard; use the arguments")


def tell(*things, **settings):
    """Stand in for `display`: print, and what is printed is kept within bounds."""
    print(*things)


STAND_INS = {"exit": leave, "quit": leave, "input": ask, "display": tell}
IN_OS = {"_exit": leave, "abort": leave}


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
    spaces = [(vars(builtins), name, new) for name, new in STAND_INS.items()]
    spaces += [(own, name, new) for name, new in STAND_INS.items()
               if name in own and not _written_here(own[name])]  # fmt: skip
    spaces += [(vars(os), name, new) for name, new in IN_OS.items()]
    before = [(space, name, space.get(name, _MISSING)) for space, name, _ in spaces]
    for space, name, new in spaces:
        space[name] = new
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
