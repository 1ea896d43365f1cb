"""How far pip or uv has come, read from the lines that they print."""

import re
from pathlib import Path

PACKAGES = 148       # in the tested set, with all they depend on
TENSORFLOW = 40      # TensorFlow takes as long as this many ordinary packages
DOWNLOADED = 0.7     # share of the wait that is over when everything has been fetched


class Watcher:
    """Turns an installer's output into a fraction between 0 and 1 and a few words."""

    text = "starting"
    changing = False   # whether packages are being put in place, and no longer only fetched

    def line(self, line: str) -> None:
        """Take in one line of output."""
        raise NotImplementedError

    def fraction(self) -> float:
        """How much is done by now, from 0 to 1: an estimate."""
        raise NotImplementedError


class PipWatcher(Watcher):
    """pip names a package when it begins to fetch it, and all of them once before it unpacks them.

    Parameters
    ----------
    site_packages : Path
        Where the packages go: while they are unpacked pip is silent, so the folders are counted.
    """

    def __init__(self, site_packages: Path):
        self.folder = site_packages
        self.there_before = self._installed()
        self.weight = 0.0       # of the packages whose turn has come
        self.part = 0.0         # of the file that is being fetched
        self.current = 0.0      # its weight
        self.to_unpack = 0

    def line(self, line: str) -> None:
        if match := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            name = match[1]
            self.weight += self.current
            self.current = TENSORFLOW if name == "tensorflow" else 1
            self.part = 0.0
            self.text = f"fetching {name}"
        elif match := re.match(r"Progress (\d+) of (\d+)", line):
            done, total = int(match[1]), int(match[2])
            self.part = done / total if total else 0.0
            if total > 20e6:
                name = self.text.split()[1]
                self.text = f"fetching {name} {done / 1e6:.0f} of {total / 1e6:.0f} MB"
        elif line.startswith("Installing collected packages:"):
            self.changing = True
            self.to_unpack = line.count(",") + 1
            self.text = f"unpacking {self.to_unpack} packages"

    def fraction(self) -> float:
        if self.to_unpack:
            unpacked = (self._installed() - self.there_before) / self.to_unpack
            return DOWNLOADED + (1 - DOWNLOADED) * min(unpacked, 0.99)
        fetched = (self.weight + self.part * self.current) / (PACKAGES + TENSORFLOW)
        return DOWNLOADED * min(fetched, 0.99)

    def _installed(self) -> int:
        return sum(1 for _ in self.folder.glob("*.dist-info"))


class UvWatcher(Watcher):
    """uv fetches many packages at once and names the larger ones as they begin and end."""

    def __init__(self):
        self.base = 0.0
        self.begun = self.ended = 0

    def line(self, line: str) -> None:
        words = line.split()
        if not words:
            return
        self.changing = self.changing or words[0] in ("Prepared", "Uninstalled", "Installed")
        if words[0] == "Resolved":
            self.base, self.text = 0.05, "fetching packages"
        elif words[0] == "Downloading" and len(words) > 1:
            self.begun += 1
            self.text = f"fetching {words[1]}"
        elif words[0] == "Downloaded":
            self.ended += 1
        elif words[0] == "Prepared":
            self.base, self.text = DOWNLOADED, "unpacking"
        elif words[0] == "Installed":
            self.base, self.text = 0.75, "compiling Python files"
        elif words[0] == "Bytecode":
            self.base, self.text = 0.99, "almost there"

    def fraction(self) -> float:
        if self.base < DOWNLOADED and self.begun:
            return self.base + (DOWNLOADED - self.base) * self.ended / (self.begun + 1)
        return self.base
