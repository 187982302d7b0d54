"""How loud a sound track is (EBU R 128, ITU-R BS.1770): the command that measures it, and what to make of its words."""

import re
from collections.abc import Sequence
from itertools import takewhile

from vod.ffmpeg import commands
from vod.ffmpeg.sound_filters import sound_filters
from vod.frozen import Frozen
from vod.plan.plan import Plan
from vod.plan.sound import AudioRendition

TARGET_LUFS = -16.0
"""What a `normalise` profile aims at: that of streamed sound (AES TD1008 has -16 to -18, Apple -16)."""
MOST_GAIN_DB = 20.0
"""More would lift the noise of an empty room to the loudness of speech."""
_SILENT_LUFS = -70.0
"""BS.1770's absolute gate: what is quieter counts as silence, which has no loudness."""
_LOUDEST_LUFS = 30.0
_SAID = {
    "integrated": re.compile(r"I: +(-?\d{1,3}(?:\.\d+)?) LUFS"),
    "range": re.compile(r"LRA: +(-?\d{1,3}(?:\.\d+)?) LU"),
    "peak": re.compile(r"Peak: +(-?\d{1,3}(?:\.\d+)?) dBFS"),
}


class Loudness(Frozen):
    """Of one rendition before any gain: integrated loudness (LUFS), its range (LU), true peak (dBTP), and the gain (dB)
    that it was then given."""

    name: str
    integrated: float
    range: float
    peak: float
    gain: float = 0.0


def command(
    binary: str, source: str, plan: Plan, track: AudioRendition, alone: bool, progress: str
) -> commands.Command:
    """Measure a rendition as it is encoded (`alone`: see `sound_filters`), less gain and limiter; the values come on
    standard error.

    A process for each: in one graph, or one process, sound that begins late makes the others wait in memory.
    """
    *before, graph = sound_filters(track, alone, bool(plan.joints), is_limited=False)
    measured = f"{graph};[{track.name}]ebur128@{track.name}=framelog=quiet:peak=true[measured]"
    opened = commands.opened(source, plan, 0.0, may_change=alone)
    nowhere = ["-map", "[measured]", "-map_metadata", "-1", "-f", "null", "-"]
    return [binary, *commands.telling(progress), *opened, *before, measured, *nowhere]


def read(lines: Sequence[str], name: str) -> Loudness | None:
    """What FFmpeg told of a rendition; None when it is silent or FFmpeg told nothing that can be."""
    begin = re.compile(rf"\[ebur128@{re.escape(name)} @ \w+\] Summary:")
    # The last one counts: filters tell theirs at the end, what strangers wrote into metadata is logged before.
    at = max((number for number, line in enumerate(lines) if begin.match(line)), default=None)
    if at is None:
        return None
    values: dict[str, float] = {}
    for line in takewhile(lambda line: not line.startswith("["), lines[at + 1 :]):
        values |= {key: float(match.group(1)) for key, pattern in _SAID.items() if (match := pattern.match(line))}
    is_whole = len(values) == len(_SAID) and _SILENT_LUFS < values["integrated"] < _LOUDEST_LUFS
    return Loudness(name=name, **values) if is_whole else None


def normalising(loudness: Loudness) -> float:
    """The gain (dB) that brings a track to the target; peaks above full scale are then held by the limiter."""
    return round(min(MOST_GAIN_DB, TARGET_LUFS - loudness.integrated), 1)
