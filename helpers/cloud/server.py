"""The model server, as a program.

    python -m helpers.cloud.server --folder models/digits --port 8501

Then, from another terminal:

    curl http://127.0.0.1:8501/v1/models/digits
"""

import argparse
import sys

from helpers.cloud import lifeline
from helpers.cloud.server_app import NAME, Options

HOST = "127.0.0.1"      # this machine only; see --host


def parser():
    """The arguments of this program."""
    usual = Options()
    made = argparse.ArgumentParser(
        prog="python -m helpers.cloud.server", description="Serves the versions of a model over "
        "HTTP, at the addresses of TensorFlow Serving. Ends on SIGTERM, after the answers that "
        "are under way.")
    made.add_argument("--folder", required=True, help="the folder with the numbered versions")
    made.add_argument("--name", default=usual.name, help="the model's name in the address")
    made.add_argument("--port", type=int, default=8501, help="0: any that is free (default 8501)")
    made.add_argument("--host", default=HOST, help="only inside a container give 0.0.0.0 here, "
                      f"behind something that asks who is calling (default {HOST})")
    made.add_argument("--max-batch", type=int, default=usual.max_batch,
                      help="images that go through together (default 32)")
    made.add_argument("--max-wait", type=float, default=usual.max_wait, metavar="SECONDS",
                      help="how long the first of a batch waits for others (default 0.003)")
    made.add_argument("--queue", type=int, default=usual.queue,
                      help="images that may wait; more are answered by 429 (default 256)")
    made.add_argument("--read-seconds", type=float, default=usual.read_seconds,
                      help="how long a request's headers may take to arrive, and its body "
                      "(default 10)")
    made.add_argument("--grace", type=int, default=10, metavar="SECONDS",
                      help="how long answers under way may take at the end (default 10)")
    return made


def main(arguments=None):
    """Serve until told to stop; returns the exit status."""
    given = parser().parse_args(arguments)
    lifeline.watch()
    if not NAME.fullmatch(given.name) or min(given.max_batch, given.queue) < 1 \
            or given.max_wait < 0:
        print("stopped: expected a name of letters, digits, - and _, a batch and a queue of 1 or "
              f"more, a wait of 0 or more; got {given.name!r}, {given.max_batch}, {given.queue} "
              f"and {given.max_wait}", file=sys.stderr)
        return 2
    import uvicorn

    from helpers.cloud import slow_headers
    from helpers.cloud.children import free_port
    from helpers.cloud.exporting import load
    from helpers.cloud.server_app import make_app
    from helpers.cloud.versions import Versions

    options = Options(given.name, given.max_batch, given.max_wait, given.queue, given.read_seconds)
    app = make_app(Versions(given.folder, load), options)
    port = given.port or free_port()
    print(f"serving {given.folder} at http://{given.host}:{port}/v1/models/{given.name}",
          flush=True)
    uvicorn.run(app, host=given.host, port=port, log_level="warning", access_log=False,
                timeout_graceful_shutdown=given.grace, timeout_keep_alive=30,
                http=slow_headers.limited_to(given.read_seconds),
                loop="asyncio", ws="none")     # the same wherever it runs
    return 0


if __name__ == "__main__":
    sys.exit(main())
