"""Questions on what is rented and how fast it is: 5.p1, 5.p2, 5.p13 to predict; 5.a, 5.b, 5.c.

The characteristics of a cloud are those of Mell & Grance (2011), NIST SP 800-145.
"""

from helpers.kit.exercise import question

question(
    "5.p1",
    title="A company's own data centre",
    prompt="A company owns its data centre. On a web page its employees ask for machines; they get "
    "them within a minute, without anyone being asked, give them back when they like, and each "
    "department pays by the hour. Is that a cloud?",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=5,
    options=[
        ("No: a cloud is reached over the internet", False,
         "NIST asks for access over a network. The company's own will do. The article says "
         "“internet”; that is too narrow."),
        ("No: in a cloud nobody buys hardware", False,
         "Somebody always does. And a private cloud is private by whom it serves, one organisation "
         "alone; its hardware may be rented, and stand elsewhere."),
        ("Yes: a private cloud", True,
         "Self-service, over a network, from a shared pool, elastic, measured: all five "
         "characteristics are there. One organisation uses it, so it is a private cloud, one of "
         "the four ways to deploy one."),
        ("Yes: every data centre with virtual machines is a cloud", False,
         "Virtual machines alone are not enough. If a person has to be asked and the machine comes "
         "on Thursday, it is a data centre with virtual machines."),
    ],
)

question(
    "5.p2",
    title="Two cores for one sum",
    prompt="a = b + c, three arrays of ten million float32 each, takes some milliseconds on one "
    "core. Now two cores do half of it each. How much faster is it?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=5,
    options=[
        ("Twice as fast", False,
         "That would be so if adding were what takes the time. It is fetching and storing: 12 "
         "bytes for a single addition, and both cores fetch through the same door."),
        ("Clearly less than twice, perhaps not faster at all", True,
         "A sum of two arrays does one operation for 12 bytes. It waits for memory, and the cores "
         "share that. How much is left to gain depends on how much of it a single core can draw."),
        ("Slower: threads cost more than they bring", False,
         "To wake a thread takes some 20 µs, less than a hundredth of this sum. On a busy machine "
         "it may come out slower, but not for that reason."),
        ("Twice as fast, but only without Python's lock", False,
         "NumPy gives Python's lock away while it adds. The lock is not what they wait for."),
    ],
)

question(
    "5.p13",
    title="What does it wait for?",
    prompt="A machine computes 100 GFLOP/s and fetches 10 GB/s. Which of these operations wait for "
    "memory on it? (float32, all data come from memory; several answers.)",
    kind="predict",
    minutes=4,
    difficulty=4,
    importance=5,
    options=[
        ("The sum of two arrays", True,
         "1 FLOP for 12 bytes: 0.08 FLOP/byte, and the ridge is at 100/10 = 10. It reaches "
         "0.8 GFLOP/s, less than a hundredth of what the processor could do."),
        ("The article's first convolution (3×3; an image of 28×28 becomes 32 maps of 26×26), 32 "
         "images", True,
         "4.3 FLOP/byte, below the ridge of 10: its 32 maps of 26×26 have to be stored, and each "
         "value took 18 FLOPs only. Whoever forgets what goes out gets 123 and the wrong side."),
        ("The article's second convolution (3×3; 32 maps of 13×13 become 64 of 11×11), 32 images",
         False,
         "Each output sums over 3·3·32 products: 81 FLOP/byte, far right of the ridge at 10. This "
         "one waits for the processor."),
        ("The dense layer 1600→64, one image", True,
         "0.5 FLOP/byte: 102 400 weights are fetched, and each is used once, for one product and "
         "one addition."),
        ("The same dense layer, 1024 images", False,
         "29 FLOP/byte: every weight that was fetched now serves 1024 images. That a batch makes "
         "such layers faster is the whole point of collecting requests before answering them."),
    ],
)

question(
    "5.a",
    title="What makes it a cloud?",
    prompt="Which of these are among the five characteristics that NIST demands of a cloud? "
    "(Several answers.)",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("You help yourself, and nobody has to be asked", True,
         "On-demand self-service: a machine in a minute, at three in the morning."),
        ("Virtual machines", False,
         "A means, not a characteristic. A cloud may rent whole computers, containers or finished "
         "programs."),
        ("Elasticity: more and less, within minutes", True,
         "Rapid elasticity. To give back what is not needed matters as much as to get more."),
        ("Use is measured", True,
         "Measured service: by the second, the gigabyte or the request, for both sides to see."),
        ("It is cheaper than hardware of one's own", False,
         "Nothing of the kind is promised. What runs day and night is often cheaper in one's own "
         "rooms; what runs an hour a week is not."),
        ("The data are backed up", False,
         "In no model. Backups are the customer's business unless a contract says otherwise."),
        ("One pool serves many customers", True,
         "Resource pooling. The fifth is not in this list: access over a network."),
    ],
)

question(
    "5.b",
    title="A dot below the roof",
    prompt="An operation has 0.5 FLOP/byte. The ridge is at 10, and it reaches the roof. Which "
    "change makes it faster?",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("A processor that computes twice as fast", False,
         "It waits for memory, 20 times left of the ridge. A faster processor only waits faster: "
         "the ridge moves to 20."),
        ("Use what was fetched more often, such as a larger batch for the same weights", True,
         "That moves the dot to the right, and the roof rises to there: more FLOPs for each byte, "
         "and more FLOPs in each second."),
        ("More threads on the same core", False,
         "The roof is reached: all that memory can deliver is delivered."),
        ("Count the FLOPs differently", False,
         "The time stays what it is: bytes / bandwidth."),
    ],
)

question(
    "5.c",
    title="Amdahl or Gustafson?",
    prompt="One worker trains for ten hours, of which half an hour is reading data in, by one "
    "process. With 64 workers Amdahl's law promises at most a factor of 15.4. A colleague says: "
    "with Gustafson's law it is 60.9. Who is right?",
    minutes=3,
    difficulty=4,
    importance=4,
    options=[
        ("Amdahl: Gustafson's law is an approximation for few workers", False,
         "Neither is an approximation. They answer different questions."),
        ("Gustafson: his law is younger and takes more into account", False,
         "The same training on the same data does not get 60.9 times as fast: half an hour of "
         "reading stays half an hour."),
        ("Both, for different work", True,
         "For this training Amdahl holds. Gustafson's factor is about a larger one: if 64 "
         "workers have 64 times as much to share and the serial part does not grow, they do in "
         "one time what would take one worker 60.9 times as long."),
        ("Neither: workers also have to send each other messages", False,
         "True, both leave messages out, and both are upper limits for that reason. But it does "
         "not make the two numbers contradict each other."),
    ],
)
