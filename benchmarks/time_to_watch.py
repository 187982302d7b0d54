"""`make time-to-watch`: from the end of an upload to a picture, computed; the tables of docs/time-to-watch.md.

The plan is the platform's own, with its lanes, pieces and measured speeds. CPU seconds of the functions were measured
in the emulator (its log has a REPORT line for each call); a function has the share of a core that its memory buys. What
AWS adds is in `Latencies`: from documents and others' measurements, not from runs of ours. Times are seconds.
"""

import heapq
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from benchmarks import markdown
from benchmarks.scaling import policy
from benchmarks.simulation import Film, simulate
from vod import profiles
from vod.plan import lanes, sizing
from vod.plan.chunks import Chunk, FunctionLane, Lane
from vod.plan.make_plan import make_plan
from vod.plan.plan import LEAST_GROWING_SECONDS, SEGMENT_SECONDS, Plan, SourceObject
from vod.plan.sizing import Encode
from vod.source.byte_ranges import SourceIndex
from vod.source.probe import AudioTrack, Probe, Rate, VideoTrack

DOCUMENT = Path(__file__).parent.parent / "docs" / "time-to-watch.md"
LENGTHS = (10, 60, 300, 7200)
MEMORIES = (3008, 6144)
MUX = {10: "2.0 s", 60: "2.0 s", 300: "9.0 s", 7200: "93.5 s"}
"""Medians that Mux publishes for these lengths (to ready), November 2026."""
WHOLE_SECONDS = 90
_RATE, _WIDTH, _HEIGHT, _BITS = 25, 1920, 1080, 5_600_000
_SOUND_CORES = 1.5
"""Sound and poster are made beside each other, each on a core."""


@dataclass(frozen=True, slots=True)
class Latencies:
    """What AWS adds: S3's event to the queue, the queue to its function, starting an execution, a transition of a
    standard workflow, calling a function, an environment for one (and more for each 100 MB of its code), an S3 request.

    S3: "typically within seconds"; queue and calls: tens of milliseconds; environments: 50 ms to a second.
    """

    event: float = 0.6
    queue: float = 0.1
    execution: float = 0.1
    transition: float = 0.03
    call: float = 0.03
    environment: float = 0.25
    code_100_mb: float = 0.2
    request: float = 0.03


@dataclass(frozen=True, slots=True)
class Step:
    """A function: its memory (MiB), CPU seconds of a warm call and of loading, S3 and table requests one after another,
    MB of its code and layers."""

    memory: int
    warm: float
    load: float
    requests: int
    code_mb: float = 30

    def seconds(self, aws: Latencies, is_cold: bool) -> float:
        """Of one call by the state machine or the queue."""
        share = min(1.0, lanes.vcpus(self.memory))  # our code computes on one core
        started = aws.environment + aws.code_100_mb * self.code_mb / 100 + self.load / share if is_cold else 0.0
        return aws.call + started + self.warm / share + self.requests * aws.request


LATENCIES = Latencies()
DISPATCH = Step(1769, 0.02, 0.66, 4)
SIGN = Step(1769, 0.005, 0.53, 0)
PROBE = Step(2048, 0.02, 0.41, 4, 110)
PLAN = Step(1769, 0.02, 0.62, 6)
ADDRESSES = Step(1769, 0.025, 0.70, 4)
ADVANCE = Step(1769, 0.05, 0.70, 8)
PUBLISH = Step(2048, 0.06, 0.70, 8)
ENCODE_LOAD, ENCODE_REQUESTS, ENCODE_MB = 0.75, 4, 220


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds after the upload's end; `playable` None where the video is ready before."""

    playable: float | None
    ready: float


def planned(seconds: int, memory: int) -> Plan:
    """The plan of a film of 1080p25 with stereo, in an MP4 with an index."""
    size = _BITS // 8 * seconds
    index = SourceIndex(
        always=((0, 2**20),),
        entries=tuple((2.0 * number, 2**20 + number * _BITS // 4) for number in range(seconds // 2)),
        heard=(0, min(size, _BITS // 8 * 70)) if seconds > WHOLE_SECONDS else None,
    )
    video = VideoTrack(
        index=0, codec="h264", width=_WIDTH, height=_HEIGHT, rate=Rate.of(Fraction(_RATE)), end=float(seconds)
    )
    sound = AudioTrack(index=1, codec="aac", channels=2, sample_rate=48000, end=float(seconds))
    probe = Probe(container="mov", duration=float(seconds), size=size, video=video, audio=(sound,), index=index)
    source = SourceObject(bucket="b", key="k", version="v", size=size)
    lane = FunctionLane(WHOLE_SECONDS, lanes.HEAD_SECONDS, memory)
    recipe = profiles.named("default")
    return make_plan("0" * 20, "0" * 12, source, probe, replace(policy(), functions=lane), recipe)


def piece_seconds(plan: Plan, chunk: Chunk, aws: Latencies, is_cold: bool) -> float:
    """Of one piece: its addresses, the call, the encode, its objects."""
    share, memory = lanes.vcpus(plan.function_memory), plan.function_memory
    step = Step(memory, 0.1, ENCODE_LOAD, ENCODE_REQUESTS, ENCODE_MB)
    encodes = [Encode(each.codec, each.preset, each.width * each.height) for each in plan.renditions]
    first, end = plan.frames_of(chunk)
    frames = ((plan.frames if end is None else end) - first) if chunk.video else 0
    pictures = frames * sizing.cpu_seconds(_WIDTH * _HEIGHT, encodes) / share
    heard = chunk.heard_segments * SEGMENT_SECONDS or (plan.duration if chunk.extras else 0.0)
    sound = heard * lanes.SOUND_CPU_SECONDS / min(share, _SOUND_CORES)
    return 4 * aws.transition + ADDRESSES.seconds(aws, is_cold) + step.seconds(aws, is_cold) + max(pictures, sound)


def until_planned(aws: Latencies, is_cold: bool) -> float:
    """From the upload's end to the first piece."""
    steps = (SIGN, PROBE, PLAN)
    begun = aws.event + aws.queue + DISPATCH.seconds(aws, is_cold) + aws.execution
    return begun + sum(step.seconds(aws, is_cold) + 2 * aws.transition for step in steps)


def times(seconds: int, memory: int, is_cold: bool, aws: Latencies = LATENCIES) -> Times:
    """Of one upload in an account with room for all of its pieces."""
    plan = planned(seconds, memory)
    pieces = [chunk for chunk in plan.chunks if chunk.lane is Lane.FUNCTION] + ([plan.head] if plan.head else [])
    longest = max(piece_seconds(plan, chunk, aws, is_cold) for chunk in pieces)
    encoded = until_planned(aws, is_cold) + longest
    is_whole = all(chunk.lane is Lane.FUNCTION for chunk in plan.chunks)
    noted = encoded + ADVANCE.seconds(aws, is_cold) + aws.transition if seconds >= LEAST_GROWING_SECONDS else None
    if is_whole:
        return Times(noted, encoded + PUBLISH.seconds(aws, is_cold) + 2 * aws.transition)
    return Times(noted, without_lane(seconds).ready)


def without_lane(seconds: int) -> Times:
    """In tasks alone, by the simulation of docs/scaling.md."""
    (outcome,), _ = simulate([Film(float(seconds))], policy())
    return Times(outcome.playable if seconds >= LEAST_GROWING_SECONDS else None, outcome.ready)


def many(uploads: int, concurrency: int, memory: int = 6144, aws: Latencies = LATENCIES) -> float:
    """Seconds until the last of so many uploads of a minute, which end together, is ready, on so many functions."""
    plan = planned(60, memory)
    free = [until_planned(aws, is_cold=False)] * min(concurrency, uploads * len(plan.chunks))
    last = 0.0
    for _ in range(uploads):
        for chunk in plan.chunks:
            ends = heapq.heappop(free) + piece_seconds(plan, chunk, aws, is_cold=False)
            last = max(last, ends)
            heapq.heappush(free, ends)
    return last + PUBLISH.seconds(aws, is_cold=False)


def tables() -> dict[str, str]:
    """The measured parts of the document."""
    rows = []
    for seconds in LENGTHS:
        tasks = without_lane(seconds)
        for memory in MEMORIES:
            warm, cold = (times(seconds, memory, is_cold) for is_cold in (False, True))
            rows.append(
                (
                    told(seconds),
                    memory,
                    *(_shown(each) for each in (warm.playable, cold.playable, warm.ready, cold.ready)),
                    f"{_shown(tasks.playable)} / {_shown(tasks.ready)}",
                    MUX[seconds],
                )
            )
    head = ("video", "MiB", "playable", "cold", "ready", "cold", "tasks alone: playable / ready", "Mux, ready")
    crowds = [
        (number, *(_shown(many(number, concurrency)) for concurrency in (10, 100, 1000))) for number in (1, 10, 100)
    ]
    crowd = ("uploads of a minute at once", "10 functions", "100", "1,000")
    return {"times": markdown.table(head, rows), "many": markdown.table(crowd, crowds)}


def told(seconds: int) -> str:
    """A length, as the document says it."""
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"


def _shown(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {seconds % 60:02.0f} s"


def main() -> None:
    """Write the tables into the document, and show them."""
    document = DOCUMENT.read_text()
    for name, table in tables().items():
        document = markdown.replaced(document, name, table)
        print(f"{table}\n")
    DOCUMENT.write_text(document)


if __name__ == "__main__":
    main()
