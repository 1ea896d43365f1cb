"""The first cell of every chapter: nothing where the course is, and the course where it is not.

The text is made here and nowhere else. It installs nothing that Colab or another host has brought:
the package `helpers` is put on the path as it is, and of what it needs only anywidget is fetched,
where there is none.
"""

from pathlib import Path

from helpers.commands.environment import ROOT, Trouble

PLACEHOLDER = "{{setup}}"

TEMPLATE = '''\
#@title Set-up: fetches the course where it is not at hand (on Colab, say), else does nothing
import importlib.util, pathlib, shutil, subprocess, sys, tempfile

def at_hand():
    spec = importlib.util.find_spec("helpers")
    installed = map(pathlib.Path, getattr(spec, "submodule_search_locations", None) or [])
    places = [here, *here.parents, here / "course", *(p.parent for p in installed)]
    return [str(p) for p in places if (p / "helpers" / "kit").is_dir()][:1]

here, address = pathlib.Path.cwd(), "{repository}"
if not at_hand():
    new = tempfile.mkdtemp(dir=here)
    try:
        subprocess.run(["git", "clone", "-q", "--depth=1", address, new], check=True)
        pathlib.Path(new).rename(here / "course")
    except (OSError, subprocess.CalledProcessError) as problem:
        shutil.rmtree(new, ignore_errors=True)
        if not at_hand():
            sys.exit(f"The course could not be fetched from {{address}}: {{problem}}. It needs a "
                     f"network, git, and no other folder with the name {{here / 'course'}}.")
    if not importlib.util.find_spec("anywidget"):
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "anywidget"])
sys.path[:0] = at_hand()'''


SOLVED = '''

import os
os.environ["COURSE_PROGRESS"] = "off"   # the solved notebook: nothing in it counts as your work'''


def setup_text() -> str:
    """The set-up cell with the repository's address in it."""
    return TEMPLATE.format(repository=repository())


def repository() -> str:
    """The address that pyproject.toml gives under [project.urls]: the one place where it stands."""
    try:
        import tomllib
    except ModuleNotFoundError:   # Python 3.10
        import tomli as tomllib
    settings = tomllib.loads(Path(ROOT, "pyproject.toml").read_text(encoding="utf-8"))
    try:
        return settings["project"]["urls"]["Repository"]
    except KeyError:
        raise Trouble("pyproject.toml has no line 'Repository = \"https://…\"' under "
                      "[project.urls]; the set-up cells need it.") from None
