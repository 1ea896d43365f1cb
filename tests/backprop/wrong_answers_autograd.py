"""Wrong answers to 2.10, as students write them; see wrong_answers.py."""

from dataclasses import dataclass

from tests.backprop.wrong_answers import named


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
