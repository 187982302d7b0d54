"""What the probe and its sandboxed child say to each other over two pipes."""

import os
import struct

READ, ANSWER = b"r", b"a"
REQUEST = struct.Struct("=cQI")
"""From the child: READ with offset and size in bytes, or ANSWER with 0 and the size of the JSON that follows."""
LENGTH = struct.Struct("=I")
"""From the parent, before the bytes that were asked for; fewer at the end of the source."""
READ_AHEAD_BYTES = 1 << 18
"""The most that one request asks for."""


def read_exactly(fd: int, size: int) -> bytes:
    """So many bytes of a pipe; EOFError when it ends before."""
    parts = bytearray()
    while len(parts) < size:
        part = os.read(fd, size - len(parts))
        if not part:
            raise EOFError("the other side is gone")
        parts += part
    return bytes(parts)


def write_all(fd: int, *parts: bytes) -> None:
    """Everything into a pipe; BrokenPipeError when nobody reads it."""
    rest = memoryview(b"".join(parts))
    while rest:
        rest = rest[os.write(fd, rest) :]
