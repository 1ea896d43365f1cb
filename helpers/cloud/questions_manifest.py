"""Quizzes on manifests and on security: 5.l, 5.m. Every option has a reason, the right ones too."""

from helpers.kit.exercise import question

question(
    "5.l",
    title="Two probes",
    prompt="A server has just been started, and its model takes 40 seconds to load. /healthz "
    "says “I live”, /readyz says “I have a model”. What should Kubernetes do while it loads?",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("Send no requests, and leave it alone", True,
         "That is what a readiness probe at /readyz does. The pod gets no requests "
         "from the Service until it says yes; the others answer."),
        ("Start it again: it does not answer", False,
         "With a liveness probe at /readyz that is what happens, for ever: each start takes 40 "
         "seconds, and each is cut off. Liveness asks /healthz."),
        ("Send requests, they will wait", False,
         "They are answered by 503, or run into the client's time limit. Without a readiness probe "
         "that is what happens after each new start."),
        ("Take another machine", False,
         "The machine is well. A new one would load for 40 seconds as well."),
    ],
)

question(
    "5.m",
    title="Before the door is opened",
    prompt="The server of §9 is to be reached by others. Which of these must not stay as they are? "
    "(Several answers.)",
    minutes=2,
    difficulty=2,
    importance=5,
    options=[
        ("Whoever knows the address may ask", True,
         "Inside one machine that was enough. Outside, a gateway with TLS and a login stands "
         "before it, and says how many requests each may send."),
        ("Requests of more than 4 MB are refused", False,
         "That is a protection, and stays: limits on size, shape, time and number."),
        ("It serves any SavedModel that lies in its folder", True,
         "A SavedModel is a program. Whoever may write into the folder may run code on the server. "
         "So only the pipeline may write there, and each version is checked by its hash."),
        ("Whoever knows the address may read /metrics", True,
         "Rates and versions are a gift to an attacker and to a competitor. Metrics belong on "
         "the inner network."),
        ("Answers are refused with 429 when too many wait", False,
         "That keeps it alive when too much is asked, by mistake or on purpose."),
        ("Checkpoints are read without pickle", False,
         "That is right so: a pickle from a stranger runs code when it is read."),
    ],
)
