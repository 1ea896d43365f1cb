"""All exercises of chapter 05. Importing this module declares them in `helpers.kit.exercise`.

In each stand the reference answer (the same text as the solution in the notebook), the inputs on
which answers are compared, the mistakes that have a name, and the hints.
"""

__all__ = []
