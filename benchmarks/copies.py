"""Where the copies of a film of 5 GB and two hours go, by its plan: `python -m benchmarks.copies` (arithmetic only)."""

import json
from fractions import Fraction

from benchmarks.markdown import table
from vod import keys
from vod.encoder.report import SegmentReport
from vod.money import copying
from vod.plan import disk
from vod.plan.chunks import ChunkPolicy
from vod.plan.make_plan import make_plan
from vod.plan.plan import Plan, SourceObject
from vod.source.byte_ranges import SourceIndex
from vod.source.probe import AudioTrack, Probe, Rate, VideoTrack

SIZE, SECONDS = 5 * 10**9, 7200
INDEX_BYTES, KEYFRAMES = 6_000_000, 2
"""Of an MP4 of that length, and seconds between its keyframes."""
EFS_LEAST, EFS_BURST = 2**20, 100 * 2**20
"""Bytes a second: of a nearly empty file system without credits, and with them (AWS's "EFS performance")."""
EFS_WRITTEN, EFS_READ = 0.06, 0.03
"""USD for a GB in elastic mode."""
_HEAD = ("", "source on EFS", "source on the task's disk")


def planned() -> Plan:
    """The film's plan in 20 tasks: 19 of pictures, one of the extras."""
    entries = tuple((float(at), round(at / SECONDS * (SIZE - INDEX_BYTES))) for at in range(0, SECONDS, KEYFRAMES))
    index = SourceIndex(always=((0, 2**20), (SIZE - INDEX_BYTES, SIZE)), entries=entries)
    probe = Probe(
        container="mov",
        size=SIZE,
        duration=float(SECONDS),
        start=0.0,
        video=VideoTrack(index=0, codec="h264", width=1920, height=1080, rate=Rate(num=25, den=1), end=float(SECONDS)),
        audio=(AudioTrack(index=1, codec="aac", channels=2, sample_rate=48000),),
        index=index,
    )
    source = SourceObject(bucket="b", key=keys.source_key("0" * 20), version="v", size=SIZE)
    return make_plan("0" * 20, "0" * 12, source, probe, ChunkPolicy(least_seconds=Fraction(60), most=19))


def copied(plan: Plan) -> int:
    """Bytes of the source that all its tasks copy."""
    return sum(disk.bytes_copied(plan, chunk) for chunk in plan.chunks)


def noted(plan: Plan) -> int:
    """Bytes of all journals: a line for each segment of each track."""
    segment = SegmentReport(number=99999, bytes=999999, frames=100, start=10**9, ticks=10**5, key_bytes=99999)
    line = json.dumps({"track": plan.renditions[0].name, "segment": segment.model_dump()}) + "\n"
    return len(line) * plan.segments * (len(plan.renditions) + len(plan.audio))


def told() -> str:
    """The table of docs/scaling.md."""
    plan = planned()
    source, journal = copied(plan), noted(plan)
    before, after = source + journal, journal
    rows = [
        ("bytes written to EFS", f"{before / 1e9:.1f} GB", f"{after / 1e6:.1f} MB"),
        ("the same at 100 MiB/s, with credits", _seconds(before / EFS_BURST), _seconds(after / EFS_BURST)),
        ("at 1 MiB/s, without", _seconds(before / EFS_LEAST), _seconds(after / EFS_LEAST)),
        ("USD in elastic mode, written and read", _usd(before), _usd(after)),
        ("before the sound's first byte is encoded", _seconds(before / EFS_BURST), _first(plan)),
        ("largest disk that a task asks for", "21 GiB", f"{max(_disks(plan))} GiB"),
    ]
    return table(_HEAD, rows)


def _disks(plan: Plan) -> list[int]:
    return [chunk.disk for chunk in disk.placed(plan, disk.SourcesOn.DISK).chunks]


def _first(plan: Plan) -> str:
    return f"{copying.seconds_until_begun(plan.source.size):.1f} s*"


def _seconds(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds > 3600 else f"{seconds:.1f} s"


def _usd(written: int) -> str:
    return f"{written / 1e9 * (EFS_WRITTEN + EFS_READ):.4f}"


if __name__ == "__main__":
    print(told())
