"""A small client of the platform's public API: what `make demo` does, any program could do."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PIECE_BYTES = 1024 * 1024
TIMEOUT_SECONDS = 120
FINAL = ("ready", "failed", "cancelled")

Advance = Callable[[int], None]


class ApiError(RuntimeError):
    """The API refused a request; the text is its code and message."""


class NotDoneError(RuntimeError):
    """A video's status is not final in time; the text follows the video's name."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API at an address, with a token."""

    address: str
    token: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request; its JSON answer. ApiError for any answer from 400 on."""
        request = urllib.request.Request(self.address + path, method=method)  # noqa: S310 - the platform's own address
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - as above
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as refused:
            raise ApiError(_reason(refused)) from None

    def upload(self, path: Path, advance: Advance, profile: str = "default") -> str:
        """Upload a file as a new video; `advance` is told of every few bytes sent. The video's id."""
        size = path.stat().st_size
        made = self.call("POST", "/videos", {"filename": path.name, "size": size, "profile": profile})
        video, upload = str(made["video"]["id"]), made["upload"]
        if "url" in upload:
            send_part(upload.get("method", "PUT"), upload["url"], upload.get("headers") or {}, path, 0, size, advance)
            return video
        parts = [self._send(path, upload, part, advance) for part in upload["parts"]]
        self.call("POST", f"/videos/{video}/upload/complete", {"parts": parts})
        return video

    def _send(self, path: Path, upload: dict[str, Any], part: dict[str, Any], advance: Advance) -> dict[str, Any]:
        number, size = part["partNumber"], upload["partSize"]
        start = (number - 1) * size
        length = min(size, path.stat().st_size - start)
        etag = send_part("PUT", part["url"], {}, path, start, length, advance)
        return {"partNumber": number, "etag": etag}

    def video(self, video: str) -> dict[str, Any]:
        """The video as it stands."""
        return dict(self.call("GET", f"/videos/{video}")["video"])


def until_final(api: Api, video: str, limit_seconds: float, poll_seconds: float) -> Iterator[dict[str, Any]]:
    """The video again and again until its status is final; NotDoneError when that takes longer than the limit."""
    deadline = time.monotonic() + limit_seconds
    while time.monotonic() < deadline:
        current = api.video(video)
        yield current
        if current["status"] in FINAL:
            return
        time.sleep(poll_seconds)
    raise NotDoneError(f"is not finished after {limit_seconds:g} s")


def _reason(refused: urllib.error.HTTPError) -> str:
    text = refused.read().decode(errors="replace")
    try:
        answer = json.loads(text)
        return f"{answer['code']}: {answer['message']}"
    except (ValueError, KeyError, TypeError):
        return f"{refused.code}: {text[:300]}"


def pieces(path: Path, start: int, length: int) -> Iterator[bytes]:
    """The bytes [start, start + length) of a file, a piece at a time."""
    with path.open("rb") as content:
        content.seek(start)
        while length > 0 and (piece := content.read(min(PIECE_BYTES, length))):
            length -= len(piece)
            yield piece


def send_part(
    method: str, url: str, headers: dict[str, str], path: Path, start: int, length: int, advance: Advance
) -> str:
    """Send part of a file to a presigned address; the ETag of what was stored."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.putrequest(method, f"{address.path}?{address.query}")
        for name, value in {"Content-Length": str(length), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        for piece in pieces(path, start, length):
            connection.send(piece)
            advance(len(piece))
        response = connection.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise ApiError(f"the upload was refused with {response.status}: {answer[:300]!r}")
        return response.getheader("ETag") or ""
    finally:
        connection.close()
