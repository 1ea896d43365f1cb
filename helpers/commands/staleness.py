"""Whether a built notebook still fits its source, found out without executing anything.

A built notebook carries, under the key `course` of its metadata, hashes of

- `source`: the text of solutions/NN_name.md;
- `built`: everything that the build derives from the source, so that a change of the build itself,
  or of the repository's address in the set-up cell, shows too;
- `content`: what the cells say, to tell whether somebody has worked in the notebook since;
- `helpers` (solutions only): each file of `helpers` that its outputs depend on.
"""

import ast
import hashlib
import json
from pathlib import Path

import nbformat

from helpers.commands.environment import ROOT

FRESH, STALE, EDITED, MISSING = "fresh", "stale", "edited", "missing"
DATA = (".js", ".css", ".json", ".txt", ".csv", ".npz", ".svg")


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def file_hash(path: Path) -> str:
    """Hash of a file that does not depend on how git writes line ends on this machine."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:16]


def content_hash(notebook) -> str:
    """Hash of what the cells say. JupyterLab adds an empty cell after the last: that is no work."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells if cell.source.strip()]
    return text_hash(json.dumps(cells))


def built_hash(notebook) -> str:
    """Hash of a derived, not yet executed notebook, with its metadata but for the hashes."""
    metadata = {key: value for key, value in notebook.metadata.items() if key != "course"}
    return text_hash(json.dumps([notebook.cells, metadata], sort_keys=True))


def sign(notebook, source_path: Path, helpers: dict[str, str] | None = None) -> None:
    """Write the hashes into a derived notebook's metadata."""
    course = {"source": f"solutions/{source_path.name}", "source_hash": file_hash(source_path),
              "built_hash": built_hash(notebook), "content_hash": content_hash(notebook)}
    if helpers is not None:
        course["helpers"] = helpers
    notebook.metadata["course"] = course


def was_edited(path: Path) -> bool:
    """Whether somebody has changed what the cells of a built notebook say, or it is damaged."""
    try:
        found = nbformat.read(path, as_version=4)
    except Exception:   # nbformat raises many kinds, all meaning: this is no notebook
        return True
    return found.metadata.get("course", {}).get("content_hash") != content_hash(found)


def judge(path: Path, signed) -> tuple[str, str]:
    """Compare a file with what a build would derive now.

    Parameters
    ----------
    path : Path
        The built notebook, where it should be.
    signed : NotebookNode
        The notebook derived from the source as it is now, with its hashes.

    Returns
    -------
    (state, reason) : tuple of str
        "fresh", "stale", "edited" (somebody has worked in it) or "missing".
    """
    if not path.exists():
        return MISSING, "not built yet"
    try:
        found = nbformat.read(path, as_version=4)
    except Exception:   # nbformat raises many kinds, all meaning: this is no notebook
        return EDITED, "cannot be read as a notebook"
    then, now = found.metadata.get("course", {}), signed.metadata["course"]
    if then.get("content_hash") != content_hash(found):
        return EDITED, "its cells differ from those that were built"
    if now.get("helpers") is None and any(cell.get("outputs") for cell in found.cells):
        return EDITED, "it holds outputs"
    if then.get("source_hash") != now["source_hash"]:
        return STALE, f"{now['source']} has changed"
    if then.get("built_hash") != now["built_hash"]:
        return STALE, "the build makes it differently now"
    return compare_helpers(then.get("helpers", {}), now.get("helpers", {}))


def compare_helpers(then: dict[str, str], now: dict[str, str]) -> tuple[str, str]:
    """Name the files of `helpers` that have changed since the outputs were stored."""
    changed = sorted(name for name in {*then, *now} if then.get(name) != now.get(name))
    if changed:
        return STALE, "changed since: " + ", ".join(changed)
    return FRESH, ""


def used_helpers(code_cells: list[str], root: Path = Path(ROOT)) -> dict[str, str]:
    """Every file of `helpers` that some cells depend on, with its hash.

    Imports are followed from module to module, wherever in a file they stand. A string counts too
    if it names a module (kit imports some of its own by name) or a file beside the module (a
    widget's JavaScript).
    """
    files: set[Path] = set()
    waiting = [name for code in code_cells for name in imported(parse(code), "", root)]
    while waiting:
        for path in module_files(waiting.pop(), root) - files:
            files.add(path)
            tree = parse(path.read_text(encoding="utf-8"))
            package = ".".join(path.relative_to(root).with_suffix("").parts[:-1])
            waiting += imported(tree, package, root) + named_modules(tree, package, root)
            files |= data_files(tree, path.parent)
    return {path.relative_to(root).as_posix(): file_hash(path) for path in sorted(files)}


def parse(code: str) -> ast.AST:
    try:
        return ast.parse(code)
    except SyntaxError:   # IPython's own syntax: leave those lines out
        lines = [line for line in code.splitlines() if not line.lstrip().startswith(("%", "!"))]
        return ast.parse("\n".join(lines))


def imported(tree: ast.AST, package: str, root: Path) -> list[str]:
    """Names of the modules of `helpers` that a file imports, with `from x import y` as x.y too."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[:len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            names += [base] + [f"{base}.{alias.name}" for alias in node.names]
    return [name for name in names if name.split(".")[0] == "helpers"]


def named_modules(tree: ast.AST, package: str, root: Path) -> list[str]:
    """Modules of `helpers` that appear in a string: "helpers.kit.parity", ".parity", "parity"."""
    found = []
    for text in strings(tree):
        if text.replace(".", "").replace("_", "").isalnum():
            name = text if text.startswith("helpers.") else f"{package}.{text.lstrip('.')}"
            if Path(root, *name.split(".")).with_suffix(".py").exists():
                found.append(name)
    return found


def data_files(tree: ast.AST, folder: Path) -> set[Path]:
    """Files in the same folder that a module names: its JavaScript, its data."""
    names = (text for text in strings(tree) if text.endswith(DATA) and len(text) < 100)
    return {folder / name for name in names if (folder / name).is_file()}


def strings(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def module_files(name: str, root: Path) -> set[Path]:
    """The file of a module and the `__init__.py` of every package above it, where they exist."""
    parts = name.split(".")
    candidates = [Path(root, *parts[:count], "__init__.py") for count in range(1, len(parts) + 1)]
    candidates.append(Path(root, *parts).with_suffix(".py"))
    return {path for path in candidates if path.is_file()}
