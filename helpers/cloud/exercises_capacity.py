"""Exercise 5.11: plan a service that answers in time, at the lowest cost; and 5.p12, its price.

A plan is tried out in `capacity.simulate`, with other seeds than those that students get. Every
plan that holds and needs no replica more than the best one is right, whatever its batches.
"""

from functools import lru_cache

import numpy as np

from helpers.cloud.capacity import DEADLINE, simulate
from helpers.cloud.hints import SOLUTION
from helpers.kit.exercise import exercise, number

RUSH = 2.0      # times as many requests from one moment to the next
NEEDED = {      # (requests/s, seconds until a replica has booted) → fewest replicas
    (700, 0): 2, (1500, 0): 3,      # these boot at once: the rush costs nothing
    (500, 6): 2, (1650, 5): 5,
}
SEEDS = (7, 8, 9)

X5_11 = exercise(
    "5.11",
    title="99 of 100 in 50 ms, at the lowest cost",
    kind="design",
    minutes=20,
    difficulty=4,
    importance=4,
    outputs=("load before the rush", "99 of 100, with replicas that boot at once",
             "99 of 100, with replicas that boot slowly", "cost"),
    hints=(
        "Try one plan: capacity.simulate(rate, replicas, batch, wait, boot=boot, rush=2). Which of "
        "its numbers is promised to the customers? And what does the rush do until the new "
        "replicas are there?",
        "Try 1, 2, 3 … replicas, for each of them some limits of the batch from 8 to 32 and wait = "
        "0, and return the first plan whose p99 is at most 0.050. Hand `boot` on to simulate.",
        SOLUTION,
    ),
    time_limit=120.0,
)


@X5_11.reference
def plan(rate, boot):
    """Requests/s, seconds until a new replica answers -> (replicas, batch, wait in s)."""
    for replicas in range(1, 100):
        for batch in (8, 16, 24, 32):
            found = simulate(rate, replicas, batch, wait=0.0, boot=boot, rush=2)
            if found.p99 <= 0.050:
                return replicas, batch, 0.0


@X5_11.probes
def _(rng):
    return [(DEADLINE,)]


@X5_11.harness
def _(fn, deadline):
    plans = {}
    for rate, boot in NEEDED:
        found = fn(rate, boot)
        if found is None or found is ...:
            return found
        plans[rate, boot] = _read(found, rate, boot)
    return examine(plans, deadline)


def _read(found, rate, boot):
    """A plan as (replicas, batch, wait), or a sentence about what it should be."""
    try:
        replicas, batch, wait = (float(value) for value in found)
    except (TypeError, ValueError):
        raise ValueError(f"plan({rate}, {boot}) should return three numbers, replicas, batch and "
                         f"wait in s, such as (2, 16, 0.0); got {found!r}") from None
    if not (replicas >= 1 and batch >= 1 and 0 <= wait < np.inf) or replicas % 1 or batch % 1 \
            or max(replicas, batch) > 10_000:
        raise ValueError(f"plan({rate}, {boot}) should return whole numbers of replicas and batch, "
                         f"from 1 to 10 000, and a wait of 0 s or more; got {found!r}")
    if wait >= DEADLINE:
        raise ValueError(f"plan({rate}, {boot}) lets requests wait for others for {wait:g} s, "
                         f"longer than the promised {DEADLINE:g} s; wait is in seconds")
    return int(replicas), int(batch), wait


def examine(plans, deadline=DEADLINE):
    """Try plans out.

    Parameters
    ----------
    plans : dict (rate, boot) → (replicas, batch, wait)
        One for each setting of `NEEDED`.
    deadline : float
        In s.

    Returns
    -------
    tuple of str
        One answer for each of the exercise's outputs. After the first that is wrong, the others
        are not asked for.
    """
    tried = {setting: _tried(*setting, *made) for setting, made in plans.items()}
    late = {boots: [t for (_, boot), t in tried.items() if (boot > 0) == boots and t[1] > deadline]
            for boots in (False, True)}
    answers = ["below 1", "in time", "in time", "the lowest"]
    if any(offered >= 1 for offered, _, _ in tried.values()):
        wrong = (0, "1 or more")
    elif late[False]:
        on_average = all(mean <= deadline for _, _, mean in late[False])
        wrong = (1, "too late, though the mean is in time" if on_average else "too late")
    elif late[True]:
        wrong = (2, "too late")
    elif any(made[0] > NEEDED[setting] for setting, made in plans.items()):
        wrong = (3, "more than needed")
    else:
        return tuple(answers)
    at, found = wrong
    return tuple([*answers[:at], found, *["not asked"] * (3 - at)])


@lru_cache(maxsize=500)
def _tried(rate, boot, replicas, batch, wait):
    """(offered load, p99, mean) of a plan: medians over the seeds.

    What is in time in the simulation that students are given, seed 0, is in time.
    """
    def run(seed):
        return simulate(rate, replicas, batch, wait, boot=boot, rush=RUSH, seed=seed)

    found = [run(seed) for seed in SEEDS]
    if np.median([f.p99 for f in found]) > DEADLINE and (theirs := run(0)).p99 <= DEADLINE:
        found = [theirs]
    return tuple(float(np.median([getattr(f, name) for f in found]))
                 for name in ("offered", "p99", "mean"))


# --- what people plan instead, for each of the settings in turn -----------------------------------


def _always(*replicas, batch=24):
    plans = {setting: (n, batch, 0.0) for setting, n in zip(NEEDED, replicas, strict=True)}
    return lambda rate, boot: plans[rate, boot]


X5_11.mistake("utilisation > 1", why="More comes in than these replicas can answer even with full "
              "batches, rate > replicas · batch / (0.008 + 0.001 · batch), so the queue grows "
              "without end.")(_always(1, 1, 1, 1))
X5_11.mistake("averages as SLO", why="The mean is below 50 ms, but one in a hundred waits longer. "
              "What is promised, the service level objective, is p99.")(
    _always(1, 2, 2, 5, batch=32))
X5_11.mistake("too few replicas", why="Even without a rush, the average request comes too late: "
              "the replicas keep up, but only just, and the queue is long. Leave more air.")(
    lambda rate, boot: (5, 24, 0.0) if boot else (1, 19, 0.0) if rate < 1000 else (2, 25, 0.0))
X5_11.mistake("ignores cold start", why="When the rush begins, replicas are ordered, and they come "
              "when they have booted. Until then those that are there have to carry twice as much: "
              "keep enough of them ready, boot=boot.")(_always(2, 3, 1, 3))
X5_11.mistake("more replicas than needed", why="It holds, but fewer replicas would do as well, "
              "and a replica costs by the hour. Where you have as few as possible, try a smaller "
              "limit of the batch: very large batches keep their first request waiting.")(
    _always(2, 3, 2, 6))


# --- 5.p12 -------------------------------------------------------------------------------------

P5_12 = number(
    "5.p12",
    title="A machine at 0.10 $ an hour serves 300 requests a second. What do a million of them "
    "cost?",
    kind="predict",
    answer=0.10 / (300 * 3600) * 1e6,
    rel_tol=3e-2,      # 9 cents will do
    unit="dollars",
    minutes=3,
    difficulty=2,
    importance=5,
    hints=(
        "How many requests does it serve in the hour that you pay for?",
        "300 · 3600 = 1 080 000 requests for 0.10 $. So a million is a little less than that: "
        "0.10 / 1 080 000 · 1 000 000.",
        SOLUTION,
    ),
    wrong=[
        (0.10 / 300 * 1e6, "price of an hour taken for that of a second",
         "0.10 $ is paid for an hour, and an hour has 3600 seconds: 1 080 000 requests, not 300."),
        (0.10 / (300 * 60) * 1e6, "an hour of 60 seconds",
         "An hour has 60 · 60 = 3600 seconds."),
        (0.10, "a million requests in an hour",
         "It serves a little more than that in an hour: 1 080 000. A million takes 56 minutes."),
        (0.108, "multiplied instead of divided",
         "Requests and price the other way round: 1.08 million cost 0.10 $, so one million costs "
         "less than that, not more."),
        (0.10 / (300 * 3600), "one request", "That is what a single request costs; a million are "
         "asked for."),
        (0.10 * 24 / (300 * 3600) * 1e6, "an hour of a day",
         "The price is for an hour; 24 of them are not needed for a million requests."),
        (1e6 / 300 / 3600, "hours instead of money",
         "That is how many hours it takes, 0.926. Each costs 0.10 $."),
        (0.10 / (300 * 3600) * 1e9, "a thousand times too much",
         "An hour of 300 requests a second are 1 080 000 requests. A million cost a little less "
         "than that hour, and the hour costs 0.10 $."),
        (9.26, "price in cents", "That is in cents. Asked for are dollars: 0.0926 $."),
        (0.10 * 300 * 3600 / 1e6 * 1e3, "multiplied instead of divided",
         "The more requests an hour serves, the cheaper each is: divide by 300 · 3600."),
    ],
)
