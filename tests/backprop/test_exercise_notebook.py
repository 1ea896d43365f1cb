"""The source of chapter 02 shows answers that the checks accept, and the faulty code they know."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import helpers.backprop.exercises as bank
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT

FUNCTIONS = ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.10", "2.11"]
SOURCE = Path(__file__).parents[2] / "solutions" / "02_backprop.md"


def solution_cells():
    """Code of the cells of the source that call check("2.…"), without the chapter's comments."""
    if not SOURCE.exists():
        pytest.skip("the source of the chapter is not there")
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", SOURCE.read_text("utf-8"), re.DOTALL)
    found = {}
    for cell in cells:
        match = re.search(r'= check\("(2\.\d+)", (\w+)\)', cell)
        if match:
            code = re.sub(r"\A---\n.*?---\n", "", cell, flags=re.S)
            found[match.group(1)] = (match.group(2), code)
    return found


def defined(name, code):
    """Run a cell without its check, beside the functions of the chapter."""
    tree = ast.parse(re.sub(r"^:.*$", "", code, flags=re.M))
    tree.body = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    world = {"np": np, **{n: getattr(bank, n) for n in bank.__all__}}
    exec(compile(tree, f"<cell of {name}>", "exec"), world)
    return world[name]


@pytest.mark.parametrize("id", FUNCTIONS)
def test_the_notebook_shows_the_same_answer(id):
    cells = solution_cells()
    assert id in cells, f"no cell of {SOURCE.name} checks {id}"
    name, code = cells[id]
    reference = find(id).reference_fn
    assert name == reference.__name__
    verdict = judge(find(id), defined(name, code))
    assert verdict.state == RIGHT, verdict


def test_the_faulty_loop_in_the_notebook_is_the_one_that_counts_as_untouched():
    name, code = solution_cells()["2.7"]
    faulty = re.search(r"### BEGIN FAULTY\n(.*?) *### END FAULTY\n", code, re.S)
    uncommented = re.sub(r"^( *)# ?", r"\1", faulty.group(1), flags=re.M)
    start = code.index("### BEGIN FAULTY")
    handed_out = code[:start].rstrip(" ") + uncommented
    assert judge(find("2.7"), defined(name, handed_out)).state == NOT_ATTEMPTED
