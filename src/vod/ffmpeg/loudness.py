"""How loud a sound track is (EBU R 128, ITU-R BS.1770): the command that measures it, and what to make of its words."""

import re
from collections.abc import Iterable, Sequence

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
_SAID = {
    "integrated": re.compile(r"I: +(-?[\d.]+) LUFS"),
    "range": re.compile(r"LRA: +(-?[\d.]+) LU"),
    "peak": re.compile(r"Peak: +(-?[\d.]+) dBFS"),
}


class Loudness(Frozen):
    """Of one rendition before any gain: integrated loudness (LUFS), its range (LU), true peak (dBTP), and the gain (dB)
    that it was then given."""

    name: str
    integrated: float
    range: float
    peak: float
    gain: float = 0.0


def command(binary: str, source: str, plan: Plan, tracks: Sequence[AudioRendition], progress: str) -> commands.Command:
    """Measure renditions as they are encoded, less their gain; the values come on standard error."""
    graphs, mapped = [], []
    for track in tracks:
        _, graph = sound_filters(track, alone=False, is_joined=bool(plan.joints))
        graphs.append(f"{graph};[{track.name}]ebur128@{track.name}=framelog=quiet:peak=true[{track.name}m]")
        mapped += ["-map", f"[{track.name}m]"]
    # One graph for all: graphs have threads of their own, which would tell their values line by line in between.
    # info: the level at which filters tell what they measured.
    said = ["-v", "info", "-hide_banner", "-nostdin", "-nostats", "-progress", progress, "-stats_period", "0.5"]
    opened = commands.opened(source, plan, 0.0)
    return [
        binary,
        *said,
        *opened,
        "-filter_complex",
        ";".join(graphs),
        *mapped,
        "-map_metadata",
        "-1",
        "-f",
        "null",
        "-",
    ]


def read(lines: Iterable[str], names: Iterable[str]) -> tuple[Loudness, ...]:
    """What FFmpeg told of these renditions; those that are silent, or of which it told nothing, are left out."""
    # The last one counts: filters tell theirs at the end, what strangers wrote into metadata is logged before.
    said = list(lines)
    found = (_summary(said, name) for name in names)
    return tuple(each for each in found if each and each.integrated > _SILENT_LUFS)


def _summary(lines: Sequence[str], name: str) -> Loudness | None:
    begin = re.compile(rf"\[ebur128@{re.escape(name)} @ \w+\] Summary:")
    at = max((number for number, line in enumerate(lines) if begin.match(line)), default=None)
    if at is None:
        return None
    values: dict[str, float] = {}
    for line in lines[at + 1 :]:
        if line.startswith("["):
            break
        for key, pattern in _SAID.items():
            if match := pattern.match(line):
                values[key] = float(match.group(1))
    return Loudness(name=name, **values) if len(values) == len(_SAID) else None


def normalising(loudness: Loudness) -> float:
    """The gain (dB) that brings a track to the target; peaks above full scale are then held by the limiter."""
    return round(min(MOST_GAIN_DB, TARGET_LUFS - loudness.integrated), 1)
