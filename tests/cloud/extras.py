"""Which tests need packages of requirements-cluster.txt: `.ci/run` has them, others may not."""

import importlib.util
import os

import pytest


def needs(*modules):
    """A mark that skips tests where one of the modules is missing; in CI they fail instead."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(
        bool(missing) and not os.environ.get("CI"),
        reason=f"needs {', '.join(missing)}: COURSE_EXTRAS=cluster python3 -m helpers test")
