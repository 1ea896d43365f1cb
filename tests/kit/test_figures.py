"""A figure reaches the notebook small, once, and with its words."""

import base64
import io
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pytest

from helpers.kit import figures

ALT = "A line that rises from 0 to 3"


@pytest.fixture
def sent(monkeypatch):
    """What `show` sends to the notebook."""
    bundles = []
    monkeypatch.setattr(figures, "_display", bundles.append)
    return bundles


def line(size="half"):
    ax = figures.new_axes(size)
    ax.plot([0, 1, 2, 3])
    return ax


def test_alt_text_is_on_the_picture_and_in_the_plain_text(sent):
    figures.show(line(), alt=ALT)
    (bundle,) = sent
    assert set(bundle) == {"text/html", "text/plain"}
    assert f'alt="{ALT}"' in bundle["text/html"]
    assert bundle["text/plain"] == f"Figure: {ALT}"


def test_the_picture_is_a_png_at_one_and_a_half_times_the_screens_pixels(sent):
    from PIL import Image
    figures.show(line(), alt=ALT)
    data = re.search(r'base64,([^"]+)"', sent[0]["text/html"]).group(1)
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert picture.format == "PNG"
    shown = int(re.search(r'width="(\d+)"', sent[0]["text/html"]).group(1))
    assert shown == round(4.2 * 96)
    assert picture.width == pytest.approx(1.5 * shown, abs=1)


def test_the_picture_grows_with_the_words_around_it_but_not_over_the_edge(sent):
    figures.show(line(), alt=ALT)
    style = re.search(r'style="(width[^"]+)"', sent[0]["text/html"]).group(1)
    factor = float(re.search(r"\* ([\d.]+)\)", style).group(1))
    assert "--jp-content-font-size1, 14px" in style and "max-width:100%" in style
    assert 14 * factor == pytest.approx(4.2 * 96, abs=0.5)


def test_quotes_and_tags_in_the_words_do_not_break_the_html(sent):
    figures.show(line(), alt='the "loss" is < 1 & falls to 0', caption="a <b> c")
    assert 'alt="the &quot;loss&quot; is &lt; 1 &amp; falls to 0"' in sent[0]["text/html"]
    assert "<figcaption>a &lt;b&gt; c</figcaption>" in sent[0]["text/html"]


@pytest.mark.parametrize("alt", ["", "   ", "figure", "a short one", None, 3])
def test_a_figure_without_words_is_refused(sent, alt):
    with pytest.raises(ValueError, match="say in words what one sees"):
        figures.show(line(), alt=alt)
    assert sent == []


def test_alt_cannot_be_left_out():
    with pytest.raises(TypeError):
        figures.show(line())


def test_what_is_no_figure_is_refused(sent):
    with pytest.raises(ValueError, match="got list"):
        figures.show([1, 2], alt=ALT)


def test_an_array_of_axes_and_a_figure_are_accepted(sent):
    axes = figures.new_axes("full", columns=2)
    figures.show(axes, alt=ALT)
    figures.show(line().figure, alt=ALT)
    assert len(sent) == 2


def test_a_pyplot_figure_is_closed_so_that_it_is_not_shown_twice(sent):
    import matplotlib.pyplot as plt
    fig, ax = plt.subplots()
    figures.show(ax, alt=ALT)
    assert not plt.fignum_exists(fig.number)


def test_style_changes_nothing_outside_its_block():
    before = dict(matplotlib.rcParams)
    with figures.style():
        assert matplotlib.rcParams["axes.spines.top"] is False
    line()
    assert dict(matplotlib.rcParams) == before


def test_a_given_ax_is_used_and_a_wrong_size_is_refused():
    ax = line()
    assert figures.new_axes(ax=ax) is ax
    with pytest.raises(ValueError, match="'half', 'full'.*got 'huge'"):
        figures.new_axes("huge")


def luminance(colour):
    """Relative luminance, WCAG 2.1."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("name", ["data", "gradient", "parameters", "prediction", "ink"])
def test_colours_stand_out_from_white(name):
    # WCAG 2.1, 1.4.3: words need a contrast of 4.5:1, and words are written in all of these.
    assert 1.05 / (luminance(figures.COLOURS[name]) + 0.05) >= 4.5


def test_colours_stay_apart_for_the_colour_blind():
    # Red-green blindness, simulated in linear RGB (Viénot, Brettel and Mollon 1999).
    deuteranopia = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0],
                             [-0.02234, 0.02234, 1]])
    seen = []
    for name in ("data", "gradient", "parameters", "prediction"):
        rgb = np.array(matplotlib.colors.to_rgb(figures.COLOURS[name]))
        seen.append(np.clip(deuteranopia @ rgb ** 2.2, 0, 1) ** (1 / 2.2))
    for i, one in enumerate(seen):
        for other in seen[:i]:
            assert np.abs(one - other).max() > 0.12     # of 1; about 30 of 255 steps


def test_series_differ_in_more_than_colour():
    assert len({s.line for s in figures.SERIES}) == len(figures.SERIES)
    assert len({s.marker for s in figures.SERIES}) == len(figures.SERIES)


def test_importing_figures_does_not_import_matplotlib():
    code = "import sys, helpers.kit.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_outside_a_notebook_the_words_are_printed(capsys, monkeypatch):
    import IPython
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    figures.show(line(), alt=ALT)
    assert capsys.readouterr().out == f"Figure: {ALT}\n"
