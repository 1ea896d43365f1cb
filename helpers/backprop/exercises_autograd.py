"""Exercise 2.10: a scalar autograd. The student completes a class; we build expressions with it."""

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import exercise
from helpers.kit.outcome import Words
from helpers.kit.values import and_list, kind_of

X2_10 = exercise(
    "2.10",
    title="Write backpropagation in twenty lines",
    kind="fill-in",
    minutes=20,
    difficulty=4,
    importance=5,
    outputs=("a + b", "a · b", "a · a + a", "(a · b + c) · b", "d · ((d + a) · c) with d = a · b",
             "(a · b + c) · b after a second backward()",
             "d · a + d · c after backward() of d · c", "(a + b) · (a + b), each sum made anew"),
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


@X2_10.harness
def _(cls, a, b, c):
    tried = {"__add__": cls(a) + cls(b), "__mul__": cls(a) * cls(b), "backward": cls(a).backward()}
    still_open = [name for name, result in tried.items() if result is ...]
    if len(still_open) == len(tried):
        return ...
    if still_open:
        _refuse_wrong_values(tried, a, b)
        raise NotImplementedError(_still_open(still_open, tried))
    return run_expressions(cls, a, b, c)


def _refuse_wrong_values(tried, a, b):
    """Raise ValueError if an operation that is written gives a wrong value."""
    for name, sign, right in (("__add__", "+", a + b), ("__mul__", "*", a * b)):
        if tried[name] is not ... and abs(tried[name].data - right) > 1e-9:
            raise ValueError(f"{a:.3g} {sign} {b:.3g} should have the value {right:.3g}; it has "
                             f"{tried[name].data:.3g}.")


def _still_open(names, tried):
    """A sentence on a class of which only a part is written."""
    operations = [name for name in ("__add__", "__mul__") if name not in names]
    values = "gives the right value" if len(operations) == 1 else "give the right values"
    done = f" {and_list(f'`{name}`' for name in operations)} {values}." if operations else ""
    verb = "returns" if len(names) == 1 else "return"
    return f"{and_list(f'`{name}`' for name in names)} still {verb} `...`.{done}"


def _refuse_missing_slopes(root, leaves):
    """Raise ValueError if nothing came back because a result has parents and no slopes for them."""
    parents, slopes = getattr(root, "parents", ()), getattr(root, "slopes", None)
    if parents and slopes == () and not any(leaf.grad for leaf in leaves):
        raise ValueError("A result keeps its parents and not its slopes: Value(…, (self, other), "
                         "(slope, slope)).")


def _plain(result):
    """Say what came in the place of a Value."""
    if isinstance(result, (int, float)):
        return f"a plain {type(result).__name__}"
    return kind_of(result)


def run_expressions(cls, *numbers):
    """Build eight expressions with the class and collect, for each, the value and all gradients."""

    def made(result, method, sign):
        if result is None:
            raise ValueError(f"{method} returns None: is its `return` missing?")
        if not (hasattr(result, "data") and hasattr(result, "backward")):
            raise ValueError(f"a {sign} b came back as {_plain(result)}: wrap it, Value(…, (self, "
                             "other), …).")
        return result

    def add(p, q):
        return made(p + q, "__add__", "+")

    def mul(p, q):
        return made(p * q, "__mul__", "*")

    def measure(build):
        a, b, c = (cls(number) for number in numbers)
        root = build(a, b, c)
        root.backward()
        leaves = {"a": a, "b": b, "c": c}
        grads = {Words(f"the gradient of {name}"): leaf.grad for name, leaf in leaves.items()}
        _refuse_missing_slopes(root, leaves.values())
        return {Words("the value"): root.data, **grads, Words("its own gradient"): root.grad}

    def diamond(a, b, c):
        return mul(add(mul(a, b), c), b)

    def crossing(a, b, c):
        d = mul(a, b)
        return mul(d, mul(add(d, a), c))

    def twice(a, b, c):
        root = diamond(a, b, c)
        root.backward()
        return root   # measure() runs it the second time

    def siblings(a, b, c):
        shared = mul(a, b)
        mul(shared, c).backward()
        return add(mul(shared, a), mul(shared, c))

    def twins(a, b, c):
        return mul(add(a, b), add(a, b))   # two nodes with the same number in them

    return (
        measure(lambda a, b, c: add(a, b)),
        measure(lambda a, b, c: mul(a, b)),
        measure(lambda a, b, c: add(mul(a, a), a)),
        measure(diamond),
        measure(crossing),
        measure(twice),
        measure(siblings),
        measure(twins),
    )
