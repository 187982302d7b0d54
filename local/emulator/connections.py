"""Connections: one that its client has closed is closed here too, since each is a file descriptor, of which there are
1024; and how much was answered, which tells whether anything happens at all."""

from typing import Any

from hypercorn.asyncio.tcp_server import TCPServer

from local.emulator import seams

_answered = 0


def answered() -> int:
    """How many parts of answers were sent so far."""
    return _answered


def install() -> None:
    """Stop waiting for another request where none can come (hypercorn 0.18 waits 75 s)."""
    read = TCPServer._read_data

    async def read_and_end(self: TCPServer) -> None:
        await read(self)
        await self.idle_task.stop()

    send = TCPServer.protocol_send

    async def send_and_count(self: TCPServer, event: Any) -> None:
        global _answered
        _answered += 1
        await send(self, event)

    seams.replace(TCPServer, "_read_data", read_and_end, expected="8e7ad8f4bfca")
    seams.replace(TCPServer, "protocol_send", send_and_count, expected="06144915fc09")
