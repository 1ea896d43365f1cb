"""What the tests of the kit share: exercises of their own, a folder of their own."""

import importlib

import numpy as np
import pytest

from helpers.kit import exercise as exercises


@pytest.fixture(autouse=True)
def own_course(tmp_path, monkeypatch):
    """An empty registry and progress folder; no strict mode, whatever the caller's environment."""
    predictions = importlib.import_module("helpers.kit.predict")  # the name in kit is the function
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    monkeypatch.setattr(predictions, "_guesses", {})
    before = dict(exercises.REGISTRY)
    exercises.REGISTRY.clear()
    yield
    exercises.REGISTRY.clear()
    exercises.REGISTRY.update(before)


@pytest.fixture
def linear():
    """x @ W + b; one of its mistakes raises on every probe but the square one."""
    made = exercises.exercise(
        "9.1", title="Affine map", outputs=("y",), time_limit=1.0,
        hints=("first hint", "second `code` hint", "third: [solution](../solutions/09_x.ipynb)"),
    )

    @made.reference
    def affine(x, W, b):
        return x @ W + b

    @made.probes
    def _(rng):
        sizes = [(2, 3, 4), (3, 3, 3), (4, 2, 5)]
        return [(rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=m))
                for n, d, m in sizes]

    @made.mistake("transposed W", why="W has inputs as rows.")
    def _(x, W, b):
        return x @ W.T + b

    @made.mistake("missing bias", why="b is not used.")
    def _(x, W, b):
        return x @ W

    @made.mistake("missing bias", why="b is not used.")
    def _(x, W, b):
        return x @ W + 0 * b

    @made.mistake("sign of the bias", why="b is added.")
    def _(x, W, b):
        return x @ W - b

    return made


@pytest.fixture
def backward():
    """Three outputs, each with its own mistakes, and one mistake that touches all of them."""
    made = exercises.exercise("9.2", title="Dense backward", outputs=("dx", "dW", "db"))

    @made.reference
    def dense_backward(d, x, W):
        return d @ W.T, x.T @ d, d.sum(axis=0)

    @made.probes
    def _(rng):
        sizes = [(2, 3, 4), (3, 3, 3)]
        return [(rng.normal(size=(n, m)), rng.normal(size=(n, k)), rng.normal(size=(k, m)))
                for n, k, m in sizes]

    @made.mistake("W not transposed", why="W swaps.")
    def _(d, x, W):
        return d @ W, x.T @ d, d.sum(axis=0)

    @made.mistake("transposed dW", why="dW has the shape of W.")
    def _(d, x, W):
        return d @ W.T, d.T @ x, d.sum(axis=0)

    @made.mistake("db not summed", why="One bias for all rows.")
    def _(d, x, W):
        return d @ W.T, x.T @ d, d

    @made.mistake("all halved", why="There is no factor 1/2.")
    def _(d, x, W):
        return d @ W.T / 2, x.T @ d / 2, d.sum(axis=0) / 2

    return made


@pytest.fixture
def size():
    """A number in seconds, 12, with two named wrong values."""
    return exercises.number(
        "9.3", title="How long?", answer=12.0, rel_tol=1e-3, unit="s",
        wrong=[(6.0, "forgot the way back", "There and back."), (24.0, "twice", "Once is enough."),
               (48.0, "twice", "Once is enough.")],
        hints=("think", "harder", "[the solution](../solutions/09_x.ipynb)"),
    )


@pytest.fixture
def which():
    """A question with one right option."""
    return exercises.question(
        "9.a", prompt="Which one is <even>?",
        options=[("one", False, "1 is odd."), ("two", True, "2 = 2·1."), ("three", False, "odd.")],
    )


@pytest.fixture
def several():
    """A question with two right options."""
    return exercises.question(
        "9.b", prompt="Which are even?",
        options=[("1", False, "odd"), ("2", True, "even"), ("4", True, "even")],
    )


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def checkpoints(monkeypatch, tmp_path):
    """The folder in which `resumable` keeps its backups, for this test alone."""
    monkeypatch.setenv("COURSE_CHECKPOINTS", str(tmp_path))
    return tmp_path
