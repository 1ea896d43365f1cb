"""What the build takes out of a cell and what it puts in."""

import pytest

from helpers.commands import regions

FUNCTION = """\
def double(x):
    ### BEGIN SOLUTION
    y = 2 * x
    return y
    ### END SOLUTION

double = check("9.1", double)"""


def test_answer_in_a_function_becomes_return_ellipsis():
    assert regions.for_chapter(FUNCTION) == """\
def double(x):
    return ...  # your code here

double = check("9.1", double)"""


def test_solution_keeps_its_markers():
    assert regions.for_solution(FUNCTION) == FUNCTION


def test_top_level_assignment_keeps_its_name():
    code = "### BEGIN SOLUTION\nstep = 1\nguess = 9 * step\n### END SOLUTION\nprint(guess)"
    assert regions.for_chapter(code) == "guess = ...  # your code here\nprint(guess)"


def test_top_level_expression_becomes_ellipsis():
    code = "### BEGIN SOLUTION\nprint(1)\n### END SOLUTION"
    assert regions.for_chapter(code) == "...  # your code here"


def test_region_of_whole_methods_in_a_class_is_not_taken_for_a_function():
    code = ("class A:\n    def f(self):\n        return 1\n    ### BEGIN SOLUTION\n"
            "    def g(self):\n        return 2\n    ### END SOLUTION")
    assert regions.for_chapter(code).endswith("        return 1\n    ...  # your code here")


def test_two_methods_each_get_their_own_stub():
    method = ("    def {}(self):\n        ### BEGIN SOLUTION\n        return 1\n"
              "        ### END SOLUTION")
    code = "class A:\n" + method.format("f") + "\n" + method.format("g")
    assert regions.for_chapter(code) == (
        "class A:\n    def f(self):\n        return ...  # your code here\n"
        "    def g(self):\n        return ...  # your code here")


FAULTY = """\
def train(w):
    for g in (1, 2):
        ### BEGIN FAULTY
        # w = w + g   # climbs
        #
        # if g:
        #     w *= 1
        ### END FAULTY
        ### BEGIN SOLUTION
        w = w - g
        ### END SOLUTION
    return w"""


def test_faulty_code_stands_in_the_chapter_only():
    chapter = regions.for_chapter(FAULTY)
    assert chapter == """\
def train(w):
    for g in (1, 2):
        w = w + g   # climbs

        if g:
            w *= 1
    return w"""
    solution = regions.for_solution(FAULTY)
    assert "climbs" not in solution and "w = w - g" in solution
    for text, result in ((chapter, 3), (solution, -3)):
        names = {}
        exec(text, names)
        assert names["train"](0) == result


@pytest.mark.parametrize("code, line", [
    ("x = 1\n### BEGIN SOLUTION\nx = 2", 1),
    ("x = 1\n### END SOLUTION", 1),
    ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", 1),
    ("### BEGIN FAULTY\n# x\n### END SOLUTION", 2),
    ("# BEGIN SOLUTION\nx\n### END SOLUTION", 0),
    ("### begin solution\nx\n### end solution", 0),
    ("### BEGIN FAULTY\n# x\n### END FAULTY\ny = 1", 0),
    ("### BEGIN FAULTY\nx = 1\n### END FAULTY\n### BEGIN SOLUTION\n### END SOLUTION", 1),
])
def test_marker_errors_name_their_line(code, line):
    with pytest.raises(regions.MarkerError) as caught:
        regions.for_chapter(code)
    assert caught.value.line == line


def test_two_regions_after_each_other_both_become_stubs():
    region = "### BEGIN SOLUTION\n{} = 1\n### END SOLUTION"
    code = region.format("a") + "\n" + region.format("b")
    assert regions.for_chapter(code) == "a = ...  # your code here\nb = ...  # your code here"
