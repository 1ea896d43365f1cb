"""Training that was stopped goes on from its last whole epoch.

A closed laptop, a lost Colab session, a kernel that died: run the same cells again, and `fit`
starts where the last whole epoch ended. Keras's `BackupAndRestore` does the work. It writes its
files in place, though, so that a machine that goes down in the middle of a save leaves new weights
beside an old epoch number, or half a file. A small record of what was last saved whole, with its
checksum, tells which file to trust.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
from pathlib import Path

from helpers.kit.data import set_aside
from helpers.kit.seeding import seed_keras

_WEIGHTS, _METADATA, _RECORD = "latest.weights.h5", "training_metadata.json", "whole.json"


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
        dropout, and on a CPU end with the same weights, bit for bit.

    Returns
    -------
    list of keras.callbacks.Callback
        For `model.fit(…, callbacks=resumable("digits-mlp"))`. The model must be built: give it an
        `Input`.

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

    class WholeEpochs(keras.callbacks.BackupAndRestore):
        """BackupAndRestore that restores only what was saved whole, and says what it does."""

        def __init__(self, path, name):
            super().__init__(str(path), save_freq="epoch", double_checkpoint=True)
            self.path, self.name, self.told = path, name, False

        def on_train_begin(self, logs=None):
            epoch = _choose_whole(self.path)
            if epoch is None:
                return
            optimizer = self.model.optimizer
            if not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            state = [*self.model.variables, *optimizer.variables]
            before = [keras.ops.convert_to_numpy(variable) for variable in state]
            try:
                super().on_train_begin(logs)
            except Exception as error:      # another model, or a file HDF5 cannot read
                for variable, value in zip(state, before, strict=True):
                    variable.assign(value)
                self.model._initial_epoch = None
                _give_up(self.path, f"does not fit this model ({type(error).__name__})")
                return
            print(f"'{self.name}' was interrupted: going on after epoch {epoch}.")

        def on_epoch_end(self, epoch, logs=None):
            try:
                super().on_epoch_end(epoch, logs)
                _write_record(self.path, epoch + 1)
                self.told = False
            except OSError as error:       # a full disk, a read-only folder, another kernel's file
                if not self.told:
                    print(f"The backup in {self.path} cannot be written ({error}). Training goes "
                          "on; if it is interrupted, it resumes from the last epoch that was "
                          "saved.")
                self.told = True

        def on_train_end(self, logs=None):
            with contextlib.suppress(OSError):
                super().on_train_end(logs)

    return WholeEpochs


def _reseed_class():
    import keras

    class Reseed(keras.callbacks.Callback):
        """Starts the shuffling and the dropout of each epoch from a seed of its own."""

        def __init__(self, seed):
            super().__init__()
            self.seed = seed

        def on_epoch_begin(self, epoch, logs=None):
            seed_keras(self.seed + epoch)
            # A Dropout layer counts its draws itself, and no weights file holds that count.
            counters = [v for v in self.model.variables if "seed_generator_state" in v.path]
            for number, counter in enumerate(counters):
                counter.assign([self.seed + epoch, number])

    return Reseed


def _write_record(path, epoch):
    """Note, in one step that cannot be left half done, that `epoch` epochs are saved whole."""
    record = {"epoch": epoch, "sha256": _sha256(path / _WEIGHTS)}
    temporary = path / (_RECORD + ".new")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    os.replace(temporary, path / _RECORD)


def _choose_whole(path):
    """Put the weights that were last saved whole in their place.

    Returns
    -------
    int or None
        Epochs done, or None where there is nothing to go on from.
    """
    if not path.is_dir() or not any(path.iterdir()):
        return None
    try:
        record = json.loads((path / _RECORD).read_text(encoding="utf-8"))
        epoch, sha256 = int(record["epoch"]), record["sha256"]
    except FileNotFoundError:               # stopped before the first epoch was saved whole
        shutil.rmtree(path)
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return _give_up(path, "is damaged")
    for candidate in (path / _WEIGHTS, path / (_WEIGHTS + ".bkp")):
        if candidate.is_file() and _sha256(candidate) == sha256:
            if candidate.name != _WEIGHTS:
                shutil.copyfile(candidate, path / _WEIGHTS)
            (path / _METADATA).write_text(json.dumps({"epoch": epoch, "batch": 0}),
                                          encoding="utf-8")
            return epoch
    return _give_up(path, "is damaged")


def _give_up(path, why):
    """Set a backup aside and say so; returns None, as in "nothing to go on from"."""
    aside = set_aside(path)
    print(f"The backup in {path} {why}. It was set aside as {aside.name}; training starts from "
          "the beginning.")


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
