"""The plots of chapter 05, for the tests in tests/plots: its parts put together."""

from tests.cloud import (
    plot_examples_load,
    plot_examples_preempt,
    plot_examples_ring,
    plot_examples_roof,
    plot_examples_serve,
)
from tests.plots.examples import Examples

PARTS = [plot_examples_roof, plot_examples_ring, plot_examples_preempt, plot_examples_serve,
         plot_examples_load]


def _table(name):
    return {key: value for part in PARTS for key, value in getattr(part, name, {}).items()}


EXAMPLES = Examples(
    calls=_table("CALLS"), drawings=(), rows=plot_examples_serve.ROWS,
    largest=_table("LARGEST"), more=_table("MORE"), refused=_table("REFUSED"),
)
