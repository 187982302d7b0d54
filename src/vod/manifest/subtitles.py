"""Subtitles in both manifests: one WebVTT file a language, whole.

One file rather than segments: hls.js, Safari and ExoPlayer take a media playlist with a single segment, Shaka and
dash.js take a file as it is; media starts at 0, so nothing needs X-TIMESTAMP-MAP; a film's subtitles are 100 kB.
"""

from collections.abc import Sequence
from math import ceil
from xml.etree.ElementTree import Element, SubElement

from vod import keys
from vod.subtitles import SubtitleRendition, vtt_name

GROUP = "subtitles"
VARIANT_ATTRIBUTE = f',SUBTITLES="{GROUP}"'
"""What every EXT-X-STREAM-INF line ends with when there are subtitles."""
_ROLE = "urn:mpeg:dash:role:2011"
_SPOKEN_AND_HEARD = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"


def hls_line(rendition: SubtitleRendition) -> str:
    """The multivariant playlist's line; never on by itself, chosen by the system's language when that asks for it."""
    language = f',LANGUAGE="{rendition.language}"' if rendition.language else ""
    forced = "YES" if rendition.is_forced else "NO"
    traits = f',CHARACTERISTICS="{_SPOKEN_AND_HEARD}"' if rendition.is_hearing_impaired else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME="{rendition.label}"{language},DEFAULT=NO,'
        f'AUTOSELECT=YES,FORCED={forced}{traits},URI="{keys.playlist_name(rendition.name)}"'
    )


def hls_playlist(rendition: SubtitleRendition, seconds: float) -> str:
    """The media playlist with the file as its only segment."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, ceil(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{seconds:.6f},",
        vtt_name(rendition.name).rsplit("/", 1)[1],
        "#EXT-X-ENDLIST",
    ]
    return "\n".join([*lines, ""])


def dash_sets(period: Element, first: int, files: Sequence[tuple[SubtitleRendition, int]], seconds: float) -> None:
    """Add one AdaptationSet for each rendition and its size in bytes; set ids count on from `first`."""
    for number, (rendition, size) in enumerate(files, start=first):
        _dash_set(period, number, rendition, max(1, round(size * 8 / seconds)))


def _dash_set(period: Element, number: int, rendition: SubtitleRendition, bandwidth: int) -> None:
    adaptation = SubElement(period, "AdaptationSet", id=str(number), contentType="text", mimeType="text/vtt")
    if rendition.language:
        adaptation.set("lang", rendition.language)
    SubElement(adaptation, "Label").text = rendition.label
    SubElement(adaptation, "Role", schemeIdUri=_ROLE, value=_role(rendition))
    representation = SubElement(adaptation, "Representation", id=rendition.name, bandwidth=str(bandwidth))
    SubElement(representation, "BaseURL").text = vtt_name(rendition.name)


def _role(rendition: SubtitleRendition) -> str:
    """ISO/IEC 23009-1, 5.8.5.5."""
    if rendition.is_forced:
        return "forced-subtitle"
    return "caption" if rendition.is_hearing_impaired else "subtitle"
