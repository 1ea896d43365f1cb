"""`python3 -m helpers lab | test | build | catalogue | bench`."""

import sys

from helpers.commands import start

if __name__ == "__main__":
    sys.exit(start.main(sys.argv[1:]))
