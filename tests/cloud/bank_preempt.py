"""Questions on preemption of chapter 05, for tests/cloud/bank.py: see tests/exercises/bank.py."""

NUMBERS = ["5.9"]
QUESTIONS = ["5.p9", "5.g"]
DEMANDED = {"5.9": ["Cμ without the 2", "μ in hours", "as often as possible"]}
KEYS = {"5.p9": "b", "5.g": "ad"}
RIGHT_NUMBERS = {"5.9": ["sqrt(2 * 60 * 4*3600)", 1314.5, "21.9 min", "1315 s", 1274.8]}
