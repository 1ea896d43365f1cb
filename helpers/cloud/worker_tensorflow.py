"""One worker in TensorFlow: MultiWorkerMirroredStrategy, and a training loop of one's own.

The loop, because Keras 3's `fit` fails under this strategy (keras-team/keras, issue 20585).

Its workers listen on *all* addresses of the machine, also where only 127.0.0.1 is asked for, and
let anybody in: that is fixed in TensorFlow, which is made for private networks and leaves the rest
to a firewall (tensorflow/tensorflow, issue 11689; seen in 2.21). So the supervisor gives them,
where it can, a network that holds nothing but this machine: see `loopback`.
"""

import os
import time

import numpy as np

from helpers.cloud import checkpoints, task
from helpers.cloud.memory import FIRST, began, keep, recall


def prepare(addresses=None, rank=0):
    """Import TensorFlow for one worker: no GPU, one thread for each operation.

    Parameters
    ----------
    addresses : list of str, optional
        "host:port" of all workers; None where TF_CONFIG is set already.
    """
    import json

    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    if addresses is not None:
        os.environ["TF_CONFIG"] = json.dumps({
            "cluster": {"worker": list(addresses)}, "task": {"type": "worker", "index": rank}})
    from helpers.kit import runtime

    tf = runtime.tensorflow()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    return tf


def build(job, strategy):
    """Model and optimiser with the weights that NumPy's network of the same job starts with."""
    import keras

    layers = keras.layers
    with strategy.scope():              # a copy for every worker, the same at first
        model = keras.Sequential([keras.Input((64,)), layers.Dense(job.hidden, activation="relu"),
                                  layers.Dense(10)])
        optimizer = keras.optimizers.SGD(job.lr, momentum=job.momentum)
        optimizer.build(model.trainable_variables)
    model.set_weights(task.network(job).get_weights())
    return model, optimizer


def train(job, store, rank, addresses, say=print, timeout=20.0):
    """Train this worker's part of a job; parameters and results as in `worker_numpy.train`."""
    tf = prepare(addresses, rank)
    ring = tf.distribute.experimental.CommunicationImplementation.RING
    options = tf.distribute.experimental.CommunicationOptions(
        implementation=ring, timeout_seconds=timeout)
    strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
    return loop(tf, strategy, job, store, rank, say)


def loop(tf, strategy, job, store, rank, say=print):
    """The training itself, for any strategy that has one replica in each process."""
    import keras

    x, y = task.read_data(store)
    model, optimizer = build(job, strategy)
    momenta = optimizer.variables[2:]           # before them: the count of steps, the learning rate
    start, losses = _resume(store, model, momenta)
    workers = strategy.num_replicas_in_sync
    say(began(rank, workers, start))
    losses_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")

    def replica_step(x, y, global_batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(losses_of(y, model(x))) / global_batch
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)      # sums over all workers first
        return loss

    @tf.function(reduce_retracing=True)
    def step_of_all(x, y, global_batch):
        return strategy.reduce("SUM", strategy.run(replica_step, (x, y, global_batch)), axis=None)

    seconds = []
    for step in range(start, job.steps):
        before = time.perf_counter()
        rows = task.batch_at(job.seed, step, len(x), job.batch_size)
        mine = task.shard_of(rows, rank, workers)
        loss = step_of_all(tf.constant(x[mine]), tf.constant(y[mine]),
                           tf.constant(float(len(rows))))
        losses.append(float(loss))
        seconds.append(time.perf_counter() - before)
        if step == start:
            say(FIRST)
        time.sleep(job.pause)
        if rank == 0:
            keep(job, store, step + 1, model.get_weights(), [m.numpy() for m in momenta], losses,
                 say)
    return model.get_weights(), losses, seconds


def _resume(store, model, momenta):
    """Put the newest checkpoint, if there is one, into the model and the optimiser."""
    weights = [np.array(w) for w in model.get_weights()]
    slots = [np.array(m) for m in momenta]
    start, losses = recall(checkpoints.restore(store), weights, slots)
    if start:
        model.set_weights(weights)
        for variable, value in zip(momenta, slots, strict=True):
            variable.assign(value)
    return start, losses
