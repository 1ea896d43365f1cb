"""W2.3 (α, β) phase plane: where gradient descent with momentum converges, and how fast.

On f(w) = ½ (λ₁ w₁² + λ₂ w₂²) heavy-ball momentum

    v ← β v − α ∇f(w),   w ← w + v

acts on each eigenvector alone: w_{k+1} = (1 + β − αλ) w_k − β w_{k−1}. The larger root (in
magnitude) of z² − (1 + β − αλ) z + β is the factor by which the distance shrinks per step;
the slowest eigenvector decides. Convergence needs |β| < 1 and 0 < α < 2(1 + β)/λ_max.
Source: G. Goh, "Why Momentum Really Works", Distill 2017.
"""

from __future__ import annotations

import math

import numpy as np

from helpers.kit.widget import Widget, canvas, limited, words

COLUMNS, ROWS = 120, 80  # of the map
BETA_MAX = 0.98
STEPS = 80
START = (1.0, 0.8)
FLOOR = 1e-12  # losses below are drawn here


class PhasePlane(Widget):
    """Map of convergence rates; a click in it runs that step size and momentum."""

    id = "W2.3"
    title = "Step size and momentum: the (α, β) plane"
    task = (
        "Click or drag in the map (or use the arrow keys) and find the fastest descent without "
        "momentum, then with it; then step over the cliff."
    )
    notice = (
        "Without momentum the cliff stands at α = 2/λmax, set by the steepest direction alone. "
        "Below the best α the flattest direction decides how slow you are, above it the "
        "steepest. Momentum moves the cliff to 2(1 + β)/λmax, so larger steps become safe. For "
        "large κ = λmax/λmin the best α lies close to the cliff, and the region of fast descent "
        "is small."
    )
    labels = {
        "alpha": "step size α",
        "beta": "momentum β",
        "kappa": "condition κ = λmax / λmin",
        "map": "speed of convergence (stronger colour: faster; star: fastest)",
        "diverges": "diverges",
        "cliff": "← cliff α = 2(1+β)/λmax",
        "plain": "Best α, no momentum",
        "momentum": "Best α and β",
        "over": "Over the cliff",
        "paths": "the descent, λ₁ = 1 and λ₂ = κ",
        "loss": "loss against step",
        "slider_hint": "map of step size and momentum; arrow keys move the point",
    }
    initial = {"alpha": 0.05, "beta": 0.0, "kappa": 10.0}
    source = "phase_plane.js"

    @staticmethod
    def compute(state: dict) -> dict:
        """Run the descent and colour the map.

        Returns
        -------
        dict
            rate, converges : of the chosen point; map : uint8 (rows β, columns α), 0 is the
            fastest and 254 a rate of 1, 255 diverges; alpha_max, beta_max : extent of the map;
            path : (STEPS + 1, 2); losses; measured : observed factor per step;
            best, best_plain : dict(alpha, beta, rate); summary.
        """
        kappa = limited(state["kappa"], 1.0, 100.0, 10.0)
        extent = alpha_extent(kappa)
        alpha = limited(state["alpha"], 0.0, extent, 0.1)
        beta = limited(state["beta"], 0.0, BETA_MAX, 0.0)
        path = descend(alpha, beta, kappa)
        losses = 0.5 * (path[:, 0] ** 2 + kappa * path[:, 1] ** 2)
        rate = float(spectral_radius(alpha, beta, kappa))
        best, plain = best_point(kappa), best_without_momentum(kappa)
        answer = {
            "alpha": alpha,
            "beta": beta,
            "kappa": kappa,
            "alpha_max": extent,
            "beta_max": BETA_MAX,
            "map": rate_map(kappa),
            "rate": rate,
            "converges": rate < 1,
            "state": {"alpha": alpha, "beta": beta, "kappa": kappa},   # as far as the map goes
            "measured": measured_rate(path),
            "path": np.clip(path, -1e3, 1e3),
            "losses": np.clip(losses, FLOOR, 1e12),
            "best": best,
            "best_plain": plain,
        }
        return {**answer, "summary": _summary(answer, extent)}

    @classmethod
    def picture(cls, result: dict):
        """Draw map, descent and loss curve."""
        return _draw(cls, result)


def alpha_extent(kappa: float) -> float:
    """Largest α of the map: the cliff at β → 1 stands at 4/λmax."""
    return 4.0 / kappa


def spectral_radius(alpha, beta, kappa: float):
    """Factor per step of the slowest eigenvector, for arrays that broadcast.

    The largest root magnitude of z² − (1 + β − αλ) z + β over λ in {1, κ}.
    """
    worst = np.zeros(np.broadcast(alpha, beta).shape)
    for eigenvalue in (1.0, kappa):
        half = (1.0 + beta - alpha * eigenvalue) / 2
        inside = half**2 - beta
        real = np.abs(half) + np.sqrt(np.maximum(inside, 0.0))
        # complex pair: their product is β, so each has magnitude √β
        worst = np.maximum(worst, np.where(inside >= 0, real, np.sqrt(beta)))
    return worst


def best_point(kappa: float) -> dict:
    """Polyak's optimum: α = (2/(√λmax + √λmin))², β = rate² with rate = (√κ−1)/(√κ+1)."""
    root = math.sqrt(kappa)
    rate = (root - 1) / (root + 1)
    return {"alpha": (2 / (root + 1)) ** 2, "beta": rate**2, "rate": rate}


def best_without_momentum(kappa: float) -> dict:
    """Optimum of plain gradient descent: α = 2/(λ₁ + λₙ), rate (κ−1)/(κ+1)."""
    return {"alpha": 2 / (1 + kappa), "beta": 0.0, "rate": (kappa - 1) / (kappa + 1)}


def rate_map(kappa: float):
    """Colour numbers of the whole plane, row 0 at β = 0.

    Colour is the number of decimal places won per step, −log10(rate), against its maximum.
    """
    alpha = np.linspace(0, alpha_extent(kappa), COLUMNS)[None, :]
    beta = np.linspace(0, BETA_MAX, ROWS)[:, None]
    rate = spectral_radius(alpha, beta, kappa)
    fastest = -math.log10(max(best_point(kappa)["rate"], 0.05))
    speed = np.clip(-np.log10(np.maximum(rate, 1e-9)) / fastest, 0, 1)
    # The square root spreads the slow rates, which fill most of the plane.
    colour = np.round(254 * (1 - np.sqrt(speed))).astype(np.uint8)
    colour[rate >= 1 + 1e-9] = 255
    return colour


def descend(alpha: float, beta: float, kappa: float):
    """Run heavy-ball momentum from START; returns (STEPS + 1, 2)."""
    w, v = np.array(START), np.zeros(2)
    curvature = np.array([1.0, kappa])
    path = [w]
    for _ in range(STEPS):
        v = beta * v - alpha * curvature * w
        w = w + v
        path.append(w)
    return np.array(path)


def measured_rate(path) -> float | None:
    """Mean factor per step over the second half of the path, None where nothing is left."""
    distance = np.linalg.norm(path, axis=1)
    half = len(path) // 2
    # momentum swings: compare the largest distance within two windows, not two single steps
    early, late = distance[half - 20 : half].max(), distance[-20:].max()
    if late < 1e-14 or not np.isfinite(late):
        return None
    return float((late / early) ** (1 / (len(path) - half)))


def _summary(a: dict, extent: float) -> str:
    cliff = 2 * (1 + a["beta"]) / a["kappa"]
    text = f"α = {words(a['alpha'])}, β = {words(a['beta'])}, κ = {words(a['kappa'])}: "
    if abs(a["rate"] - 1) < 1e-6:
        return text + "the distance to the minimum neither shrinks nor grows."
    if not a["converges"]:
        text += f"diverges: each step multiplies the distance by {words(a['rate'])}; "
        return text + f"the cliff stands at α = {words(cliff)}."
    best = a["best"] if a["beta"] > 0 else a["best_plain"]
    which = "with momentum" if a["beta"] > 0 else "without momentum"
    text += f"converges; in the long run a step leaves {words(100 * a['rate'])} % of the distance. "
    return text + f"The best {which} leaves {words(100 * best['rate'])} %; cliff at {words(cliff)}."


def _draw(cls, result):
    figure = canvas(8.8, 3.9)
    left, right = figure.subplots(1, 2, width_ratios=[1.1, 1])
    speed = 1 - result["map"] / 254.0
    speed = np.where(result["map"] == 255, np.nan, speed)
    extent = (0, result["alpha_max"], 0, result["beta_max"])
    left.set_facecolor("#d9d9d9")
    left.imshow(speed, origin="lower", extent=extent, aspect="auto", cmap="Blues", vmin=0, vmax=1)
    left.plot(result["best"]["alpha"], result["best"]["beta"], "*", ms=12, color="white", mec="k")
    left.plot(result["alpha"], result["beta"], "o", ms=9, color="#00805a", mec="white")
    left.set(xlabel=cls.labels["alpha"], ylabel=cls.labels["beta"], title="convergence rate")
    left.text(0.8, 0.12, cls.labels["diverges"], transform=left.transAxes, ha="center")
    losses = np.where(result["losses"] > FLOOR, result["losses"], np.nan)  # below: not shown
    right.semilogy(losses, ".-", color="#00805a")
    right.set(xlabel="step", title=cls.labels["loss"])
    right.grid(alpha=0.3)
    return figure
