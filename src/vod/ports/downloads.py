"""Downloads as the steps see them."""

from typing import Protocol

from vod.record.download import Download


class Downloads(Protocol):
    """Which files were made of videos, until they expire."""

    def get(self, video_id: str, name: str) -> Download | None:
        """A download."""

    def put(self, download: Download) -> None:
        """Store it, replacing what is there."""


class RemuxInBackground(Protocol):
    """Work that nobody waits for."""

    def remux(self, video_id: str, download: str) -> None:
        """Have the file of a download made; it is tried again where that fails."""
