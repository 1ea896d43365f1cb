"""Questions on preemption: 5.p9 to predict, 5.g. Every option has a reason, the right ones too."""

from helpers.kit.exercise import question

question(
    "5.p9",
    title="Twice as often as is best",
    prompt="Saving every 21.9 minutes is best here, and costs 9.1 % on top of the work. Somebody "
    "is afraid of losing work and saves every 11 minutes. What does that cost?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=3,
    options=[
        ("Less than 9.1 %: less work is lost", False,
         "Less is lost, but more is written. 9.1 % is the least there is."),
        ("About 11.4 %: the optimum is flat", True,
         "Writing doubles from 4.6 % to 9.1 %, loss halves to 2.3 %: 11.4 % together. A factor "
         "of two, to either side, costs a quarter of the overhead, so a rough guess of μ will do."),
        ("About 18 %: twice as many checkpoints, twice the overhead", False,
         "Only the writing doubles. It was half of the overhead, and the other half has halved."),
        ("About 36 %: the overhead grows with the square", False,
         "C/τ + τ/(2μ) grows at most like 1/τ when the interval is made shorter."),
    ],
)

question(
    "5.g",
    title="When is spot a bargain?",
    prompt="Spot costs 35 % of the on-demand price, machines live four hours on average. For which "
    "of these is it the better choice? (Several answers.)",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("A training of 24 hours that saves every 20 minutes", True,
         "About 9 % of the time are lost, and the starts of new machines: 24 hours become 27, at "
         "35 % of the price."),
        ("A training of 24 hours that saves at its end only", False,
         "A machine would have to live 24 hours, six times the average: one in 400 does. It would "
         "take some 1600 hours."),
        ("The only server of a shop", False,
         "When its machine is taken away the shop is closed. For a part of several replicas spot "
         "may do; for the only one it does not."),
        ("A hundred short evaluations that do not depend on each other", True,
         "What is lost is one evaluation of minutes, which is done again. This is what spot is "
         "made for."),
        ("A training that must be done by eight tomorrow morning, and takes until seven", False,
         "The mean is fine, the tail is not: two preemptions in a row, or no machine to be had, "
         "and it is late."),
    ],
)
