"""The verification ladder: what it accepts, what it refuses, and what it shows."""

import re

import numpy as np
import pytest

from helpers.kit import ladder
from helpers.kit.rungs import climb

G = np.random.default_rng(0).standard_normal((3, 4))


def test_four_columns_that_agree_are_shown(capsys):
    ladder("dL/dW", hand=G, finite=G * (1 + 1e-9), numpy=G, keras=G + 1e-12)
    text = capsys.readouterr().out
    assert all(t in text for t in ("hand formula", "finite differences", "own NumPy", "Keras"))
    assert text.count("✓ agrees") == 3 and "✗" not in text


@pytest.mark.parametrize(
    ("columns", "allowed"),
    [
        ({"finite": G + 0.9e-7 * np.abs(G).max()}, True),
        ({"finite": G + 1.1e-7 * np.abs(G).max()}, False),
        ({"finite": G + 0.9e-4 * np.abs(G).max(), "kinks": True}, True),
        ({"finite": G + 1.1e-4 * np.abs(G).max(), "kinks": True}, False),
        ({"keras": G + 0.9e-9}, True),
        ({"keras": G + 1.1e-9}, False),
        ({"hand": G + 1.1e-9}, False),
        ({"keras": (G + 0.9e-4).astype(np.float32)}, True),
        ({"keras": (G + 1.1e-4).astype(np.float32)}, False),
        ({"keras": np.where(G.max() == G, np.nan, G)}, False),
    ],
)
def test_tolerances(columns, allowed, capsys):
    if allowed:
        ladder("dW", numpy=G, **columns)
    else:
        with pytest.raises(AssertionError, match="dW: .* and own NumPy differ by"):
            ladder("dW", numpy=G, **columns)
    assert ("✗ differs" in capsys.readouterr().out) == (not allowed), "shown in either case"


def test_without_a_numpy_column_the_first_one_is_compared_with(capsys):
    with pytest.raises(AssertionError, match="TensorFlow and hand formula differ by 1.0"):
        ladder("dW", hand=G, keras=G + 1)


def test_finite_differences_in_float32_get_advice(capsys):
    with pytest.raises(AssertionError, match="need float64"):
        ladder("dW", numpy=G, finite=G.astype(np.float32) * np.float32(1.001))


def test_numbers_are_compared_too(capsys):
    ladder("loss", hand=np.log(10), numpy=2.302585092994046)
    assert "2.30258509" in capsys.readouterr().out


def test_zero_gradients_agree(capsys):
    ladder("dead unit", finite=np.zeros(3), numpy=np.zeros(3))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"numpy": G}, "at least two columns"),
        ({"numpy": G, "keras": G.T}, r"numpy \(3, 4\), keras \(4, 3\)"),
    ],
)
def test_what_cannot_be_compared_is_explained(columns, says):
    with pytest.raises(ValueError, match=says):
        ladder("dW", **columns)


def test_html_is_a_table_with_headings_and_escapes_the_name():
    page = climb("∂L/∂W <b>", hand=G, numpy=G)._repr_html_()
    assert "∂L/∂W &lt;b&gt;" in page and "<b>" not in page
    assert len(re.findall('scope="col"', page)) == 3 and len(re.findall('scope="row"', page)) == 6
    assert "✓ agrees" in page
