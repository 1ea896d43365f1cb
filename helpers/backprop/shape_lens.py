"""W2.2 Shape lens: which product of which matrices is the gradient, and what shapes prove.

For a dense layer Y = X W with loss L = ½ mean over rows of |Y − T|², the gradient at Y is
Δ = (Y − T)/n. The right products are ∂L/∂W = XᵀΔ and ∂L/∂X = ΔWᵀ; every candidate is
multiplied out and compared with centred finite differences of L.
"""

from __future__ import annotations

import numpy as np

from helpers.kit.widget import Widget, canvas, limited, words

SMALLEST, LARGEST = 2, 8   # where n = d = m = 1, every order is right
# What a candidate may be made of: (left, right), with T for transposed.
CANDIDATES = {
    "X·Δ": ("X", "Δ"),
    "Xᵀ·Δ": ("Xᵀ", "Δ"),
    "X·Δᵀ": ("X", "Δᵀ"),
    "Δ·X": ("Δ", "X"),
    "Δᵀ·X": ("Δᵀ", "X"),
    "Δ·Xᵀ": ("Δ", "Xᵀ"),
    "Δ·W": ("Δ", "W"),
    "Δ·Wᵀ": ("Δ", "Wᵀ"),
    "W·Δᵀ": ("W", "Δᵀ"),
    "Wᵀ·Δ": ("Wᵀ", "Δ"),
}
LETTERS = {"X": ("n", "d"), "W": ("d", "m"), "Δ": ("n", "m")}
SAME = 1e-6  # finite differences of a quadratic are right to about 1e-9


class ShapeLens(Widget):
    """Two factors, their product and the gradient wanted, all drawn to scale."""

    id = "W2.2"
    title = "Shape lens: which product is the gradient?"
    task = (
        "Choose the gradient you want, try the products, and change n, d and m; then set "
        "n = d = m and try them again."
    )
    notice = (
        "Different sizes protect you: a wrong order is illegal or has the wrong shape. With "
        "n = d = m every order is legal and has the right shape, and only comparing the numbers "
        "with finite differences tells right from wrong. Shapes can refute a formula; they "
        "cannot prove it."
    )
    labels = {
        "n": "n, rows in the batch",
        "d": "d, inputs",
        "m": "m, outputs",
        "target": "wanted",
        "targets": {"W": "∂L/∂W", "X": "∂L/∂X"},
        "order": "try a product",
        "square": "n = d = m",
        "product": "product",
        "wanted": "{name} by finite differences",
        "none": "no product",
        "inner": "{verdict}: the inner sizes {a} and {b} differ",
        "verdicts": {
            "illegal": "✗ illegal",
            "shape": "✗ wrong shape",
            "numbers": "✗ right shape, wrong numbers",
            "right": "✓ right",
        },
    }
    initial = {"n": 2, "d": 4, "m": 3, "target": "W", "order": "X·Δ", "tried": ["X·Δ"]}
    source = "shape_lens.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Multiply the chosen factors and judge the product.

        Returns
        -------
        dict
            left, right, product, wanted : dict(name, size (names of the dimensions), values);
            product["values"] is None where the product is illegal; verdict : "illegal",
            "shape", "numbers" or "right"; difference : largest absolute difference, None
            where shapes differ; verdicts : of all candidates already tried; state; summary.
        """
        n, d, m = (limited(state[k], SMALLEST, LARGEST, ShapeLens.initial[k]) for k in "ndm")
        target = "X" if state["target"] == "X" else "W"
        order = state["order"] if state["order"] in CANDIDATES else "X·Δ"
        matrices = example(n, d, m)
        wanted = numerical_gradient(matrices, target)
        left, right = (factor(matrices, name) for name in CANDIDATES[order])
        verdict, product, difference = judge(left["values"], right["values"], wanted)
        tried = [name for name in CANDIDATES if name in {*state["tried"], order}]
        answer = {
            "left": left,
            "right": right,
            "product": {"size": [left["size"][0], right["size"][1]], "values": product},
            "wanted": {"size": list(LETTERS[target]), "values": wanted},
            "verdict": verdict,
            "difference": difference,
            "verdicts": {name: verdict_of(matrices, name, wanted) for name in tried},
            "state": {"n": n, "d": d, "m": m, "target": target, "order": order, "tried": tried},
            "orders": list(CANDIDATES),
        }
        return {**answer, "summary": _summary(answer, wanted)}

    @classmethod
    def picture(cls, result: dict):
        """Draw the four blocks."""
        return _draw(cls, result)


def example(n: int, d: int, m: int) -> dict:
    """Make X (n, d), W (d, m), T (n, m) and Δ = (XW − T)/n; the same numbers every time."""
    rng = np.random.default_rng(7)
    X, W, T = (rng.normal(size=(LARGEST, LARGEST)) for _ in range(3))
    X, W, T = X[:n, :d], W[:d, :m], T[:n, :m]
    return {"X": X, "W": W, "T": T, "Δ": (X @ W - T) / n}


def loss(X, W, T) -> float:
    """L = ½ mean over rows of |XW − T|²."""
    return float(0.5 * np.sum((X @ W - T) ** 2) / len(X))


def numerical_gradient(matrices: dict, target: str, h: float = 1e-6):
    """Centred finite differences of the loss, one entry of X or W at a time."""
    X, W, T = matrices["X"].copy(), matrices["W"].copy(), matrices["T"]
    changed = {"X": X, "W": W}[target]
    gradient = np.empty_like(changed)
    for place in np.ndindex(changed.shape):
        kept = changed[place]
        changed[place] = kept + h
        up = loss(X, W, T)
        changed[place] = kept - h
        gradient[place] = (up - loss(X, W, T)) / (2 * h)
        changed[place] = kept
    return gradient


def factor(matrices: dict, name: str) -> dict:
    """Look up a factor such as "Xᵀ", with the names of its dimensions."""
    letter, values, size = name[0], matrices[name[0]], LETTERS[name[0]]
    if name.endswith("ᵀ"):
        values, size = values.T, size[::-1]
    return {"name": name, "letter": letter, "size": list(size), "values": values}


def judge(left, right, wanted):
    """Return (verdict, product or None, largest difference or None)."""
    if left.shape[1] != right.shape[0]:
        return "illegal", None, None
    product = left @ right
    if product.shape != wanted.shape:
        return "shape", product, None
    difference = float(np.abs(product - wanted).max())
    return ("right" if difference < SAME else "numbers"), product, difference


def verdict_of(matrices: dict, order: str, wanted) -> str:
    """Judge one candidate by its name."""
    left, right = (factor(matrices, name)["values"] for name in CANDIDATES[order])
    return judge(left, right, wanted)[0]


def _summary(a: dict, wanted) -> str:
    (p, q), (r, s) = a["left"]["values"].shape, a["right"]["values"].shape
    formula = f"{a['left']['name']}·{a['right']['name']} is ({p}×{q})·({r}×{s})"
    if a["verdict"] == "illegal":
        return f"{formula}: illegal, the inner sizes {q} and {r} differ."
    rows, columns = wanted.shape
    if a["verdict"] == "shape":
        text = f"{formula} = {p}×{s}: legal, but the gradient is {rows}×{columns}."
        product = a["product"]["values"]
        transposed = product.T.shape == wanted.shape and np.allclose(product.T, wanted, atol=SAME)
        return text + (" It is the transpose of what is wanted." if transposed else "")
    if a["verdict"] == "numbers":
        return (
            f"{formula} = {p}×{s}: legal, right shape, wrong numbers. The largest difference from "
            f"finite differences is {words(a['difference'])}; no shape check can see this."
        )
    difference = words(a["difference"])
    return f"{formula} = {p}×{s}: right, {difference} away from finite differences."


def _draw(cls, result):
    figure = canvas(8.8, 2.6)
    ax = figure.add_subplot()
    x = 0.0
    blocks = [result["left"], result["right"], result["product"], result["wanted"]]
    names = [result["left"]["name"], result["right"]["name"], "product", "wanted"]
    for block, name, sign in zip(blocks, names, ("·", "=", "", ""), strict=True):
        values = block["values"]
        rows, columns = values.shape if values is not None else (2, 2)
        shown = np.abs(values) / np.abs(values).max() if values is not None else np.zeros((2, 2))
        cmap = {"X": "Blues", "W": "Greens"}.get(block.get("letter"), "Oranges")
        box = (x, x + columns, -rows / 2, rows / 2)
        ax.imshow(shown, extent=box, cmap=cmap, vmin=-0.1, vmax=1.3, aspect="equal")
        size = "×".join(str(k) for k in (rows, columns)) if values is not None else "none"
        ax.text(x + columns / 2, -rows / 2 - 0.6, f"{name}\n{size}", ha="center", va="top")
        ax.text(x + columns + 0.75, 0, sign, ha="center", va="center", fontsize=16)
        x += columns + 1.5 + (2 if name == "product" else 0)
    ax.set(xlim=(-0.5, x), ylim=(-5, 3))
    ax.axis("off")
    ax.set_title(cls.labels["verdicts"][result["verdict"]])
    return figure
