"""Files at public https addresses, and in customers' buckets.

Where a name leads is asked once; what was found is checked and then called, so that a second answer of the same name
server (rebinding) changes nothing. Redirects are followed by hand, each checked like the first address.
"""

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import BaseHTTPResponse

from vod.access.public_address import Target, is_public, target
from vod.errors import InvalidRequest, Unfetchable
from vod.ports.web import Download

PIECE_BYTES = 1024 * 1024
MOST_REDIRECTS = 5
_TIMEOUT, _POST_TIMEOUT = urllib3.Timeout(connect=10, read=30), urllib3.Timeout(connect=5, read=10)
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_TEMPORARY = frozenset((408, 425, 429, 500, 502, 503, 504))
_RANGE = re.compile(r"bytes (\d{1,15})-\d+/(\d{1,15}|\*)")
_LENGTH = re.compile(r"\d{1,15}")
_AGENT = "video-transcoding-platform"
_POST_SECONDS = 15
Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host; OSError where there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class _Public:
    """Public https addresses; `loopback`: http to this machine as well, on a platform that runs there."""

    def __init__(
        self, loopback: bool = False, resolve: Resolve = resolve, tls: Mapping[str, Any] | None = None
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._tls = dict(tls or {})

    @contextmanager
    def called(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Iterator[BaseHTTPResponse]:
        """One answer of an address, no redirect followed. InvalidRequest, or Unfetchable, where it may not be called;
        urllib3's errors where nobody answers."""
        found = target(url, loopback=self._loopback)
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        pool = self._pool(found, self._pinned(found))
        shown = f"[{found.host}]" if ":" in found.host else found.host
        host = shown if found.port in (80, 443) else f"{shown}:{found.port}"
        sent = {"User-Agent": _AGENT, **headers, "Host": host}
        try:
            answer = pool.request(
                method,
                path,
                body=body,
                headers=sent,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=_POST_TIMEOUT if body else _TIMEOUT,
            )
            with answer:
                yield answer
        finally:
            pool.close()

    def _pinned(self, found: Target) -> str:
        """The address that is called: the first of a host, all of which must be public."""
        addresses = self._resolve(found.host, found.port)
        if self._loopback and found.scheme == "http":
            return "127.0.0.1"
        if not addresses or not all(is_public(each) for each in addresses):
            raise Unfetchable("import_refused", f"{found.host} is no public address.")
        return addresses[0]

    def _pool(self, found: Target, address: str) -> HTTPConnectionPool:
        if found.scheme == "http":
            return HTTPConnectionPool(address, found.port)
        return HTTPSConnectionPool(
            address, found.port, server_hostname=found.host, assert_hostname=found.host, **self._tls
        )


class PublicPost(_Public):
    """POSTs to addresses that users name; redirects are not followed, so that nothing signed goes elsewhere."""

    def to(self, url: str) -> "PostTo":
        return PostTo(self, url)


class PostTo(NamedTuple):
    """One of these addresses."""

    public: PublicPost
    url: str

    def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Waits no longer than a deadline, however slowly somebody answers; their connection is left to itself."""
        pool = ThreadPoolExecutor(1)
        try:
            return pool.submit(self._sent, body, headers).result(_POST_SECONDS)
        except TimeoutError as late:
            raise OSError(f"no answer within {_POST_SECONDS} s") from late
        finally:
            pool.shutdown(wait=False)

    def _sent(self, body: bytes, headers: Mapping[str, str]) -> int:
        try:
            with self.public.called("POST", self.url, headers, body) as answer:
                return int(answer.status)
        except (Unfetchable, InvalidRequest) as refused:
            raise OSError(refused.message) from refused
        except urllib3.exceptions.HTTPError as broken:
            raise OSError(f"the connection broke ({type(broken).__name__})") from broken


class PublicWeb(_Public):
    """Files at such addresses."""

    @contextmanager
    def open(self, url: str, first: int, tag: str | None) -> Iterator[Download]:
        asked = {"Range": f"bytes={first}-"} | ({"If-Range": tag} if tag else {}) if first else {}
        headers = {"Accept-Encoding": "identity", **asked}
        try:
            with self._followed(url, headers) as answer:
                yield _download(answer)
        except InvalidRequest as refused:  # of a redirect; the first was checked when it was sent
            told = f"The address leads to one that is not allowed: {refused.message}."
            raise Unfetchable("import_refused", told) from None
        except urllib3.exceptions.HTTPError as broken:
            raise OSError(f"the connection broke ({type(broken).__name__})") from broken

    @contextmanager
    def _followed(self, url: str, headers: Mapping[str, str]) -> Iterator[BaseHTTPResponse]:
        for _ in range(MOST_REDIRECTS + 1):
            with self.called("GET", url, headers) as answer:
                if answer.status not in _REDIRECTS:
                    yield answer
                    return
                url = _joined(url, answer.headers.get("Location", ""))
        raise Unfetchable("import_refused", f"The address leads to more than {MOST_REDIRECTS} others in turn.")


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Unfetchable("import_refused", "The address leads to one that cannot be read.") from None


def _download(answer: BaseHTTPResponse) -> Download:
    if answer.status in _TEMPORARY:
        raise OSError(f"the server answered {answer.status}")
    first, total = 0, None
    if answer.status == 206:
        if not (told := _RANGE.fullmatch(answer.headers.get("Content-Range", ""))):
            raise Unfetchable("import_refused", "The server answered a part of the file and did not say which.")
        first, total = int(told[1]), None if told[2] == "*" else int(told[2])
    elif answer.status == 200:
        told_length = answer.headers.get("Content-Length", "")
        total = int(told_length) if _LENGTH.fullmatch(told_length) else None
    else:
        raise Unfetchable(
            "import_refused", f"The server answered {answer.status}. Check the address, and who may read it."
        )
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise Unfetchable("import_refused", "The server sends the file compressed, though it was asked not to.")
    # A weak tag may stand for other bytes (RFC 9110, 13.1.5).
    tag = next(
        (each for name in ("ETag", "Last-Modified") if (each := answer.headers.get(name)) and each[:2] != "W/"), None
    )
    return Download(first, total, tag, answer.headers.get("Content-Type", ""), _pieces(answer))


def _pieces(answer: BaseHTTPResponse) -> Iterator[bytes]:
    """What has come, as it comes: whoever sends slowly is seen to."""
    while piece := answer.read1(PIECE_BYTES):
        yield piece


class BucketWeb:
    """Files in buckets that let this function's role read them: `s3://bucket/key`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @contextmanager
    def open(self, url: str, first: int, tag: str | None) -> Iterator[Download]:
        parts = urlsplit(url)
        named = {"Bucket": parts.netloc, "Key": unquote(parts.path.lstrip("/"))}
        try:
            found = self._client.head_object(**named)
            begin = first if found["ETag"] == tag else 0
            ranged = {"Range": f"bytes={begin}-"} if begin else {}
            body = self._client.get_object(**named, **ranged, IfMatch=found["ETag"])["Body"]
        except ClientError as refused:
            status = refused.response["ResponseMetadata"]["HTTPStatusCode"]
            if status in _TEMPORARY or status == 412:
                raise OSError(f"S3 answered {status}") from refused
            raise Unfetchable(
                "import_refused", f"S3 answered {status}: let the platform read the object (docs/api/importing.md)."
            ) from None
        except BotoCoreError as broken:
            raise OSError(f"the connection broke ({type(broken).__name__})") from broken
        kind = found.get("ContentType", "")
        with body:
            yield Download(begin, found["ContentLength"], found["ETag"], kind, body.iter_chunks(PIECE_BYTES))


class AnyWeb:
    """Either, by how the address begins."""

    def __init__(self, public: PublicWeb, buckets: BucketWeb) -> None:
        self._public = public
        self._buckets = buckets

    def open(self, url: str, first: int, tag: str | None) -> Any:
        return (self._buckets if url.startswith("s3://") else self._public).open(url, first, tag)
