"""The base of all widgets: what travels to the browser, and what stands there without one."""

import json
import math

import numpy as np
import pytest

from helpers.kit.widget import Widget, canvas, limited, plain, words


class Doubler(Widget):
    id, title, task, notice = "W0.0", "Doubler", "Move n.", "It doubles."
    initial = {"n": 1}

    @staticmethod
    def compute(state):
        n = limited(state["n"], 0, 9, 1)
        return {"twice": np.float64(2 * n), "summary": f'{n} & "twice" is {2 * n}.'}

    @classmethod
    def picture(cls, result):
        figure = canvas(2, 1)
        figure.add_subplot().plot([0, result["twice"]])
        return figure


def test_a_state_from_the_browser_is_answered():
    widget = Doubler()
    assert widget.result["twice"] == 2
    widget.state = {"n": 4, "serial": 7}
    assert widget.result == {"twice": 8.0, "summary": '4 & "twice" is 8.', "serial": 7}


def test_an_incomplete_state_falls_back_to_the_initial_one():
    widget = Doubler(n=3)
    widget.state = {"serial": 1}
    assert widget.result["twice"] == 2


def test_an_unknown_setting_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match="no setting 'm'.*n"):
        Doubler(m=2)


def test_what_is_displayed_includes_a_picture_with_its_words():
    data, _ = Doubler(n=2)._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert data["text/plain"] == 'W0.0 Doubler – 2 & "twice" is 4.'
    assert 'alt="W0.0 Doubler – 2 &amp; &quot;twice&quot; is 4."' in data["text/html"]
    assert 'src="data:image/png;base64,iVBOR' in data["text/html"]


def test_the_static_picture_is_the_same_every_time():
    first, second = (Doubler()._repr_mimebundle_()[0]["text/html"] for _ in range(2))
    assert first == second


def test_plain_makes_json_of_anything_that_compute_returns():
    value = {
        "array": np.array([[1.5, np.nan], [np.inf, 2]]),
        "picture": np.array([[0, 128], [255, 1]], dtype=np.uint8),
        "number": np.int64(3),
        "tuple": (1, np.bool_(True)),
        "none": math.inf,
    }
    made = json.loads(json.dumps(plain(value), allow_nan=False))
    assert made["array"] == [[1.5, None], [None, 2.0]]
    assert made["picture"] == {"shape": [2, 2], "bytes": "AID/AQ=="}
    assert made["number"] == 3 and made["tuple"] == [1, True] and made["none"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("4", 4), (2.6, 3), (99, 8), (-5, 1), (None, 2), ("", 2), ("x", 2), (math.nan, 2)],
)
def test_numbers_from_the_browser_are_kept_within_bounds(value, expected):
    answer = limited(value, 1, 8, 2)
    assert answer == expected and isinstance(answer, int)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.18182, "0.182"), (12, "12"), (9140.2, "9140"), (-3.14159, "−3.14"), (0, "0")]
    + [(3.1e-9, "3.1e−9"), (2.5e7, "2.5e7"), (math.inf, "beyond all bounds")],
)
def test_numbers_are_worded_for_a_sentence(number, text):
    assert words(number) == text
