"""Exercise 2.10: a scalar autograd. The student completes a class; we build expressions with it."""

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise

X2_10 = exercise(
    "2.10",
    title="Write backpropagation in twenty lines",
    kind="fill-in",
    minutes=20,
    difficulty=4,
    importance=5,
    outputs=("a + b", "a · b", "a · a + a", "(a · b + c) · b", "d · ((d + a) · c) with d = a · b",
             "a second backward()", "another result from the same leaves"),
    hints=(
        "A number that is used twice gets gradient from both places: does the second one replace "
        "the first or join it? And when may a node pass its gradient on?",
        "Slopes: of a + b they are (1, 1), of a · b they are (b, a). backward: order the nodes so "
        "that parents come before children, set all grads to 0 and the root's to 1, walk the order "
        "backwards, and for each node: parent.grad += slope · node.grad.",
        SOLUTION,
    ),
)


@X2_10.reference
class Value:
    """A number that remembers its parents and its slope ∂self/∂parent towards each of them."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def backward(self):
        """Set .grad of every node to ∂self/∂node, afresh at every call."""
        order = []

        def visit(node):
            node.grad = 0.0
            for parent in node.parents:
                if parent not in order:
                    visit(parent)
            order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


@X2_10.probes
def _(rng):
    # Three numbers, none 0 or ±1 and no two alike, so that no slope hides behind another.
    fixed = [(2.0, -3.0, 5.0), (0.5, 4.0, -1.5)]
    return fixed + [tuple(rng.uniform(1.2, 2.5, 3) * rng.choice([-1.0, 1.0], 3)) for _ in range(3)]


class Unfinished(Exception):
    """An operation gave back None or `...`: what it was decides what we say."""

    def __init__(self, result):
        super().__init__(result)
        self.result = result


@X2_10.harness
def _(cls, a, b, c):
    try:
        return run_expressions(cls, a, b, c)
    except Unfinished as stop:
        return stop.result


def run_expressions(cls, *numbers):
    """Build seven expressions with the class and collect, for each, the value and all gradients.

    Raises Unfinished when an operation returns nothing, so that a stub is seen as a stub.
    """

    def made(result):
        if result is None or result is ...:
            raise Unfinished(result)
        if not (hasattr(result, "data") and hasattr(result, "backward")):
            raise TypeError(f"a + b and a * b must be Values, not {type(result).__name__}")
        return result

    def add(p, q):
        return made(p + q)

    def mul(p, q):
        return made(p * q)

    def run(root):
        answer = root.backward()
        if answer is ...:
            raise Unfinished(answer)

    def measure(build):
        a, b, c = (cls(number) for number in numbers)
        root = build(a, b, c)
        run(root)
        grads = {"grad of a": a.grad, "grad of b": b.grad, "grad of c": c.grad}
        return {"value": root.data, **grads, "its own grad": root.grad}

    def diamond(a, b, c):
        return mul(add(mul(a, b), c), b)

    def crossing(a, b, c):
        d = mul(a, b)
        return mul(d, mul(add(d, a), c))

    def twice(a, b, c):
        root = diamond(a, b, c)
        run(root)
        return root   # measure() runs it the second time

    def siblings(a, b, c):
        shared = mul(a, b)
        run(mul(shared, c))
        return add(mul(shared, a), mul(shared, c))

    return (
        measure(lambda a, b, c: add(a, b)),
        measure(lambda a, b, c: mul(a, b)),
        measure(lambda a, b, c: add(mul(a, a), a)),
        measure(diamond),
        measure(crossing),
        measure(twice),
        measure(siblings),
    )


# --- mistakes -------------------------------------------------------------------------------------


def topological(root):
    """Parents before children, each node once."""
    order = []

    def visit(node):
        for parent in node.parents:
            if parent not in order:
                visit(parent)
        order.append(node)

    visit(root)
    return order


def depth_first(root):
    """Child before its parents, down one branch first; reversed, as the walk reverses it again."""
    seen = []

    def visit(node):
        if node not in seen:
            seen.append(node)
            for parent in node.parents:
                visit(parent)

    visit(root)
    return seen[::-1]


def breadth_first(root):
    """Level by level from the root: a node with a short and a long way is met too early."""
    seen, queue = [root], [root]
    while queue:
        for parent in queue.pop(0).parents:
            if parent not in seen:
                seen.append(parent)
                queue.append(parent)
    return seen[::-1]


def stacked(root):
    """Last in, first out: the second branch first."""
    seen, stack = [], [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.append(node)
            stack.extend(node.parents)
    return seen[::-1]


def every_path(root):
    """Without a memory of visited nodes: a shared node stands there once for each way to it."""
    seen, queue = [], [root]
    while queue:
        seen.append(queue[0])
        queue.extend(queue.pop(0).parents)
    return seen[::-1]


def make_value(order=topological, accumulate=True, root=1.0, reset="all", walk=reversed,
               add_slopes=lambda a, b: (1.0, 1.0), mul_slopes=lambda a, b: (b, a)):
    """Build a Value class in which one or two things are wrong."""

    class Value:
        def __init__(self, data, parents=(), slopes=()):
            self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

        def __add__(self, other):
            slopes = add_slopes(self.data, other.data)
            return type(self)(self.data + other.data, (self, other), slopes)

        def __mul__(self, other):
            slopes = mul_slopes(self.data, other.data)
            return type(self)(self.data * other.data, (self, other), slopes)

        def backward(self):
            nodes = order(self)
            for node in nodes:
                if reset == "all" or reset == "inner" and node.parents:
                    node.grad = 0.0
            self.grad = root
            for node in walk(nodes):
                for parent, slope in zip(node.parents, node.slopes, strict=True):
                    step = slope * node.grad
                    parent.grad = parent.grad + step if accumulate else step

    return Value


_ASSIGN = ("`=` instead of `+=`", "A number that is used twice gets gradient from both uses; `=` "
           "keeps only the last one. The contributions add up.")
_ORDER = ("no topological order", "A node passed its gradient on before all of it had arrived. "
          "Every child must come before its parents on the way back.")
_ROOT = ("root grad not 1", "∂root/∂root = 1. With 0 there is nothing to pass on, and every "
         "gradient stays 0.")
_RESET = ("grads not reset between calls", "+= adds to what the last call left behind. Set all "
          "grads to 0 at the start of backward().")
_SLOPES = ("slopes of a product not swapped", "∂(a·b)/∂a is b, and ∂(a·b)/∂b is a: each factor "
           "gets the other one.")
_ORDERS = (depth_first, breadth_first, stacked)

for (_name, _why), _changes in [
    (_ASSIGN, {"accumulate": False}),
    (_ROOT, {"root": 0.0}),
    (_RESET, {"reset": "none"}),
    (_RESET, {"reset": "inner"}),
    (_SLOPES, {"mul_slopes": lambda a, b: (a, b)}),
    (("slopes of a product all 1", "The slopes (1, 1) belong to a sum. For a·b each factor gets "
      "the other one."), {"mul_slopes": lambda a, b: (1.0, 1.0)}),
    (("slopes of a sum taken from its terms", "∂(a+b)/∂a = 1: a sum passes the gradient on "
      "unchanged, whatever its terms are."), {"add_slopes": lambda a, b: (a, b)}),
    (("slopes of a sum as in a product", "∂(a+b)/∂a = 1: a sum passes the gradient on unchanged."),
     {"add_slopes": lambda a, b: (b, a)}),
    (("gradient stops after one step", "The gradient starts at the root and travels on to the "
      "leaves. Walk the topological order backwards: reversed(order)."), {"walk": list}),
    (("visits shared nodes again", "A node met on two ways passed its gradient on twice. Keep a "
      "list of the nodes already visited."), {"order": every_path}),
]:
    X2_10.mistake(_name, why=_why)(make_value(**_changes))
for _order in _ORDERS:
    X2_10.mistake(_ORDER[0], why=_ORDER[1])(make_value(order=_order))
for _first, _second, _changes in [
    (_ASSIGN, _SLOPES, {"accumulate": False, "mul_slopes": lambda a, b: (a, b)}),
    (_RESET, _SLOPES, {"reset": "none", "mul_slopes": lambda a, b: (a, b)}),
    *((_ORDER, _RESET, {"order": order, "reset": "none"}) for order in _ORDERS),
    *((_ASSIGN, _ORDER, {"order": order, "accumulate": False}) for order in _ORDERS),
]:
    X2_10.mistake(f"{_first[0]}, and {_second[0]}", why=f"{_first[1]} Then: {_second[1]}")(
        make_value(**_changes))


@X2_10.mistake("root grad set to its value", why="∂root/∂root = 1, whatever the root's value is.")
class _RootData(make_value()):
    def backward(self):
        super().backward()
        for node in topological(self):
            node.grad *= self.data


@X2_10.mistake(_RESET[0], why=_RESET[1])
class _Recursive(make_value()):
    """One call per way to a leaf: right, if slow, but never set back to zero."""

    def backward(self, grad=1.0):
        self.grad += grad
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            _Recursive.backward(parent, slope * grad)


@X2_10.mistake("gradients overwritten on every path", why="Each way to a number adds its share; "
               "`=` keeps only the last way. Write self.grad += grad.")
class _LastPath(make_value()):
    def backward(self, grad=1.0):
        self.grad = grad
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            _LastPath.backward(parent, slope * grad)
