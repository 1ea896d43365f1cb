"""What sends the requests: users in a closed loop, or a stream at a given rate in an open loop.

Each request leaves a row of four moments, in s from the start:

    due    when it should have been sent
    sent   when it was sent
    done   when its answer was there
    status what the server said: 200, 429 …; 0 if no answer came in time, −1 if the connection broke
"""

import asyncio
import time

import numpy as np

TIMED_OUT, BROKEN = 0, -1


async def closed_loop(url, body, users, seconds, patience):
    """So many users, each of whom asks, waits for the answer, and asks again.

    Parameters
    ----------
    url : str
    body : bytes
        JSON, posted each time.
    users : int
    seconds : float
        How long they ask.
    patience : float
        Seconds after which a request is given up.

    Returns
    -------
    list of (due, sent, done, status); due = sent, as nobody planned anything
    """
    rows = []
    async with _session(users, patience) as session:
        clock = _clock()

        async def user():
            while (sent := clock()) < seconds:
                status = await _post(session, url, body)
                rows.append((sent, sent, clock(), status))

        await asyncio.gather(*(user() for _ in range(users)))
    return rows


async def open_loop(url, body, rate, seconds, patience, connections, seed):
    """Requests at random moments, so many a second on average, whether the server keeps up or not.

    The moments are drawn beforehand (exponential gaps, a Poisson stream). A request for which no
    connection is free waits, and its `due` stays what it was: what the public would have waited.

    Parameters
    ----------
    rate : float
        Requests/s.
    connections : int
        Most requests on the way at the same time.
    seed : int
        Of the moments.
    url, body, seconds, patience
        As in `closed_loop`.

    Returns
    -------
    list of (due, sent, done, status)
    """
    rng = np.random.default_rng(seed)
    count = rng.poisson(rate * seconds)
    moments = np.sort(rng.uniform(0, seconds, count)).tolist()
    rows, on_the_way = [], set()
    async with _session(connections, patience) as session:
        clock, free = _clock(), asyncio.Semaphore(connections)

        async def request(due):
            async with free:
                sent = clock()
                status = await _post(session, url, body)
                rows.append((due, sent, clock(), status))

        for due in moments:
            if (pause := due - clock()) > 0:
                await asyncio.sleep(pause)
            task = asyncio.create_task(request(due))
            on_the_way.add(task)                    # or it might be collected as garbage
            task.add_done_callback(on_the_way.discard)
        await asyncio.gather(*on_the_way)
    return rows


def _session(connections, patience):
    import aiohttp

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        timeout=aiohttp.ClientTimeout(total=patience),
        headers={"Content-Type": "application/json"})


def _clock():
    """A function that tells the seconds since now."""
    start = time.perf_counter()
    return lambda: time.perf_counter() - start


async def _post(session, url, body):
    import aiohttp

    try:
        async with session.post(url, data=body, allow_redirects=False) as answer:
            await answer.read()
            return answer.status
    except asyncio.TimeoutError:      # TimeoutError itself only from Python 3.11 on
        return TIMED_OUT
    except (aiohttp.ClientError, OSError):
        return BROKEN
