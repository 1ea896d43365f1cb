"""What may look on, or step in, while a network trains. Named and called as in Keras."""

import math


class History:
    """What `fit` returns.

    Attributes
    ----------
    history : dict of str to list of float
        One number per epoch: "loss", "accuracy", and with validation data also "val_loss",
        "val_accuracy".
    epoch : list of int
        Numbers of the epochs, from 0.
    """

    def __init__(self, history=None):
        self.history = history or {}

    @property
    def epoch(self):
        return list(range(len(self.history.get("loss", []))))

    def add(self, logs):
        """Append one epoch's numbers (dict of str to float)."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self):
        last = ", ".join(f"{name} {values[-1]:.4f}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs{': ' if last else ''}{last}>"


class Callback:
    """Base of all callbacks: overwrite what you need. `self.model` is the network in training."""

    model = None

    def on_train_begin(self):
        """Called before the first epoch."""

    def on_train_batch_end(self, batch, logs):
        """Called after every step; logs: the "loss" of this batch."""

    def on_epoch_end(self, epoch, logs):
        """Called after every epoch (from 0); logs: this epoch's numbers."""

    def on_train_end(self):
        """Called after the last epoch."""

    def config(self):
        """Return the settings, as JSON can hold them: a checkpoint fits only the same callbacks."""
        return {"callback": type(self).__name__}

    def get_state(self):
        """Return (numbers, arrays) that a resumed training needs: a JSON dict, a list of arrays."""
        return {}, []

    def set_state(self, numbers, arrays):
        """Take over what `get_state` returned."""


class EarlyStopping(Callback):
    """Stop when the validation loss has not improved for `patience` epochs.

    Parameters
    ----------
    monitor : str
        A name in the history, "val_loss" or another. For names with "accuracy" higher is better.
    patience : int
        Number of epochs without improvement that are put up with.
    min_delta : float
        What counts as an improvement.
    restore_best_weights : bool
        Whether the network goes back to the weights of its best epoch at the end.

    Notes
    -----
    Goodfellow, Bengio & Courville (2016), §7.8. Arguments and counting are Keras's.
    """

    def __init__(self, monitor="val_loss", patience=0, min_delta=0.0, restore_best_weights=False):
        self.monitor = monitor
        self.patience = patience
        self.min_delta = abs(min_delta)
        self.restore_best_weights = restore_best_weights
        self.on_train_begin()

    def on_train_begin(self):
        self.wait, self.stopped_epoch, self.best_epoch = 0, None, None
        self.best, self.best_weights = None, []

    def on_epoch_end(self, epoch, logs):
        if self.monitor not in logs:
            raise ValueError(
                f"EarlyStopping watches {self.monitor!r}, which this training does not measure "
                f"(it measures {', '.join(logs)}). Give fit validation_data=(x_val, y_val), or "
                "choose another monitor."
            )
        now = logs[self.monitor]
        gain = math.inf if self.best is None else self.best - now
        if "accuracy" in self.monitor and self.best is not None:
            gain = -gain
        if gain > self.min_delta:
            self.best, self.best_epoch, self.wait = now, epoch, 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            return
        self.wait += 1
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self):
        if self.restore_best_weights and self.best_weights:
            self.model.set_weights(self.best_weights)

    def config(self):
        names = ("monitor", "patience", "min_delta", "restore_best_weights")
        return {"callback": "EarlyStopping", **{name: getattr(self, name) for name in names}}

    def get_state(self):
        names = ("wait", "stopped_epoch", "best_epoch", "best")
        return {name: getattr(self, name) for name in names}, list(self.best_weights)

    def set_state(self, numbers, arrays):
        vars(self).update(numbers)
        self.best_weights = list(arrays)
