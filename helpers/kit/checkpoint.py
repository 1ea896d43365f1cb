"""Training that was stopped goes on from its last whole epoch.

A closed laptop, a lost Colab session, a kernel that died: run the same cells again, and `fit`
starts where the last whole epoch ended. Keras has a callback for that, `BackupAndRestore`. It
leaves out what other callbacks remember, and it writes its files in place, so that a machine that
goes down in the middle of a save leaves new weights beside an old epoch number, or half a file.
Here each epoch gets files of its own, and a small record that is replaced in one step says which
of them are whole.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np

from helpers.kit import callback_state
from helpers.kit.batches import Batches
from helpers.kit.data import set_aside
from helpers.kit.seeding import seed_keras

_RECORD = "whole.json"


def folder(name):
    """Where the backups of `name` are kept.

    $COURSE_CHECKPOINTS/<name>, or `checkpoints/<name>` beside the folder `helpers`.

    Raises
    ------
    ValueError
        If `name` is anything but letters, digits, dots, dashes and underscores.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", name):
        raise ValueError("resumable(name): name should be letters, digits, '-', '_' or '.', "
                         f"such as 'digits-mlp'; got {name!r}")
    root = os.environ.get("COURSE_CHECKPOINTS")
    course = Path(__file__).resolve().parents[2]
    return (Path(root) if root else course / "checkpoints") / name


def resumable(name, seed=0):
    """Callbacks that make a Keras `fit` resume after an interruption.

    Parameters
    ----------
    name : str
        One name for one training run: other data, another model or other settings need another.
    seed : int
        Each epoch sets every random generator to `seed` + epoch (Keras's, NumPy's and Python's),
        in an interrupted run as in a whole one. So both see the same batches and the same
        dropout, and on a CPU end with the same weights, bit for bit. (Batches of `plan.batches`
        have a seed of their own, and are told the epoch.)

    Returns
    -------
    list of keras.callbacks.Callback
        For `model.fit(…, callbacks=resumable("digits-mlp"))`. Others may follow:
        `[*resumable("digits-mlp"), keras.callbacks.EarlyStopping(…)]`. What Keras's early
        stopping, its ReduceLROnPlateau, its ModelCheckpoint and its History remember is kept and
        given back too. The model must be built: give it an `Input`.

    Notes
    -----
    When `fit` has run to its end, the backup is deleted, and the next `fit` starts from the
    beginning. A damaged backup is set aside, never deleted. To forget a run, delete its folder.
    """
    path = folder(name)
    return [_backup_class()(path, name), _reseed_class()(seed)]


def _backup_class():
    """The callback, made when it is needed, so that importing this file does not import Keras."""
    import keras

    class WholeEpochs(keras.callbacks.Callback):
        """Keeps each whole epoch, restores the last one, and says what it does."""

        def __init__(self, path, name):
            super().__init__()
            self.path, self.name, self.told = path, name, False

        def on_train_begin(self, logs=None):
            self.others, _ = callback_state.fit_of(self)
            self.first, self.record = True, _choose_whole(self.path)
            if self.record is None:
                return
            optimizer = self.model.optimizer
            if not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            state = [*self.model.variables, *optimizer.variables]
            before = [keras.ops.convert_to_numpy(variable) for variable in state]
            epoch = self.record["epoch"]
            try:
                self.model.load_weights(self.path / _weights(epoch))
            except Exception as error:      # another model, or a file HDF5 cannot read
                for variable, value in zip(state, before, strict=True):
                    variable.assign(value)
                self.record = _give_up(
                    self.path, f"does not fit this model ({type(error).__name__})")
                return
            self.model._initial_epoch = epoch       # as Keras's own BackupAndRestore does
            print(f"'{self.name}' was interrupted: going on after epoch {epoch}.")

        def on_epoch_begin(self, epoch, logs=None):
            # Not at the end of the epoch before: there, callbacks that come later in the list have
            # not yet seen how it went. And not in on_train_begin: they forget everything there.
            if self.first and self.record is not None:
                _remind(self.others, self.path, self.record)
            elif not self.first:
                self._keep(epoch)
            self.first = False

        def _keep(self, epoch):
            try:
                _write(self.path, epoch, self.model, self.others)
                self.told = False
            except (OSError, RuntimeError) as error:    # a full disk, a read-only folder; HDF5's
                if not self.told:
                    print(f"The backup in {self.path} cannot be written ({error}). Training goes "
                          "on; if it is interrupted, it resumes from the last epoch that was "
                          "saved.")
                self.told = True

        def on_train_end(self, logs=None):
            self.model._initial_epoch = None    # or the next fit of this model would start there
            with contextlib.suppress(OSError):
                if self.path.exists():
                    shutil.rmtree(self.path)

    return WholeEpochs


def _reseed_class():
    import keras

    class Reseed(keras.callbacks.Callback):
        """Starts the shuffling and the dropout of each epoch from a seed of its own."""

        def __init__(self, seed):
            super().__init__()
            self.seed, self.data = seed, None

        def on_train_begin(self, logs=None):
            _, self.data = callback_state.fit_of(self)

        def on_epoch_begin(self, epoch, logs=None):
            seed_keras(self.seed + epoch)
            if isinstance(self.data, Batches):
                self.data.epoch = epoch
            # A Dropout layer counts its draws itself, and no weights file holds that count.
            counters = [v for v in self.model.variables if "seed_generator_state" in v.path]
            for number, counter in enumerate(counters):
                counter.assign([self.seed + epoch, number])

    return Reseed


def whole_weights(name):
    """The weights of the last whole epoch of a resumable training: a path, or None.

    Reads only; what is damaged is left for the training itself to set aside.
    """
    path = folder(name)
    try:
        record = json.loads((path / _RECORD).read_text(encoding="utf-8"))
        file = path / _weights(record["epoch"])
        return file if _sha256(file) == record["sha256"][file.name] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _weights(epoch):
    return f"epoch-{epoch}.weights.h5"


def _memories(epoch):
    return f"epoch-{epoch}.best.npz"


def _write(path, epoch, model, callbacks):
    """Keep what is there after `epoch` epochs; what was kept before is deleted last of all."""
    path.mkdir(parents=True, exist_ok=True)
    plain, arrays = callback_state.collect(callbacks)
    model.save_weights(path / _weights(epoch), overwrite=True)
    np.savez(path / _memories(epoch), **arrays)
    names = [_weights(epoch), _memories(epoch)]
    for name in names:
        _onto_disk(path / name)
    _write_record(path, {"epoch": epoch, "callbacks": plain,
                         "sha256": {name: _sha256(path / name) for name in names}})
    for old in path.glob("epoch-*"):
        if old.name not in names:
            with contextlib.suppress(OSError):
                old.unlink()


def _write_record(path, record):
    """Say, in one step that cannot be left half done, which files are whole."""
    temporary = path / (_RECORD + ".new")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    _onto_disk(temporary)
    os.replace(temporary, path / _RECORD)


def _onto_disk(path):
    """Wait until a file is on the disk: a power cut must not find a record without its files."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _choose_whole(path):
    """The record of what was last saved whole, if its files are what it says.

    Returns
    -------
    dict or None
        None where there is nothing to go on from.
    """
    if not path.is_dir() or not any(path.iterdir()):
        return None
    try:
        record = json.loads((path / _RECORD).read_text(encoding="utf-8"))
        whole = all(_sha256(path / name) == record["sha256"][name]
                    for name in (_weights(record["epoch"]), _memories(record["epoch"])))
        plain = record["callbacks"].items()
    except FileNotFoundError:
        if not (path / _RECORD).exists():   # stopped before the first epoch was saved whole
            shutil.rmtree(path)
            return None
        return _give_up(path, "is damaged")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _give_up(path, "is damaged")
    return record | {"callbacks": dict(plain)} if whole else _give_up(path, "is damaged")


def _remind(callbacks, path, record):
    """Let callbacks remember what they did when the record was written."""
    with np.load(path / _memories(record["epoch"]), allow_pickle=False) as arrays:
        callback_state.give_back(callbacks, record["callbacks"], dict(arrays))


def _give_up(path, why):
    """Set a backup aside and say so; returns None, as in "nothing to go on from"."""
    aside = set_aside(path)
    print(f"The backup in {path} {why}. It was set aside as {aside.name}; training starts from "
          "the beginning.")


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
