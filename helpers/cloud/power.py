"""A disk whose power may fail at any byte, and a small training to be saved on it: Exercise 5.8."""

import json

import numpy as np


class PowerCut(Exception):
    """The power is gone."""


class Disk:
    """Files as a disk really keeps them.

    What is written is in memory first. It survives a power cut only after `sync`; without that, a
    file of the right name and without content is what one finds. Renaming, deleting: whole or not
    at all.

    Parameters
    ----------
    cut : (int, float), optional
        The power fails in the operation with this number (from 0), after this share of its bytes.
    """

    def __init__(self, cut=None):
        self.files, self.unsynced = {}, set()
        self.cut, self.done = cut, []

    def write(self, name, data):
        """Write bytes into a file; what was in it is gone from the first byte on."""
        data = bytes(data)
        if self._fails("write"):
            self.files[name] = data[:int(self.cut[1] * len(data))]
            raise PowerCut
        self.files[name] = data
        self.unsynced.add(name)

    def sync(self, name):
        """Force a file's bytes onto the disk (fsync)."""
        self._needs(name)
        if self._fails("sync"):
            raise PowerCut
        self.unsynced.discard(name)

    def rename(self, old, new):
        """Give a file another name; one that has that name already is replaced."""
        self._needs(old)
        if self._fails("rename"):
            raise PowerCut
        self.files[new] = self.files.pop(old)
        self.unsynced.discard(new)
        if old in self.unsynced:
            self.unsynced.remove(old)
            self.unsynced.add(new)

    def delete(self, name):
        """Take a file away."""
        self._needs(name)
        if self._fails("delete"):
            raise PowerCut
        del self.files[name]
        self.unsynced.discard(name)

    def read(self, name):
        """The bytes of a file."""
        self._needs(name)
        return self.files[name]

    def names(self):
        """All files, sorted."""
        return sorted(self.files)

    def after_the_cut(self):
        """This disk when the power is back: what was not synced is empty."""
        disk = Disk()
        disk.files = {name: b"" if name in self.unsynced else data
                      for name, data in self.files.items()}
        return disk

    def _fails(self, operation):
        self.done.append(operation)
        return self.cut is not None and len(self.done) - 1 == self.cut[0]

    def _needs(self, name):
        if name not in self.files:
            raise FileNotFoundError(f"there is no file {name!r}; there are: {self.names()}")


class Training:
    """Ten numbers that are fitted with momentum, by examples drawn at random.

    Attributes
    ----------
    weights, momentum : (2,)
    step : int
    rng_state : dict
        State of the generator that draws the examples.
    """

    def __init__(self, seed):
        rng = np.random.default_rng([seed, 1])
        self.x, self.y = rng.normal(size=(10, 2)), rng.normal(size=10)
        self.weights, self.momentum, self.step = rng.normal(size=2), np.zeros(2), 0
        self.rng_state = np.random.default_rng(seed).bit_generator.state

    def advance(self):
        """One step on three examples; the rate falls from step to step."""
        rng = np.random.default_rng()
        rng.bit_generator.state = self.rng_state
        rows = rng.integers(10, size=3)
        self.rng_state = rng.bit_generator.state
        error = self.x[rows] @ self.weights - self.y[rows]
        self.momentum = 0.9 * self.momentum - 0.1 / (1 + self.step) * self.x[rows].T @ error
        self.weights = self.weights + self.momentum
        self.step += 1


def pack(**entries):
    """Numbers, arrays and dicts as bytes."""
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value
             for name, value in entries.items()}
    return json.dumps(plain).encode()


def restore(disk, training):
    """Put back what the file "checkpoint" holds; False if there is none, or only a damaged one."""
    try:
        found = json.loads(disk.read("checkpoint"))
    except (FileNotFoundError, ValueError):
        return False
    for name, value in found.items():
        known = getattr(training, name)
        setattr(training, name, np.array(value) if isinstance(known, np.ndarray) else value)
    return True


def go_on(save, disk, seed, steps, every):
    """Train to the end, saving every few steps, from what the disk holds.

    Returns
    -------
    training : Training
    taken : int
        Steps that were made.
    """
    training, taken = Training(seed), 0
    restore(disk, training)
    for _ in range(training.step, steps):
        taken += 1
        training.advance()
        if training.step % every == 0:
            save(disk, training)
    return training, taken
