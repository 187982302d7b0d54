"""Objects by addresses that somebody else signed: whoever reads and stores needs no right and no boto3.

The address is a key. It stands in no error's text: urllib3's own texts can hold it, so they are left behind.
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from vod.aws import retry, stored_as
from vod.aws.retry import Broken, Pause
from vod.errors import AddressRefused, AlreadyStored

_CHUNK_BYTES = 2**18
_TIMEOUT = urllib3.Timeout(connect=5, read=20)
_PARTIAL = 206
_REFUSED = (400, 401, 403)
"""S3 says 403 when an address is too old, and 400 when the session that signed it has ended (ExpiredToken)."""
_BUSY = 429
_ERROR_BYTES = 2000
_SESSION = "X-Amz-Security-Token"
_OK, _CONFLICT, _EXISTS = 200, 409, 412
_CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    data: bytes


class PresignedBytes:
    """One object, or one version of it, under a presigned address."""

    def __init__(self, url: str, pause: Pause = time.sleep) -> None:
        self._url = url
        self._pause = pause
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def read(self, first: int, end: int) -> bytes:
        """Bytes [first, end); AddressRefused when another address is needed, OSError when they cannot be had."""
        return retry.whole(lambda at: self._body(at, end), first, end, self._pause)

    def _body(self, at: int, end: int) -> Iterator[bytes]:
        answer = self._ask(f"bytes={at}-{end - 1}")
        try:
            _check(answer)
            yield from answer.stream(_CHUNK_BYTES)
        except HTTPError as failed:
            raise Broken(type(failed).__name__) from None
        finally:
            answer.release_conn()  # one that broke is closed already

    def _ask(self, wanted: str) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                "GET", self._url, headers={"Range": wanted}, redirect=False, preload_content=False
            )
        except HTTPError as failed:
            raise Broken(type(failed).__name__) from None


class PresignedOutput:
    """Objects of the output bucket, each under an address of its own by which it is stored once; `readable` ones can be
    read."""

    def __init__(self, store: Mapping[str, str], readable: Mapping[str, str], pause: Pause = time.sleep) -> None:
        self._store = store
        self._readable = readable
        self._pause = pause
        self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT, maxsize=_CONNECTIONS)

    def get(self, key: str) -> bytes:
        """A readable object's bytes; KeyError for any other key."""
        answer = self._tried("GET", self._readable[key], {}, None)
        if answer.status != _OK:
            _refuse(answer)
        return answer.data

    def put(self, key: str, data: bytes) -> None:
        """Store an object; AlreadyStored when there is one that this try did not store. KeyError without an address."""
        kind, cache = stored_as.of(key)
        headers = {"Content-Type": kind, "Cache-Control": cache, "If-None-Match": "*"}
        answer = self._tried("PUT", self._store[key], headers, data)
        if answer.status == _EXISTS:
            raise AlreadyStored(key)
        if answer.status != _OK:
            _refuse(answer)

    def _tried(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> _Answer:
        """The answer of S3, or OSError. What a try stored whose answer was lost is not taken for somebody else's."""
        was_lost = False
        for pause in (*retry.delays(), None):
            try:
                answer = self._pool.request(method, url, body=data, headers=dict(headers), redirect=False)
            except HTTPError as failed:
                last, was_lost = type(failed).__name__, True
            else:
                if answer.status != _BUSY and answer.status < 500 and answer.status != _CONFLICT:
                    return _Answer(_OK if was_lost and answer.status == _EXISTS else answer.status, answer.data)
                last, was_lost = f"S3 answered {answer.status}", was_lost or answer.status >= 500
            if pause is not None:
                self._pause(pause)
        raise Broken(last)


def without_session(url: str) -> str:
    """A presigned address without the token of the session that signed it."""
    return re.sub(f"{_SESSION}=[^&]*&?", "", url).rstrip("?&")


def with_session(url: str, token: str) -> str:
    """The address with that token again; the order of the parameters is not signed."""
    return f"{url}&{urlencode({_SESSION: token})}"


def _refuse(answer: _Answer) -> NoReturn:
    if answer.status in _REFUSED:
        raise AddressRefused(f"{answer.status} {_named(answer.data)}")
    raise OSError(f"S3 answered {answer.status}")


def _check(answer: urllib3.BaseHTTPResponse) -> None:
    if answer.status in _REFUSED:
        raise AddressRefused(f"{answer.status} {_code(answer)}")
    if answer.status == _BUSY or answer.status >= 500:
        answer.drain_conn()  # else the next request on this connection finds the rest of this answer
        raise Broken(f"S3 answered {answer.status}")
    if answer.status != _PARTIAL:
        raise OSError(f"S3 answered {answer.status}")


def _code(answer: urllib3.BaseHTTPResponse) -> str:
    """Of S3's error the code alone: the rest can hold what was signed."""
    return _named(answer.read(_ERROR_BYTES))


def _named(body: bytes) -> str:
    found = re.search(rb"<Code>(\w+)</Code>", body[:_ERROR_BYTES])
    return found[1].decode() if found else ""
