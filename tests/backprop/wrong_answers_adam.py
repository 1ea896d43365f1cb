"""Wrong answers to 2.11, as students write them; see wrong_answers.py."""

import numpy as np

from tests.backprop.wrong_answers import WRONG_ANSWERS, named


@named("2.11", "no bias correction")
def plain_means(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    m = m * beta_1 + g * (1 - beta_1)
    v = v * beta_2 + np.square(g) * (1 - beta_2)
    return w - lr * m / (v**0.5 + eps), m, v


@named("2.11", "changes its input")
def in_place(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    m *= beta_1
    m += (1 - beta_1) * g
    v *= beta_2
    v += (1 - beta_2) * g * g
    return w - lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v


def adam_with(correct_m=False, correct_v=False, new_m=True, new_v=True):
    """An Adam step with β·t in a correction, or with β as the weight of what is new."""

    def step(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
        m = beta_1 * m + (1 - beta_1 if new_m else beta_1) * g
        v = beta_2 * v + (1 - beta_2 if new_v else beta_2) * g**2
        m_hat = m / (1 - (beta_1 * t if correct_m else beta_1**t))
        v_hat = v / (1 - (beta_2 * t if correct_v else beta_2**t))
        return w - lr * m_hat / (v_hat**0.5 + eps), m, v

    return step


WRONG_ANSWERS += [
    ("2.11", ["bias correction of m with β·t"], adam_with(correct_m=True)),
    ("2.11", ["bias correction with β·t"], adam_with(correct_v=True)),
    ("2.11", ["bias correction with β·t"], adam_with(correct_m=True, correct_v=True)),
    ("2.11", ["β₁ twice, instead of 1 − β₁"], adam_with(new_m=False)),
    ("2.11", ["β₂ twice, instead of 1 − β₂"], adam_with(new_v=False)),
    ("2.11", ["β twice, instead of 1 − β"], adam_with(new_m=False, new_v=False)),
]


def adam_step_with(step):
    """An Adam step with right means and this step(w, lr, m, v, t, beta_1, beta_2, eps)."""

    def adam(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        return step(w, lr, m, v, t, beta_1, beta_2, eps), m, v

    return adam


WRONG_ANSWERS += [
    ("2.11", ["bias correction with (1 − β)ᵗ"], adam_step_with(
        lambda w, lr, m, v, t, b1, b2, eps:
        w - lr * m / (1 - b1) ** t / ((v / (1 - b2) ** t) ** 0.5 + eps))),
    ("2.11", ["β₁ in both corrections"], adam_step_with(
        lambda w, lr, m, v, t, b1, b2, eps:
        w - lr * m / (1 - b1**t) / ((v / (1 - b1**t)) ** 0.5 + eps))),
    ("2.11", ["ε outside the fraction"], adam_step_with(
        lambda w, lr, m, v, t, b1, b2, eps:
        w - lr * m / (1 - b1**t) / np.sqrt(v / (1 - b2**t)) + eps)),
]
