"""How arrays are written in a verdict: in few lines, as rows and columns where that can be."""

import numpy as np
import pytest

from helpers.kit.values import compact


@pytest.mark.parametrize(("shape", "said"), [
    ((2, 3), "x = array of shape (2, 3)\n[[0. 1. 2.]\n [3. 4. 5.]]"),
    ((1, 2, 3, 1), "x = array of shape (1, 2, 3, 1), written as (2, 3)\n[[0. 1. 2.]\n [3. 4. 5.]]"),
    ((2, 1, 1, 1), "x = array of shape (2, 1, 1, 1), written as (2,)\n[0. 1.]"),
    ((1, 1, 1, 1), "x = array of shape (1, 1, 1, 1)\n0."),
    ((2, 1, 2), "x = array of shape (2, 1, 2), written as (2, 2)\n[[0. 1.]\n [2. 3.]]"),
    ((1, 2), "x = array of shape (1, 2)\n[[0. 1.]]"),
])
def test_axes_of_length_one_are_left_out_of_the_numbers_not_of_the_shape(shape, said):
    assert compact(np.arange(np.prod(shape), dtype=float).reshape(shape), "x") == said


def test_a_batch_of_images_takes_few_lines():
    lines = compact(np.random.default_rng(0).normal(size=(8, 28, 28, 3)), "x").splitlines()
    assert lines[0] == "x = array of shape (8, 28, 28, 3)"
    assert len(lines) <= 24
