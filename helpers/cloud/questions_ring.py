"""Questions of chapter 05 on shards, rings and large batches: 5.p4 to 5.p7, to predict, and 5.d
to 5.f. Every option has a reason, the right ones too.
"""

from helpers.kit.exercise import question

question(
    "5.p4",
    title="Shards of five and three",
    prompt="Eight rows lie on two workers, five on one and three on the other. Each computes the "
    "gradient of its mean loss. Which mean of the two is the gradient over all eight rows?",
    kind="predict",
    difficulty=2,
    importance=5,
    options=[
        ("(g₁ + g₂)/2", False,
         "That gives a row of the small shard 5/3 times the weight of one of the large shard. It "
         "is right for equal shards only."),
        ("g₁ + g₂", False,
         "A sum of two means is about twice the mean: the learning rate would be doubled."),
        ("5/8 · g₁ + 3/8 · g₂", True,
         "8 · L = 5 · L₁ + 3 · L₂, as each mean times its rows is a sum over them. Every row "
         "counts alike, wherever it lies."),
        ("3/8 · g₁ + 5/8 · g₂", False,
         "The larger shard must count more, not less."),
    ],
)

question(
    "5.p5",
    title="From 2 workers to 64",
    prompt="All-reduce of a gradient of M bytes in a ring. How much does each worker send with 2, "
    "with 4 and with 64 workers?",
    kind="predict",
    difficulty=3,
    importance=5,
    options=[
        ("M, 3M, 63M", False,
         "That is everyone sending a whole vector to everyone else. In a ring only chunks travel."),
        ("2M each time", False,
         "That is what it comes near. With 2 workers, 2 · 1/2 · M = M is enough."),
        ("M, 1.5 M, 1.97 M", True,
         "2(N − 1)/N · M: two phases of N − 1 steps with chunks of M/N. It never reaches 2M, "
         "however many workers there are. Each one must send about that much in any scheme that "
         "loads all of them alike."),
        ("M/2, M/4, M/64", False,
         "M/N is one chunk. A worker sends 2(N − 1) of them."),
        ("M/2, 0.75 M, 0.98 M", False,
         "That is one of the two phases. After it each worker has a single finished chunk; the "
         "others must still come."),
    ],
)

question(
    "5.p6",
    title="Two workers on two cores",
    prompt="The small network of chapter 2 learns the digits: once in one process, once with two "
    "processes that share each batch and sum their gradients. What happens to the time?",
    kind="predict",
    difficulty=3,
    importance=5,
    options=[
        ("Two workers take about half of the time", False,
         "They would if nothing but the arithmetic took time. Here a step computes for a "
         "fraction of a millisecond, and then both wait for each other's gradients."),
        ("Two workers take about as long, as Python runs on one core only", False,
         "That holds for threads of one process. Two processes do run on two cores. They spend "
         "the gain, and more, on messages and on waiting."),
        ("Two workers take longer than one process", True,
         "The step is too short: sharing it saves a small part of it, the all-reduce and "
         "the framework around it cost more. And the second process had to be started. More "
         "workers pay where a step computes much longer than a message takes."),
        ("It depends on luck: the results differ from run to run", False,
         "The times vary a little, not their order. And both train the very same network: the "
         "sums are done in a fixed order."),
    ],
)

question(
    "5.p7",
    title="The batch 32 times as large",
    prompt="Batches of 1 024 instead of 32, the same learning rate, the same 40 epochs. What "
    "becomes of the share of digits that the network reads?",
    kind="predict",
    difficulty=3,
    importance=4,
    options=[
        ("It stays: the network has seen the same examples as often", False,
         "Seen, yes, but it has moved far less often: two steps an epoch instead of 45, each no "
         "longer than before."),
        ("It rises, as the gradient of a large batch is more exact", False,
         "It is more exact, but there are only 80 steps in place of 1 800, none of them longer."),
        ("It falls: there are far fewer steps, and none is longer", True,
         "80 steps in place of 1 800: here from about 0.97 to about 0.84, and training is far from "
         "its end. A larger batch needs longer steps, or more epochs."),
        ("The training diverges", False,
         "At the same learning rate nothing becomes unstable. That threatens when the rate is "
         "made 32 times as large."),
    ],
)

question(
    "5.d",
    title="Ring or star for a short message",
    prompt="Eight accelerators inside one machine: 5 µs a message, 300 GB/s. Ring or star, for "
    "half a megabyte?",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("The ring: it is optimal in bandwidth", False,
         "It sends the fewest bytes, but in 14 steps one after the other, each with its 5 µs: "
         "70 µs before a single byte counts."),
        ("The star: it needs two messages one after the other, the ring fourteen", True,
         "Ring 14 · 5 µs + 3 µs = 73 µs, star 2 · 5 µs + 26 µs = 36 µs. With short messages "
         "latency decides, and libraries switch to trees or other schemes."),
        ("Both alike: the sum is the same", False,
         "The sum is, but it takes 73 µs in a ring and 36 µs in a star."),
        ("The ring, as the bytes take nine times as long through the star's cable", False,
         "So they do, and over 10 Gbit Ethernet that decides: 1.4 ms against 6.3 ms. Over 300 GB/s "
         "the bytes are the small part."),
    ],
)

question(
    "5.e",
    title="What each worker divides by",
    prompt="Two workers with 32 examples each. Each sums the losses of its examples, divides by "
    "…, and the gradients are summed over the workers. Tick every line that is right.",
    multiple=True,
    minutes=3,
    difficulty=3,
    importance=5,
    options=[
        ("By 64, the global batch: then the sum is the mean gradient of all examples", True,
         "Σ over workers of (1/64) Σ over examples is the mean over 64. It is right for unequal "
         "shards too."),
        ("By 32, the local batch: then the sum is the mean gradient of all examples", False,
         "The sum of two means is twice the mean. The learning rate would be doubled without "
         "anyone having said so."),
        ("By 32 it would be right if the gradients were averaged, and shards are equal", True,
         "The plain mean of means is the mean where all shards are of one size. A short last "
         "batch breaks it."),
        ("With batch normalisation two workers compute exactly what one would", False,
         "Each worker normalises by mean and variance of its own 32 examples, not of all 64. To "
         "be the same, these must be summed over the workers as well (synchronised batch "
         "normalisation)."),
    ],
)

question(
    "5.f",
    title="The linear scaling rule",
    prompt="N workers, so batches N times as large, and the learning rate N times as large as "
    "well. When may one hope that training goes on as before?",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("Always: N short steps and one of N times the length are the same", False,
         "Only if the gradient hardly changes on the way. Where the loss curves, N short steps go "
         "round the bend, and the long one flies out of it."),
        ("As long as the gradient hardly changes over N of the short steps", True,
         "w − lr Σ gᵢ(wᵢ) ≈ w − N lr · mean of gᵢ(w). At the beginning, where the weights move "
         "fast, it does not hold: hence the warm-up. And for large N it breaks: here at 16 to 32 "
         "times, in the paper's ImageNet training beyond a batch of about 8 000."),
        ("Only with a warm-up of some epochs", False,
         "A warm-up helps over the first steps. With 8 times the batch nothing was lost without "
         "one here, and with 32 times it saved nothing."),
        ("Never exactly, so it is of no use", False,
         "It is an approximation, and a good one over a wide range: with 8 times the batch the "
         "digits were read as well as before, in about an eighth of the steps."),
    ],
)
