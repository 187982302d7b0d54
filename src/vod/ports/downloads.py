"""Downloads as the steps see them."""

from typing import Protocol

from vod.record.download import Download


class Downloads(Protocol):
    """Which files were made of videos, until they expire."""

    def get(self, video_id: str, name: str) -> Download | None:
        """A download."""

    def of(self, video_id: str) -> tuple[Download, ...]:
        """All of a video's."""

    def put(self, download: Download, seen: Download | None) -> bool:
        """Store it in the place of what was seen (None: nothing); False where something else is there by now."""


class RemuxInBackground(Protocol):
    """Work that nobody waits for."""

    def remux(self, video_id: str, download: str) -> None:
        """Have the file of a download made; it is tried again where that fails."""
