"""The training loop behind `Sequential.fit`: epochs, batches, what is measured, what is saved."""

import math
import time

import numpy as np

from helpers.nn import checkpoint as checkpoints
from helpers.nn.callbacks import History
from helpers.nn.checks import check_features, whole_number


class Training:
    """One call of `fit`. See `Sequential.fit` for the parameters."""

    def __init__(self, network, x, y, batch_size, validation_data, shuffle, callbacks, seed):
        self.network = network
        self.x = check_features(network, x, training=True)
        self.y = network.loss.check(y, self._some_outputs(y))
        self.batch_size = whole_number("batch_size", batch_size)
        self.validation_data = _pair(validation_data)
        self.shuffle = shuffle
        self.callbacks = list(callbacks)
        self.seed = seed
        self.history = History()
        self.done = 0  # epochs
        if self.validation_data:
            network.evaluate(*self.validation_data)  # says at once if these do not fit

    def _some_outputs(self, y):
        """Return outputs for as many rows as there are (only the shape matters to the check)."""
        if len(np.atleast_1d(y)) != len(self.x):
            raise ValueError(
                f"x has {len(self.x)} examples and y {len(np.atleast_1d(y))} labels; each example "
                "needs exactly one."
            )
        one = self.network.forward(self.x[:1])
        return np.broadcast_to(one, (len(self.x), *one.shape[1:]))

    def run(self, epochs, verbose, checkpoint):
        """Train until `epochs` epochs are done, or a callback says stop."""
        network = self.network
        epochs = whole_number("epochs", epochs)
        network.stop_training = False
        network.history = self.history
        network.optimizer.bind(list(network.params.values()))
        if self.seed is not None:
            network.rng.bit_generator.state = np.random.default_rng(self.seed).bit_generator.state
        for callback in self.callbacks:
            callback.model = network
            callback.on_train_begin()
        if checkpoint is not None:
            self.resume(checkpoint, epochs, verbose)
        lost = np.errstate(over="ignore", invalid="ignore", divide="ignore")  # see _stop_if_lost
        with lost, network.cores():
            while self.done < epochs and not network.stop_training:
                self.epoch(epochs, verbose)
                if checkpoint is not None:
                    self.save(checkpoint)
        for callback in self.callbacks:
            callback.on_train_end()
        return self.history

    def epoch(self, epochs, verbose):
        """Go through all examples once, then measure."""
        began = time.perf_counter()
        n = len(self.x)
        order = self.network.rng.permutation(n) if self.shuffle else np.arange(n)
        totals = {}
        for batch, start in enumerate(range(0, n, self.batch_size)):
            rows = order[start : start + self.batch_size]
            logs = self.step(self.x[rows], self.y[rows], batch)
            for name, value in logs.items():
                totals[name] = totals.get(name, 0.0) + value * len(rows)
            for callback in self.callbacks:
                callback.on_train_batch_end(batch, logs)
        logs = {name: total / n for name, total in totals.items()}
        if self.validation_data:
            measured = self.network.evaluate(*self.validation_data, return_dict=True)
            logs.update({f"val_{name}": value for name, value in measured.items()})
        self.history.add(logs)
        if verbose:
            numbers = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
            seconds = time.perf_counter() - began
            print(f"epoch {self.done + 1:>3}/{epochs}  {numbers}  ({seconds:.1f} s)")
        for callback in self.callbacks:
            callback.on_epoch_end(self.done, logs)
        self.done += 1

    def step(self, x, y, batch):
        """Forward, loss, backward, update: one batch. Return what was measured before the update.

        Forward and backward change nothing; the optimiser's step at the end is what learns.
        """
        network, loss = self.network, self.network.loss
        outputs = network.forward(x, training=True)
        logs = {"loss": loss.value(outputs, y) + network.penalty()}
        for metric in network.metrics:
            logs[metric] = loss.measure(outputs, y)
        self._stop_if_lost(logs["loss"], batch)
        network.fill_grads(loss.gradient(outputs, y))
        network.optimizer.apply(list(network.grads.values()), list(network.params.values()))
        return logs

    def _stop_if_lost(self, loss, batch):
        if math.isfinite(loss):
            return
        raise FloatingPointError(
            f"The loss became {loss} in epoch {self.done + 1}, batch {batch + 1}; training "
            f"stopped. Likely causes: the learning rate ({self.network.optimizer.learning_rate:g}) "
            f"is too large, so try a tenth of it; the inputs are not scaled (the largest is "
            f"{np.abs(self.x).max():g}, and about 1 is best); or the initial weights are too large."
        )

    # -- resuming ---------------------------------------------------------------------------------

    def config(self):
        """Return what must be the same for a resumed training to be the same training."""
        network = self.network
        layers = [layer.config() for layer in network.layers]
        held_out = self.validation_data or ()   # what is measured, and what EarlyStopping goes by
        return {
            "layers": layers,
            "input shape": list(network.input_shape),
            "dtype": network.dtype.name,
            "optimizer": network.optimizer.config(),
            "loss": network.loss.name,
            "batch_size": self.batch_size,
            "shuffle": bool(self.shuffle),
            "seed": self.seed,
            "callbacks": [callback.config() for callback in self.callbacks],
            "training data (CRC-32)": checkpoints.fingerprint(self.x, self.y),
            "validation data (CRC-32)": checkpoints.fingerprint(*map(np.asarray, held_out)),
        }

    def save(self, path):
        """Write everything that the next epoch depends on."""
        network, optimizer = self.network, self.network.optimizer
        arrays = {f"weights/{name}": w for name, w in network.params.items()}
        for name, slots in zip(network.params, optimizer.slots, strict=True):
            arrays.update({f"{slot}/{name}": a for slot, a in slots.items()})
        numbers = []
        for i, callback in enumerate(self.callbacks):
            state, kept = callback.get_state()
            numbers.append(state)
            arrays.update({f"callback {i}/{k:04}": a for k, a in enumerate(kept)})
        state = {
            "config": self.config(),
            "epochs": self.done,
            "steps": optimizer.iterations,
            "rng": network.rng.bit_generator.state,
            "history": self.history.history,
            "stop": network.stop_training,
            "callbacks": numbers,
        }
        checkpoints.save(path, state, arrays)

    def resume(self, path, epochs, verbose):
        """Take over the state in `path`, if there is one."""
        found = checkpoints.load(path)
        if found is None:
            return
        state, arrays = found
        problem = checkpoints.explain_difference(state.get("config", {}), self.config(), path)
        if problem is None and state["epochs"] > epochs:
            problem = (
                f"The checkpoint {path} is at epoch {state['epochs']} already, past the "
                f"{epochs} asked for. Ask for more epochs, or give fit another checkpoint path."
            )
        if problem:
            raise ValueError(problem)
        try:
            self.take_over(state, arrays)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ValueError(
                f"The checkpoint {path} is not complete ({error}). Give fit another checkpoint "
                "path, or remove the file to start anew."
            ) from error
        if verbose:
            print(f"resumed after epoch {self.done} of {epochs} from {path}")

    def take_over(self, state, arrays):
        """Put a checkpoint's contents where `save` took them from."""
        network, optimizer = self.network, self.network.optimizer
        network.set_weights([arrays[f"weights/{name}"] for name in network.params])
        for name, slots in zip(network.params, optimizer.slots, strict=True):
            for slot, array in slots.items():
                array[...] = arrays[f"{slot}/{name}"]
        for i, callback in enumerate(self.callbacks):
            kept = [arrays[name] for name in sorted(arrays) if name.startswith(f"callback {i}/")]
            callback.set_state(state["callbacks"][i], kept)
        optimizer.iterations = state["steps"]
        network.rng.bit_generator.state = state["rng"]
        network.stop_training = state["stop"]
        self.history.history.update(state["history"])
        self.done = state["epochs"]


def _pair(validation_data):
    if validation_data is None:
        return None
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
        raise ValueError("validation_data is a pair: validation_data=(x_val, y_val).")
    return tuple(validation_data)
