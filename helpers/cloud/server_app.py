"""The model server as an application: TensorFlow Serving's addresses, FastAPI's routes.

POST /v1/models/digits:predict                 {"instances": [image, …]} -> {"predictions": […]}
POST /v1/models/digits/versions/1:predict      one version, as long as it is loaded
GET  /v1/models/digits                         which versions there are, and in what state
GET  /v1/models/digits/metadata                what goes in and what comes out
GET  /healthz  /readyz                         it lives; it has a model
GET  /metrics                                  counts and times, for Prometheus
"""

import asyncio
import contextlib
import json
import os
import re
import time
import traceback
from typing import NamedTuple

import numpy as np

from helpers.cloud import request_body
from helpers.cloud.batcher import Batcher, Full
from helpers.cloud.exporting import LARGEST, SHAPE
from helpers.cloud.request_body import Refused

NAME = re.compile(r"[A-Za-z0-9_\-]{1,64}")


class Options(NamedTuple):
    """How the server serves; see `server.parser`."""

    name: str = "digits"
    max_batch: int = 32
    max_wait: float = 0.003
    queue: int = 256
    read_seconds: float = 10.0
    watch_seconds: float = 0.5


class ModelServer:
    """The versions of one model, a batcher for each, and what is counted."""

    def __init__(self, versions, options):
        self.versions, self.options = versions, options
        self.batchers, self.tasks = {}, {}
        self.metrics = Metrics(self)

    async def refresh(self):
        """Look for new versions, in a thread: loading takes seconds, and others want answers."""
        await asyncio.to_thread(self.versions.refresh)
        for version in set(self.tasks) - set(self.versions.loaded):
            if self.batchers[version].idle:
                self.tasks.pop(version).cancel()
                del self.batchers[version]

    async def watch(self):
        """Refresh for ever."""
        while True:
            await asyncio.sleep(self.options.watch_seconds)
            with contextlib.suppress(OSError):      # a folder that cannot be read now and then
                await self.refresh()

    async def predict(self, rows, version=None):
        """Answers (n, 10) of a version for rows (n, 28, 28).

        Raises
        ------
        Refused
            404 if the version is not loaded, 503 if none is, 429 if too many wait.
        """
        loaded = self.versions.loaded
        version, function = ((version, loaded.get(version)) if version is not None
                             else self.versions.serving)
        if version is None:
            raise Refused(503, "no version of the model could be loaded yet; see the status")
        if function is None:
            raise Refused(404, f"version {version} is not loaded; loaded are "
                               f"{sorted(self.versions.loaded)}")
        try:
            return await self._batcher(version, function).ask(rows)
        except Full:
            raise Refused(429, f"{self.options.queue} images are waiting already; "
                               "try again in a second") from None

    def _batcher(self, version, function):
        if version not in self.batchers:
            options = self.options
            batcher = Batcher(function, np.concatenate, options.max_batch, options.max_wait,
                              options.queue, self.metrics.batches.observe)
            self.batchers[version] = batcher
            self.tasks[version] = asyncio.create_task(batcher.run())
        return self.batchers[version]


class Metrics:
    """What is counted: Prometheus reads it from /metrics."""

    def __init__(self, server):
        import prometheus_client as prom

        registry = self.registry = prom.CollectorRegistry()
        self.requests = prom.Counter("predict_requests", "Predict requests by HTTP status",
                                     ["status"], registry=registry)
        self.seconds = prom.Histogram(
            "predict_seconds", "From the end of a request's body to its answer", registry=registry,
            buckets=(.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5))
        self.batches = prom.Histogram("batch_rows", "Images that went through together",
                                      registry=registry, buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256))
        waiting = prom.Gauge("waiting_rows", "Images in line", registry=registry)
        waiting.set_function(lambda: sum(b.waiting for b in server.batchers.values()))
        version = prom.Gauge("model_version", "Version that is served", registry=registry)
        version.set_function(lambda: server.versions.current or 0)

    def text(self):
        """All of it, in Prometheus's format: bytes."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


def make_app(versions, options=None):
    """The application: a FastAPI object.

    Parameters
    ----------
    versions : helpers.cloud.versions.Versions
    options : Options
    """
    from fastapi import FastAPI, Request, Response

    options = options or Options()
    server = ModelServer(versions, options)

    @contextlib.asynccontextmanager
    async def lifespan(_):
        await server.refresh()
        watching = asyncio.create_task(server.watch())
        yield
        watching.cancel()
        for task in server.tasks.values():
            task.cancel()

    app = FastAPI(title="Model server", lifespan=lifespan, openapi_url=None)
    app.state.server = server
    base = f"/v1/models/{options.name}"

    async def predict(request, version=None):
        began = None
        try:
            body = await read_body(request, options.read_seconds)
            began = time.perf_counter()
            rows, key = request_body.read(body, SHAPE, LARGEST)
            answers = await server.predict(rows, version)
            status, content = 200, {key: answers.tolist()}
        except Refused as refusal:
            status, content = refusal.status, {"error": refusal.reason}
        except Exception:       # ours, not the client's: the log says what it was
            traceback.print_exc()
            status, content = 500, {"error": "the model failed; the server's log says why"}
        server.metrics.requests.labels(status).inc()
        if began is not None:
            server.metrics.seconds.observe(time.perf_counter() - began)
        return answer(status, content)

    def answer(status, content):
        headers = {"Retry-After": "1"} if status in (429, 503) else None
        return Response(json.dumps(content), status, headers, media_type="application/json")

    @app.post(base + ":predict")
    async def predict_current(request: Request):
        return await predict(request)

    @app.post(base + "/versions/{version}:predict")
    async def predict_version(request: Request, version: str):
        return await predict(request, int(version) if version.isdecimal() else -1)

    @app.get(base)
    async def status():
        return {"model_version_status": versions.states()}

    @app.get(base + "/metadata")
    async def metadata():
        tensor = {"dtype": "DT_FLOAT", "shape": [-1, *SHAPE], "from": 0, "to": LARGEST}
        return {"model_spec": {"name": options.name, "version": str(versions.current)},
                "inputs": {"pixels": tensor},
                "outputs": {"probabilities": {"dtype": "DT_FLOAT", "shape": [-1, 10]}}}

    @app.get("/healthz")
    async def healthz():
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz():
        ready = versions.current is not None
        return answer(200 if ready else 503, {"ready": ready, "pid": os.getpid()})

    @app.get("/metrics")
    async def metrics():
        return Response(server.metrics.text(), media_type="text/plain; version=0.0.4")

    @app.exception_handler(404)
    @app.exception_handler(405)
    async def unknown(request, error):
        asked = f"{request.method} {request.url.path[:200]}"
        return answer(error.status_code, {"error": f"nothing answers {asked}; POST to "
                                          f"{base}:predict, or GET {base}"})

    return app


async def read_body(request, seconds):
    """The body of a request, if it is not too long and does not take too long.

    Raises
    ------
    Refused
        With status 413 or 408.
    """
    def check(length):
        if length > request_body.MOST_BYTES:
            raise Refused(413, f"the body is longer than {request_body.MOST_BYTES:,} bytes")

    async def pieces():
        body = bytearray()
        async for piece in request.stream():
            body += piece
            check(len(body))
        return bytes(body)

    told = request.headers.get("content-length", "0")
    check(int(told) if told.isdecimal() else 0)
    from starlette.requests import ClientDisconnect

    try:
        return await asyncio.wait_for(pieces(), seconds)
    except ClientDisconnect:
        raise Refused(400, "the client went away before its request was complete") from None
    except asyncio.TimeoutError:
        raise Refused(408, f"the body took longer than {seconds:g} s to arrive") from None
