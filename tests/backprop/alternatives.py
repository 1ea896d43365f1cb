"""Other right answers to the exercises of chapter 02: each must be accepted as it stands.

They are what people write who think differently from the reference: loops, einsum, another formula
for the same thing, another but equally good choice where the task leaves one.
"""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad

ALTERNATIVES = {}


def accepted(id):
    """Register the decorated answer as a right one for exercise `id`."""

    def register(answer):
        ALTERNATIVES.setdefault(id, []).append(answer)
        return answer

    return register


# --- 2.2 ---


@accepted("2.2")
def with_einsum(x, W, b, f):
    return f(np.einsum("nd,dm->nm", x, W) + b)


@accepted("2.2")
def one_image_and_neuron_at_a_time(x, W, b, f):
    z = np.zeros((len(x), len(b)))
    for i in range(len(x)):
        for j in range(len(b)):
            z[i, j] = b[j]
            for k in range(x.shape[1]):
                z[i, j] += x[i, k] * W[k, j]
    return f(z)


@accepted("2.2")
def columns_then_back(x, W, b, f):
    return f(W.T @ x.T + b[:, None]).T


@accepted("2.2")
def bias_as_a_weight(x, W, b, f):
    return f(np.c_[x, np.ones(len(x))] @ np.vstack([W, b]))


# --- 2.3 ---


@accepted("2.3")
def maximum_of_the_batch(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e, axis=1, keepdims=True)


@accepted("2.3")
def row_by_row(z):
    out = np.empty(z.shape)
    for i, row in enumerate(z):
        e = np.exp(row - max(row))
        out[i] = e / sum(e)
    return out


@accepted("2.3")
def through_the_logarithm(z):
    s = z - z.max(-1)[:, None]
    return np.exp(s - np.log(np.exp(s).sum(-1))[:, None])


@accepted("2.3")
def one_over_a_sum_of_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)


# --- 2.4 ---


@accepted("2.4")
def with_one_hot(probs, y):
    return -(np.eye(probs.shape[1])[y] * np.log(np.clip(probs, 1e-12, 1))).sum(axis=1).mean()


@accepted("2.4")
def with_a_loop(probs, y):
    total = 0.0
    for p, label in zip(probs, y, strict=True):
        total -= np.log(max(p[label], 1e-12))
    return float(total / len(y))


@accepted("2.4")
def with_einsum_and_take(probs, y):
    p = np.take_along_axis(probs, y[:, None], axis=1)[:, 0]
    return -np.einsum("i->", np.log(np.where(p < 1e-12, 1e-12, p))) / p.size


@accepted("2.4")
def floor_added(probs, y):
    return np.mean(-np.log(probs[range(len(y)), y] + 1e-12))


# --- 2.5 ---


@accepted("2.5")
def p_minus_y(logits, y):
    return (softmax(logits) - np.eye(logits.shape[1])[y]) / logits.shape[0]


@accepted("2.5")
def through_the_jacobian(logits, y):
    p = softmax(logits)
    out = np.zeros_like(p)
    for i, label in enumerate(y):
        jacobian = np.diag(p[i]) - np.outer(p[i], p[i])
        out[i] = jacobian[label] * (-1 / p[i, label]) / len(y)
    return out


@accepted("2.5")
def entry_by_entry(logits, y):
    p = softmax(logits)
    n, classes = p.shape
    return np.array([[(p[i, k] - (y[i] == k)) / n for k in range(classes)] for i in range(n)])


# --- 2.6 ---


@accepted("2.6")
def all_einsum(dy, x, W, z, a, f_prime):
    delta = np.einsum("nm,nm->nm", dy, f_prime(z))
    return (
        np.einsum("nm,dm->nd", delta, W),
        np.einsum("nd,nm->dm", x, delta),
        np.einsum("nm->m", delta),
    )


@accepted("2.6")
def image_by_image(dy, x, W, z, a, f_prime):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(W.shape[1])
    slope = f_prime(z)
    for i in range(len(x)):
        delta = dy[i] * slope[i]
        dx[i] = W @ delta
        dW += np.outer(x[i], delta)
        db += delta
    return dx, dW, db


@accepted("2.6")
def transposed_twice_as_a_list(dy, x, W, z, a, f_prime):
    delta = f_prime(z) * dy
    return [(W @ delta.T).T, (delta.T @ x).T, np.ones(len(x)) @ delta]


# --- 2.7: other starting weights, step sizes, orders ---


@accepted("2.7")
def small_start_smaller_step(x, y, sizes, epochs, batch_size, rng):
    d, units, classes = sizes
    W1, b1 = 0.1 * rng.standard_normal((d, units)), np.zeros(units)
    W2, b2 = 0.1 * rng.standard_normal((units, classes)), np.zeros(classes)
    lr, losses, n = 0.3, [], len(x)
    for _ in range(epochs):
        order, total = rng.permutation(n), 0.0
        for batch in np.split(order, range(batch_size, n, batch_size)):
            xb, yb = x[batch], y[batch]
            h = 1 / (1 + np.exp(-(xb @ W1 + b1)))
            logits = h @ W2 + b2
            total += cross_entropy(softmax(logits), yb) * len(yb)
            delta = softmax_cross_entropy_grad(logits, yb)
            dh = delta @ W2.T
            dW2, db2 = h.T @ delta, delta.sum(axis=0)
            dW1, db1 = xb.T @ (dh * h * (1 - h)), (dh * h * (1 - h)).sum(axis=0)
            W1, b1, W2, b2 = W1 - lr * dW1, b1 - lr * db1, W2 - lr * dW2, b2 - lr * db2
        losses.append(total / n)
    return [W1, b1, W2, b2], losses


@accepted("2.7")
def negative_rate_no_shuffling(x, y, sizes, epochs, batch_size, rng):
    d, units, classes = sizes
    W1, b1 = rng.uniform(-1, 1, (d, units)), np.zeros(units)
    W2, b2 = np.zeros((units, classes)), np.zeros(classes)
    lr, losses = -3.0, []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(x), batch_size):
            xb, yb = x[start:start + batch_size], y[start:start + batch_size]
            h = 1 / (1 + np.exp(-(xb @ W1 + b1)))
            logits = h @ W2 + b2
            total += cross_entropy(softmax(logits), yb) * len(yb)
            delta = softmax_cross_entropy_grad(logits, yb)
            dz = delta @ W2.T * h * (1 - h)
            W1 += lr * xb.T @ dz
            b1 += lr * dz.sum(axis=0)
            W2 += lr * h.T @ delta
            b2 += lr * delta.sum(axis=0)
        losses.append(total / len(x))
    return (W1, b1, W2, b2), losses


# --- 2.8: other h, other ways to nudge, another denominator ---


@accepted("2.8")
def on_copies(loss, params, grads):
    worst = 0.0
    for name in params:
        for i in range(params[name].size):
            up, down = params[name].copy(), params[name].copy()
            up.flat[i] += 1e-5
            down.flat[i] -= 1e-5
            slope = (loss({**params, name: up}) - loss({**params, name: down})) / 2e-5
            given = grads[name].flat[i]
            worst = max(worst, abs(slope - given) / max(abs(slope), abs(given), 1e-8))
    return worst


@accepted("2.8")
def there_and_back(loss, params, grads):
    h, errors = 1e-6, []
    for name, w in params.items():
        it = np.nditer(w, flags=["multi_index"])
        for _ in it:
            i = it.multi_index
            w[i] += h
            up = loss(params)
            w[i] -= 2 * h
            down = loss(params)
            w[i] += h
            slope = (up - down) / (2 * h)
            errors.append(abs(slope - grads[name][i]) / (abs(slope) + abs(grads[name][i]) + 1e-12))
    return np.max(errors)


@accepted("2.8")
def array_by_array(loss, params, grads):
    largest = []
    for name, w in params.items():
        numeric = np.zeros_like(w)
        for i in np.ndindex(*w.shape):
            kept = w[i]
            values = []
            for step in (5e-7, -5e-7):
                w[i] = kept + step
                values.append(loss(params))
            w[i] = kept
            numeric[i] = (values[0] - values[1]) / 1e-6
        size = np.maximum(np.abs(numeric) + np.abs(grads[name]), 1e-12)
        largest.append((np.abs(numeric - grads[name]) / size).max())
    return float(max(largest))


# --- 2.10 ---


@accepted("2.10")
class WithClosures:
    """Each operation leaves behind a function that passes its gradient on."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.pass_on = lambda: None

    def __add__(self, other):
        out = WithClosures(self.data + other.data, (self, other))

        def pass_on():
            self.grad += out.grad
            other.grad += out.grad

        out.pass_on = pass_on
        return out

    def __mul__(self, other):
        out = WithClosures(self.data * other.data, (self, other))

        def pass_on():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pass_on = pass_on
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in order[::-1]:
            node.pass_on()


@accepted("2.10")
class InOrderOfBirth:
    """A node made later cannot be a parent of one made earlier: the number of its birth will do."""

    count = 0

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes
        InOrderOfBirth.count += 1
        self.born = InOrderOfBirth.count

    def __add__(self, other):
        return InOrderOfBirth(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        return InOrderOfBirth(self.data * other.data, [self, other], [other.data, self.data])

    def backward(self):
        found, todo = {self}, [self]
        while todo:
            for parent in todo.pop().parents:
                if parent not in found:
                    found.add(parent)
                    todo.append(parent)
        for node in found:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(found, key=lambda n: -n.born):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


@accepted("2.10")
class OneWayAtATime(InOrderOfBirth):
    """Every path from the root adds its product of slopes: slow for large graphs, but right."""

    def __add__(self, other):
        return OneWayAtATime(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        return OneWayAtATime(self.data * other.data, [self, other], [other.data, self.data])

    def clear(self):
        self.grad = 0.0
        for parent in self.parents:
            parent.clear()

    def send(self, share):
        self.grad += share
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.send(slope * share)

    def backward(self):
        self.clear()
        self.send(1.0)


# --- 2.11 ---


@accepted("2.11")
def as_keras_writes_it(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    m = m + (g - m) * (1 - beta_1)
    v = v + (np.square(g) - v) * (1 - beta_2)
    return w - m * alpha / (np.sqrt(v) + eps), m, v


@accepted("2.11")
def entry_by_entry_adam(w, g, m, v, t, lr=1e-3, beta_1=0.9, beta_2=0.999, eps=1e-7):
    w, m, v = w.copy(), m.copy(), v.copy()
    for i in np.ndindex(w.shape):
        m[i] = beta_1 * m[i] + (1 - beta_1) * g[i]
        v[i] = beta_2 * v[i] + (1 - beta_2) * g[i] * g[i]
        w[i] -= lr * (m[i] / (1 - beta_1**t)) / ((v[i] / (1 - beta_2**t)) ** 0.5 + eps)
    return w, m, v
