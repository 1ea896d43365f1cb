"""Small, systematic changes to the source of a function: does the check notice each of them?

`mutants(fn)` takes the source of a function or class apart and yields copies in which one thing is
changed: an operator, a constant, an axis, a transpose, an argument, a whole statement … A check
that accepts a copy which computes something else has a hole.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator

BINARY = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,), ast.MatMult: (ast.Mult,), ast.FloorDiv: (ast.Div,),
}
COMPARE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}
NAMES = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum",
    "minimum": "maximum", "exp": "log", "log": "log2", "sqrt": "square", "zeros": "ones",
    "ones": "zeros", "abs": "float", "reversed": "list", "arange": "zeros",
}


def mutants(fn: Callable) -> Iterator[tuple[str, Callable]]:
    """Yield (what was changed, changed copy of `fn`), each change once.

    The copies live in a copy of the globals of `fn`, under its own name, so that recursion and a
    class that makes instances of itself work.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(fn)))
    tree.body[0].decorator_list = []
    namespace = fn.__globals__ if inspect.isfunction(fn) else vars(inspect.getmodule(fn))
    original = ast.unparse(tree)
    seen = {original}
    for description, mutated in _all_changes(tree):
        source = ast.unparse(ast.fix_missing_locations(mutated))
        if source in seen:
            continue
        seen.add(source)
        try:
            code = compile(source, f"<mutant of {fn.__name__}: {description}>", "exec")
        except SyntaxError:
            continue
        world = dict(namespace)
        exec(code, world)
        yield description, world[fn.__name__]


def _all_changes(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Apply every change to every place, one at a time, each on a fresh copy of the tree."""
    for index, node in enumerate(ast.walk(tree)):
        if isinstance(node, (ast.arguments, ast.arg)):
            continue
        for number, (what, _) in enumerate(_changes_at(node, tree)):
            fresh = copy.deepcopy(tree)
            place = next(n for i, n in enumerate(ast.walk(fresh)) if i == index)
            replacement = list(_changes_at(place, fresh))[number][1]()
            if replacement is not place:
                _replace(fresh, place, replacement)
            yield f"line {getattr(node, 'lineno', 0)}: {what}", fresh


def _changes_at(node: ast.AST, tree: ast.Module) -> Iterator[tuple[str, Callable[[], ast.AST]]]:
    """What can be changed at one node: (description, function that makes the replacement)."""
    for make in (_operators, _constants, _calls, _names, _statements):
        yield from make(node, tree)


def _set(node, field, value):
    def change():
        setattr(node, field, value)
        return node

    return change


def _operators(node, tree):
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        for other in BINARY.get(type(node.op), ()):
            yield f"{type(node.op).__name__} -> {other.__name__}", _set(node, "op", other())
    if isinstance(node, ast.AugAssign):
        yield "augmented -> plain =", lambda: ast.Assign([node.target], node.value)
    if isinstance(node, ast.BinOp):
        if not isinstance(node.op, (ast.Add, ast.Mult)):   # a + b is b + a: no change at all
            swapped = ast.BinOp(node.right, node.op, node.left)
            yield f"swap the sides of {type(node.op).__name__}", lambda: swapped
        yield "keep the left side only", lambda: node.left
        yield "keep the right side only", lambda: node.right
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
        other = COMPARE[type(node.ops[0])]
        yield f"{type(node.ops[0]).__name__} -> {other.__name__}", _set(node, "ops", [other()])
    if isinstance(node, ast.UnaryOp):
        yield "drop the sign", lambda: node.operand
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield "rotate the tuple", _set(node, "elts", node.elts[1:] + node.elts[:1])


def _constants(node, tree):
    if not isinstance(node, ast.Constant) or not isinstance(node.value, (bool, int, float)):
        return
    value = node.value
    if isinstance(value, bool):
        options = [not value]
    elif isinstance(value, int):
        options = [1 - value, value + 1, value - 1] if value in (0, 1) else [value + 1, value - 1]
    else:
        options = [2 * value + 1 if value == 0 else 2 * value, -value, value * 1e5, 0.0]
    for option in dict.fromkeys(options):
        if option != value:
            yield f"{value!r} -> {option!r}", _set(node, "value", option)


def _calls(node, tree):
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "drop .T", lambda: node.value
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield f"{node.attr} -> {NAMES[node.attr]}", _set(node, "attr", NAMES[node.attr])
    if not isinstance(node, ast.Call):
        return
    if node.args:
        yield "drop the call, keep its argument", lambda: node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield "drop the call, keep its object", lambda: node.func.value
    if len(node.args) > 1:
        rotated = node.args[1:] + node.args[:1]
        yield "rotate the arguments", _set(node, "args", rotated)
        yield "drop the last argument", _set(node, "args", node.args[:-1])
    for i, keyword in enumerate(node.keywords):
        rest = node.keywords[:i] + node.keywords[i + 1 :]
        yield f"drop {keyword.arg}=", _set(node, "keywords", rest)


def _names(node, tree):
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    if node.id in NAMES:
        yield f"{node.id} -> {NAMES[node.id]}", _set(node, "id", NAMES[node.id])
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            known = [a.arg for a in function.args.args]
            if node.id in known and len(known) > 1:
                other = known[(known.index(node.id) + 1) % len(known)]
                yield f"{node.id} -> {other}", _set(node, "id", other)


def _statements(node, tree):
    docstring = (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) and not docstring:
        yield "delete the statement", ast.Pass
    if isinstance(node, ast.Return) and node.value is not None:
        yield "negate the result", _set(node, "value", ast.UnaryOp(ast.USub(), node.value))
        yield "return nothing", _set(node, "value", None)
    if isinstance(node, ast.If):
        yield "condition -> True", _set(node, "test", ast.Constant(True))
        yield "condition -> False", _set(node, "test", ast.Constant(False))
    if isinstance(node, ast.For):
        yield "leave the loop after one turn", _set(node, "body", [*node.body, ast.Break()])


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put `new` where `old` hangs in the tree."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list):
                for i, item in enumerate(value):
                    if item is old:
                        value[i] = new
                        return
