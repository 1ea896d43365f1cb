"""Whether two functions are the same code, wherever and however they were laid out."""

from __future__ import annotations

import dis
from types import CodeType


def same_code(a, b) -> bool:
    """Whether two functions do the same instruction for instruction.

    Comments, line breaks, docstrings and the file do not count. Things without code of their own (a
    class, a callable object) cannot be compared: they count as the same.
    """
    a, b = (getattr(f, "__func__", f) for f in (a, b))
    first, second = (getattr(f, "__code__", None) for f in (a, b))
    if first is None or second is None:
        return True
    return _instructions(first) == _instructions(second)


_SILENT = {"CACHE", "EXTENDED_ARG", "NOP", "PRECALL", "PUSH_NULL"}
_ALIKE = {"LOAD_METHOD": "LOAD_ATTR", "CALL_METHOD": "CALL_FUNCTION"}
"""Python compiles `np.zeros(2)` in one of two ways, depending on whether `np` was imported in the
same file or cell. Both mean the same: that difference is taken out here."""


def _instructions(code: CodeType) -> list[tuple]:
    """The instructions with their arguments; those of functions inside stand in their place."""
    found: list[tuple] = [
        (code.co_argcount, code.co_kwonlyargcount, code.co_varnames[: code.co_argcount])
    ]
    steps = list(dis.get_instructions(code))
    kept = [step for step in steps if step.opname not in _SILENT]
    for step in kept:
        value, name = step.argval, _ALIKE.get(step.opname, step.opname)
        if isinstance(value, CodeType):
            found.append((name, _instructions(value)))
        elif step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:  # counted in instructions
            found.append((name, sum(s.offset < value for s in kept)))
        else:
            found.append((name, type(value).__name__, repr(value)))
    return found
