"""Bytes over connections that may break: what has come is kept, and the rest is asked for again, a little later."""

import random
import time
from collections.abc import Callable, Iterable, Iterator

TRIES = 8
FIRST_SECONDS = 0.1
MOST_SECONDS = 5.0
Ask = Callable[[int], Iterable[bytes]]
"""The bytes from this one on, in pieces; raises Broken where the connection breaks."""
Pause = Callable[[float], None]
"""Waits for so many seconds; may raise instead, to give up."""


class Broken(OSError):
    """An answer that never came, or ended before its end."""


def delays(chance: Callable[[], float] = random.random) -> Iterator[float]:
    """The seconds between tries: exponential backoff with full jitter.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    for attempt in range(TRIES - 1):
        yield chance() * min(MOST_SECONDS, FIRST_SECONDS * 2**attempt)


def whole(ask: Ask, first: int, end: int, pause: Pause = time.sleep) -> bytes:
    """Bytes [first, end), asked for at most TRIES times, each time from where the last answer broke; else Broken."""
    data, waits = bytearray(), delays()
    while True:
        broken = _append(data, ask, first)
        if len(data) == end - first:
            return bytes(data)
        if len(data) > end - first:
            raise OSError(f"{len(data)} bytes came where {end - first} were asked for")
        delay = next(waits, None)
        if delay is None:
            raise Broken(f"{len(data)} of {end - first} bytes came in {TRIES} tries") from broken
        pause(delay)


def _append(data: bytearray, ask: Ask, first: int) -> Broken | None:
    try:
        for piece in ask(first + len(data)):
            data += piece
    except Broken as broken:
        return broken
    return None
