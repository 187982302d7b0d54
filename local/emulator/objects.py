"""S3 objects on disk: a range of a large object maps the file instead of reading all of it; ranges of versions work."""

import mmap
import threading
from pathlib import Path
from typing import Any

from ministack.services import s3

MAP_FROM_BYTES = 1 << 20

_range = threading.local()
_get_object = s3._get_object
_read_body = s3._read_body


def read_body(bucket: str, key: str, stored: dict[str, Any]) -> Any:
    """An object's bytes; for a range request of a large object a memory map of its file."""
    wanted = getattr(_range, "asked", False) and stored.get("body") is None and stored.get("size", 0) > MAP_FROM_BYTES
    path = Path(s3._object_disk_path(bucket, key) or "") if wanted and s3.S3_PERSIST else Path()
    if not path.is_file():
        return _read_body(bucket, key, stored)
    with path.open("rb") as content:
        return mmap.mmap(content.fileno(), 0, access=mmap.ACCESS_READ)


def get_object(bucket: str, key: str, headers: Any, query: dict[str, Any] | None = None) -> Any:
    """GetObject, remembering for `read_body` whether a range was asked for."""
    _range.asked = bool(headers.get("range"))
    try:
        if not _range.asked or not query or "versionId" not in query:
            return _get_object(bucket, key, headers, query)
        return _version_range(bucket, key, headers, query)
    finally:
        _range.asked = False


def _version_range(bucket: str, key: str, headers: Any, query: dict[str, Any]) -> Any:
    """A range of a named version: the emulator answers with the whole version."""
    current = (s3._ensure_bucket(bucket) or {"objects": {}})["objects"].get(key)
    if current and current.get("version_id") == s3._qp(query, "versionId"):
        return _get_object(bucket, key, headers, {name: value for name, value in query.items() if name != "versionId"})
    status, answer, body = _get_object(bucket, key, headers, query)
    found = s3._parse_range(headers["range"], len(body)) if status == 200 else None
    if found is None:
        return status, answer, body
    first, last = found
    piece = body[first : last + 1]
    answer |= {"Content-Length": str(len(piece)), "Content-Range": f"bytes {first}-{last}/{len(body)}"}
    return 206, answer, piece


def install() -> None:
    """Serve objects this way."""
    s3._read_body = read_body
    s3._get_object = get_object
