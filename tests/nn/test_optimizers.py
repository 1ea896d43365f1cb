"""Update rules, against the formulas as their authors wrote them, step by step."""

import numpy as np
import pytest

from helpers import nn


def walk(optimizer, gradients):
    """Positions of one parameter after each gradient."""
    w, path = np.array([1.0, -2.0, 0.5]), []
    for g in gradients:
        optimizer.apply([g], [w])
        path.append(w.copy())
    return np.array(path)


GRADIENTS = np.random.default_rng(0).standard_normal((6, 3)) * [1, 1e-3, 1e3]
START = np.array([1.0, -2.0, 0.5])


def test_sgd_without_momentum_is_the_sum_of_the_gradients():
    expected = START - 0.1 * GRADIENTS.cumsum(axis=0)
    np.testing.assert_allclose(walk(nn.SGD(0.1), GRADIENTS), expected, rtol=1e-13, atol=1e-13)


def test_momentum_remembers_older_gradients_with_powers_of_beta():
    lr, beta = 0.1, 0.9
    steps = [
        -lr * sum(beta ** (t - s) * GRADIENTS[s] for s in range(t + 1))
        for t in range(len(GRADIENTS))
    ]
    expected = START + np.cumsum(steps, axis=0)
    np.testing.assert_allclose(
        walk(nn.SGD(lr, momentum=beta), GRADIENTS), expected, rtol=1e-13, atol=1e-13
    )


def test_adam_is_the_published_algorithm_with_corrected_means():
    lr, b1, b2, eps = 0.01, 0.8, 0.95, 1e-6
    m, v, w, expected = 0.0, 0.0, START, []
    for t, g in enumerate(GRADIENTS, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps / np.sqrt(1 - b2**t))  # ε beside √v, as in Keras
        expected.append(w)
    path = walk(nn.Adam(lr, beta_1=b1, beta_2=b2, epsilon=eps), GRADIENTS)
    np.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-12)


def test_adams_first_step_is_the_learning_rate_whatever_the_size_of_the_gradient():
    first = walk(nn.Adam(0.01, epsilon=1e-12), GRADIENTS[:1])[0]
    np.testing.assert_allclose(np.abs(first - START), 0.01, rtol=1e-6)


def test_parameters_are_changed_in_place_and_gradients_are_not():
    w, g = np.ones(3, np.float32), np.full(3, 0.5, np.float32)
    before = w
    for optimizer in (nn.SGD(0.1), nn.SGD(0.1, momentum=0.9), nn.Adam()):
        optimizer.apply([g], [w])
    assert before is w and (w < 1).all() and w.dtype == np.float32 and (g == 0.5).all()


def test_learning_rate_may_change_between_steps():
    optimizer, w = nn.SGD(1.0), np.zeros(1)
    optimizer.apply([np.ones(1)], [w])
    optimizer.learning_rate = 0.25
    optimizer.apply([np.ones(1)], [w])
    assert w[0] == -1.25 and optimizer.iterations == 2


def test_one_optimiser_cannot_train_two_networks():
    optimizer = nn.Adam()
    optimizer.apply([np.ones(2)], [np.ones(2)])
    with pytest.raises(ValueError, match=r"another network.*nn\.Adam\(\.\.\.\)"):
        optimizer.apply([np.ones(2)], [np.ones(2)])


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.SGD(0),
        lambda: nn.SGD(-1.0),
        lambda: nn.Adam(float("nan")),
        lambda: nn.SGD(0.1, momentum=1.0),
        lambda: nn.Adam(beta_2=1.0),
    ],
)
def test_impossible_settings_are_refused(make):
    with pytest.raises(ValueError, match="came"):
        make()
