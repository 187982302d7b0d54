"""What the manifests say of subtitles. HLS lists one WebVTT file a language, whole; DASH its CMAF track.

One file rather than segments: hls.js, Safari and ExoPlayer take a media playlist with a single segment; media starts
at 0, so nothing needs X-TIMESTAMP-MAP; a film's subtitles are 100 kB.
"""

from math import ceil

from vod import keys
from vod.media.language import UNKNOWN
from vod.plan.subtitles import SubtitleRendition, vtt_name

GROUP = "subtitles"
VARIANT_ATTRIBUTE = f',SUBTITLES="{GROUP}"'
"""What every EXT-X-STREAM-INF line ends with when there are subtitles."""
_SPOKEN_AND_HEARD = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"


def hls_line(rendition: SubtitleRendition) -> str:
    """The multivariant playlist's line; on by itself only where an owner says so, else by the system's language."""
    language = rendition.language or UNKNOWN
    default = "YES" if rendition.is_default else "NO"
    forced = "YES" if rendition.is_forced else "NO"
    traits = f',CHARACTERISTICS="{_SPOKEN_AND_HEARD}"' if rendition.is_hearing_impaired else ""
    return (
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="{GROUP}",NAME="{rendition.label}",LANGUAGE="{language}",DEFAULT={default},'
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


def dash_role(rendition: SubtitleRendition) -> str:
    """What a DASH Role element says of a rendition (ISO/IEC 23009-1, 5.8.5.5)."""
    if rendition.is_forced:
        return "forced-subtitle"
    return "caption" if rendition.is_hearing_impaired else "subtitle"
