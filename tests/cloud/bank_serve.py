"""A part of the exercises of chapter 05, for tests/cloud/bank.py: see tests/exercises/bank.py."""

FUNCTIONS = []         # ids of exercises whose answer is a function or a class
NUMBERS = []           # … a number
QUESTIONS = []         # … a choice
DEMANDED = {}          # id -> names of mistakes that the design asks for
KEYS = {}              # id of a question -> right letters
RIGHT_NUMBERS = {}     # id -> right answers, as numbers and formulas
ALTERNATIVES = {}      # id -> right answers that differ from the reference
WRONG_ANSWERS = []     # (id, names, answer)
FURTHER = {}           # id -> function(rng) -> further inputs
RUN = {}
STUBS = {}
TOLERATED = {}
SINGLE = []
ELSEWHERE = {}         # id -> test file that judges it
