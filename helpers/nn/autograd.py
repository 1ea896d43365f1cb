"""Reverse-mode differentiation of ordinary Python arithmetic, on single numbers.

Every operation writes down, beside its result, how a change of the result's gradient reaches its
inputs. `backward` walks that record from the end to the beginning. The idea is that of
Rumelhart, Hinton & Williams (1986); see Goodfellow, Bengio & Courville (2016), §6.5.
"""

import math


class Value:
    """A number that remembers how it was computed.

    Attributes
    ----------
    data : float
    grad : float
        ∂(result)/∂(this number), after `result.backward()`.
    """

    def __init__(self, data, parents=(), pull=None):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.pull = pull  # gradient of this number -> what each parent's gradient gains

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        other = as_value(other)
        a, b = self.data, other.data
        return Value(a * b, (self, other), lambda g: (g * b, g * a))

    def __pow__(self, n):
        if not isinstance(n, (int, float)):
            raise ValueError(f"The exponent must be a plain number, as in x ** 2; {n!r} came.")
        a = self.data
        return Value(a**n, (self,), lambda g: (g * n * a ** (n - 1) if n else 0.0,))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), lambda g: (g * (1 - t * t),))

    def relu(self):
        a = self.data
        return Value(max(a, 0.0), (self,), lambda g: (g if a > 0 else 0.0,))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self,), lambda g: (g * e,))

    def log(self):
        a = self.data
        return Value(math.log(a), (self,), lambda g: (g / a,))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -as_value(other)

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __rsub__(self, other):
        return as_value(other) - self

    def __rtruediv__(self, other):
        return as_value(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        """Set `grad` of this number and of all it was computed from, afresh."""
        order = inputs_first(self)
        for v in order:
            v.grad = 0.0
        self.grad = 1.0
        for v in reversed(order):
            for parent, gain in zip(v.parents, v.pull(v.grad) if v.pull else (), strict=True):
                parent.grad += gain  # += : a number that is used twice gets both gains

    def __repr__(self):
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"


def as_value(x):
    """Return x as a Value; a plain number becomes a constant."""
    return x if isinstance(x, Value) else Value(x)


def inputs_first(result):
    """List everything that `result` was computed from, each after all of its own inputs.

    A stack instead of recursion: a long sum would exceed Python's recursion limit.
    """
    order, seen, stack = [], set(), [(result, False)]
    while stack:
        v, inputs_done = stack.pop()
        if inputs_done:
            order.append(v)
        elif v not in seen:
            seen.add(v)
            stack.append((v, True))
            stack.extend((parent, False) for parent in v.parents)
    return order
