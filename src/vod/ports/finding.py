"""The index by which videos are found; `vod.aws` keeps it on AWS, tests keep it in memory."""

from collections.abc import Collection, Iterator
from typing import NamedTuple, Protocol


class Ref(NamedTuple):
    """A video in a list: when it was created (ISO 8601), and its id."""

    created_at: str
    id: str


class Finding(Protocol):
    """Lists of videos by term, for each owner and for all of them together (owner None)."""

    def refs(self, owner: str | None, term: str, most: int) -> list[Ref]:
        """The videos with a term that begins so; at most so many, and one more where there are more."""

    def titled(self, owner: str | None, after: str, backwards: bool) -> Iterator[tuple[str, Ref]]:
        """All videos by title, each with its place in the list, behind a place (empty: from the beginning)."""

    def terms(self, video_id: str) -> frozenset[str]:
        """The terms under which a video is listed, or may be, where something died on the way."""

    def add(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        """List a video under these terms too; safe to repeat."""

    def remove(self, owner: str, ref: Ref, terms: Collection[str]) -> None:
        """List a video under these terms no more; safe to repeat."""


class ExternalIds(Protocol):
    """The customers' own ids of videos, each once for an owner."""

    def claim(self, owner: str, external_id: str, video_id: str) -> str:
        """File an id for a video unless it is filed for another; the video that has it now."""

    def take(self, owner: str, external_id: str, video_id: str, holder: str) -> bool:
        """File it for a video in place of a holder that came to nothing a while ago; False when that is too lately."""

    def holder(self, owner: str, external_id: str) -> str | None:
        """The video that has an id."""

    def release(self, owner: str, external_id: str, video_id: str) -> None:
        """Give up a video's id; nothing where another has it."""
