"""Whether each picture in HTML or Markdown has words."""

import pytest

from helpers.commands.alttext import undescribed


@pytest.mark.parametrize("text", [
    "", "a < b and <b>bold</b>", "![a slope](x.png)", '<img src="x" alt="a slope">',
    "<img src=x alt=slope>", '<img alt="a > b" src=x>', "<img alt=\"'tis steep\" src=x>",
    '<IMG SRC="x" ALT="a slope">', '<svg aria-label="a slope"><path/></svg>',
    '<svg aria-hidden="true"></svg>', "<svg><title>a slope</title></svg>",
    "$a<b$ and ![two](a.png) ![pictures](b.png)",
])
def test_pictures_with_words_pass(text):
    assert undescribed(text) == ""


@pytest.mark.parametrize("text, says", [
    ("![](x.png)", "![](…)"), ("![ ](x.png)", "![](…)"), ("<img src=x>", "<img>"),
    ('<img src=x alt="">', "<img>"), ('<img src=x alt=" \n ">', "<img>"),
    ("<IMG SRC=x>", "<img>"), ('<img src=x data-alt="a slope">', "<img>"),
    ('<img src=x alt="one"> <img src=y>', "<img>"), ("<svg><path/></svg>", "<svg>"),
    ('<svg aria-label=""></svg>', "<svg>"), ("<svg><title> </title></svg>", "<svg>"),
    ('<svg aria-hidden="false"></svg>', "<svg>"),
    ("<svg><title>a slope</title></svg><svg><path/></svg>", "<svg>"),
])
def test_pictures_without_words_are_found(text, says):
    assert says in undescribed(text)
