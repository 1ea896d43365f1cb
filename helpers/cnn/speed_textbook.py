"""The article's CNN as courses teach it: the baseline of `speed`, and a second implementation.

Channels first, (N, C, H, W), and in float64, NumPy's default; patches are gathered by index arrays
and given back with `np.add.at`, and every layer computes its dx. All of it is vectorised, and none
of it is slow on purpose: this is what one writes without thinking of the cache.
"""

import numpy as np


def patch_indices(channels, height, width, size):
    """Return index arrays (channel, row, column), each (C kh kw, H′ W′), of all patches."""
    k = np.repeat(np.arange(channels), size * size)[:, None]
    di = np.tile(np.repeat(np.arange(size), size), channels)[:, None]
    dj = np.tile(np.arange(size), size * channels)[:, None]
    rows, columns = height - size + 1, width - size + 1
    i = np.repeat(np.arange(rows), columns)[None]
    j = np.tile(np.arange(columns), rows)[None]
    return k, di + i, dj + j


class TextbookConv:
    """Valid convolution with stride 1, then ReLU. W : (F, C, kh, kw)."""

    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        n, channels, height, width = x.shape
        n_filters, _, size, _ = self.W.shape
        self.shape = x.shape
        self.indices = patch_indices(channels, height, width, size)
        patches = x[(slice(None), *self.indices)]
        self.columns = patches.transpose(1, 2, 0).reshape(channels * size * size, -1)
        z = self.W.reshape(n_filters, -1) @ self.columns + self.b[:, None]
        z = z.reshape(n_filters, height - size + 1, width - size + 1, n).transpose(3, 0, 1, 2)
        self.mask = z > 0
        return np.maximum(0, z)

    def backward(self, dout):
        n_filters = len(self.W)
        dz = dout * self.mask
        self.db = dz.sum(axis=(0, 2, 3))
        dz = dz.transpose(1, 2, 3, 0).reshape(n_filters, -1)
        self.dW = (dz @ self.columns.T).reshape(self.W.shape)
        dcolumns = self.W.reshape(n_filters, -1).T @ dz
        dcolumns = dcolumns.reshape(len(dcolumns), -1, self.shape[0]).transpose(2, 0, 1)
        dx = np.zeros(self.shape)
        np.add.at(dx, (slice(None), *self.indices), dcolumns)
        return dx


class TextbookPool:
    """Maxima of 2 × 2 windows; equal maxima share the gradient."""

    def forward(self, x):
        n, channels, height, width = x.shape
        self.shape = x.shape
        height, width = height // 2 * 2, width // 2 * 2
        self.x = x[:, :, :height, :width].reshape(n, channels, height // 2, 2, width // 2, 2)
        self.y = self.x.max(axis=3).max(axis=4)
        return self.y

    def backward(self, dout):
        mask = self.x == self.y[:, :, :, None, :, None]
        dwindows = np.zeros_like(self.x)
        spread = np.broadcast_to(dout[:, :, :, None, :, None], self.x.shape)
        dwindows[mask] = spread[mask]
        dwindows /= mask.sum(axis=(3, 5), keepdims=True)
        dx = np.zeros(self.shape)
        n, channels, rows, _, columns, _ = self.x.shape
        dx[:, :, : 2 * rows, : 2 * columns] = dwindows.reshape(n, channels, 2 * rows, 2 * columns)
        return dx


class TextbookDense:
    """x W + b, then ReLU if wanted."""

    def __init__(self, W, b, relu):
        self.W, self.b, self.relu = W, b, relu

    def forward(self, x):
        self.shape = x.shape
        self.x = x.reshape(len(x), -1)
        z = self.x @ self.W + self.b
        self.mask = z > 0
        return np.maximum(0, z) if self.relu else z

    def backward(self, dout):
        dz = dout * self.mask if self.relu else dout
        self.dW, self.db = self.x.T @ dz, dz.sum(axis=0)
        return (dz @ self.W.T).reshape(self.shape)


class TextbookCNN:
    """Conv 32, pool, conv 64, pool, dense 64, dense 10, trained with Adam.

    Parameters
    ----------
    weights : list of 8 arrays
        Of the same network in `helpers.nn`, from `get_weights`: then both compute the same.
    """

    def __init__(self, weights):
        W1, b1, W2, b2, W3, b3, W4, b4 = (w.astype(np.float64) for w in weights)
        W1, W2 = W1.transpose(3, 2, 0, 1).copy(), W2.transpose(3, 2, 0, 1).copy()
        W3 = W3.reshape(5, 5, 64, 64).transpose(2, 0, 1, 3).reshape(1600, 64)    # channels first
        self.layers = [
            TextbookConv(W1, b1),
            TextbookPool(),
            TextbookConv(W2, b2),
            TextbookPool(),
            TextbookDense(W3, b3, relu=True),
            TextbookDense(W4, b4, relu=False),
        ]
        self.learned = [layer for layer in self.layers if hasattr(layer, "W")]
        self.m = [np.zeros_like(a) for layer in self.learned for a in (layer.W, layer.b)]
        self.v = [np.zeros_like(a) for a in self.m]
        self.t = 0

    def forward(self, x):
        """Return the scores (N, 10) for images x (N, 28, 28, 1)."""
        out = x.astype(np.float64).transpose(0, 3, 1, 2)
        for layer in self.layers:
            out = layer.forward(out)
        return out

    def train_on_batch(self, x, y, learning_rate=1e-3):
        """Take one step of Adam and return the loss before it; float."""
        scores = self.forward(x)
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(len(y)), y]).mean()
        p[np.arange(len(y)), y] -= 1
        dout = p / len(y)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        self.t += 1
        params = [a for layer in self.learned for a in (layer.W, layer.b)]
        grads = [g for layer in self.learned for g in (layer.dW, layer.db)]
        for w, g, m, v in zip(params, grads, self.m, self.v, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            rate = learning_rate * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
            w -= rate * m / (np.sqrt(v) + 1e-7)
        return float(loss)
