"""Sound renditions: every track of a source as stereo, and what has more channels as 5.1 too."""

from collections.abc import Iterable, Iterator, Sequence

from vod.frozen import Frozen
from vod.media.language import bcp47, language_name, told_apart
from vod.media.sound_role import SoundRole
from vod.media.text import quoted
from vod.source.probe import AudioTrack

SAMPLE_RATE = 48000
MOST_TRACKS = 16
_CAMERAS = ("mov", "mxf")
"""Containers in which cameras and editors write each channel as a track."""
_HALVES_APART = 0.1
LATE_SECONDS = 10
"""Silence before a track that begins no later is made as that between its sounds, of any length in memory at once."""
SURROUND = 6
_KBPS = {1: 96, 2: 128, SURROUND: 384}
"""AAC-LC bit rate by channels."""
_BLOCK_SECONDS = 1024 / SAMPLE_RATE
_SAID = {
    SoundRole.HARD_OF_HEARING: "clear speech",
    SoundRole.DESCRIPTION: "audio description",
    SoundRole.COMMENTARY: "commentary",
}
"""What a menu says of tracks that are not the film's own sound and have no title."""
PRIMING = 1024
"""Samples that FFmpeg's AAC encoder gives before the first that was meant to be heard; the edit list cuts them."""


class AudioRendition(Frozen):
    """One sound rendition, made from the source's track `source_index`; rate in kbit/s.

    `label` is what a listener picks from a menu, unique among renditions of equal channels; `end` is when the source's
    track ends (s), None when that is not known. Silence follows up to `until`, where the video ends; None: as long as
    the source's track (plans of releases before 0.3). `is_mixed`: from more channels than it has itself;
    `drifts`: its clock is not that of its samples; `late`: so many s of silence come first, 0 for a few;
    `right_index`: the source's track with the right channel, of two mono ones; `takes_two`: its first two channels are
    taken, since none says what it is for.
    """

    name: str
    source_index: int
    label: str
    kbps: int = _KBPS[2]
    sample_rate: int = SAMPLE_RATE
    channels: int = 2
    language: str | None = None
    is_default: bool = False
    role: SoundRole = SoundRole.MAIN
    is_mixed: bool = False
    drifts: bool = False
    late: float = 0.0
    right_index: int | None = None
    takes_two: bool = False
    end: float | None = None
    until: float | None = None

    @property
    def silence(self) -> float:
        """How long (s) the silence at the end is; 0 where the source's end is not known, or a block of AAC reaches."""
        missing = 0.0 if self.end is None or self.until is None else self.until - self.end
        return missing if missing > _BLOCK_SECONDS else 0.0

    @property
    def length(self) -> float | None:
        """How long (s) the rendition is, None when that is not known."""
        return None if self.end is None else self.end + self.silence


def renditions(tracks: Iterable[AudioTrack], until: float | None = None) -> tuple[AudioRendition, ...]:
    """Stereo (or mono) of every track, then 5.1 of those that have it; one of each kind is the default.

    All of them go on `until` the same second.
    """
    chosen = list(tracks)[:MOST_TRACKS]
    default = min(range(len(chosen)), key=lambda number: _rank(chosen[number]), default=0)
    labels = told_apart([quoted(track.title) or _spoken(track) for track in chosen])
    plain = [
        _rendition(f"a{number}", track, min(2, track.channels), labels[number], number == default, until)
        for number, track in enumerate(chosen)
    ]
    wide = [number for number, track in enumerate(chosen) if track.channels >= SURROUND and not track.is_discrete]
    first_wide = default if default in wide else min(wide, default=0)
    surround = [
        _rendition(f"a{number}s", chosen[number], SURROUND, labels[number], number == first_wide, until)
        for number in wide
    ]
    return (*plain, *surround)


def paired(tracks: Sequence[AudioTrack], container: str) -> Sequence[AudioTrack]:
    """The same tracks, or one in stereo for the two of a camera: the only ones, mono, alike and equally long."""
    if container not in _CAMERAS or len(tracks) != 2 or not _are_halves(*tracks):
        return tracks
    left, right = tracks
    return [left.model_copy(update={"channels": 2, "right": right.index})]


def _are_halves(left: AudioTrack, right: AudioTrack) -> bool:
    alike = [
        (each.channels, each.codec, each.sample_rate, each.language, each.title, each.role) for each in (left, right)
    ]
    times = [(each.begin, each.end) for each in (left, right)]
    near = all(
        one is not None and other is not None and abs(one - other) <= _HALVES_APART
        for one, other in zip(*times, strict=True)
    )
    return near and alike[0] == alike[1] and left.channels == 1


def left_out(tracks: Sequence[AudioTrack], container: str = "") -> Iterator[str]:
    """Warnings about tracks that are no renditions, or perhaps not meant to be one each."""
    if len(tracks) > MOST_TRACKS:
        yield f"The source has {len(tracks)} sound tracks; the first {MOST_TRACKS} were taken."
    mono = [track for track in tracks if track.channels == 1]
    if container in _CAMERAS and len(mono) == len(tracks) > 2:
        yield f"The source has {len(tracks)} mono sound tracks, each a choice of its own; none were joined to stereo."


def _rendition(
    name: str, track: AudioTrack, channels: int, label: str, is_default: bool, until: float | None
) -> AudioRendition:
    return AudioRendition(
        name=name,
        source_index=track.index,
        label=label,
        kbps=_KBPS[channels],
        channels=channels,
        language=bcp47(track.language),
        is_default=is_default,
        role=track.role,
        is_mixed=track.channels > channels and not track.is_discrete,
        takes_two=track.is_discrete,
        drifts=track.drift != 0,
        right_index=track.right,
        late=track.begin if track.begin is not None and track.begin > LATE_SECONDS else 0.0,
        end=track.end,
        until=until,
    )


def _rank(track: AudioTrack) -> tuple[int, bool]:
    """The order in which tracks are proposed: the film's own sound first, of several the one that is marked."""
    return list(SoundRole).index(track.role), not track.is_default


def _spoken(track: AudioTrack) -> str:
    tag = bcp47(track.language)
    name = language_name(tag) if tag else "Audio"
    return f"{name} ({_SAID[track.role]})" if track.role in _SAID else name
