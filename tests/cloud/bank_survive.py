"""Exercise 5.8 of chapter 05, and 5.p8, for tests/cloud/bank.py: see tests/exercises/bank.py."""


from helpers.cloud.power import pack
from tests.exercises.registers import right_answers, wrong_answers

FUNCTIONS = ["5.8"]
QUESTIONS = ["5.p8"]
DEMANDED = {"5.8": [
    "the new file is written over the old one", "the optimiser's memory is missing",
    "the random generator is missing", "the step is missing",
    "step and random generator are missing", "the old file is deleted before the new one stands",
    "renamed before the bytes are on the disk"]}
KEYS = {"5.p8": "c"}
ALTERNATIVES, WRONG_ANSWERS = {}, []
accepted, named = right_answers(ALTERNATIVES), wrong_answers(WRONG_ANSWERS)


def everything(training):
    names = ("rng_state", "step", "momentum", "weights")
    return pack(**{name: getattr(training, name) for name in names})


@accepted("5.8")
def a_name_for_each_step(disk, training):
    name = f"step-{training.step}"
    disk.write(name, everything(training))
    disk.sync(name)
    disk.rename(name, "checkpoint")


@accepted("5.8")
def synced_twice_and_checked(disk, training):
    data = everything(training)
    disk.write("checkpoint.tmp", data)
    disk.sync("checkpoint.tmp")
    assert disk.read("checkpoint.tmp") == data
    disk.rename("checkpoint.tmp", "checkpoint")
    disk.sync("checkpoint")


@accepted("5.8")
def tidies_up_first(disk, training):
    for name in disk.names():
        if name != "checkpoint":
            disk.delete(name)
    disk.write("part", everything(training))
    disk.sync("part")
    disk.rename("part", "checkpoint")


@accepted("5.8")
def keeps_a_copy_of_the_old_one(disk, training):
    if "checkpoint" in disk.names():
        disk.write("old", disk.read("checkpoint"))
        disk.sync("old")
    disk.write("new", everything(training))
    disk.sync("new")
    disk.rename("new", "checkpoint")


@named("5.8", "the new file is written over the old one")
def straight(disk, training):
    disk.write("checkpoint", everything(training))


@named("5.8", "the new file is written over the old one")
def with_a_copy_beside_it(disk, training):
    disk.write("backup", everything(training))
    disk.sync("backup")
    disk.write("checkpoint", everything(training))
    disk.sync("checkpoint")


@accepted("5.8")
def all_that_it_has(disk, training):
    disk.write("new", pack(**vars(training)))
    disk.sync("new")
    disk.rename("new", "checkpoint")


@named("5.8", "the old file is moved away before the new one stands")
def keeps_the_old_one_as_a_backup(disk, training):
    if "checkpoint" in disk.names():
        disk.rename("checkpoint", "backup")
    disk.write("checkpoint", everything(training))
    disk.sync("checkpoint")


@named("5.8", "only the weights are saved")
def weights_only(disk, training):
    disk.write("tmp", pack(weights=training.weights))
    disk.sync("tmp")
    disk.rename("tmp", "checkpoint")


@named("5.8", "the new file is written over the old one, and only the weights are saved")
def as_most_people_do(disk, training):
    disk.write("checkpoint", pack(weights=training.weights))


@named("5.8", "the old file is deleted before the new one stands")
def makes_room_first(disk, training):
    if "checkpoint" in disk.names():
        disk.delete("checkpoint")
    disk.write("tmp", everything(training))
    disk.sync("tmp")
    disk.rename("tmp", "checkpoint")


@named("5.8", "renamed before the bytes are on the disk")
def forgets_the_cache(disk, training):
    disk.write("tmp", everything(training))
    disk.rename("tmp", "checkpoint")


FURTHER = {"5.8": lambda rng: (int(rng.integers(1000)), int(rng.integers(4, 9)),
                               int(rng.integers(1, 4)))}
TOLERATED = {("5.8", abuse): "what the function returns is not asked for: it writes to the disk"
             for abuse in ("returns nothing", "returns a text", "too many dimensions",
                           "half precision", "changes its input")}
