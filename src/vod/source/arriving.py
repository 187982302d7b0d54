"""A source that is read while it arrives: a local file of its full size, and which pieces of it are there.

Pieces come in the order of the file, several at a time. Who needs a piece that nobody fetches yet fetches it himself,
so whatever FFmpeg looks at first (an index at the end of the file) it has soon.
"""

import os
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

from vod.source.byte_ranges import Range, merged

PIECE_BYTES = 8 * 2**20
PARALLEL = 8
Read = Callable[[int, int], bytes]
"""The source's bytes [first, end)."""


class ArrivingFile:
    """A file of `size` bytes at `path` whose `ranges` come from `read`, beside what it is used for.

    What lies outside the ranges comes only when somebody asks for it. The first error of `read` is everybody's.
    """

    def __init__(self, path: Path, size: int, ranges: Iterable[Range], read: Read) -> None:
        self.path = path
        self._read = read
        self._planned = [piece for found in merged(ranges) for piece in _pieces(*found)]
        self._pieces = list(_filled(self._planned, size))
        self._starts = [first for first, _ in self._pieces]
        self._fetching: set[Range] = set()
        self._there: set[Range] = set()
        self._error: Exception | None = None
        self._changed = threading.Condition()
        self._next = iter(self._planned)
        self.has_holes = self._pieces != self._planned
        self._mark = path.with_name(path.name + ".whole")
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._file, size)
        found = os.fstat(self._file)
        self.identity = found.st_dev, found.st_ino  # what tells this file from every other
        if self._mark.exists():
            self._there.update(self._planned)

    def __enter__(self) -> Self:
        """Begin to fetch, unless an earlier try left the file whole."""
        for _ in range(0 if self.is_whole else PARALLEL):
            threading.Thread(target=self._work, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop fetching: who still waits is told, and what is on its way is let come."""
        self._fail(OSError("the source is no longer fetched"))
        with self._changed:
            self._changed.wait_for(lambda: not self._fetching)
        os.close(self._file)

    @property
    def is_whole(self) -> bool:
        """Whether every range is there."""
        return self._there.issuperset(self._planned)

    def wait(self) -> None:
        """Wait for every range; what lies outside is zeros, where nobody asks for it (`has_holes`)."""
        for piece in self._planned:
            self._need(piece)

    def wait_for(self, first: int, end: int) -> None:
        """Wait for bytes [first, end), whether they lie in the ranges or not."""
        for number in range(max(0, bisect_right(self._starts, first) - 1), len(self._pieces)):
            if self._starts[number] >= end:
                return
            self._need(self._pieces[number])

    def check(self) -> None:
        """Raise what fetching failed with: what was read of the file since then is not to be trusted."""
        if self._error:
            raise self._error

    def _need(self, piece: Range) -> None:
        if self._claim(piece):
            self._fetch(piece)
        with self._changed:
            self._changed.wait_for(lambda: piece in self._there or self._error)
        if piece not in self._there:
            self.check()

    def _claim(self, piece: Range) -> bool:
        """Whether a piece is the caller's to fetch."""
        with self._changed:
            is_free = self._is_free(piece)
            if is_free:
                self._fetching.add(piece)
            return is_free

    def _is_free(self, piece: Range) -> bool:
        return piece not in self._fetching and piece not in self._there and not self._error

    def _work(self) -> None:
        while (piece := self._next_free()) is not None:
            self._fetch(piece)

    def _next_free(self) -> Range | None:
        with self._changed:
            piece = next(filter(self._is_free, self._next), None)
            if piece:
                self._fetching.add(piece)
            return piece

    def _fetch(self, piece: Range) -> None:
        """Fetch a claimed piece; a failure is kept for who waits."""
        try:
            _write(self._file, self._read(*piece), piece[0])
            self._arrived(piece)
        except Exception as error:  # of whatever kind: everybody who waits has to hear of it
            self._fail(error)
        with self._changed:
            self._fetching.discard(piece)
            self._changed.notify_all()

    def _arrived(self, piece: Range) -> None:
        with self._changed:
            self._there.add(piece)
            if self.is_whole:
                self._mark.touch()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()


def _pieces(first: int, end: int) -> Iterator[Range]:
    for at in range(first, end, PIECE_BYTES):
        yield at, min(at + PIECE_BYTES, end)


def _filled(planned: Iterable[Range], size: int) -> Iterator[Range]:
    """The planned pieces and, between them, those of what nobody planned to read."""
    at = 0
    for first, end in (*planned, (size, size)):
        yield from _pieces(at, first)
        if end > first:
            yield first, end
        at = end


def _write(file: int, data: bytes, at: int) -> None:
    """All of it: a nearly full file system takes a part and says so, and refuses the next."""
    left = memoryview(data)
    while left:
        written = os.pwrite(file, left, at)
        left, at = left[written:], at + written
