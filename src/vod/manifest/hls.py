"""HLS (RFC 8216bis): the multivariant playlist and one media playlist per rendition."""

from math import ceil

from vod import keys
from vod.manifest.rendition import AudioEntry, Catalog, VideoEntry, average_bandwidth, peak_bandwidth
from vod.report import TrackReport

_VERSION = 7  # fMP4 segments
_GROUP = "audio"


def multivariant(catalog: Catalog) -> str:
    """The playlist a player opens first."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{_VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_audio_line(entry, first=number == 0) for number, entry in enumerate(catalog.audio)]
    for entry in catalog.video:
        lines += [_variant_line(entry, catalog.audio), keys.playlist_name(entry.rendition.name)]
    return "\n".join([*lines, ""])


def media(track: TrackReport) -> str:
    """One rendition's playlist; addresses are relative to it."""
    longest = max(segment.ticks for segment in track.segments) / track.timescale
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, ceil(longest - 0.5))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{_file(keys.init_name(track.name))}"',
    ]
    for segment in track.segments:
        lines += [
            f"#EXTINF:{segment.ticks / track.timescale:.6f},",
            _file(keys.segment_name(track.name, segment.number)),
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _audio_line(entry: AudioEntry, first: bool) -> str:
    language = f',LANGUAGE="{entry.rendition.language}"' if entry.rendition.language else ""
    name = entry.rendition.language or f"Audio {entry.rendition.source_index}"
    default = "YES" if first else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_GROUP}",NAME="{name}"{language},DEFAULT={default},AUTOSELECT=YES,'
        f'CHANNELS="{entry.rendition.channels}",URI="{keys.playlist_name(entry.rendition.name)}"'
    )


def _variant_line(entry: VideoEntry, audio: tuple[AudioEntry, ...]) -> str:
    codecs = ",".join([entry.track.codec, *sorted({sound.track.codec for sound in audio})])
    peak = peak_bandwidth(entry.track) + max((peak_bandwidth(sound.track) for sound in audio), default=0)
    average = average_bandwidth(entry.track) + max((average_bandwidth(sound.track) for sound in audio), default=0)
    group = f',AUDIO="{_GROUP}"' if audio else ""
    return (
        f'#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS="{codecs}",'
        f"RESOLUTION={entry.rendition.width}x{entry.rendition.height},FRAME-RATE={float(entry.rate):.3f}{group}"
    )


def _file(name: str) -> str:
    return name.rsplit("/", 1)[1]
