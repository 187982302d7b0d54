"""The bytes of S3 objects. botocore asks again for an answer that fails, not for a body that breaks (boto3#4111)."""

import time
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, IncompleteReadError
from urllib3.exceptions import HTTPError

from vod.aws import retry
from vod.aws.retry import Broken, Pause

_CHUNK_BYTES = 2**18
"""What is lost where a body breaks is less than this."""
_BREAKS = (ConnectionError, HTTPClientError, IncompleteReadError, HTTPError)


class Changed(OSError):
    """The object is another one than when the first of its bytes came."""


class ObjectBytes:
    """One object of S3, or the named version of it: all bytes are of one content, however often they are asked for."""

    def __init__(
        self, client: Any, bucket: str, key: str, version: str | None = None, pause: Pause = time.sleep
    ) -> None:
        self._client = client
        self._named = {"Bucket": bucket, "Key": key}
        self._pinned = {"VersionId": version} if version else {}
        self._pause = pause

    def read(self, first: int, end: int) -> bytes:
        """Bytes [first, end); OSError when they cannot be had, of which Changed is one."""
        return retry.whole(lambda at: self._body(at, end), first, end, self._pause)

    def read_all(self) -> bytes:
        """Every byte; OSError as for a part."""
        answer = self._get({})
        unread = [answer["Body"]]
        size = answer["ContentLength"]
        return retry.whole(lambda at: _pieces(unread.pop()) if unread else self._body(at, size), 0, size, self._pause)

    def _body(self, at: int, end: int) -> Iterator[bytes]:
        yield from _pieces(self._get({"Range": f"bytes={at}-{end - 1}"})["Body"])

    def _get(self, wanted: dict[str, str]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._client.get_object(**self._named, **self._pinned, **wanted)
        except _BREAKS as failed:
            raise Broken(str(failed)) from failed
        except ClientError as refused:
            if refused.response["Error"]["Code"] == "PreconditionFailed":
                raise Changed(f"{self._named['Key']} was replaced while it was read") from refused
            raise
        if "VersionId" not in self._pinned and self._pinned.setdefault("IfMatch", answer["ETag"]) != answer["ETag"]:
            raise Changed(f"{self._named['Key']} was replaced while it was read")
        return answer


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(_CHUNK_BYTES)
    except _BREAKS as failed:
        raise Broken(str(failed)) from failed
    finally:
        body.close()
