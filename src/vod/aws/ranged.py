"""An S3 object as a seekable file: the probe reads only the blocks it looks at."""

from collections import OrderedDict
from typing import Any

from vod.aws.bodies import ObjectBytes
from vod.positioned import PositionedFile

_BLOCK_BYTES = 4 * 2**20
_BLOCKS_KEPT = 16


class RangedObject(PositionedFile):
    """A read-only file over ranged GETs of one object version, with a small cache of 4 MiB blocks."""

    def __init__(self, client: Any, bucket: str, key: str, version: str | None, size: int) -> None:
        super().__init__(size)
        self._object = ObjectBytes(client, bucket, key, version)
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read(self, size: int = -1) -> bytes:
        wanted = self._size - self._at if size is None or size < 0 else size
        number, skip = divmod(self._at, _BLOCK_BYTES)
        data = b"" if self._at >= self._size else self._block(number)[skip : skip + wanted]
        self._at += len(data)
        return data

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            first = number * _BLOCK_BYTES
            self._blocks[number] = self._object.read(first, min(first + _BLOCK_BYTES, self._size))
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]
