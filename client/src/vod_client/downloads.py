"""A file of a video comes to this machine: what is broken off goes on when it is asked for again."""

import hashlib
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx

from vod_client.api import TRIES, ApiError, Client, pause
from vod_client.models import Download

POLL_SECONDS = 2.0
_CHUNK_BYTES = 1 << 18
_PARTIAL, _BEYOND = 206, 416
Advance = Callable[[int], None]


def ready(client: Client, ask: Callable[[], Download], tell: Callable[[float], None]) -> Download:
    """The file once it is made; `tell` hears of its progress in percent."""
    while (found := ask())["state"] != "ready":
        tell(found["progress"])
        time.sleep(POLL_SECONDS)
    return found


def free(wanted: Path) -> Path:
    """The path, with a number where there is a file already."""
    numbered = (wanted.with_stem(f"{wanted.stem} {number}") for number in count(2))
    return wanted if not wanted.exists() else next(each for each in numbered if not each.exists())


def fetch(found: Download, target: Path, advance: Advance) -> None:
    """Store a ready file at `target`; what came of the same file before, under its name with `.part`, is gone on with.

    `advance` hears of bytes, those that are there already too. ApiError when it cannot be had.
    """
    url = str(found["url"])
    part = target.with_name(f"{target.name}.{hashlib.sha256(url.partition('?')[0].encode()).hexdigest()[:8]}.part")
    part.touch()
    if part.stat().st_size > (found["bytes"] or 0):
        part.write_bytes(b"")
    advance(part.stat().st_size)
    for attempt in range(1, TRIES + 1):
        try:
            _go_on(url, part, advance)
        except httpx.TransportError as broken:
            if attempt == TRIES:
                raise ApiError(0, "no_answer", f"The download broke off: {broken}. Ask for it again.") from broken
            time.sleep(pause(attempt))
            continue
        break
    if part.stat().st_size != found["bytes"]:
        raise ApiError(0, "incomplete", f"{part.stat().st_size} of {found['bytes']} bytes came. Ask for it again.")
    part.replace(target)


def _go_on(url: str, part: Path, advance: Advance) -> None:
    begin = part.stat().st_size
    headers = {"Range": f"bytes={begin}-"} if begin else {}
    with httpx.stream("GET", url, headers=headers, timeout=60, follow_redirects=True) as answer:
        if begin and answer.status_code == _BEYOND:
            return  # all of it is here
        if answer.status_code >= 400:
            raise ApiError(answer.status_code, "refused", f"The address answered {answer.status_code}.")
        if begin and answer.status_code != _PARTIAL:
            part.write_bytes(b"")
            advance(-begin)
        with part.open("ab") as file:
            for chunk in answer.iter_bytes(_CHUNK_BYTES):
                file.write(chunk)
                advance(len(chunk))
