"""A part of the exercises of chapter 05, for tests/cloud/bank.py: see tests/exercises/bank.py."""

from helpers.cloud.distributed import FAULTS
from tests.cloud.answers_ring import ALTERNATIVES, WRONG_ANSWERS  # noqa: F401  (the bank's)

FUNCTIONS = ["5.4", "5.5", "5.7"]
NUMBERS = ["5.6"]
QUESTIONS = ["5.p4", "5.p5", "5.p6", "5.p7", "5.d", "5.e", "5.f"]
DEMANDED = {
    "5.4": ["unweighted mean for unequal shards", "sum, not mean (learning rate × N)",
            "divided by the local batch", "averages the weights, not the gradients"],
    "5.5": ["off-by-one chunk index", "N − 1 steps only", "overwrites in the gather phase",
            "forgets the division", "sends the whole vector"],
    "5.6": ["grows with N", "2M exactly", "forgets one of the two phases"],
    "5.7": [name for name, _ in FAULTS.values()],
}
KEYS = {"5.p4": "c", "5.p5": "c", "5.p6": "c", "5.p7": "c", "5.d": "b", "5.e": "ac", "5.f": "b"}
RIGHT_NUMBERS = {"5.6": ["2*(4 - 1)/4 * 487720", 731_580, "731,580 bytes", 731_584]}


def for_shards(rng):
    workers, inputs, outputs = (int(k) for k in rng.integers(1, 6, 3))
    sizes = rng.integers(1, 9, workers)
    shape = [(inputs,), (inputs, outputs)][rng.integers(2)]
    scale = 10.0 ** rng.uniform(-2, 2)
    return (scale * rng.normal(size=shape),
            [(rng.normal(size=(n, inputs)), scale * rng.normal(size=(n, *shape[1:])))
             for n in sizes])


def for_ring(rng):
    n, length = int(rng.integers(1, 8)), int(rng.integers(1, 20))
    return (list(rng.normal(size=(n, length)) * 10.0 ** rng.uniform(-2, 2)),)


FURTHER = {"5.4": for_shards, "5.5": for_ring}
ELSEWHERE = {"5.7": "tests/cloud/test_distributed.py"}     # each input is a training
