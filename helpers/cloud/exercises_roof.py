"""What is predicted as a number: 5.2 intensity of a layer, 5.3 and 5.p3 speed-up of workers."""

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import number

# --- 5.2 ---------------------------------------------------------------------------------------

X5_2 = number(
    "5.2",
    title="How many FLOPs does the article's first convolution do for each byte it moves?",
    kind="predict",
    answer=4.3407,
    rel_tol=1e-2,
    unit="FLOP/byte",
    minutes=6,
    difficulty=3,
    importance=5,
    hints=(
        "Two counts: what is computed, and which arrays must pass between processor and memory. "
        "There are three of the latter. Which is the largest?",
        "FLOPs: 2 (a multiplication and an addition) · 32 images · 26·26 places · 32 maps · 3·3·1 "
        "products. Bytes: 4 · (images that come + weights that come + maps that go).",
        SOLUTION,
    ),
    wrong=[
        (122.60, "forgets output traffic",
         "The images and the weights come, and the 32·26·26·32 values of the maps have to go: 27 "
         "times as many. A layer is not done before its result is stored."),
        (124.163, "forgets output traffic",
         "Only the images were counted. The weights come as well, and above all the maps go: 28 "
         "times as many values as the images have."),
        (18, "FLOPs for each value", "18 FLOPs for each value of the maps. Asked for is how many "
         "for each byte, and all that comes and goes counts: 4 bytes a number."),
        (17.363, "counts parameters not bytes",
         "Those are FLOPs for each number. A float32 has 4 bytes."),
        (38_937.6, "counts parameters not bytes",
         "FLOPs for each parameter. What has to be moved is not 320 parameters only but all that "
         "comes and goes, in bytes: images, weights and maps."),
        (9734.4, "only the weights are moved",
         "The weights are the smallest part: 1 280 bytes. The images come as well, and the maps "
         "go."),
        (0.23038, "ridge inverted",
         "Bytes for each FLOP: intensity is the inverse, FLOPs for each byte. With this and a "
         "ridge in FLOP/byte every layer lands on the wrong side."),
        (2.1703, "multiplications only",
         "Each product is also added up: a multiplication and an addition are two FLOPs."),
        (4.4979, "forgets input traffic",
         "The images have to come before anything can be computed: 32·28·28 numbers more."),
        (0.48230, "forgot the window",
         "Each output is a sum of 3·3 products, not of one."),
        (4.5818, "bias counted",
         "A bias adds one FLOP to each output. It is left out here, as everywhere where sums are "
         "long; the 18 FLOPs of the window are what counts."),
        (8.6814, "half precision",
         "With 2 bytes for each number it would be so. Keras and our NumPy networks compute in "
         "float32: 4 bytes."),
    ],
)


# --- 5.3 ---------------------------------------------------------------------------------------

X5_3 = number(
    "5.3",
    title="95 % of the work can be shared: how much faster are 8 workers?",
    kind="predict",
    answer=1 / (0.05 + 0.95 / 8),
    rel_tol=5e-3,      # 5.9 will do
    unit="",
    minutes=4,
    difficulty=2,
    importance=5,
    hints=(
        "Take 100 minutes of work. Which minutes are still there with eight workers?",
        "Amdahl's law: S = 1 / ((1 − p) + p/N). The 5 minutes stay 5, the 95 become 95/8.",
        SOLUTION,
    ),
    wrong=[
        (8, "N×", "Eight times as fast would be all of the work, shared. The 5 % that only one can "
         "do take as long as before, while seven wait."),
        (7.6, "p·N", "Speed-ups of parts cannot be averaged. Times can be added: 5 % of the time "
         "stays, 95 % becomes an eighth."),
        (1 / 0.95, "1/p", "That divides by what can be shared. What remains of the time is "
         "0.05 + 0.95/8."),
        (20, "N → ∞", "That is the limit for any number of workers, 1/(1 − p). Eight do not "
         "reach it."),
        (7.65, "Gustafson's law", "(1 − p) + p·N asks how much more eight workers do in the same "
         "time, if the work grows with them. Here the work stays the same."),
        (1 / (0.95 + 0.05 / 8), "p and 1 − p exchanged",
         "95 % can be shared and shrinks to an eighth; the 5 % stay."),
        (8 / 0.95, "forgot the serial part", "The 5 % that cannot be shared have to be done too: "
         "0.05 + 0.95/8."),
        (0.05 + 0.95 / 8, "time instead of speed-up", "That is the time that is left, as a share "
         "of the old one. The speed-up is its inverse."),
        (1 / (0.05 + 0.95 / 8) / 8, "efficiency", "That is the share of the eight workers' time "
         "that was worth it, S/N. Asked for is S."),
    ],
)


# --- 5.p3 --------------------------------------------------------------------------------------

P5_3 = number(
    "5.p3",
    title="95 % of the work can be shared: how much faster at most, with as many workers as you "
    "like?",
    kind="predict",
    answer=20,
    rel_tol=2e-3,
    unit="",
    minutes=2,
    difficulty=2,
    importance=5,
    hints=(
        "What becomes of the 95 % when they are divided among ever more workers? And of the 5 %?",
        "p/N goes to zero, 1 − p stays: S → 1 / (1 − p).",
        SOLUTION,
    ),
    wrong=[
        (1 / 0.95, "1/p", "That would be so if the 95 % could not be shared."),
        (19, "p/(1 − p)", "That compares the two parts. The whole work was 1, and 0.05 of it is "
         "left: 1/0.05."),
        (0.05, "time instead of speed-up", "That is the time that is left. The speed-up is its "
         "inverse."),
        (95, "a percentage taken for a factor", "95 % is the part that vanishes. What stays are "
         "5 of 100 minutes."),
        (5, "a percentage taken for a factor", "5 % is the part that stays: 5 of 100 minutes. "
         "That is how many times as fast?"),
        (10_000, "as many as there are workers", "Ten thousand times as fast would be all of the "
         "work, shared. The 5 % that only one can do take as long as before."),
        (9_500, "p·N", "Every worker helps with the 95 % only, and only their time shrinks. Add "
         "times up, not speed-ups: 0.05 + 0.95/N."),
        (1e9, "no limit", "Every worker helps with the 95 % only. The 5 % take their time, "
         "however many are waiting."),
    ],
)
