"""A read-only file of known size whose bytes come from elsewhere; only where it stands is kept here."""

import io


class PositionedFile(io.RawIOBase):
    """Seeking within a source of `size` bytes; a subclass says how the bytes at `_at` are had."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._at = base + offset
        return self._at
