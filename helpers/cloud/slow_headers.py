"""A limit on how long the headers of a request may take, which uvicorn lacks.

Whoever opens a connection and sends a header now and then would hold it for ever; a few hundred of
them, and nobody else gets one. (The attack is called *Slowloris*. A request's body has a limit of
its own, `server_app.read_body`.)
"""

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


def limited_to(seconds):
    """uvicorn's HTTP/1.1 protocol, which answers 408 if headers take longer than that.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    type
        For `uvicorn.run(http=…)`.
    """
    class Limited(H11Protocol):
        clock = None        # runs while headers are expected

        def connection_made(self, transport):
            super().connection_made(transport)
            self.clock = self.loop.call_later(seconds, self.too_late)

        def data_received(self, data):
            super().data_received(data)
            expected = self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]
            if expected and self.clock is None:         # a second request on this connection
                self.clock = self.loop.call_later(seconds, self.too_late)
            elif not expected:
                self.stop_clock()

        def connection_lost(self, exc):
            self.stop_clock()
            super().connection_lost(exc)

        def stop_clock(self):
            if self.clock is not None:
                self.clock.cancel()
                self.clock = None

        def too_late(self):
            if self.transport.is_closing():
                return
            body = json.dumps({"error": f"the headers took longer than {seconds:g} s to arrive"})
            headers = [("content-type", "application/json"), ("connection", "close"),
                       ("content-length", str(len(body)))]
            for event in (h11.Response(status_code=408, headers=headers),
                          h11.Data(data=body.encode()), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
            self.transport.close()

    return Limited
