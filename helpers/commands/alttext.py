"""Find pictures in HTML and Markdown that a screen reader could say nothing about."""

import re
from html.parser import HTMLParser


def undescribed(text: str) -> str:
    """What lacks words in HTML or Markdown, as a sentence; "" if nothing does."""
    if re.search(r"!\[\s*\]", text):
        return "a picture, ![](…), without alt text"
    found = _Pictures()
    found.feed(text)
    found.close()
    return found.problem


class _Pictures(HTMLParser):
    """Looks at each <img> and <svg>; `problem` is the first that is the matter, or ""."""

    def __init__(self):
        super().__init__()
        self.problem = ""
        self.nameless = 0      # <svg> elements that are open and have no name so far
        self.in_title = False

    def handle_starttag(self, tag, attributes):
        given = {name: (value or "").strip() for name, value in attributes}
        if tag == "img" and not given.get("alt"):
            self._note("an <img> without alt text")
        elif tag == "svg":
            named = given.get("aria-label") or given.get("aria-hidden") == "true"
            self.nameless += not named
        elif tag == "title":
            self.in_title = True

    def handle_data(self, data):
        if self.in_title and data.strip():
            self.nameless = 0

    def handle_endtag(self, tag):
        if tag == "title":
            self.in_title = False
        elif tag == "svg":
            if self.nameless:
                self._note("an <svg> without aria-label or <title>")
            self.nameless = 0

    def _note(self, problem):
        self.problem = self.problem or problem
