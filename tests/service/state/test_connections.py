import asyncio
import select
import socket
from urllib.parse import urlsplit

import pytest
from patience import PATIENCE_S

from scribekit.service.state.connections import Connections, is_still_reading

IMPATIENT = "from scribekit.service.state import connections; connections.FIRST_REQUEST_S = connections.KEEP_ALIVE_S = 0.3"


def test_a_connection_that_the_client_closed_first_cannot_be_dropped_and_does_no_harm():
    gone = {"client": ("127.0.0.1", 1)}
    asyncio.run(Connections().reset(gone))
    asyncio.run(Connections().close(gone))
    with Connections().busy(gone):
        pass


@pytest.fixture
def impatient(start):
    return start("--speed", "100000", prelude=IMPATIENT)


def connected(service):
    parts = urlsplit(service.base_url)
    return socket.create_connection((parts.hostname, parts.port))


def until_closed(connection):
    """What a connection still says before it is closed; pytest's own limit ends a wait for ever."""
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return said


def drip(connection):
    """Send a byte again and again, until the connection is closed."""
    connection.settimeout(0.05)
    while True:
        try:
            connection.sendall(b"G")
            if connection.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except OSError:  # reset, or a broken pipe
            return


def head(service):
    return f"GET /v2/transcript HTTP/1.1\r\nhost: {urlsplit(service.base_url).netloc}\r\nauthorization: {service.key}\r\n".encode()


def test_a_connection_that_never_asks_is_closed(impatient):
    with connected(impatient) as connection:
        assert until_closed(connection) == b""


def test_a_connection_that_drips_its_head_is_closed(impatient):
    with connected(impatient) as connection:
        drip(connection)


def test_a_connection_that_stops_after_its_first_request_is_closed(impatient):
    with connected(impatient) as connection:
        connection.sendall(head(impatient) + b"\r\n" + head(impatient))
        assert until_closed(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.long
def test_a_request_may_take_longer_than_the_wait_for_it(start):
    service = start("--faults", '{"slow_body": 1, "slow_body_s": 1}', prelude=IMPATIENT)
    assert service.http.get("/v2/transcript").json()["transcripts"] == []


@pytest.mark.long
@pytest.mark.skipif(not hasattr(select, "poll"), reason="no way to see the end of a connection without reading")
def test_a_client_that_does_not_take_its_answer_is_dropped(impatient):
    done = impatient.transcribe("http://files.example/long.mp3?duration=360000")["id"]  # an answer that no buffer of the system holds
    with connected(impatient) as connection:
        connection.sendall(head(impatient).replace(b"/v2/transcript", f"/v2/transcript/{done}".encode()) + b"\r\n")
        ended = select.poll()
        ended.register(connection, 0)  # only its end
        assert ended.poll(PATIENCE_S * 1000)


@pytest.mark.parametrize(
    ("unsent", "before", "is_reading"), [(0, 0, False), (0, 9, False), (9, 9, False), (9, 0, True), (5, 9, True), (9, 5, True)]
)
def test_who_takes_an_answer_slowly_is_waited_for(unsent, before, is_reading):
    assert is_still_reading(unsent, before) is is_reading


def test_nonsense_after_the_answer_closes_the_connection(service):
    with connected(service) as connection:
        connection.sendall(head(service) + b"content-length: 10000\r\n\r\nabc")
        assert b"200 OK" in connection.recv(65536)
        connection.sendall(b"x" * 9997 + b"\0\1\2 nonsense\r\n\r\n")
        assert b" 500 " not in until_closed(connection)
