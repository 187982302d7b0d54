"""WebVTT as a CMAF track (ISO/IEC 14496-30, `wvtt`): an init segment and few long segments, made from cues.

The DASH manifest names this track and not the .vtt file, which FFmpeg's DASH reader cannot open and for which it gives
up the whole manifest. Segments of five minutes: a film's subtitles are 100 kB, so that segments on the video's grid
would be thousands of objects of 200 bytes, while a day-long video still does not come in one piece.
"""

import hashlib
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from vod import keys
from vod.encoder.report import SegmentReport, TrackReport
from vod.media.isobmff import UNITY, boxed, full_boxed
from vod.media.webvtt import Cue
from vod.plan.objects import TEXT_SEGMENT_SECONDS

CODEC = "wvtt"
TIMESCALE = 1000
"""Ticks per second: WebVTT counts milliseconds."""
MOST_BYTES_AT_ONCE = 4096
"""More than this nobody can read at once; every sample repeats all that is on screen, so that it must have a bound."""

_UNDETERMINED = 0x55C4  # "und" in three times five bits; the manifest says the language
_ALL_FULL_SYNC = 0x02000000  # sample_depends_on = 2: every sample stands alone


@dataclass(frozen=True, slots=True)
class Sample:
    """What is on screen over `ticks` ticks from `start`: the boxes of all cues, or one that says nothing is."""

    start: int
    ticks: int
    body: bytes


@dataclass(frozen=True, slots=True)
class _Timed:
    start: int
    end: int
    box: bytes


def packaged(name: str, cues: Sequence[Cue], seconds: float) -> tuple[TrackReport, dict[str, bytes]]:
    """The report on a track of so many seconds, and its files by their names relative to the run."""
    init = init_segment()
    files = {keys.init_name(name): init}
    segments = []
    for number, run in enumerate(_runs(samples(cues, round(seconds * TIMESCALE)))):
        data = files[keys.segment_name(name, number)] = media_segment(number + 1, run)
        ticks = sum(sample.ticks for sample in run)
        segments.append(SegmentReport(number=number, bytes=len(data), frames=len(run), start=run[0].start, ticks=ticks))
    report = TrackReport(
        name=name,
        codec=CODEC,
        timescale=TIMESCALE,
        init_bytes=len(init),
        init_sha256=hashlib.sha256(init).hexdigest(),
        segments=tuple(segments),
    )
    return report, files


def samples(cues: Iterable[Cue], end: int) -> list[Sample]:
    """Samples that fill [0, `end`) ticks without a gap, cut wherever a cue comes or goes and where a segment ends."""
    every = (_Timed(_ticks(cue.start), _ticks(cue.end), _cue(number, cue)) for number, cue in enumerate(cues))
    timed = [cue for cue in every if len(cue.box) <= MOST_BYTES_AT_ONCE]
    times = {*range(0, end, TEXT_SEGMENT_SECONDS * TIMESCALE), end}
    times |= {time for cue in timed for time in (cue.start, cue.end) if 0 < time < end}
    coming = deque(sorted(timed, key=lambda cue: cue.start))
    shown: list[_Timed] = []
    made = []
    for start, stop in pairwise(sorted(times)):
        while coming and coming[0].start <= start:
            shown.append(coming.popleft())
        shown = _readable([cue for cue in shown if cue.end > start])
        made.append(Sample(start, stop - start, b"".join(cue.box for cue in shown) or boxed(b"vtte")))
    return made


def _readable(shown: list[_Timed]) -> list[_Timed]:
    """As many of the newest cues as a screen holds."""
    sizes = accumulate(len(cue.box) for cue in reversed(shown))
    fitting = sum(1 for size in sizes if size <= MOST_BYTES_AT_ONCE)
    return shown[len(shown) - fitting :]


def init_segment() -> bytes:
    """The header of the track: the same for every video."""
    brands = boxed(b"ftyp", b"cmfc", struct.pack(">I", 0), b"iso6cmfccwvt")
    mvhd = full_boxed(b"mvhd", 0, struct.pack(">5IH10x", 0, 0, TIMESCALE, 0, 0x10000, 0), UNITY, bytes(24), _uint(2))
    # flags 3: enabled and in the movie
    tkhd = full_boxed(b"tkhd", 3, struct.pack(">5I8x4H", 0, 0, 1, 0, 0, 0, 0, 0, 0), UNITY, bytes(8))
    mdhd = full_boxed(b"mdhd", 0, struct.pack(">4I2H", 0, 0, TIMESCALE, 0, _UNDETERMINED, 0))
    hdlr = full_boxed(b"hdlr", 0, bytes(4), b"text", bytes(12), b"WebVTT\0")
    dinf = boxed(b"dinf", full_boxed(b"dref", 0, _uint(1), full_boxed(b"url ", 1)))
    entry = boxed(b"wvtt", bytes(6), struct.pack(">H", 1), boxed(b"vttC", b"WEBVTT"))
    tables = (full_boxed(b"stts", 0, _uint(0)), full_boxed(b"stsc", 0, _uint(0)), full_boxed(b"stsz", 0, bytes(8)))
    stbl = boxed(b"stbl", full_boxed(b"stsd", 0, _uint(1), entry), *tables, full_boxed(b"stco", 0, _uint(0)))
    media = boxed(b"mdia", mdhd, hdlr, boxed(b"minf", full_boxed(b"nmhd", 0), dinf, stbl))
    trex = full_boxed(b"trex", 0, struct.pack(">5I", 1, 1, 0, 0, _ALL_FULL_SYNC))
    return brands + boxed(b"moov", mvhd, boxed(b"trak", tkhd, media), boxed(b"mvex", trex))


def media_segment(number: int, run: Sequence[Sample]) -> bytes:
    """One fragment (`number` counts from 1) with these samples, which follow one another."""
    lengths = b"".join(struct.pack(">2I", sample.ticks, len(sample.body)) for sample in run)
    # A placeholder first: the offset of the samples counts from the begin of a moof that holds that offset.
    moof = _moof(number, run[0].start, len(run), 0, lengths)
    moof = _moof(number, run[0].start, len(run), len(moof) + 8, lengths)
    return moof + boxed(b"mdat", *(sample.body for sample in run))


def _moof(number: int, start: int, count: int, offset: int, lengths: bytes) -> bytes:
    tfhd = full_boxed(b"tfhd", 0x020000, _uint(1))  # default-base-is-moof
    tfdt = full_boxed(b"tfdt", 1 << 24, struct.pack(">Q", start))
    trun = full_boxed(
        b"trun", 0x000301, struct.pack(">2I", count, offset), lengths
    )  # offset, then duration and size of each
    return boxed(b"moof", full_boxed(b"mfhd", 0, _uint(number)), boxed(b"traf", tfhd, tfdt, trun))


def _runs(made: Iterable[Sample]) -> list[list[Sample]]:
    """The samples of each segment."""
    runs: dict[int, list[Sample]] = {}
    for sample in made:
        runs.setdefault(sample.start // (TEXT_SEGMENT_SECONDS * TIMESCALE), []).append(sample)
    return list(runs.values())


def _cue(number: int, cue: Cue) -> bytes:
    """A cue; `vsid` tells players which of the boxes in neighbouring samples are one cue."""
    settings = boxed(b"sttg", cue.settings.encode()) if cue.settings else b""
    return boxed(b"vttc", boxed(b"vsid", _uint(number)), settings, boxed(b"payl", cue.text.encode()))


def _ticks(seconds: float) -> int:
    return round(seconds * TIMESCALE)


def _uint(number: int) -> bytes:
    return struct.pack(">I", number)
