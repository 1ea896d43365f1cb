"""Numbers and questions of chapter 03, and its exercises 3.9 and 3.10, for tests/cnn/bank.py."""

from helpers.cnn.pipeline import FAULTS

FUNCTIONS = ["3.9", "3.10"]
NUMBERS = ["3.1", "3.2", "3.p2", "3.p6", "3.p9"]
PREDICTED = ["3.p1", "3.p3", "3.p4", "3.p5", "3.p7", "3.8", "3.p10", "3.p11", "3.p12"]
QUESTIONS = [*PREDICTED, *(f"3.{letter}" for letter in "abcdefghijklm")]

# Both train networks.
ELSEWHERE = {"3.9": "tests/cnn/test_pipeline.py", "3.10": "tests/cnn/test_design.py"}

# What the design of the chapter asks for by name; more is welcome.
DEMANDED = {
    "3.1": ["“same” padding assumed", "rounded up", "forgot the first pool",
            "forgot the second pool", "forgot the channels", "the size never changes",
            "one pixel too many taken off"],
    "3.2": ["forgot the biases", "forgot the input channels", "weights of its own at every place",
            "pool counted", "“same” padding assumed"],
    "3.9": [name for name, _ in FAULTS.values()],
    "3.10": ["parameter limit exceeded", "trained on the test part", "one single lucky seed"],
}

KEYS = {"3.p1": "c", "3.p3": "a", "3.p4": "d", "3.p5": "b", "3.p7": "c", "3.8": "c", "3.p10": "b",
        "3.p11": "d", "3.p12": "d", "3.a": "d", "3.b": "b", "3.c": "a", "3.d": "c", "3.e": "b",
        "3.f": "bc", "3.g": "a", "3.h": "d", "3.i": "ad", "3.j": "a", "3.k": "d", "3.l": "abdf",
        "3.m": "a"}

RIGHT_NUMBERS = {
    "3.1": ["5*5*64", 1600, "1,600"],
    "3.2": ["(3*3*1 + 1)*32 + (3*3*32 + 1)*64 + (1600 + 1)*64 + (64 + 1)*10", 121_930, "121,930"],
    "3.p2": ["(28*28 + 1) * 26*26*32", 16_981_120, "16,981,120"],
    "3.p6": ["26*26*32*9 + 11*11*64*9*32 + 1600*64 + 64*10", 2_528_000, "2.528e6"],
    "3.p9": ["1 + 2 + 1 + 2*2 + 1*2", 10, "10 pixels"],
}
