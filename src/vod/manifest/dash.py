"""DASH (ISO/IEC 23009-1): one MPD, segment templates with a timeline, over the segments that HLS lists.

While its video is encoded it is `dynamic` with the whole duration, which players take for a recording in progress: they
begin at its beginning, read it again and again, and go on when it has turned `static`.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from vod.encoder.report import TrackReport
from vod.manifest import subtitles
from vod.manifest.catalog import AudioEntry, Catalog, Growing, VideoEntry, peak_bandwidth
from vod.media.language import UNKNOWN
from vod.media.sound_role import SoundRole
from vod.media.text import on_one_line
from vod.plan.subtitles import SubtitleRendition

_PROFILE = "urn:mpeg:dash:profile:isoff-live:2011"
_ROLE = "urn:mpeg:dash:role:2011"
_SOUND_ROLES = {
    SoundRole.DUB: "dub",
    SoundRole.HARD_OF_HEARING: "enhanced-audio-intelligibility",
    SoundRole.DESCRIPTION: "description",
    SoundRole.COMMENTARY: "commentary",
}
"""ISO/IEC 23009-1, 5.8.5.5; what has none of them is `main` or `alternate`."""
_PURPOSE = "urn:tva:metadata:cs:AudioPurposeCS:2007"
_PURPOSES = {SoundRole.DESCRIPTION: "1", SoundRole.HARD_OF_HEARING: "2"}
"""For the visually impaired, for the hard of hearing (DVB-DASH, ETSI TS 103 285, 6.1.2)."""
_CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"


_UPDATE_SECONDS = 2
NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def mpd(catalog: Catalog) -> str:
    """The manifest of a run; addresses are relative to it."""
    updates = _updates(catalog.seconds, catalog.growing) if catalog.growing else {}
    root = Element(
        "MPD",
        xmlns=NAMESPACE,
        profiles=_PROFILE,
        type="dynamic" if catalog.growing else "static",
        mediaPresentationDuration=f"PT{catalog.seconds:.3f}S",
        minBufferTime="PT4S",
    )
    root.attrib |= updates
    ends = {} if catalog.growing else {"duration": root.attrib["mediaPresentationDuration"]}
    period = SubElement(root, "Period", {"id": "0", "start": "PT0S", **ends})
    codecs = dict.fromkeys(entry.rendition.codec for entry in catalog.video)
    for number, codec in enumerate(codecs):
        _video_set(period, number, [entry for entry in catalog.video if entry.rendition.codec is codec])
    for number, sound in enumerate(catalog.audio, start=len(codecs)):
        _audio_set(period, number, sound)
    for number, (text, track) in enumerate(catalog.subtitles, start=len(codecs) + len(catalog.audio)):
        text_set(period, number, text, track)
    indent(root)
    return HEAD + tostring(root, encoding="unicode") + "\n"


def _updates(seconds: float, growing: Growing) -> dict[str, str]:
    """When players read the manifest again; all that it lists counts as available since long ago."""
    zero = growing.zero - timedelta(seconds=seconds)
    return {
        "availabilityStartTime": f"{zero:%Y-%m-%dT%H:%M:%SZ}",
        "publishTime": f"{growing.written:%Y-%m-%dT%H:%M:%SZ}",
        "minimumUpdatePeriod": f"PT{_UPDATE_SECONDS}S",
    }


def _video_set(period: Element, number: int, entries: Sequence[VideoEntry]) -> None:
    """One codec's rungs: players switch within a set, and take the set whose codec they can."""
    shape = Fraction(entries[0].rendition.width, entries[0].rendition.height)
    adaptation = _adaptation(period, number, "video", par=f"{shape.numerator}:{shape.denominator}")
    _template(adaptation, entries[0].track)  # rungs are cut alike: verified before anything is published
    for entry in entries:
        SubElement(
            adaptation,
            "Representation",
            id=entry.rendition.name,
            bandwidth=str(entry.peak_bandwidth),
            codecs=entry.track.codec,
            width=str(entry.rendition.width),
            height=str(entry.rendition.height),
            frameRate=str(entry.rate),
            sar="1:1",
        )


def _audio_set(period: Element, number: int, entry: AudioEntry) -> None:
    adaptation = _adaptation(period, number, "audio", lang=entry.rendition.language or UNKNOWN)
    SubElement(adaptation, "Label").text = on_one_line(entry.rendition.label)
    if purpose := _PURPOSES.get(entry.rendition.role):
        SubElement(adaptation, "Accessibility", schemeIdUri=_PURPOSE, value=purpose)
    usual = "main" if entry.rendition.is_default else "alternate"
    SubElement(adaptation, "Role", schemeIdUri=_ROLE, value=_SOUND_ROLES.get(entry.rendition.role, usual))
    _template(adaptation, entry.track)
    representation = SubElement(
        adaptation,
        "Representation",
        id=entry.rendition.name,
        bandwidth=str(peak_bandwidth(entry.track)),
        codecs=entry.track.codec,
        audioSamplingRate=str(entry.rendition.sample_rate),
    )
    SubElement(representation, "AudioChannelConfiguration", schemeIdUri=_CHANNELS, value=str(entry.rendition.channels))


def text_set(period: Element, number: int, rendition: SubtitleRendition, track: TrackReport | None) -> None:
    """Add a subtitle rendition; without a track its segments are left to the caller."""
    adaptation = _adaptation(period, number, "text", lang=rendition.language or UNKNOWN)
    SubElement(adaptation, "Label").text = on_one_line(rendition.label)
    SubElement(adaptation, "Role", schemeIdUri=_ROLE, value=subtitles.dash_role(rendition))
    if rendition.is_default:
        SubElement(adaptation, "Role", schemeIdUri=_ROLE, value="main")
    if track is None:
        return
    _template(adaptation, track)
    bandwidth = str(peak_bandwidth(track))
    SubElement(adaptation, "Representation", id=rendition.name, bandwidth=bandwidth, codecs=track.codec)


def _adaptation(period: Element, number: int, kind: str, **more: str) -> Element:
    always = {
        "id": str(number),
        "contentType": kind,
        "mimeType": "application/mp4" if kind == "text" else f"{kind}/mp4",
        "segmentAlignment": "true",
        "startWithSAP": "1",
    }
    return SubElement(period, "AdaptationSet", always | more)


def _template(adaptation: Element, track: TrackReport) -> None:
    template = SubElement(
        adaptation,
        "SegmentTemplate",
        timescale=str(track.timescale),
        startNumber="0",
        initialization="$RepresentationID$/init.mp4",
        media="$RepresentationID$/$Number%05d$.m4s",
    )
    timeline = SubElement(template, "SegmentTimeline")
    for ticks, count in _runs(segment.ticks for segment in track.segments):
        repeat = {"r": str(count - 1)} if count > 1 else {}
        SubElement(timeline, "S", {"d": str(ticks), **repeat})
    timeline[0].set("t", "0")


def _runs(lengths: Iterable[int]) -> list[tuple[int, int]]:
    """Equal lengths in a row as (length, how many)."""
    return [(ticks, sum(1 for _ in same)) for ticks, same in groupby(lengths)]
