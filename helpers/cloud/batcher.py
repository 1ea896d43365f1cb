"""The micro-batcher: requests that come within some milliseconds go through the network together.

A network takes hardly longer for 32 images than for one. So the first request that finds the
network free waits a moment for company; those that come while the network is busy need not even
wait, they go with the next batch.
"""

import asyncio
from collections import deque


class Full(Exception):
    """Too many are waiting already: come back later (HTTP 429)."""


class Batcher:
    """Collects requests into batches; belongs to one event loop.

    Parameters
    ----------
    predict : callable
        list of requests' rows, all in one array (n, …) -> answers (n, …); runs in a thread.
    together : callable
        list of arrays -> one array, such as np.concatenate.
    max_batch : int
        Rows that go through at once.
    max_wait : float
        Seconds that the first of a batch waits for others.
    limit : int
        Rows that may wait; whoever comes then is turned away (*back-pressure*).
    seen : callable, optional
        Told the rows of each batch.
    """

    def __init__(self, predict, together, max_batch=32, max_wait=0.003, limit=256, seen=None):
        self.predict, self.together, self.seen = predict, together, seen
        self.max_batch, self.max_wait, self.limit = max_batch, max_wait, limit
        self.line, self.waiting, self.came = deque(), 0, asyncio.Event()
        self.under_way = 0      # rows that the network works on

    @property
    def idle(self):
        """Whether nobody waits for an answer."""
        return not self.line and not self.under_way

    async def ask(self, rows):
        """Put rows in line and wait for the answer.

        Raises
        ------
        Full
            If the line is too long.
        """
        if self.waiting + len(rows) > max(self.limit, len(rows)):
            raise Full
        answer = asyncio.get_running_loop().create_future()
        self.line.append((rows, answer))
        self.waiting += len(rows)
        self.came.set()
        return await answer

    async def run(self):
        """Serve for ever; a task of the event loop."""
        while True:
            await self.came.wait()
            if self.waiting < self.max_batch:
                await asyncio.sleep(self.max_wait)
            batch = self._next_batch()
            try:
                rows = self.together([rows for rows, _ in batch])
                answers = await asyncio.to_thread(self.predict, rows)
            except Exception as error:      # the network failed: all who wait must hear of it
                for _, answer in batch:
                    answer.done() or answer.set_exception(error)
                continue
            finally:
                self.under_way = 0
            for rows, answer in batch:
                answer.done() or answer.set_result(answers[:len(rows)])
                answers = answers[len(rows):]

    def _next_batch(self):
        """Take from the line what fits; at least one request, however long."""
        batch, size = [], 0
        while self.line and (not batch or size + len(self.line[0][0]) <= self.max_batch):
            batch.append(self.line.popleft())
            size += len(batch[-1][0])
        self.waiting, self.under_way = self.waiting - size, size
        if not self.line:
            self.came.clear()
        if self.seen:
            self.seen(size)
        return batch
