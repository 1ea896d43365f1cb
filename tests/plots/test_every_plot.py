"""What holds for every plot of every chapter: drawn, stored small, readable, or refused."""

import matplotlib
import pytest
from matplotlib.axes import Axes

from helpers.kit import figures
from tests.plots.all_plots import EXAMPLES, ROOMS, examples_of, has_plots, module_of
from tests.plots.texts import clashes, contrast, covered, outside, words_and_places


def every(*tables):
    """Each entry of these tables, such as "calls", in the examples of each room."""
    found = [(room, name) for room, examples in EXAMPLES.items() for table in tables
             for name in getattr(examples, table)]
    return pytest.mark.parametrize(("room", "name"), found, ids=map("-".join, found))


# --- the lists of examples ---


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_with_plots_has_examples_and_no_plot_is_missing(room):
    if not has_plots(room):
        pytest.skip(f"helpers/{room} has no plots")
    examples = examples_of(room)
    assert {f"plot_{name}" for name in examples.calls} == set(module_of(room).__all__)
    for table in (examples.drawings, examples.rows, examples.largest):
        assert set(table) <= set(examples.calls)
    assert not set(examples.calls) & set(examples.more)


def test_rooms_without_plots_and_without_a_list_are_told_apart():
    assert has_plots("cnn") and not has_plots("nn")
    with pytest.raises(LookupError, match=r"write tests/nn/plot_examples\.py with EXAMPLES"):
        examples_of("nn")
    with pytest.raises(LookupError, match=r"write tests/attic/plot_examples\.py"):
        examples_of("attic")        # not even a folder


# --- plots ---


@every("calls")
def test_a_plot_draws_on_the_given_axes_and_changes_no_setting(room, name):
    ax = figures.new_axes()
    before = dict(matplotlib.rcParams)
    assert EXAMPLES[room].calls[name](ax=ax) is ax
    assert ax.has_data() or words_and_places(ax)
    assert dict(matplotlib.rcParams) == before


@every("calls")
def test_a_plot_makes_its_own_axes_that_stay_small_when_stored(room, name):
    ax = EXAMPLES[room].calls[name]()
    assert isinstance(ax, Axes)
    png, width = figures.to_png(ax)
    # some 25 of them in a notebook of at most 1 MB
    assert len(png) < EXAMPLES[room].largest.get(name, 25_000)
    # screen pixels; JupyterLab's outputs are 1050 wide in Presentation Mode on a screen of 1280
    assert 200 < width <= (1000 if name in EXAMPLES[room].wide else 720)
    assert "matplotlib.pyplot" not in type(ax.figure).__module__


@every("calls")
def test_axes_have_names_and_drawings_have_no_axes(room, name):
    ax = EXAMPLES[room].calls[name]()
    assert ax.axison == (name not in EXAMPLES[room].drawings)
    if ax.axison:
        ax.figure.draw_without_rendering()
        ticks = [label.get_text() for label in ax.get_yticklabels()]
        rows = name in EXAMPLES[room].rows and ticks and all(t[:1].isalpha() for t in ticks)
        assert ax.get_xlabel() and (ax.get_ylabel() or ax.get_title(loc="left") or rows)


@every("calls")
def test_each_docstring_says_how_the_plot_can_mislead(room, name):
    doc = getattr(module_of(room), f"plot_{name}").__doc__
    assert "mislead" in doc and "Returns" in doc


@every("calls", "more")
def test_words_lie_neither_on_each_other_nor_over_the_edge(room, name):
    ax = {**EXAMPLES[room].calls, **EXAMPLES[room].more}[name]()
    found = words_and_places(ax)
    assert found
    assert clashes(found) == []
    assert covered(ax, found) == []
    assert outside(ax, found) == []


@every("calls", "more")
def test_words_are_large_enough_and_dark_enough_to_be_read(room, name):
    """12 pixels on the screen, 13 where the picture may have to shrink; 4.5 to 1 on white."""
    examples = EXAMPLES[room]
    ax = {**examples.calls, **examples.more}[name]()
    least = 9.9 if name in examples.wide else 9
    for text, _ in words_and_places(ax):
        if not text.get_text().startswith("$"):     # powers are smaller
            assert text.get_fontsize() >= least, text.get_text()
        assert contrast(text.get_color()) >= 4.5, text.get_text()


@every("refused")
def test_what_cannot_be_drawn_is_refused_with_a_sentence(room, name):
    call, sentence = EXAMPLES[room].refused[name]
    with pytest.raises(ValueError, match=sentence):
        call()
