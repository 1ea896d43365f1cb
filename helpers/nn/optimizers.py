"""Optimisers: given the gradients, how to change the parameters. This is where learning happens.

Each follows Keras's update rule to the letter, so that 50 steps of both agree. A parameter is
changed in place: the layer that owns it sees the change.
"""

import math

import numpy as np


class Optimizer:
    """What all optimisers share.

    Attributes
    ----------
    learning_rate : float
        May be changed between steps.
    iterations : int
        Steps taken so far.
    slots : list of dict of str to array
        What is remembered from step to step, one dict for each parameter, of its shape and dtype.
    """

    slot_names = ()

    def __init__(self, learning_rate):
        if not (learning_rate > 0 and math.isfinite(learning_rate)):
            raise ValueError(
                f"learning_rate must be a positive number, e.g. 0.01; {learning_rate!r} came."
            )
        self.learning_rate = float(learning_rate)
        self.reset()

    def reset(self):
        """Forget all steps taken."""
        self.iterations = 0
        self.slots = []
        self._params = []

    def bind(self, params):
        """Make the slots for these parameters (list of arrays), unless they exist already."""
        if not self._params:
            self._params = list(params)
            self.slots = [{s: np.zeros_like(w) for s in self.slot_names} for w in params]
        if len(params) != len(self._params) or any(
            w is not own for w, own in zip(params, self._params, strict=True)
        ):
            name = type(self).__name__
            raise ValueError(
                f"This {name} object already trains another network and remembers its steps. "
                f"Every network needs its own: compile(optimizer=nn.{name}(...))."
            )

    def apply(self, grads, params):
        """Take one step: change every parameter in place.

        Parameters
        ----------
        grads, params : list of arrays
            In the same order, with the same shapes.
        """
        self.bind(params)
        self.iterations += 1
        for g, w, slots in zip(grads, params, self.slots, strict=True):
            self.update(g, w, **slots)

    def update(self, g, w):
        """Change w (any shape) in place, given its gradient g of the same shape, and its slots."""
        raise NotImplementedError

    def config(self):
        """Return the settings, as JSON can hold them."""
        return {"optimizer": type(self).__name__, "learning_rate": self.learning_rate}


class SGD(Optimizer):
    """Gradient descent on mini-batches, with momentum if wanted.

    Notes
    -----
    Without momentum:  w ← w − lr g.
    With momentum β:   m ← β m − lr g,  w ← w + m.  (Goh, 2017, writes the same with m = −lr z.)
    """

    def __init__(self, learning_rate=0.01, momentum=0.0):
        super().__init__(learning_rate)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum is 0 (none) to below 1, usually 0.9; {momentum!r} came.")
        self.momentum = float(momentum)
        self.slot_names = ("m",) if momentum else ()

    def update(self, g, w, m=None):
        if m is None:
            w -= self.learning_rate * g
        else:
            m *= self.momentum
            m -= self.learning_rate * g
            w += m

    def config(self):
        return {**super().config(), "momentum": self.momentum}


class Adam(Optimizer):
    """Adaptive moments: each weight has a step size of its own.

    Notes
    -----
    With t = 1, 2, 3 … counting the steps:

        m ← m + (1 − β₁)(g − m)            the running mean of g
        v ← v + (1 − β₂)(g² − v)           the running mean of g²
        w ← w − α_t m / (√v + ε),          α_t = lr √(1 − β₂ᵗ) / (1 − β₁ᵗ)

    α_t holds the bias correction of both means, because they start at zero. Kingma & Ba (2015),
    Algorithm 1 in the order given at the end of its section 2; Keras does the same. ε there stands
    beside √v, not beside the corrected √v̂, and so is not quite Algorithm 1's ε.
    """

    slot_names = ("m", "v")

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        if not (0 <= beta_1 < 1 and 0 <= beta_2 < 1 and epsilon > 0):
            raise ValueError(
                "beta_1 and beta_2 are from 0 to below 1 and epsilon is above 0; "
                f"beta_1={beta_1!r}, beta_2={beta_2!r}, epsilon={epsilon!r} came."
            )
        self.beta_1, self.beta_2, self.epsilon = float(beta_1), float(beta_2), float(epsilon)

    def update(self, g, w, m, v):
        t = self.iterations
        alpha = self.learning_rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        m += (g - m) * (1 - self.beta_1)
        v += (g * g - v) * (1 - self.beta_2)
        w -= alpha * m / (np.sqrt(v) + self.epsilon)

    def config(self):
        betas = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().config(), **betas}


OPTIMIZERS = {"sgd": SGD, "adam": Adam}


def get(optimizer):
    """Return the Optimizer for a name ("sgd", "adam"); an Optimizer is returned as it is."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    if optimizer not in OPTIMIZERS:
        raise ValueError(
            f"optimizer is nn.SGD(...), nn.Adam(...), 'sgd' or 'adam'; {optimizer!r} came."
        )
    return OPTIMIZERS[optimizer]()
