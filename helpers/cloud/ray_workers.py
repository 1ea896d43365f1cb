"""What a worker does that Ray has started: the training of `worker_tensorflow`, or Keras's `fit`.

Ray calls one of these functions in every worker process, with the store's address. Who the others
are stands in the environment then (TF_CONFIG), or the address says where all meet (JAX).
"""

import os
import time

import numpy as np

from helpers.cloud import task
from helpers.cloud.memory import keep
from helpers.cloud.store import open_store
from helpers.cloud.worker import report, say


def tensorflow(settings):
    """The very loop of `worker_tensorflow`, with its checkpoints; only who starts it is another.

    Parameters
    ----------
    settings : dict
        "folder": the store's address.
    """
    from helpers.cloud import worker_tensorflow

    os.environ.pop("TF_USE_LEGACY_KERAS", None)     # Ray asks for Keras 2, which is not needed
    store, rank = open_store(settings["folder"]), _rank()
    weights, losses, seconds = worker_tensorflow.train(
        task.read_job(store), store, rank, addresses=None, say=say)
    report(store, rank, weights, losses, seconds)
    _tell_ray(losses)


def jax(settings):
    """Keras's `fit`, which works on several processes where the backend is JAX.

    Parameters
    ----------
    settings : dict
        "folder": the store's address; "meeting": host:port where the first worker waits for the
        others. (On graphics cards and TPUs Ray lets JAX's processes meet, on CPUs it does not.)
    """
    os.environ.update(KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
    import jax as library

    store, rank = open_store(settings["folder"]), _rank()
    job = task.read_job(store)
    library.config.update("jax_cpu_collectives_implementation", "gloo")
    library.distributed.initialize(settings["meeting"], job.workers, rank)
    x, y, counts = own_batches(job, *task.read_data(store), rank)
    model, times = _keras_model(job), _Times()
    model.fit(x, y, batch_size=job.batch_size // job.workers, sample_weight=counts, epochs=1,
              shuffle=False, verbose=0, callbacks=[times.callback()])
    weights, losses = [np.asarray(w) for w in model.get_weights()], times.losses
    momenta = [np.asarray(m) for m in model.optimizer.variables[2:]]
    if rank == 0:
        keep(job, store, job.steps, weights, momenta, losses, say)
    report(store, rank, weights, losses, times.seconds)
    _tell_ray(losses)
    library.distributed.shutdown()


def own_batches(job, x, y, rank):
    """This worker's shards of all batches, one after another, as one long epoch for `fit`.

    JAX wants arrays of one size on all workers. So a shorter batch, as the last one of an epoch
    is, is filled up with examples that count nothing; and its own ones count more, because Keras
    divides by the size of the filled batch.

    Parameters
    ----------
    job : Job
    x, y : arrays of n examples
    rank : int

    Returns
    -------
    x, y : arrays of steps · batch_size / workers examples
    counts : float32 array of as many
        The weight of each example in the loss: 0 if it only fills up, 1 in whole batches.
    """
    rows, counts = [], []
    for step in range(job.steps):
        batch = task.batch_at(job.seed, step, len(x), job.batch_size)
        missing = job.batch_size - len(batch)
        filled = np.concatenate([batch, np.zeros(missing, int)])
        count = np.concatenate([np.full(len(batch), job.batch_size / len(batch)),
                                np.zeros(missing)])
        rows.append(task.shard_of(filled, rank, job.workers))
        counts.append(task.shard_of(count, rank, job.workers))
    mine = np.concatenate(rows)
    return x[mine], y[mine], np.concatenate(counts).astype(np.float32)


def _keras_model(job):
    """The job's network, as Keras copies it to all processes and divides each batch among them."""
    import keras

    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False))
    keras.utils.set_random_seed(job.seed)     # JAX refuses weights that differ between processes
    layers = keras.layers
    model = keras.Sequential([keras.Input((64,)), layers.Dense(job.hidden, activation="relu"),
                              layers.Dense(10)])
    model.compile(keras.optimizers.SGD(job.lr, momentum=job.momentum),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(task.network(job).get_weights())
    return model


class _Times:
    """The loss and the seconds of each step, from Keras's running mean of the losses."""

    def __init__(self):
        self.losses, self.seconds = [], []

    def callback(self):
        import keras

        began, sums = [0.0], [0.0]

        def after(step, logs):
            total = logs["loss"] * (step + 1)
            self.losses.append(float(total - sums[0]))
            self.seconds.append(time.perf_counter() - began[0])
            sums[0] = total

        def before(step, logs):
            began[0] = time.perf_counter()

        made = keras.callbacks.Callback()
        made.on_train_batch_begin, made.on_train_batch_end = before, after
        return made


def _rank():
    import ray.train

    return ray.train.get_context().get_world_rank()


def _tell_ray(losses):
    """Each worker reports; Ray keeps the last numbers of the first one."""
    import ray.train

    ray.train.report({"loss": losses[-1], "steps": len(losses)})


