"""Files that replace an older one: whenever the machine goes down, the old or the new is there."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGXFSZ"), reason="Windows cannot kill a process in the middle of a write"
)

# The system kills a process that writes beyond its largest file size: a death in the middle of a
# write, at the same byte each time. Ten bytes are fewer than any of the files here has.
CHILD = """
import os, resource, signal, sys
from pathlib import Path

folder, final, dies = Path(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3]

def ten_bytes_and_no_more():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

def watch(event, details):
    if event == "open" and dies == "in the file itself" and isinstance(details[0], (str, Path)):
        writing = details[2] & (os.O_WRONLY | os.O_RDWR)
        if writing and os.path.abspath(details[0]) == final:
            ten_bytes_and_no_more()

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
sys.addaudithook(watch)
"""
AT_ONCE = """
if dies == "in the first file":
    ten_bytes_and_no_more()
"""


class Writer:
    """Some code that writes `final`; the old and the new bytes of that file."""

    def __init__(self, folder, final, old, new, prepare, write):
        self.folder, self.final, self.old, self.new = folder, folder / final, old, new
        self.code = CHILD + prepare + AT_ONCE + write
        if old is not None:
            self.final.write_bytes(old)

    def run(self, dies):
        """Let a process write the file that dies in the middle of a write; its exit status."""
        # Python's own caches are files too, and must not be what the process dies of.
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
                       "KERAS_HOME": str(self.folder)}
        done = subprocess.run([sys.executable, "-c", self.code, self.folder, self.final, dies],
                              cwd=ROOT, env=environment, text=True, capture_output=True)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode

    def found(self):
        return self.final.read_bytes() if self.final.exists() else None


def data_set(folder):
    """helpers.kit.data: a file fetched for Keras's cache, where none was."""
    x, y = np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)
    np.savez(folder / "mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    body = (folder / "mnist.npz").read_bytes()
    (folder / "datasets").mkdir()
    prepare = f"""
from helpers.kit import data
data._ORIGIN = folder.as_uri() + "/"
expected = data._REMOTE["mnist"][0]._replace(sha256="{hashlib.sha256(body).hexdigest()}")
data._REMOTE["mnist"] = (expected,)
"""
    write = 'assert data.load("mnist").name == "mnist"'
    return Writer(folder, "datasets/mnist.npz", None, body, prepare, write)


def training(folder):
    """helpers.kit.checkpoint: the note of the epochs that are saved whole."""
    note = {"epoch": 4, "callbacks": {}, "sha256": {"epoch-4.weights.h5": "of the weights"}}
    return Writer(folder, "whole.json", b'{"epoch": 3, "sha256": "of the epoch before"}',
                  json.dumps(note).encode(), "from helpers.kit import checkpoint",
                  f"checkpoint._write_record(folder, {note!r})")


def notebook(folder):
    """helpers.commands.build: a notebook."""
    return Writer(folder, "09_tiny.ipynb", b"the old notebook\n", "the new né\n".encode() * 99,
                  "from helpers.commands import build",
                  "build.write(Path(final), 'the new né\\n' * 99)")


def stamp(folder):
    """helpers.commands.install: the stamp of an environment that is complete."""
    return Writer(folder, "course-ready", b"the old stamp\n", b"0123456789abcdef" * 4 + b"\n",
                  "from helpers.commands import install\ninstall.READY = final",
                  "install.write_stamp('0123456789abcdef' * 4)")


@pytest.mark.parametrize("writer", [data_set, training, notebook, stamp])
def test_a_process_killed_while_it_writes_leaves_the_old_file_whole(tmp_path, writer):
    made = writer(tmp_path)
    assert made.run(dies="in the first file") == -signal.SIGXFSZ
    assert made.found() == made.old
    # The same again, and what the dead process has left behind is not in the way. This one would
    # die as soon as it wrote a byte under the final name, where only a whole file may ever appear.
    assert made.run(dies="in the file itself") == 0
    assert made.found() == made.new
