"""`python3 -m helpers build [NAME …] [--check]`: from one source to two notebooks.

solutions/NN_name.md gives solutions/NN_name.ipynb, executed, with answers and outputs, and
chapters/NN_name.ipynb, with the answers taken out and no outputs. A chapter that somebody has
worked in is moved aside, never overwritten.
"""

import argparse
import os
import time
from pathlib import Path

import nbformat

from helpers.commands import outputs, staleness
from helpers.commands.environment import ROOT, Trouble, say
from helpers.commands.notebook_source import (
    Source,
    chapter_notebook,
    read_source,
    solution_notebook,
)

FOLDERS = {"solution": "solutions", "chapter": "chapters"}


def main(arguments: list[str]) -> int:
    """Build or check; returns 1 where a built notebook does not fit its source."""
    parser = argparse.ArgumentParser(prog="python3 -m helpers build", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="such as 02 or 02_backprop; every chapter if left out")
    parser.add_argument("--check", action="store_true", help="only say what is stale; run nothing")
    parser.add_argument("--force", action="store_true", help="build even what is fresh")
    options = parser.parse_args(arguments)
    sources = find_sources(options.names)
    if options.check:
        return check(sources)
    for path in sources:
        build(path, force=options.force)
    return 0


def find_sources(names: list[str], root: Path = Path(ROOT)) -> list[Path]:
    """The sources that are meant, in order. Raises Trouble for a name that fits none."""
    every = sorted(Path(root, "solutions").glob("[0-9][0-9]_*.md"))
    if not names:
        return every
    chosen = []
    for name in names:
        stem = Path(name).stem
        fitting = [path for path in every if stem in (path.stem, path.stem[:2])]
        if not fitting:
            there = ", ".join(path.stem for path in every) or "none yet"
            raise Trouble(f"There is no source solutions/{stem}.md. There are: {there}.")
        chosen += fitting
    return chosen


def derive(path: Path, root: Path = Path(ROOT)) -> tuple[Source, dict]:
    """Read a source and derive both notebooks, signed, without executing anything."""
    source = read_source(path)
    made = {"solution": solution_notebook(source), "chapter": chapter_notebook(source)}
    code = [cell.source for cell in made["solution"].cells if cell.cell_type == "code"]
    staleness.sign(made["solution"], path, staleness.used_helpers(code, root))
    staleness.sign(made["chapter"], path)
    return source, made


def target(path: Path, kind: str) -> Path:
    """Where the built notebook of a source belongs."""
    return path.parent.parent / FOLDERS[kind] / f"{path.stem}.ipynb"


def status(path: Path, root: Path = Path(ROOT)) -> dict[str, tuple[str, str]]:
    """For "solution" and "chapter" of a source: (state, reason), see `staleness.judge`."""
    _, made = derive(path, root)
    return {kind: staleness.judge(target(path, kind), made[kind]) for kind in FOLDERS}


def check(sources: list[Path]) -> int:
    """Say of every built notebook whether it is fresh; 1 if one is stale or missing.

    A chapter that was worked in is no fault of the build: it counts only in continuous integration.
    """
    bad = 0
    for path in sources:
        for kind, (state, reason) in status(path).items():
            name = target(path, kind).relative_to(path.parent.parent).as_posix()
            say(f"{state:<8} {name}" + (f": {reason}" if reason else ""))
            edited = state == staleness.EDITED and bool(os.environ.get("CI"))
            bad += state in (staleness.STALE, staleness.MISSING) or edited
    if bad:
        say("Bring them up to date with: python3 -m helpers build")
    return 1 if bad else 0


def build(path: Path, force: bool = False, root: Path = Path(ROOT)) -> None:
    """Write both notebooks of a source, as far as they are not fresh.

    The solution comes first: if an answer in it is wrong, nothing is written at all.

    Raises
    ------
    BuildError
        With cell and line, for whatever is wrong in the source or its outputs.
    """
    source, made = derive(path, root)
    for kind in FOLDERS:
        file = target(path, kind)
        state, reason = staleness.judge(file, made[kind])
        shown = file.relative_to(path.parent.parent).as_posix()
        if state == staleness.FRESH and not force:
            say(f"fresh    {shown}")
            continue
        start = time.perf_counter()
        if kind == "solution":
            outputs.execute(made[kind], source)
            outputs.tidy(made[kind], source)
        text = nbformat.writes(made[kind]) + "\n"
        outputs.check_size(text, file, source)
        write(file, text, keep=reason if state == staleness.EDITED else "")
        say(f"built    {shown} ({len(text) / 1000:,.0f} kB, {time.perf_counter() - start:.0f} s)")


def move_aside(file: Path, reason: str) -> Path:
    """Keep a notebook that somebody has worked in, under a name that no build touches."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = file.with_name(f"{file.stem}.mine-{stamp}.ipynb")
    count = 1
    while aside.exists():
        count += 1
        aside = file.with_name(f"{file.stem}.mine-{stamp}-{count}.ipynb")
    os.replace(file, aside)
    say(f"kept     {aside.name}: {file.name} was yours ({reason}); the new one takes its place")
    return aside


def write(file: Path, text: str, keep: str = "") -> None:
    """Write a whole file or nothing of it; `keep` is why the old one must not be lost, if so.

    The new one is on disk before the old one is moved: a full disk leaves everything as it was.
    """
    file.parent.mkdir(exist_ok=True)
    new = file.with_name(file.name + ".new")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
    except OSError:
        new.unlink(missing_ok=True)
        raise
    if keep:
        move_aside(file, keep)
    os.replace(new, file)
