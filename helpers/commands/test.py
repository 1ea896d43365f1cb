"""`python3 -m helpers test`: every test, without a network, on two processes.

What the tests are and how notebooks are run stands in pyproject.toml and conftest.py, so that a
plain `pytest` does the same. Further arguments go to pytest: `python3 -m helpers test tests/nn -x`.
"""

import subprocess
import sys

from helpers.commands.environment import ROOT

# Without `loadfile`, xdist sends cells of one notebook to different kernels.
TWO_PROCESSES = ["-n", "2", "--dist", "loadfile"]


def main(arguments: list[str]) -> int:
    """Run pytest and return its exit status."""
    spread = [] if {"-n", "--pdb", "-h", "--help"} & set(arguments) else TWO_PROCESSES
    pytest = [sys.executable, "-m", "pytest", *spread, *arguments]
    command = [sys.executable, "-m", "helpers.commands.offline", *pytest]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # pytest has had the same Ctrl-C: let it say what it has done so far.
        process.wait()
        raise
