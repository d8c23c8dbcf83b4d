import asyncio

from scribekit.service.state.connections import Connections


def test_a_connection_that_the_client_closed_first_cannot_be_dropped_and_does_no_harm():
    gone = {"client": ("127.0.0.1", 1)}
    asyncio.run(Connections().reset(gone))
    asyncio.run(Connections().close(gone))
