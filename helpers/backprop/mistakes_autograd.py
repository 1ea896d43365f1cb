"""What people write instead of the autograd class of exercise 2.10, by name."""

from helpers.backprop.exercises_autograd import X2_10


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


def every_path_depth_first(root):
    """The same with a stack: the last way first."""
    seen, stack = [], [root]
    while stack:
        seen.append(stack.pop())
        stack.extend(seen[-1].parents)
    return seen[::-1]


def make_value(order=topological, accumulate=True, root=1.0, reset="all", walk=reversed,
               add_slopes=lambda a, b: (1.0, 1.0), mul_slopes=lambda a, b: (b, a), alone="",
               incoming=True):
    """Build a Value class in which one or two things are wrong.

    `alone` has the signs whose results keep no parents; without `incoming` a node hands on its
    slopes as they are, not times the gradient that has arrived at it.
    """

    class Value:
        def __init__(self, data, parents=(), slopes=()):
            self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

        def __add__(self, other):
            if "+" in alone:
                return type(self)(self.data + other.data)
            slopes = add_slopes(self.data, other.data)
            return type(self)(self.data + other.data, (self, other), slopes)

        def __mul__(self, other):
            if "*" in alone:
                return type(self)(self.data * other.data)
            slopes = mul_slopes(self.data, other.data)
            return type(self)(self.data * other.data, (self, other), slopes)

        def backward(self):
            nodes = order(self)
            for node in nodes:
                if reset == "all" or reset == "inner" and node.parents:
                    node.grad = 0.0
            self.grad = root
            for node in walk(nodes):
                for parent, slope in zip(node.parents, node.slopes, strict=False):
                    step = slope * node.grad if incoming else slope
                    parent.grad = parent.grad + step if accumulate else step

    return Value


_ASSIGN = ("`=` instead of `+=`", "A number that is used twice gets gradient from both uses; `=` "
           "keeps only the last one. The contributions add up.")
_ORDER = ("no topological order", "A node passed its gradient on before all of it had arrived. In "
          "topological order, walked backwards, each node comes only after all that use it.")
_PARENTS = ("forgot the parents", "Value(self.data + other.data) does not know what it was made "
            "of, so no gradient travels further back: Value(…, (self, other), (slope, slope)).")
_SLOPELESS = ("forgot the slopes", "Without its slopes a value does not know how much of the "
              "gradient each parent gets: Value(…, (self, other), (slope, slope)).")
_INCOMING = ("forgot the gradient that arrives", "A node hands on its slope times the gradient "
             "that has arrived at it, the chain rule: parent.grad += slope * node.grad.")
_ROOT = ("root grad not 1", "∂root/∂root = 1. With 0 there is nothing to pass on, and every "
         "gradient stays 0.")
_RESET = ("grads not reset between calls", "+= adds to what the last call left behind. Set all "
          "grads to 0 at the start of backward().")
_SLOPES = ("slopes of a product not swapped", "∂(a·b)/∂a is b, and ∂(a·b)/∂b is a: each factor "
           "gets the other one.")
_AGAIN = ("visits shared nodes again", "A node met on two ways passed its gradient on twice. Keep "
          "a list of the nodes already visited.")
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
    (_AGAIN, {"order": every_path}),
    (_AGAIN, {"order": every_path_depth_first}),
    *((_PARENTS, {"alone": signs}) for signs in ("+*", "+", "*")),
    (_SLOPELESS, {"add_slopes": lambda a, b: (), "mul_slopes": lambda a, b: ()}),
    (_SLOPELESS, {"add_slopes": lambda a, b: ()}),
    (_SLOPELESS, {"mul_slopes": lambda a, b: ()}),
    (_INCOMING, {"incoming": False}),
    (_INCOMING, {"incoming": False, "accumulate": False}),
]:
    X2_10.mistake(_name, why=_why)(make_value(**_changes))
for _order in _ORDERS:
    X2_10.mistake(_ORDER[0], why=_ORDER[1])(make_value(order=_order))
for _first, _second, _changes in [
    (_ASSIGN, _SLOPES, {"accumulate": False, "mul_slopes": lambda a, b: (a, b)}),
    (_RESET, _SLOPES, {"reset": "none", "mul_slopes": lambda a, b: (a, b)}),
    *((_ORDER, _RESET, {"order": order, "reset": "none"}) for order in _ORDERS),
    (_AGAIN, _RESET, {"order": every_path, "reset": "none"}),
    (_AGAIN, _RESET, {"order": every_path_depth_first, "reset": "none"}),
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


_ONES = ("every node starts at 1", "Only the root starts at 1, but each call of backward() sets 1 "
         "again. Put the nodes in order first, then walk back once from the root.")


@X2_10.mistake(_ONES[0], why=_ONES[1])
class _AllRoots(make_value()):
    def backward(self):
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad
            parent.backward()


@X2_10.mistake(_ONES[0], why=_ONES[1])
class _InnerRoots(make_value()):
    """The same, but leaves are left alone."""

    def backward(self):
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad
            if parent.parents:
                parent.backward()


@X2_10.mistake(_ONES[0], why=_ONES[1])
class _InnerRootsOverwrite(make_value()):
    """The same with `=`: leaves keep the slope of the last place where they stand."""

    def backward(self):
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = slope * self.grad
            if parent.parents:
                parent.backward()


@X2_10.mistake(f"{_AGAIN[0]}, and {_RESET[0]}", why=f"{_AGAIN[1]} Then: {_RESET[1]}")
class _Cascade(make_value()):
    """Each call passes on all the gradient that has gathered, also what was passed on before."""

    def backward(self):
        self.grad = self.grad or 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad
            parent.backward()


@X2_10.mistake("nodes compared by their numbers", why="With `@dataclass`, or an `__eq__` of your "
               "own, `in` takes two nodes that hold the same number for one. Keep Python's own "
               "`==`: a node equals only itself.")
class _Alike(make_value()):
    def __eq__(self, other):
        return self.data == other.data

    __hash__ = object.__hash__
