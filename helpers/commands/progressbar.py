"""One line that fills up while the packages are installed: a bar on a terminal, lines elsewhere."""

import sys
import time


class ProgressBar:
    """Show how far a long wait has come.

    On a terminal the same line is drawn again and again. Where the output is a file or a pipe, a
    new line is printed at every tenth of the way, so that a log stays readable.

    Parameters
    ----------
    stream : text stream, optional
        Where to draw; standard output if not given.
    clock : callable, optional
        Returns the time in seconds; replaced in tests.
    """

    WIDTH = 30

    def __init__(self, stream=None, clock=time.monotonic):
        self.stream = stream or sys.stdout
        self.clock = clock
        self.start = clock()
        self.fraction = 0.0
        self.tenths = -1
        self.longest = 0
        self.live = self.stream.isatty()
        encoding = (getattr(self.stream, "encoding", "") or "ascii").lower()
        self.full, self.empty = ("█", "░") if encoding.startswith("utf") else ("#", ".")

    def update(self, fraction, text):
        """Draw the bar; it never runs backwards, whatever the estimate says.

        Parameters
        ----------
        fraction : float
            How much is done, from 0 to 1.
        text : str
            What is being done now.
        """
        self.fraction = min(1.0, max(self.fraction, fraction))
        if self.live:
            line = self.line(text)
            self.longest = max(self.longest, len(line))
            self._write("\r" + line.ljust(self.longest))
        elif int(self.fraction * 10) > self.tenths:
            self.tenths = int(self.fraction * 10)
            self._write(self.line(text) + "\n")

    def line(self, text):
        """The bar, the percentage, the time so far, and at most 34 characters of `text`."""
        filled = int(self.fraction * self.WIDTH)
        minutes, seconds = divmod(int(self.clock() - self.start), 60)
        bar = self.full * filled + self.empty * (self.WIDTH - filled)
        return f"{bar} {self.fraction:4.0%}  {minutes}:{seconds:02d}  {text[:34]}"

    def close(self):
        """End the line, so that what follows starts on its own."""
        if self.live and self.longest:
            self._write("\n")

    def _write(self, text):
        encoding = getattr(self.stream, "encoding", None) or "ascii"
        self.stream.write(text.encode(encoding, "replace").decode(encoding))
        self.stream.flush()
