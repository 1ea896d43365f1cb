"""Exercise 2.11: one step of Adam.

Reference answer, probes, named mistakes and hints.
"""

import numpy as np

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise

X2_11 = exercise(
    "2.11",
    title="One step of Adam",
    kind="fill-in",
    minutes=12,
    difficulty=3,
    importance=4,
    outputs=("w", "m", "v"),
    hints=(
        "Two running means: one of the gradient, one of its square. Both start at 0. What does "
        "that do to them in the first steps?",
        "m ← β₁m + (1−β₁)g and v ← β₂v + (1−β₂)g², both with w's shape; m̂ = m/(1−β₁ᵗ), "
        "v̂ = v/(1−β₂ᵗ); w ← w − lr·m̂/(√v̂ + ε). Return w, m, v (not m̂, v̂).",
        SOLUTION,
    ),
)


@X2_11.reference
def adam_step(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    """One Adam step, number t = 1, 2, …: weights w, gradient g, means m, v -> new w, m, v."""
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@X2_11.probes
def _(rng):
    def case(shape, t, *options, first=False):
        # Gradients far larger than ε, and weights far from 0: there the place of a small ε, which
        # Keras and the paper choose differently, does not show.
        sign = rng.choice([-1.0, 1.0], (2, *shape))
        w, g = (size * s * rng.uniform(1, 2, shape) for size, s in zip((3, 100), sign, strict=True))
        m = np.zeros(shape) if first else 100 * rng.normal(size=shape)
        v = np.zeros(shape) if first else rng.uniform(5e3, 15e3, shape)
        return w.round(1), g.round(), m, v, t, *options

    dead = case((2, 3), 4, 0.5)
    for array in dead[1:4]:
        array[0, 1] = 0.0   # a weight that never had a gradient must stay, not become NaN
    return [
        case((2, 3), 1, 0.5, first=True),
        case((2, 3), 2, 0.5),
        case((3, 3), 5, 0.5, 0.8, 0.95),
        dead,
        # t so large that both corrections are 1: there, and only there, the place of a large ε
        # in Keras's formula and in the paper's is the same.
        case((4, 2), 100_000, 0.5, 0.9, 0.999, 5.0),
        case((3,), 3),
        # All defaults, and gradients as small as ε.
        tuple(factor * array for factor, array in zip(
            (1.0, 1e-9, 1e-9, 1e-18), case((3,), 1)[:4], strict=True)) + (100_000,),
    ]


def _adam(mean=None, square=None, correct_m=None, correct_v=None, step=None, state=None):
    """Build an Adam step with one formula replaced."""

    def wrong(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
        with np.errstate(all="ignore"):
            m = mean(m, g, beta_1, beta_2) if mean else beta_1 * m + (1 - beta_1) * g
            v = square(v, g, m, beta_1, beta_2) if square else beta_2 * v + (1 - beta_2) * g**2
            m_hat = m / (correct_m(beta_1, t) if correct_m else 1 - beta_1**t)
            v_hat = v / (correct_v(beta_2, t) if correct_v else 1 - beta_2**t)
            if step:
                w = step(w, lr, m_hat, v_hat, eps, g)
            else:
                w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
        return (w, m_hat, v_hat) if state else (w, m, v)

    return wrong


def _guarded(power):
    """Divisor of a correction that counts differently; 0 to a power is left to give inf or NaN."""
    return lambda beta, t: np.float64(1 - beta ** power(t))


for _name, _why, _changes in [
    ("no bias correction", "m and v start at 0, so the first means are too small. Divide by "
     "1 − βᵗ.",
     {"correct_m": lambda b, t: 1.0, "correct_v": lambda b, t: 1.0}),
    ("no bias correction of m", "m starts at 0 just as v does. Divide it by 1 − β₁ᵗ.",
     {"correct_m": lambda b, t: 1.0}),
    ("no bias correction of v", "v starts at 0 just as m does. Divide it by 1 − β₂ᵗ, or the first "
     "steps are far too large.", {"correct_v": lambda b, t: 1.0}),
    ("bias correction from t=0", "The first step has t = 1: 1 − β⁰ = 0 would divide by zero. Use "
     "t, not t − 1.",
     {"correct_m": _guarded(lambda t: t - 1), "correct_v": _guarded(lambda t: t - 1)}),
    ("bias correction one step ahead", "t already counts this step, from 1. Use t, not t + 1.",
     {"correct_m": _guarded(lambda t: t + 1), "correct_v": _guarded(lambda t: t + 1)}),
    ("bias correction with β·t", "The weights of the mean add up to 1 − β to the power t: "
     "beta**t, not beta * t.",
     {"correct_m": lambda b, t: 1 - b * t, "correct_v": lambda b, t: 1 - b * t}),
    ("bias correction of m with β·t", "The weights of the mean add up to 1 − β₁ to the power t: "
     "beta_1**t, not beta_1 * t.", {"correct_m": lambda b, t: 1 - b * t}),
    # 1 − β₂·t is negative from t = 2 on, and its root is NaN, whatever is done to m.
    ("bias correction with β·t", "The weights of the mean add up to 1 − β to the power t: "
     "beta**t, not beta * t.", {"correct_v": lambda b, t: 1 - b * t}),
    ("bias correction without t", "1 − β is the correction of the first step only. Later it is 1 "
     "− βᵗ, which grows to 1.", {"correct_m": lambda b, t: 1 - b, "correct_v": lambda b, t: 1 - b}),
    ("bias correction with (1 − β)ᵗ", "The power belongs to β alone: 1 - beta**t. (1 - beta)**t "
     "goes to 0, and the correction would grow without end.",
     {"correct_m": lambda b, t: (1 - b) ** t, "correct_v": lambda b, t: (1 - b) ** t}),
    ("bias correction multiplied", "The means are too small, so divide by 1 − βᵗ to make them "
                                   "larger.",
     {"correct_m": lambda b, t: 1 / (1 - b**t), "correct_v": lambda b, t: 1 / (1 - b**t)}),
    ("ε inside the root", "√(v̂ + ε) with ε = 1e-7 acts like an ε of 3e-4. It belongs outside: "
                          "√v̂ + ε.",
     {"step": lambda w, lr, m, v, eps, g: w - lr * m / np.sqrt(v + eps)}),
    ("no bias correction, and ε inside the root", "m and v start at 0: divide by 1 − βᵗ. And ε "
     "belongs outside the root: √v̂ + ε.",
     {"correct_m": lambda b, t: 1.0, "correct_v": lambda b, t: 1.0,
      "step": lambda w, lr, m, v, eps, g: w - lr * m / np.sqrt(v + eps)}),
    ("ε outside the fraction", "Python reads `a / b + eps` as (a / b) + eps. ε belongs below the "
     "line: / (np.sqrt(v_hat) + eps).",
     {"step": lambda w, lr, m, v, eps, g: w - lr * m / np.sqrt(v) + eps}),
    ("ε outside the fraction", "Python reads `a / b + eps` as (a / b) + eps. ε belongs below the "
     "line: / (np.sqrt(v_hat) + eps).",
     {"step": lambda w, lr, m, v, eps, g: w - lr * (m / np.sqrt(v) + eps)}),
    ("no ε", "A weight that never had a gradient gives 0/0. ε keeps the step at 0.",
     {"step": lambda w, lr, m, v, eps, g: w - lr * m / np.sqrt(v)}),
    ("forgot the root", "m̂/v̂ has the unit 1/gradient: small gradients would make huge steps. "
     "Divide by √v̂.", {"step": lambda w, lr, m, v, eps, g: w - lr * m / (v + eps)}),
    ("ascent", "The gradient points uphill: w − lr·…, not w + lr·….",
     {"step": lambda w, lr, m, v, eps, g: w + lr * m / (np.sqrt(v) + eps)}),
    ("forgot lr", "Without lr every weight moves by about 1 in each step.",
     {"step": lambda w, lr, m, v, eps, g: w - m / (np.sqrt(v) + eps)}),
    ("gradient instead of its mean", "The step uses m̂, the running mean. With g itself this is "
                                     "RMSProp.",
     {"step": lambda w, lr, m, v, eps, g: w - lr * g / (np.sqrt(v) + eps)}),
    ("returns the update, not the weights", "Return the new w: the old one minus the step.",
     {"step": lambda w, lr, m, v, eps, g: -lr * m / (np.sqrt(v) + eps)}),
    ("squares m", "v is the running mean of g², the square of the gradient, not of m².",
     {"square": lambda v, g, m, b1, b2: b2 * v + (1 - b2) * m**2}),
    ("forgot the square", "v is the running mean of g². A mean of g can be negative, and has no "
                          "root.",
     {"square": lambda v, g, m, b1, b2: b2 * v + (1 - b2) * g}),
    ("forgot 1 − β₁", "A running mean is β·old + (1 − β)·new; without 1 − β it grows far too "
                      "large.",
     {"mean": lambda m, g, b1, b2: b1 * m + g}),
    ("forgot 1 − β₂", "A running mean is β·old + (1 − β)·new; without 1 − β it grows far too "
                      "large.",
     {"square": lambda v, g, m, b1, b2: b2 * v + g**2}),
    ("β₁ twice, instead of 1 − β₁", "The old mean counts with β₁, the new gradient with the rest, "
     "1 − β₁.", {"mean": lambda m, g, b1, b2: b1 * m + b1 * g}),
    ("β₂ twice, instead of 1 − β₂", "The old mean counts with β₂, the new square with the rest, "
     "1 − β₂.", {"square": lambda v, g, m, b1, b2: b2 * v + b2 * g**2}),
    ("β twice, instead of 1 − β", "The old mean counts with β, what is new with the rest, 1 − β.",
     {"mean": lambda m, g, b1, b2: b1 * m + b1 * g,
      "square": lambda v, g, m, b1, b2: b2 * v + b2 * g**2}),
    ("forgot 1 − β", "A running mean is β·old + (1 − β)·new; without 1 − β it grows far too large.",
     {"mean": lambda m, g, b1, b2: b1 * m + g, "square": lambda v, g, m, b1, b2: b2 * v + g**2}),
    ("β and 1 − β swapped", "β is the weight of the past, 1 − β that of the new gradient.",
     {"mean": lambda m, g, b1, b2: (1 - b1) * m + b1 * g,
      "square": lambda v, g, m, b1, b2: (1 - b2) * v + b2 * g**2}),
    ("β₁ and 1 − β₁ swapped", "β is the weight of the past, 1 − β that of the new gradient.",
     {"mean": lambda m, g, b1, b2: (1 - b1) * m + b1 * g}),
    ("β₂ and 1 − β₂ swapped", "β is the weight of the past, 1 − β that of the new gradient.",
     {"square": lambda v, g, m, b1, b2: (1 - b2) * v + b2 * g**2}),
    ("returns the corrected means", "m̂ and v̂ are for this step only. If they are kept, the next "
     "step corrects them a second time. Return m and v.", {"state": True}),
]:
    X2_11.mistake(_name, why=_why)(_adam(**_changes))


@X2_11.mistake("β's swapped", why="β₁ = 0.9 belongs to the mean m, β₂ = 0.999 to the mean square "
                                  "v.")
def _(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    return adam_step(w, g, m, v, t, lr, beta_2, beta_1, eps)


@X2_11.mistake("β's swapped in the correction", why="m was averaged with β₁, so it is corrected "
               "with 1 − β₁ᵗ; v with 1 − β₂ᵗ.")
def _(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    return w - lr * (m / (1 - beta_2**t)) / (np.sqrt(v / (1 - beta_1**t)) + eps), m, v


@X2_11.mistake("β₁ in both corrections", why="v was averaged with β₂, so it is corrected with "
               "1 − β₂ᵗ.")
def _(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2
    return w - lr * (m / (1 - beta_1**t)) / (np.sqrt(v / (1 - beta_1**t)) + eps), m, v


@X2_11.mistake("steps by the old means", why="m and v are brought up to date first; the step uses "
               "the new ones.")
def _(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    step = lr * (m / (1 - beta_1**t)) / (np.sqrt(v / (1 - beta_2**t)) + eps)
    return w - step, beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * g**2


@X2_11.mistake("results in the wrong order", why="The three are right, but the order is w, m, v.")
def _(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    w, m, v = adam_step(w, g, m, v, t, lr, beta_1, beta_2, eps)
    return w, v, m
