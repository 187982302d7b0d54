"""What makes a mutant of a file, as values that can be printed, read and applied again."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """At `at` (bytes), `removed` bytes give way to `put`."""

    at: int
    removed: int
    put: bytes = b""

    def __str__(self) -> str:
        return f"{self.at}:{self.removed}:{self.put.hex()}"


def change(text: str) -> Change:
    """The change that a text such as `48:4:ffffffff` stands for."""
    at, removed, put = text.split(":")
    return Change(int(at), int(removed), bytes.fromhex(put))


def changed(data: bytes, changes: Iterable[Change]) -> bytes:
    """A file after these changes, one after the other."""
    for each in changes:
        data = data[: each.at] + each.put + data[each.at + each.removed :]
    return data
