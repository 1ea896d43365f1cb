"""The scalar autograd: its values against plain Python, its gradients against finite differences.

A wrong value can have a right gradient: finite differences of `a - 1` agree with its derivative,
also if `1 - a` was asked for.
"""

import math

import pytest

from helpers.nn import Value

EXPRESSIONS = {
    "sum and product": (lambda a, b: a * b + a, (2.0, -3.0)),
    "fork": (lambda a, b: (a + b) * (a + b) * a, (0.7, 1.3)),
    "fork of a fork": (lambda a, b: (lambda c: c * c + c * a)(a * b + 1), (0.5, -1.1)),
    "same operand twice": (lambda a, b: a * a + b + b, (0.4, 0.9)),
    "difference": (lambda a, b: (a - b) * (1 - a) - b, (0.7, 1.9)),
    "quotient": (lambda a, b: a / b + 2 / a, (0.7, -1.3)),
    "power": (lambda a, b: a**3 * b**-2 + b**0.5, (1.7, 1.3)),
    "tanh": (lambda a, b: (a * b + 1).tanh() * a, (0.7, -0.3)),
    "exp and log": (lambda a, b: (a.exp() + b.exp()).log() * b, (0.7, 1.3)),
    "relu": (lambda a, b: (a * b).relu() + (a - b).relu() * 3, (0.7, 1.3)),
    "constants on the left": (lambda a, b: 2 + 3 * a - (1 + b), (0.7, 1.3)),
}

# Plain numbers take these too: what Python makes of them is what must come out.
ARITHMETIC = {
    "a + b": lambda a, b: a + b,
    "a + number": lambda a, b: a + 0.3,
    "number + a": lambda a, b: 0.3 + a,
    "sum of a list": lambda a, b: sum([a, b, a]),
    "a - b": lambda a, b: a - b,
    "a - number": lambda a, b: a - 0.3,
    "number - a": lambda a, b: 0.3 - a,
    "-a": lambda a, b: -a,
    "a * b": lambda a, b: a * b,
    "a * number": lambda a, b: a * 0.3,
    "number * a": lambda a, b: 0.3 * a,
    "a / b": lambda a, b: a / b,
    "a / number": lambda a, b: a / 0.3,
    "number / a": lambda a, b: 0.3 / a,
    "a ** 3": lambda a, b: a**3,
    "a ** -2": lambda a, b: a**-2,
    "a ** 0": lambda a, b: a**0,
    "b ** 0.5": lambda a, b: b**0.5,
}
FUNCTIONS = [
    *((Value.tanh, math.tanh, a) for a in (-1.7, 0.0, 0.4)),
    *((Value.exp, math.exp, a) for a in (-1.7, 0.0, 0.4)),
    *((Value.log, math.log, a) for a in (0.4, 1.0, 2.9)),
    *((Value.relu, lambda a: a if a > 0 else 0.0, a) for a in (-1.7, 0.0, 0.4)),
]


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_gives_the_numbers_that_python_gives(name):
    f, (a, b) = ARITHMETIC[name], (-1.7, 2.9)
    # a / b is worked out as a · b⁻¹, with one rounding (1e-16) more than Python's.
    assert f(Value(a), Value(b)).data == pytest.approx(f(a, b), rel=1e-15)


@pytest.mark.parametrize(("function", "expected", "at"), FUNCTIONS)
def test_functions_give_the_numbers_that_math_gives(function, expected, at):
    assert function(Value(at)).data == expected(at)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_gradient_is_that_of_finite_differences(name):
    f, at = EXPRESSIONS[name]
    leaves = [Value(x) for x in at]
    f(*leaves).backward()
    h = 1e-6
    for k, leaf in enumerate(leaves):
        above, below = (
            f(*(Value(x + s * h * (i == k)) for i, x in enumerate(at))).data for s in (1, -1)
        )
        assert leaf.grad == pytest.approx((above - below) / (2 * h), rel=1e-7, abs=1e-9)


def test_backward_twice_gives_the_same_and_not_the_double():
    a = Value(3.0)
    result = a * a
    result.backward()
    result.backward()
    assert a.grad == 6 and result.grad == 1


def test_forward_alone_leaves_gradients_at_zero():
    a = Value(3.0)
    assert (a * a + 1).data == 10 and a.grad == 0


def test_order_of_visits_when_a_short_and_a_long_way_meet():
    a = Value(2.0)
    b = a * 3  # b reaches the result directly and through c and d
    c = b + 1
    d = c * c
    (b + d).backward()
    assert b.grad == 1 + 2 * 7 and a.grad == 3 * 15


def test_a_sum_of_five_thousand_terms_does_not_exceed_the_recursion_limit():
    a, total = Value(0.5), Value(0.0)
    for _ in range(5000):
        total = total + a
    total.backward()
    assert a.grad == 5000


def test_relu_has_slope_zero_at_its_kink_and_power_zero_has_none():
    a = Value(0.0)
    a.relu().backward()
    assert a.grad == 0
    (a**0).backward()
    assert a.grad == 0


def test_a_variable_exponent_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="plain number"):
        Value(2.0) ** Value(3.0)


def test_a_neuron_by_hand():
    x, w, b = Value(0.5), Value(-2.0), Value(0.3)
    y = (w * x + b).tanh()
    y.backward()
    slope = 1 - math.tanh(-0.7) ** 2
    assert (w.grad, x.grad, b.grad) == pytest.approx((slope * 0.5, slope * -2, slope), rel=1e-14)
