"""Uploads that go on after any break: which video a file became is kept on disk until all of it has arrived."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from vod_client.api import TRIES, ApiError, Client, pause
from vod_client.models import Upload, Video

AT_A_TIME = 4
PIECE_BYTES = 256 * 1024
_MOST_DELETED = 20
_EXPIRED = frozenset((400, 403))
Advance = Callable[[int], None]
"""Told of so many bytes that arrived, or that count no more."""


class Refused(Exception):
    """S3 takes the addresses no more: they have expired."""


class Journal:
    """The videos of uploads that are not finished, in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str | None:
        """The video of an upload."""
        return self._read().get(name)

    def put(self, name: str, video_id: str | None) -> None:
        """Note the video of an upload, or that it is finished."""
        known = {**self._read(), name: video_id}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps({each: kept for each, kept in known.items() if kept}))
        beside.replace(self._path)

    def _read(self) -> dict[str, str | None]:
        try:
            return dict(json.loads(self._path.read_text()))
        except (OSError, ValueError):
            return {}


def upload(client: Client, file: Path, journal: Journal, advance: Advance, again: bool = False, **said: Any) -> Video:
    """Send a file as a new video, or go on with it. `said` is what `Client.create` takes. ApiError for a refusal.

    For a day the same file is the same video, unless it shall be made `again` or was deleted.
    """
    status = file.stat()
    name = uuid.uuid4().hex if again else _name(client, file, status.st_size, status.st_mtime_ns, said)
    video, way = _begun(client, journal.get(name), file, status.st_size, name, said)
    journal.put(name, video["id"])
    for attempt in range(1, TRIES + 1):
        if not way:
            break
        try:
            _send(client, video["id"], file, way, advance)
            break
        except (Refused, httpx.TransportError) as broken:
            if attempt == TRIES:
                raise ApiError(
                    0, "upload_interrupted", f"The upload broke off: {broken}. Run it again to go on."
                ) from broken
            time.sleep(pause(attempt) if not isinstance(broken, Refused) else 0)
            advance(-sum(part["size"] for part in way.get("arrived", ())))
            way = _rest(client, video["id"])
    journal.put(name, None)
    return client.video(video["id"])


def _name(client: Client, file: Path, size: int, changed: int, said: Mapping[str, Any]) -> str:
    """The same for the same file, as it is now, to the same platform."""
    told = json.dumps([client.address, str(file.resolve()), size, changed, said], sort_keys=True, default=list)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


def _begun(
    client: Client, known: str | None, file: Path, size: int, name: str, said: Mapping[str, Any]
) -> tuple[Video, Upload | None]:
    if known:
        try:
            return client.upload_of(known)
        except ApiError as refused:
            if refused.status == 409:  # all of it arrived, and nobody was told
                return client.video(known), None
            if refused.status != 404:
                raise
    # The key is the file's: who is killed before the answer finds the same video again.
    for number in range(_MOST_DELETED):
        try:
            return client.create(file.name, size, key=f"{name}-{number}", **said)
        except ApiError as refused:
            if refused.code != "wrong_status":  # that one was deleted: the next
                raise
    raise ApiError(409, "wrong_status", f"{file.name} was uploaded and deleted too often today. Use --again.")


def _rest(client: Client, video_id: str) -> Upload | None:
    try:
        return client.upload_of(video_id)[1]
    except ApiError as refused:
        if refused.status == 409:
            return None
        raise


def _send(client: Client, video_id: str, file: Path, way: Upload, advance: Advance) -> None:
    if "url" in way:
        _put(way["url"], file, 0, file.stat().st_size, way.get("headers", {}), advance)
        return
    size, whole = way["partSize"], file.stat().st_size
    etags = {part["partNumber"]: part["etag"] for part in way["arrived"]}
    advance(sum(part["size"] for part in way["arrived"]))

    def send(number: int, url: str) -> None:
        begin = (number - 1) * size
        etags[number] = _put(url, file, begin, min(size, whole - begin), {}, advance)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        sent = [pool.submit(send, part["partNumber"], part["url"]) for part in way["parts"]]
        try:
            for each in sent:
                each.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    client.complete(video_id, etags)


def _put(url: str, file: Path, begin: int, length: int, headers: Mapping[str, str], advance: Advance) -> str:
    """Send some bytes of a file; the ETag that S3 gives them. Refused where the address has expired."""
    sent = 0

    def counted(count: int) -> None:
        nonlocal sent
        sent += count
        advance(count)

    for attempt in range(1, TRIES + 1):
        try:
            told = {**headers, "Content-Length": str(length)}
            answer = httpx.put(url, content=_pieces(file, begin, length, counted), headers=told, timeout=120)
        except httpx.TransportError:
            advance(-sent)
            sent = 0
            if attempt == TRIES:
                raise
            time.sleep(pause(attempt))
            continue
        if answer.status_code < 300 or answer.status_code == 412:  # 412: it arrived, and the answer was lost
            return str(answer.headers.get("ETag", ""))
        advance(-sent)
        sent = 0
        if answer.status_code in _EXPIRED:
            raise Refused(f"S3 answered {answer.status_code}")
        time.sleep(pause(attempt))
    raise Refused("S3 does not take the file")


def _pieces(file: Path, begin: int, length: int, advance: Advance) -> Iterator[bytes]:
    with file.open("rb") as opened:
        opened.seek(begin)
        left = length
        while left > 0 and (piece := opened.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece
            advance(len(piece))


def files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and those of folders; hidden ones are left out."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        found += [each for each in inside if not each.name.startswith(".")]
    return found
