"""A part of the exercises of chapter 05, for tests/cloud/bank.py: see tests/exercises/bank.py."""

from helpers.cloud.exercises_responsibility import ITEMS, MODELS
from tests.exercises.registers import right_answers, wrong_answers

FUNCTIONS = ["5.1"]
NUMBERS = ["5.2", "5.3", "5.p3"]
QUESTIONS = ["5.p1", "5.p2", "5.p13", "5.a", "5.b", "5.c"]
DEMANDED = {
    "5.1": ["provider backs up my data", "IaaS patches OS"],
    "5.2": ["ridge inverted", "counts parameters not bytes", "forgets output traffic"],
    "5.3": ["N×", "p·N", "1/p"],
}
KEYS = {"5.p1": "c", "5.p2": "b", "5.p13": "abd", "5.a": "acdg", "5.b": "b", "5.c": "c"}
RIGHT_NUMBERS = {
    "5.2": [4.34, "2*32*26*26*32*9/(4*(32*28*28 + 320 + 32*26*26*32))"],
    "5.3": [5.93, 5.9, "1/(0.05 + 0.95/8)"],
    "5.p3": [20, "1/(1 - 0.95)"],
}
FURTHER = {"5.1": lambda rng: (MODELS[rng.integers(3)],)}
TOLERATED = {("5.1", "changes its input"): "its input is a word, and words cannot be changed"}

ALTERNATIVES, WRONG_ANSWERS = {}, []
accepted, named = right_answers(ALTERNATIVES), wrong_answers(WRONG_ANSWERS)


@accepted("5.1")
def written_out(model):
    if model == "IaaS":
        return {"operating system", "firewall of the machine", "language runtime",
                "application code", "installed packages", "data", "backups", "accounts"}
    if model == "PaaS":
        return {"application code", "installed packages", "data", "backups", "accounts"}
    return {"data", "backups", "accounts"}


@accepted("5.1")
def from_the_top_of_the_list(model):
    return list(ITEMS[{"IaaS": 4, "PaaS": 7, "SaaS": 9}[model]:])


@accepted("5.1")
def a_table_of_yes_and_no(model):
    provider_up_to = {"IaaS": "hypervisor", "PaaS": "language runtime",
                      "SaaS": "installed packages"}[model]
    return {item: k > ITEMS.index(provider_up_to) for k, item in enumerate(ITEMS)}


@named("5.1", "provider backs up my data", "IaaS patches OS")
def trusting(model):
    found = written_out(model) - {"operating system"}
    return found - {"backups"} if model != "IaaS" else found


@named("5.1", "I install Python under PaaS")
def one_item_too_many(model):
    return written_out(model) | ({"language runtime"} if model == "PaaS" else set())


@named("5.1", "provider backs up my data")
def software_is_safe(model):
    return ["data", "accounts"] if model == "SaaS" else sorted(written_out(model))


@named("5.1", "platform updates my packages", "provider decides who may log in")
def handed_over(model):
    lost = {"PaaS": {"installed packages"}, "SaaS": {"accounts"}}.get(model, set())
    return tuple(written_out(model) - lost)
