"""The exercises of chapter 03, for the tests in tests/exercises."""

from tests.cnn import bank_questions as asked
from tests.cnn import wrong_answers_backward  # noqa: F401  (adds more)
from tests.cnn.alternatives import ALTERNATIVES
from tests.cnn.further import FURTHER
from tests.cnn.wrong_answers import WRONG_ANSWERS
from tests.exercises.bank import Bank

# What the design of the chapter asks for by name; more is welcome.
DEMANDED = {
    "3.3": ["flipped kernel", "transposed kernel", "full instead of valid", "same instead of valid",
            "one row and one column too few (H − kh)"],
    "3.4": ["pads the same on both sides (PyTorch)", "pads k//2 on both sides, also for even k",
            "channels not summed", "bias per position", "stride applied to the kernel (dilation)"],
    "3.5": ["gradient to all ties", "gradient spread evenly (mean-pooling)", "stride ignored",
            "odd border kept"],
    "3.6": ["dx without flip", "dx “valid”", "filters and channels swapped in dW", "db averaged",
            "batch not summed in dW"],
    "3.7": ["ignores the strides", "only the last stride instead of the product",
            "adds k instead of k − 1", "pooling ignored"],
    "3.11": ["averages over channels instead of space", "always class 0", "no ReLU",
             "saliency instead of Grad-CAM"],
}

BANK = Bank(
    chapter="03",
    functions=[*DEMANDED, *asked.FUNCTIONS],
    numbers=asked.NUMBERS,
    questions=asked.QUESTIONS,
    demanded={**DEMANDED, **asked.DEMANDED},
    keys=asked.KEYS,
    right_numbers=asked.RIGHT_NUMBERS,
    alternatives=ALTERNATIVES,
    wrong_answers=WRONG_ANSWERS,
    further=FURTHER,
    single=["3.3", "3.4", "3.6", "3.11"],
    elsewhere=asked.ELSEWHERE,
)
