"""Exercise 5.1: who looks after what, under each of the three service models.

The models are those of Mell & Grance (2011), "The NIST definition of cloud computing", SP 800-145.
What NIST leaves open, such as backups, is what contracts usually say; a contract may differ.
"""

import difflib

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise

MODELS = ("IaaS", "PaaS", "SaaS")
ITEMS = (
    "building and power", "network cables", "servers and disks", "hypervisor",
    "operating system", "firewall of the machine", "language runtime",
    "application code", "installed packages",
    "data", "backups", "accounts",
)
"""From the ground up. "operating system" means its security patches as well, "installed packages"
those that the application's requirements ask for, "accounts" who may log in and do what."""

X5_1 = exercise(
    "5.1",
    title="Who looks after what?",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=5,
    outputs=ITEMS,
    hints=(
        "Ask of each item: if it fails at night, can I mend it at all, without a key to the "
        "provider's building and without being administrator of its machines?",
        "IaaS hands you a virtual machine: from the operating system upwards all is yours. PaaS "
        "runs your program: its code and its packages are yours. SaaS is a finished program: "
        "three things are left that nobody can take off you.",
        SOLUTION,
    ),
)


@X5_1.reference
def yours(model):
    """Service model, "IaaS", "PaaS" or "SaaS" -> set of the items that the customer looks after."""
    items = {"data", "backups", "accounts"}
    if model != "SaaS":
        items |= {"application code", "installed packages"}
    if model == "IaaS":
        items |= {"operating system", "firewall of the machine", "language runtime"}
    return items


@X5_1.probes
def _(rng):
    return [(model,) for model in MODELS]


@X5_1.harness
def _(fn, model):
    """For each item whether the customer looks after it; sets, lists and dicts of words will do."""
    found = fn(model)
    if found is None or found is ...:
        return found
    if isinstance(found, dict):
        found = [item for item, mine in found.items() if mine]
    if not isinstance(found, (set, frozenset, list, tuple)) \
            or not all(isinstance(item, str) for item in found):
        raise TypeError(f'yours("{model}") should return a set of items, each a text such as '
                        f'"data"; got {type(found).__name__}')
    for item in found:
        if item not in ITEMS:
            near = difflib.get_close_matches(item, ITEMS, 1)
            perhaps = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"there is no item {item!r}{perhaps} exercises.ITEMS holds all "
                             "twelve")
    return tuple(item in found for item in ITEMS)


def _owned(change):
    """The right answer with `change(model, items)` applied."""
    def wrong(model):
        return change(model, set(yours(model)))
    return wrong


def _leave(item, models):
    """The provider does it, under these models."""
    return _owned(lambda model, items: items - {item} if model in models else items)


def _take(item, models):
    """The customer does it, under these models."""
    return _owned(lambda model, items: items | {item} if model in models else items)


_GROUND = ("That is behind the provider's doors in all three models: you cannot even get there. "
           "(Your own cloud, in your own rooms, is another matter.)")
for _item, _name in [("building and power", "I keep the building running"),
                     ("network cables", "I lay the cables"),
                     ("servers and disks", "I replace broken disks"),
                     ("hypervisor", "I patch the hypervisor")]:
    for _models in (MODELS[:1], MODELS[:2], MODELS):
        X5_1.mistake(_name, why=_GROUND)(_take(_item, _models))

for _item, _left, _why_left, _taken, _why_taken in [
    ("operating system",
     "IaaS patches OS", "IaaS rents you a machine. Which operating system runs on it, and whether "
     "its holes are closed, is your business; nobody else may log in.",
     "I patch the OS under PaaS", "The platform runs your program on an operating system that you "
     "never see. The provider patches it."),
    ("firewall of the machine",
     "IaaS closes my ports", "The provider offers a firewall; which ports of your machine are "
     "open is decided by your rules. Many machines were lost through a rule that let all in.",
     "I set up the machine's firewall under PaaS", "Under PaaS and SaaS there is no machine of "
     "yours, and so no firewall of one."),
    ("language runtime",
     "IaaS installs Python", "An image may bring a Python along. To keep it up to date is yours, "
     "like all that runs on your machine.",
     "I install Python under PaaS", "The platform is just that: runtimes, kept up to date. You "
     "choose a version, the provider looks after it."),
]:
    X5_1.mistake(_left, why=_why_left)(_leave(_item, ("IaaS",)))
    X5_1.mistake(_taken, why=_why_taken)(_take(_item, ("PaaS",)))
    X5_1.mistake(_taken, why=_why_taken)(_take(_item, ("PaaS", "SaaS")))
    X5_1.mistake(_taken, why=_why_taken)(_take(_item, ("SaaS",)))

for _item, _left, _why_left, _taken in [
    ("application code",
     "provider mends my program", "Under IaaS and PaaS the program is yours, with its faults: "
     "the provider runs it as it is.",
     "I mend the program under SaaS"),
    ("installed packages",
     "platform updates my packages", "What your requirements.txt asks for comes from you. A hole "
     "in one of these packages is a hole in your program, and you have to close it.",
     "I update packages under SaaS"),
]:
    for _models in (MODELS[:1], MODELS[1:2], MODELS[:2]):
        X5_1.mistake(_left, why=_why_left)(_leave(_item, _models))
    X5_1.mistake(_taken, why="Software as a service is the provider's program, with all that it "
                 "is made of. You only use it.")(_take(_item, ("SaaS",)))

for _item, _left, _why_left in [
    ("backups", "provider backs up my data",
     "Providers keep copies against broken disks of their own. Against you deleting or spoiling "
     "something, or a closed account, only a backup helps that you made or ordered."),
    ("data", "provider is responsible for my data",
     "What is stored, and whether it may be stored there at all, is decided by you in every "
     "model. The law asks you, not the provider."),
    ("accounts", "provider decides who may log in",
     "The provider checks passwords. Who has an account, with which rights, and who loses it when "
     "they leave, only you can know."),
]:
    for _models in (("SaaS",), ("PaaS", "SaaS"), MODELS, ("PaaS",), ("IaaS",)):
        X5_1.mistake(_left, why=_why_left)(_leave(_item, _models))

_SWAPPED = dict(zip(MODELS, MODELS[::-1], strict=True))
X5_1.mistake("IaaS and SaaS exchanged", why="Infrastructure as a service is the barest offer, so "
             "there you have most to do; software as a service is the finished one.")(
    lambda model: yours(_SWAPPED[model]))
X5_1.mistake("what the provider looks after", why="Asked for is the customer's part; this is the "
             "provider's.")(lambda model: set(ITEMS) - yours(model))
X5_1.mistake("the same under all models", why="The three models differ in just this: how far up "
             "the provider's part reaches.")(lambda model: yours("PaaS"))
X5_1.mistake("the same under all models", why="The three models differ in just this: how far up "
             "the provider's part reaches.")(lambda model: yours("IaaS"))
X5_1.mistake("the same under all models", why="The three models differ in just this: how far up "
             "the provider's part reaches.")(lambda model: yours("SaaS"))
X5_1.mistake("nothing is left to me", why="No provider takes over what is stored, who may log in, "
             "and whether there is a backup.")(lambda model: set())
X5_1.mistake("all of it is mine", why="Somebody else owns the building, the cables, the servers "
             "and the hypervisor: that is what you pay for.")(lambda model: set(ITEMS))
