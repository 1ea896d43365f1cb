"""Some plots of chapter 05, for tests/cloud/plot_examples.py: see tests/plots/examples.py."""

CALLS = {}             # name of a plot without "plot_" -> function(**keywords)
DRAWINGS = ()          # plots without axes
ROWS = ()
WIDE = ()
LARGEST = {}
MORE = {}
REFUSED = {}
