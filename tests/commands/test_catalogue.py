"""The catalogue: complete, for people and for programs; and the measuring of `bench`."""

import json
import re

import nbformat
import pytest

from helpers.commands import bench, catalogue, rooms


@pytest.fixture(scope="module")
def found():
    return catalogue.catalogue()


def test_every_exercise_has_what_an_instructor_needs(found):
    for chapter in found["chapters"]:
        assert chapter["exercises"] and chapter["widgets"]
        for entry in chapter["exercises"]:
            assert entry["title"] and entry["kind"] and entry["minutes"] > 0, entry
            assert 1 <= entry["difficulty"] <= 5 and 1 <= entry["importance"] <= 5, entry
            assert all(mistake["name"] and mistake["why"] for mistake in entry["mistakes"]), entry


@pytest.mark.parametrize(("number", "widgets", "hinted"), [("02", 5, range(1, 12)),
                                                           ("03", 6, [*range(1, 8), 9, 10, 11])])
def test_a_chapter_has_the_exercises_and_widgets_of_its_design(found, number, widgets, hinted):
    chapter = next(c for c in found["chapters"] if c["chapter"] == number)
    own = int(number)
    by_id = {entry["id"]: entry for entry in chapter["exercises"]}
    assert {w["id"] for w in chapter["widgets"]} == {f"W{own}.{n}" for n in range(1, widgets + 1)}
    for n in range(1, 12):
        assert by_id[f"{own}.{n}"]["mistakes"], f"{own}.{n} has no named mistake"
    for n in hinted:    # all but the questions, which have options instead
        assert by_id[f"{own}.{n}"]["hints"] == 3, f"{own}.{n} needs three hints"


def test_exercises_and_widgets_come_in_the_order_of_the_chapter_with_its_headings(found):
    for chapter in found["chapters"]:
        for entries in (chapter["exercises"], chapter["widgets"]):
            numbers = [int(re.match(r"§(\d+) · \S", entry["section"])[1]) for entry in entries]
            assert numbers == sorted(numbers) and numbers[0] < numbers[-1]


def test_combinations_of_faults_do_not_fill_the_table(capsys):
    catalogue.main([])
    names = [line.strip() for line in capsys.readouterr().out.splitlines() if "- " in line]
    assert "- zero start (symmetry)" in names and "- ascent (+=)" in names
    assert not [name for name in names if "ascent (+=) + " in name or " + ascent (+=)" in name]


def test_json_is_json_and_table_names_everything(found, capsys):
    catalogue.main(["--json"])
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(found))
    catalogue.main([])
    text = capsys.readouterr().out
    for chapter in found["chapters"]:
        for entry in chapter["exercises"] + chapter["widgets"]:
            assert entry["id"] in text and entry["title"] in text


def test_exercises_are_ordered_as_people_count():
    names = ["2.b", "2.10", "2.2", "2.a"]
    assert sorted(names, key=rooms.order) == ["2.2", "2.10", "2.a", "2.b"]


def test_tasks_of_a_measurement_take_turns_after_a_warm_up():
    calls = []
    medians = bench.in_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 4 and set(medians) == {"a", "b"}


def test_widget_latency_asks_for_another_picture_each_time():
    states = []

    class Widget:
        initial = {"x": 2.0, "n": 3}

        @staticmethod
        def compute(state):
            states.append((state["x"], state["n"]))

    result = bench.latency(Widget, repeats=10)
    assert len(set(states)) == 15 and {n for _, n in states} == {3}
    assert 0 <= result["p50_ms"] <= result["p95_ms"]


def test_seconds_are_added_up_under_the_headings_of_the_chapter():
    cells = [nbformat.v4.new_markdown_cell("# Title"), nbformat.v4.new_code_cell("1"),
             nbformat.v4.new_markdown_cell("## §1 · One\n\nText"), nbformat.v4.new_code_cell("2"),
             nbformat.v4.new_code_cell("3"), nbformat.v4.new_markdown_cell("### not a section"),
             nbformat.v4.new_code_cell("4"), nbformat.v4.new_markdown_cell("## §2 · Two")]
    sums = bench.by_section(nbformat.v4.new_notebook(cells=cells), {1: 1.0, 3: 2.0, 4: 3.0, 6: 4.0})
    assert sums == {"start": 1.0, "§1 · One": 9.0, "§2 · Two": 0.0}
