"""Files at addresses that users name; `vod.aws` fetches them, tests have them in memory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Download:
    """What an address answers: the bytes from `first` on of a file of `total` (None: nobody says).

    `tag` tells this content from every other, None where the server does not.
    """

    first: int
    total: int | None
    tag: str | None
    content_type: str
    pieces: Iterator[bytes]


class Web(Protocol):
    """Opens addresses."""

    def open(self, url: str, first: int, tag: str | None) -> AbstractContextManager[Download]:
        """The file from a byte on, if its content is the one of this tag, else from the beginning.

        Unfetchable where no further try can help; OSError where one may.
        """
