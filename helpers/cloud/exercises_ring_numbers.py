"""Exercise 5.6: how much each worker of a ring sends, a number to predict."""

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import number

X5_6 = number(
    "5.6",
    title="How many bytes does each of four workers send in one all-reduce of 487 720 bytes?",
    kind="predict",
    answer=731_580,
    rel_tol=2e-3,      # 731 584, with chunks of whole numbers, and 732 000 as well
    unit="bytes",
    minutes=4,
    difficulty=3,
    importance=5,
    hints=(
        "How large is one chunk, and how many chunks does a worker pass on, in both phases "
        "together?",
        "A chunk has M/N bytes. A worker sends one in each of the N − 1 steps of the "
        "reduce-scatter, and one in each of the N − 1 steps of the all-gather: 2(N − 1)/N · M.",
        SOLUTION,
    ),
    wrong=[
        (1_463_160, "grows with N",
         "3 · 487 720 would be three whole vectors, as where everyone sends to everyone else. In "
         "a ring a worker sends chunks of M/4 bytes, six of them."),
        (1_950_880, "grows with N",
         "4 · 487 720 would be a whole vector for each worker. In a ring a worker sends chunks of "
         "M/4 bytes, six of them."),
        (2_926_320, "grows with N",
         "Six steps, but in each of them only a chunk of M/4 bytes is sent, not the whole vector."),
        (3_901_760, "grows with N",
         "2 · 4 · 487 720 is what goes through the middle of a star. In a ring a worker sends six "
         "chunks of M/4 bytes."),
        (975_440, "2M exactly",
         "2M is what it comes near for many workers. With four, 2 · 3/4 · M: a chunk has three "
         "ways to go in each phase, not four."),
        (365_790, "forgets one of the two phases",
         "3/4 · M is the reduce-scatter alone. The all-gather sends as much again."),
        (487_720, "the vector once",
         "Each worker sends more than its own vector: it also passes on what came from others. "
         "Count the steps: 3 + 3, each with a chunk of M/4."),
        (121_930, "one chunk only",
         "M/4 is what a worker sends in one step. There are 3 + 3 steps."),
        (243_860, "one chunk in each phase",
         "That is one step of each phase, two chunks of M/4. There are N − 1 = 3 steps in each."),
        (609_650, "mixed up the steps",
         "Five chunks: there are N − 1 = 3 steps in each of the two phases, so six."),
        (853_510, "mixed up the steps",
         "Seven chunks: there are N − 1 = 3 steps in each of the two phases, so six."),
        (182_895, "counted numbers, not bytes",
         "That is how many numbers are sent. Each has four bytes, and M counts bytes already."),
        (2_926_320 * 4, "bytes counted twice",
         "487 720 counts bytes already, four for each of the 121 930 parameters."),
        (1_097_370, "divided by N − 1 … or by 2",
         "A chunk has M/N = M/4 bytes, and six of them are sent."),
    ],
)
