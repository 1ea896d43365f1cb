"""What holds for every widget of every chapter, without a browser."""

import json
import math
import random
import re

import pytest

from helpers.kit.widget import COMMON, plain
from tests.widgets.all_widgets import (
    COUNTS,
    EVERY,
    NAMES,
    constructor_of,
    folder_of,
    module_of,
    packages,
)


@pytest.mark.parametrize("chapter", packages())
def test_a_chapter_has_its_widgets_numbered_from_one(chapter):
    expected = [f"W{int(chapter)}.{number}" for number in range(1, COUNTS[chapter] + 1)]
    assert list(module_of(chapter).WIDGETS) == expected


@pytest.mark.parametrize(("chapter", "widget"), EVERY, ids=NAMES)
def test_a_constructor_makes_a_widget_that_can_be_shown(chapter, widget):
    made = getattr(module_of(chapter), constructor_of(widget))()
    assert widget in type(made).__mro__
    data, _ = made._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert made.result["summary"] in data["text/plain"]
    # twins of all widgets beside the chapter's other figures: the notebook stays below 1 MB
    assert 5_000 < len(data["text/html"]) < 60_000


@pytest.mark.parametrize(("chapter", "widget"), EVERY, ids=NAMES)
def test_texts_are_there_and_the_task_is_one_sentence(chapter, widget):
    assert widget.title and len(widget.notice) > 80
    assert len(re.findall(r"[.?!](?:\s|$)", widget.task)) == 1


@pytest.mark.parametrize(("chapter", "widget"), EVERY, ids=NAMES)
def test_every_word_that_the_javascript_shows_comes_from_python(chapter, widget):
    source = (folder_of(widget) / widget.source).read_text(encoding="utf-8")
    used = set(re.findall(r"\blabels\.(\w+)", source))
    used |= set(re.findall(r"ui\.(?:slider|number|select|check)\(\"(\w+)\"", source))
    assert used - set(widget.labels) - set(COMMON) == set()


@pytest.mark.parametrize(("chapter", "widget"), EVERY, ids=NAMES)
def test_the_javascript_is_one_module_that_fetches_nothing(chapter, widget):
    assert widget._esm.count("export default") == 1
    code = widget._esm.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"^\s*import\b|import\(|https?:|fetch\(|XMLHttp", code, re.MULTILINE)
    assert "innerHTML" not in code  # texts are texts


@pytest.mark.parametrize(("chapter", "widget"), EVERY, ids=NAMES)
def test_any_state_from_a_browser_gives_a_picture(chapter, widget):
    """Emptied fields, foreign words, numbers out of bounds: never an exception, always JSON."""
    rng = random.Random(0)
    junk = [None, "", "x", math.nan, math.inf, -math.inf, 0, -1, 1e9, "7", 3.7]
    single = {key for key, value in widget.initial.items() if not isinstance(value, (dict, list))}
    for _ in range(60):
        state = {**widget.initial, **{rng.choice(sorted(single)): rng.choice(junk)}}
        text = json.dumps(plain(widget.compute(state)), allow_nan=False)
        assert len(json.loads(text)["summary"]) > 10
