"""Ports of loopback for servers that must be told theirs."""

import socket


def reserve_port():
    """Return a port that the system chose and gives to nobody else, until a server binds it by its number.

    A connection that was closed on this side keeps it from being chosen again for a minute. A server may bind it all the same.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        with socket.create_connection(listener.getsockname()) as client:
            listener.accept()[0].close()
            client.recv(1)
        return listener.getsockname()[1]
