"""A batch cut into shards, one for each worker, and what their gradients have to do with the whole.

With the mean loss L = 1/n Σᵢ ℓᵢ, and the rows cut into shards of n₁, n₂ … rows, the gradient of the
whole is the *weighted* mean of the shards' gradients: ∇L = Σₖ nₖ/n ∇Lₖ. Only where all shards are
of one size may the weights be left out.
"""

from typing import NamedTuple

import numpy as np


def sizes_for(rows, workers):
    """Return the sizes of shards as equal as can be: list of `workers` int that add up to `rows`.

    Raises
    ------
    ValueError
        If a worker would get nothing.
    """
    if not 1 <= workers <= rows:
        raise ValueError(f"sizes_for: {rows} rows can feed 1 to {rows} workers; got {workers}. "
                         "Take fewer workers or a larger batch.")
    return [rows * (k + 1) // workers - rows * k // workers for k in range(workers)]


def split(x, y, sizes):
    """Cut a batch into consecutive shards.

    Parameters
    ----------
    x : (n, …)
    y : (n, …)
    sizes : list of int
        Rows of each shard; they add up to n. See `sizes_for`.

    Returns
    -------
    shards : list of (x, y)
        Views: nothing is copied.

    Raises
    ------
    ValueError
        If the sizes do not add up to the rows there are.
    """
    x, y = np.asarray(x), np.asarray(y)
    sizes = [int(size) for size in sizes]
    if len(x) != len(y) or sum(sizes) != len(x) or min(sizes, default=0) < 1:
        raise ValueError(f"split: expected sizes of 1 or more that add up to the rows; got "
                         f"{len(x)} rows of x, {len(y)} of y, and sizes {sizes}, "
                         f"together {sum(sizes)}.")
    ends = np.cumsum(sizes)
    return [(x[end - size:end], y[end - size:end])
            for size, end in zip(sizes, ends, strict=True)]


class Identity(NamedTuple):
    """Result of `compare`: how far two ways to put shards together are from the whole batch.

    Attributes
    ----------
    sizes : list of int
    whole : (P,)
        Gradient of the mean loss over all rows.
    weighted, unweighted : (P,)
        Σ nₖ/n gₖ, and the plain mean of the gₖ.
    """

    sizes: list
    whole: np.ndarray
    weighted: np.ndarray
    unweighted: np.ndarray

    def off(self, name):
        """Largest difference from the whole batch, in parts of the gradient's largest entry."""
        return float(np.abs(getattr(self, name) - self.whole).max() / np.abs(self.whole).max())

    def __repr__(self):
        cut = " + ".join(map(str, self.sizes))
        return (f"shards of {cut} rows: off by … of the largest entry of the gradient\n"
                f"  weighted mean   {self.off('weighted'):.1e}\n"
                f"  plain mean      {self.off('unweighted'):.1e}")


def compare(network, x, y, sizes):
    """Compute the gradient of a batch at once, and from shards in two ways.

    Parameters
    ----------
    network : nn.Sequential, compiled
        In float64 the identity holds to some 15 digits, in float32 to some 6.
    x : (n, …)
    y : (n, …)
    sizes : list of int
        Rows of the shards.

    Returns
    -------
    Identity
    """
    parts = [gradient_vector(network, *shard) for shard in split(x, y, sizes)]
    share = np.array(sizes) / len(x)
    return Identity(list(sizes), gradient_vector(network, x, y),
                    sum(a * g for a, g in zip(share, parts, strict=True)),
                    sum(parts) / len(parts))


def gradient_vector(network, x, y):
    """Return all gradients of the mean loss in one vector: shape (P,), P the parameters."""
    _, grads = network.gradients(x, y)
    return np.concatenate([g.ravel() for g in grads.values()])
