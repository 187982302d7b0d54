"""A connection that its client has closed is closed here too: each is a file descriptor, of which there are 1024."""

from hypercorn.asyncio.tcp_server import TCPServer

from local.emulator import seams


def install() -> None:
    """Stop waiting for another request where none can come (hypercorn 0.18 waits 75 s)."""
    read = TCPServer._read_data

    async def read_and_end(self: TCPServer) -> None:
        await read(self)
        await self.idle_task.stop()

    seams.replace(TCPServer, "_read_data", read_and_end, expected="8e7ad8f4bfca")
