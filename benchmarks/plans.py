"""Plans and command lines of the clips that are measured, made by the platform's own code."""

from pathlib import Path

import imageio_ffmpeg

from vod import keys, profiles
from vod.ffmpeg import commands
from vod.plan.chunks import ChunkPolicy
from vod.plan.make_plan import DEFAULT_POLICY, make_plan
from vod.plan.plan import Plan, SourceObject
from vod.plan.renditions import Rendition
from vod.profiles.profile import DEFAULT
from vod.source.libav import read_probe
from vod.source.probe import Limits

FFMPEG: str = imageio_ffmpeg.get_ffmpeg_exe()
VIDEO_ID, RUN = "0123456789abcdef0123", "0123456789ab"
_LIMITS = Limits(max_bytes=2**40, max_seconds=86400)


def planned(source: Path, profile: str = DEFAULT, policy: ChunkPolicy = DEFAULT_POLICY) -> Plan:
    """The plan that the platform makes of a local MP4 file."""
    size = source.stat().st_size
    stored = SourceObject(bucket="source", key=keys.source_key(VIDEO_ID), version=None, size=size)
    with source.open("rb") as opened:
        probe = read_probe(opened, "mov", size, _LIMITS)
    return make_plan(VIDEO_ID, RUN, stored, probe, policy, profiles.named(profile))


def with_preset(plan: Plan, preset: str) -> Plan:
    """The same plan, every rendition at another preset of its encoder."""
    return with_renditions(plan, [r.model_copy(update={"preset": preset}) for r in plan.renditions])


def with_renditions(plan: Plan, renditions: list[Rendition]) -> Plan:
    """The same plan with other renditions."""
    return plan.model_copy(update={"renditions": tuple(renditions)})


def command(
    plan: Plan,
    source: Path,
    folder: Path,
    first: int = 0,
    end: int | None = None,
    sound: bool = True,
    picture: bool = True,
) -> list[str]:
    """The platform's FFmpeg command for a plan, its tracks going to files in a folder instead of to pipes."""
    tracks = [r.name for r in plan.renditions] if picture else []
    tracks += [track.name for track in plan.audio] if sound else []
    outputs = {name: str(folder / f"{name}.mp4") for name in tracks}
    return commands.encode_command(FFMPEG, str(source), plan, first, end, outputs, "/dev/null")
