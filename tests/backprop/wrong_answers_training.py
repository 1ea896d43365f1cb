"""Wrong answers to 2.7, 2.8, 2.10 and 2.11, as students write them; see wrong_answers.py."""

import inspect
from dataclasses import dataclass

import numpy as np

import helpers.backprop.exercises_training as training
from tests.backprop.wrong_answers import WRONG_ANSWERS, named

# --- 2.7 ---


def train_with(*changes):
    """The right training loop, with texts in it replaced."""
    code = inspect.getsource(training.train).split("\n", 1)[1]
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    space = dict(vars(training))
    exec(code, space)
    return space["train"]


ASCENT = ("-= lr", "+= lr")
NO_SLOPE = (" * h * (1 - h)", "")
WRONG_ANSWERS += [
    ("2.7", ["forgot h (1 − h)"], train_with(NO_SLOPE)),
    ("2.7", ["forgot h (1 − h)", "ascent (+=)"], train_with(NO_SLOPE, ASCENT)),
    ("2.7", ["not a step along the gradient"], train_with((" * h * (1 - h)", " * (1 - h**2)"))),
    ("2.7", ["bias gradients averaged"],
     train_with(("dlogits.sum(axis=0)", "dlogits.mean(axis=0)"),
                ("dz.sum(axis=0)", "dz.mean(axis=0)"))),
    ("2.7", ["not a step along the gradient"],
     train_with(("        order = rng", "        W1 = rng.normal(0, 1, (d, units))\n"
                 "        order = rng"))),
    ("2.7", ["loss summed, not averaged"], train_with(("total / len(x)", "total"))),
]


# --- 2.8 ---


def check_with(slope, error, restore=True):
    """A gradient check that nudges by += and -=."""

    def check(loss, params, grads):
        worst = 0
        for k in params:
            for i in np.ndindex(params[k].shape):
                old = params[k][i]
                numeric = slope(loss, params, params[k], i)
                if restore:
                    params[k][i] = old
                worst = max(worst, error(numeric, grads[k][i]))
        return worst

    return check


def two_sided(h):
    def slope(loss, params, w, i):
        w[i] += h
        up = loss(params)
        w[i] -= 2 * h
        return (up - loss(params)) / (2 * h)

    return slope


def halved_and_multiplied(loss, params, w, i, h=1e-5):
    w[i] += h
    up = loss(params)
    w[i] -= 2 * h
    return (up - loss(params)) / 2 * h


def only_back_again(loss, params, w, i, h=1e-6):
    w[i] += h
    up = loss(params)
    w[i] -= h
    return (up - loss(params)) / (2 * h)


def divided_by_h_alone(loss, params, w, i, h=1e-5):
    w[i] += h
    up = loss(params)
    w[i] -= 2 * h
    return (up - loss(params)) / h


def on_a_copy(loss, params, w, i, h=1e-6):
    w = w.copy()
    w[i] += h
    return (loss(params) - loss(params)) / (2 * h)


def one_sided(loss, params, w, i):
    start = loss(params)
    w[i] += 1e-6
    return (loss(params) - start) / 1e-6


def by_sum(a, b):
    return abs(a - b) / (abs(a) + abs(b) + 1e-12)


def by_larger(a, b):
    return abs(a - b) / max(abs(a), abs(b), 1e-12)


def difference(a, b):
    return abs(a - b)


def in_single_precision(loss, params, grads):
    params = {k: p.astype("float32") for k, p in params.items()}
    return check_with(two_sided(1e-6), by_sum)(loss, params, grads)


WRONG_ANSWERS += [
    ("2.8", ["h too small, such as 1e-12"], check_with(two_sided(1e-12), by_sum)),
    *(("2.8", ["h too small, such as 1e-12"], check_with(two_sided(h), error))
      for h in (1e-13, 1e-14, 1e-15) for error in (by_sum, by_larger)),
    ("2.8", ["divides by 2, then multiplies by h"], check_with(halved_and_multiplied, by_sum)),
    ("2.8", ["divides by 2, then multiplies by h"], check_with(halved_and_multiplied, by_larger)),
    ("2.8", ["off by a factor of two"], check_with(only_back_again, by_sum)),
    ("2.8", ["off by a factor of two"], check_with(divided_by_h_alone, by_larger)),
    ("2.8", ["the loss never sees a nudge"], check_with(on_a_copy, by_sum)),
    ("2.8", ["float32"], in_single_precision),
    ("2.8", ["forward difference"], check_with(one_sided, by_sum)),
    ("2.8", ["forward difference"], check_with(one_sided, by_larger)),
    ("2.8", ["absolute error"], check_with(two_sided(1e-6), difference)),
    ("2.8", ["forward difference, and absolute error"], check_with(one_sided, difference)),
    ("2.8", ["parameter not restored"], check_with(two_sided(1e-6), by_sum, restore=False)),
]


# --- 2.10 ---


class Node:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other), (other.data, self.data))

    def edges(self):
        return zip(self.parents, self.slopes, strict=True)

    def sorted(self):
        order = []

        def visit(node):
            if node not in order:
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        return order


class AddsUpInOrder(Node):
    def backward(self):
        order = self.sorted()
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.edges():
                parent.grad += slope * node.grad


@named("2.10", "`=` instead of `+=`")
class Overwrites(Node):
    def backward(self):
        self.grad = 1.0
        for node in reversed(self.sorted()):
            for parent, slope in node.edges():
                parent.grad = slope * node.grad


@named("2.10", "root grad not 1")
class NeverStarts(Node):
    def backward(self):
        order = self.sorted()
        for node in order:
            node.grad = 0.0
        for node in reversed(order):
            for parent, slope in node.edges():
                parent.grad += slope * node.grad


@named("2.10", "visits shared nodes again, and grads not reset between calls")
class NoMemory(Node):
    def backward(self):
        self.grad, todo = 1.0, [self]
        while todo:
            node = todo.pop()
            for parent, slope in node.edges():
                parent.grad += slope * node.grad
                todo.append(parent)


@named("2.10", "no topological order, and grads not reset between calls")
class LevelByLevel(Node):
    def backward(self):
        self.grad, todo, seen = 1.0, [self], set()
        while todo:
            node = todo.pop(0)
            if node not in seen:
                seen.add(node)
                for parent, slope in node.edges():
                    parent.grad += slope * node.grad
                    todo.append(parent)


@named("2.10", "forgot the gradient that arrives")
class SlopesOnly(Node):
    def backward(self):
        order = self.sorted()
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node.edges():
                parent.grad += slope


@named("2.10", "nodes compared by their numbers")
@dataclass
class Alike(AddsUpInOrder):
    data: float
    parents: tuple = ()
    slopes: tuple = ()
    grad: float = 0.0


@named("2.10", "forgot the slopes")
class NoSlopes(AddsUpInOrder):
    def __mul__(self, other):
        return type(self)(self.data * other.data, (self, other))

    def edges(self):
        return zip(self.parents, self.slopes, strict=False)


@named("2.10", "forgot the parents")
class NoFamily(AddsUpInOrder):
    def __add__(self, other):
        return type(self)(self.data + other.data)

    def __mul__(self, other):
        return type(self)(self.data * other.data)


@named("2.10", "forgot the parents")
class SumsWithoutFamily(AddsUpInOrder):
    def __add__(self, other):
        return type(self)(self.data + other.data)


@named("2.10", "every node starts at 1")
class OverwritesAndCallsItself(Node):
    def backward(self):
        self.grad = 1.0
        for parent, slope in self.edges():
            parent.grad = slope * self.grad
            parent.backward()


@named("2.10", "every node starts at 1")
class StopsAtLeaves(Node):
    def backward(self):
        self.grad = 1
        for parent, slope in self.edges():
            parent.grad += slope * self.grad
            if parent.parents:
                parent.backward()


@named("2.10", "every node starts at 1")
class CallsItself(Node):
    def backward(self):
        self.grad = 1.0
        for parent, slope in self.edges():
            parent.grad += slope * self.grad
            parent.backward()


@named("2.10", "grads not reset between calls")
class AddsForEver(Node):
    def backward(self, grad=1.0):
        self.grad += grad
        for parent, slope in self.edges():
            parent.backward(slope * grad)


# --- 2.11 ---


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
