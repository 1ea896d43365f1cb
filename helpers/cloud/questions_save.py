"""What is predicted about checkpoints: 5.p8. Every option has a reason, the right ones too."""

from helpers.kit.exercise import question

question(
    "5.p8",
    title="Killed while it saves",
    prompt="A training writes its state to the file checkpoint.npz every few minutes, each time "
    "over the old one. It is killed in the middle of such a write. What is on the disk?",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=5,
    options=[
        ("The old state: a write that is not finished does not count", False,
         "So it is in a database, not in a file. Opening a file for writing empties it; the old "
         "bytes are gone before the first new one arrives."),
        ("The new state: the system finishes what was begun", False,
         "The system keeps what was handed to it, and the program had handed over only a part."),
        ("The beginning of the new state, and nothing of the old one", True,
         "The file is emptied when it is opened, then filled piece by piece. What is left is "
         "neither the old state nor the new one, and all work since the start is lost."),
        ("The beginning of the new state, and after it the rest of the old one", False,
         "It would be of no more use. But opening a file for writing cuts it to nothing first."),
    ],
)
