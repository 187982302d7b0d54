"""The bytes of an object by an address that somebody else signed: whoever reads needs no right and no boto3.

The address is a key. It stands in no error's text: urllib3's own texts can hold it, so they are left behind.
"""

import re
import time
from collections.abc import Iterator

import urllib3
from urllib3.exceptions import HTTPError

from vod.aws import retry
from vod.aws.retry import Broken, Pause
from vod.errors import AddressRefused

_CHUNK_BYTES = 2**18
_TIMEOUT = urllib3.Timeout(connect=5, read=20)
_PARTIAL = 206
_REFUSED = (400, 401, 403)
"""S3 says 403 when an address is too old, and 400 when the session that signed it has ended (ExpiredToken)."""
_BUSY = 429
_ERROR_BYTES = 2000


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
    found = re.search(rb"<Code>(\w+)</Code>", answer.read(_ERROR_BYTES))
    return found[1].decode() if found else ""
