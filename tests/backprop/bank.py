"""The exercises of chapter 02, for the tests in tests/exercises."""

from helpers.backprop.bughunt import FAULTS
from helpers.backprop.mistakes_autograd import make_value
from tests.backprop import (  # noqa: F401  (they add more)
    alternatives_training,
    wrong_answers_adam,
    wrong_answers_autograd,
    wrong_answers_training,
)
from tests.backprop.alternatives import ALTERNATIVES
from tests.backprop.further import FURTHER, run_graph
from tests.backprop.wrong_answers import WRONG_ANSWERS
from tests.exercises.bank import Bank

FUNCTIONS = ["2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.10", "2.11"]
NUMBERS = ["2.1", "2.9", "2.p3"]
PREDICTED = ["2.p2", "2.p4", "2.p5", "2.p7", "2.p10", "2.p11", "2.p12"]
QUESTIONS = [*PREDICTED, *(f"2.{letter}" for letter in "abcdefghijkl")]

# What the design of the chapter asks for by name; more is welcome.
DEMANDED = {
    "2.1": ["one weight per node", "forgot the biases", "counted input biases"],
    "2.2": ["transposed W", "bias along rows", "bias after the activation", "missing bias"],
    "2.3": ["softmax over wrong axis", "overflow", "sum over whole batch", "softmax twice"],
    "2.4": ["sum instead of mean", "log2", "binary cross-entropy over all classes", "mean over n·C",
            "log 0"],
    "2.5": ["forgot to divide by batch size", "divided twice by the batch size", "divided by n·C",
            "sign flipped (Y − P)", "gradient with respect to P"],
    "2.6": ["transposed dW", "W instead of Wᵀ", "db not summed", "db averaged again", "forgot f′",
            "f′(a) instead of f′(z)", "returns the update, not the gradient"],
    "2.7": [name for name, _ in FAULTS.values()],
    "2.8": ["forward difference", "h too small, such as 1e-12", "absolute error", "float32",
            "parameter not restored", "never looks at b"],
    "2.9": ["1/λmax", "2/λmin", "2/(λmin + λmax)"],
    "2.10": ["`=` instead of `+=`", "no topological order", "root grad not 1",
             "grads not reset between calls"],
    "2.11": ["no bias correction", "ε inside the root", "β's swapped", "bias correction from t=0",
             "squares m"],
}

KEYS = {"2.p2": "a", "2.p4": "c", "2.p5": "b", "2.p7": "d", "2.p10": "b", "2.p11": "c",
        "2.p12": "d", "2.a": "b", "2.b": "d", "2.c": "c", "2.d": "d", "2.e": "c",
        "2.f": "bcfhi", "2.g": "a", "2.h": "c", "2.i": "d", "2.j": "b", "2.k": "c", "2.l": "a"}


class UnfinishedValue(make_value()):
    """2.10 as handed out."""

    def __add__(self, other):
        return ...

    def __mul__(self, other):
        return ...

    def backward(self):
        return ...


COPIES = "train() gets copies, which it may change; its weights are read as float64"

BANK = Bank(
    chapter="02",
    functions=FUNCTIONS,
    numbers=NUMBERS,
    questions=QUESTIONS,
    demanded=DEMANDED,
    keys=KEYS,
    right_numbers={"2.1": ["64*64+64+64*10+10", "4,810", 4810.0], "2.9": ["2/10", 0.2, "1/5"],
                   "2.p3": ["log(10)", 2.3026]},
    alternatives=ALTERNATIVES,
    wrong_answers=WRONG_ANSWERS,
    further=FURTHER,
    run={"2.10": run_graph},
    stubs={"2.10": UnfinishedValue},
    tolerated={("2.7", "changes its input"): COPIES, ("2.7", "half precision"): COPIES,
               ("2.8", "half precision"): "only the order of magnitude of the answer counts",
               ("2.8", "changes its input"): ("parameter not restored",)},
    single=["2.2", "2.3", "2.6"],
)
