"""HLS (RFC 8216bis): the multivariant playlist and one media playlist per rendition."""

from dataclasses import replace
from enum import StrEnum

from vod import keys
from vod.encoder.report import SegmentReport, TrackReport
from vod.manifest import subtitles
from vod.manifest.catalog import AudioEntry, Catalog, VideoEntry, average_bandwidth, key_only, peak_bandwidth
from vod.media.language import UNKNOWN
from vod.media.sound_role import SoundRole
from vod.media.text import quoted
from vod.profiles.profile import Codec

_VERSION = 7  # fMP4 segments
_TRAITS = {
    SoundRole.DESCRIPTION: "public.accessibility.describes-video",
    SoundRole.HARD_OF_HEARING: "public.accessibility.enhances-speech-intelligibility",
}
"""What the HLS Authoring Specification (3.8) and RFC 8216bis (4.4.6.1) call such sound."""
_SHOWN = "VIDEO-RANGE=SDR"
"""Of every picture: HDR sources are toned down."""
BEGIN_AT_MOST = 2_500_000
"""BANDWIDTH (bit/s) of the variant that players begin with: they load it before they have measured anything."""


class Kind(StrEnum):
    """What a media playlist may do after it was read (RFC 8216, 4.3.3.5)."""

    VOD = "VOD"
    EVENT = "EVENT"


def multivariant(catalog: Catalog) -> str:
    """The playlist a player opens first: every rung with stereo, then again with 5.1 where there is any; then the
    keyframes of every rung, for players that wind.

    Without pictures each group is a variant, whose playlist is that of the group's first choice.
    """
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    # Players begin what still grows near its end unless they are told.
    lines += ["#EXT-X-START:TIME-OFFSET=0"] if catalog.growing else []
    groups = _groups(catalog.audio)
    for name, sounds in groups.items():
        inside = None if catalog.video else _first_choice(sounds)
        lines += [_audio_line(name, entry, is_inside=entry is inside) for entry in sounds]
    lines += [subtitles.hls_line(rendition) for rendition, _ in catalog.subtitles]
    ending = subtitles.VARIANT_ATTRIBUTE if catalog.subtitles else ""
    for name, sounds in groups.items() or {"": ()}.items():
        for entry in _best_begin_first(catalog.video, sounds):
            lines += [_variant_line(entry, name, sounds) + ending, keys.playlist_name(entry.rendition.name)]
        if not catalog.video:
            lines += [_sound_line(name, sounds) + ending, keys.playlist_name(_first_choice(sounds).rendition.name)]
    lines += [_trick_line(entry) for entry in catalog.video if entry.has_keys]
    return "\n".join([*lines, ""])


def _best_begin_first(video: tuple[VideoEntry, ...], sounds: tuple[AudioEntry, ...]) -> list[VideoEntry]:
    """Players begin with the variant that is listed first: the tallest that everybody can decode and most can load."""
    plain = (entry for entry in video if entry.rendition.codec is Codec.H264)
    begin = next((entry for entry in plain if _peak(entry, sounds) <= BEGIN_AT_MOST), None)
    return sorted(video, key=lambda entry: entry is not begin) if begin else list(video)


def _groups(audio: tuple[AudioEntry, ...]) -> dict[str, tuple[AudioEntry, ...]]:
    """Renditions by how many speakers they need, for variants name one group each.

    Groups have the same members with the same attributes but for address and channels (RFC 8216, 4.3.4.1.1): who
    listens in 5.1 can choose the languages that there are in stereo only.
    """
    plain = {entry.rendition.source_index: entry for entry in audio if entry.rendition.channels <= 2}
    wide = {entry.rendition.source_index: entry for entry in audio if entry.rendition.channels > 2}
    sources = dict.fromkeys(entry.rendition.source_index for entry in audio)
    groups = {}
    if plain:
        groups["stereo"] = tuple(plain.get(source) or wide[source] for source in sources)
    if wide:
        groups["surround"] = tuple(_in_place_of(plain.get(source), wide.get(source)) for source in sources)
    return groups


def _in_place_of(plain: AudioEntry | None, wide: AudioEntry | None) -> AudioEntry:
    """The 5.1 of a source's track, the stereo where there is none; the default is the same in both groups."""
    chosen = wide or plain
    assert chosen is not None
    is_default = (plain or chosen).rendition.is_default
    return replace(chosen, rendition=chosen.rendition.model_copy(update={"is_default": is_default}))


def _first_choice(sounds: tuple[AudioEntry, ...]) -> AudioEntry:
    return next((entry for entry in sounds if entry.rendition.is_default), sounds[0])


def media(track: TrackReport, target: int, kind: Kind = Kind.VOD, is_growing: bool = False) -> str:
    """One rendition's playlist of a target duration (s); addresses are relative to it. One that grew stays an EVENT."""
    lines = _head(track, target, kind)
    for segment in track.segments:
        lines += [_length(track, segment), _file(keys.segment_name(track.name, segment.number))]
    return _ended(lines, is_growing)


def keyframes(track: TrackReport, target: int, kind: Kind = Kind.VOD, is_growing: bool = False) -> str:
    """The first picture of every segment of a track, each a range of its bytes, for players that wind (trick play)."""
    lines = [*_head(track, target, kind), "#EXT-X-I-FRAMES-ONLY"]
    for segment in track.segments:
        lines += [
            _length(track, segment),
            f"#EXT-X-BYTERANGE:{segment.key_bytes}@0",
            _file(keys.segment_name(track.name, segment.number)),
        ]
    return _ended(lines, is_growing)


def _head(track: TrackReport, target: int, kind: Kind) -> list[str]:
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{kind}",
        f'#EXT-X-MAP:URI="{_file(keys.init_name(track.name))}"',
    ]


def _length(track: TrackReport, segment: SegmentReport) -> str:
    return f"#EXTINF:{segment.ticks / track.timescale:.6f},"


def _ended(lines: list[str], is_growing: bool) -> str:
    return "\n".join([*lines, *([] if is_growing else ["#EXT-X-ENDLIST"]), ""])


def _audio_line(group: str, entry: AudioEntry, is_inside: bool) -> str:
    """A rendition that is inside its variants' own playlists has no address (RFC 8216, 4.3.4.2.1)."""
    address = "" if is_inside else f',URI="{keys.playlist_name(entry.rendition.name)}"'
    language = entry.rendition.language or UNKNOWN
    default = "YES" if entry.rendition.is_default else "NO"
    # A commentary is chosen by a listener only, never by their system's language.
    is_chosen_only = entry.rendition.role is SoundRole.COMMENTARY and not entry.rendition.is_default
    by_language = "NO" if is_chosen_only else "YES"
    trait = _TRAITS.get(entry.rendition.role)
    traits = f',CHARACTERISTICS="{trait}"' if trait else ""
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{group}",NAME="{quoted(entry.rendition.label)}",LANGUAGE="{language}",'
        f'DEFAULT={default},AUTOSELECT={by_language}{traits},CHANNELS="{entry.rendition.channels}"{address}'
    )


def _variant_line(entry: VideoEntry, group: str, sounds: tuple[AudioEntry, ...]) -> str:
    codecs = ",".join([entry.track.codec, *sorted({sound.track.codec for sound in sounds})])
    average = average_bandwidth(entry.track) + max((average_bandwidth(sound.track) for sound in sounds), default=0)
    named = f',AUDIO="{group}"' if group else ""
    return (
        f'#EXT-X-STREAM-INF:BANDWIDTH={_peak(entry, sounds)},AVERAGE-BANDWIDTH={average},CODECS="{codecs}",'
        f"{_size(entry)},FRAME-RATE={float(entry.rate):.3f},{_SHOWN},CLOSED-CAPTIONS=NONE{named}"
    )


def _trick_line(entry: VideoEntry) -> str:
    """While more is to come, keyframes alone are promised to need no more than all pictures."""
    peak = max(entry.promised_peak, peak_bandwidth(entry.track, key_only))
    return (
        f"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average_bandwidth(entry.track, key_only)},"
        f'CODECS="{entry.track.codec}",{_size(entry)},{_SHOWN},URI="{keys.trick_playlist_name(entry.rendition.name)}"'
    )


def _peak(entry: VideoEntry, sounds: tuple[AudioEntry, ...]) -> int:
    return entry.peak_bandwidth + max((peak_bandwidth(sound.track) for sound in sounds), default=0)


def _size(entry: VideoEntry) -> str:
    return f"RESOLUTION={entry.rendition.width}x{entry.rendition.height}"


def _sound_line(group: str, sounds: tuple[AudioEntry, ...]) -> str:
    codecs = ",".join(sorted({sound.track.codec for sound in sounds}))
    peak = max(peak_bandwidth(sound.track) for sound in sounds)
    average = max(average_bandwidth(sound.track) for sound in sounds)
    return f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS="{codecs}",AUDIO="{group}"'


def _file(name: str) -> str:
    return name.rsplit("/", 1)[1]
