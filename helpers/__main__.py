"""`python3 -m helpers lab | test | build | catalogue | bench`."""

import sys

from helpers.commands import environment

if __name__ == "__main__":
    sys.exit(environment.main(sys.argv[1:]))
