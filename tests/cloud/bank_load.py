"""Exercises on load and cost, for tests/cloud/bank.py: see tests/exercises/bank.py."""

FUNCTIONS = ["5.11"]
NUMBERS = ["5.p12"]
QUESTIONS = ["5.p11", "5.i", "5.j", "5.k"]
DEMANDED = {"5.11": ["utilisation > 1", "averages as SLO", "ignores cold start"]}
KEYS = {"5.p11": "c", "5.i": "b", "5.j": "c", "5.k": "b"}
RIGHT_NUMBERS = {"5.p12": ["0.10 / (300 * 3600) * 1e6", 0.0926, 0.09, "0.093 dollars"]}
ELSEWHERE = {"5.11": "tests/cloud/test_capacity.py"}
