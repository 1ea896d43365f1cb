"""`python3 -m helpers catalogue [--json]`: every exercise and widget, chapter by chapter."""

import argparse
import json
import re
from pathlib import Path

from helpers.commands import rooms
from helpers.commands.environment import ROOT


def main(arguments: list[str]) -> int:
    """Print the catalogue, for people or, with --json, for programs."""
    parser = argparse.ArgumentParser(prog="python3 -m helpers catalogue", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    found = catalogue()
    print(json.dumps(found, indent=2, ensure_ascii=False) if options.json else table(found))
    return 0


def catalogue() -> dict:
    """All chapters as plain data.

    Returns
    -------
    dict
        `{"chapters": [{"chapter": "02", "room": …, "exercises": […], "widgets": […]}, …]}`; an
        exercise has id, title, section, kind, minutes, difficulty (1 to 5), importance (1 to 5),
        the number of hints and its mistakes (name, why); a widget has id, title, section and task.
        Both are in the order of the chapter.
    """
    chapters = []
    for number, room in sorted(rooms.ROOMS.items()):
        where = sections(number)
        exercises = [entry.as_dict() for entry in rooms.exercises(number)]
        widgets = [{"id": name, "title": widget.title, "task": widget.task}
                   for name, widget in rooms.widgets(number).items()]
        for entry in exercises + widgets:
            entry["section"] = where.get(entry["id"], "")
        place = {name: at for at, name in enumerate(where)}
        for entries in (exercises, widgets):
            entries.sort(key=lambda entry: place.get(entry["id"], len(place)))
        chapters.append({"chapter": number, "room": room, "exercises": exercises,
                         "widgets": widgets})
    return {"chapters": chapters}


def sections(chapter: str) -> dict[str, str]:
    """In which section of the built chapter each exercise and widget stands, in that order."""
    found, heading = {}, ""
    for path in sorted(Path(ROOT, "chapters").glob(f"{chapter}_*.ipynb")):
        if ".mine-" in path.name:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                heading = next(iter(re.findall(r"^## (.+)$", text, re.MULTILINE)), heading)
                continue
            meta = cell["metadata"]
            for name in [meta.get("exercise"), *meta.get("part", [])]:
                found.setdefault(name, heading)
    return found


def table(found: dict) -> str:
    """The catalogue as text to read."""
    lines = []
    for chapter in found["chapters"]:
        minutes = sum(entry["minutes"] for entry in chapter["exercises"])
        lines += [f"Chapter {chapter['chapter']}: {len(chapter['exercises'])} exercises, about "
                  f"{minutes:.0f} minutes; {len(chapter['widgets'])} widgets", "",
                  f"  {'id':<6} {'kind':<14} {'min':>3} {'diff':>4} {'imp':>3}  title"]
        heading = ""
        for entry in chapter["exercises"]:
            if entry["section"] != heading:
                heading = entry["section"]
                lines += ["", f"  {heading}"]
            lines.append(f"  {entry['id']:<6} {entry['kind']:<14} {entry['minutes']:>3.0f} "
                         f"{entry['difficulty']:>4} {entry['importance']:>3}  {entry['title']}")
            # faults that also occur together are listed one by one
            names = [mistake["name"] for mistake in entry["mistakes"]]
            lines += [f"{'':<38}- {name}" for name in names if not set(name.split(" + ")) - {name}
                      or not set(name.split(" + ")) <= set(names)]
        lines.append("")
        for widget in chapter["widgets"]:
            lines += [f"  {widget['id']:<6} {widget['title']}", f"{'':<9}{widget['task']}"]
        lines.append("")
    return "\n".join(lines).rstrip()
