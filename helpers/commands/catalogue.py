"""`python3 -m helpers catalogue [--json]`: every exercise and widget, chapter by chapter."""

import argparse
import json

from helpers.commands import rooms


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
        exercise has id, title, kind, minutes, difficulty (1 to 5), importance (1 to 5), the number
        of hints and its mistakes (name, why); a widget has id, title and task.
    """
    chapters = []
    for number, room in sorted(rooms.ROOMS.items()):
        widgets = [{"id": name, "title": widget.title, "task": widget.task}
                   for name, widget in rooms.widgets(number).items()]
        exercises = [entry.as_dict() for entry in rooms.exercises(number)]
        chapters.append({"chapter": number, "room": room, "exercises": exercises,
                         "widgets": widgets})
    return {"chapters": chapters}


def table(found: dict) -> str:
    """The catalogue as text to read."""
    lines = []
    for chapter in found["chapters"]:
        minutes = sum(entry["minutes"] for entry in chapter["exercises"])
        lines += [f"Chapter {chapter['chapter']}: {len(chapter['exercises'])} exercises, about "
                  f"{minutes:.0f} minutes; {len(chapter['widgets'])} widgets", "",
                  f"  {'id':<6} {'kind':<14} {'min':>3} {'diff':>4} {'imp':>3}  title"]
        for entry in chapter["exercises"]:
            lines.append(f"  {entry['id']:<6} {entry['kind']:<14} {entry['minutes']:>3.0f} "
                         f"{entry['difficulty']:>4} {entry['importance']:>3}  {entry['title']}")
            lines += [f"{'':<38}- {mistake['name']}" for mistake in entry["mistakes"]]
        lines.append("")
        for widget in chapter["widgets"]:
            lines += [f"  {widget['id']:<6} {widget['title']}", f"{'':<9}{widget['task']}"]
        lines.append("")
    return "\n".join(lines).rstrip()
