"""The subtitles of a published video, read from its manifests and changed in them: what else they list stays as it is.

The HLS playlist is the record of which there are. Plans and reports, from which manifests are written first, are kept
for some months only, and subtitles are changed for years.
"""

import re
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, fromstring, indent, tostring

from vod.encoder.report import TrackReport
from vod.manifest import dash, subtitles
from vod.media.language import UNKNOWN
from vod.plan.subtitles import SubtitleRendition

_LINE = "#EXT-X-MEDIA:TYPE=SUBTITLES,"
_VARIANT = "#EXT-X-STREAM-INF:"
_ATTRIBUTE = re.compile(r'([A-Z-]+)=(?:"([^"]*)"|([^,]*))')
_NAMESPACE = f' xmlns="{dash.NAMESPACE}"'


def listed(hls: str) -> tuple[SubtitleRendition, ...]:
    """The subtitles that a multivariant playlist names, in its order."""
    return tuple(_rendition(line) for line in hls.splitlines() if line.startswith(_LINE))


def _rendition(line: str) -> SubtitleRendition:
    said = {name: quoted or plain for name, quoted, plain in _ATTRIBUTE.findall(line)}
    return SubtitleRendition(
        name=said["URI"].partition("/")[0],
        source_index=-1,
        codec="webvtt",
        label=said["NAME"],
        language=None if said["LANGUAGE"] == UNKNOWN else said["LANGUAGE"],
        is_forced=said["FORCED"] == "YES",
        is_hearing_impaired="CHARACTERISTICS" in said,
        is_default=said["DEFAULT"] == "YES",
    )


def in_hls(hls: str, wanted: Sequence[SubtitleRendition]) -> str:
    """The multivariant playlist with these subtitles in place of those that it has."""
    lines = [_bare(line) for line in hls.splitlines() if not line.startswith(_LINE)]
    first = next(at for at, line in enumerate(lines) if line.startswith(_VARIANT))
    told = [subtitles.hls_line(rendition) for rendition in wanted]
    ending = subtitles.VARIANT_ATTRIBUTE if wanted else ""
    variants = (line + ending if line.startswith(_VARIANT) else line for line in lines[first:])
    return "\n".join([*lines[:first], *told, *variants, ""])


def _bare(line: str) -> str:
    return line.removesuffix(subtitles.VARIANT_ATTRIBUTE) if line.startswith(_VARIANT) else line


def in_mpd(mpd: str, wanted: Sequence[SubtitleRendition], tracks: Mapping[str, TrackReport]) -> str:
    """The DASH manifest with these subtitles, of which `tracks` has those by name that it does not list yet."""
    root = _parsed(mpd)
    root.attrib = {"xmlns": dash.NAMESPACE, **root.attrib}
    (period,) = root.findall("Period")
    known = {_name(each): each for each in period if each.get("contentType") == "text"}
    for each in known.values():
        period.remove(each)
    first = len(period)
    for number, rendition in enumerate(wanted, start=first):
        dash.text_set(period, number, rendition, tracks.get(rendition.name))
        if (old := known.get(rendition.name)) is not None:
            _take_over(period[-1], old)
    indent(root)
    return dash.HEAD + tostring(root, encoding="unicode") + "\n"


def in_dash(mpd: str) -> frozenset[str]:
    """The names of the subtitles that a DASH manifest lists."""
    return frozenset(_name(each) for each in _parsed(mpd).iter("AdaptationSet") if each.get("contentType") == "text")


def _parsed(mpd: str) -> Element:
    """Without its namespace, which every name in it would bear."""
    return fromstring(mpd.replace(_NAMESPACE, "", 1).partition("?>\n")[2])  # noqa: S314 - our own manifest


def _name(adaptation: Element) -> str:
    (representation,) = adaptation.findall("Representation")
    return str(representation.get("id"))


def _take_over(new: Element, old: Element) -> None:
    """Segments stay as they are."""
    for each in ("SegmentTemplate", "Representation"):
        new.extend(old.findall(each))
