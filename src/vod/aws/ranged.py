"""Stored bytes as a seekable file: the probe reads only the blocks it looks at."""

from collections import OrderedDict
from collections.abc import Callable

from vod.source.positioned import PositionedFile

_BLOCK_BYTES = 4 * 2**20
_BLOCKS_KEPT = 16
Read = Callable[[int, int], bytes]
"""The bytes from the first offset up to the second; OSError when they cannot be had."""


class RangedFile(PositionedFile):
    """A read-only file of `size` bytes over ranges that `fetch` gets, with a small cache of 4 MiB blocks."""

    def __init__(self, fetch: Read, size: int) -> None:
        super().__init__(size)
        self._fetch = fetch
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
            self._blocks[number] = self._fetch(first, min(first + _BLOCK_BYTES, self._size))
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return self._blocks[number]
