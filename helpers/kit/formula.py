"""Read a formula that a student has typed, without ever executing it."""

from __future__ import annotations

import ast
import math
import operator
import re
import unicodedata

from helpers.kit.values import shorten


class Unreadable(ValueError):
    """An answer that is no number or no option; the message says what to write instead."""


_OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Pow: operator.pow, ast.UAdd: operator.pos, ast.USub: operator.neg,
}  # fmt: skip
_FUNCTIONS = {
    "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "ln": math.log, "log2": math.log2,
    "log10": math.log10, "abs": abs,
    "sin": math.sin, "cos": math.cos, "tanh": math.tanh,
}  # fmt: skip
CONSTANTS = {"pi": math.pi, "e": math.e}
_SIGNS = str.maketrans({"×": "*", "·": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/", "^": "**",
                        "π": "pi", "’": "'"})  # fmt: skip
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_WITHOUT_BRACKETS = re.compile(
    r"\b(" + "|".join(_FUNCTIONS) + r")\s+(\d+(?:\.\d+)?(?:e[-+]?\d+)?|pi|e)\b(?!\s*\*\*)"
)
"""ln 10, written as in a book; ln 10**2 could mean two things and is left alone."""

_TOO_LARGE = "This number is too large to be computed. Write a smaller formula."


def evaluate(formula: str) -> float:
    """The value of a formula such as "64*64 + 64", "4,810", "2/10", "log(10)", "ln 10".

    Understands + - * / // % ** and ^, brackets, sqrt exp log ln log2 log10 abs sin cos tanh, pi, e,
    and groups of three digits set apart by commas, apostrophes, underscores or spaces. Nothing
    else is ever executed.

    Raises
    ------
    Unreadable
        With a sentence that says what to write.
    """
    # 64² is 64**2; normalised as it stands it would become 642
    raised = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: f"**({m[0].translate(_RAISED)})", formula)
    text = unicodedata.normalize("NFKC", raised).translate(_SIGNS).strip().lstrip("=≈~").strip()
    if not text:
        raise Unreadable("The answer is empty. Write a number or a formula, such as 2*3 + 1.")
    if len(text) > 300:
        raise Unreadable("This formula is very long. Write it shorter, or give the number.")
    grouped = re.sub(r"(?<![\d.])\d{1,3}(?:[,' _]\d{3})+(?!\d)",
                     lambda m: re.sub(r"[,' _]", "", m[0]), text)  # fmt: skip
    grouped = _WITHOUT_BRACKETS.sub(r"\1(\2)", grouped)
    if re.fullmatch(r"[+-]?\d+,\d+", grouped):
        raise Unreadable(f"Write a decimal point, not a comma: {grouped.replace(',', '.')}.")
    try:
        tree = ast.parse(grouped, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unreadable(f"{said(formula)} is not a number or formula that I can read. "
                         "Write it as in Python: 2*3 + 1.") from None  # fmt: skip
    return _value(tree.body)


def said(text: str) -> str:
    """What a student wrote, as code inside a sentence."""
    return "`" + shorten(" ".join(text.replace("`", "'").split()), 60) + "`"


def _value(node: ast.AST) -> float:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and (abs(right) > 1000 or abs(left) > 1e12):
            raise Unreadable(_TOO_LARGE)
        return _computed(_OPERATORS[type(node.op)], left, right)
    if isinstance(node, ast.Call) and not node.keywords:
        name = _bare(node.func)
        if name not in _FUNCTIONS:
            known = ", ".join(_FUNCTIONS)
            raise Unreadable(f"Only numbers and these functions are read: {known}.")
        return _computed(_FUNCTIONS[name], *map(_value, node.args))
    if _bare(node) in CONSTANTS:
        return CONSTANTS[_bare(node)]
    if isinstance(node, ast.Name):
        raise Unreadable(f"The name {said(node.id)} has no value here. Write numbers.")
    raise Unreadable("Only numbers, + - * / **, brackets and functions such as sqrt(…) are read.")


def _bare(node: ast.AST) -> str:
    """"log" for log, np.log and math.log; "" for anything that is no name."""
    module = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    if module and node.value.id in ("math", "np", "numpy"):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _computed(function, *values) -> float:
    try:
        result = function(*values)
    except ZeroDivisionError:
        raise Unreadable("The formula divides by zero.") from None
    except OverflowError:
        raise Unreadable(_TOO_LARGE) from None
    except (ValueError, TypeError):
        raise Unreadable("The formula has no real value (a root or logarithm of a negative "
                         "number?).") from None  # fmt: skip
    if isinstance(result, complex):
        raise Unreadable("The formula has no real value (a root of a negative number?).")
    if isinstance(result, int) and abs(result) > 10**300:
        raise Unreadable(_TOO_LARGE)
    return result
