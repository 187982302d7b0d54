"""An S3 object as a seekable file: the probe reads only the blocks it looks at."""

import io
from collections import OrderedDict
from typing import Any

_BLOCK_BYTES = 4 * 2**20
_BLOCKS_KEPT = 16


class RangedObject(io.RawIOBase):
    """A read-only file over ranged GETs of one object version, with a small cache of 4 MiB blocks."""

    def __init__(self, client: Any, bucket: str, key: str, version: str | None, size: int) -> None:
        self._client = client
        self._object = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
        self._size = size
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        wanted = self._size - self._at if size is None or size < 0 else size
        number, skip = divmod(self._at, _BLOCK_BYTES)
        data = b"" if self._at >= self._size else self._block(number)[skip : skip + wanted]
        self._at += len(data)
        return data

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            first = number * _BLOCK_BYTES
            last = min(first + _BLOCK_BYTES, self._size) - 1
            self._blocks[number] = self._client.get_object(**self._object, Range=f"bytes={first}-{last}")["Body"].read()
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]
