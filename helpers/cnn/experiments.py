"""Experiments of chapter 3 on real digits: each function trains, measures and returns numbers.

Experiments about place are in `experiments_shifts`, those about blocks in `experiments_blocks`;
all can be had from here. Every accuracy is one of a few seeds and of 360 test images, and comes
with its uncertainty.
"""

import numpy as np

from helpers.cnn import networks
from helpers.cnn.experiments_blocks import (
    Residual,
    Skip,
    deep_network,
    gradient_norms,
    residual_gradients,
)
from helpers.cnn.experiments_shifts import (
    Equivariance,
    ShiftedDigits,
    equivariance,
    gradient_support,
    shifted,
    shifted_digits,
    small_cnn,
)
from helpers.kit.comparison import Comparison, accuracy_se, at_least_two, got_right, paired

__all__ = ["Comparison", "Equivariance", "Residual", "ShiftedDigits", "Skip", "accuracy_se",
           "compare", "deep_network", "equivariance", "gradient_norms", "gradient_support",
           "residual_gradients", "shifted", "shifted_digits", "small_cnn"]


def compare(names=tuple(networks.NETWORKS), train="roaming", test="roaming", seeds=2):
    """Networks that learned from the same digits, on 360 digits that none of them has seen.

    Parameters
    ----------
    names : sequence of str
        As for `networks.trained`. The first is the one that the others are compared with.
    train, test : "roaming" or "centred"
        What they learn from, and what they are asked about.
    seeds : int
        Each gives other first weights and another order of the batches. The digits and their
        places stay.

    Returns
    -------
    Comparison
    """
    at_least_two(seeds)
    split = networks.digits(test)
    return paired({
        name: np.array([got_right(networks.trained(name, train, seed), split.x_test, split.y_test)
                        for seed in range(seeds)])
        for name in names
    })._replace(n=len(split.y_test))
