"""Which picture track of a source is the film, and what each sound track is for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vod.media.sound_role import SoundRole

_PART = 2
"""A track that is less than half as long as the longest one is a preview, not the film."""
_DESCRIPTION = re.compile(r"\b(audio\s*descri\w*|audiodeskription|descri(ptive|bed|ptions?))\b", re.IGNORECASE)
_COMMENTARY = re.compile(r"\b(commentar\w*|kommentar\w*|commentaires?|comentarios?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """A picture track that can be decoded: pixels of a picture, pictures and seconds seen of it."""

    index: int
    pixels: int
    pictures: int
    seconds: Fraction
    is_default: bool
    is_still: bool


def film(tracks: Sequence[PictureFacts]) -> int | None:
    """The index of the picture track to show: one that moves before a still, a long one before a short one, one that is
    marked as default before others, and of those that are left the largest. None when there is no track."""
    wanted = [track for track in tracks if not track.is_still] or list(tracks)
    wanted = [track for track in wanted if track.pictures > 1] or wanted
    longest = max((track.seconds for track in wanted), default=Fraction(0))
    wanted = [track for track in wanted if track.seconds * _PART >= longest]
    wanted = [track for track in wanted if track.is_default] or wanted
    return max(wanted, key=lambda track: track.pixels).index if wanted else None


def sound_role(marks: frozenset[str], title: str | None) -> SoundRole:
    """What a sound track is for, by its container's marks (libav's names of dispositions), else by its title."""
    said = title or ""
    if marks & {"visual_impaired", "descriptions"} or _DESCRIPTION.search(said):
        return SoundRole.DESCRIPTION
    if "comment" in marks or _COMMENTARY.search(said):
        return SoundRole.COMMENTARY
    if marks & {"hearing_impaired", "clean_effects"}:
        return SoundRole.HARD_OF_HEARING
    return SoundRole.DUB if "dub" in marks else SoundRole.MAIN
