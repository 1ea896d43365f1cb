"""What a chapter leaves out: the regions of a code cell between `### BEGIN …` and `### END …`.

The convention is nbgrader's. In the source a cell holds the answer:

    def softmax(z):
        ### BEGIN SOLUTION
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
        ### END SOLUTION

In the chapter the region has become `return ...  # your code here` inside a function, `name = ...`
where its last statement at top level assigns to `name`, and a bare `...` elsewhere.

A region FAULTY right before a SOLUTION region holds what the chapter has instead: the code in which
a fault is to be found. Its lines are comments in the source, so that the source itself runs:

    ### BEGIN FAULTY
    # w = w + lr * dw
    ### END FAULTY
    ### BEGIN SOLUTION
    w = w - lr * dw
    ### END SOLUTION
"""

import ast
import itertools
import re
import textwrap
from dataclasses import dataclass

YOURS = "# your code here"
MARKER = re.compile(r"^(\s*)### (BEGIN|END) (SOLUTION|FAULTY)\s*$")
LOOKS_LIKE_MARKER = re.compile(r"^\s*#+\s*(BEGIN|END)[ _]+(SOLUTION|FAULTY)", re.IGNORECASE)


class MarkerError(ValueError):
    """A region that does not open, close or stand where it should; `line` counts from 0."""

    def __init__(self, line: int, message: str):
        super().__init__(message)
        self.line = line


@dataclass
class Region:
    """One region: the numbers of its marker lines, from 0, and the lines between them."""

    kind: str
    begin: int
    end: int
    indent: str
    body: list[str]


def find_regions(code: str) -> list[Region]:
    """The regions of a code cell in order.

    Raises
    ------
    MarkerError
        If a marker is misspelt, unbalanced or nested, or a FAULTY region has no SOLUTION after it.
    """
    regions: list[Region] = []
    lines, opened = code.splitlines(), None
    for number, line in enumerate(lines):
        match = MARKER.match(line)
        if not match:
            if LOOKS_LIKE_MARKER.match(line):
                raise MarkerError(number, f"{line.strip()!r} should be written like "
                                          "'### BEGIN SOLUTION' or '### END SOLUTION'")
            continue
        indent, edge, kind = match.groups()
        if edge == "BEGIN":
            if opened:
                raise MarkerError(number, f"BEGIN {kind} inside {opened[0]}, which has no END yet")
            opened = (kind, number, indent)
        else:
            if not opened or opened[0] != kind:
                raise MarkerError(number, f"END {kind} without its BEGIN")
            begin = opened[1]
            regions.append(Region(kind, begin, number, opened[2], lines[begin + 1:number]))
            opened = None
    if opened:
        raise MarkerError(opened[1], f"BEGIN {opened[0]} without its END")
    for region, following in itertools.zip_longest(regions, regions[1:]):
        if region.kind == "FAULTY" and not answers(region, following):
            raise MarkerError(region.begin, "a FAULTY region needs a SOLUTION right after it")
    return regions


def has_faults(code: str) -> bool:
    """Whether the chapter gets other code than an empty place: code with faults in it."""
    return any(region.kind == "FAULTY" for region in find_regions(code))


def answers(faulty: Region, following: Region | None) -> bool:
    """Whether `following` is the SOLUTION region that stands right after a FAULTY one."""
    return bool(following) and following.kind == "SOLUTION" and following.begin == faulty.end + 1


def for_solution(code: str) -> str:
    """The cell as an instructor shows it: FAULTY regions gone, the other markers kept."""
    lines = code.splitlines()
    for region in reversed(find_regions(code)):
        if region.kind == "FAULTY":
            del lines[region.begin:region.end + 1]
    return "\n".join(lines)


def for_chapter(code: str) -> str:
    """The cell as a student gets it: answers taken out, faulty code put in."""
    lines = code.splitlines()
    regions = find_regions(code)
    for index, region in reversed(list(enumerate(regions))):
        if region.kind == "FAULTY":
            lines[region.begin:region.end + 1] = uncommented(region)
        elif index and regions[index - 1].kind == "FAULTY":
            del lines[region.begin:region.end + 1]
        else:
            lines[region.begin:region.end + 1] = [region.indent + stub(code, region)]
    return "\n".join(lines)


def uncommented(region: Region) -> list[str]:
    """The lines of a FAULTY region without the `# ` that keeps them from running in the source."""
    lines = []
    for offset, line in enumerate(region.body, start=1):
        match = re.match(r"^(\s*)#( (.*))?$", line)
        if not match and line.strip():
            raise MarkerError(region.begin + offset,
                              "in a FAULTY region every line starts with '# '")
        lines.append((match[1] + (match[3] or "")).rstrip() if match else "")
    return lines


def stub(code: str, region: Region) -> str:
    """The line that stands where an answer was."""
    if in_function(code, region):
        return f"return ...  {YOURS}"
    try:
        statements = ast.parse(textwrap.dedent("\n".join(region.body))).body
    except SyntaxError:
        statements = []
    match statements[-1:]:
        case [ast.Assign(targets=[ast.Name(id=name)])]:
            return f"{name} = ...  {YOURS}"
    return f"...  {YOURS}"


def in_function(code: str, region: Region) -> bool:
    """Whether a region stands in the body of a function (and not, say, of a class)."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return bool(region.indent)   # a cell with IPython's own syntax
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            deeper = len(region.indent) > node.col_offset
            # A function whose last lines are the region ends, for Python, before the END marker.
            if deeper and node.lineno - 1 < region.begin and region.begin < node.end_lineno:
                return True
    return False
