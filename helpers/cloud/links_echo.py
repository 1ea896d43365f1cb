"""The other side of `links.measure`: sends every message back. Started as a process of its own."""

import socket
import sys

from helpers.cloud import lifeline
from helpers.cloud.links import receive


def main(port):
    """Connect to 127.0.0.1:port and send back what comes, until the connection is closed.

    First come 8 bytes, the size of the messages. Before each message comes a 1, after the last of
    this size a 0.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        heading, more = bytearray(8), bytearray(1)
        try:
            while True:
                receive(connection, heading)
                message = bytearray(int.from_bytes(heading, "little"))
                receive(connection, more)
                while more[0]:
                    receive(connection, message)
                    connection.sendall(message)
                    receive(connection, more)
        except ConnectionError:
            return      # the measurement is over


if __name__ == "__main__":
    lifeline.watch()
    main(int(sys.argv[1]))
