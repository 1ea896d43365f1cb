"""The versions of one model, in numbered folders: which is served, switched while it is running.

The highest number that can be loaded is served. A new folder is noticed within a second, loaded
beside the old one, and takes over when it is ready, so that no request waits and none is lost. A
version that cannot be loaded never takes over. To go back, write the number into `serve.json`
({"version": 1}) or take the new folder away.
"""

import json
import threading
from pathlib import Path

PINNED = "serve.json"


class Versions:
    """Watches a folder of versions.

    Parameters
    ----------
    folder : path-like
    load : callable
        Path of a version -> function that predicts; raises whatever it likes.

    Attributes
    ----------
    loaded : dict of int to function
        The version that is served, and the one before it.
    failed : dict of int to str
        Why a version could not be loaded.
    serving : (int, function), or (None, None)
        The version that is served. One assignment switches both.
    current : int or None
        Its number.
    """

    def __init__(self, folder, load):
        self.folder, self.load = Path(folder), load
        self.loaded, self.failed, self.serving = {}, {}, (None, None)
        self.stamps, self.lock = {}, threading.Lock()

    @property
    def current(self):
        return self.serving[0]

    def refresh(self):
        """Look what there is, load what should be served, and switch to it; True after a switch."""
        with self.lock:
            there, pinned = self._there(), self._pinned()
            self.failed = {v: why for v, why in self.failed.items()
                           if v in there and self._stamp(v) == self.stamps[v]}
            for version in [pinned] if pinned in there else sorted(there, reverse=True):
                if version not in self.failed and self._usable(version):
                    return self._switch(version, there)
            return False

    def _there(self):
        if not self.folder.is_dir():
            return []
        return [int(path.name) for path in self.folder.iterdir()
                if path.name.isdecimal() and path.is_dir()]

    def _pinned(self):
        try:
            return int(json.loads((self.folder / PINNED).read_text("utf-8"))["version"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _usable(self, version):
        if version not in self.loaded:
            self.stamps[version] = self._stamp(version)
            try:
                self.loaded[version] = self.load(self.folder / str(version))
            except Exception as error:      # a broken file may raise anything
                self.failed[version] = f"{type(error).__name__}: {error}"
                return False
        return True

    def _stamp(self, version):
        """What changes when files do: one that was being copied is tried again when it is whole."""
        files = [path for path in (self.folder / str(version)).rglob("*") if path.is_file()]
        return sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)

    def _switch(self, version, there):
        changed, before = version != self.current, self.current
        self.serving = version, self.loaded[version]
        if changed:
            keep = {version, before} if before in there else {version}
            self.loaded = {v: f for v, f in self.loaded.items() if v in keep}
        return changed

    def states(self):
        """All versions as TensorFlow Serving reports them: [{"version", "state", "status"}, …]."""
        rows = [{"version": str(v), "state": "AVAILABLE",
                 "status": {"error_code": "OK", "error_message": ""}} for v in self.loaded]
        rows += [{"version": str(v), "state": "END",
                  "status": {"error_code": "INTERNAL", "error_message": why}}
                 for v, why in self.failed.items()]
        return sorted(rows, key=lambda row: -int(row["version"]))
