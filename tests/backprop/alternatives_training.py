"""Other right answers to 2.7 (train), 2.8 (gradcheck) and 2.10 (Value); see alternatives.py."""

import numpy as np

from helpers.backprop.exercises_forward import softmax
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad
from tests.backprop.alternatives import accepted

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


@accepted("2.7")
def a_tuple_and_an_array(*args):
    (W1, b1, W2, b2), losses = small_start_smaller_step(*args)
    return (W1, b1, W2, b2), np.array(losses)


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
