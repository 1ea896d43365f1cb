"""What is predicted as a number about preemption: 5.9, how often to save."""

from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import number

X5_9 = number(
    "5.9",
    title="A checkpoint takes 60 s, machines live 4 hours on average: after how many seconds of "
    "work should one save?",
    kind="predict",
    answer=(2 * 60 * 4 * 3600) ** 0.5,
    rel_tol=0.035,      # Daly's formula, 1275 s, and the exact optimum are right as well
    unit="s",
    minutes=4,
    difficulty=2,
    importance=5,
    hints=(
        "Two losses: writing, C for every τ of work; and the work since the last checkpoint, half "
        "of τ on average for every μ. Which τ makes their sum smallest?",
        "C/τ + τ/(2μ) has its minimum where C/τ² = 1/(2μ): τ* = √(2Cμ). Both in the same unit.",
        SOLUTION,
    ),
    wrong=[
        ((60 * 4 * 3600) ** 0.5, "Cμ without the 2", "√(Cμ): a preemption comes in the middle of "
         "an interval on average, so half of it is lost, τ/(2μ). That half becomes the 2."),
        ((2 * 60 * 4) ** 0.5, "μ in hours", "60 s and 4 hours: both must be in the same unit "
         "before they are multiplied. 4 h = 14 400 s. (21.9 minutes is right: then write "
         "“21.9 min”.)"),
        ((2 * 60 * 4 * 3600) ** 0.5 / 3600, "in hours", "0.365 hours is right; asked for are "
         "seconds. Write “0.365 h”, or times 3600."),
        ((2 * 60 * 240) ** 0.5, "μ in minutes", "60 s and 240 minutes: both must be in the same "
         "unit before they are multiplied. 4 h = 14 400 s."),
        ((2 * 1 * 4) ** 0.5, "three units at once", "1 minute and 4 hours: both must be in the "
         "same unit before they are multiplied."),
        (60, "as often as possible", "Then half of the time goes into writing. Little work is lost "
         "at a preemption, but little is done in between."),
        (1, "as often as possible", "Then nearly all of the time goes into writing: 60 s for each "
         "second of work."),
        (2 * 60 * 4 * 3600, "forgot the root", "2Cμ has the unit s². The interval is its root."),
        (14_400, "once in the life of a machine", "Then about half of the work is lost whenever a "
         "machine goes, and many a machine saves nothing at all."),
        (7200, "half the life of a machine", "Then about an hour of work is lost at each "
         "preemption. A checkpoint of a minute is cheap against that."),
        (0.5 * (2 * 60 * 4 * 3600) ** 0.5, "half of it", "That is what is lost on average. Asked "
         "for is the interval."),
        ((4 * 3600 / (2 * 60)) ** 0.5, "divided instead of multiplied", "The longer saving takes, "
         "the more rarely one should save: C belongs into the product."),
    ],
)
