"""Exercises 2.4 and 2.5: cross-entropy, and its gradient together with softmax.

Reference answers, probes, named mistakes and hints.
"""

import numpy as np

from helpers.backprop.exercises_forward import SOLUTION, one_hot, softmax
from helpers.kit.exercise import exercise

# --- 2.4 ---------------------------------------------------------------------------------------

X2_4 = exercise(
    "2.4",
    title="Cross-entropy: the price of surprise",
    kind="fill-in",
    minutes=8,
    difficulty=2,
    importance=5,
    outputs=("loss",),
    hints=(
        "The loss asks one question per image: how much probability did you give to the true "
        "class? All other entries of the row do not matter.",
        "L = −(1/n) Σ_i log p[i, y_i]. probs[np.arange(n), y] picks these n numbers, shape (n,). "
        "Raise them to at least 1e-12 before the logarithm (np.maximum).",
        SOLUTION,
    ),
)


@X2_4.reference
def cross_entropy(probs, y):
    """Mean of -log p[true class]. probs (n, C), integer labels y (n,); p not below 1e-12."""
    p_true = probs[np.arange(len(y)), y]
    return -np.mean(np.log(np.maximum(p_true, 1e-12)))


@X2_4.probes
def _(rng):
    def case(n, classes):
        # The label is never the most probable class in the first row, so that "probability of the
        # predicted class" differs.
        p = softmax(rng.normal(size=(n, classes)))
        y = rng.integers(0, classes, n)
        y[0] = p[0].argmin()
        return p, y

    certain = one_hot(np.array([2, 0, 1, 2, 2]), 3)
    certain[1] = 0.2, 0.5, 0.3
    zero_at_label = (certain, np.array([2, 1, 1, 0, 2]))
    return [case(2, 3), case(3, 3), case(5, 4), case(4, 10), zero_at_label]


def _cross_entropy(reduce="mean", log=np.log, floor=1e-12, sign=-1.0):
    """Build a cross-entropy with one or two things wrong; floor 0 leaves log(0) as it is."""

    def wrong(probs, y):
        n, classes = probs.shape
        with np.errstate(all="ignore"):
            terms = sign * log(np.maximum(probs[np.arange(n), y], floor))
        divisor = {"mean": n, "sum": 1, "n·C": n * classes, "C": classes}
        return terms if reduce == "none" else terms.sum() / divisor[reduce]

    return wrong


def _one_hot_unguarded(reduce):
    """Build −Σ Y log P as a product with one-hot rows: 0 · log 0 is not a number."""

    def wrong(probs, y):
        with np.errstate(all="ignore"):
            terms = -one_hot(y, probs.shape[1]) * np.log(probs)
        return reduce(terms)

    return wrong


def _binary(mean_over_classes, floor=1e-12):
    """Build the binary cross-entropy summed (or averaged) over all classes."""

    def wrong(probs, y):
        target = one_hot(y, probs.shape[1])
        with np.errstate(all="ignore"):
            yes = target * np.log(np.maximum(probs, floor))
            no = (1 - target) * np.log(np.maximum(1 - probs, floor))
        terms = -(yes + no)
        return terms.mean() if mean_over_classes else terms.sum(axis=1).mean()

    return wrong


_LOG0 = ("log 0", "A network can give the true class probability 0, and log 0 is −∞. Raise the "
         "probability to at least 1e-12 before the logarithm.")
for _name, _why, _changes in [
    ("sum instead of mean", "The sum grows with the batch, so the same network would look worse on "
     "more images. Take the mean over the n images.", {"reduce": "sum"}),
    ("mean over n·C", "Only n numbers count, one per image. np.mean over the (n, C) table of zeros "
     "and ones divides by C once too often.", {"reduce": "n·C"}),
    ("divides by C", "The mean is over the n images, not over the C classes: len(y), not "
     "probs.shape[1].", {"reduce": "C"}),
    ("log2", "log2 measures in bits; the loss here (and in Keras) is in nats: np.log.",
     {"log": np.log2}),
    ("log10", "np.log10 is the logarithm to base 10; the loss uses the natural one: np.log.",
     {"log": np.log10}),
    ("forgot the minus sign", "log p is negative. The loss is −log p: 0 when certain and right, "
     "large when surprised.", {"sign": 1.0}),
    ("one loss per image", "These are the n single losses. Training needs one number: their mean.",
     {"reduce": "none"}),
]:
    X2_4.mistake(_name, why=_why)(_cross_entropy(**_changes))
    X2_4.mistake(f"{_name}, and log 0", why=f"{_why} Then: {_LOG0[1]}")(
        _cross_entropy(**_changes, floor=0.0))

X2_4.mistake(_LOG0[0], why=_LOG0[1])(_cross_entropy(floor=0.0))
for _name, _reduce in [
    (_LOG0[0], lambda terms: terms.sum() / len(terms)),
    ("sum instead of mean, and log 0", np.sum),
    ("mean over n·C, and log 0", np.mean),
]:
    X2_4.mistake(_name, why=X2_4.mistake_named(_name).why)(_one_hot_unguarded(_reduce))
for _floor in (1e-7, 1e-8, 1e-10, 1e-15, 1e-16):
    X2_4.mistake("another floor than 1e-12", why="The floor decides what a probability of 0 costs: "
                 "−log 1e-12 = 27.6. Here we agree on 1e-12, so that results can be compared.")(
        _cross_entropy(floor=_floor))

_BCE = ("binary cross-entropy over all classes", "The terms log(1−p) of the wrong classes do not "
        "belong here: softmax has already tied them to the true class. Only −log p of the true "
        "class.")
for _mean in (False, True):
    X2_4.mistake(_BCE[0], why=_BCE[1])(_binary(_mean))
    X2_4.mistake(f"{_BCE[0]}, and log 0", why=f"{_BCE[1]} Then: {_LOG0[1]}")(_binary(_mean, 0.0))


@X2_4.mistake("forgot the logarithm", why="Minus the mean probability is not the cross-entropy: "
              "only the logarithm makes a confident mistake expensive.")
def _(probs, y):
    return -np.mean(probs[np.arange(len(y)), y])


@X2_4.mistake("logarithm of the mean", why="First the logarithm of every image, then the mean. The "
              "other order lets good images hide a bad one.")
def _(probs, y):
    return -np.log(np.mean(probs[np.arange(len(y)), y]))


@X2_4.mistake("probability of the predicted class", why="The largest entry says how sure the "
              "network is, not whether it is right. Take the entry at the label y.")
def _(probs, y):
    return -np.mean(np.log(np.maximum(probs.max(axis=1), 1e-12)))


@X2_4.mistake("picks an n by n table", why="probs[:, y] takes the columns y for every row, n × n "
              "numbers. Pair each row with its own label: probs[np.arange(n), y].")
def _(probs, y):
    return -np.mean(np.log(np.maximum(probs[:, y], 1e-12)))


@X2_4.mistake("entropy of the prediction", why="−Σ p log p says how undecided the network is and "
              "never looks at the label. Cross-entropy weighs with the truth: −log p[y].")
def _(probs, y):
    return -np.mean(np.sum(probs * np.log(np.maximum(probs, 1e-12)), axis=1))


@X2_4.mistake("squared error", why="That is the mean squared error against the one-hot label. "
              "Cross-entropy takes −log of the probability of the true class.")
def _(probs, y):
    return np.mean(np.sum((probs - one_hot(y, probs.shape[1])) ** 2, axis=1))


# --- 2.5 ---------------------------------------------------------------------------------------

X2_5 = exercise(
    "2.5",
    title="The gradient of softmax and cross-entropy together",
    kind="fill-in",
    minutes=10,
    difficulty=3,
    importance=5,
    outputs=("dlogits",),
    hints=(
        "Which way must the logit of the true class move so that the loss falls? And the others? "
        "Each row of the gradient sums to zero.",
        "∂L/∂Z = (P − Y)/n, shape (n, C): P = softmax(logits), Y has a one at the label, n = "
        "len(y). Subtracting one at probs[np.arange(n), y] does the same as subtracting Y.",
        SOLUTION,
    ),
)


@X2_5.reference
def softmax_cross_entropy_grad(logits, y):
    """Gradient (n, C) of cross_entropy(softmax(logits), y) with respect to the logits."""
    dlogits = softmax(logits)
    dlogits[np.arange(len(y)), y] -= 1
    return dlogits / len(y)


@X2_5.probes
def _(rng):
    return [
        (rng.normal(size=(n, classes), scale=1.5).round(1) + shift, rng.permutation(n) % classes)
        for n, classes, shift in ((2, 3, 0.0), (3, 3, 0.0), (5, 4, 0.0), (4, 3, 1e3))
    ]


_SCALES = {
    "forgot to divide by batch size": (
        lambda n, c: 1.0,
        "The loss is a mean over n images, so its gradient carries the factor 1/n. Without it the "
        "step would grow with the batch."),
    "divided twice by the batch size": (
        lambda n, c: 1.0 / n**2,
        "The 1/n of the mean belongs into the gradient exactly once."),
    "divided by n·C": (
        lambda n, c: 1.0 / (n * c),
        "The loss is a mean over the n images, not over the n·C entries: divide by len(y), "
        "not by logits.size."),
    "divided by C": (
        lambda n, c: 1.0 / c,
        "The loss is a mean over the n images, not over the C classes: divide by len(y)."),
}
_SIGN = ("sign flipped (Y − P)", "Y − P points downhill; the gradient points uphill: P − Y. The "
         "minus comes later, in the update.")


def _scaled(scale, sign):
    def wrong(logits, y):
        n, classes = logits.shape
        return sign * (softmax(logits) - one_hot(y, classes)) * scale(n, classes)

    return wrong


X2_5.mistake(_SIGN[0], why=_SIGN[1])(_scaled(lambda n, c: 1.0 / n, -1.0))
for _name, (_scale, _why) in _SCALES.items():
    X2_5.mistake(_name, why=_why)(_scaled(_scale, 1.0))
    X2_5.mistake(f"{_SIGN[0]}, and {_name}", why=f"{_SIGN[1]} Then: {_why}")(_scaled(_scale, -1.0))

_WRT_P = ("gradient with respect to P", "−Y/P is ∂L/∂P. The logits are one step further back: "
          "through the softmax the whole becomes P − Y.")


@X2_5.mistake(_WRT_P[0], why=_WRT_P[1])
def _(logits, y):
    return -one_hot(y, logits.shape[1]) / softmax(logits) / len(y)


@X2_5.mistake(f"{_WRT_P[0]}, and forgot to divide by batch size", why=_WRT_P[1])
def _(logits, y):
    return -one_hot(y, logits.shape[1]) / softmax(logits)


@X2_5.mistake("logits taken for probabilities", why="P − Y needs probabilities. Put the logits "
              "through softmax first.")
def _(logits, y):
    return (logits - one_hot(y, logits.shape[1])) / len(y)


@X2_5.mistake("logits taken for probabilities, and forgot to divide by batch size",
              why="P − Y needs probabilities: softmax first. And the mean brings a factor 1/n.")
def _(logits, y):
    return logits - one_hot(y, logits.shape[1])


@X2_5.mistake("forgot the label", why="This is P/n. Without subtracting one at the true class "
              "every logit would be pushed down.")
def _(logits, y):
    return softmax(logits) / len(y)


@X2_5.mistake("subtracts one in every row", why="p[:, y] means the columns y of all rows. Pair "
              "each row with its own label: p[np.arange(n), y].")
def _(logits, y):
    p = softmax(logits)
    p[:, y] -= 1
    return p / len(y)


@X2_5.mistake("subtracts one in every row, and forgot to divide by batch size",
              why="p[:, y] means the columns y of all rows: use p[np.arange(n), y]. And the mean "
              "brings a factor 1/n.")
def _(logits, y):
    p = softmax(logits)
    p[:, y] -= 1
    return p


@X2_5.mistake("times P(1 − P) once more", why="The derivative of softmax is already inside P − Y. "
              "The factor P(1 − P) belongs to a sigmoid with squared error, where nothing "
              "cancels.")
def _(logits, y):
    p = softmax(logits)
    return (p - one_hot(y, logits.shape[1])) * p * (1 - p) / len(y)


@X2_5.mistake("softmax over wrong axis", why="Each row (one image) must sum to one before Y is "
              "subtracted: axis=1.")
def _(logits, y):
    return (softmax(logits.T).T - one_hot(y, logits.shape[1])) / len(y)
