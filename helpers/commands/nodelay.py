"""JupyterLab's line to a kernel without TCP's waiting: `lab` has the server use it.

A widget's answer is several small messages. Unless a connection is set to "no delay" (TCP_NODELAY),
TCP holds a small message back until the one before is acknowledged (Nagle's algorithm, RFC 896),
and browsers acknowledge late: up to about 40 ms (RFC 1122, 4.2.3.2). jupyter_server leaves its
websockets so, and every move of a slider would be answered that much later.
"""

try:
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
except ImportError:  # nothing to improve where there is no JupyterLab: `lab` then does without
    ZMQChannelsWebsocketConnection = object


class NoDelay(ZMQChannelsWebsocketConnection):
    """The usual connection of a browser with a kernel, but each message leaves at once."""

    def connect(self):
        """Connect; returns what jupyter_server waits for."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
