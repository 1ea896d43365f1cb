"""Wrong answers as students write them, with the names the check should find.

The bank's own mistakes are written in its own way. These are written without looking at it: other
functions, another order, two mistakes at once. `WRONG_ANSWERS` lists (exercise, names, answer).
"""

import numpy as np

from helpers.backprop.exercises_forward import softmax

WRONG_ANSWERS = []


def named(id, *names):
    """Register the decorated answer to exercise `id` as one in which `names` should be found."""

    def register(answer):
        WRONG_ANSWERS.append((id, names, answer))
        return answer

    return register


def hot(y, like):
    return np.eye(like.shape[1])[y]


# --- one-liners: (exercise, names, answer) ---

AND_OVERFLOW, AND_LOG_0 = ", and overflow", ", and log 0"
WRONG_ANSWERS += [
    ("2.2", ["bias along rows"], lambda x, W, b, f: f(np.dot(x, W) + b.reshape(-1, 1))),
    ("2.2", ["activation on the input"], lambda x, W, b, f: np.dot(f(x), W) + b),
    ("2.2", ["factors in the wrong order"], lambda x, W, b, f: f(np.matmul(W, x) + b)),
    ("2.2", ["uses tanh, whatever f is handed in"], lambda x, W, b, f: np.tanh(np.dot(x, W) + b)),
    ("2.2", ["uses ReLU, whatever f is handed in"], lambda x, W, b, f: (x @ W + b).clip(0)),
    ("2.2", ["bias multiplied"], lambda x, W, b, f: f(np.dot(x, W) * b)),
    ("2.3", ["subtracts the mean"],
     lambda z: np.exp(z - z.mean(1)[:, None]) / np.exp(z - z.mean(1)[:, None]).sum(1)[:, None]),
    ("2.3", ["subtracts the mean"],
     lambda z: np.exp(z - z.mean()) / np.exp(z - z.mean()).sum(1, keepdims=True)),
    ("2.3", ["overflow"], lambda z: np.exp(z) / np.exp(z).sum(1).reshape(-1, 1)),
    ("2.3", ["softmax over wrong axis" + AND_OVERFLOW], lambda z: np.exp(z) / sum(np.exp(z))),
    ("2.3", ["sum over whole batch" + AND_OVERFLOW], lambda z: np.exp(z) / np.sum(np.exp(z))),
    ("2.3", ["sum over whole batch"], lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum()),
    ("2.3", ["forgot keepdims"], lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(1)),
    ("2.3", ["forgot keepdims" + AND_OVERFLOW], lambda z: np.exp(z) / np.exp(z).sum(1)),
    ("2.3", ["maximum of the columns"],
     lambda z: np.exp(z - z.max(0)) / np.exp(z - z.max(0)).sum(1)[:, None]),
    ("2.4", ["log 0"], lambda p, y: -np.mean(np.log(p[range(len(y)), y]))),
    ("2.4", ["log 0"], lambda p, y: -np.sum(hot(y, p) * np.log(p)) / len(p)),
    ("2.4", ["sum instead of mean" + AND_LOG_0], lambda p, y: -np.log(p[range(len(y)), y]).sum()),
    ("2.4", ["mean over n·C"], lambda p, y: -np.mean(hot(y, p) * np.log(p + 1e-12))),
    ("2.4", ["mean over n·C" + AND_LOG_0], lambda p, y: -np.mean(hot(y, p) * np.log(p))),
    ("2.4", ["log2"], lambda p, y: np.mean(np.log2(1 / np.clip(p[range(len(y)), y], 1e-12, 1)))),
    ("2.4", ["another floor than 1e-12"],
     lambda p, y: -np.mean(np.log(np.clip(p[range(len(y)), y], 1e-7, 1 - 1e-7)))),
    ("2.4", ["mean over all classes instead of the right one" + AND_LOG_0],
     lambda p, y: -np.log(p).mean()),
    ("2.4", ["mean over all classes instead of the right one"],
     lambda p, y: -np.log(np.clip(p, 1e-12, 1)).mean()),
    ("2.4", ["sum over all classes instead of the right one" + AND_LOG_0],
     lambda p, y: -np.log(p).sum(axis=1).mean()),
    ("2.4", ["picks rows instead of entries"], lambda p, y: -np.mean(np.log(p[y]))),
    ("2.4", ["picks rows instead of entries"],
     lambda p, y: -np.mean(np.log(np.maximum(p[y], 1e-12)))),
    ("2.4", ["labels are not one-hot"], lambda p, y: -np.sum(y * np.log(p)) / len(y)),
    ("2.4", ["labels are not one-hot"], lambda p, y: -np.mean(y * np.log(p))),
    ("2.4", ["labels are not one-hot"],
     lambda p, y: -np.mean(np.sum(y * np.log(p + 1e-12), axis=1))),
    ("2.5", ["labels are not one-hot"], lambda z, y: softmax(z) - y),
    ("2.5", ["labels are not one-hot"], lambda z, y: (softmax(z) - y) / len(z)),
    ("2.5", ["forgot to divide by batch size"], lambda z, y: softmax(z) - hot(y, z)),
    ("2.5", ["sign flipped (Y − P)"], lambda z, y: (hot(y, z) - softmax(z)) / len(z)),
    ("2.5", ["divided by n·C"], lambda z, y: (softmax(z) - hot(y, z)) / z.size),
]


@named("2.4", "binary cross-entropy over all classes")
def every_class_on_its_own(p, y):
    p, target = np.clip(p, 1e-12, 1 - 1e-12), hot(y, p)
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


@named("2.5", "subtracts one in every row")
def columns_instead_of_entries(z, y):
    p = softmax(z)
    p[:, y] -= 1
    return p / len(y)


# --- 2.6 ---


@named("2.6", "f′(a) instead of f′(z), and db averaged again")
def slope_at_the_output(dy, x, W, z, a, f_prime):
    d = dy * f_prime(a)
    return d @ W.T, x.T @ d, np.mean(d, 0)


@named("2.6", "transposed dW", "db summed over the wrong axis")
def two_axes_mixed_up(dy, x, W, z, a, f_prime):
    d = np.multiply(dy, f_prime(z))
    return np.dot(d, W.T), np.dot(d.T, x), np.sum(d, axis=1)


@named("2.6", "W instead of Wᵀ", "transposed dW", "db averaged again")
def three_at_once(dy, x, W, z, a, f_prime):
    d = dy * f_prime(z)
    return d @ W, d.T @ x, d.mean(0)


@named("2.6", "forgot f′ in dx")
def slope_only_for_the_parameters(dy, x, W, z, a, f_prime):
    d = dy * f_prime(z)
    return dy @ W.T, x.T @ d, d.sum(0)


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
