import asyncio
import socket

from scribekit.service.server import listen


def test_answers_leave_at_once_without_waiting_for_an_acknowledgement():
    async def is_without_delay():
        accepted = asyncio.get_running_loop().create_future()
        listener = listen(0)
        server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), sock=listener)
        async with server:
            _, client = await asyncio.open_connection(*listener.getsockname())
            writer = await accepted
            found = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            for end in (client, writer):
                end.close()
        return bool(found)

    assert asyncio.run(is_without_delay())
