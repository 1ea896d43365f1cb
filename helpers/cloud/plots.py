"""Pictures of machines, workers and queues. Arrays in, Axes out; `show(…, alt=…)` shows."""

__all__ = []
