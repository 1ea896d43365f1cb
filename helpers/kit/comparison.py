"""Ways compared on the same test images: accuracies, and differences with their uncertainty."""

from typing import NamedTuple

import numpy as np


class Comparison(NamedTuple):
    """Test accuracies of several ways, and how each differs from the first.

    Attributes
    ----------
    accuracies : dict name → (seeds,) float
    difference : dict name → (mean, standard error)
        Accuracy minus that of the first way. Both learned from and were asked about the same
        images, so the error is that of a paired difference: its spread from image to image and
        its spread from seed to seed, added as squares (a little too careful).
    n : int, optional
        Number of test images. Where it is given, the table shows for each mean accuracy p its
        standard error sqrt(p(1−p)/n), the uncertainty that comes from having only n images.
    """

    accuracies: dict
    difference: dict
    n: int | None = None

    def __repr__(self):
        of_means = f"{'mean ± error':<13}" if self.n else f"{'mean':<5}"
        heading = f"{'':<19} {of_means}  {'(of the seeds)':<16}"
        if self.difference:
            heading += f"   minus {next(iter(self.accuracies))}"
        lines = [heading.rstrip()]
        for name, values in self.accuracies.items():
            mean = values.mean()
            error = f" ± {accuracy_se(mean, self.n):.3f}" if self.n else ""
            line = f"{name:<19} {mean:.3f}{error}  ({values.min():.3f} to {values.max():.3f})"
            if name in self.difference:
                mean, se = self.difference[name]
                verdict = "more than" if abs(mean) > 2 * se else "within"
                line += f"   {mean:+.3f} ± {se:.3f}: {verdict} two standard errors"
            lines.append(line)
        return "\n".join(lines)


def accuracy_se(p, n):
    """Standard error of a share p (any shape) of n independent images: sqrt(p(1−p)/n)."""
    p = np.asarray(p, float)
    return np.sqrt(p * (1 - p) / n)


def got_right(model, x, y):
    """Which images a model gets right.

    Parameters
    ----------
    model : has `predict`, which gives scores (n, classes)
    x : (n, …)
    y : (n,) int

    Returns
    -------
    (n,) float64, 0 or 1
    """
    return (model.predict(x).argmax(axis=1) == y).astype(float)


def at_least_two(seeds):
    """Refuse a comparison of single runs."""
    if seeds < 2:
        raise ValueError(f"One run says nothing about luck: seeds should be 2 or more; got {seeds}")


def paired(answers):
    """Compare ways by what each got right of the same images.

    Parameters
    ----------
    answers : dict name → (seeds, images) float, 0 or 1
        Two seeds or more. The first way is the one that the others are compared with.

    Returns
    -------
    Comparison
        Without `n`: `._replace(n=…)` adds it.
    """
    first, *others = answers
    difference = {}
    for name in others:
        gain = answers[name] - answers[first]                   # (seeds, images): −1, 0 or 1
        of_images = gain.mean(axis=0).std(ddof=1) / np.sqrt(gain.shape[1])
        of_seeds = gain.mean(axis=1).std(ddof=1) / np.sqrt(len(gain))
        difference[name] = gain.mean(), np.hypot(of_images, of_seeds)
    return Comparison({name: all_.mean(axis=1) for name, all_ in answers.items()}, difference)
