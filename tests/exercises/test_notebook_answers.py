"""The chapters' sources show answers that the checks accept, and the faulty code they know."""

import ast
import importlib
import json
import linecache
import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from helpers import nn
from helpers.kit.exercise import find
from helpers.kit.judge import judge
from helpers.kit.verdict import NOT_ATTEMPTED, RIGHT
from tests.exercises.banks import ALL_FUNCTIONS, ROOMS, ROOT

BUG_HUNTS = [id for id in ALL_FUNCTIONS if find(id).kind == "find the bug"]


def chapter_of(id):
    return f"{int(id.split('.')[0]):02d}"


@lru_cache
def solution_cells(chapter):
    """Code of the cells of a source that call check("…", name), without the cell's metadata."""
    sources = list(Path(ROOT, "solutions").glob(f"{chapter}_*.md"))
    if not sources:
        pytest.skip("the source of the chapter is not there")
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", sources[0].read_text("utf-8"),
                       re.DOTALL)
    found = {}
    for cell in cells:
        match = re.search(r'= check\("(\d+\.\d+)", (\w+)\)', cell)
        if match:
            code = re.sub(r"\A---\n.*?---\n", "", cell, flags=re.S)
            found[match.group(1)] = (match.group(2), code)
    return found


def defined(id, name, code):
    """Run a cell without its check, beside the functions of the chapter."""
    tree = ast.parse(re.sub(r"^:.*$", "", code, flags=re.M))
    tree.body = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    bank = importlib.import_module(f"helpers.{ROOMS[chapter_of(id)]}.exercises")
    world = {"np": np, "nn": nn, "json": json, **{n: getattr(bank, n) for n in bank.__all__}}
    file = f"<cell of {name}, {hash(code)}>"
    linecache.cache[file] = len(code), None, code.splitlines(True), file     # for `inspect`
    exec(compile(tree, file, "exec"), world)
    return world[name]


@pytest.mark.parametrize("id", ALL_FUNCTIONS)
def test_the_notebook_shows_the_same_answer(id):
    cells = solution_cells(chapter_of(id))
    assert id in cells, f"no cell of chapter {chapter_of(id)} checks {id}"
    name, code = cells[id]
    assert name == find(id).reference_fn.__name__
    if find(id).kind == "design":
        return   # its check trains for a minute; it runs when the notebook is built
    verdict = judge(find(id), defined(id, name, code))
    assert verdict.state == RIGHT, verdict


@pytest.mark.parametrize("id", BUG_HUNTS)
def test_the_faulty_loop_in_the_notebook_is_the_one_that_counts_as_untouched(id):
    name, code = solution_cells(chapter_of(id))[id]
    faulty = re.search(r"### BEGIN FAULTY\n(.*?) *### END FAULTY\n", code, re.S)
    uncommented = re.sub(r"^( *)# ?", r"\1", faulty.group(1), flags=re.M)
    start = code.index("### BEGIN FAULTY")
    handed_out = code[:start].rstrip(" ") + uncommented
    assert judge(find(id), defined(id, name, handed_out)).state == NOT_ATTEMPTED
