"""The widgets of chapter 05: what a cell calls, and a list of them all.

Every constructor takes the entries of the widget's initial state as keyword arguments; write it as
the last expression of a cell.
"""

ALL = ()
WIDGETS = {widget.id: widget for widget in ALL}
