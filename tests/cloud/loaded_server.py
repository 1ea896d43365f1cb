"""A small server whose service time is known, for tests of the load generator."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager


@contextmanager
def serving(service=0.002, stall=None, status=200):
    """Answer one request after the other on a free port of 127.0.0.1, each in `service` seconds.

    `stall` = (n, seconds): the n-th request takes so long, and all others wait. `status` is what it
    answers, or a function of the request's number. Yields a dict: url, bodies (all that came).
    """
    from aiohttp import web

    state = {"bodies": []}
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def run():
        lock, stop = asyncio.Lock(), asyncio.Event()

        async def answer(request):
            state["bodies"].append(await request.text())
            number = len(state["bodies"])
            async with lock:
                await asyncio.sleep(stall[1] if stall and number == stall[0] else service)
            code = status(number) if callable(status) else status
            return web.json_response({"predictions": [number]}, status=code)

        app = web.Application()
        app.router.add_post("/predict", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/predict"
        state["stop"] = lambda: loop.call_soon_threadsafe(stop.set)
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield state
    finally:
        state["stop"]()
        thread.join(10)
        loop.close()
