"""Curves that several chapters draw, each series with its own colour, line style and marker."""

import numpy as np

from helpers.kit.figures import COLOURS, SERIES, new_axes, styled

BESIDE = (5.9, 3.0)         # inches: a half-size picture with its legend beside it


def legend_beside(ax):
    """The legend to the right of the picture, where it covers no curve."""
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def whole_numbers(ax):
    """Only whole numbers below the x-axis: epochs and layers cannot be halved."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def draw_series(ax, curves, x=None, markers=True):
    """Each curve in its own colour, line style and marker.

    Parameters
    ----------
    ax : matplotlib Axes
    curves : dict name → (n,) float
        Values that are not finite leave a gap.
    x : (n,) float, optional
        Places of the values; 1, 2, 3 … if not given.
    markers : bool
    """
    for number, (name, values) in enumerate(curves.items()):
        values = np.asarray(values, float)
        sign = SERIES[number % len(SERIES)]
        places = np.arange(1, len(values) + 1) if x is None else np.asarray(x, float)
        if places.shape != values.shape:
            raise ValueError(f"'{name}' should have one value for each of the {places.size} "
                             f"places; got shape {values.shape}")
        ax.plot(places, np.where(np.isfinite(values), values, np.nan), color=sign.colour,
                linestyle=sign.line, marker=sign.marker if markers else None,
                markevery=max(1, len(values) // 8), label=name)


@styled
def plot_history(history, ax=None):
    """Loss and, where there is one, accuracy after each epoch, on training and held-out data.

    Parameters
    ----------
    history : dict name → (epochs,) float, or what `fit` returned
        Keys as Keras names them: loss, val_loss, accuracy, val_accuracy.
    ax : matplotlib Axes or two of them, optional

    Returns
    -------
    matplotlib Axes, or an array of two if there is an accuracy

    Notes
    -----
    How it can mislead: Keras takes the training values *during* an epoch, while the weights still
    change, and the held-out ones after it. So the training curve lags half an epoch behind.
    """
    history = getattr(history, "history", history)
    panels = [name for name in ("loss", "accuracy") if name in history]
    if not panels:
        raise ValueError("plot_history: history should have 'loss' or 'accuracy'; "
                         f"got {sorted(history)}")
    axes = new_axes("full" if len(panels) == 2 else "half", columns=len(panels), ax=ax)
    for panel, name in zip(np.ravel(axes), panels, strict=True):
        draw_series(panel, {"training": history[name]})
        if f"val_{name}" in history:
            held_out = history[f"val_{name}"]
            panel.plot(np.arange(1, len(held_out) + 1), held_out, color=COLOURS["prediction"],
                       linestyle="--", marker="s", markevery=max(1, len(held_out) // 8),
                       label="held out")
        panel.set(xlabel="epoch", title="mean loss" if name == "loss" else "share right")
        panel.legend()
        whole_numbers(panel)
    return axes
