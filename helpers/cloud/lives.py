"""One training on machines that are taken away, machine by machine: what W5.4 draws.

`preemption.simulate` does the same for thousands of trainings at once, and keeps only the sums.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["Life", "lives"]


class Life(NamedTuple):
    """What one machine did. All times in one unit.

    Attributes
    ----------
    start : float
        When it began.
    kept : float
        Work that was saved, and the saving of it.
    saves : int
        Checkpoints in it.
    lost : float
        Work after the last checkpoint; 0 for the last machine.
    restart : float
        Until the next machine begins; 0 for the last.
    """

    start: float
    kept: float
    saves: int
    lost: float
    restart: float


def lives(work, C, mu, tau, restart=0.0, seed=0, until=np.inf):
    """The machines of one training, one after the other.

    Parameters
    ----------
    work, C, mu, tau, restart
        As in `preemption.simulate`.
    seed : int or numpy Generator
    until : float
        Where to stop looking, for trainings that do not come to an end.

    Returns
    -------
    list of Life
        The last one ends with the work done, unless it ends after `until`.
    """
    rng = np.random.default_rng(seed)
    tau = min(tau, work)
    machines, now, left = [], 0.0, work
    while left > 0 and now < until:
        life = rng.exponential(mu)
        need = int(np.ceil(left / tau * (1 - 1e-12)))       # checkpoints still to write
        finish = left + need * C
        if life >= finish:
            machines.append(Life(now, finish, need, 0.0, 0.0))
            break
        saves = min(int(life // (tau + C)), need - 1)
        kept = saves * (tau + C)
        machines.append(Life(now, kept, saves, life - kept, restart))
        now += life + restart
        left -= saves * tau
    return machines
