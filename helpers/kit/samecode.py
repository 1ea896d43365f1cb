"""Whether two functions are written the same, wherever and however they were laid out."""

from __future__ import annotations

import ast
import inspect
import textwrap

_NAMED = (ast.FunctionDef, ast.ClassDef)


def same_code(a, b) -> bool:
    """Whether two functions are the same code, by their text and not by how it was compiled.

    Their own names, comments, line breaks, docstrings and the file do not count. What has no text
    of its own that can be found (a built-in, a lambda, code typed into a bare interpreter) cannot
    be compared: it counts as the same.
    """
    first, second = _tree(a), _tree(b)
    return first is None or second is None or first == second


def _tree(function) -> str | None:
    """The syntax tree of a function as text, without what does not count; None if none is found."""
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    if not isinstance(definition, _NAMED):
        return None
    for node in ast.walk(definition):
        if isinstance(node, _NAMED) and ast.get_docstring(node) is not None:
            del node.body[0]
    definition.name = ""
    return ast.dump(definition)
