"""A course of one tiny chapter, for tests of the build; a place to install packages into."""

import pytest

from helpers.commands import install
from helpers.commands.environment import ROOT

TINY = '''\
---
title: Tiny
---

+++ {"slideshow": {"slide_type": "slide"}}

# A tiny chapter

```{code-cell}
---
role: setup
---
# {{setup}}
```

## §1 · Doubling

+++ {"slideshow": {"slide_type": "notes"}}

Ask first.

```{code-cell}
:exercise: "9.10"
:seed: [S9-a]
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
```

```{code-cell}
---
tags: [nbval-check-output]
---
print(double(21))
```
'''


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Path of a tiny source in a course of its own; its cells can import `helpers`."""
    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.delenv("CI", raising=False)
    path = tmp_path / "solutions" / "09_tiny.md"
    path.parent.mkdir()
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture
def rewrite(tiny):
    """Replace text in the tiny source; the text must be there."""
    def replace(old, new):
        text = tiny.read_text(encoding="utf-8")
        assert old in text
        tiny.write_text(text.replace(old, new), encoding="utf-8")
    return replace


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A `.venv` to install into; the installer itself is replaced by each test."""
    folder = tmp_path / ".venv"
    packages = folder / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setattr(install, "VENV", str(folder))
    monkeypatch.setattr(install, "READY", str(folder / "course-ready"))
    monkeypatch.setattr(install, "BEFORE", str(folder / "course-ready.before"))
    monkeypatch.setattr(install, "OFFLINE", folder / "offline")
    monkeypatch.setattr(install, "LOG", folder / "install.log")
    monkeypatch.setattr(install, "site_packages", lambda: packages)
    monkeypatch.setattr(install, "check_space", lambda: None)
    return folder
