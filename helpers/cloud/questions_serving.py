"""Questions on serving: 5.p10 to predict, 5.h. Every option has a reason, the right ones too."""

from helpers.kit.exercise import question

question(
    "5.p10",
    title="predict, once for each request",
    prompt="One image goes through the article's CNN: once with model.predict(image), once with "
    "the exported model, called directly. How much longer does predict take?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("Not at all: it is the same network", False,
         "The same products, yes. They are a fraction of a millisecond. predict builds a data set, "
         "an iterator and a progress bar around them, anew for each call."),
        ("About twice as long", False,
         "That would be the price of a function call or two. What predict sets up for each call "
         "takes far longer than this network."),
        ("Dozens to hundreds of times as long", True,
         "predict is made for thousands of examples, and prepares accordingly: tens of "
         "milliseconds, against a fraction of one for the call itself, and more on a busy machine. "
         "In a server it may never be called for each request."),
        ("It is faster: predict is optimised for prediction", False,
         "For many images at once it is good. For one, preparation is nearly all it does."),
    ],
)

question(
    "5.h",
    title="Right everywhere, wrong in use",
    prompt="A digit reader had 97 % in the test. In use it reads hardly a digit right. There is no "
    "error in any log, all answers have the status 200, they come fast, and the weights are the "
    "tested ones. What is the first suspect, and what would have kept it from happening?",
    minutes=3,
    difficulty=3,
    importance=5,
    options=[
        ("The server is overloaded; more replicas", False,
         "Then answers would be late, or refused (status 429, too many requests), not wrong."),
        ("Pixels are prepared otherwise than in training; put the preparation into the exported "
         "graph", True,
         "Training–serving skew: divided by 255 instead of 16, white on black instead of black on "
         "white, another order of the axes. Nothing raises. If the graph prepares, it is "
         "done in one place only. A few known digits, sent after each start, find it as well."),
        ("The network is overfitted; more data", False,
         "Overfitting shows in the test, where it had 97 %."),
        ("float32 instead of float64; export with more digits", False,
         "That changes the seventh digit of a probability."),
    ],
)
