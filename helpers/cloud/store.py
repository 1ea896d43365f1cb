"""An object store: named pieces of bytes, each written completely or not at all.

    store = open_store("runs/7")               # a folder that stands for a bucket
    store = open_store("s3://my-bucket/runs/7")  # a real one: nothing else changes
    store.put("step-0007.npz", data)

What speaks to the bucket is the library fsspec (with s3fs for `s3://`, gcsfs for `gs://`).
"""

import contextlib
import errno
import hashlib
import os
import re
import time
import uuid
from pathlib import Path

TEMPORARY = ".part-"
"""In the names of files that are being written. What a killed process left behind has it too."""

NAME = re.compile(r"[A-Za-z0-9][\w.\-]*(/[A-Za-z0-9][\w.\-]*)*", re.ASCII)


class StoreError(OSError):
    """The store cannot do what was asked; says why and what to do."""


def open_store(url):
    """Open a store.

    Parameters
    ----------
    url : str or path-like
        A folder, or an address such as "s3://bucket/prefix" or "memory://prefix".

    Returns
    -------
    Store

    Raises
    ------
    StoreError
        If nothing can be opened there, for instance because a library is missing.
    """
    text = os.fspath(url)
    if "://" not in text or text.startswith("file://"):
        return FolderStore(text.removeprefix("file://"))
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(text, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise StoreError(f"{text} cannot be opened: {error}. Expected a folder, or an address such "
                         "as s3://bucket/prefix and the library that fsspec names.") from None
    return Store(files, root)


class Store:
    """A bucket, or the part of it below a prefix.

    A bucket makes an object visible when all of it has arrived, so one PUT is atomic.

    Parameters
    ----------
    files : fsspec.AbstractFileSystem
    root : str
        Bucket and prefix.

    Attributes
    ----------
    address : str
        What opens the same store in another process.
    """

    def __init__(self, files, root):
        self.files, self.root = files, root.rstrip("/")
        self.address = files.unstrip_protocol(self.root)

    def put(self, name, data):
        """Write bytes under a name, in place of what was there.

        Raises
        ------
        StoreError
            If they cannot be written; what was there is still there.
        """
        path = self._path(name)
        with self._sentences("written", name):
            self.files.pipe_file(path, bytes(data))

    def get(self, name):
        """The bytes under a name.

        Raises
        ------
        StoreError
            If there is no such name, or it cannot be read.
        """
        path = self._path(name)
        with self._sentences("read", name):
            return self.files.cat_file(path)

    def list(self, prefix=""):
        """All names that begin with `prefix`, sorted."""
        with self._sentences("listed", prefix):
            try:
                found = self.files.find(self.root)
            except FileNotFoundError:
                return []
        start = self.files._strip_protocol(self.root).rstrip("/") + "/"
        names = [path[len(start):] for path in found if path.startswith(start)]
        return sorted(name for name in names if name.startswith(prefix) and TEMPORARY not in name)

    def delete(self, name):
        """Take a name away; no error if it is not there."""
        path = self._path(name)
        with self._sentences("deleted", name), contextlib.suppress(FileNotFoundError):
            self.files.rm_file(path)

    def etag(self, name):
        """The mark of what stands under a name now: another content, another mark."""
        path = self._path(name)
        with self._sentences("read", name):
            found = self.files.info(path)
        mark = found.get("ETag") or hashlib.md5(self.get(name)).hexdigest()
        return str(mark).strip('"')

    def _path(self, name):
        if not NAME.fullmatch(name):
            raise ValueError("A name in a store has letters, digits and . - _ and / inside it; "
                             f"got {name!r}.")
        return f"{self.root}/{name}"

    @contextlib.contextmanager
    def _sentences(self, done, name):
        try:
            yield
        except StoreError:
            raise
        except Exception as error:      # each file system of fsspec has errors of its own
            raise StoreError(_sentence(f"{self.root}/{name}", done, error)) from error

    def __repr__(self):
        return f"{type(self).__name__}({self.root})"


class FolderStore(Store):
    """A folder that behaves like a bucket (an *emulation*).

    A file on a disk is visible from its first byte, so `put` takes three steps more: write under
    another name, force it onto the disk (fsync), rename. Who looks finds the old content or the
    new, never half of it, whenever the process or the machine dies.
    """

    def __init__(self, folder):
        from fsspec.implementations.local import LocalFileSystem

        super().__init__(LocalFileSystem(), str(Path(folder).expanduser().absolute()))
        self.address = self.root

    def put(self, name, data):
        path = Path(self._path(name))
        temporary = path.with_name(f"{path.name}{TEMPORARY}{uuid.uuid4().hex[:8]}")
        with self._sentences("written", name):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(temporary, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
            _fsync_folder(path.parent)
        _sweep(path.parent)


def _sweep(folder):
    """Take away what writers left behind that were killed more than a minute ago."""
    for left in folder.glob(f"*{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > 60:
                left.unlink()


def _fsync_folder(folder):
    """The new name, too, must be on the disk. Windows does that by itself."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _sentence(path, done, error):
    number = getattr(error, "errno", None)
    if isinstance(error, FileNotFoundError):
        reason, advice = "it is not there", "check the name, or the bucket's name"
    elif number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        reason, advice = "the disk is full", "free some space or choose another place"
    elif isinstance(error, PermissionError) or number == errno.EROFS:
        reason, advice = "it is not allowed there", "choose a place that you may write to"
    else:
        reason, advice = f"{type(error).__name__}: {error}", "check the address and the credentials"
    return f"{path} could not be {done}: {reason}. Nothing else was changed; {advice}."
