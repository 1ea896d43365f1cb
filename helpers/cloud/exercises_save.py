"""Exercise 5.8: save a training so that a power cut at any byte loses nothing but a few steps.

The answer is tried on `power.Disk`: with a power cut in each of its operations, and in several
places of each write.
"""

import numpy as np

from helpers.cloud.hints import SOLUTION
from helpers.cloud.power import Disk, PowerCut, Training, go_on, pack, restore
from helpers.kit.exercise import exercise

SHARES = (0.0, 0.02, 0.5, 0.98)   # of a file's bytes that are written when the power fails
OPERATIONS = ("write", "sync", "rename", "delete")

X5_8 = exercise(
    "5.8",
    title="Save so that nothing is lost",
    kind="fill-in",
    minutes=15,
    difficulty=3,
    importance=5,
    outputs=("weights after a resume", "steps after a resume", "lost in a power cut"),
    hints=(
        "Two questions. What does the next step depend on? And: is there, at every moment, a "
        "whole file called \"checkpoint\"?",
        "Four things go into pack: weights, momentum, step, rng_state. Write them under another "
        "name, sync that file, then rename it to \"checkpoint\".",
        SOLUTION,
    ),
)


@X5_8.reference
def save_atomic(disk, training):
    """Save `training` as "checkpoint": at every moment the old file or the new one is whole."""
    data = pack(weights=training.weights, momentum=training.momentum, step=training.step,
                rng_state=training.rng_state)
    disk.write("new", data)
    disk.sync("new")
    disk.rename("new", "checkpoint")


@X5_8.probes
def _(rng):
    return [(int(rng.integers(100)), 6, 2), (int(rng.integers(100)), 7, 3)]


@X5_8.harness
def trial(save, seed, steps, every):
    """Cut the power wherever it can be cut; what is left?

    Returns
    -------
    weights : (2,)
        At the end of a training that was resumed from the second save.
    taken : int
        Steps that the resumed training took.
    lost : (4,) of 0 or 1
        Whether a cut in a write, sync, rename or delete of a later save, or just after it, loses
        all that was saved before.
    """
    whole, before, first = Disk(), Training(seed), None
    for _ in range(2 * every):
        before.advance()
        if before.step % every == 0:
            if save(whole, before) is ...:       # as handed out
                return ...
            first = first or len(whole.done)
    later = range(first, len(whole.done))        # the operations of the second save
    try:                                         # killed, but no power cut
        resumed, taken = go_on(save, whole, seed, steps + every, every)
    except AttributeError as error:
        if not isinstance(error.obj, Training):
            raise
        raise ValueError(f"{error.name!r} is not what `training` calls it; restore looks for "
                         "weights, momentum, step and rng_state") from None
    lost = np.zeros(len(OPERATIONS))
    for number in later:
        kind = whole.done[number]
        for share in SHARES if kind == "write" else (0.0,):
            if _loses(save, (number, share), seed, every):
                lost[OPERATIONS.index(kind)] = 1
        if _loses(save, (number + 1, 0.0), seed, every):     # just after it
            lost[OPERATIONS.index(kind)] = 1
    return resumed.weights, taken, lost


def _loses(save, cut, seed, every):
    """Whether a power cut leaves nothing to go on from, though one save was complete before it."""
    disk = Disk(cut)
    training = Training(seed)
    try:
        for _ in range(2 * every):
            training.advance()
            if training.step % every == 0:
                save(disk, training)
    except PowerCut:
        pass
    return not restore(disk.after_the_cut(), Training(seed))


def _over(disk, data):
    disk.write("checkpoint", data)
    disk.sync("checkpoint")


def _over_and_not_synced(disk, data):
    disk.write("checkpoint", data)


def _copied(disk, data):
    disk.write("new", data)
    disk.sync("new")
    disk.write("checkpoint", disk.read("new"))
    disk.sync("checkpoint")
    disk.delete("new")


def _copied_and_left(disk, data):
    disk.write("new", data)
    disk.write("checkpoint", data)


def _delete(disk):
    if "checkpoint" in disk.names():
        disk.delete("checkpoint")


def _put_aside(disk):
    if "checkpoint" in disk.names():
        disk.rename("checkpoint", "old")


def _deleted_then_renamed(disk, data):
    disk.write("new", data)
    disk.sync("new")
    _delete(disk)
    disk.rename("new", "checkpoint")


def _deleted_then_written(disk, data):
    _delete(disk)
    disk.write("new", data)
    disk.sync("new")
    disk.rename("new", "checkpoint")


def _deleted_then_written_over(disk, data):
    _delete(disk)
    disk.write("checkpoint", data)
    disk.sync("checkpoint")


def _moved_away(disk, data):
    disk.write("new", data)
    disk.sync("new")
    _put_aside(disk)
    disk.rename("new", "checkpoint")


def _moved_away_first(disk, data):
    _put_aside(disk)
    disk.write("new", data)
    disk.sync("new")
    disk.rename("new", "checkpoint")


def _moved_away_and_written(disk, data):
    _put_aside(disk)
    disk.write("checkpoint", data)
    disk.sync("checkpoint")


def _moved_away_and_deleted(disk, data):
    _moved_away_and_written(disk, data)
    if "old" in disk.names():
        disk.delete("old")


def _not_synced(disk, data):
    disk.write("new", data)
    disk.rename("new", "checkpoint")


def _synced_too_late(disk, data):
    disk.write("new", data)
    disk.rename("new", "checkpoint")
    disk.sync("checkpoint")


def _never_renamed(disk, data):
    disk.write("new", data)
    disk.sync("new")


def _right(disk, data):
    disk.write("new", data)
    disk.sync("new")
    disk.rename("new", "checkpoint")


OVER = ("the new file is written over the old one", "From the first byte on the old content is "
        "gone, and until the last byte the new one is not whole. Write under another name, then "
        "rename that file: a copy of it would be written over the old one just the same.")
DELETED = ("the old file is deleted before the new one stands", "For a moment there is no "
           "checkpoint at all, and that is when the power fails. `rename` replaces the old file in "
           "one step; nothing need be deleted.")
SYNC = ("renamed before the bytes are on the disk", "What is written stays in memory for a while. "
        "After a power cut the name is there and the content is not. Call sync before rename.")
MOVED = ("the old file is moved away before the new one stands", "From then on, until the new "
         "one is whole, there is no file called \"checkpoint\", and nobody looks for \"old\". "
         "One rename, of the new file over the old one, is enough.")
NEVER = ("never renamed", "What stands under another name is not found at the resume: the file "
         "must be called \"checkpoint\" in the end.")
WAYS = [(OVER, _over), (OVER, _over_and_not_synced), (OVER, _copied), (OVER, _copied_and_left),
        (DELETED, _deleted_then_renamed), (DELETED, _deleted_then_written),
        (DELETED, _deleted_then_written_over), (MOVED, _moved_away), (MOVED, _moved_away_first),
        (MOVED, _moved_away_and_written), (MOVED, _moved_away_and_deleted), (SYNC, _not_synced),
        (SYNC, _synced_too_late), (NEVER, _never_renamed)]

MISSING = [
    ("the optimiser's memory is missing", "The next step depends on the momentum as well. Resumed "
     "with a momentum of zero, the training takes another way.", ["momentum"]),
    ("the step is missing", "The learning rate depends on the step, and so does when to stop: "
     "without it the training starts to count at 0 again.", ["step"]),
    ("the random generator is missing", "Its state decides which examples come next. Without it "
     "the resumed training sees the first examples once more.", ["rng_state"]),
    ("step and random generator are missing", "The resumed training counts from 0 again, and "
     "repeats the batches that it has seen.", ["step", "rng_state"]),
    ("momentum and random generator are missing", "The next step depends on both: on the momentum "
     "by its length, on the generator by its examples.", ["momentum", "rng_state"]),
    ("momentum and step are missing", "The next step depends on the momentum, its learning rate on "
     "the step.", ["momentum", "step"]),
    ("the weights are missing", "All the rest is of no use without them.", ["weights"]),
    ("only the weights are saved", "Weights alone are enough to use a network. To go on training "
     "as if nothing had happened, momentum, step and random generator are needed, too.",
     ["momentum", "step", "rng_state"]),
]


def _wrong(way, missing=()):
    """An answer that writes in this way, without some entries."""
    def save(disk, training):
        entries = {"weights": training.weights, "momentum": training.momentum,
                   "step": training.step, "rng_state": training.rng_state}
        way(disk, pack(**{name: entries[name] for name in entries if name not in missing}))
    return save


for (_name, _why), _way in WAYS:
    X5_8.mistake(_name, why=_why)(_wrong(_way))
for _name, _why, _entries in MISSING:
    X5_8.mistake(_name, why=_why)(_wrong(_right, _entries))
    for (_how, _because), _way in WAYS:
        if _way is not _never_renamed:      # there nothing that is missing can show
            X5_8.mistake(f"{_how}, and {_name}", why=f"{_because} And: {_why}")(
                _wrong(_way, _entries))
